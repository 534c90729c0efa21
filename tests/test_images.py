"""Pictures that come with scikit-image, crops that never run over the edge, and PSNR."""

import socket

import numpy as np
import pytest
import skimage.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.images import (
    PICTURES,
    clipped_count,
    crop,
    face,
    picture,
    psnr,
    signed_difference,
    stereo_pair,
)


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_there_without_a_network(name, monkeypatch):
    def no_network(*_):
        raise AssertionError("a picture asked for the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    image = picture(name)
    assert image.dtype == np.uint8 and image.ndim in (2, 3) and min(image.shape[:2]) >= 300
    assert np.ptp(image) > 100


def test_the_stereo_pair_is_there_without_a_network(monkeypatch):
    def no_network(*_):
        raise AssertionError("the pair asked for the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    left, right, disparity = stereo_pair()
    assert left.shape == right.shape == (500, 741, 3) and left.dtype == right.dtype == np.uint8
    assert disparity.shape == (500, 741) and disparity.dtype == np.float64
    known = disparity[np.isfinite(disparity)]
    assert known.min() > 7 and known.max() < 60 and not np.isnan(disparity).any()
    left[:], right[:], disparity[:] = 0, 0, 0
    assert min(array.max() for array in stereo_pair()) > 200


def test_a_picture_is_yours_to_write_into():
    picture("camera")[:] = 0
    assert picture("camera").max() > 0


def test_an_unknown_picture_is_answered_with_the_list():
    with pytest.raises(ValueError, match=r"'chelsea', 'camera'.*got 'chelsey'\. Did you mean 'chelsea'"):
        picture("chelsey")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_crop_is_that_part_of_the_image(data):
    height, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    shape = (height, width, 3) if data.draw(st.booleans()) else (height, width)
    image = np.arange(np.prod(shape)).reshape(shape)
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    rows, columns = data.draw(st.integers(1, height - top)), data.draw(st.integers(1, width - left))
    part = crop(image, top, left, rows, columns)
    assert part.shape == (rows, columns, *shape[2:]) and part.dtype == image.dtype
    for r in range(rows):
        for c in range(columns):
            assert (part[r, c] == image[top + r, left + c]).all()
    part[:] = -1
    assert image.min() == 0


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            (0, 0, 4, 5),
            r"left=0 and width=5 end at 5, but the image has shape \(4, 4, 3\).*width can be at most 4",
        ),
        ((3, 0, 2, 1), r"top=3 and height=2 end at 5.*height can be at most 1"),
        ((-1, 0, 2, 2), r"top must be a whole number, from 0 to 3; got -1"),
        ((0, 4, 2, 2), r"left must be a whole number, from 0 to 3; got 4"),
        ((0, 0, 0, 2), r"height must be a whole number, at least 1; got 0"),
        ((0, 0, 2.0, 2), r"height.*got 2\.0, a float\. Write 2\."),
    ],
)
def test_a_crop_beyond_the_edge_says_how_far_it_can_go(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        crop(np.zeros((4, 4, 3)), *arguments)


def test_the_face_is_opencvs_gray_averaged():
    cv2 = pytest.importorskip("cv2")
    gray = cv2.cvtColor(picture("astronaut").astype(np.float32), cv2.COLOR_RGB2GRAY)[44:164, 166:286]
    expected = cv2.resize(gray, (24, 24), interpolation=cv2.INTER_AREA)
    assert face().shape == (24, 24) and face().dtype == np.uint8
    assert np.abs(face() - expected.astype(float)).max() <= 0.5 + 1e-3


def test_a_difference_is_signed():
    first, second = np.array([100, 255, 0], np.uint8), np.array([200, 0, 255], np.uint8)
    assert signed_difference(first, second).tolist() == [-100, 255, -255]


def test_values_that_8_bits_cannot_hold_are_counted():
    values = np.linspace(-3, 260, 5000)
    expected = np.count_nonzero((np.floor(values + 0.5) < 0) | (np.floor(values + 0.5) > 255))
    assert clipped_count(values) == expected > 0
    assert [clipped_count([value]) for value in (-0.5, -0.51, 255.49, 255.5)] == [0, 1, 0, 1]


def test_psnr_by_hand():
    assert psnr([0, 0], [255, 255]) == 0
    assert psnr([0.0, 0.0], [0.1, 0.1], peak=1) == pytest.approx(20)
    assert psnr([7], [7]) == float("inf")
    assert psnr(np.uint8([100]), np.uint8([200])) == psnr(np.uint8([200]), np.uint8([100]))


@pytest.mark.parametrize("size", [1e-310, 1e-200, 1e-160, 1.0, 1e160, 1e307])
def test_psnr_of_very_small_and_very_large_differences(size):
    """Their squares vanish or overflow; equal is only what is equal."""
    assert psnr([0.0, 0.0], [size, 0.0], peak=size) == pytest.approx(10 * np.log10(2), rel=1e-6)
    assert psnr([size], [0.0], peak=1) == pytest.approx(-20 * np.log10(size), rel=1e-12)


def test_psnr_of_a_difference_beyond_float64_is_refused():
    with np.errstate(over="ignore"), pytest.raises(ValueError, match="too far apart"):
        psnr([1.7e308], [-1.7e308])


def test_psnr_is_scikit_images():
    random = np.random.default_rng(0)
    a, b = (random.integers(0, 256, (20, 30, 3)).astype(np.uint8) for _ in range(2))
    assert psnr(a, b) == pytest.approx(skimage.metrics.peak_signal_noise_ratio(a, b), abs=1e-12)


def test_psnr_does_not_broadcast():
    with pytest.raises(ValueError, match=r"got \(4, 4\) and \(4,\)"):
        psnr(np.zeros((4, 4)), np.zeros(4))
    with pytest.raises(ValueError, match=r"peak must be above 0.*got -1"):
        psnr([1], [2], peak=-1)
