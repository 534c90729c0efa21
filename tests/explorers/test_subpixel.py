"""Phases, moved: every control over its range, any combination against torch, the place in the shuffle kept."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.subpixel import SIZES, phases
from course_utils.figures.subpixel import LARGEST, OPENS_AT
from course_utils.phases import VERSIONS
from tests.explorers.hand import handles, key, move, over_their_range
from tools import THOROUGH

EXPLORERS = {1: phases(1), 2: phases(2)}


def values_of(control):
    if hasattr(control, "options"):
        return control.options
    return range(control.min, control.max + 1) if hasattr(control, "min") else [control.value]


def call_of(explorer, name):
    return re.search(rf">({re.escape(name)}.*?)</text>", explorer.scene.svg)[1]


def table_array(text, ndim):
    rows = [[float(value.replace("−", "-")) for value in row.split()] for row in text.split(" / ")]
    return np.array(rows[0] if ndim == 1 else rows)


def check(explorer, ndim):
    """Both lines of torch give the same, for the numbers of the scene; or both say why there is no picture."""
    assert explorer.failure is None
    n, k = explorer.values["in_size"], explorer.values["kernel_size"]
    if "could be read" in explorer.scene.text or "could not be read" in explorer.scene.text:
        return "too many numbers"
    call = call_of(explorer, f"F.conv_transpose{ndim}d(")
    shape = f"x of shape {(1, 1, *(n,) * ndim)}, w of shape {(1, 1, *(k,) * ndim)}"
    assert shape in explorer.scene.svg
    if not explorer.scene.frames:
        x, w = (torch.ones((1, 1, *(size,) * ndim), dtype=torch.float64) for size in (n, k))
        with pytest.raises(RuntimeError) as refusal:
            eval(call, {"F": F, "x": x, "w": w})
        said = " ".join(re.findall(r'class="mono">([^<]*)</text>', explorer.scene.svg))
        assert said and said in str(refusal.value) and "What works" in explorer.scene.text
        return "refused"
    details = explorer.scene.details
    x = [number(re.search(r" = (\S+):", details[f"in-{i}"])[1]) for i in range(n**ndim)]
    slots = {}
    for name, words in details.items():
        found = re.search(r"it holds weight (.*?) = (\S+)\. ", words) if name.startswith("slot") else None
        if found:
            slots[tuple(map(int, re.findall(r"\d+", found[1])))] = number(found[2])
    w = [slots[t] for t in np.ndindex((k,) * ndim)]
    x, w = (
        torch.tensor(a, dtype=torch.float64).reshape(1, 1, *(size,) * ndim) for a, size in ((x, n), (w, k))
    )
    theirs = eval(call, {"F": F, "x": x, "w": w})
    rows = explorer.scene.table[1]
    weight = np.stack([table_array(row[2], ndim) for row in rows])[:, None]
    line = call_of(explorer, "F.pixel_shuffle(" if ndim == 2 else "F.conv1d(")
    ours = eval(line, {"F": F, "x": x, "W": torch.tensor(weight)})
    assert ours.shape == theirs.shape and torch.equal(ours, theirs)
    said = [number(re.search(r" = ([^=]*?)[.:] ", details[f"out-{o}"])[1]) for o in range(theirs.numel())]
    assert said == theirs.ravel().tolist()
    assert "Largest difference: 0." in explorer.scene.text
    return "drawn"


def number(text):
    return float(text.replace("−", "-"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("dimensions", [1, 2])
def test_every_control_over_its_range(dimensions, version):
    explorer = phases(dimensions, version=version)
    for name, control in explorer.controls.items():
        start = control.value
        for value in values_of(control):
            explorer.set(**{name: value})
            check(explorer, dimensions)
        explorer.set(**{name: start})


setting = st.integers(0, 6)


@pytest.mark.thorough  # more examples
@given(st.sampled_from([1, 2]), st.fixed_dictionaries({
    "stride": setting, "padding": setting, "output_padding": st.integers(0, 3), "dilation": st.integers(1, 3),
    "in_size": st.integers(1, 6), "kernel_size": st.integers(1, 9), "version": st.sampled_from(VERSIONS),
}), st.integers(-9, 9), st.integers(-9, 9))  # fmt: skip
@settings(max_examples=500 if THOROUGH else 75, deadline=None)
def test_any_combination_is_torchs_output_or_torchs_refusal(dimensions, chosen, an_input, a_weight):
    explorer = EXPLORERS[dimensions]
    for name, value in chosen.items():
        explorer.set(**{name: value})
    at = ",".join("0" * dimensions)
    explorer.set(**{f"x[{at}]": an_input, f"kernel[{at}]": a_weight})
    assert all(
        len(explorer.controls[numbers].array) == explorer.values[size] for size, numbers in SIZES.items()
    )
    check(explorer, dimensions)


def test_all_three_kinds_of_state_are_reached():
    explorer = phases(2)
    assert check(explorer, 2) == "drawn"
    explorer.set(output_padding=2)
    assert check(explorer, 2) == "refused"
    explorer.set(output_padding=0, kernel_size=6, dilation=2)
    assert check(explorer, 2) == "too many numbers"


def test_sixteen_of_thirty_six_slots_are_used_to_begin_with():
    explorer = phases()
    assert "16 of 36 slots hold a weight, 20 are empty" in explorer.scene.text
    explorer.set(version="trim after")
    assert "16 of 16 slots hold a weight, 0 are empty" in explorer.scene.text


def test_it_opens_where_the_first_map_has_flown_and_stays_at_the_step_of_the_same_name():
    explorer = phases(1)
    assert explorer.stage.chosen == OPENS_AT == "shuffle-0"
    for stride in (4, 2, 4):
        explorer.set(stride=stride)
        assert explorer.stage.chosen == "shuffle-0"
    explorer.stage.step = explorer.scene.steps.index("shuffle-2")
    explorer.stage.chosen = "shuffle-2"
    explorer.set(stride=3)
    assert explorer.stage.chosen == "shuffle-2"
    explorer.set(output_padding=3, dilation=1)  # refused: nothing moves
    assert not explorer.scene.frames
    explorer.set(output_padding=0, stride=1)
    assert explorer.stage.chosen == "shuffle-0"  # there is no third map any more
    explorer.stage.step, explorer.stage.chosen = 1, "window-1"
    explorer.set(stride=2)
    assert explorer.stage.chosen == "window-1"
    explorer.stage.step, explorer.stage.chosen = len(explorer.scene.steps) - 1, "all"
    explorer.set(stride=4)
    assert explorer.stage.chosen == "all"


def test_a_refused_start():
    explorer = phases(2, output_padding=2)
    assert not explorer.scene.frames
    explorer.set(output_padding=1)
    assert explorer.stage.chosen == OPENS_AT


def test_a_chosen_cell_stays_chosen_when_a_number_is_pulled():
    explorer = phases(1, x=[1, 5, 4], kernel=[1, 2, 3, 4], padding=0)
    explorer.stage.chosen = "phase-1"  # a badge
    step = explorer.stage.step
    move(explorer, "kernel[1]", 7)
    assert (explorer.stage.chosen, explorer.stage.step) == ("phase-1", step)


@pytest.mark.parametrize("dimensions", [1, 2])
def test_every_handle_over_its_range_gives_torchs_numbers(dimensions):
    explorer = phases(dimensions, kernel_size=3 if dimensions == 1 else 2)
    assert "kernel[0]" in handles(explorer) or "kernel[0,0]" in handles(explorer)
    kinds = {check(explorer, dimensions) for _ in over_their_range(explorer, 5)}
    assert "drawn" in kinds and "refused" in kinds


def test_handles_move_by_keys():
    explorer = phases(1, x=[1, 5, 4], kernel=[1, 2, 3, 4], padding=0)
    key(explorer, "x[1]", down=-1)
    assert explorer.values["x"] == "1, 6, 4"
    key(explorer, "kernel[3]", right=-1)
    assert explorer.values["kernel"] == "1, 2, 3, 3"
    key(explorer, "stride", right=1)
    assert explorer.values["stride"] == 3 and check(explorer, 1) == "drawn"


def test_a_size_cuts_numbers_off_or_counts_on():
    explorer = phases(1, x=[1, 5, 4], kernel=[1, 2, 3, 4], padding=0)
    key(explorer, "kernel_size", right=1)
    assert explorer.values["kernel"] == "1, 2, 3, 4, 5"
    explorer.set(in_size=2)
    assert explorer.values["x"] == "1, 5"
    explorer.set(in_size=4)
    assert explorer.values["x"] == "1, 5, 6, 7"
    explorer.set(kernel="2, 2, 2")  # typed
    assert explorer.values["kernel_size"] == 3 and check(explorer, 1) == "drawn"
    explorer.set(kernel=f"{LARGEST + 1}")
    assert "this picture shows numbers from −99 to 99" in explorer.scene.text and explorer.failure is None
    explorer.set(kernel="1, x")
    assert "kernel w holds '1, x'" in explorer.scene.text
    square = phases(2, kernel=[[1, 2], [3, 4]])
    square.set(kernel_size=3)
    assert square.values["kernel"] == "1, 2, 5; 3, 4, 6; 7, 8, 9"


def test_pictures_depend_on_nothing_but_the_values():
    one, other = phases(2), phases(2)
    one.set(stride=3, version="trim after")
    one.set(stride=2, version="slots before")
    one.stage.step = 2
    assert one.draw(**drawable(one)) == other.draw(**drawable(other))


def drawable(explorer):
    return {name: explorer._drawable(name, value) for name, value in explorer.values.items()}


def test_numbers_of_ones_own():
    explorer = phases(1, x=[3, 1, 2], kernel=[1, 0, -1], stride=3, padding=2)
    assert (explorer.values["x"], explorer.values["kernel"]) == ("3, 1, 2", "1, 0, -1")
    assert explorer.values["kernel_size"] == 3
    assert check(explorer, 1) == "drawn"


@pytest.mark.parametrize("dimensions, sizes", [(1, (6, 9)), (2, (3, 5)), (2, (3, 6))])
def test_the_longest_whole_numbers_are_all_readable(dimensions, sizes):
    x = np.full((sizes[0],) * dimensions, -9)
    explorer = phases(dimensions, x=x, kernel_size=sizes[1], padding=0)
    for dilation in range(1, 4 if dimensions == 1 else 2 + (sizes[1] < 6)):
        for stride in range(1, 4):
            for version in VERSIONS:
                explorer.set(dilation=dilation, stride=stride, version=version)
                assert check(explorer, dimensions) == "drawn"


def test_fractions_may_be_too_long_and_are_refused_in_words():
    explorer = phases(x=np.full((3, 3), -8.25), kernel=np.full((5, 5), 8.25), stride=3, dilation=2)
    assert explorer.failure is None and "could not be read in cells this small" in explorer.scene.text
    explorer.set(dilation=1, in_size=2)
    assert explorer.scene.frames
    tent = phases(1, x=[1, 2, 4], kernel=[0.25, 0.75, 0.75, 0.25])
    assert check(tent, 1) == "drawn"


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"dimensions": 3}, "dimensions must be a whole number, from 1 to 2; got 3"),
        ({"dimensions": 1, "x": [1] * 7}, "x has shape (7,); this picture shows up to 6 numbers"),
        ({"dimensions": 1, "x": [100]}, "numbers from −99 to 99"),
        ({"kernel": [1, 2]}, "x and kernel need 1 axis each, or 2"),
        ({"kernel": [1, 2], "x": [1]}, "dimensions=2 needs x and kernel with that many axes"),
        ({"kernel_size": 7}, "kernel_size must be a whole number, from 1 to 6; got 7"),
        ({"version": "no-crop"}, "version"),
        ({"stride": 0}, "stride must be a whole number, from 1 to 3; got 0"),
        ({"padding": 1.5}, "padding must be a whole number"),
    ],
)
def test_wrong_arguments_are_refused_with_their_values(wrong, words):
    with pytest.raises((ValueError, TypeError), match=re.escape(words)):
        phases(**wrong)
