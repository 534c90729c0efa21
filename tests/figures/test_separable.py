"""A resize as W_h · X · W_wᵀ: what lights up and what is said are the numbers that torch and NumPy compute."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.bilinear import two_matrices
from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.separable import two_matrices_scene
from tests.explorers.hand import handles, over_their_range
from tests.figures.reading import numbers_in

PICTURE = np.array([[8.0, 0, 1, 2], [1, 8, 8, 5], [0, 0, 3, 4]])
rows, columns, new_rows, new_columns = (st.integers(1, most) for most in (4, 5, 6, 8))


@settings(max_examples=40, deadline=None)
@given(rows, columns, new_rows, new_columns, st.integers(0, 99))
def test_every_sum_in_words_and_every_light_is_torchs_output(height, width, new_height, new_width, seed):
    x = np.random.default_rng(seed).integers(-9, 10, (height, width)).astype(float)
    size = (new_height, new_width)
    expected = F.interpolate(torch.as_tensor(x)[None, None], size=size, mode="bilinear")[0, 0].numpy().ravel()
    scene = two_matrices_scene(x, *size)
    assert scene.steps == [f"out-{o}" for o in range(expected.size)]
    for o, value in enumerate(expected):
        sum_, _, result = scene.details[f"out-{o}"].partition("] = ")[2].rstrip(".").rpartition(" = ")
        assert numbers_in(result)[0] == pytest.approx(value, abs=1e-3)
        terms = (np.prod(numbers_in(term)) for term in sum_.split(" + "))
        assert sum(terms) == pytest.approx(value, abs=0.06)  # weights of three decimals
        lit = {name: weight for name, weight in scene.links[f"out-{o}"] if name.startswith("in-")}
        assert sum(w * x.flat[int(name[3:])] for name, w in lit.items()) == pytest.approx(value, abs=1e-4)


def test_an_output_lights_its_row_and_its_column_and_the_pixels_where_they_meet():
    scene = two_matrices_scene(PICTURE, 5, 6)
    lit = dict(scene.links["out-8"])  # row 1, column 2
    assert {name: lit[name] for name in lit if name.startswith("in")} == {
        "in-1": 0.5, "in-2": 0.1, "in-5": 0.333333, "in-6": 0.066667,
    }  # fmt: skip
    assert {name for name, weight in lit.items() if weight is None} == {
        "high-3", "high-4", "high-5", "wide-2", "wide-8", "wide-14", "wide-20",
    }  # fmt: skip
    assert scene.details["out-8"] == (
        "Row 1 of W_h, column 2 of W_wᵀ: out[1, 2] = 0.6 · 0.833 · 0 + 0.6 · 0.167 · 1 + 0.4 · 0.833 · 8 + "
        "0.4 · 0.167 · 8 = 3.3."
    )


def test_a_pixel_lights_what_it_paints_with_the_same_weights():
    scene = two_matrices_scene(PICTURE, 5, 6)
    for i in range(12):
        painted = {name: w for name, w in scene.links[f"in-{i}"] if w is not None}
        read = {o: dict(scene.links[o])[f"in-{i}"] for o in scene.steps if f"in-{i}" in dict(scene.links[o])}
        assert painted == read
        assert f"contributes to {len(read)} outputs" in scene.details[f"in-{i}"]


def test_all_that_lights_up_is_drawn_and_has_a_sentence():
    scene = two_matrices_scene(PICTURE, 5, 6)
    drawn = set(re.findall(r'data-id="([^"]+)"', scene.svg))
    assert drawn == set(scene.details)
    assert {name for lit in scene.links.values() for name, _ in lit} <= drawn


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.zeros((5, 2)), "these are 5 × 2"),
        (np.zeros((2, 6)), "these are 2 × 6"),
        ([[1, 200]], "one is 200"),
    ],
)
def test_what_has_no_room_is_said(picture, words):
    with pytest.raises(NoPicture, match=words):
        two_matrices_scene(picture, 5, 6)


def test_the_explorer_opens_at_an_output_that_reads_four_pixels():
    explorer = two_matrices()
    assert explorer.stage.chosen == explorer.scene.steps[explorer.stage.step] == "out-7"
    assert sum(name.startswith("in-") for name, _ in explorer.scene.links["out-7"]) == 4


def test_every_number_can_be_pulled_at_every_size():
    explorer = two_matrices(out_size=(1, 8))
    assert len(handles(explorer)) == 12
    for new_height in (1, 4, 6):
        explorer.set(new_height=new_height)
        for _ in over_their_range(explorer, 3):
            assert explorer.failure is None and "btp-sentence" not in explorer.scene.svg


def test_a_size_that_is_none_is_refused():
    with pytest.raises(ValueError, match="out_size"):
        two_matrices(out_size=(0, 6))
