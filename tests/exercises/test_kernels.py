"""Exercises and claims of lesson 04; the references have torch, OpenCV, Pillow and scikit-image as witnesses."""

import re

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage
from skimage.transform import resize as skimage_resize

from course_utils import images
from course_utils import kernels as numerics
from course_utils.exercises import kernels as lesson
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.exercises.kernels import predict, repair, write
from course_utils.kernels import (
    AREA,
    AREA_BINS,
    BOX,
    KERNELS,
    TRIANGLE,
    b_spline,
    keys_cubic,
    lanczos,
    mitchell_netravali,
    resize_with,
    taps,
)
from course_utils.resampling import resample, resize
from course_utils.spectra import resize_spectrum
from tests.arrays import noise

EXERCISES = [item for item in vars(lesson).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]
PILLOW = {"antialias": True, "border": "renormalize"}  # and torch with antialias
size = st.integers(1, 24)
few = settings(max_examples=60, deadline=None)


def test_the_lesson_has_what_it_promises():
    names = "within_the_support antialias area wrapped_bytes thumbnail fetch"
    assert {exercise.key for exercise in EXERCISES} == {f"kernels.{name}" for name in names.split()}
    assert len(PREDICTIONS) == 9


@pytest.mark.parametrize(
    ("prediction", "by_hand"),
    [
        (lesson.A_FENCE, "0 everywhere"),
        (lesson.FALSE_STRIPES, 5),
        (lesson.TOO_FINE, "box"),
        (lesson.MIDDLE_OF_THREE, [0, 0.2, 0.6, 0.2, 0]),
        (lesson.NINE_BELOW_ZERO, 247),
        (lesson.BINS_OF_THREE, [0, 1 / 3, 1 / 3, 1 / 3, 0]),
        (lesson.PEAK_OF_A_SPLINE, [40, 10]),
        (lesson.ALSO_WHEN_ENLARGING, "for bicubic"),
        (lesson.FIVE_PICTURES, "D"),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_predictions_by_hand(prediction, by_hand):
    computed = prediction.computed()
    assert computed == by_hand if isinstance(by_hand, str) else np.allclose(computed, by_hand)


# ---- the references have witnesses --------------------------------------------------------------------------


@given(in_size=st.integers(1, 12), place=st.floats(0, 1), lobes=st.integers(1, 4))
@few
def test_a_row_is_that_of_the_course(in_size, place, lobes):
    x = place * in_size - 0.5
    got = write.row(x, in_size, lambda d: np.sinc(d) * np.sinc(d / lobes), lobes)
    np.testing.assert_allclose(
        got, numerics.taps_at([x], in_size, lanczos(lobes), border="renormalize").matrix[0], atol=1e-12
    )
    assert got.sum() == pytest.approx(1)


@given(in_size=size, out_size=size)
@few
def test_the_stretched_tent_is_pillows_and_torchs(in_size, out_size):
    rows = np.eye(in_size, dtype=np.float32)
    ours = write.matrix(in_size, out_size, write.tent, 1)
    pillow = np.asarray(Image.fromarray(rows).resize((out_size, in_size), Image.Resampling.BILINEAR))
    np.testing.assert_allclose(ours.T, pillow, atol=1e-6)
    theirs = in_torch(np.eye(in_size), (in_size, out_size), mode="bilinear", antialias=True)
    np.testing.assert_allclose(ours.T, theirs, atol=1e-12)


@given(in_size=size, out_size=size)
@few
def test_the_stretched_lanczos_is_pillows(in_size, out_size):
    rows = np.eye(in_size, dtype=np.float32)
    pillow = np.asarray(Image.fromarray(rows).resize((out_size, in_size), Image.Resampling.LANCZOS))
    np.testing.assert_allclose(write.matrix(in_size, out_size, write.lanczos3, 3).T, pillow, atol=1e-6)


@given(out_size=size, more=st.integers(1, 20))
@few
def test_area_is_opencvs_when_shrinking(out_size, more):
    in_size = out_size + more
    theirs = cv2.resize(np.eye(in_size), (in_size, out_size), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(write.area(in_size, out_size), theirs, atol=1e-6)


@given(in_size=size, out_size=size)
@few
def test_area_shares_every_pixel_out_completely(in_size, out_size):
    weights = write.area(in_size, out_size)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    np.testing.assert_allclose(weights.sum(axis=0), out_size / in_size)  # no pixel counts more than another


@given(
    blocks=st.tuples(st.integers(1, 5), st.integers(1, 5)), factor=st.integers(1, 5), seed=st.integers(0, 99)
)
@few
def test_a_thumbnail_is_torchs_average_pooling(blocks, factor, seed):
    image = noise(blocks[0] * factor, blocks[1] * factor, seed=seed)
    theirs = F.avg_pool2d(torch.as_tensor(image)[None, None], factor)[0, 0].numpy()
    np.testing.assert_allclose(repair.thumbnail(image, factor), theirs, atol=1e-12)


@given(length=st.integers(1, 12), step=st.integers(1, 5), seed=st.integers(0, 99))
@few
def test_fetching_step_places_is_fetching_more_and_averaging(length, step, seed):
    row = noise(length * step, seed=seed)
    x = (np.arange(length) + 0.5) * step - 0.5
    picture = torch.as_tensor(row)[None, None, None]
    fine = F.affine_grid(
        torch.eye(2, 3, dtype=torch.float64)[None], (1, 1, 1, length * step), align_corners=False
    )
    theirs = F.grid_sample(picture, fine, align_corners=False, padding_mode="border")
    np.testing.assert_allclose(
        repair.fetch(row, x, step), F.avg_pool2d(theirs, (1, step))[0, 0, 0].numpy(), atol=1e-12
    )


@given(st.lists(st.integers(-4000, 4000), min_size=1, max_size=20))
@few
def test_bytes_are_what_opencv_saturates_to(quarters):
    values = np.array(quarters) / 4
    up = np.where(values % 1 == 0.5, values + 0.25, values)  # OpenCV sends halves to the even neighbor
    theirs = cv2.add(up[None], np.zeros((1, len(up))), dtype=cv2.CV_8U)[0]
    np.testing.assert_array_equal(repair.to_bytes(values), theirs)


def in_torch(rows, size_hw, **how):
    return F.interpolate(torch.as_tensor(rows)[None, None], size=size_hw, **how)[0, 0].numpy()


# ---- what the learner may try -------------------------------------------------------------------------------


def test_a_matrix_that_never_widens_is_not_right():
    def as_given(in_size, out_size, kernel, support):
        return write._matrix_by(lambda distance, _: distance, in_size, out_size, kernel, support)

    report = lesson.ANTIALIAS.judge(as_given)
    assert report.outcome is Outcome.NOT_QUITE


@pytest.mark.parametrize(
    ("exercise", "answer", "diagnosis"),
    [
        (lesson.AREA, lambda n, m: taps(n, m, AREA_BINS).matrix, "whole pixels"),
        (lesson.AREA, lambda n, m: taps(n, m, BOX, antialias=True).matrix, None),
        (lesson.ANTIALIAS, lambda n, m, k, s: write.matrix(n, m, k, s) * max(n / m, 1), None),
        (lesson.WRAPPED_BYTES, lambda v: v.astype(int).clip(0, 255).astype(np.uint8), "fraction cut off"),
        (lesson.WRAPPED_BYTES, lambda v: np.rint(v).clip(0, 255).astype(np.uint8), "half to even"),
        (lesson.WRAPPED_BYTES, lambda v: np.rint(v.clip(0, 255) + 0.1).astype(np.uint8), "partly right"),
        (lesson.WRAPPED_BYTES, lambda v: (v.clip(0, 255) + 0.6).astype(np.uint8), "partly right"),
        (lesson.THUMBNAIL, lambda i, f: i[f // 2 :: f, f // 2 :: f], "one pixel from the middle"),
    ],
)
def test_frequent_slips_have_names(exercise, answer, diagnosis):
    report = exercise.judge(answer)
    assert report.outcome is Outcome.NOT_QUITE and report.sentence
    assert diagnosis is None or report.diagnosis == diagnosis


def test_symptoms_start_with_the_smallest_input():
    assert lesson.WRAPPED_BYTES.symptom().call == "to_bytes([256])"
    assert lesson.THUMBNAIL.symptom().call == "thumbnail([[0, 8], [0, 8]], 2)"


def test_what_hides_the_bugs():
    wall = np.full((8, 8), 100.0)
    np.testing.assert_array_equal(repair.thumbnail_of_skipped_pixels(wall, 2), repair.thumbnail(wall, 2))
    soft = resize(noise(5, 5, reach=100) + 120, (20, 20))
    np.testing.assert_array_equal(repair.to_bytes_that_wrap(soft), repair.to_bytes(soft))


# ---- the claims of the lesson -------------------------------------------------------------------------------


def test_the_fence_is_nothing_or_three_times_too_much():
    for moved, value in enumerate((0, 9, 0)):
        fence = np.roll(predict.FENCE, moved)
        np.testing.assert_array_equal(resample(fence, 9), np.full(9, value))
        np.testing.assert_array_equal(cv2.resize(fence[None], (9, 1))[0], np.full(9, value))
        np.testing.assert_array_equal(in_torch(fence[None], (1, 9), mode="bilinear")[0], np.full(9, value))
        np.testing.assert_allclose(cv2.resize(fence[None], (9, 1), interpolation=cv2.INTER_AREA)[0], 3)
        ours = taps(27, 9, TRIANGLE, **PILLOW).apply(fence)
        np.testing.assert_allclose(ours[1:-1], 3)
        assert set(ours[[0, -1]].round(3)) <= {3.375, 2.25}


def test_scikit_image_leaves_a_ninth_of_the_stripes():
    theirs = skimage_resize(np.tile(predict.FENCE, (27, 1)), (9, 9))[4]
    blurred = ndimage.gaussian_filter1d(predict.FENCE, 1, mode="mirror")
    np.testing.assert_allclose(theirs, taps(27, 9, TRIANGLE, border="mirror").apply(blurred), atol=1e-12)
    assert theirs[4] == pytest.approx(2.665, abs=5e-4)
    assert np.exp(-((2 * np.pi / 3) ** 2) / 2) == pytest.approx(1 / 9, abs=1e-3)


def test_lanczos_counts_against_at_one_and_a_half():
    assert np.sinc(1.5) == pytest.approx(-0.212, abs=5e-4) and np.sinc(0.5) == pytest.approx(0.637, abs=5e-4)
    assert write.lanczos3(1.5) == pytest.approx(-0.135, abs=5e-4)
    assert write.tent(2.5) == -1.5 and write.lanczos3(3.5) > 0.01


@pytest.mark.parametrize(
    ("kernel", "half", "all_of_it", "too_much"),
    [
        (BOX, 0.906, 0.653, 0.318),
        (TRIANGLE, 0.805, 0.394, 0.084),
        (keys_cubic(-0.5), 0.939, 0.493, 0.063),
        (lanczos(3), 1.011, 0.502, -0.009),
    ],
    ids=str,
)
def test_what_a_kernel_passes(kernel, half, all_of_it, too_much):
    got = [predict.passed(kernel, part / 8) for part in (0.5, 1, 1.5)]
    np.testing.assert_allclose(got, [half, all_of_it, too_much], atol=5e-4)


@given(name=st.sampled_from(sorted(KERNELS)), wave=st.integers(0, 20))
@few
def test_what_passes_is_what_a_resize_makes_of_a_wave(name, wave):
    """A cosine with its crest in an output, resized: the output there is what passes."""
    kernel = KERNELS[name]
    if kernel.reading != "weigh" or kernel.prefilter:
        return
    n, m = 400, 100
    x = (50 + 0.5) * n / m - 0.5
    signal = np.cos(2 * np.pi * wave / 80 * (np.arange(n) - x))
    small = taps(n, m, kernel, antialias=True).apply(signal)
    assert small[50] == pytest.approx(predict.passed(kernel, wave / 80), abs=1e-9)


@pytest.mark.parametrize("kernel", [BOX, TRIANGLE, keys_cubic(-0.5), lanczos(3)], ids=str)
def test_what_passes_comes_back_as_a_false_wave(kernel):
    """The exact spectrum of a shrink to a quarter: all that passes of a wave too fine is folded."""
    spectrum = resize_spectrum(256, 64, kernel, antialias=True)
    too_fine = 48  # of 256: 1.5 times the limit of 32
    assert np.sqrt(spectrum.aliased[too_fine]) == pytest.approx(
        abs(predict.passed(kernel, 1.5 / 8)), abs=1e-9
    )


def test_fine_stripes_come_back_as_coarse_ones():
    x = np.arange(200)
    np.testing.assert_allclose(np.cos(2 * np.pi * x / 5)[::4], np.cos(2 * np.pi * x / 20)[::4], atol=1e-9)


def test_energies_kept_and_come_back():
    """What the things to try say about the bench, in its own words."""
    from course_utils.explorers.kernels import kernel_bench

    kept = {"box": (77, 7), "triangle": (61, 1), "cubic": (81, 1), "lanczos": (85, 1)}
    for name, (fits, false) in kept.items():
        text = kernel_bench(name, step=4, antialias=True).scene.text
        assert re.findall(r"(\d+) %", text) == [str(fits), str(false)], text
    assert "No sample is passed over" in kernel_bench("cubic", step=4).scene.text


def test_bicubic_changes_with_antialias_and_bilinear_does_not():
    spot = np.array([[0.0, 1, 0, 0]])
    for mode, same in (("bilinear", True), ("bicubic", False)):
        without, with_it = (
            in_torch(spot, (1, 8), mode=mode, antialias=antialias) for antialias in (False, True)
        )
        assert np.allclose(without, with_it) == same
    np.testing.assert_allclose(without, taps(4, 8, keys_cubic(-0.75)).apply(spot), atol=1e-12)
    np.testing.assert_allclose(with_it, taps(4, 8, keys_cubic(-0.5), **PILLOW).apply(spot), atol=1e-12)


@pytest.mark.parametrize(
    ("kernel", "line", "parabola", "overshoot"),
    [
        (TRIANGLE, 0, 0.1875, 0),
        (keys_cubic(-0.75), 0.047, 0.703, 0.105),
        (keys_cubic(-0.5), 0, 0, 0.070),
        (mitchell_netravali(), 0, 0.111, 0.023),
    ],
    ids=str,
)
def test_which_cubic_keeps_what(kernel, line, parabola, overshoot):
    t, places = np.arange(12.0), (np.arange(24) + 0.5) / 2 - 0.5
    enlarge = taps(12, 24, kernel).apply
    assert np.abs(enlarge(t) - places)[8:16].max() == pytest.approx(line, abs=5e-4)
    assert np.abs(enlarge(t**2) - places**2)[8:16].max() == pytest.approx(parabola, abs=5e-4)
    assert enlarge(np.repeat([0.0, 1], 6)).max() - 1 == pytest.approx(overshoot, abs=5e-4)


def test_a_splines_weights_fade_by_a_quarter_with_alternating_signs():
    weights = taps(40, 40, b_spline(3), coordinate_map="half_pixel", border="mirror")
    between = taps(40, 80, b_spline(3), border="mirror").matrix[39][14:19]
    np.testing.assert_allclose(between[:-1] / between[1:], np.sqrt(3) - 2, atol=1e-6)
    np.testing.assert_allclose(weights.matrix, np.eye(40), atol=1e-9)


def test_torchs_area_counts_some_pixels_more():
    theirs = F.interpolate(torch.eye(5, dtype=torch.float64)[None], size=3, mode="area")[0].numpy().T
    np.testing.assert_allclose(theirs, taps(5, 3, AREA_BINS).matrix)
    np.testing.assert_allclose(theirs.sum(0), [0.5, 5 / 6, 1 / 3, 5 / 6, 0.5])
    np.testing.assert_allclose(taps(5, 3, AREA).matrix.sum(0), 0.6)


def test_a_cubic_overshoots_an_edge():
    values = taps(4, 8, keys_cubic(-0.75)).apply([0.0, 0, 255, 255])
    np.testing.assert_allclose(values[1:-1], [-8.965, -26.895, 57.773, 197.227, 281.895, 263.965], atol=5e-4)
    np.testing.assert_allclose(cv2.resize(np.float32([[0, 0, 255, 255]]), (8, 1), interpolation=cv2.INTER_CUBIC)[0],
                               values, atol=1e-3)  # fmt: skip
    np.testing.assert_array_equal(repair.to_bytes_that_wrap(values), [0, 247, 229, 58, 197, 26, 8, 255])


def test_pillow_clips_between_the_axes():
    dots = np.where(np.random.default_rng(0).random((128, 128)) < 0.5, 0, 255).astype(np.uint8)
    photo = images.crop(images.picture("camera"), top=60, left=160, height=192, width=192)
    how = {"kernel": keys_cubic(-0.5), **PILLOW}
    for picture, new_size, share, most in ((dots, 200, 0.507, 30), (photo, 48, 0.102, 5)):
        pillow = np.asarray(
            Image.fromarray(picture).resize((new_size,) * 2, Image.Resampling.BICUBIC)
        ).astype(int)
        once = np.abs(pillow - resize_with(picture, (new_size,) * 2, **how))
        across = resize_with(picture, (new_size,), axes=(1,), **how)
        twice = np.abs(pillow - resize_with(across, (new_size,), axes=(0,), **how))
        assert np.mean(once > 0) == pytest.approx(share, abs=5e-3) and once.max() == most
        assert np.mean(twice > 0) < 1e-3 and twice.max() <= 1


def test_every_picture_but_one_shows_what_the_lesson_says():
    pictures = {letter: (picture, result) for letter, (_, picture, result) in lesson.five_pictures().items()}
    moon, wrapped = pictures["A"]
    right = repair.to_bytes(resize(moon.astype(float), (96, 96), mode="cubic"))
    assert np.abs(wrapped - right.astype(int)).max() > 200
    fence, gone = pictures["B"]
    assert fence.max() == 255 and len(np.unique(gone[12:])) == 1
    assert np.all(fence[::3, ::3][8:] == 255)  # every third pixel is a picket, where there is a fence
    rings, false = pictures["C"]
    np.testing.assert_array_equal(false, rings[::4, ::4])
    _, framed = pictures["E"]
    assert np.all(framed[1:-1, 1:-1] == 180) and framed[0].max() < 160


def test_taps_grow_as_outputs_get_fewer():
    counts = [taps(512, m, lanczos(3), antialias=True).weights.shape[1] for m in (256, 128, 64)]
    assert counts == [12, 24, 48]
