"""What tests, benchmark and publishing share; no lesson needs it.

lab      a real JupyterLab in a real browser
run      a notebook in a kernel of its own, as it is and solved
watch    inside that kernel: every control moved, every error noticed
roads    how long a lesson takes, from what is in it
tables   the tables of lessons in README and lesson 00
"""
