"""The commands of ``python -m course_utils``: what was typed, and what each command is made of."""

import difflib
import importlib.util
import os
import sys
import tempfile
import textwrap
from pathlib import Path

from course_utils.launcher import doctor, hub, in_browser, places, process
from course_utils.launcher.environment import Environment, this_environment
from course_utils.launcher.install import own_environment
from course_utils.launcher.lab import FIRST_LESSON, lab_command, variables
from course_utils.launcher.lessons import MANIFEST, bring, chosen_folder, fresh_copy
from course_utils.launcher.lock import only_one
from course_utils.launcher.messages import Trouble, say
from course_utils.launcher.requirements import read_needs
from course_utils.platform import IN_BROWSER

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_COPY = "my_lessons"
DEFAULT_SEARCH = "2m"
MOST_WORKERS = 4
AUDIT_NEEDS = ("torch", "numpy", "tqdm")

HELP = f"""\
Between the Pixels: an interactive course on resampling, upsampling, warping and aligning images.

    python -m course_utils            open the lessons in JupyterLab
    python -m course_utils fresh 3    a fresh copy of lesson 03; your own stays beside it
    python -m course_utils test       run every test; with --search 10m draw new examples for ten minutes instead
    python -m course_utils doctor     versions, device, and what is wrong, in plain words; changes nothing
    python -m course_utils bench      measure how fast explorers, resize and lessons are here
    python -m course_utils site       make web pages of the lessons and, in site/lab, JupyterLab that runs them in a
                                      browser; --serve shows them here, --no-lab makes the pages alone
    python -m course_utils audit my_network:UNet --input 1,3,224,224
                                      where the pixels of your own network's maps sit, and which do not fit;
                                      runs in the Python you call it with, if that has torch, numpy and tqdm

For whoever teaches (docs/teaching.md)
    python -m course_utils report     what a class found hard, from its progress files; report --help says more
    python -m course_utils notes      what to ask before each prediction, and what to say to each answer
    python -m course_utils hub        what a JupyterHub starts for each learner
    python -m course_utils trainings FOLDER
                                      keep what the lessons learn, so that a class need not train at once

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


def main(arguments):
    """Run one command; returns the exit status. What a learner can put right is said without a traceback."""
    try:
        command, options, rest = parse(arguments)
        return COMMANDS[command](options, rest)
    except Trouble as trouble:
        say(f"\n{wrapped(trouble)}", sys.stderr)
        return 1
    except OSError as error:
        say(f"\n{wrapped(f'The system did not allow this: {error}')}", sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Nothing is broken: the next start continues from here.", sys.stderr)
        return 130


def wrapped(message):
    """A message in lines that fit a terminal; lines of its own, such as commands, stay as they are."""
    return "\n".join(textwrap.fill(line, 100, break_long_words=False) for line in str(message).split("\n"))


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
    """
    rest = list(arguments)
    command = _take_command(rest)
    options = {}
    if command in ("hub", "report", "notes"):  # all options are theirs
        return command, {}, rest
    if command == "help" or "-h" in rest or "--help" in rest:
        return "help", {}, []
    if command in ("lab", "fresh") and (copy := _take(rest, "--copy", DEFAULT_COPY)) is not None:
        options["copy"] = copy
    if command == "test" and (search := _take(rest, "--search", DEFAULT_SEARCH)) is not None:
        options["search"] = search
    if (index := _take(rest, "--cpu-torch", "")) is not None:
        if "://" not in index:
            raise Trouble(
                "--cpu-torch needs an address, the one that PyTorch's page "
                '"Get started" shows for Linux, Pip and CPU.'
            )
        options["cpu_torch"] = index
    return command, options, rest


def _take_command(rest):
    if not rest or rest[0].startswith("-") or rest[0].endswith(".ipynb"):
        return "lab"
    word = rest.pop(0)
    if word in COMMANDS:
        return word
    close = difflib.get_close_matches(word, COMMANDS, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"The commands are {COMMAND_NAMES}."
    raise Trouble(f"{word!r} is not a command of the course. {hint} (python -m course_utils --help)")


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


# --- the commands -------------------------------------------------------------------------------------------


def lab(options, rest):
    """Open lesson 00 in JupyterLab, in the course's folder or in the learner's own."""
    if hub.is_on_hub():
        say(wrapped(hub.where_it_is()))
        return 0
    lessons = ROOT / "notebooks"
    if not (lessons / FIRST_LESSON).is_file():
        raise Trouble(f"{lessons / FIRST_LESSON} is missing. git checkout notebooks brings the lessons back.")
    target = chosen_folder(options["copy"], lessons, ROOT) if "copy" in options else None
    environment = stand(["lessons"], options)
    if target:
        lessons = _copy(lessons, target)
    if words := places.closed_words(ROOT):
        say(wrapped(words))
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    say(f"Opening {lessons / FIRST_LESSON}\nTo stop: Ctrl+C here, twice.\n")
    return _go_on(environment, lab_command(environment, ROOT, lessons, rest, as_root))


def _copy(source, target):
    with only_one(
        ROOT / ".course" / "lock", lambda: say("Another start is running. Waiting for it to finish ...")
    ):
        for message in bring(source, target, ROOT):
            say(f"  {message}")
    return target


def test(options, rest):
    """Run the tests, several files at a time unless the arguments say how; or search for an example that fails."""
    environment = stand(["lessons", "test"], options)
    program = ["tests.search", options["search"]] if "search" in options else ["pytest"]
    return _go_on(environment, [str(environment.python), "-m", *program, *workers(rest), *rest])


def workers(rest, processors=None):
    """pytest-xdist's options: one process more than processors, at most five: tests in a browser mostly wait.

    The tests of a file stay together.
    """
    own_way = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-p", "--collect-only", "--co")
    if any(word.startswith(own_way) for word in rest):
        return []
    count = min(processors or os.cpu_count() or 1, MOST_WORKERS)
    return ["-n", str(count + 1), "--dist", "loadfile"] if count > 1 else []


def bench(options, rest):
    """Run the benchmark."""
    environment = stand(["lessons", "test"], options)
    return _go_on(environment, [str(environment.python), "-m", "benchmarks", *rest])


def fresh(options, rest):
    """A fresh copy of one lesson; what the learner wrote stays beside it."""
    if len(rest) != 1:
        raise Trouble("Which lesson? python -m course_utils fresh 3 brings a fresh copy of lesson 03.")
    folder = _copy_at_hand(options)
    say(wrapped(fresh_copy(rest[0], ROOT / "notebooks", folder)))
    return 0


def _copy_at_hand(options):
    """The learner's copy of the lessons: the one named, the one we are in, a hub's, or the usual one."""
    named = [Path(options["copy"]).expanduser().resolve()] if "copy" in options else []
    usual = [Path.cwd(), *([hub.copy_folder()] if hub.is_on_hub() else []), ROOT / DEFAULT_COPY]
    for folder in named or usual:
        if (folder / MANIFEST).is_file():
            return folder
    raise Trouble(
        f"There is no copy of the lessons in {named[0] if named else usual[-1]}. A copy is made by python -m "
        "course_utils lab --copy; in the course's own folder, git checkout notebooks brings a lesson back."
    )


def trainings(options, rest):
    """Run the lessons that train, and keep what they learned in a folder, for a class to be shown."""
    if len(rest) != 1 or rest[0].startswith("-"):
        raise Trouble(
            "Where to? python -m course_utils trainings FOLDER keeps what the lessons learn in FOLDER."
        )
    environment, folder = stand(["lessons"], options), Path(rest[0]).expanduser().resolve()
    env = variables(environment, ROOT, os.environ) | {
        "COURSE_TRAININGS": str(folder),
        "COURSE_TRAININGS_RECORD": "1",
    }
    with tempfile.TemporaryDirectory() as scratch:
        env["BETWEEN_THE_PIXELS_HOME"] = scratch
        for lesson in sorted((ROOT / "notebooks").glob("*.ipynb")):
            if '"training"' in lesson.read_text(encoding="utf-8"):  # the tag of its cells
                say(f"{lesson.name} ...")
                run = [
                    "nbconvert",
                    "--to",
                    "notebook",
                    "--execute",
                    "--allow-errors",
                    "--output-dir",
                    scratch,
                ]
                status, errors = process.run_shown([str(environment.python), "-m", *run, str(lesson)], env)
                if status:
                    raise Trouble(f"{lesson.name} did not run: {errors.strip().splitlines()[-1:]}")
    kept = sorted(folder.glob("*.pickle")) if folder.is_dir() else []
    say(
        f"{len(kept)} trainings are in {folder}. Learners are shown them where COURSE_TRAININGS names this folder."
    )
    return 0 if kept else 1


def start_on_hub(options, rest):
    """Be the server that a JupyterHub starts for a learner; ``rest`` is what the hub adds."""
    environment = hub.hub_environment(wanted_packages(["lessons"])["lessons"], ROOT)
    hub.update(ROOT / "notebooks", ROOT)
    env = hub.hub_variables(environment, ROOT, os.environ) | places.stand_ins(ROOT)
    return process.become(hub.hub_command(environment, rest), env, places.home())


def report(options, rest):
    """What a class found hard, from its progress files."""
    return _for_teachers("report", rest)


def notes(options, rest):
    """Notes for whoever teaches."""
    return _for_teachers("notes", rest)


def _for_teachers(program, rest):
    """Files are named from where the teacher is, so that is where the program runs; -P: it imports nothing there."""
    environment = stand(["lessons"], {})
    command = [str(environment.python), "-P", "-m", f"course_utils.classroom.{program}", *rest]
    return process.become(command, variables(environment, ROOT, os.environ), Path.cwd())


def site(options, rest):
    """Make the book of pages."""
    environment = stand(["lessons", "test"], options)
    return _go_on(environment, [str(environment.python), "-m", "publishing", *rest])


def audit(options, rest):
    """Audit somebody's own network, in this Python, where their packages are, if it can; else in the course's."""
    has_all = all(importlib.util.find_spec(name) for name in AUDIT_NEEDS)
    here = Environment(Path(sys.executable), Path(sys.prefix), ours=False)
    environment = here if has_all else stand(["lessons"], options)
    command = [str(environment.python), "-m", "course_utils.networks.audit", *rest]
    return process.become(command, variables(environment, ROOT, os.environ), os.getcwd())


def _help(options, rest):
    say(HELP)
    return 0


def _doctor(options, rest):
    if IN_BROWSER:
        return in_browser.report(say)
    try:
        return doctor.report(ROOT, wanted_packages(["lessons", "test"]))
    except Trouble:
        raise
    except Exception as error:  # a doctor that breaks down is of no use to anybody
        raise Trouble(f"The doctor could not finish: {type(error).__name__}: {error}") from None


COMMANDS = {
    "lab": lab, "test": test, "doctor": _doctor, "bench": bench, "site": site, "audit": audit,
    "report": report, "notes": notes, "hub": start_on_hub, "trainings": trainings, "fresh": fresh, "help": _help,
}  # fmt: skip
COMMAND_NAMES = (
    "lab, fresh, test, doctor, bench, site and audit; report, notes, hub and trainings, for whoever teaches"
)


# --- an environment to stand on -----------------------------------------------------------------------------


def stand(parts, options):
    """The environment for ``parts``: the one we are in if it has everything, else the course's own."""
    wanted = wanted_packages(parts)
    here, lacks = this_environment(wanted[parts[-1]], ROOT)
    if here:
        return here
    if lacks and (sys.prefix != sys.base_prefix or "CONDA_PREFIX" in os.environ):
        say(f"The environment you are in is not enough ({'; '.join(lacks)}), so the course uses its own.")
    index = options.get("cpu_torch") or os.environ.get("COURSE_CPU_TORCH")
    return own_environment(ROOT, wanted, index)


def wanted_packages(parts):
    """What each part needs: {"lessons": needs} or {"lessons": needs, "test": needs and more}."""
    pyproject = ROOT / "pyproject.toml"
    every = {"lessons": read_needs(pyproject), "test": read_needs(pyproject, ["test"])}
    return {part: every[part] for part in parts}


def _go_on(environment, command):
    env = variables(environment, ROOT, os.environ) | places.stand_ins(ROOT)
    return process.become(command, env, ROOT)
