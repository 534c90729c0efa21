"""The map's six operators are what their captions say."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_utils.figures import course_map as map_
from course_utils.figures.course_map import LITTLE_PICTURE, PANELS, course_map, matrix_facts
from course_utils.probing import probe


def as_tensor(array):
    return torch.from_numpy(np.asarray(array))[None, None]


@pytest.fixture(params=["the map's picture", "random"])
def picture(request):
    return (
        LITTLE_PICTURE
        if request.param == "the map's picture"
        else np.random.default_rng(3).normal(size=(4, 4)) + 3
    )


def test_interpolate_is_bilinear(picture):
    expected = F.interpolate(as_tensor(picture), scale_factor=2, mode="bilinear")[0, 0].numpy()
    assert map_.interpolate(picture) == pytest.approx(expected, abs=1e-12)


def test_pool_and_unpool(picture):
    pooled, indices = F.max_pool2d(as_tensor(picture), 2, return_indices=True)
    assert np.array_equal(map_.pool_and_unpool(picture), F.max_unpool2d(pooled, indices, 2)[0, 0].numpy())


def test_transposed_convolution_and_its_phases_are_torchs(picture):
    expected = F.conv_transpose2d(
        as_tensor(picture), as_tensor(map_.STAMP), stride=2, padding=1, output_padding=1
    )[0, 0].numpy()
    assert map_.transposed_convolution(picture) == pytest.approx(expected, abs=1e-12)
    assert map_.subpixel_convolution(picture) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("operator, flow", [(map_.warp, None), (map_.align, map_.alignment_flow)])
def test_warp_and_align_are_grid_sample(picture, operator, flow):
    y, x = map_._half_pixel_grid()
    if flow:
        y, x = y + flow()[0], x + flow()[1]
    else:
        angle = np.pi / 6
        y, x = (
            1.5 + np.cos(angle) * (y - 1.5) - np.sin(angle) * (x - 1.5),
            1.5 + np.sin(angle) * (y - 1.5) + np.cos(angle) * (x - 1.5),
        )
    grid_xy = torch.from_numpy(np.stack([x, y], -1)[None] / 1.5 - 1)
    expected = F.grid_sample(as_tensor(picture), grid_xy, align_corners=True, padding_mode="border")[
        0, 0
    ].numpy()
    assert operator(picture) == pytest.approx(expected, abs=1e-12)


def test_the_map_names_every_operator_and_its_lessons():
    scene = course_map()
    for panel in PANELS:
        assert panel.title in scene.svg and panel.title in scene.text
    assert "12 – 13" in scene.svg


def test_progress_is_drawn_and_said():
    scene = course_map({"01": (3, 8), "02": (1, 4), "06": (0, 5)})
    assert "4 of 12 done" in scene.svg and "lessons 01 – 05, 4 of 12 steps done" in scene.text
    assert "0 of 5 done" in scene.svg
    assert scene.svg.count(" done<") == 2


def test_the_filled_map_says_what_its_matrices_say():
    scene = course_map(filled=True)
    for panel in PANELS:
        matrix = probe(panel.operator, (4, 4), at=LITTLE_PICTURE).matrix
        rows, _, _ = matrix_facts(panel)
        assert f"{panel.title}: {rows}" in scene.text and rows in scene.svg
        ends = [float(end) for end in rows.removeprefix("rows sum to ").split("…")]
        np.testing.assert_allclose(
            [ends[0], ends[-1]], [matrix.sum(1).min(), matrix.sum(1).max()], atol=0.005
        )
    written = re.findall(r'<text [^>]*font-size="12"[^>]*>([^<]+)</text>', scene.svg)
    assert len(written) == 2 * len(PANELS) and max(map(len, written)) <= 39  # a panel holds no more
