"""``python -m course_utils``: the one command of the course.

A Python that is too old reads this file and ``course_utils/__init__.py`` and must be able to say so: they
are plain ASCII and hold nothing that Python 2.7 cannot parse. All else begins in ``launcher/cli.py``.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)
NEWER = ("python3.13", "python3.12", "python3.14", "python3.11", "python3", "py")


def is_new_enough(python):
    """Does this command start a Python that the course can use? False when it does not start at all."""
    question = "import sys; sys.exit(0 if sys.version_info >= %r else 1)" % (OLDEST,)
    with open(os.devnull, "w") as nowhere:
        try:
            return subprocess.call([python, "-c", question], stdout=nowhere, stderr=nowhere) == 0
        except (OSError, ValueError):
            return False


def too_old(version, candidates=NEWER, try_python=is_new_enough):
    """What to say to somebody whose Python is too old: the reason, and the way out."""
    words = "This is Python %s. The course needs Python %d.%d or newer." % ((version,) + OLDEST)
    for python in candidates:
        if try_python(python):
            return (
                words + "\nA newer one is on this computer. Start with it:\n\n    %s -m course_utils" % python
            )
    return words + "\nInstall a newer one beside it (python.org has it for every system), then start again."


def main():
    if sys.version_info < OLDEST:
        sys.stderr.write(too_old("%d.%d.%d" % sys.version_info[:3]) + "\n")
        return 2
    from course_utils.launcher.cli import main as start

    return start(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
