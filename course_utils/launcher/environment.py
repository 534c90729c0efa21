"""The course's own environment, the folder .venv: who it says it is, and whether it has what is needed.

Nothing here changes anything. An environment is believed only after its own Python has answered that its
prefix is .venv; ``install`` makes and repairs, and only what is believed or put aside.

Words used in the launcher
    stamp   a small file in .venv that says which pins stand there, for which Python. It is written last and
            taken away before anything changes: an environment with the right stamp was finished
    state   "none"         there is no .venv yet
            "ready"        believed, stamped, and every pin is there
            "unfinished"   believed, but something is missing
            "broken"       it answered as something other than .venv, or the Python it stands on is gone
            "unknown"      it could not be asked, which says nothing against it
            "not ours"     something that the course did not make and does not touch
"""

import hashlib
import json
import os
import platform
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from course_utils.launcher import process
from course_utils.launcher.requirements import installed, unmet

# What venv and pip put at the top of an environment. A .venv with other things in it is not ours to delete.
VENV_ENTRIES = {
    "bin", "Scripts", "include", "Include", "lib", "Lib", "lib64", "share", "etc", "pyvenv.cfg", ".gitignore",
    "lessons.stamp", "test.stamp", "CACHEDIR.TAG", ".lock", "man", ".DS_Store", "Thumbs.db", "desktop.ini",
}  # fmt: skip

# How Pythons are started. -I: variables and folders of other installations stay out. -B: no compiled
# copies are written, for what is imported, or the Python that answers, may not be ours.
ALONE = ("-I", "-B")

# What .venv's own Python is asked.
QUESTION = """
import json, sys
if sys.version_info < (3, 11):
    print("\\n" + json.dumps({"too_old": "%d.%d" % sys.version_info[:2]}))
    sys.exit()
sys.path.insert(0, sys.argv[1])
from course_utils.launcher.environment import describe
print("\\n" + json.dumps(describe(json.loads(sys.argv[2]))))
"""


@dataclass(frozen=True)
class Environment:
    """Where the lessons run: a Python, the folder it belongs to, whether that is the course's own .venv."""

    python: Path
    prefix: Path
    ours: bool


@dataclass(frozen=True)
class Answer:
    """What a Python said about itself.

    ``folders`` is where pip would put packages: those in Python only, those with machine code; mostly one
    folder. ``versions`` is what is installed: package name -> version.
    """

    prefix: Path
    base_prefix: Path
    build: str
    folders: tuple
    versions: dict


@dataclass(frozen=True)
class Findings:
    """What was found in .venv: its ``state``, in words ``why`` it is not ready, the Answer of its Python."""

    state: str
    why: str = ""
    answer: Answer | None = None


def venv_python(venv):
    """The Python of an environment folder."""
    return _pythons(venv)[0]


def _pythons(venv):
    """Where this system puts the Python of an environment folder, and where the others do."""
    windows, others = venv / "Scripts" / "python.exe", venv / "bin" / "python"
    return (windows, others) if os.name == "nt" else (others, windows)


def this_environment(needs, root, prefix=sys.prefix, look=installed):
    """The environment this Python runs in, if it has everything: (Environment or None, what it lacks).

    The course's own .venv does not count here: it is held to the exact pins.
    """
    if Path(prefix).resolve() == (root / ".venv").resolve():
        return None, []
    lacks = unmet(needs, look([(need.name, need.module) for need in needs]))
    here = Environment(Path(sys.executable), Path(prefix), ours=False)
    return (None if lacks else here), lacks


def look_at(venv, wanted, run_quietly=process.run_quietly):
    """What is in the folder ``venv``: Findings. Changes nothing, and raises nothing.

    ``wanted`` is a dict from stamp name to needs. The last entry holds all that is needed now, the ones
    before it are parts of it: {"lessons": ...} to open the lessons, {"lessons": ..., "test": ...} to test.
    """
    name, needs = list(wanted.items())[-1]
    try:
        return _before_asking(venv) or _after_asking(venv, name, needs, run_quietly)
    except OSError as error:
        return Findings("unknown", f"{venv} cannot be looked at ({error})")


def _before_asking(venv):
    """Findings that need no answer, or None."""
    if not os.path.lexists(venv):
        return Findings("none", "it is not made yet")
    if _is_gone(venv) or not stat.S_ISDIR(os.stat(venv).st_mode):
        return Findings("not ours", f"{venv} is not a folder")
    if not any(venv.iterdir()):
        if leads_elsewhere(venv):
            return Findings("not ours", f"{venv} leads to another folder, {os.path.realpath(venv)}")
        return Findings("none", "it is not made yet")
    python, others = _pythons(venv)
    if _is_gone(python) and not _is_gone(others):
        return Findings("unknown", f"{venv} was made by another system: its Python is {others}, not {python}")
    return None


def _after_asking(venv, name, needs, run_quietly):
    answer, silence = _ask(venv, needs, run_quietly)
    if answer is None:
        gone = _what_is_gone(venv)
        return _unless_not_ours(venv, Findings("broken", gone)) if gone else Findings("unknown", silence)
    if isinstance(answer, str):
        return _unless_not_ours(venv, Findings("broken", answer))
    if not is_same_folder(answer.prefix, venv):
        words = f"its Python says that it belongs to {answer.prefix}"
        return _unless_not_ours(venv, Findings("broken", words, answer))
    if is_same_folder(answer.base_prefix, venv):
        return Findings("not ours", f"{venv} holds a Python of its own, as conda makes it")
    if lacks := _what_is_unfinished(venv, name, needs, answer):
        return _unless_not_ours(venv, Findings("unfinished", lacks, answer))
    return Findings("ready", answer=answer)


def _what_is_unfinished(venv, name, needs, answer):
    if _read_stamp(venv, name) != stamp_text(needs, answer.build):
        return "it was not finished, or the course needs other versions now"
    return "; ".join(unmet(needs, answer.versions, by="pin"))


def _what_is_gone(venv):
    """In words, which part of the Python that .venv stands on exists no longer; "" if none."""
    python = venv_python(venv)
    if _is_gone(python):
        return f"its Python is gone ({python})"
    made_with = next((path for path in _made_with(venv) if _is_gone(path)), None)
    return f"the Python it was made with is gone ({made_with})" if made_with else ""


def _is_gone(path):
    """Only a definite no counts; a disk or a permission that stands in the way raises OSError."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    return False


def _made_with(venv):
    """The folder and the program of the Python that made this environment, as far as pyvenv.cfg names them."""
    try:
        lines = (venv / "pyvenv.cfg").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except FileNotFoundError:
        return []
    notes = [(line.partition("=")[0].strip(), line.partition("=")[2].strip()) for line in lines]
    return [Path(value) for key, value in notes if key in ("home", "executable") and value]


# --- whose is it --------------------------------------------------------------------------------------------


def is_same_folder(one, other):
    """Are these two names of one folder? Links, letter case and spelling are the system's to compare."""
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def is_inside(path, folder):
    """Does ``path`` lie in ``folder`` once all links are followed?"""
    real, top = os.path.realpath(path), os.path.realpath(folder)
    return Path(os.path.normcase(real)).is_relative_to(os.path.normcase(top))


def leads_elsewhere(path):
    """Is this a link (or a junction of Windows) rather than the thing itself?"""
    real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    return os.path.normcase(os.path.realpath(path)) != os.path.normcase(real)


def _unless_not_ours(venv, findings):
    """Findings of something that would be written or moved away, unless it belongs to somebody else."""
    if leads_elsewhere(venv):
        return Findings("not ours", f"{venv} leads to another folder, {os.path.realpath(venv)}")
    foreign = sorted(
        entry.name for entry in venv.iterdir() if entry.name.removesuffix(".new") not in VENV_ENTRIES
    )
    if foreign and findings.state == "broken":
        return Findings("not ours", f"{venv} holds files that are not an environment's: {foreign[:5]}")
    if findings.state == "unfinished" and (out := _ways_out(venv, findings.answer.folders)):
        return Findings("not ours", f"{out} in it leads out of it, to {os.path.realpath(out)}")
    return findings


def _ways_out(venv, folders):
    """A folder or a link through which pip would write outside .venv, or None."""
    return next((path for path in [*folders, *_followed(venv)] if not is_inside(path, venv)), None)


def _followed(venv):
    """The links in .venv that pip would write through: those to folders, and those to what is not there.

    A link to a file it replaces. The links to Python itself are none of its business.
    """
    for top, folders, files in os.walk(venv):
        yield from (path for name in folders if leads_elsewhere(path := os.path.join(top, name)))
        others = (os.path.join(top, name) for name in files if name.rstrip("0123456789.") != "python")
        yield from (path for path in others if os.path.islink(path) and not os.path.exists(path))


# --- asking -------------------------------------------------------------------------------------------------


def describe(names_and_modules):
    """What this Python is and holds, as the launcher outside asks it (see QUESTION)."""
    import sysconfig

    folders = [sysconfig.get_path(name) for name in ("purelib", "platlib")]
    return {
        "prefix": as_text(sys.prefix),
        "base_prefix": as_text(sys.base_prefix),
        "build": f"{sys.implementation.cache_tag}-{platform.machine()}",
        "folders": [as_text(folder) for folder in folders],
        "versions": installed(names_and_modules),
    }


def as_text(path):
    """A path in letters of plain ASCII once in JSON: two Pythons may disagree about the system's encoding."""
    return os.fsencode(path).decode("latin-1")


def from_text(text):
    """The path that ``as_text`` wrote."""
    return Path(os.fsdecode(text.encode("latin-1")))


def _ask(venv, needs, run_quietly):
    """Let .venv's Python describe itself: its Answer or what is wrong with it, None and why it is silent."""
    python = venv_python(venv)
    names = json.dumps([(need.name, need.module) for need in needs])
    root = str(Path(__file__).resolve().parents[2])
    status, out, errors = run_quietly([str(python), *ALONE, "-c", QUESTION, root, names])
    for line in reversed(out.splitlines()):  # a package may print, too, when Python starts
        if answer := _read_answer(line):
            return answer, ""
    if status == process.TIMED_OUT:
        return None, f"{python} does not answer ({errors}). Start again when this computer is less busy"
    last = (errors.strip().splitlines() or [f"exit status {status}"])[-1]
    return None, f"{python} does not answer ({last})"


def _read_answer(line):
    """The Answer in a line, what is wrong with the Python that wrote it, or None if it is no answer."""
    try:
        found = json.loads(line)
        if "too_old" in found:
            return f"it is Python {found['too_old']}"
        prefix, base_prefix, *folders = map(
            from_text, [found["prefix"], found["base_prefix"], *found["folders"]]
        )
        return Answer(prefix, base_prefix, found["build"], tuple(folders), dict(found["versions"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


# --- the stamp ----------------------------------------------------------------------------------------------


def stamp_text(needs, build):
    """The stamp of an environment that holds these pins for this build of Python."""
    lines = sorted(need.requirement for need in needs)
    return hashlib.sha256("\n".join([build, *lines]).encode()).hexdigest() + "\n"


def _read_stamp(venv, name):
    try:
        return (venv / f"{name}.stamp").read_text(encoding="ascii")
    except (OSError, ValueError):
        return None


def remove_stamps(venv):
    """Take back what was said of an environment, before it changes."""
    for stamp in venv.glob("*.stamp"):
        stamp.unlink()
