"""The commands of a teacher: what a class found hard, notes, a hub's servers, trainings kept for a class."""

import os
import tempfile
from pathlib import Path

from course_utils.launcher import ground, hub, places, process
from course_utils.launcher.command import command
from course_utils.launcher.lab import variables
from course_utils.launcher.messages import Trouble, say


@command(
    "report", "what a class found hard, from its progress files; report --help says more", passes_all=True
)
def report(options, rest):
    """What a class found hard, from its progress files."""
    return _run("report", rest)


@command("notes", "what to ask before each prediction, and what to say to each answer", passes_all=True)
def notes(options, rest):
    """Notes for whoever teaches."""
    return _run("notes", rest)


def _run(program, rest):
    """-P: the program runs where the teacher is, and imports nothing from there."""
    return ground.go_on_here(
        ground.stand(["lessons"], {}), ["-P", "-m", f"course_utils.classroom.{program}", *rest]
    )


@command("hub", "what a JupyterHub starts for each learner", passes_all=True)
def start_on_hub(options, rest):
    """Be the server that a JupyterHub starts for a learner; ``rest`` is what the hub adds."""
    environment = hub.hub_environment(ground.wanted_packages(["lessons"])["lessons"], ground.ROOT)
    hub.update(ground.ROOT / "notebooks", ground.ROOT)
    env = hub.hub_variables(environment, ground.ROOT, os.environ) | places.stand_ins(ground.ROOT)
    return process.become(hub.hub_command(environment, rest), env, places.home())


@command("trainings FOLDER", "keep what the lessons learn, so that a class need not train at once")
def trainings(options, rest):
    """Run the lessons that train, and keep what they learned in a folder, for a class to be shown."""
    if len(rest) != 1 or rest[0].startswith("-"):
        raise Trouble(
            "Where to? python -m course_utils trainings FOLDER keeps what the lessons learn in FOLDER."
        )
    environment, folder = ground.stand(["lessons"], options), Path(rest[0]).expanduser().resolve()
    env = variables(environment, ground.ROOT, os.environ)
    env |= {"COURSE_TRAININGS": str(folder), "COURSE_TRAININGS_RECORD": "1"}
    with tempfile.TemporaryDirectory() as scratch:
        env["BETWEEN_THE_PIXELS_HOME"] = scratch
        for lesson in sorted((ground.ROOT / "notebooks").glob("*.ipynb")):
            if '"training"' in lesson.read_text(encoding="utf-8"):  # the tag of its cells
                _train(environment, lesson, scratch, env)
    kept = len(list(folder.glob("*.pickle")))
    say(
        f"{kept} trainings are in {folder}. Learners are shown them where COURSE_TRAININGS names this folder."
    )
    return 0 if kept else 1


def _train(environment, lesson, scratch, env):
    """Run one lesson from top to bottom."""
    say(f"{lesson.name} ...")
    words = ["-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--output-dir", scratch]
    status, errors = process.run_shown([str(environment.python), *words, str(lesson)], env)
    if status:
        last = errors.strip().splitlines()[-1:] or ["it said nothing"]
        raise Trouble(f"{lesson.name} did not run: {last[0]}")
