"""The commands of a learner: the lessons, one lesson anew, how things stand, a look at one's own network."""

import importlib.util
import os
import sys
from pathlib import Path

from course_utils.launcher import doctor, ground, hub, in_browser, places, process
from course_utils.launcher.command import command
from course_utils.launcher.environment import Environment
from course_utils.launcher.lab import FIRST_LESSON, address, lab_command, take_notebook, variables
from course_utils.launcher.lessons import MANIFEST, bring, chosen_folder, fresh_copy
from course_utils.launcher.lock import only_one
from course_utils.launcher.messages import Trouble, say, wrapped
from course_utils.platform import IN_BROWSER

DEFAULT_COPY = "my_lessons"
AUDIT_NEEDS = ("torch", "numpy", "tqdm")


@command("", "open the lessons in JupyterLab", name="lab", own={"--copy": DEFAULT_COPY})
def lab(options, rest):
    """Open lesson 00 in JupyterLab, in the course's folder or in the learner's own."""
    if hub.is_on_hub():
        say(wrapped(hub.where_it_is()))
        return 0
    root, lessons = ground.ROOT, ground.ROOT / "notebooks"
    if not (lessons / FIRST_LESSON).is_file():
        raise Trouble(f"{lessons / FIRST_LESSON} is missing. git checkout notebooks brings the lessons back.")
    target = chosen_folder(options["copy"], lessons, root) if "copy" in options else None
    if target:
        address(target, root, target)  # a name that cannot be opened is refused before the work begins
    environment = ground.stand(["lessons"], options)
    if target:
        lessons = _copy(lessons, target)
    notebook, rest = take_notebook(rest, root, lessons, is_copy=bool(target))
    for words in filter(None, [places.closed_words(root), *places.misnamed_words()]):
        say(wrapped(words))
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    say(f"Opening {notebook}\nTo stop: Ctrl+C here, twice.\n")
    env = variables(environment, root, os.environ) | places.stand_ins(root)
    return process.become(lab_command(environment, root, lessons, rest, as_root, notebook), env, root)


def _copy(source, target):
    waiting = "Another start is running. Waiting for it to finish ..."
    with only_one(ground.ROOT / ".course" / "lock", lambda: say(waiting)):
        for message in bring(source, target, ground.ROOT):
            say(f"  {message}")
    return target


@command("fresh 3", "a fresh copy of lesson 03; your own stays beside it", own={"--copy": DEFAULT_COPY})
def fresh(options, rest):
    """A fresh copy of one lesson; what the learner wrote stays beside it."""
    if len(rest) != 1:
        raise Trouble("Which lesson? python -m course_utils fresh 3 brings a fresh copy of lesson 03.")
    folder = _copy_at_hand(options)
    say(wrapped(fresh_copy(rest[0], ground.ROOT / "notebooks", folder, ground.ROOT)))
    return 0


def _copy_at_hand(options):
    """The learner's copy of the lessons: the one named, the one we are in, a hub's, or the usual one."""
    named = [Path(options["copy"]).expanduser().resolve()] if "copy" in options else []
    usual = [Path.cwd(), *([hub.copy_folder()] if hub.is_on_hub() else []), ground.ROOT / DEFAULT_COPY]
    for folder in named or usual:
        if (folder / MANIFEST).is_file():
            return folder
    raise Trouble(
        f"There is no copy of the lessons in {named[0] if named else usual[-1]}. A copy is made by python -m "
        "course_utils lab --copy; in the course's own folder, git checkout notebooks brings a lesson back."
    )


@command("doctor", "versions, device, and what is wrong, in plain words; changes nothing")
def examine(options, rest):
    """Say how things stand."""
    if IN_BROWSER:
        return in_browser.report(say)
    try:
        return doctor.report(ground.ROOT, ground.wanted_packages(["lessons", "test"]))
    except Trouble:
        raise
    except Exception as error:  # a doctor that breaks down is of no use to anybody
        raise Trouble(f"The doctor could not finish: {type(error).__name__}: {error}") from None


@command(
    "audit my_network:UNet --input 1,3,224,224",
    "where the pixels of your own network's maps sit, and which do not fit;\n"
    "runs in the Python you call it with, if that has torch, numpy and tqdm",
    helps=True,
)
def audit(options, rest):
    """Audit somebody's own network, in this Python, where their packages are, if it can; else in the course's."""
    has_all = all(importlib.util.find_spec(name) for name in AUDIT_NEEDS)
    here = Environment(Path(sys.executable), Path(sys.prefix), ours=False)
    environment = here if has_all else ground.stand(["lessons"], options)
    return ground.go_on_here(environment, ["-m", "course_utils.networks.audit", *rest])
