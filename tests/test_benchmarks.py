"""The pieces of the benchmark work on tiny sizes and print ratios. Nothing here depends on how fast it is."""

import doctest
import importlib

import matplotlib
import nbformat
import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import antialias, explorers, lessons, resize, side_by_side, tables, transposed
from benchmarks.loops import resize_by_loops
from benchmarks.page import Drag, Press
from course_utils.lessons import WRITTEN
from tests.later import keep
from tools.run import with_sources


def test_the_examples_in_tables():
    assert doctest.testmod(tables).failed == 0


def test_contenders_take_turns_and_slow_ones_fewer():
    calls = []
    seconds = tables.alternated(
        {name: lambda name=name: calls.append(name) for name in "abc"}, rounds=3, fewer={"c": 1}
    )
    assert "".join(calls) == "ab" + "abc" + "ab" + "ab"  # a and b once before, uncounted
    assert [len(seconds[name]) for name in "abc"] == [3, 3, 1]


# ------------------------------------------------------------------------------------------------ resize


def test_the_loops_and_every_library_make_our_picture():
    result = resize.measure_one(6, rounds=1)
    assert set(result["difference"]) == {"scipy zoom", "scikit-image", "OpenCV", "torch", "plain loops"}
    assert max(result["difference"].values()) < 1e-12


def test_loops_by_hand():
    signal = np.array([[[10.0], [20.0]]])
    assert resize_by_loops(signal, 1, 4)[0, :, 0].tolist() == [10, 12.5, 17.5, 20]


def test_resize_prints_ratios_and_goals():
    results = resize.measure(sizes=(4, 6), rounds=1)
    assert resize.report(results).count("×") > 10
    assert len(tables.goals_table(resize.goals(results)).splitlines()) == 2 + 4


# --------------------------------------------------------------------------------------------- antialias


def test_torch_and_pillow_shrink_as_we_do_and_the_report_says_so():
    results = antialias.measure(sizes=(16, 24), rounds=1)
    for result in results:
        assert result["difference"]["torch"] < 1e-12 and result["difference"]["Pillow"] < 1e-6
        assert set(result["seconds"]) == {
            "ours", "scipy blur + zoom", "scikit-image", "OpenCV area", "torch", "Pillow"
        }  # fmt: skip
    assert antialias.report(results).count("×") > 10
    assert len(tables.goals_table(antialias.goals(results)).splitlines()) == 2 + 3


# ------------------------------------------------------------------------------ transposed convolution


def test_the_stamps_and_torch_make_our_transposed_convolution():
    result = transposed.measure_one(2, 3, rounds=1)
    assert set(result["difference"]) == {"torch", "plain loops"}
    assert max(result["difference"].values()) < 1e-5


def test_large_layers_are_not_looped_and_the_report_says_so():
    results = transposed.measure(layers=((2, 3), (24, 24)), rounds=1)
    assert "not run" in transposed.report(results)
    assert len(transposed.goals(results)) == 2


# ------------------------------------------------------------------------------------------ side by side


def test_work_is_done_alone_and_by_two_at_once():
    result = side_by_side.measure_one("NumPy: 400 × 400 times 400 × 400", rounds=1, seconds=0)
    assert min(result[how] for how in ("alone", "together", "many")) > 0


@pytest.mark.parametrize("name", side_by_side.WORK)
def test_every_work_can_be_done(name):
    side_by_side.WORK[name]()()


def test_the_worst_ratio_is_the_goal():
    names = list(side_by_side.WORK)
    results = [{"work": name, "alone": 2, "together": 2 + i, "many": 80} for i, name in enumerate(names)]
    (goal,) = side_by_side.goals(results)
    assert goal.measured == (2 + len(names) - 1) / 2 and names[-1] in goal.what and goal.met
    assert side_by_side.report(results).count("40×") == len(names)


# --------------------------------------------------------------------------------------------- explorers


def made_up(match, ours, rival, frames, ahead=True):
    """A result as ``measure_match`` gives it, with these times in ms."""

    def hand(ms, drag):
        press = Press(ms / 2, ms, ahead)
        return {"keys": [[press] * 3] * 2, "new": [Press(ms, 2 * ms, False)], "drags": [drag] * 2}

    return {
        "match": match,
        "browser": "1.2",
        "first": {explorers.OURS: [10 * ours], explorers.RIVAL: [10 * rival]},
        "hands": {
            "slider x": hand(ours, Drag(frames, 60, ours)),
            explorers.RIVAL: hand(rival, Drag(2, 60, rival)),
        },
        "hover": [5.0, 7.0],
        "size": (1.0, 12.0, 50.0),
    }


def test_explorers_report_ratios_and_say_why_a_goal_is_missed():
    two, _, ruler, cell, *_ = explorers.MATCHES
    results = [
        made_up(two, 20, 240, 30),
        made_up(ruler, 10, 200, 60),
        made_up(cell, 25, 200, 24, ahead=False),
    ]
    printed = explorers.report(results)
    assert all(ratio in printed for ratio in ("12×", "8.0×", "20×"))
    goals = explorers.goals(results)
    key, frames, *others = [goal.verdict() for goal in goals]
    assert "P in a cell" in goals[0].what
    assert key.startswith("missed by 20%: 03 P in a cell of four samples: slider x: of 25 ms, 12 ms until")
    assert "drawing 1.0 ms, 12 KB to send" in key and "0% of the keys" in key
    assert frames.startswith("missed by 20%: 03 P in a cell")
    assert others == ["met"] * 3


def test_every_row_that_misses_the_goal_for_keys_is_named():
    two, *_, last = explorers.MATCHES
    results = [made_up(two, 40, 200, 60), made_up(last, 50, 200, 60)]
    missed = [goal for goal in explorers.goals(results) if "key to picture" in goal.what]
    assert [goal.met for goal in missed] == [False, False]
    assert two.name in missed[0].what and last.name in missed[1].what


def test_an_explorer_of_every_lesson_that_has_one_has_a_rival():
    begun = {"00"}  # shows those of 01
    assert {match.name[:2] for match in explorers.MATCHES} == {each.number for each in WRITTEN} - begun


@pytest.mark.parametrize("match", explorers.MATCHES, ids=lambda match: match.function)
def test_a_match_has_something_to_move_and_something_else_to_move_aside(match):
    handle = match.handle()
    first = match.explorer.scene.handles[handle]
    aside = [match.aside(set(first.sets), count) for count in range(1, 7)]  # as many as one round needs
    assert len({tuple(values.items()) for values in aside}) == 6
    for values in aside:
        assert values and not set(values) & set(first.sets)
        match.explorer.set(**values)
        assert match.explorer.failure is None and handle in match.explorer.scene.handles
    _, one_picture, opening = explorers.size(match, count=2)
    assert 5 < one_picture < opening


@pytest.mark.parametrize("match", keep(explorers.MATCHES, {0, 4, 8, 12}), ids=lambda match: match.function)
def test_rivals_draw_every_state_of_their_sliders(match, monkeypatch):
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    rivals = importlib.import_module(f"benchmarks.rivals.{match.module}")
    seen, shown = [], []
    monkeypatch.setattr(rivals.widgets, "interact", lambda draw, **controls: seen.append((draw, controls)))
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.gcf().canvas.draw()))
    getattr(rivals, f"interact_{match.function}")()
    [(draw, controls)] = seen
    start = {control: widget.value for control, widget in controls.items()}
    for control, widget in controls.items():
        for value in (widget.min, widget.max):
            draw(**(start | {control: value}))
            plt.close("all")
    assert len(shown) == 2 * len(controls)


def test_a_rival_that_shows_nothing_during_a_drag_has_no_ratio():
    result = made_up(explorers.MATCHES[0], 20, 200, 30)
    result["hands"][explorers.RIVAL]["drags"] = [Drag(0, 60, 900)]
    assert "no picture" in explorers.report([result])


def test_a_word_that_is_in_no_name_is_answered_with_the_names():
    with pytest.raises(ValueError, match="no explorer has 'rulers' in its name; there are 01 two samples,"):
        explorers.measure(only="rulers")


# ----------------------------------------------------------------------------------------------- lessons


def test_a_lesson_is_timed_and_weighed(tmp_path):
    path = tmp_path / "09_tiny.ipynb"
    nbformat.write(with_sources("import numpy", "block = bytearray(b'x') * 50_000_000"), path)
    result = lessons.measure_one(path)
    assert result["name"] == "09_tiny" and not result["torch"]
    assert result["end"] - result["start"] > 40  # MB: the block of the second cell
    assert "09_tiny" in lessons.report([result])
    assert len(lessons.goals([result])) == 2


def test_without_lessons_there_is_a_sentence():
    assert "no lessons" in lessons.report([]) and lessons.goals([]) == []


# --------------------------------------------------------------------------------------- the command


@pytest.mark.parametrize(
    "arguments", [["--record", "resize"], ["--record", "--quick"], ["--record", "--only", "x"], ["resise"]]
)
def test_the_command_refuses_what_makes_no_sense(arguments, capsys):
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert "error" in capsys.readouterr().err


def test_a_recorded_run_says_command_versions_machine_and_date(tmp_path, monkeypatch, capsys):
    parts = {
        "resize": ("Resize", resize, {}),
        "lessons": ("Lessons", lessons, {}),
    }
    monkeypatch.setattr(command, "PARTS", parts)
    monkeypatch.setattr(command, "RECORD", tmp_path / "data" / "benchmark.md")
    monkeypatch.setattr(resize.measure, "__defaults__", ((4,), 1))
    monkeypatch.setattr(lessons, "LESSONS", [])
    (tmp_path / "data").mkdir()
    assert command.main(["--record"]) == 0
    kept = (tmp_path / "data" / "benchmark.md").read_text(encoding="utf-8")
    for words in ("`python -m benchmarks --record`", "date: 20", "cores", "numpy 2", "## Resize", "## Goals"):
        assert words in kept
    assert kept.strip() in capsys.readouterr().out.replace("\n\nKept in", "\n\n")
