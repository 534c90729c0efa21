"""pyproject.toml, environment.yml and .ci/run say the same thing."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from course_utils.launcher.requirements import read_needs, satisfies

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETTINGS = PYPROJECT["tool"]["course_utils"]
TEST_PACKAGES = [line.partition("==")[0] for line in PYPROJECT["project"]["optional-dependencies"]["test"]]
NEEDS = read_needs(ROOT / "pyproject.toml", ["test"])
TEST_COMMAND = "python -m course_utils test"


def conda_packages(path=ROOT / "environment.yml"):
    """The packages of environment.yml: name -> range."""
    lines = yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]
    return dict([*line.split(maxsplit=1), ""][:2] for line in lines)


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.name)
def test_every_pin_is_exact_and_inside_its_own_range(need):
    assert re.fullmatch(r"==\d+(\.\d+)+", need.pin)
    assert satisfies(need.pin.removeprefix("=="), need.accepted)


def test_conda_gets_the_same_packages_in_the_accepted_ranges():
    packages = conda_packages()
    assert packages.pop("python") == PYPROJECT["project"]["requires-python"]
    assert packages.pop("pip") == ""  # Binder installs the course with it
    assert packages == {SETTINGS["conda"].get(need.name, need.name): need.accepted for need in NEEDS}


def test_conda_takes_everything_from_conda_forge():
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert content["channels"] == ["conda-forge", "nodefaults"]


def test_binder_gets_the_same_packages_without_those_of_the_tests():
    for_tests = {SETTINGS["conda"].get(name, name) for name in TEST_PACKAGES}
    expected = {
        name: wanted for name, wanted in conda_packages().items() if name not in {*for_tests, "python"}
    }
    packages = conda_packages(ROOT / ".binder" / "environment.yml")
    (python,) = (name for name in packages if re.fullmatch(r"python=3\.\d+", name))  # what repo2docker reads
    assert packages.pop(python) == ""
    assert packages == expected and for_tests
    assert satisfies(python.partition("=")[2], PYPROJECT["project"]["requires-python"])


def test_no_setting_is_left_over_from_a_package_that_went():
    names = {need.name for need in NEEDS}
    assert set(SETTINGS["accepted"]) == names
    assert set(SETTINGS["modules"]) <= names and set(SETTINGS["conda"]) <= names


def test_torchvision_is_not_needed():
    """Its wheel cannot be imported beside a CPU build of torch."""
    assert not any(need.name == "torchvision" for need in NEEDS)


def test_the_oldest_python_is_the_same_everywhere():
    from course_utils.__main__ import OLDEST

    assert PYPROJECT["project"]["requires-python"] == ">=" + ".".join(map(str, OLDEST))


def test_continuous_integration_runs_the_readmes_test_command():
    commands = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert TEST_COMMAND in commands
    assert TEST_COMMAND in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "export COURSE_REQUIRE_BROWSER=1" in " ".join(shlex.split("\n".join(commands), comments=True))
