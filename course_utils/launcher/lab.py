"""How JupyterLab is started: the command line, and the variables its kernels inherit."""

import os
from pathlib import Path
from urllib.parse import quote

from course_utils.launcher.messages import Trouble

FIRST_LESSON = "00_start_here.ipynb"
# Settings of the server and of JupyterLab while the course is open, on this computer, on a hub and on Binder; what a
# learner or a teacher has chosen wins over them.
SETTINGS = Path(__file__).resolve().parent / "jupyter"


def top_folder(root, lessons):
    """What the file browser can reach."""
    return root if lessons.is_relative_to(root) else lessons


def address(path, root, lessons):
    """Where a path stands in the file browser, as a part of an address."""
    name = path.relative_to(top_folder(root, lessons)).as_posix()
    try:
        return quote(name)
    except UnicodeEncodeError:
        raise Trouble(f"A browser cannot open {name!r}: the name is not UTF-8. Choose another one.") from None


def take_notebook(words, root, lessons, is_copy=False):
    """The notebook to open, and the words that are left: the first one named, else lesson 00.

    Its name counts from where the caller is or, failing that, from the folder of the lessons; who asks for a copy
    means the lesson in it.
    """
    name = next((word for word in words if word.endswith(".ipynb") and not word.startswith("-")), None)
    if name is None:
        return lessons / FIRST_LESSON, words
    folders = [lessons, Path.cwd()] if is_copy else [Path.cwd(), lessons]
    found = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if found is None:
        raise Trouble(f"There is no notebook {name}, neither in {lessons} nor in {Path.cwd()}.")
    found, top = found.parent.resolve() / found.name, top_folder(root, lessons)
    if not found.is_relative_to(top.resolve()):
        raise Trouble(
            f"{found} cannot be opened: JupyterLab sees only what is in {top}. Copy it to {lessons}."
        )
    return top / found.relative_to(top.resolve()), [word for word in words if word != name]


def lab_command(environment, root, lessons, extra=(), as_root=False, notebook=None):
    """The command that opens ``notebook``, or lesson 00 of the folder ``lessons``; ``extra`` has the last word."""
    top = top_folder(root, lessons)
    first = address(notebook or lessons / FIRST_LESSON, root, lessons)
    command = [
        str(environment.python), "-m", "jupyterlab",
        f"--ServerApp.root_dir={top}",
        f"--LabApp.default_url=/lab/tree/{first}",
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
