"""Strided layers, moved: every control over its range, and the states that torch refuses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.misalignment import NONE, STACKS, misalignment
from course_utils.figures.misalignment import KINDS, LAID_ON, MOST, RULES
from tests.explorers import hand
from tests.later import later

NAMES = ["in_size", *(f"{name}_{stage}" for name in MOST for stage in range(1, 5))]


@pytest.mark.parametrize("start", [{}, {"rule": "align_corners", "laid_on": "stage"}])
@pytest.mark.parametrize("name", NAMES)
def test_every_slider_over_its_range(name, start):
    explorer = misalignment(**start)
    control = explorer.controls[name]
    for value in [*range(control.min, control.max + 1), control.min]:
        control.value = value
        assert explorer.failure is None
        assert explorer.scene.text.startswith((f"{explorer.values['in_size']} pixels", "There is no stage"))


def test_every_choice():
    explorer = misalignment()
    for rule in RULES:
        for laid_on in LAID_ON:
            explorer.set(rule=rule, laid_on=laid_on)
            for stage in range(1, 5):
                for kind in (*KINDS, NONE, "convolution"):
                    explorer.set(**{f"kind_{stage}": kind})
                    assert explorer.failure is None


@settings(deadline=None, max_examples=60)
@given(
    in_size=st.integers(4, 64), rule=st.sampled_from(list(RULES)), laid_on=st.sampled_from(list(LAID_ON)),
    kinds=st.lists(st.sampled_from([*KINDS, NONE]), min_size=4, max_size=4),
    numbers=st.lists(st.tuples(*(st.integers(1, most) for most in MOST.values())), min_size=4, max_size=4),
)  # fmt: skip
def test_any_state_is_a_picture_or_a_reason(in_size, rule, laid_on, kinds, numbers):
    explorer = misalignment()
    stages = {f"kind_{n}": kind for n, kind in enumerate(kinds, 1)}
    stages |= {
        f"{name}_{n}": value
        for n, row in enumerate(numbers, 1)
        for name, value in zip(MOST, row, strict=True)
    }
    explorer.set(in_size=in_size, rule=rule, laid_on=laid_on, **stages)
    assert explorer.failure is None
    kept = sum(kind != NONE for kind in kinds)
    assert "There is no stage" in explorer.scene.text or len(explorer.scene.table[1]) == kept


def test_a_stage_that_is_left_out_closes_the_gap():
    explorer = misalignment()
    explorer.set(kind_2=NONE, kind_4=NONE)
    assert "stage 1: +0.5, stage 2: +1.5. 8 features" in explorer.scene.text
    assert hand.handles(explorer) == {"in_size"} | {f"{name}_{stage}" for name in MOST for stage in (1, 3)}
    hand.key(explorer, "kernel_size_3", right=1)
    assert explorer.values["kernel_size_3"] == 4 and "conv" in explorer.scene.svg
    explorer.set(kind_2="pooling")
    assert "kernel_size_2" in explorer.scene.handles


@pytest.mark.parametrize("in_size", [5, later(32), later(64)])
def test_every_number_is_pulled_over_its_range_and_back(in_size):
    explorer = misalignment(in_size)
    before = explorer.scene
    hand.handles(explorer)
    for name, values in hand.over_their_range(explorer):
        assert explorer.failure is None, (name, values)
        assert name in explorer.scene.handles  # also where torch refuses: the hand finds its way back
    assert explorer.scene == before


def test_presets_set_every_stage():
    explorer = misalignment(64, [("pooling", 2, 1, 0)], "align_corners")
    buttons = {button.description: button for button in explorer.children[1].children}
    assert list(buttons) == list(STACKS)
    for words, layers in STACKS.items():
        buttons[words].click()
        rows = [f"{KINDS[kind]} {k}, stride {s}, padding {p}" for kind, k, s, p in layers]
        assert [row[1] for row in explorer.scene.table[1]] == rows
        assert explorer.values["in_size"] == 64 and explorer.values["rule"] == "align_corners"


def test_the_three_things_to_try():
    explorer = misalignment()
    for stage in range(1, 5):
        explorer.set(**{f"kernel_size_{stage}": 2, f"padding_{stage}": 0})
    assert explorer.scene.text.endswith("Every feature is drawn where it sits.")
    explorer = misalignment()
    explorer.set(rule="align_corners")
    assert "stage 4: 0 … +15" in explorer.scene.text
    explorer.set(in_size=33)
    assert explorer.scene.text.endswith("Every feature is drawn where it sits.")
    explorer.set(in_size=32, rule="half_pixel", laid_on="stage")
    assert "stage 1: +0.5, stage 2: +1, stage 3: +2, stage 4: +4" in explorer.scene.text


def test_starting_values_are_checked():
    with pytest.raises(ValueError, match=r"layer 1 must be \(kind, kernel_size, stride, padding\)"):
        misalignment(layers=[(3, 2, 1)])
    with pytest.raises(ValueError, match="up to 4 layers"):
        misalignment(layers=[("convolution", 3, 2, 1)] * 5)
    with pytest.raises(ValueError, match="Did you mean 'pooling'"):
        misalignment(layers=[("pool", 3, 2, 1)])
    with pytest.raises(ValueError, match="padding of layer 2 must be a whole number, from 0 to 3; got 4"):
        misalignment(layers=[("pooling", 3, 2, 1), ("convolution", 7, 2, 4)])
