"""How JupyterLab is started: the command line, and the variables its kernels inherit."""

import os
from pathlib import Path
from urllib.parse import quote

FIRST_LESSON = "00_start_here.ipynb"
# Settings of the server and of JupyterLab while the course is open, on this computer, on a hub and on Binder; what a
# learner or a teacher has chosen wins over them.
SETTINGS = Path(__file__).resolve().parent / "jupyter"


def lab_command(environment, root, lessons, extra=(), as_root=False):
    """The command that opens lesson 00 of the folder ``lessons``; ``extra`` has the last word."""
    top = root if lessons.is_relative_to(root) else lessons  # what the file browser can reach
    first = (lessons / FIRST_LESSON).relative_to(top).as_posix()
    command = [
        str(environment.python), "-m", "jupyterlab",
        f"--ServerApp.root_dir={top}",
        f"--LabApp.default_url=/lab/tree/{quote(first)}",
    ]  # fmt: skip
    if os.access(root, os.W_OK):
        # Tabs of other projects, or of another copy of the lessons, stay out of this one.
        command.append(f"--LabApp.workspaces_dir={root / '.course' / 'workspaces' / lessons.name}")
    if as_root:  # containers; the server listens to this computer only and asks for a token
        command.append("--allow-root")
    chosen = {word.partition("=")[0] for word in extra}  # JupyterLab refuses an option that is given twice
    return [*(word for word in command if word.partition("=")[0] not in chosen or "=" not in word), *extra]


def variables(environment, root, inherited):
    """The variables for everything that runs in ``environment``: ``inherited`` with the course in front.

    PYTHONPATH   kernels start in the folder of their notebook and must find course_utils
    JUPYTER_PATH this environment's kernel "python3" comes before one of the same name in the home folder
    JUPYTER_CONFIG_PATH
                 how the server talks to kernels and saves lessons (jupyter_server_config.json), and no questions
                 about news and updates of JupyterLab. Nothing is written for it anywhere; an argument wins over it
    PATH         ``!python`` in a notebook, or a terminal beside it, is the Python of the lessons
    """
    changed = dict(inherited)
    changed["PYTHONPATH"] = str(root)
    changed["JUPYTER_PATH"] = _in_front(
        environment.prefix / "share" / "jupyter", inherited.get("JUPYTER_PATH")
    )
    changed["JUPYTER_CONFIG_PATH"] = _in_front(SETTINGS, inherited.get("JUPYTER_CONFIG_PATH"))
    if environment.ours:
        changed["PATH"] = _in_front(Path(environment.python).parent, inherited.get("PATH"))
        changed["VIRTUAL_ENV"] = str(environment.prefix)
        changed.pop("PYTHONHOME", None)
    else:  # in the course's own .venv, packages that PYTHONPATH leads to would come before the pinned ones
        changed["PYTHONPATH"] = _in_front(root, inherited.get("PYTHONPATH"))
    return changed


def _in_front(first, rest):
    return os.pathsep.join([str(first), rest] if rest else [str(first)])
