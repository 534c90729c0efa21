"""What a teacher asks of a class: ``python -m course_utils report`` and ``notes``.

learners    progress files as they are found in homes and submissions, and whose they are
tally       what a class found hard: exercises, predictions, the mistakes that checks recognized
words       the tally as text
page        the tally as one page of HTML with bars
table       the tally as a table for other programs (CSV)
recheck     what submitted notebooks can do, beside what progress files claim
again       runs inside recheck's sandbox: the exercises of one notebook, and nothing else of it
walls       the sandbox's limits, and the doors that it closes
notes       what to ask before each prediction, and what to say to each answer
report      the command
command     how both commands run
"""
