"""A class on a JupyterHub: configurations that a hub reads, and ``measure``, which tries them out."""
