"""Making and repairing .venv: only what answered as .venv is changed, and nothing that works is lost.

What is changed is an environment that was believed (see ``environment``). What cannot be used is put aside in
.course and deleted when the new one is ready; if that fails (without a network, say), it comes back.
"""

import contextlib
import csv
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from course_utils.files import write_whole
from course_utils.launcher import explain, process
from course_utils.launcher.environment import (
    ALONE,
    Environment,
    is_inside,
    leads_elsewhere,
    look_at,
    remove_stamps,
    stamp_text,
    venv_python,
)
from course_utils.launcher.lock import only_one
from course_utils.launcher.messages import Trouble, say
from course_utils.launcher.requirements import unmet

# What the packages take on the disk. With the CPU build of PyTorch and all that the tests need .venv was
# measured at 1.8 GB (torch alone 0.75); the libraries for NVIDIA cards add about 4. Without torch: 0.9, of
# which the tests' part, which is what a repair usually adds, is 0.3.
CUDA_BYTES, CPU_BYTES, REST_BYTES = 6e9, 2e9, 0.5e9
NOTE = "between_the_pixels.pth"  # tells .venv's Python where course_utils is


@dataclass(frozen=True)
class Tools:
    """What the set-up reaches the outside world with; a test hands in others."""

    run_shown: Callable = process.run_shown
    run_quietly: Callable = process.run_quietly
    say: Callable = say
    clock: Callable = time.monotonic
    free_bytes: Callable = lambda folder: shutil.disk_usage(folder).free
    python: str = getattr(sys, "_base_executable", None) or sys.executable  # also when we run inside .venv


def own_environment(root, wanted, extra_index=None, tools=None):
    """The course's own .venv, ready: at once when its stamp says so, else made or repaired first.

    ``wanted`` is what look_at takes; ``extra_index`` the address of one more package index.
    """
    tools = tools or Tools()
    venv = root / ".venv"
    environment = Environment(venv_python(venv), venv, ours=True)
    _shorten_note(venv)
    if look_at(venv, wanted, tools.run_quietly).state == "ready" and not _aside(root):
        return environment
    _want_own_folder(root / ".course")
    try:
        with only_one(root / ".course" / "lock", lambda: tools.say(WAITING)) as held:
            _bring_back(root, venv)
            findings = look_at(venv, wanted, tools.run_quietly)  # another start may just have finished it
            if findings.state != "ready":
                _prepare(venv, wanted, findings, extra_index, held, tools)
            for old in _aside(root):
                shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise Trouble(_cannot_write(root, error)) from None
    return environment


WAITING = "Another start is making the environment. Waiting for it to finish ..."
UNKNOWN = """\
The environment .venv may be intact, so nothing was changed. Fix the cause and start again.
If the folder came from another computer or was only partly copied, move it away, then start again."""


def _prepare(venv, wanted, findings, extra_index, held, tools):
    if findings.state == "not ours":
        raise Trouble(f"{findings.why}. The course did not make it. Move it away, then start again.")
    if findings.state == "unknown":
        raise Trouble(f"{findings.why}.\n{UNKNOWN}")
    needs, answer = list(wanted.values())[-1], findings.answer
    started = tools.clock()
    broken = findings.why if findings.state == "broken" else ""
    if findings.state == "unfinished" and not _has_pip(venv, tools):
        broken = "pip does not work in it"
    _want_room(venv.parent, needs, {} if broken or not answer else answer.versions, extra_index, tools)
    with _replacing(venv, broken, tools) if broken else contextlib.nullcontext():
        if broken or findings.state == "none":
            _make(venv, tools)
        else:
            tools.say(f"The environment .venv is not complete: {findings.why}.")
            remove_stamps(venv)
            _sweep(dict.fromkeys(answer.folders), tools.say)
        _fill(venv, wanted, extra_index, held, tools)
    seconds = tools.clock() - started
    tools.say(
        f"\nReady after {seconds:.0f} seconds. From now on, starting is immediate and needs no network.\n"
    )


def _fill(venv, wanted, extra_index, held, tools):
    """Install what is wanted into an environment that answers for .venv, and stamp it when all is there."""
    needs = list(wanted.values())[-1]
    _believed(venv, wanted, tools)
    _install(venv, needs, extra_index, held, tools)
    answer = _believed(venv, wanted, tools)
    _want_all(needs, answer)
    write_whole(answer.folders[0] / NOTE, _note(venv, answer.folders[0]))
    for name, part in wanted.items():
        write_whole(venv / f"{name}.stamp", stamp_text(part, answer.build).encode("ascii"))


def _believed(venv, wanted, tools):
    """The answer of an environment that was just made or changed: it must still answer for itself."""
    findings = look_at(venv, wanted, tools.run_quietly)
    if findings.state not in ("unfinished", "ready"):
        raise Trouble(f"The environment .venv was made, but {findings.why}. Start again.")
    return findings.answer


# --- the old one, until the new one is ready ----------------------------------------------------------------


def _want_own_folder(folder):
    """.course must be a folder of this course: through a link a former .venv would land somewhere else."""
    if leads_elsewhere(folder):
        what = f"leads elsewhere, to {os.path.realpath(folder)}"
    elif os.path.lexists(folder) and not folder.is_dir():
        what = "is not a folder"
    else:
        return
    raise Trouble(f"{folder} {what}. The course did not make it. Move it away, then start again.")


def _aside(root):
    """Former environments that wait in .course, and can go once .venv is ready."""
    folder = root / ".course"
    return [] if leads_elsewhere(folder) else sorted(folder.glob("former-venv-*"))


def _bring_back(root, venv):
    """A start that was killed at the worst moment left a former environment and no other."""
    if not os.path.lexists(venv) and (former := _aside(root)):
        os.rename(former[-1], venv)


@contextlib.contextmanager
def _replacing(venv, why, tools):
    """Put .venv aside while the block makes a new one; bring it back if the block fails."""
    tools.say(f"The environment .venv cannot be used: {why}. Making a new one.")
    former = _free_name(venv.parent / ".course")
    former.parent.mkdir(exist_ok=True)
    os.rename(venv, former)
    try:
        yield
    except BaseException:
        shutil.rmtree(venv, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.rename(former, venv)
        raise


def _free_name(folder):
    number = 1
    while os.path.lexists(name := folder / f"former-venv-{number}"):
        number += 1
    return name


# --- making -------------------------------------------------------------------------------------------------


def _make(venv, tools):
    """A new environment, with pip and nothing else in it."""
    version = platform.python_version()
    _want_venv_modules(version)
    tools.say(f"Making the environment of the course in .venv, with Python {version}.")
    status, out, errors = tools.run_quietly([tools.python, *ALONE, "-m", "venv", str(venv)], seconds=600)
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


def _want_room(folder, needs, versions, extra_index, tools):
    """Refuse to begin what the disk has no room for; ``versions`` is what is installed already."""
    torch_is_here = not unmet([need for need in needs if need.name == "torch"], versions, by="pin")
    large = platform.system() == "Linux" and not extra_index  # elsewhere pip's own choice is the CPU build
    needed = REST_BYTES if torch_is_here else CUDA_BYTES if large else CPU_BYTES
    free = tools.free_bytes(folder)
    if free < needed:
        small = f" {SMALL_TORCH}" if needed == CUDA_BYTES else ""
        raise Trouble(
            f"The environment takes {needed / 1e9:.1g} GB. In {folder} {free / 1e9:.1f} GB are free: free some "
            f"more and start again.{small}"
        )
    if large and not torch_is_here and not has_nvidia():
        tools.say(LARGE_TORCH)


SMALL_TORCH = f"""\
With the CPU build of PyTorch it takes {CPU_BYTES / 1e9:.0f} GB:

    python -m course_utils --cpu-torch ADDRESS

where ADDRESS is the index address that PyTorch's "Get started" page shows for Linux, Pip and CPU."""
LARGE_TORCH = f"""\
PyTorch for Linux comes with everything an NVIDIA card needs, several gigabytes, and no such card was found
here.
The CPU build is all the course needs. To get it, press Ctrl+C now and start again. {SMALL_TORCH}
"""


def has_nvidia(which=shutil.which):
    """Does an NVIDIA card show on this computer? Asked of its driver, so it holds before PyTorch is here."""
    return which("nvidia-smi") is not None or os.path.exists("/proc/driver/nvidia/version")


def _note(venv, site_packages):
    """Let the Python of .venv find course_utils, also when an editor starts it and not this launcher.

    Relative, so it holds after a move, and plain ASCII whatever the folders are called: up to Python 3.12 the
    file is read in the encoding of the moment, and a letter it does not know keeps Python from starting.
    """
    way_up = os.path.relpath(os.path.realpath(venv.parent), os.path.realpath(site_packages))
    return (way_up.replace(os.sep, "/") + "\n").encode("ascii")


def _shorten_note(venv):
    """Former versions of the course wrote the note with the folder's whole name. Only ours, only in .venv."""
    if leads_elsewhere(venv):
        return
    for place in ("lib/python3*/site-packages", "Lib/site-packages"):
        for note in venv.glob(f"{place}/{NOTE}"):
            with contextlib.suppress(OSError):
                if is_inside(note.parent, venv) and note.read_bytes() != _note(venv, note.parent):
                    write_whole(note, _note(venv, note.parent))


def _cannot_write(root, error):
    if error.errno == 28:
        return explain.why_venv_failed("no space left", "")
    return (
        f"The environment .venv cannot be made in {root}: {error}. "
        "Make the folder writable, or clone the course into one that is."
    )


# --- pip ----------------------------------------------------------------------------------------------------


def _pip(venv):
    """pip of .venv. Alone: what the variable PYTHONPATH leads to is not installed here."""
    return [str(venv_python(venv)), *ALONE, "-m", "pip"]


def _has_pip(venv, tools):
    """Does pip answer in an environment that was believed? If not, Python can bring it back by itself."""
    ask = [*_pip(venv), "--version"]
    if _answers(ask, tools):
        return True
    tools.run_quietly([str(venv_python(venv)), *ALONE, "-m", "ensurepip", "--default-pip"], seconds=300)
    return _answers(ask, tools)


def _answers(command, tools):
    status, _, errors = tools.run_quietly(command)
    if status in (process.TIMED_OUT, process.CANNOT_START):  # says nothing about the environment
        raise Trouble(f"pip in .venv did not answer ({errors.strip()}).\n{UNKNOWN}")
    return status == 0


def _install(venv, needs, extra_index, held, tools):
    """Let pip install the pins, its progress in view. pip's own settings (PIP_..., pip.conf) hold."""
    _want_packages_to_stay(venv, tools)
    tools.say(
        f"Installing {len(needs)} packages and their dependencies, once: a minute or two on a fast "
        "connection.\n"
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


def _want_packages_to_stay(venv, tools):
    """pip's own settings hold, except those that send packages out of .venv."""
    _, settings, _ = tools.run_quietly([*_pip(venv), "config", "list"])
    away = re.findall(r"^(?:global|install|:env:)\.(?:target|prefix|root|python)=.*$", settings, re.MULTILINE)
    if away:
        raise Trouble(
            f"A pip setting sends packages somewhere other than .venv: {'; '.join(away)}. "
            "Take it out of pip.conf, or unset the variable (PIP_TARGET, PIP_PREFIX, PIP_ROOT, PIP_PYTHON), "
            "then start again."
        )


def _want_all(needs, answer):
    """pip says it is done: does .venv's Python see every package?"""
    lacks = unmet(needs, answer.versions, by="pin")
    if lacks:
        raise Trouble(
            f"pip reported success, but in .venv {'; '.join(lacks)}. A pip setting may keep it from "
            "installing: python -m pip config list shows them all."
        )


# --- after an interrupted install ---------------------------------------------------------------------------


def _sweep(folders, tell):
    """Forget packages that were only partly installed: pip installs them again and keeps the whole ones."""
    for folder in folders:
        for leftover in folder.glob("~*"):  # where pip parks an old version while it puts in the new one
            _delete(leftover)
        for record in sorted(folder.glob("*.dist-info")):
            if not is_whole(record):
                tell(f"  {record.name.removesuffix('.dist-info')} was only partly installed")
                _delete(record)


def _delete(path):
    """A folder with all in it, a file, or a link and not what it leads to."""
    shutil.rmtree(path) if path.is_dir() and not leads_elsewhere(path) else path.unlink()


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
