"""The commands of who works on the course: its tests, its benchmark, its pages."""

import os

from course_utils.launcher import ground
from course_utils.launcher.command import command

DEFAULT_SEARCH = "2m"
MOST_WORKERS = 4
TOGETHER = ("--dist", "loadfile", "--max-worker-restart", "0")


@command(
    "test",
    "run every test; with --search 10m draw new examples for ten minutes instead",
    own={"--search": DEFAULT_SEARCH},
)
def test(options, rest):
    """Run the tests, several files at a time unless the arguments say how; or search for an example that fails."""
    environment = ground.stand(["lessons", "test"], options)
    program = ["tests.search", options["search"]] if "search" in options else ["pytest"]
    return ground.go_on(environment, ["-m", *program, *workers(rest), *rest])


def workers(rest, processors=None):
    """pytest-xdist's options: one process more than processors, at most five: tests in a browser mostly wait.

    The tests of a file stay together. A process that ends ends the run: another one would meet the same test, and
    the run would wait for ever.
    """
    own_way = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-p", "--collect-only", "--co")
    if any(word.startswith(own_way) for word in rest):
        return []
    count = min(processors or os.cpu_count() or 1, MOST_WORKERS)
    return ["-n", str(count + 1), *TOGETHER] if count > 1 else []


@command("bench", "measure how fast explorers, resize and lessons are here", helps=True)
def bench(options, rest):
    """Run the benchmark."""
    return ground.go_on(ground.stand(["lessons", "test"], options), ["-m", "benchmarks", *rest])


@command(
    "site",
    "make web pages of the lessons and, in site/lab, JupyterLab that runs them in a\n"
    "browser; --serve shows them here, --no-lab makes the pages alone",
    helps=True,
)
def site(options, rest):
    """Make the book of pages."""
    return ground.go_on(ground.stand(["lessons", "test"], options), ["-m", "publishing", *rest])
