"""Where programs keep things in the home folder, and where instead when that cannot be written."""

import os
import platform
import tempfile
from pathlib import Path

PROGRESS = "BETWEEN_THE_PIXELS_HOME"


def can_write(folder):
    """May a file be made in this folder, or the folder itself, where it does not exist yet? Leaves no trace."""
    folder = Path(folder)
    try:
        nearest = next(place for place in (folder, *folder.parents) if place.exists())
        with tempfile.TemporaryFile(dir=nearest):
            return True
    except (OSError, StopIteration, ValueError):
        return False


def home():
    """The home folder, or a place that cannot be written for somebody who has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull) / "no-home"


def usual():
    """The folders that a lesson's programs write to: variable that names another -> the folder without it."""
    data = {
        "Windows": Path(os.environ.get("APPDATA") or home() / "AppData" / "Roaming") / "jupyter",
        "Darwin": home() / "Library" / "Jupyter",
    }.get(platform.system()) or Path(
        os.environ.get("XDG_DATA_HOME") or home() / ".local" / "share"
    ) / "jupyter"
    return {
        PROGRESS: home() / ".between_the_pixels",
        "JUPYTER_CONFIG_DIR": home() / ".jupyter",
        "JUPYTER_DATA_DIR": data,
        "JUPYTER_RUNTIME_DIR": Path(os.environ.get("JUPYTER_DATA_DIR") or data) / "runtime",
        "IPYTHONDIR": home() / ".ipython",
        "MPLCONFIGDIR": home() / ".config" / "matplotlib",
    }


def progress_folder():
    """The folder of the progress file, as ``course_utils.exercises`` finds it (a test compares the two)."""
    chosen = Path(os.environ.get(PROGRESS) or usual()[PROGRESS])
    try:
        chosen = chosen.expanduser()
    except RuntimeError:  # ~somebody who is not here
        return Path(os.devnull) / chosen
    return chosen if chosen.is_absolute() else home() / chosen


def closed():
    """The usual folders that cannot be written: variable -> folder. A variable that is set is somebody's choice."""
    return {
        name: folder for name, folder in usual().items() if not os.environ.get(name) and not can_write(folder)
    }


def misnamed():
    """The folders that a variable names and that cannot be written: variable -> folder. Progress aside: see there."""
    chosen = {name: os.environ.get(name) for name in usual() if name != PROGRESS}
    return {name: folder for name, folder in chosen.items() if folder and not can_write(folder)}


def misnamed_words():
    """One sentence on each of them. Nothing stands in for what somebody chose, so a program may end there."""
    return [
        f"You cannot write to {folder}, which the variable {name} names: name another folder, or unset it."
        for name, folder in misnamed().items()
    ]


def instead(root):
    """The folder in the course that stands in for closed ones, or None where the course is closed as well."""
    return root / ".course" / "home" if can_write(root) else None


def stand_ins(root):
    """The variables that open what is closed: variable -> folder.

    In a course that cannot be written either, Jupyter gets a temporary folder, and progress none: what is
    called kept must not be gone tomorrow.
    """
    names = list(closed())
    if not names:
        return {}
    if folder := instead(root):
        return {name: str(folder / name.lower()) for name in names}
    folder = Path(tempfile.mkdtemp(prefix="between-the-pixels-"))
    return {name: str(folder / name.lower()) for name in names if name != PROGRESS}


def closed_words(root):
    """One sentence on what a home folder that cannot be written means, "" where it can."""
    found = closed()
    if not found:
        return ""
    what = f"You cannot write to {next(iter(found.values()))}"
    kept = "JupyterLab's settings are"
    if PROGRESS in found:
        kept = "your progress and JupyterLab's settings are"
    if folder := instead(root):
        return (
            f"{what}, so {kept} kept in {folder}: nothing is lost, as long as you start with "
            "python -m course_utils."
        )
    if PROGRESS not in found:
        kept = "; your progress is kept" if can_write(progress_folder()) else ""
        return f"{what}, so JupyterLab forgets its settings when it stops{kept}."
    return (
        f"{what}, nor to the course's folder, so your progress is lost when a notebook is closed: "
        f"name a folder of your own in the variable {PROGRESS}."
    )
