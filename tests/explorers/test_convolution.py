"""The stepper and collisions, moved: every control, both views, the position kept; numbers against torch."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.convolution import PRESETS, collisions, stepper
from course_utils.explorers.stage import Numbers
from tests.explorers.hand import handles, move, over_their_range

CONV = {1: F.conv_transpose1d, 2: F.conv_transpose2d}
EXPLORERS = {1: stepper(1), 2: stepper(2)}


def written_to_the_end(explorer):
    texts = {}
    for frame in explorer.scene.frames:
        texts.update(frame.write)
    return texts


def output_in_the_scene(explorer):
    """The output as the table under the picture says it."""
    _, rows = explorer.scene.table
    ndim = 1 if explorer.scene.svg.count("conv_transpose1d") else 2
    cells = [[row[-1]] if ndim == 1 else row[1:] for row in rows]
    values = np.array([[float(text.replace("−", "-")) for text in row] for row in cells])
    return values.ravel() if ndim == 1 else values


def torch_of(explorer):
    """torch's answer to the call that stands in the picture, for the numbers in its fields; None if refused."""
    call = re.search(r"F\.conv_transpose.d\([^)]*\)", explorer.scene.svg)[0]
    x, w = (torch.tensor(explorer.controls[name].array)[None, None] for name in ("x", "kernel"))
    try:
        output = eval(call, {"F": F, "x": x, "w": w})[0, 0].numpy()
    except RuntimeError:
        return None
    return output if output.size else None


def walk_to(explorer, step):
    """What the browser reports when the learner goes to a step."""
    explorer.stage.step = step
    explorer.stage.chosen = explorer.scene.steps[step]


def settings_of(control):
    if isinstance(control, Numbers):
        return ["1", "2; 3", "-7.5", control.value, ""]
    return control.options if hasattr(control, "options") else range(control.min, control.max + 1)


@pytest.mark.parametrize("dimensions", [1, 2])
def test_every_control_over_its_range_in_both_views(dimensions):
    explorer = stepper(dimensions)
    for view in ("scatter", "gather"):
        explorer.set(view=view)
        for name, control in explorer.controls.items():
            start = control.value
            for value in settings_of(control):
                explorer.set(**{name: value})
                assert explorer.failure is None
                if not isinstance(control, Numbers):
                    assert explorer.scene.frames or torch_of(explorer) is None
            explorer.set(**{name: start})


setting = st.integers(0, 5)
digits = st.lists(st.integers(-9, 9), min_size=16, max_size=16)


def square(values, size, ndim):
    """The first numbers as text that can be typed."""
    rows = np.reshape(values[: size**ndim], (size,) * ndim)
    return "; ".join(", ".join(map(str, row)) for row in np.atleast_2d(rows))


@given(st.sampled_from([1, 2]), st.fixed_dictionaries({
    "stride": setting, "padding": setting, "output_padding": setting, "dilation": setting,
}), st.integers(1, 4), st.integers(1, 4), digits, digits)  # fmt: skip
@settings(max_examples=120, deadline=None)
def test_any_combination_is_torchs_output_or_torchs_refusal(dimensions, chosen, n, k, inputs, weights):
    explorer = EXPLORERS[dimensions]
    typed = {"x": square(inputs, n, dimensions), "kernel": square(weights, k, dimensions)}
    explorer.set(view="scatter", **chosen, **typed)
    assert explorer.failure is None
    assert (explorer.values["in_size"], explorer.values["kernel_size"]) == (n, k)
    if "could not be read" in explorer.scene.text:
        return
    wanted = torch_of(explorer)
    if wanted is None:
        assert "torch refuses this setting" in explorer.scene.svg
    else:
        assert output_in_the_scene(explorer) == pytest.approx(wanted)
        scatter = written_to_the_end(explorer)
        explorer.set(view="gather")
        gather = written_to_the_end(explorer)
        sums = {slot: text for slot, text in gather.items() if slot.startswith("sum-")}
        assert len(sums) == wanted.size and sums.items() <= scatter.items()


@given(st.sampled_from([1, 2]), st.data())
@settings(max_examples=60, deadline=None)
def test_changing_the_view_there_and_back_keeps_the_position(dimensions, data):
    explorer = EXPLORERS[dimensions]
    ones = [1] * 16
    explorer.set(
        view="scatter", x=square(ones, data.draw(st.integers(1, 4)), dimensions),
        kernel=square(ones, data.draw(st.integers(1, 4)), dimensions),
        stride=data.draw(st.integers(1, 3)), padding=0, output_padding=0, dilation=data.draw(st.integers(1, 2)),
    )  # fmt: skip
    start = data.draw(st.integers(0, len(explorer.scene.steps) - 1))
    walk_to(explorer, start)
    explorer.set(view="gather")
    output = explorer.scene.steps[explorer.stage.step]
    assert f"in-{start}" in {name for name, _ in explorer.scene.links[output]}  # it paints what is read now
    assert explorer.stage.chosen == output
    explorer.set(view="scatter")
    assert explorer.stage.step == start and explorer.stage.chosen == f"in-{start}"


def test_from_an_output_that_reads_nothing_the_nearest_input_is_taken():
    explorer = stepper(x=[1, 2, 3], kernel=[1], stride=3, view="gather")
    for output, input_ in {0: 0, 1: 0, 2: 1, 4: 1, 5: 2, 6: 2}.items():
        explorer.set(view="gather")
        walk_to(explorer, output)
        explorer.set(view="scatter")
        assert explorer.stage.step == input_


def test_the_last_step_of_the_longer_view_is_not_the_end_of_the_other():
    explorer = stepper(x=[1, 2, 3], kernel=[1, 2, 1], view="gather")
    walk_to(explorer, 6)
    explorer.set(view="scatter")
    assert explorer.stage.step == 2 and len(explorer.scene.steps) == 3
    assert explorer.stage.scene["word"] == "input"


def test_a_cell_that_was_pointed_at_is_where_the_other_view_begins():
    explorer = stepper(x=[1, 2, 3, 4], kernel=[1, 2, 1])
    explorer.stage.chosen = "out-7"
    explorer.set(view="gather")
    assert explorer.stage.step == 7 and explorer.stage.chosen == "out-7"


def test_a_cell_that_was_pointed_at_stays_chosen_and_its_sentence_is_computed_anew():
    explorer = stepper(x=[4, 5, 6], kernel=[1, 2, 3])
    explorer.stage.chosen = "out-4"
    explorer.set(**{"x[2]": 7})
    assert explorer.stage.chosen == "out-4" and explorer.scene.details["out-4"].endswith(
        "= 15 + 7 = 22, with all stamps down."
    )
    explorer.stage.chosen = "w-1"
    explorer.set(**{"kernel[1]": 5})
    assert explorer.stage.chosen == "w-1"
    explorer.set(kernel_size=1)
    assert explorer.stage.chosen.startswith("in-")  # there is no weight 1 any more


def test_the_position_is_kept_while_sizes_and_settings_change_and_while_there_is_no_output():
    explorer = stepper(2, x=np.ones((4, 4)), kernel=np.ones((2, 2)))
    walk_to(explorer, 6)  # row 1, column 2
    explorer.set(stride=1)
    assert explorer.stage.step == 6
    explorer.set(in_size=3)
    assert (
        explorer.scene.details[explorer.stage.chosen].startswith("Input [1, 2]") and explorer.stage.step == 5
    )
    explorer.set(output_padding=3)
    assert not explorer.scene.frames
    explorer.set(output_padding=0)
    assert explorer.stage.step == 5


@pytest.mark.parametrize("dimensions", [1, 2])
def test_smaller_pictures_in_between_do_not_move_the_learner(dimensions):
    """So the browser, which may show more of them than Python has drawn, ends at the same place."""
    explorer = stepper(dimensions, view="gather")
    last = len(explorer.scene.steps) - 1
    walk_to(explorer, last)
    explorer.set(stride=1)
    assert explorer.stage.step == len(explorer.scene.steps) - 1 < last
    explorer.set(padding=1)
    explorer.set(padding=0)
    explorer.set(stride=2)
    assert explorer.stage.step == last
    explorer.set(stride=1)
    walk_to(explorer, 1)  # but where the learner goes himself counts
    explorer.set(stride=2)
    assert explorer.stage.step == 1


def test_the_lessons_own_kernel():
    explorer = stepper(x=[1, 2], kernel=[1, 10, 100])
    assert output_in_the_scene(explorer).tolist() == [1, 10, 102, 20, 200]


def test_sizes_count_the_numbers_cut_the_last_and_add_zeros():
    explorer = stepper(x=[3, 1, 2], kernel=[1, 0, -1], padding=1)
    explorer.set(in_size=5)
    assert explorer.values["x"] == "3, 1, 2, 0, 0" and explorer.values["kernel"] == "1, 0, -1"
    explorer.set(in_size=2)
    assert explorer.values["x"] == "3, 1"
    explorer.set(x="7, 8, 9, 10")
    assert explorer.values["in_size"] == 4
    assert output_in_the_scene(explorer) == pytest.approx(torch_of(explorer))
    for name in ("in_size", "kernel_size"):
        assert "s are 0)" in explorer.controls[name].description


@pytest.mark.parametrize("dimensions", [1, 2])
def test_sizes_that_are_set_together_are_all_kept(dimensions):
    explorer = stepper(dimensions)
    explorer.set(in_size=2, kernel_size=1)
    assert len(explorer.controls["x"].array) == 2 and len(explorer.controls["kernel"].array) == 1
    explorer.set(stride=1, kernel_size=4, in_size=3)
    assert (explorer.values["in_size"], explorer.values["kernel_size"], explorer.values["stride"]) == (
        3,
        4,
        1,
    )
    assert len(explorer.controls["x"].array) == 3 and len(explorer.controls["kernel"].array) == 4
    explorer.set(in_size=4, kernel=square(range(1, 5), 2, dimensions))
    assert len(explorer.controls["x"].array) == 4 and explorer.values["kernel_size"] == 2
    explorer.set(
        x=square(range(1, 5), 2, dimensions), in_size=3
    )  # 2 numbers and one, or a row and a column, of 0s
    assert explorer.values["in_size"] == 3 and explorer.controls["x"].array[..., -1].sum() == 0


def test_more_numbers_than_there_are_places_are_not_cut_by_their_size():
    explorer = stepper()
    explorer.set(x="1, 2, 3, 4, 5, 6, 7, 8, 9")
    explorer.set(in_size=4)
    assert explorer.values["x"] == "1, 2, 3, 4, 5, 6, 7, 8, 9" and "up to 7" in explorer.scene.text


def test_in_2d_sizes_cut_and_add_rows_and_columns():
    explorer = stepper(2, x=[[1, 2], [3, 4]], kernel=[[5]])
    explorer.set(in_size=3)
    assert explorer.values["x"] == "1, 2, 0; 3, 4, 0; 0, 0, 0"
    explorer.set(kernel_size=2)
    assert explorer.values["kernel"] == "5, 0; 0, 0"
    explorer.set(in_size=1)
    assert explorer.values["x"] == "1"


@pytest.mark.parametrize(
    "typed, words",
    [
        ("1, 2, 3, 4, 5, 6, 7, 8", "up to 7"),
        ("1, 2000", "numbers from −999 to 999"),
        ("1, x", "'1, x'"),
    ],
)
def test_numbers_that_do_not_fit_are_not_changed_but_explained(typed, words):
    explorer = stepper()
    explorer.set(x=typed)
    assert explorer.failure is None and explorer.values["x"] == typed and words in explorer.scene.text


@pytest.mark.parametrize("view", ["scatter", "gather"])
@pytest.mark.parametrize("dimensions", [1, 2])
def test_every_handle_over_its_range_is_a_picture(dimensions, view):
    explorer = stepper(dimensions, kernel=np.ones((2,) * dimensions), view=view)
    assert {"stride", "in_size", "kernel_size", "x[0]" if dimensions == 1 else "x[0,0]"} <= handles(explorer)
    moves = 0
    for name, values in over_their_range(explorer, 5):
        assert explorer.failure is None, (name, values)
        assert (
            explorer.scene.frames or torch_of(explorer) is None or "could not be read" in explorer.scene.text
        )
        moves += 1
    assert moves > 40


def test_an_input_that_is_pulled_is_the_one_that_is_shown():
    explorer = stepper(x=[4, 5, 6], kernel=[1, 2, 3])
    move(explorer, "x[2]", 9)
    assert explorer.stage.step == 2 and explorer.stage.chosen == "in-2"
    assert explorer.scene.details["in-2"].startswith("Input 2 = 9 stamps 9 × (1, 2, 3) = (9, 18, 27)")
    explorer.set(view="gather")
    walk_to(explorer, 0)
    move(explorer, "x[1]", 8)
    assert f"in-{1}" in {name for name, _ in explorer.scene.links[explorer.scene.steps[explorer.stage.step]]}
    step = explorer.stage.step
    move(explorer, "x[1]", 9)
    assert explorer.stage.step == step


@pytest.mark.parametrize("dimensions", [1, 2])
def test_every_preset_is_a_picture(dimensions):
    explorer = stepper(dimensions)
    for chosen in PRESETS[dimensions].values():
        explorer.set(**chosen)
        assert explorer.failure is None and explorer.scene.frames
        assert output_in_the_scene(explorer) == pytest.approx(torch_of(explorer))


def test_the_same_values_make_the_same_picture_wherever_the_learner_stands():
    explorer = stepper(x=[4, 5, 6], kernel=[1, 2, 3])
    first = explorer.draw(**{**explorer.values, "x": [4, 5, 6], "kernel": [1, 2, 3]})
    walk_to(explorer, 2)
    explorer.set(view="gather")
    explorer.set(view="scatter")
    assert explorer.draw(**{**explorer.values, "x": [4, 5, 6], "kernel": [1, 2, 3]}) == first
    assert first.step is None  # a picture that is sent ahead leaves the learner's step


def test_a_setting_that_torch_refuses_may_be_the_start():
    explorer = stepper(stride=1, output_padding=1)
    assert explorer.failure is None
    assert "output padding must be smaller than either stride or dilation" in explorer.scene.svg
    explorer.set(output_padding=0)
    assert explorer.scene.frames


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"dimensions": 3}, "dimensions must be a whole number, from 1 to 2; got 3"),
        ({"x": range(1, 9)}, "x has shape (8,); the stepper shows up to 7"),
        ({"x": [1000]}, "numbers from −999 to 999"),
        ({"kernel": [[1, 2], [3, 4]]}, "need 1 axis each, or 2; got shapes (3,) and (2, 2)"),
        (
            {"x": [[1]], "kernel": [[1]]},
            "dimensions=1 needs x and kernel with that many axes; got shape (1, 1)",
        ),
        ({"dimensions": 2, "x": [[1, 2]]}, "x has shape (1, 2); the stepper shows up to 4"),
        ({"x": [1, np.nan]}, "x must be finite"),
        ({"view": "scater"}, "Did you mean 'scatter'"),
        ({"stride": 0}, "stride must be a whole number, from 1 to 4; got 0"),
        ({"padding": 1.5}, "padding must be a whole number"),
    ],
)
def test_wrong_arguments_are_refused_with_their_values(wrong, words):
    wrong = {name: list(value) if isinstance(value, range) else value for name, value in wrong.items()}
    with pytest.raises((ValueError, TypeError), match=re.escape(words)):
        stepper(**wrong)


def test_collisions_over_every_control():
    explorer = collisions()
    assert "turns size 8 into 4, as it does 7." in explorer.scene.text
    for name, control in explorer.controls.items():
        start = control.value
        for value in settings_of(control):
            explorer.set(**{name: value})
            assert explorer.failure is None and "<svg" in explorer.scene.svg
        explorer.set(**{name: start})


def test_choosing_a_size_follows_it_and_the_picture_tells_one_story():
    explorer = collisions()
    assert explorer.stage.chosen == "in-8"
    explorer.stage.chosen = "in-7"
    assert explorer.values["size"] == 7 and explorer.stage.chosen == "in-7"
    assert explorer.scene.text == explorer.scene.details["in-7"]
    explorer.set(size=11)
    assert explorer.stage.chosen == "in-11" and "turns size 11 into 6" in explorer.scene.text
    explorer.stage.chosen = ""  # released by a second click
    assert explorer.values["size"] == 11
    explorer.stage.chosen = "back-3"
    assert explorer.values["size"] == 11


def test_every_handle_of_the_collisions_over_its_range():
    explorer = collisions()
    assert handles(explorer) == {*explorer.controls, "followed"}
    for name, values in over_their_range(explorer, 20):
        assert explorer.failure is None
        set_ = explorer.scene.handles[name].sets[0]
        assert explorer.values[set_] == round(values[0])
    move(explorer, "followed", 12)
    assert explorer.values["size"] == 12
