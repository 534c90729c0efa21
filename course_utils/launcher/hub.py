"""``python -m course_utils hub``: what a JupyterHub starts for a learner, in place of jupyterhub-singleuser.

As the learner: bring the copy of the lessons in the home up to date, then go on as the single-user server, which
opens lesson 00 of that copy. The course itself is shared and only read; ``hub/`` shows how a hub is told about it.
"""

import contextlib
import importlib.util
import os
import sys
from pathlib import Path
from urllib.parse import quote

from course_utils.launcher import places
from course_utils.launcher.environment import Environment, this_environment
from course_utils.launcher.lab import FIRST_LESSON, variables
from course_utils.launcher.lessons import bring
from course_utils.launcher.lock import only_one
from course_utils.launcher.messages import Trouble, say

COPY = "between_the_pixels"  # in the learner's home
DEFAULT_URL = "JUPYTERHUB_DEFAULT_URL"  # set by a hub whose teacher has chosen another place to land


def is_on_hub(environ=None):
    """Is this a server that a JupyterHub started, or something started from there?"""
    return "JUPYTERHUB_SERVICE_PREFIX" in (os.environ if environ is None else environ)


def copy_folder():
    """The learner's own copy of the lessons on a hub."""
    return places.home() / COPY


def where_it_is():
    """What to say on a hub to somebody who would open the lessons."""
    return (
        "JupyterLab is running already: this is a hub. Your own copy of the lessons is in "
        f"{copy_folder()}; open {COPY}/{FIRST_LESSON} in the file browser on the left. Every new start of "
        "your server brings updates into it, and never overwrites what you wrote."
    )


def hub_environment(needs, root):
    """The environment we are in; nothing is installed on a hub while a learner waits."""
    here, lacks = this_environment(needs, root)
    if lacks:
        raise Trouble(
            f"The Python of this hub's servers ({sys.executable}) is not enough for the course: {'; '.join(lacks)}. "
            "Whoever runs the hub installs it: python -m pip install with the lines of pyproject.toml."
        )
    if importlib.util.find_spec("jupyterhub") is None:
        raise Trouble(
            f"{sys.executable} has no jupyterhub, so it cannot be a server of a hub. Whoever runs the hub "
            "installs it there, in the version of the hub: python -m pip install jupyterhub"
        )
    return here or Environment(Path(sys.executable), Path(sys.prefix), ours=True)


def update(source, root):
    """Bring the learner's copy up to date. What stands in the way never keeps the server from starting."""
    folder = copy_folder()
    with only_one(
        places.progress_folder() / "hub.lock", lambda: say("Another server of yours is starting ...")
    ):
        try:
            with contextlib.suppress(OSError):  # bring will say it
                folder.mkdir(
                    mode=0o700, parents=True, exist_ok=True
                )  # in a home that classmates may look into
            messages = bring(source, folder, root)
        except Trouble as trouble:
            messages = [str(trouble)]
    for message in messages:
        say(f"  {message}")


def hub_command(environment, rest=()):
    """The single-user server; ``rest`` is what the hub's configuration adds.

    -P: it starts in the home, and a file ``random.py`` there must not be taken for Python's.
    """
    return [str(environment.python), "-P", "-m", "jupyterhub.singleuser", *rest]


def hub_variables(environment, root, inherited):
    """``variables``, and the lesson to land on, unless the teacher has named another place."""
    changed = variables(environment, root, inherited)
    first, top = copy_folder() / FIRST_LESSON, _top(inherited)
    if not changed.get(DEFAULT_URL) and first.is_file() and first.is_relative_to(top):
        changed[DEFAULT_URL] = f"/lab/tree/{quote(first.relative_to(top).as_posix())}"
    return changed


def _top(inherited):
    """The folder that the file browser begins at."""
    chosen = inherited.get("JUPYTERHUB_ROOT_DIR") or inherited.get("JUPYTERHUB_NOTEBOOK_DIR")
    return Path(chosen).expanduser() if chosen else places.home()
