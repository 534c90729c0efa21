"""A coarse map shifted by hand, read from its picture: colors, widths, profiles, what networks answer."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.alignment import ShiftedShares
from course_utils.figures.draw.scene import number
from course_utils.figures.manual_shift import MOST_SHIFT, mixture, shift_scene
from course_utils.scenes import CLASS_COLORS, class_shares, scenes
from course_utils.scores import confusion_matrix, mean_iou

LABELS = scenes(1, (64, 96)).labels[0]
IMAGE = np.zeros((64, 96, 3))


def test_colors_are_mixed_by_shares():
    np.testing.assert_array_equal(mixture(class_shares(LABELS, 1)), CLASS_COLORS[LABELS])
    half = np.zeros((5, 1, 1))
    half[[0, 1]] = 0.5
    np.testing.assert_allclose(mixture(half)[0, 0], CLASS_COLORS[:2].mean(axis=0), atol=0.5)


def test_a_shift_widens_boundaries_and_alignment_narrows_them():
    still, maps = ShiftedShares(LABELS, 4, (0, 0)), ShiftedShares(LABELS, 4, (16, 0))
    sums = still.plain_sum, maps.plain_sum, maps.aligned_sum
    widths = before, plain, aligned = [maps.boundary_width(each) for each in sums]
    assert before < plain and aligned < plain
    picture = shift_scene(IMAGE, LABELS, 4, (16, 0))
    words = [f"{number(width, 1)} px" for width in widths]
    assert picture.text.endswith(
        f"boundaries {words[1]} wide ({words[0]} before). Read along the flow (16, 0) first: {words[2]}."
    )
    assert [row[1] for row in picture.table[1]] == [
        f"{width:.1f} px" for width in (maps.boundary_width(maps.fine), *widths)
    ]
    assert f"{100 * maps.wrong_part(maps.plain_sum):.1f} % another class" in picture.svg
    assert "averaged" not in picture.text
    assert "averaged" in shift_scene(IMAGE, LABELS, 4, (3, 0)).text


def test_without_a_shift_the_sum_is_the_sum():
    still = ShiftedShares(LABELS, 8, (0, 0))
    text = shift_scene(IMAGE, LABELS, 8).text
    assert "is where it belongs" in text
    assert f"boundaries are {number(still.boundary_width(still.plain_sum), 1)} px wide" in text
    assert f"{100 * still.wrong_part(still.plain_sum):.1f} % of the pixels" in text


@pytest.mark.parametrize(("stride", "row"), [(4, 11), (8, 11), (4, 0), (8, 15)])
def test_the_profiles_are_those_of_the_row_and_the_class(stride, row):
    svg = shift_scene(IMAGE, LABELS, stride, (8, 0), kind=1, row=row).svg
    curves = re.findall(r'<path d="M([^"]+)" class="line"', svg)
    maps = ShiftedShares(LABELS, stride, (8, 0))
    expected = [
        each[1, row * 4 // stride] for each in (maps.fine, maps.plain, maps.plain_sum, maps.aligned_sum)
    ]
    assert len(curves) == 4
    for curve, share in zip(curves, expected, strict=True):
        y = np.array([float(point.split(",")[1]) for point in curve.split("L")])
        np.testing.assert_allclose((y.max() - y) / 64, share - share.min(), atol=1e-3)


@given(
    st.integers(-MOST_SHIFT, MOST_SHIFT), st.integers(-MOST_SHIFT, MOST_SHIFT), st.sampled_from([4, 8]),
    st.integers(0, 15), st.integers(0, 4),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_the_map_and_the_row_can_be_pulled(right, down, stride, row, kind):
    picture = shift_scene(IMAGE, LABELS, stride, (right, down), kind, row)
    shift, line = picture.handles["shift"], picture.handles["row"]
    assert shift.at == (right, down) and shift.sets == ("right", "down")
    assert line.at == (row * 4 // stride * stride // 4,) and line.high == (16 - stride // 4,)
    unit = 1 / shift.by[0][0]  # scene px for one image pixel
    knob = re.search(
        r'<circle cx="(\S+)" cy="(\S+)" r="8" class="sample knob" data-handle="shift"', picture.svg
    )
    middle = re.search(
        r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)" class="plain" data-handle="shift"',
        picture.svg,
    )
    x, y, width, height = map(float, middle.groups())
    assert float(knob[1]) == pytest.approx(
        x + width / 2 + right * unit, abs=1e-3
    )  # the knob goes with the hand
    assert float(knob[2]) == pytest.approx(y + height / 2 + down * unit, abs=1e-3)
    assert picture == shift_scene(IMAGE, LABELS, stride, (right, down), kind, row)


def test_networks_under_a_shift():
    now = {"labels": np.roll(LABELS, 3, 1), "flow": np.full((16, 24, 2), [3.0, 0.0])}
    before = {"labels": LABELS, "flow": np.full((16, 24, 2), [1.0, 0.0])}
    picture = shift_scene(IMAGE, LABELS, 4, (8, 0), networks={"flow": (now, before)})
    score = mean_iou(confusion_matrix(LABELS, now["labels"], 5))
    assert ("network, flow alignment", "", f"mean IoU {score:.3f}, unshifted 1.000") in picture.table[1]
    assert ("flow, flow alignment", "", "answers 25 % of the shift") in picture.table[1]
    for words in (
        f"mean IoU {score:.3f}",
        "without the shift 1.000",
        "answers 25 % of the shift",
        "longest arrow: 3 px",
    ):
        assert f">{words}<" in picture.svg
    assert "nothing to answer" in shift_scene(IMAGE, LABELS, networks={"flow": (before, before)}).svg
    change = shift_scene(IMAGE, LABELS, 4, (8, 0), networks={"flow": (now, before)}, changed=True).svg
    assert "change: flow alignment" in change and "longest arrow: 2 px" in change
    still = {"labels": LABELS, "flow": np.zeros((16, 24, 2))}
    assert "arrows: bilinear" not in shift_scene(IMAGE, LABELS, networks={"bilinear": (still, still)}).svg


def test_a_row_that_is_not_there():
    with pytest.raises(ValueError, match="row must be from 0 to 15; got 16"):
        shift_scene(IMAGE, LABELS, row=16)
