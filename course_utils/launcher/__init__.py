"""Starting the course: an environment, the lessons, JupyterLab. Standard library only, apart from ``server``.

cli             the table of commands, their help, and what was typed
command         what a command is
for_learners, for_authors, for_teachers
                the commands, each beside its words in the help
ground          what they stand on: the course's folder, an environment
requirements    which packages the course needs, and whether the versions at hand will do
environment     the course's own .venv: who it says it is, and whether it has everything
install         .venv made once, stamped, repaired; a former one waits until the new one stands
lessons         a learner's own copy of the lessons: what the learner wrote is never overwritten
published       which version of a lesson is the course's, as git knows it
places          what is kept in the home folder, and where instead when that cannot be written
browser         the browser that the tests use
lab             the command line and the variables that JupyterLab is started with
hub             what a JupyterHub starts for a learner
server          inside JupyterLab's server: small messages leave at once
doctor, probe   how things stand, in plain words; probe runs inside the environment and imports everything
in_browser      the doctor's answer in the browser edition
saving          inside JupyterLab's server: a saved lesson keeps the widgets that it shows, and no others
explain         from pip's error messages to a sentence that says what to do
process, lock   running other programs; one set-up at a time
messages        what is said, and the trouble that a learner can put right
"""
