"""The default run draws the same examples every time; a search draws others and says how to see a failure again."""

import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import tools
from tests import search
from tests.conftest import shuffled_by_file

ROOT = Path(__file__).resolve().parents[1]
# a property that fails for nearly every number, and for another one each time
RARE = """
from hypothesis import given, strategies as st

@given(st.integers(0, 2**60))
def test_even(number):
    print("drew", number)
    assert number % 2 == 0

def test_not_a_property():
    raise AssertionError("a search runs property tests only")
"""
SOUND = RARE.replace("number % 2 == 0", "number >= 0")


@pytest.fixture
def tests_in(tmp_path):
    def write(source):
        path = tmp_path / "test_made_up.py"
        path.write_text(source, encoding="utf-8")
        return path

    return write


def ran(*command):
    """(exit status, output) of a run outside the repository's own tests, with their conftest."""
    given = [
        sys.executable,
        "-m",
        *command,
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-s",
    ]
    with tempfile.TemporaryDirectory() as elsewhere:  # hypothesis keeps failures where it runs
        environ = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(given, cwd=elsewhere, env=environ, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def drawn(output):
    return re.findall(r"drew (\d+)", output)


def test_the_default_profile_knows_no_luck_and_no_deadline():
    profile = settings.get_profile("course")
    assert profile.derandomize and profile.deadline is None and profile.print_blob
    assert HealthCheck.too_slow in profile.suppress_health_check
    assert not settings.get_profile("search").derandomize


def test_two_default_runs_draw_the_same_examples(tests_in):
    path = tests_in(SOUND)
    first, second = (drawn(ran("pytest", str(path), "-k", "even")[1]) for _ in range(2))
    assert len(set(first)) > 50 and first == second


def test_a_search_finds_the_example_and_its_seed_shows_it_again(tests_in):
    path = tests_in(RARE)
    status, output = ran("tests.search", "1h", str(path))
    assert status == 1 and "number=1" in output and "@reproduce_failure" in output
    assert "only" not in output  # the other test was not run
    seed = re.search(r"--hypothesis-seed=(\d+) FILE::TEST", output)[1]
    replay = ("--hypothesis-profile=search", f"--hypothesis-seed={seed}", f"{path}::test_even")
    status, again = ran("pytest", *replay)
    assert status == 1 and set(drawn(again)) <= set(drawn(output)) | {"0", "1"}


def test_a_search_that_finds_nothing_ends_with_the_time_and_counts_its_rounds(tests_in):
    status, output = ran("tests.search", "0s", str(tests_in(SOUND)))
    assert status == 0 and "1 round, nothing found" in output


def test_every_round_draws_others(tests_in):
    path = str(tests_in(SOUND))
    first, second = (set(drawn(ran("tests.search", "0s", path)[1])) for _ in range(2))
    assert len(first - second) > 30


def test_a_given_seed_draws_the_same_again(tests_in):
    path = str(tests_in(SOUND))
    first, second = (ran("tests.search", "0s", "--seed", "7", path)[1] for _ in range(2))
    assert "Round 1, seed 7" in first and len(set(drawn(first))) > 50 and drawn(first) == drawn(second)


@pytest.mark.thorough(only=True)
def test_what_a_search_throws_away_is_no_failure(tests_in):
    wasteful = SOUND.replace(
        "    print", "    from hypothesis import assume\n    assume(number % 50 == 0)\n    print"
    )
    status, output = ran("pytest", str(path := tests_in(wasteful)), "-k", "even")
    assert status == 1 and "filtering out a lot" in output
    status, output = ran("tests.search", "0s", "--seed", "7", str(path))
    assert "filtering out a lot" not in output and ("nothing found" in output or "Unsatisfiable" in output)


def test_where_no_test_was_selected_nothing_is_said_about_a_failure(tests_in):
    status, output = ran("tests.search", "1h", str(tests_in("")))
    assert status == search.NOTHING_SELECTED and "see it again" not in output


@pytest.mark.parametrize("words", ["10", "ten", "m", "tests/test_cost.py"])
def test_what_is_no_time_is_said(words, capsys):
    with pytest.raises(SystemExit):
        search.main([words])
    assert "90s, 10m or 2h" in capsys.readouterr().err


class Item:
    def __init__(self, path, name):
        self.path, self.name = path, name


def test_another_order_holds_every_test_once_and_files_together():
    items = [Item(Path(path), name) for path in "abcd" for name in range(5)]
    orders = [shuffled_by_file(items, random.Random(seed)) for seed in range(3)]
    assert all(sorted(map(id, order)) == sorted(map(id, items)) for order in orders)
    assert all(len(re.sub(r"(.)\1*", r"\1", "".join(str(i.path) for i in order))) == 4 for order in orders)
    assert orders[0] != orders[1] != orders[2]
    assert orders[0] == shuffled_by_file(items, random.Random(0))


def test_a_part_of_the_cases_is_drawn_once_and_for_all(monkeypatch):
    cases = [(number, letter) for number in range(20) for letter in "ab"]
    monkeypatch.setattr(tools, "THOROUGH", False)
    part = tools.some(iter(cases), 5)
    assert part == tools.some(cases, 5) == sorted(set(part)) and len(part) == 8
    assert {letter for _, letter in part} == {"a", "b"}  # a stride of even length would meet one of them only
    assert len(tools.some(cases[:1], 5)) == 1
    monkeypatch.setattr(tools, "THOROUGH", True)
    assert tools.some(iter(cases), 5) == cases
