"""The ``wf-es`` command: nouns and verbs over the engine's HTTP interface.

Data goes to standard output and everything else to standard error, so a
command can be piped. Some commands work without a server: ``run`` (which
embeds the engine), ``workflow validate``, ``workflow graph``, ``schema`` and
``demo`` (which starts a server of its own). All others speak HTTP to the server named by ``--url``.
"""
