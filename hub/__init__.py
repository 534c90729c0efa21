"""How a hub is told of the course (jupyterhub_config, tljh, values.yaml, Dockerfile), and what a class takes on one.

running    a JupyterHub with users of this system
client     a learner without a browser: what a page of JupyterLab says to a server and its kernel
learner    that learner at work
term       what happens to them in a term
browsing   the same in a real browser, and what is said there
measure    all of it at once, as a command
sizes      what it found, for docs/teaching.md
"""
