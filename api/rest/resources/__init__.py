"""The resources: each parses, calls and represents, and holds no rule."""
