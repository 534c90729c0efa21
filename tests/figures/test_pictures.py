"""Enlarged crops against the enlarged whole picture and against torch; the difference and its colors."""

import re

import numpy as np
import pytest

from course_utils.figures.pictures import (
    METHODS,
    NEGATIVE,
    PAIRS,
    POSITIVE,
    SCALES,
    Picture,
    difference_colors,
    scale_end,
    zoom_scene,
)
from course_utils.resampling import resize
from tests.figures.reading import decoded

random = np.random.default_rng(7)
GRAY = random.integers(0, 256, (23, 31), np.uint8)
COLOR = random.integers(0, 256, (19, 14, 3), np.uint8)


def test_difference_colors_tell_sign_and_size():
    pixels = difference_colors(np.array([[-8, -2, 0, 4, 30]]), end=8)
    assert pixels[0, :, 3].tolist() == [255, 64, 0, 128, 255]
    assert (pixels[0, :2, :3] == NEGATIVE).all() and (pixels[0, 3:, :3] == POSITIVE).all()


def test_of_three_channels_the_one_that_differs_most_is_shown():
    pixels = difference_colors(np.array([[[3, -7, 5]]]), end=7)
    assert tuple(pixels[0, 0]) == (*NEGATIVE, 255)


def test_the_scale_ends_at_a_step_that_holds_nearly_all():
    assert scale_end(np.zeros((4, 4), int)) == SCALES[0]
    assert scale_end(np.full((4, 4), -255)) == 255
    mostly_small = np.r_[np.full(995, 5), np.full(5, 200)]
    assert scale_end(mostly_small) == 8


def linear_light(color):
    color = np.array(color) / 255
    return np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)


# How dichromats see linear sRGB, from Machado, Oliveira and Fernandes, "A physiologically-based model for
# simulation of color vision deficiency", 2009, severity 1.
CONES = {
    "normal": np.eye(3),
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


@pytest.mark.parametrize("eye", CONES)
def test_the_two_colors_stay_apart_for_every_eye(eye):
    from skimage.color import deltaE_ciede2000, rgb2lab

    def seen(color):
        linear = np.clip(CONES[eye] @ linear_light(color), 0, 1)
        return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)

    assert deltaE_ciede2000(rgb2lab(seen(NEGATIVE)), rgb2lab(seen(POSITIVE))) > 40


@pytest.mark.parametrize("pixels", [GRAY, COLOR], ids=["gray", "color"])
@pytest.mark.parametrize("pair", PAIRS)
def test_the_scene_shows_the_pixels_and_says_the_numbers(pixels, pair):
    height, width = pixels.shape[:2]
    part = np.s_[5 * 6 : 13 * 6, 4 * 6 : 12 * 6]
    whole = {name: resize(pixels, (height * 6, width * 6), (0, 1), mode) for name, mode in METHODS.items()}
    scene = zoom_scene(Picture("noise", pixels), 5, 4, 8, 6, pair, grid_lines=True)
    for name in METHODS:
        seen = decoded(scene.svg, f"the crop enlarged by {name}")
        if name == "nearest":  # its squares are drawn by the browser
            seen = seen.repeat(6, 0).repeat(6, 1)
        assert np.array_equal(seen, whole[name][part])
    difference = whole[pair[0]][part].astype(int) - whole[pair[1]][part]
    assert f"largest |difference| {np.abs(difference).max()} gray levels" in scene.text
    assert f"largest |difference|: {np.abs(difference).max()}<" in scene.svg
    shown_mean = float(re.search(r"gray levels, mean ([\d.]+\d)", scene.text)[1])
    assert abs(shown_mean - np.abs(difference).mean()) <= 0.005
    assert "rows 5 to 12, columns 4 to 11" in scene.text and "8 × 8 pixels become 48 × 48" in scene.text


def test_overshoot_is_counted():
    step = np.zeros((16, 16), np.uint8)
    step[:, 8:] = 255
    scene = zoom_scene(Picture("step", step), 4, 4, 8, 4)
    bicubic = resize(step.astype(float), (64, 64), mode="cubic")[16:48, 16:48]
    outside = np.count_nonzero((np.floor(bicubic + 0.5) < 0) | (np.floor(bicubic + 0.5) > 255))
    assert outside > 0 and f"{outside} of 1024 values are clipped" in scene.text
    assert f"{outside} values clipped" in scene.svg
    assert "Here bicubic stays within 0 to 255." in zoom_scene(Picture("flat", step), 0, 0, 2, 4).text


def test_the_table_gives_the_range_of_every_method():
    header, rows = zoom_scene(Picture("noise", GRAY), 3, 3, 8, 4).table
    assert [row[0] for row in rows] == ["source pixels", "nearest", "bilinear", "bicubic"]
    crop = GRAY[3:11, 3:11]
    assert rows[0][1:3] == rows[1][1:3] == [str(crop.min()), str(crop.max())]
    assert all(len(row) == len(header) for row in rows)


@pytest.mark.parametrize("shape", [(300, 451), (512, 512), (40, 400), (9, 5)])
def test_the_box_lies_where_the_crop_is_and_the_handles_move_it_pixel_by_pixel(shape):
    picture = Picture("noise", random.integers(0, 256, shape, np.uint8))
    before, after = zoom_scene(picture, 0, 0, 4, 2), zoom_scene(picture, 3, 1, 4, 2)
    (x0, y0), (x1, y1) = box_of(before), box_of(after)
    rates = before.handles["crop"].by
    assert ((x1 - x0) * rates[0][0], (y1 - y0) * rates[1][1]) == pytest.approx((1, 3), abs=1e-3)
    assert after.handles["crop"].at == (1, 3)
    assert after.handles["crop"].high == (shape[1] - 4, shape[0] - 4)


def box_of(scene):
    """Left and top of the element that is the handle of the crop."""
    box = re.search(r'<rect x="([\d.-]+)" y="([\d.-]+)"[^>]*data-handle="crop"', scene.svg)
    return float(box[1]), float(box[2])


def test_a_crop_over_the_edge_is_moved_inside():
    scene = zoom_scene(Picture("noise", GRAY), 99, -4, 8, 2)
    assert "rows 15 to 22, columns 0 to 7" in scene.text
    small = zoom_scene(Picture("tiny", GRAY[:3, :5]), 0, 0, 40, 2)
    assert "3 × 3 pixels become 6 × 6" in small.text


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (GRAY.astype(float), "must be uint8 with values 0 to 255; got float64 of shape (23, 31)"),
        (np.zeros((4, 4, 4), np.uint8), r"(height, width, 3) in color; got shape (4, 4, 4)"),
        (np.zeros(5, np.uint8), "got shape (5,)"),
        (np.zeros((0, 5), np.uint8), "must hold at least one number; got shape (0, 5)"),
        ("chelsea", "picture must hold real numbers; got 'chelsea'"),
    ],
)
def test_a_bad_picture_is_refused_in_words(pixels, words):
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        Picture("yours", pixels)


@pytest.mark.parametrize("bad", [{"factor": 0}, {"factor": 2.5}, {"size": 0}, {"factor": 17}])
def test_a_bad_size_or_factor_is_refused(bad):
    name, value = next(iter(bad.items()))
    with pytest.raises((TypeError, ValueError), match=rf"{name} must be a whole number.*got {value}"):
        zoom_scene(Picture("noise", GRAY), 0, 0, **({"size": 8, "factor": 2} | bad))
