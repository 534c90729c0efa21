"""The microscope on our functions, a learner's and torch's."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_utils.explorers.microscope import microscope
from course_utils.probing import probe
from course_utils.resampling import resize
from tests.explorers.hand import handles, move, over_their_range


def links_as_matrix(explorer, inputs):
    rows = explorer.scene.links
    matrix = np.zeros((len(rows), inputs))
    for i in range(len(rows)):
        for target, weight in rows[f"out-{i}"]:
            matrix[i, int(target.removeprefix("in-"))] = weight
    return matrix


@pytest.mark.parametrize("mode, ours", [("bilinear", "linear"), ("bicubic", "cubic"), ("nearest", "nearest")])
def test_torch_and_ours_show_the_same_matrix(mode, ours):
    theirs = microscope(lambda x: F.interpolate(x, scale_factor=2, mode=mode), (1, 1, 4, 4))
    mine = microscope(lambda x: resize(x, (8, 8), axes=(2, 3), mode=ours), (1, 1, 4, 4))
    assert links_as_matrix(theirs, 16) == pytest.approx(links_as_matrix(mine, 16), abs=1e-6)
    assert np.count_nonzero(links_as_matrix(mine, 16)) > 16


PATTERNS = ("1, 2, 3, …", "one impulse", "all ones", "random digits")


def choose(explorer, pattern):
    """Click the button that brings these inputs."""
    row = next(child for child in explorer.children if len(getattr(child, "children", ())) == len(PATTERNS))
    next(button for button in row.children if button.description == pattern).click()


def test_every_input_pattern_draws_and_the_output_follows():
    explorer = microscope(lambda x: resize(x, (5,)), (3,))
    for name in PATTERNS:
        choose(explorer, name)
        assert explorer.failure is None
    assert "in[0] = " in explorer.scene.details["in-0"]


def test_every_input_can_be_pulled_and_the_output_follows():
    explorer = microscope(lambda x: 2 * x, (1, 2, 3))
    assert handles(explorer) == {f"values[{r},{c}]" for r in range(2) for c in range(3)}
    move(explorer, "values[1,2]", 40)
    assert explorer.scene.details["out-5"] == "out[1, 2] = 2 · 40 = 80"
    for _, values in over_their_range(explorer, 3):
        assert explorer.failure is None, values


def test_numbers_that_were_given_are_not_rounded():
    explorer = microscope(lambda x: x, (2,), at=[1 / 3, 2 / 3])
    assert explorer.controls["values"].array[0, 0] == 1 / 3


def test_another_count_of_numbers_is_explained():
    explorer = microscope(lambda x: x, (2, 2))
    explorer.set(values="1, 2, 3; 4, 5, 6")
    assert "4 numbers are needed, and these are 6" in explorer.scene.text


def test_values_of_ones_own():
    explorer = microscope(lambda x: 2 * x, (2,), at=[3, 4])
    assert explorer.scene.details["out-1"] == "out[1] = 2 · 4 = 8"


def test_the_outputs_are_the_steps():
    scene = microscope(lambda x: np.repeat(x, 2), (2,)).scene
    assert scene.steps == ["out-0", "out-1", "out-2", "out-3"] and scene.word == "output"


def test_max_pooling_explains_itself():
    explorer = microscope(lambda x: F.max_pool2d(x, 2), (1, 1, 4, 4))
    assert explorer.failure is None
    assert "max pooling" in explorer.scene.text and "Jacobian" in explorer.scene.svg


@pytest.mark.parametrize(
    "function, shape, words",
    [
        (lambda x: F.dropout(x), (1, 1, 3, 3), "random"),
        (lambda x: x.reshape(5, 5), (4, 4), "cannot reshape"),
        (lambda x: x, (40, 40), "smaller input"),
        (lambda x: np.ma.masked_greater(x, 8), (4, 4), "masked array: 8 of 16 numbers are masked"),
        (lambda x: x.sum(dtype=complex), (4, 4), "complex numbers"),
        (lambda x: torch.zeros(4000, 4000) + x[0].item(), (1,), "One call turns (1,) into (4000, 4000)"),
    ],
)
def test_what_cannot_be_shown_is_said(function, shape, words):
    explorer = microscope(function, shape)
    assert explorer.failure is None
    assert words in explorer.scene.text


def test_too_much_is_refused_before_it_is_worked_out():
    calls = []
    explorer = microscope(lambda x: calls.append(1) or np.zeros((65, 65)) + x.sum(), (4, 4))
    assert "One call turns (4, 4) into (65, 65): 4,225 outputs. At most 4,096" in explorer.scene.text
    assert len(calls) == 1
    assert "1,600 inputs" in microscope(lambda x: pytest.fail("called"), (40, 40)).scene.text


def test_values_of_ones_own_are_not_taken_from_behind_a_mask():
    with pytest.raises(TypeError, match="at must be a plain array; got a masked one"):
        microscope(np.negative, (2,), at=np.ma.masked_array([1.0, 2.0], [0, 1]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_layer_in_half_precision_is_shown(dtype):
    layer = torch.nn.Conv2d(1, 1, 2, bias=False).to(dtype)
    explorer = microscope(layer, (1, 1, 3, 3))
    shown = links_as_matrix(explorer, 9)[0, [0, 1, 3, 4]]
    assert shown == pytest.approx(layer.weight.detach().float().numpy().ravel(), abs=1e-6)


@pytest.mark.parametrize("values", PATTERNS)
@pytest.mark.parametrize("function", [np.sqrt, np.cbrt, np.abs, np.sort, np.floor, np.log1p])
def test_every_pattern_of_every_function_is_a_picture_or_a_sentence(function, values):
    explorer = microscope(function, (2, 2))
    choose(explorer, values)
    assert explorer.failure is None and "out-3" in explorer.scene.details


@pytest.mark.parametrize("shape", [(0,), (-1, 2), "4", (2.5,), ()])
def test_a_shape_that_is_none_is_refused_with_its_value(shape):
    with pytest.raises((ValueError, TypeError), match="in_shape"):
        microscope(lambda x: x, shape)


def test_a_module_of_torch_with_its_bias():
    layer = torch.nn.Conv2d(1, 1, 3)
    scene = microscope(layer, (1, 1, 4, 4)).scene
    assert "(constant)" in scene.details["out-0"]
    assert probe(layer, (1, 1, 4, 4)).linearity.kind == "affine"
