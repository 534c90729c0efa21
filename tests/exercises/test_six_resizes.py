"""What lesson 03 shows before its bugs: six pictures, what is wrong with them, and numbers said in passing."""

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_utils import images
from course_utils.exercises import bilinear
from course_utils.probing import operator_matrix
from course_utils.resampling import resampling_matrix, resize, source_coordinates


def right(picture, size_hw):
    """Torch's answer, rounded half up."""
    batch = torch.as_tensor(picture.astype(float))[None, None]
    return np.floor(F.interpolate(batch, size=size_hw, mode="bilinear")[0, 0].numpy() + 0.5)


def test_one_of_the_six_is_right_and_the_titles_say_the_sizes():
    assert bilinear.SIX_PICTURES.computed() == "D"
    for letter, (title, picture, result) in bilinear.six_resizes().items():
        height, width = map(int, title.split(" to ")[1].split(" × "))
        equal = result.shape == (height, width) and np.array_equal(result, right(picture, (height, width)))
        assert equal == (letter == "D"), letter


def test_what_is_wrong_is_what_the_lesson_says():
    six = bilinear.six_resizes()
    wall = six["A"][2]
    assert (wall[:22, :22] == 150).all() and not wall[22:].any() and not wall[:, 22:].any()
    ramp = six["B"][2]
    assert ramp[0, :3].tolist() == [96, 32, 6] and (ramp[:, 2:] == right(six["B"][1], (24, 24))[:, 2:]).all()
    assert (six["C"][2] >= images.face().reshape(12, 2, 12, 2).mean(axis=(1, 3))).all()
    assert six["E"][1].shape == (24, 16) and six["E"][2].shape == (64, 96)
    rows = np.arange(20)
    middle = [(six["F"][2].sum(axis=axis) * rows).sum() / six["F"][2].sum() for axis in (0, 1)]
    assert middle == pytest.approx([8, 8], abs=0.01)  # in the middle it would be 9.5


def test_p_beside_the_pupil_is_twice_as_bright_as_its_pixel():
    face = images.face()
    assert face[11:13, 7:9].tolist() == [[62, 147], [183, 173]]
    value = cv2.remap(face.astype(np.float32), np.float32([[7.3]]), np.float32([[11.4]]), cv2.INTER_LINEAR)
    assert value.item() == pytest.approx(124.5, abs=2)  # remap knows places in 32nds
    assert bilinear.BESIDE_THE_PUPIL.computed() == "about 125"


@pytest.mark.parametrize(("factor", "black"), [(2, 1), (3, 2), (4, 2), (8, 4)])
def test_black_columns_of_a_wall_grow_with_the_factor(factor, black):
    wall = bilinear.BLACK_BORDER.buggy(np.full((6, 6), 100.0), (6 * factor, 6 * factor))
    assert (~wall.any(axis=0)).sum() == (~wall.any(axis=1)).sum() == black


def test_two_axes_are_the_kronecker_product_of_two_different_matrices():
    matrix, _ = operator_matrix(lambda picture: resize(picture, (5, 6)), (3, 4))
    W_h, W_w = resampling_matrix(3, 5), resampling_matrix(4, 6)
    np.testing.assert_allclose(matrix, np.kron(W_h, W_w), atol=1e-12)
    assert np.abs(matrix - np.kron(W_w, W_h)).max() > 0.5  # squares could not tell the two apart


def test_a_line_vanishes_where_a_picture_shrinks():
    lines = np.zeros((64, 64))
    lines[:, [27, 31]] = 255
    small = resize(lines, (8, 8))
    np.testing.assert_array_equal(small[0], [0, 0, 0, 127.5, 0, 0, 0, 0])
    theirs = F.interpolate(torch.as_tensor(lines)[None, None], size=(8, 8), mode="bilinear")[0, 0].numpy()
    np.testing.assert_allclose(theirs, small, atol=1e-9)
    assert np.count_nonzero(resampling_matrix(64, 8).any(axis=0)) == 16  # of 64 columns
    both = F.interpolate(torch.as_tensor(lines)[None, None], size=(8, 8), mode="bilinear", antialias=True)
    assert both[0, 0, 0].sum().item() == pytest.approx(
        2 * 255 / 8
    )  # each line is an eighth as strong, and there


def test_four_assumptions_beyond_the_border():
    samples, coordinates = np.array([40.0, 120, 200, 240]), source_coordinates(4, 8)
    first_and_last = {}
    for mode in ("edge", "symmetric", "constant", "wrap"):
        values = np.interp(coordinates + 1, np.arange(6), np.pad(samples, 1, mode=mode))
        first_and_last[mode] = values[[0, -1]].tolist()
    assert first_and_last == {
        "edge": [40, 240], "symmetric": [40, 240], "constant": [30, 180], "wrap": [90, 190],
    }  # fmt: skip


def test_the_answers_to_the_questions_after_the_lesson():
    """tests/notebooks/questions/03.md"""
    assert bilinear.write.bilinear(np.array([[0.0, 0], [0, 200]]), 0.5, 0.25) == 25
    np.testing.assert_allclose(np.outer([0.6, 0.4], [0.7, 0.3]), [[0.42, 0.18], [0.28, 0.12]])
    assert np.linalg.matrix_rank(np.kron(resampling_matrix(2, 4), resampling_matrix(3, 9))) == 6
    W = resampling_matrix(100, 25)
    assert np.count_nonzero(W.any(axis=0)) == 50 and not W[:, 40].any() and W[:, 41].max() == 0.5
    rows = np.array([[0.0, 100], [0, 100]])
    assert bilinear.WRAP_AROUND.buggy(rows, (4, 4))[0].tolist() == [25, 25, 75, 100]
    assert bilinear.BLACK_BORDER.buggy(rows, (4, 4))[0].tolist() == [0, 25, 75, 0]
    wall = np.full((3, 3), 7.0)
    assert (bilinear.WRAP_AROUND.buggy(wall, (6, 6)) == 7).all()
