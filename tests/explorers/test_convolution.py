"""The stepper and collisions, moved: every control, both views, the position kept; numbers against torch."""

import re

import ipywidgets as widgets
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.convolution import collisions, stepper

CONV = {1: F.conv_transpose1d, 2: F.conv_transpose2d}
EXPLORERS = {1: stepper(1), 2: stepper(2)}


def position(explorer):
    """The slider that scrubs."""
    player = explorer.children[0].children[-1]
    return next(child for child in player.children if isinstance(child, widgets.IntSlider))


def button(explorer, words):
    player = explorer.children[0].children[-1]
    buttons = [child for child in player.children if isinstance(child, widgets.Button)]
    return next(child for child in buttons if words in child.description)


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
    """torch's answer to the call that stands in the picture, for the numbers that stand in it; None if refused."""
    ndim = 1 if "conv_transpose1d" in explorer.scene.svg else 2
    call = re.search(r"F\.conv_transpose.d\([^)]*\)", explorer.scene.svg)[0]
    shapes = [(explorer.values[name],) * ndim for name in ("in_size", "kernel_size")]
    x, w = (torch.tensor(a, dtype=torch.float64)[None, None] for a in numbers_of(explorer, shapes))
    try:
        output = eval(call, {"F": F, "x": x, "w": w})[0, 0].numpy()
    except RuntimeError:
        return None
    return output if output.size else None


def numbers_of(explorer, shapes):
    """Input and kernel as the picture's cells say them; zeros where there is no picture."""
    if not explorer.scene.frames:
        return [np.zeros(shape) for shape in shapes]
    group = re.search(r'<g data-group="in".*?</g>', explorer.scene.svg)[0]
    values = re.findall(r'data-id="in-\d+".*?<text[^>]*>([^<]*)</text>', group)
    kernel = re.search(r"kernel w</text>(.*?)</g>", explorer.scene.svg + "</g>", re.S)[1]
    weights = re.findall(r'class="cell (?:kernel|negative)"[^>]*/><rect[^>]*/><text[^>]*>([^<]*)</text>', kernel)
    count = int(np.prod(shapes[1]))
    return [
        np.array([float(t.replace("−", "-")) for t in texts]).reshape(shape)
        for texts, shape in zip((values, weights[:count]), shapes, strict=True)
    ]


def settings_of(control):
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
                assert explorer.scene.frames or torch_of(explorer) is None
            explorer.set(**{name: start})


setting = st.integers(0, 5)


@given(st.sampled_from([1, 2]), st.fixed_dictionaries({
    "view": st.just("scatter"),
    "stride": setting, "padding": setting, "output_padding": setting, "dilation": setting,
    "in_size": st.integers(1, 7), "kernel_size": st.integers(1, 5),
    "input_numbers": st.sampled_from(["1, 2, 3, …", "all ones", "one impulse", "random digits"]),
    "kernel_numbers": st.sampled_from(["tent", "1, 2, 3, …", "all ones", "edge"]),
}))  # fmt: skip
@settings(max_examples=120, deadline=None)
def test_any_combination_is_torchs_output_or_torchs_refusal(dimensions, chosen):
    explorer = EXPLORERS[dimensions]
    explorer.set(**chosen)
    assert explorer.failure is None
    wanted = torch_of(explorer)
    if wanted is None:
        assert explorer.scene.text.startswith("torch refuses this setting")
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
    explorer.set(
        view="scatter", in_size=data.draw(st.integers(1, 4)), kernel_size=data.draw(st.integers(1, 4)),
        stride=data.draw(st.integers(1, 3)), padding=0, output_padding=0, dilation=data.draw(st.integers(1, 2)),
        kernel_numbers="all ones",
    )  # fmt: skip
    slider = position(explorer)
    slider.value = data.draw(st.integers(0, slider.max))
    explorer.stage.chosen = f"in-{slider.value}"
    start = slider.value
    explorer.set(view="gather")
    output = explorer.scene.steps[slider.value]
    assert f"in-{start}" in {name for name, _ in explorer.scene.links[output]}  # it paints what is read now
    assert explorer.stage.step == slider.value and explorer.stage.chosen == output
    explorer.set(view="scatter")
    assert slider.value == start and explorer.stage.chosen == f"in-{start}"


def test_from_an_output_that_reads_nothing_the_nearest_input_is_taken():
    explorer = stepper(x=[1, 2, 3], kernel=[1], stride=3, view="gather")
    slider = position(explorer)
    for output, input_ in {0: 0, 1: 0, 2: 1, 4: 1, 5: 2, 6: 2}.items():
        explorer.set(view="gather")
        slider.value = output
        explorer.set(view="scatter")
        assert slider.value == input_


def test_a_cell_that_was_pointed_at_is_where_the_other_view_begins():
    explorer = stepper(x=[1, 2, 3, 4], kernel=[1, 2, 1])
    explorer.stage.chosen = "out-7"
    explorer.set(view="gather")
    assert position(explorer).value == 7


def test_the_position_is_kept_while_sizes_and_settings_change_and_while_there_is_no_output():
    explorer = stepper(2, x=np.ones((4, 4)), kernel=np.ones((2, 2)))
    slider = position(explorer)
    slider.value = 6  # row 1, column 2
    explorer.set(stride=1)
    assert slider.value == 6
    explorer.set(in_size=3)
    assert explorer.scene.details[explorer.stage.chosen].startswith("Input [1, 2]") and slider.value == 5
    explorer.set(output_padding=3)
    assert not explorer.scene.frames
    explorer.set(output_padding=0)
    assert slider.value == 5


def test_step_and_back():
    explorer = stepper(x=[3, 1, 2])
    for _ in range(5):
        button(explorer, "step").click()
    assert position(explorer).value == 2
    for _ in range(5):
        button(explorer, "back").click()
    assert position(explorer).value == 0


def test_numbers_of_ones_own_come_first_and_repeat():
    explorer = stepper(x=[3, 1, 2], kernel=[1, 0, -1], padding=1)
    assert explorer.values["input_numbers"] == explorer.values["kernel_numbers"] == "yours"
    assert output_in_the_scene(explorer) == pytest.approx(torch_of(explorer))
    explorer.set(in_size=5)
    assert [explorer.scene.details[f"in-{j}"].split()[3] for j in range(5)] == ["3", "1", "2", "3", "1"]
    explorer.set(input_numbers="all ones")
    assert explorer.scene.details["in-0"].startswith("Input 0 = 1 stamps")


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
        ({"x": range(1, 9)}, "x must be up to 7 numbers"),
        ({"x": [100]}, "from -99 to 99"),
        ({"kernel": [[1, 2], [3, 4]]}, "kernel must have 1 axis"),
        ({"dimensions": 2, "x": [[1, 2]]}, "rows of as many numbers"),
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
    assert "takes size 8 to 4, as it takes 7." in explorer.scene.text
    for name, control in explorer.controls.items():
        start = control.value
        for value in settings_of(control):
            explorer.set(**{name: value})
            assert explorer.failure is None and "<svg" in explorer.scene.svg
        explorer.set(**{name: start})


def test_choosing_a_size_follows_it():
    explorer = collisions()
    explorer.stage.chosen = "in-11"
    assert explorer.values["size"] == 11 and "takes size 11 to 6" in explorer.scene.text
    explorer.stage.chosen = "back-3"
    assert explorer.values["size"] == 11
