"""The image of hub/Dockerfile, as far as it can be tried without Docker: its steps, done by hand.

What it copies is copied, in its order and less what hub/Dockerfile.dockerignore leaves out; what it runs is what the
system of its base has; and a learner's server starts out of it.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import pytest
import yaml

from course_utils.launcher.lab import FIRST_LESSON
from course_utils.launcher.requirements import read_needs, satisfies
from tests.test_style import files_of_the_repository

ROOT = Path(__file__).resolve().parents[2]
HUB = ROOT / "hub"
VALUES = yaml.safe_load((HUB / "values.yaml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OF_THE_BASE = {"python", "rm", "useradd"}  # the image of Python is a Debian: coreutils, passwd
INSTRUCTIONS = {"FROM", "ARG", "WORKDIR", "COPY", "RUN", "USER", "ENV", "CMD"}

TEXT = re.sub(r"^#.*\n", "", (HUB / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
LINES = re.sub(r"\\\n", " ", TEXT).splitlines()
STEPS = [tuple(line.split(maxsplit=1)) for line in LINES if line.strip()]
LEFT_OUT = (HUB / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()


def every(instruction):
    return [rest for name, rest in STEPS if name == instruction]


def variables():
    return dict(word.split("=", 1) for rest in every("ENV") for word in shlex.split(rest))


def is_left_out(name):
    """Does the file, or a folder that it is in, match a pattern? ``**/`` is any folder, as Docker reads it."""
    path = PurePosixPath(name)
    ways = [path, *path.parents][:-1]
    return any(
        fnmatchcase(str(way), pattern) or (pattern.startswith("**/") and fnmatchcase(way.name, pattern[3:]))
        for way in ways
        for pattern in LEFT_OUT
    )


# --- its text -----------------------------------------------------------------------------------------------


def test_every_instruction_is_dockers():
    assert {name for name, _ in STEPS} <= INSTRUCTIONS and STEPS[0][0] == "FROM"
    assert not [
        pattern for pattern in LEFT_OUT if pattern.startswith(("!", "/"))
    ]  # as is_left_out reads them


def test_its_python_is_the_one_that_binder_and_the_book_have():
    (version,) = re.findall(r"^python:(3\.\d+)-slim$", every("FROM")[0])
    assert satisfies(version, PROJECT["requires-python"])
    assert f"python={version}" in (ROOT / ".binder" / "environment.yml").read_text(encoding="utf-8")
    book = yaml.safe_load((ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8"))
    assert version in [step.get("with", {}).get("python-version") for step in book["jobs"]["build"]["steps"]]


@pytest.mark.skipif(shutil.which("sh") is None, reason="no sh here")
@pytest.mark.parametrize("step", every("RUN"))
def test_what_it_runs_is_there_and_reads_what_was_declared(step):
    subprocess.run(["sh", "-n", "-c", step], check=True)
    assert {shlex.split(each)[0] for each in step.split("&&")} <= OF_THE_BASE
    assert set(re.findall(r"\$\{?([A-Z_]+)", step)) <= {word.partition("=")[0] for word in every("ARG")}


def test_it_does_not_run_as_root_and_its_course_is_only_read():
    names = [name for name, _ in STEPS]
    assert every("USER")[-1] == "jovyan"
    copied = max(number for number, name in enumerate(names) if name == "COPY")
    assert names.index("USER") > copied  # so it is root's
    course, home = every("WORKDIR")[0], every("WORKDIR")[-1]
    assert variables()["PYTHONPATH"] == course and not course.startswith(home)
    assert home == VALUES["singleuser"]["storage"]["homeMountPath"]
    made = next(step for step in every("RUN") if step.startswith("useradd"))
    assert shlex.split(made)[-1] == "jovyan" and "--create-home" in made and home == "/home/jovyan"


def test_it_starts_what_the_values_start():
    assert json.loads(every("CMD")[-1]) == VALUES["singleuser"]["cmd"]


def test_it_holds_what_the_course_needs():
    """The very words of the step, run here: the pins of pyproject.toml, all of them and no others."""
    step = next(rest for rest in every("RUN") if "needs.txt" in rest)
    words = shlex.split(step)
    code = words[words.index("-c") + 1]
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    needs = [need.requirement for need in read_needs(ROOT / "pyproject.toml")]
    assert printed.stdout.split() == needs == PROJECT["dependencies"]
    assert "-r /tmp/needs.txt" in step
    copied = [shlex.split(rest)[0] for name, rest in STEPS[: STEPS.index(("RUN", step))] if name == "COPY"]
    assert copied == ["pyproject.toml"]  # so this step is done anew when the pins change, and only then


# --- built by hand ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The folder of the course in the image."""
    course = tmp_path_factory.mktemp("image")
    kept = [path for path in files_of_the_repository() if not is_left_out(path.relative_to(ROOT).as_posix())]
    for words in map(shlex.split, every("COPY")):
        source, target = words
        assert target in (".", "./") and (ROOT / source).exists()
        for path in kept:
            if source in (".", path.relative_to(ROOT).as_posix()):
                place = course / path.relative_to(ROOT)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, place)
    return course


def test_what_is_left_out_is_no_part_of_the_course(image):
    assert {"course_utils", "notebooks", "data", "pyproject.toml", "LICENSE"} <= set(os.listdir(image))
    assert not {".git", ".venv", "tests", "benchmarks", "artifacts"} & set(os.listdir(image))


def test_the_course_is_compiled_in_it(image):
    (step,) = (rest for rest in every("RUN") if "compileall" in rest)
    done = subprocess.run([sys.executable, *shlex.split(step)[1:]], cwd=image, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


SINGLEUSER = """
import json, os, sys
names = ("PYTHONPATH", "JUPYTERHUB_DEFAULT_URL", "JUPYTER_CONFIG_PATH")
print(json.dumps([sys.argv[1:], os.getcwd(), {name: os.environ.get(name) for name in names}]))
"""


@pytest.mark.skipif(os.name != "posix", reason="the image is a Linux")
def test_a_learners_server_starts_out_of_it(image, tmp_path):
    """With a stand-in for jupyterhub, which says what it was started with."""
    hub, home = tmp_path / "hub" / "jupyterhub", tmp_path / "home"
    hub.mkdir(parents=True)
    home.mkdir()
    (hub / "__init__.py").touch()
    (hub / "singleuser.py").write_text(SINGLEUSER)
    said = variables()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "BETWEEN"))}
    env |= said | {"HOME": str(home), "JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}
    env["PYTHONPATH"] = os.pathsep.join([str(image), str(hub.parent)])
    command = [sys.executable, *json.loads(every("CMD")[-1])[1:], "--ip=0.0.0.0"]
    done = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    words, folder, seen = json.loads(done.stdout.splitlines()[-1])
    assert words == ["--ip=0.0.0.0"] and Path(folder) == home
    assert seen["JUPYTERHUB_DEFAULT_URL"] == f"/lab/tree/between_the_pixels/{FIRST_LESSON}"
    settings = Path(seen["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0]) / "jupyter_server_config.json"
    assert settings.is_relative_to(image) and settings.is_file()
    lessons = {path.name: path.read_bytes() for path in (image / "notebooks").glob("*.ipynb")}
    mine = {path.name: path.read_bytes() for path in (home / "between_the_pixels").glob("*.ipynb")}
    assert mine == lessons and len(lessons) > 10
