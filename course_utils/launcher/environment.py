"""The course's own environment, the folder .venv: looked at, made once, stamped, repaired when half-made.

A stamp is a small file in .venv that says which pins stand there, for which Python. It is written last and
taken away before anything changes: an environment with the right stamp was finished, one without was not.
"""

import csv
import hashlib
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_utils.launcher import explain, process
from course_utils.launcher.lock import only_one
from course_utils.launcher.requirements import installed, unmet
from course_utils.launcher.words import Trouble, say

# What venv and pip put at the top of an environment. A .venv with other things in it is not ours to delete.
VENV_ENTRIES = {
    "bin", "Scripts", "include", "Include", "lib", "Lib", "lib64", "share", "etc", "pyvenv.cfg", ".gitignore",
    "lessons.stamp", "test.stamp", "CACHEDIR.TAG", ".lock", "man",
}  # fmt: skip
NEEDED_BYTES = 2e9

# What .venv's own Python is asked, with -I: variables and folders that speak for somewhere else stay out.
QUESTION = """
import json, sys
if sys.version_info < (3, 11):
    sys.exit("it is Python %d.%d" % sys.version_info[:2])
sys.path.append(sys.argv[1])
from course_utils.launcher.environment import describe
print(json.dumps(describe(json.loads(sys.argv[2]))))
"""


@dataclass(frozen=True)
class Environment:
    """Where the lessons run: a Python, the folder it belongs to, whether that is the course's own .venv."""

    python: Path
    prefix: Path
    ours: bool


@dataclass(frozen=True)
class Findings:
    """What was found in .venv: ``state`` is "none", "broken", "unfinished" or "ready"; ``why``, if not ready.

    ``facts`` is the answer of ``describe``, where there was one.
    """

    state: str
    why: str = ""
    facts: dict | None = None


@dataclass(frozen=True)
class Tools:
    """What the set-up reaches the outside world with; a test hands in others."""

    run_shown: Callable = process.run_shown
    run_quietly: Callable = process.run_quietly
    say: Callable = say
    clock: Callable = time.monotonic
    free_bytes: Callable = lambda folder: shutil.disk_usage(folder).free
    python: str = getattr(sys, "_base_executable", None) or sys.executable  # also when we run inside .venv


def describe(names_and_modules):
    """What this Python is and holds, as the launcher outside asks it (see QUESTION)."""
    import sysconfig

    return {
        "python": platform.python_version(),
        "build": f"{sys.implementation.cache_tag}-{platform.machine()}",
        "folders": sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}),
        "versions": installed(names_and_modules),
    }


def venv_python(venv):
    """The Python of an environment folder."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


# --- looking ------------------------------------------------------------------------------------------------


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
    """What stands in the folder ``venv``: Findings. Changes nothing.

    ``wanted`` is a dict from stamp name to needs. The last entry holds all that is needed now, the ones
    before it are parts of it: {"lessons": ...} to open the lessons, {"lessons": ..., "test": ...} to test.
    """
    name, needs = list(wanted.items())[-1]
    if not os.path.lexists(venv) or (venv.is_dir() and not any(venv.iterdir())):
        return Findings("none", "it is not made yet")
    facts, error = _ask(venv, needs, run_quietly)
    if facts is None:
        return Findings("broken", error)
    if _read_stamp(venv, name) != stamp_text(needs, facts["build"]):
        return Findings("unfinished", "it was not finished, or the course needs other versions now", facts)
    lacks = unmet(needs, facts["versions"], by="pin")
    if lacks:
        return Findings("unfinished", "; ".join(lacks), facts)
    return Findings("ready", facts=facts)


def _ask(venv, needs, run_quietly):
    """Let .venv's Python describe itself: (facts, "") or (None, why it could not)."""
    python = venv_python(venv)
    if not python.exists():
        return None, f"its Python is gone ({python})"
    names = json.dumps([(need.name, need.module) for need in needs])
    root = str(Path(__file__).resolve().parents[2])
    status, out, errors = run_quietly([str(python), "-I", "-c", QUESTION, root, names])
    if status == process.TIMED_OUT:  # a busy computer is no reason to throw an environment away
        raise Trouble(f"{python} does not answer ({errors}). Start again when this computer is less busy.")
    try:
        return json.loads(out), ""
    except ValueError:
        last = (errors.strip().splitlines() or [f"exit status {status}"])[-1]
        return None, f"its Python will not do ({last})"


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


def _write_stamp(venv, name, text):
    """Whole or not at all: first beside it, then into place."""
    beside = venv / f"{name}.stamp.new"
    with open(beside, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, venv / f"{name}.stamp")


def _remove_stamps(venv):
    for stamp in venv.glob("*.stamp"):
        stamp.unlink()


# --- making and repairing -----------------------------------------------------------------------------------


def own_environment(root, wanted, extra_index=None, tools=None):
    """The course's own .venv, ready: at once when its stamp says so, else made or repaired first.

    ``wanted`` is what look_at takes; ``extra_index`` the address of one more package index.
    """
    tools = tools or Tools()
    venv = root / ".venv"
    environment = Environment(venv_python(venv), venv, ours=True)
    if look_at(venv, wanted, tools.run_quietly).state == "ready":
        return environment
    try:
        with only_one(root / ".course" / "lock", lambda: tools.say(WAITING)) as held:
            findings = look_at(venv, wanted, tools.run_quietly)  # another start may just have finished it
            if findings.state != "ready":
                _prepare(venv, wanted, findings, extra_index, held, tools)
    except OSError as error:
        raise Trouble(_cannot_write(root, error)) from None
    return environment


WAITING = "Another start is making the environment. Waiting for it to finish ..."


def _prepare(venv, wanted, findings, extra_index, held, tools):
    needs = list(wanted.values())[-1]
    started = tools.clock()
    if findings.state in ("none", "broken"):
        _make(venv, findings, tools)
    else:
        _remove_stamps(venv)
        tools.say(f"The environment .venv is not complete: {findings.why}.")
        _sweep([Path(folder) for folder in findings.facts["folders"]], tools.say)
        if not _has_pip(venv, tools):
            _make(venv, Findings("broken", "pip does not work in it"), tools)
    if not extra_index and _torch_will_be_large(needs, findings):
        tools.say(LARGE_TORCH)
    _install(venv, needs, extra_index, held, tools)
    facts = _check(venv, needs, tools)
    _tell_where_the_course_is(venv, Path(facts["folders"][0]))
    for name, part in wanted.items():
        _write_stamp(venv, name, stamp_text(part, facts["build"]))
    seconds = tools.clock() - started
    tools.say(f"\nReady after {seconds:.0f} seconds. From now on this is immediate and needs no network.\n")


def _make(venv, findings, tools):
    """A new, empty environment in the place of whatever half of one is there."""
    version = platform.python_version()
    _want_venv_modules(version)
    if findings.state == "broken":
        tools.say(f"The environment .venv cannot be used: {findings.why}. Making it anew.")
        _clear(venv)
    _want_room(venv.parent, tools)
    tools.say(f"Making the environment of the course in .venv, with Python {version}.")
    status, out, errors = tools.run_quietly([tools.python, "-I", "-m", "venv", str(venv)], seconds=600)
    if status != 0:
        raise Trouble(explain.why_venv_failed(out + errors, _minor(version)))


def _want_venv_modules(version):
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Trouble(explain.no_venv(_minor(version))) from None


def _minor(version):
    return ".".join(version.split(".")[:2])


def _want_room(folder, tools):
    free = tools.free_bytes(folder)
    if free < NEEDED_BYTES:
        raise Trouble(
            f"The environment takes {NEEDED_BYTES / 1e9:.0f} GB. In {folder} {free / 1e9:.1f} GB are free: "
            "make room and start again."
        )


def _clear(venv):
    """Delete a .venv that cannot be used, if an environment is all it is."""
    if venv.is_symlink() or not venv.is_dir():
        raise Trouble(f"{venv} is not a folder made by the course. Move it away, then start again.")
    foreign = sorted(
        entry.name for entry in venv.iterdir() if entry.name.removesuffix(".new") not in VENV_ENTRIES
    )
    if foreign:
        raise Trouble(
            f"{venv} holds files that are not an environment's: {foreign[:5]}. "
            "Move them away, then start again."
        )
    _remove_stamps(venv)  # first: whatever interrupts the deletion, no stamp vouches for the rest
    shutil.rmtree(venv)


def _has_pip(venv, tools):
    ask = [*_pip(venv), "--version"]
    if tools.run_quietly(ask)[0] == 0:
        return True
    tools.run_quietly([str(venv_python(venv)), "-I", "-m", "ensurepip", "--default-pip"], seconds=300)
    return tools.run_quietly(ask)[0] == 0


def _pip(venv):
    """pip of .venv. -I: what the variable PYTHONPATH leads to is not installed here."""
    return [str(venv_python(venv)), "-I", "-m", "pip"]


def _install(venv, needs, extra_index, held, tools):
    """Let pip install the pins, its progress in view. pip's own settings (PIP_..., pip.conf) hold."""
    tools.say(
        f"Installing {len(needs)} packages and what they stand on, once: a minute or two on a fast line.\n"
        "pip reports below; its last step, installing what it collected, is silent for a while.\n"
    )
    command = [*_pip(venv), "install", "--no-input", "--disable-pip-version-check", "--prefer-binary"]
    command += ["--no-user"]  # a --user from pip.conf cannot hold inside an environment
    if extra_index:
        command += ["--extra-index-url", extra_index]
    command += [need.requirement for need in needs]
    status, errors = tools.run_shown(command, keep_open=() if held is None else (held,))
    if status != 0:
        raise Trouble(explain.why_pip_failed(status, errors, _minor(platform.python_version())))


LARGE_TORCH = """\
PyTorch for Linux comes with everything an NVIDIA card needs, several gigabytes, and no such card shows here.
The CPU build is far smaller and all the course needs. To get it, press Ctrl+C now and start again with

    python -m course_utils --cpu-torch ADDRESS

where ADDRESS is the index address that PyTorch's "Get started" page shows for Linux, Pip and CPU.
"""


def _torch_will_be_large(needs, findings):
    here = (findings.facts or {}).get("versions", {})
    wanted = any(need.name == "torch" and need.name not in here for need in needs)
    return wanted and platform.system() == "Linux" and not has_nvidia()


def has_nvidia(which=shutil.which):
    """Does an NVIDIA card show on this computer? Asked of its driver, so it holds before PyTorch is here."""
    return which("nvidia-smi") is not None or os.path.exists("/proc/driver/nvidia/version")


def _check(venv, needs, tools):
    """pip says it is done: does .venv's Python see every package?"""
    facts, error = _ask(venv, needs, tools.run_quietly)
    if facts is None:
        raise Trouble(f"The environment .venv was made, but {error}. Delete it and start again.")
    lacks = unmet(needs, facts["versions"], by="pin")
    if lacks:
        raise Trouble(
            f"pip reported success, but in .venv {'; '.join(lacks)}. A setting of pip's (PIP_TARGET, "
            "PIP_PREFIX, pip.conf) may send packages elsewhere: python -m pip config list shows them."
        )
    return facts


def _tell_where_the_course_is(venv, site_packages):
    """Let the Python of .venv find course_utils, also when an editor starts it and not this launcher."""
    (site_packages / "between_the_pixels.pth").write_text(f"{venv.parent}\n", encoding="utf-8")


def _cannot_write(root, error):
    if error.errno == 28:
        return explain.why_venv_failed("no space left", "")
    return (
        f"The environment .venv cannot be made in {root}: {error}. "
        "Make the folder writable, or clone the course into one that is."
    )


# --- after an interrupted install ---------------------------------------------------------------------------


def _sweep(folders, tell):
    """Forget packages that were installed by half: pip installs them again and keeps the whole ones."""
    for folder in folders:
        for leftover in folder.glob("~*"):  # where pip parks an old version while it puts in the new one
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        for record in sorted(folder.glob("*.dist-info")):
            if not is_whole(record):
                tell(f"  {record.name.removesuffix('.dist-info')} was installed by half")
                shutil.rmtree(record)


def is_whole(dist_info):
    """Is every file of an installed package in place and as long as its RECORD says?"""
    try:
        with open(dist_info / "RECORD", newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        (dist_info / "INSTALLER").stat()  # pip writes this one after all the others
        return all(_is_in_place(dist_info.parent / row[0], row[2]) for row in rows if row)
    except (OSError, ValueError, IndexError, csv.Error):
        return False


def _is_in_place(path, size):
    if not size or path.suffix == ".pyc":  # any Python may have compiled it anew
        return True
    return path.stat().st_size == int(size)
