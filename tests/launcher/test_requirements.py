"""Reading pyproject.toml, comparing versions, and looking at what is installed."""

import importlib.metadata
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from course_utils.launcher.messages import Trouble
from course_utils.launcher.requirements import Need, installed, read_needs, satisfies, unmet

NUMBERS = st.lists(st.integers(0, 12), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
TAILS = st.sampled_from(["", "", "", "rc1", "a2", ".dev3", ".post1", "+cpu", "+cu130", "rc1+cpu"])
RANGES = st.lists(st.tuples(st.sampled_from([">=", "<", "=="]), NUMBERS).map("".join), min_size=1, max_size=3)


@given(NUMBERS, TAILS, RANGES.map(",".join))
def test_versions_compare_as_packaging_compares_them(numbers, tail, ranges):
    expected = SpecifierSet(ranges).contains(numbers + tail, prereleases=True)
    assert satisfies(numbers + tail, ranges) == expected


@pytest.mark.parametrize("build", ["2.13.0+cpu", "2.13.0+cu130", "2.13", "2.13.0"])
def test_a_build_tag_is_no_other_version(build):
    assert satisfies(build, "==2.13.0")


def test_a_range_we_cannot_read_is_an_error_that_repeats_it():
    with pytest.raises(ValueError, match=r"got '~=1\.2'"):
        satisfies("1.2", "~=1.2")


PROJECT = """
[project]
dependencies = ["numpy==2.4.6", "opencv-python-headless==5.0.0.93"]
[project.optional-dependencies]
test = ["pytest-xdist==3.8.0"]
[tool.course_utils]
accepted = {numpy = ">=2", opencv-python-headless = ">=4", pytest-xdist = ">=3"}
modules = {opencv-python-headless = "cv2", pytest-xdist = "xdist"}
"""


def test_needs_are_read_in_order_with_their_modules(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    assert read_needs(tmp_path / "pyproject.toml", ["test"]) == (
        Need("numpy", "==2.4.6", ">=2", "numpy"),
        Need("opencv-python-headless", "==5.0.0.93", ">=4", "cv2"),
        Need("pytest-xdist", "==3.8.0", ">=3", "xdist"),
    )
    assert len(read_needs(tmp_path / "pyproject.toml")) == 2


def test_a_pyproject_that_is_gone_or_torn_is_explained(tmp_path):
    with pytest.raises(Trouble, match="complete copy of the course"):
        read_needs(tmp_path / "pyproject.toml")
    (tmp_path / "pyproject.toml").write_text("<<<<<<< HEAD\n[project]\n")
    with pytest.raises(Trouble, match=r"git checkout pyproject\.toml"):
        read_needs(tmp_path / "pyproject.toml")


def test_installed_agrees_with_the_packages_own_metadata():
    found = installed([("numpy", "numpy"), ("pillow", "PIL"), ("no-such-package", "no_such_module")])
    assert found == {name: importlib.metadata.version(name) for name in ("numpy", "pillow")}


def test_a_module_without_a_package_name_counts_with_an_unknown_version(tmp_path, monkeypatch):
    """conda's OpenCV may carry another name than pip's."""
    (tmp_path / "module_of_another_name.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert installed([("package-of-pip", "module_of_another_name")]) == {"package-of-pip": ""}


def test_an_empty_folder_is_not_an_installed_module(tmp_path, monkeypatch):
    (tmp_path / "leftover_folder").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert installed([("leftover-folder", "leftover_folder")]) == {}


def test_unmet_says_for_each_package_what_is_wrong():
    needs = [Need(name, "==2.0", ">=1.5", name) for name in ("gone", "old", "near", "exact", "unknown")]
    versions = {"old": "1.4", "near": "1.9", "exact": "2.0", "unknown": ""}
    assert unmet(needs, versions) == ["gone is not installed", "old is 1.4, not >=1.5"]
    assert unmet(needs, versions, by="pin") == [
        "gone is not installed", "old is 1.4, not ==2.0", "near is 1.9, not ==2.0",
        "unknown does not say its version",
    ]  # fmt: skip
