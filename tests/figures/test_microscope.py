"""The microscope's picture says what the matrix says."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.microscope import microscope_scene, name_of
from course_utils.probing import probe
from course_utils.resampling import resize
from tests.figures.reading import numbers_in


def double(x):
    return resize(x, tuple(2 * n for n in x.shape))


def test_choosing_an_output_lights_its_taps_and_writes_the_sum():
    scene = microscope_scene(probe(double, (2, 2)))
    assert dict(scene.links["out-5"]) == {"in-0": 0.5625, "in-1": 0.1875, "in-2": 0.1875, "in-3": 0.0625}
    assert scene.details["out-5"] == "out[1, 1] = 0.5625 · 1 + 0.1875 · 2 + 0.1875 · 3 + 0.0625 · 4 = 1.75"


def test_choosing_an_input_says_what_it_paints():
    scene = microscope_scene(probe(lambda x: np.repeat(x, 2), (3,)))
    assert scene.details["in-1"] == "in[1] = 2 paints 2 outputs: out[2] × 1, out[3] × 1."


def test_a_column_names_the_weights_that_the_rows_name():
    scene = microscope_scene(probe(double, (2, 2)))
    assert "out[1, 1] × 0.5625" in scene.details["in-0"] and "0.5625 · 1" in scene.details["out-5"]


def test_one_of_a_kind_is_not_many():
    assert "4 inputs become 1 output;" in microscope_scene(probe(np.sum, (4,))).text
    assert "1 input becomes 4 outputs;" in microscope_scene(probe(lambda x: np.repeat(x, 4), (1,))).text


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 7), st.integers(1, 7))
def test_every_sum_in_words_is_the_output(h, w, out_h, out_w):
    at = np.random.default_rng(h * 10 + w).integers(-9, 10, (h, w)).astype(float)
    scene = microscope_scene(probe(lambda x: resize(x, (out_h, out_w)), (h, w), at=at))
    expected = resize(at, (out_h, out_w)).ravel()
    for i, value in enumerate(expected):
        left, _, right = scene.details[f"out-{i}"].rpartition(" = ")
        assert numbers_in(right)[0] == pytest.approx(value, abs=1e-4)
        terms = left.partition(" = ")[2].split(" + ")
        written = sum(a * b for a, b in (numbers_in(term) for term in terms if "·" in term))
        assert written == pytest.approx(value, abs=9 * 4 * 1e-4)  # four weights, each rounded to 4 decimals


def test_the_picture_has_a_cell_for_every_number_and_a_band_for_every_row_and_column():
    scene = microscope_scene(probe(double, (3, 4)))
    ids = {cell.get("data-id") for cell in ET.fromstring(scene.svg).iter() if cell.get("data-id")}
    assert ids == {f"in-{i}" for i in range(12)} | {f"out-{i}" for i in range(48)} == set(scene.details)
    assert set(scene.bands) == ids
    assert list(scene.steps) == [f"out-{i}" for i in range(48)]


@pytest.mark.parametrize("shape", [(1,), (7,), (1, 1), (1, 9), (5, 1), (2, 3, 4), (1, 1, 4, 4), (2, 3, 2, 2)])
def test_any_shape_fits_its_frame(shape):
    root = ET.fromstring(microscope_scene(probe(lambda x: 3 * x, shape)).svg)
    width, height = float(root.get("width")), float(root.get("height"))
    for cell in root.iter("{http://www.w3.org/2000/svg}rect"):
        assert float(cell.get("x")) + float(cell.get("width")) <= width
        assert float(cell.get("y")) + float(cell.get("height")) <= height


def test_the_limits_of_the_promise_still_draw():
    scene = microscope_scene(probe(lambda x: resize(x, (32, 32), mode="cubic"), (16, 16)))
    assert len(scene.details) == 256 + 1024


def test_a_dense_matrix_keeps_its_largest_weights():
    dense = np.arange(1.0, 400 * 400 + 1).reshape(400, 400)
    scene = microscope_scene(probe(lambda x: dense @ x, (400,)))
    assert 50_000 < sum(len(pairs) for pairs in scene.links.values()) <= 60_000
    assert ("in-399", 160000.0) in scene.links["out-399"]


def test_too_many_cells_are_refused_with_the_sizes():
    with pytest.raises(NoPicture, match=r"\(40, 40\).*1,600 inputs.*smaller input"):
        microscope_scene(probe(lambda x: x, (40, 40)))


SUMS = {
    "one": (double, "Every row sums to 1."),
    "one but for rounding errors": (
        lambda x: double(x / 3).astype(np.float16).astype(float) * 3,
        "Up to rounding errors of about",
    ),
    "nearly one": (lambda x: x * [[1, 1.00001]], "The rows sum to 1 up to 1.00001."),
    "a third and a little more": (
        lambda x: x * [[1 / 3, 1 / 3 + 1e-6]],
        "The rows sum to 0.333333 up to 0.333334.",
    ),
    "far apart": (lambda x: x * [[1, -2]], "The rows sum to −2 up to 1."),
    "large": (lambda x: x * [[1e7, 1e7 + 1]], "The rows sum to 10000000 up to 10000001."),
}


@pytest.mark.parametrize("name", SUMS)
def test_rows_never_sum_to_a_number_up_to_the_same_number(name):
    function, words = SUMS[name]
    assert words in microscope_scene(probe(function, (2, 2))).text


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(1, 5),
    st.sampled_from([np.float16, np.float32, np.float64]),
    st.integers(0, 99),
)
def test_what_the_rows_sum_to_reads_as_two_numbers_or_as_one(rows, cols, dtype, seed):
    matrix = np.random.default_rng(seed).uniform(0, 1, (rows, cols))
    matrix /= matrix.sum(axis=1, keepdims=True)
    text = microscope_scene(probe(lambda x: (matrix @ x.astype(dtype)).astype(dtype), (cols,))).text
    assert "very row sums to 1." in text


def test_steps_are_named_in_the_headline():
    scene = microscope_scene(probe(np.floor, (2,)))
    assert "moves per unit when an input goes from 0 to 255" in scene.svg and "Jacobian" not in scene.svg
    assert scene.details["out-1"] == "out[1] = 2 at this input; it moves with 1 for in[1]."


def test_max_pooling_explains_itself():
    scene = microscope_scene(probe(lambda x: x.reshape(2, 2, 2, 2).max(axis=(1, 3)), (4, 4)))
    assert "Not linear" in scene.svg and "Jacobian" in scene.svg
    assert "max pooling" in scene.text
    assert scene.details["out-0"] == "out[0, 0] = 6 at this input; it moves with 1 for in[1, 1]."


def test_a_bias_is_written_into_the_sum():
    scene = microscope_scene(probe(lambda x: 2 * x + 5, (2,)))
    assert scene.details["out-1"] == "out[1] = 2 · 2 + 5 (constant) = 9"


def test_names_leave_out_leading_ones():
    assert name_of(0, (1,), "in") == "in[0]"
    assert name_of(7, (2, 2, 2), "out") == "out[1, 1, 1]"
