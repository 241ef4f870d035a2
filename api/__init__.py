"""The doors for people and programs: HTTP (``rest``) and the command line (``cli``)."""
