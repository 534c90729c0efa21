"""What is recorded for a page without a kernel is what Python shows after the same move."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.explorers.alignment import alignment
from course_utils.explorers.bilinear import bilinear_cell
from course_utils.explorers.convolution import stepper
from course_utils.explorers.kernels import kernel_bench
from course_utils.explorers.linear import many_samples, two_samples
from course_utils.explorers.pictures import zoom_picture
from course_utils.explorers.pooling import pool_and_unpool
from course_utils.explorers.shuffle import shuffle
from course_utils.explorers.stage.standalone import _Book, recorded, unpacked
from course_utils.explorers.warping import warp_grid
from course_utils.films import recorded_film
from tools import THOROUGH

MAKE = {
    "two samples": two_samples,
    "many samples": many_samples,
    "bilinear cell": bilinear_cell,
    "stepper": stepper,
    "shuffle": shuffle,
    "kernels": kernel_bench,
    "zoom": zoom_picture,
    "pooling": pool_and_unpool,
    "warping": warp_grid,
    "ring": lambda: alignment(recorded_film(), place=(12, 3)),
}
MOST_STATES = 300 if THOROUGH else 30
EVERY = 1 if THOROUGH else 6  # edges that are looked at


@pytest.fixture(scope="module", params=MAKE)
def pair(request):
    """(a function that makes the explorer anew, one that was recorded, its state before, its record)"""
    explorer = MAKE[request.param]()
    before = at_rest(explorer)
    record = json.loads(json.dumps(recorded(explorer, 10**6, MOST_STATES)))
    return MAKE[request.param], explorer, before, record


def at_rest(explorer):
    stage, controls = explorer.stage, explorer.controls.values()
    ends = [(control.min, control.max) for control in controls if hasattr(control, "min")]
    return explorer.values, stage.scene, stage.step, stage.chosen, ends


@pytest.mark.thorough
def test_the_explorer_is_as_it_was_before(pair):
    _, explorer, before, record = pair
    assert at_rest(explorer) == before
    opening = unpacked(record, 0)
    assert (opening["step"], opening["chosen"]) == before[2:4]
    assert opening["scene"] == json.loads(json.dumps(before[1]))
    assert explorer.failure is None


def test_every_main_control_lives(pair):
    _, explorer, _, record = pair
    shown = [name for name in record["main"] if explorer.controls[name].layout.display != "none"]
    assert [name for name in shown if name not in record["edges"]["0"]] == []


@pytest.mark.thorough
def test_a_state_is_what_python_shows_after_the_same_move(pair):
    make, explorer, _, record = pair
    moves = [
        (target, values, number)
        for target, reached in record["edges"]["0"].items()
        if not target.startswith("preset: ")
        for values, number in reached
    ]
    assert len(moves) > 3
    for target, values, number in moves[::EVERY]:
        fresh = make()
        targets = target.split(" ")
        fresh.set(
            **{name: as_value(explorer, name, value) for name, value in zip(targets, values, strict=True)}
        )
        state = unpacked(record, number)
        count = {"count": state["scene"]["count"]}  # of moves of handles: none was moved here
        assert state["scene"] == json.loads(json.dumps(fresh.stage.scene)) | count, (target, values)
        assert state["values"] == record["values"][number] == json.loads(fresh.key(fresh.values))
        assert (state["step"], state["chosen"]) == (fresh.stage.step, fresh.stage.chosen)


def as_value(explorer, name, value):
    """A value as the page has it, for Python: of a choice it is the place in the list."""
    options = getattr(explorer.controls.get(name), "_options_full", None)
    return value if options is None else options[value][1]


def test_from_where_a_choice_led_one_can_go_on():
    record = recorded(two_samples())
    (cubic,) = (number for (index,), number in record["edges"]["0"]["mode"] if index == 3)
    (at_one,) = (number for (x,), number in record["edges"][str(cubic)]["x"] if x == 1)
    explorer = two_samples(kernel="cubic")
    explorer.set(x=1.0)
    assert unpacked(record, at_one)["scene"]["svg"] == explorer.stage.scene["svg"]


def test_a_choice_in_the_picture_is_noted():
    record = recorded(bilinear_cell(), 0)
    assert set(record["chooses"]) == {f"line-{k}" for k in range(4)}
    assert record["chooses"]["line-2"] == {"profile": 2}


def test_a_ring_is_dragged_to_every_place_of_its_map():
    record = recorded(alignment(recorded_film()), most_states=12)
    assert record["drags"] == ["column", "row"]
    assert [0, 0] in [place for place, _ in record["edges"]["0"]["column row"]]


def test_room_is_kept_to():
    small, large = recorded(bilinear_cell(), 5_000), recorded(bilinear_cell(), 40_000)
    assert 2 < len(small["states"]) < len(large["states"]) / 2
    few = recorded(two_samples(), most_states=20)
    assert len(few["states"]) == 20
    xs = sorted(value for (value,), _ in few["edges"]["0"]["x"])
    assert xs[0] == 0 and xs[-1] > 0.5  # a coarser list, not a shorter one


def test_a_picture_that_depends_on_more_than_its_controls_only_opens():
    from course_utils.explorers.stage import Explorer, slider

    explorer = Explorer(lambda n: two_samples().scene, {"n": slider("n", 1, 0, 3)}, ahead=False)
    record = recorded(explorer)
    assert len(record["states"]) == 1 and record["edges"] == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=4), part, max_size=4),
    max_leaves=20,
)


@given(st.lists(JSON, min_size=1, max_size=6))
def test_what_is_packed_comes_out_as_it_was(scenes):
    book = _Book(10**6)
    for number, scene in enumerate(scenes):
        book.add({"values": [number], "scene": scene, "step": 0, "chosen": ""})
    record = {"pieces": book.pieces, "states": book.states}
    assert [unpacked(record, number)["scene"] for number in range(len(scenes))] == scenes
