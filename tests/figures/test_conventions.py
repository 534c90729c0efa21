"""The picture of the lab says what the libraries make, and what each switch leaves."""

import re

import numpy as np
import pytest
import torch
from PIL import Image

from course_utils.figures.conventions import PHOTO_SIZE, comparison, lab_scene, made_picture, said
from course_utils.kernels import keys_cubic
from course_utils.recipes import recipe

TORCH, PILLOW = recipe("torch", "bilinear"), recipe("pillow", "bilinear")


def texts(scene):
    return re.findall(r"<text[^>]*>([^<]*)</text>", scene.svg)


def test_the_cells_hold_what_both_libraries_make_of_the_ramp():
    ramp = torch.arange(8.0, dtype=torch.float64)[None, None]
    theirs = torch.nn.functional.interpolate(ramp, size=3, mode="linear")[0, 0].numpy()
    pillow = np.asarray(
        Image.fromarray(np.arange(8, dtype=np.float32)[None]).resize((3, 1), Image.Resampling.BILINEAR)
    )
    shown = texts(lab_scene(TORCH, PILLOW))
    for value in (*theirs, *pillow[0]):
        assert f"{value:.3f}".rstrip("0").rstrip(".") in shown


def test_the_photo_shows_the_libraries_own_pixels():
    between = comparison(recipe("opencv", "linear"), PILLOW, "photo", 8, 24)
    photo = made_picture("photo")
    pillow = np.asarray(Image.fromarray(photo).resize((24, 24), Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(between.goal, pillow)
    assert photo.shape == (PHOTO_SIZE, PHOTO_SIZE) and between.left[0] > between.left[-1] == 0


def test_every_column_says_what_is_left_there():
    scene = lab_scene(TORCH, PILLOW, walked=1)
    columns = [text for text in texts(scene) if text.endswith(" left") and not text.startswith("alone")]
    assert columns == ["0.272 left", "0.129 left", "0 left"]
    assert [row[3:] for row in scene.table[1]] == [["0.129", "0.129"], ["0.272", "0"]]
    assert "antialias (none → stretch) switched, 0.129 are left" in scene.text
    assert scene.details["walk-2"] == (
        "border: clamp → renormalize. Alone it leaves 0.272 of 0.272. After the 1 to its left, 0 are left."
    )
    assert scene.handles["walk"].at == (1,) and scene.handles["walk"].high == (2,)


def test_two_that_agree_have_no_switch():
    scene = lab_scene(TORCH, recipe("opencv", "linear"))
    assert "walk" not in scene.handles and "differ by at most 0." in scene.text
    assert "no decision differs that acts here" in texts(scene)
    assert "Without a say here: size_rule, arithmetic, skip_same_size, rounding." in scene.text


def test_arithmetic_is_a_switch_where_a_tie_makes_it_one():
    exact, cv = recipe("torch", "nearest-exact"), recipe("opencv", "nearest exact")
    assert [step.field for step in comparison(exact, cv, "ramp", 4, 7).steps] == ["arithmetic"]
    assert comparison(exact, cv, "ramp", 4, 8).steps == ()


def test_what_cannot_be_is_refused_by_name():
    with pytest.raises(ValueError, match="picture"):
        made_picture("stripes")
    with pytest.raises(ValueError, match="out_size"):
        lab_scene(TORCH, PILLOW, "ramp", 8, 13)
    with pytest.raises(ValueError, match="walked"):
        lab_scene(TORCH, PILLOW, walked=-1)
    assert said(keys_cubic(-0.5)) == "cubic(a=-0.5)" and said(0.0) == "0"
