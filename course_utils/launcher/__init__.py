"""Starting the course: an environment, the lessons, JupyterLab. Standard library only, apart from ``server``.

cli             the commands lab, test, doctor, bench, and what each is made of
requirements    which packages the course needs, and whether the versions at hand will do
environment     the course's own .venv: made once, stamped, repaired when half-made
lessons         a learner's own copy of the lessons, which an update never overwrites
lab             the command line and the variables that JupyterLab is started with
server          inside JupyterLab's server: small messages leave at once
doctor, probe   how things stand, in plain words; probe runs inside the environment and imports everything
explain         from pip's error messages to a sentence that says what to do
process, lock   running other programs; one set-up at a time
"""
