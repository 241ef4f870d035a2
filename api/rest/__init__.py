"""The HTTP interface: Mistral's v2 API and, beside it, what Mistral lacks.

A request is parsed here, carried out by the engine or answered by the views,
and represented here. No rule about workflows lives on this floor.
"""
