"""What is fast enough, and compared with what: ``python -m benchmarks`` (or ``python -m course_utils bench``).

resize.py      our resize, other libraries and plain loops on the same picture
antialias.py   shrinking with a stretched kernel beside the same libraries
loops.py       the plain loops
explorers.py   from a key to the picture, a drag, pointing, the first picture: explorers and their rivals
rivals.py      the same pictures as most notebooks make them: interact and matplotlib
page.py        a notebook in a real JupyterLab, moved by hand and timed inside the page (with probe.js)
lessons.py     run time and kernel memory of every lesson
watch.py       what runs in the kernel beside a lesson
tables.py      tables, ratios, goals; machine.py says where the numbers come from

Contenders take turns in one session, because a machine is not equally fast all day: the ratios of one run
can be compared with those of another run, its milliseconds hardly.
"""
