"""How much a sample counts, which nobody reads, what is weighed by: against torch, scipy's splines, paper."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from course_utils.keeping import (
    curve_response,
    energy_aliased,
    energy_kept,
    passed_over,
    sample_shares,
    weight_curve,
)
from course_utils.kernels import (
    AREA,
    AREA_BINS,
    BOX,
    HAMMING,
    KERNELS,
    NEAREST,
    TRIANGLE,
    Kernel,
    b_spline,
    gaussian,
    keys_cubic,
    lanczos,
    taps,
)
from course_utils.spectra import matrix_spectrum, resize_spectrum

KERNEL = st.sampled_from(list(KERNELS.values()))
SIZES = {"in_size": st.integers(1, 40), "out_size": st.integers(1, 40)}


@given(**SIZES, kernel=KERNEL, antialias=st.booleans())
@settings(max_examples=150, deadline=None)
def test_what_some_samples_lack_others_have_too_much(in_size, out_size, kernel, antialias):
    shares = sample_shares(taps(in_size, out_size, kernel, antialias=antialias).matrix)
    assert shares.shape == (in_size,)
    assert shares.mean() == pytest.approx(1, abs=1e-9)


@given(**SIZES, mode=st.sampled_from(["bilinear", "bicubic"]), antialias=st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_share_is_what_remains_of_an_impulse_in_torch(in_size, out_size, mode, antialias):
    """Each row of the picture holds one impulse; torch resizes them all, and each is added up."""
    impulses = torch.eye(in_size, dtype=torch.float64)[None, None]
    resized = F.interpolate(impulses, (in_size, out_size), mode=mode, antialias=antialias)[0, 0].numpy()
    kernel = TRIANGLE if mode == "bilinear" else keys_cubic(-0.5 if antialias else -0.75)
    border = "renormalize" if antialias else "clamp"
    matrix = taps(in_size, out_size, kernel, antialias=antialias, border=border).matrix
    assert sample_shares(matrix) == pytest.approx(resized.sum(1) * in_size / out_size, abs=1e-6)
    assert (passed_over(matrix) == (np.abs(resized) < 1e-9).all(1)).all()


def test_a_third_by_linear_reads_every_third_sample_alone():
    matrix = taps(27, 9, TRIANGLE).matrix
    assert sample_shares(matrix).tolist() == [0, 3, 0] * 9
    assert passed_over(matrix).tolist() == [True, False, True] * 9
    assert not passed_over(taps(27, 9, TRIANGLE, antialias=True).matrix).any()


@given(**SIZES)
@settings(max_examples=60, deadline=None)
def test_by_area_all_samples_count_alike(in_size, out_size):
    assert sample_shares(taps(in_size, out_size, AREA).matrix) == pytest.approx(1)


def test_weights_that_cancel_are_weights():
    assert passed_over([[1.0, -1.0], [-1.0, 1.0]]).tolist() == [False, False]
    assert sample_shares([[1.0, -1.0], [-1.0, 1.0]]).tolist() == [0, 0]


DISTANCE = np.linspace(-9, 9, 181) + 0.013


@pytest.mark.parametrize(
    "kernel", [BOX, TRIANGLE, HAMMING, lanczos(3), b_spline(3, prefilter=False)], ids=str
)
@pytest.mark.parametrize("width", [1, 1.5, 4])
def test_most_kernels_are_their_own_curve(kernel, width):
    assert weight_curve(kernel, DISTANCE, width) == pytest.approx(kernel(DISTANCE / width))


@pytest.mark.parametrize("width", [1, 1.25, 3, 4.5])
def test_a_pixel_counts_by_the_area_that_overlaps(width):
    """Counted: many points spread evenly over the output's area, those that fall into the pixel."""
    points = (np.arange(20_000) + 0.5) / 20_000 * width - width / 2
    shares = [(np.abs(points + d) < 0.5).mean() * width for d in DISTANCE]
    assert weight_curve(AREA, DISTANCE, width) == pytest.approx(shares, abs=1e-3)


@pytest.mark.parametrize("degree", [2, 3, 4, 5])
def test_a_prefiltered_spline_is_what_scipy_makes_of_an_impulse(degree):
    impulse = np.zeros(61)
    impulse[30] = 1
    seen = ndimage.map_coordinates(impulse, [30 + DISTANCE], order=degree, mode="mirror")
    assert weight_curve(b_spline(degree), DISTANCE) == pytest.approx(seen, abs=1e-9)


def test_nearest_copies_whatever_the_width():
    assert weight_curve(NEAREST, [-0.6, -0.4, 0.4, 0.6], 4).tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("kernel", [AREA, AREA_BINS, lanczos(2), b_spline(3)], ids=str)
def test_the_curve_keeps_the_shape_of_the_distances(kernel):
    table = DISTANCE[:12].reshape(3, 4)
    curve = weight_curve(kernel, table, 2)
    assert curve.shape == (3, 4) and curve == pytest.approx(
        np.array([[weight_curve(kernel, d, 2) for d in row] for row in table])
    )


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"kernel": "cubic"}, "kernel must be a Kernel, such as TRIANGLE; got 'cubic'."),
        ({"width": 0}, "width"),
        ({"distance": [np.nan]}, "distance"),
    ],
)
def test_bad_input_is_refused_in_words(bad, words):
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        weight_curve(**{"kernel": TRIANGLE, "distance": [0.5], "width": 1.0} | bad)


def test_an_error_in_ones_own_kernel_is_not_hidden():
    broken = Kernel(lambda d: d[0], 1, "broken")
    with pytest.raises(ValueError, match="broken"):
        weight_curve(broken, [0.1, 0.2])


def sent_through(in_size, out_size, kernel, antialias, wave):
    """One wave resized: its amplitude as itself, the energy of what comes out beside it, all energy."""
    made = taps(in_size, out_size, kernel, antialias=antialias, border="wrap")
    place = np.arange(in_size) + 0.5
    out_place = (np.arange(out_size) + 0.5) * in_size / out_size
    frequency = wave / in_size
    signal = np.exp(2j * np.pi * frequency * place)
    output = made.matrix @ signal
    own = np.exp(2j * np.pi * frequency * out_place)
    amplitude = np.vdot(own, output) / out_size
    return abs(amplitude), np.mean(np.abs(output - amplitude * own) ** 2), np.mean(np.abs(output) ** 2)


@pytest.mark.parametrize("in_size, out_size", [(12, 4), (16, 16), (15, 10), (8, 32), (21, 7)])
@pytest.mark.parametrize("kernel", [TRIANGLE, lanczos(3), AREA, b_spline(3)], ids=str)
@pytest.mark.parametrize("antialias", [False, True])
def test_energies_are_those_of_waves_sent_through_one_by_one(in_size, out_size, kernel, antialias):
    matrix = taps(in_size, out_size, kernel, antialias=antialias, border="wrap").matrix
    spectrum = matrix_spectrum(matrix)
    kept, aliased = [], []
    for wave in range(-((in_size - 1) // 2), in_size // 2 + 1):
        itself, beside, whole = sent_through(in_size, out_size, kernel, antialias, wave)
        if 2 * abs(wave) <= out_size:
            kept.append(itself**2)
            if out_size >= in_size:
                aliased.append(beside)
        else:
            aliased.append(whole)
    assert energy_kept(spectrum) == pytest.approx(np.mean(kept), abs=1e-9)
    assert energy_aliased(spectrum) == pytest.approx(np.mean(aliased), abs=1e-9)


def test_a_third_by_linear_brings_all_too_fine_waves_back():
    """It reads one sample of three, so every wave comes out whole, as another one."""
    spectrum = resize_spectrum(27, 9)
    assert energy_kept(spectrum) == energy_aliased(spectrum) == pytest.approx(1)
    assert energy_aliased(resize_spectrum(27, 9, antialias=True)) < 0.03


@pytest.mark.parametrize("kernel", [AREA, NEAREST, TRIANGLE, gaussian(), lanczos(3), b_spline(3)], ids=str)
@pytest.mark.parametrize("width", [1, 2.5])
def test_the_response_of_a_curve_is_its_fourier_transform(kernel, width):
    frequency = np.array([0, 0.1, 0.25, 0.5])
    d = (np.arange(160_000) + 0.5) / 160_000 * 80 - 40
    if kernel.prefilter:
        d, width = d[::20], 1
    curve = weight_curve(kernel, d, width)
    seen = np.cos(2 * np.pi * frequency[:, None] * d) @ curve / curve.sum()
    assert curve_response(kernel, frequency, width) == pytest.approx(seen, abs=2e-3)


def test_a_kernel_with_the_mean_0_has_no_response():
    with pytest.raises(ValueError, match="has the mean 0"):
        curve_response(Kernel(lambda d: np.sign(d), 1, "odd"), [0.1])


@pytest.mark.parametrize("function", [energy_kept, energy_aliased])
def test_what_is_no_spectrum_is_refused(function):
    with pytest.raises(
        TypeError, match=re.escape("spectrum must be a Spectrum, such as resize_spectrum(8, 4); got 3")
    ):
        function(3)
