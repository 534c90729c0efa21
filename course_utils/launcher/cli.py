"""``python -m course_utils``: the table of its commands, and what was typed."""

import difflib
import sys

from course_utils.launcher import for_authors, for_learners, for_teachers
from course_utils.launcher.command import Command
from course_utils.launcher.for_learners import DEFAULT_COPY
from course_utils.launcher.messages import Trouble, say, wrapped

FOR_EVERYBODY = [
    for_learners.lab, for_learners.fresh, for_authors.test, for_learners.examine, for_authors.bench,
    for_authors.site, for_learners.audit,
]  # fmt: skip
FOR_TEACHERS = [
    for_teachers.report,
    for_teachers.notes,
    for_teachers.start_on_hub,
    for_teachers.trainings,
]


def _lines(commands):
    return "\n".join(line for each in commands for line in each.help())


HELP = f"""\
Between the Pixels: an interactive course on resampling, upsampling, warping and aligning images.

{_lines(FOR_EVERYBODY)}

For whoever teaches (docs/teaching.md)
{_lines(FOR_TEACHERS)}

The first start makes an environment in the folder .venv, unless the Python you use already has all packages.
It needs the network and a minute or two; every later start is immediate.

Options of the course
    --copy [DIR]          work on a copy of the lessons, in {DEFAULT_COPY} or DIR. Later starts bring updates
                          into it; what you changed is never overwritten, its update is laid beside it
    --cpu-torch ADDRESS   on Linux without an NVIDIA card: one more package index, which has the small CPU
                          build of PyTorch. PyTorch's "Get started" page shows the address (Linux, Pip,
                          CPU). The variable COURSE_CPU_TORCH does the same
    -h, --help            this text

Everything else is passed on: to JupyterLab (--no-browser, --port 9999, a notebook's name), to pytest
(-k name, tests/test_resampling.py), to the benchmark, to the audit, to the pages (--out DIR, --lessons 00,07).
pip's own settings (PIP_..., pip.conf) hold as always.
"""
SHOW_HELP = Command("help", "help", "this text", lambda options, rest: say(HELP) or 0)
COMMANDS = {each.name: each for each in [*FOR_EVERYBODY, *FOR_TEACHERS, SHOW_HELP]}


def main(arguments):
    """Run one command; returns the exit status. What a learner can put right is said without a traceback."""
    try:
        name, options, rest = parse(arguments)
        return COMMANDS[name](options, rest)
    except Trouble as trouble:
        say(f"\n{wrapped(trouble)}", sys.stderr)
        return 1
    except OSError as error:
        say(f"\n{wrapped(f'The system did not allow this: {error}')}", sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Nothing is broken: the next start continues from here.", sys.stderr)
        return 130


def parse(arguments):
    """What was typed, as (command, the course's own options, everything else in its order).

    >>> parse(["--no-browser"])
    ('lab', {}, ['--no-browser'])
    >>> parse(["test", "-k", "copy"])
    ('test', {}, ['-k', 'copy'])
    >>> parse(["test", "--search", "10m"])
    ('test', {'search': '10m'}, [])
    >>> parse(["lab", "--copy", "--port", "9999"])
    ('lab', {'copy': 'my_lessons'}, ['--port', '9999'])
    >>> parse(["site", "--help"]), parse(["lab", "--help"])
    (('site', {}, ['--help']), ('help', {}, []))
    """
    rest = list(arguments)
    name = _take_command(rest)
    if COMMANDS[name].passes_all:
        return name, {}, rest
    if name == SHOW_HELP.name or ({"-h", "--help"} & set(rest) and not COMMANDS[name].helps):
        return SHOW_HELP.name, {}, []
    options = {}
    for option, when_bare in COMMANDS[name].own.items():
        if (value := _take(rest, option, when_bare)) is not None:
            options[option.removeprefix("--")] = value
    if (index := _take(rest, "--cpu-torch", "")) is not None:
        if "://" not in index:
            raise Trouble(
                "--cpu-torch needs an address, the one that PyTorch's page "
                '"Get started" shows for Linux, Pip and CPU.'
            )
        options["cpu_torch"] = index
    return name, options, rest


def _take_command(rest):
    if not rest or rest[0].startswith("-") or rest[0].endswith(".ipynb"):
        return for_learners.lab.name
    word = rest.pop(0)
    if word in COMMANDS:
        return word
    close = difflib.get_close_matches(word, COMMANDS, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"The commands are {_names()}."
    raise Trouble(f"{word!r} is not a command of the course. {hint} (python -m course_utils --help)")


def _names():
    """All commands in a sentence."""
    everybody, teachers = (
        f"{', '.join(names[:-1])} and {names[-1]}"
        for names in ([each.name for each in commands] for commands in (FOR_EVERYBODY, FOR_TEACHERS))
    )
    return f"{everybody}; {teachers}, for whoever teaches"


def _take(rest, name, when_bare):
    """Take ``name VALUE`` or ``name=VALUE`` out of ``rest``: value, ``when_bare``, or None if absent."""
    for position, word in enumerate(rest):
        if word.startswith(name + "="):
            del rest[position]
            return word.partition("=")[2] or when_bare
        if word == name:
            del rest[position]
            has_value = position < len(rest) and not rest[position].startswith("-")
            return rest.pop(position) if has_value else when_bare
    return None
