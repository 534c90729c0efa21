"""Frequency responses against closed forms, Parseval, numpy's FFT of real outputs, and folding by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.kernels import (
    AREA,
    BOX,
    KERNELS,
    NEAREST,
    TRIANGLE,
    Kernel,
    b_spline,
    gaussian,
    keys_cubic,
    lanczos,
    mitchell_netravali,
    taps,
)
from course_utils.spectra import kernel_response, resize_spectrum, transfer, zone_plate
from tests.arrays import noise

F = np.linspace(-3, 3, 121)
WEIGHING = [kernel for kernel in KERNELS.values() if kernel.reading == "weigh"]
few = settings(max_examples=60, deadline=None)
sizes = st.integers(1, 40)


@pytest.mark.parametrize(
    "kernel, power",
    [(BOX, 1), (TRIANGLE, 2), (b_spline(2, False), 3), (b_spline(3, False), 4), (b_spline(5, False), 6)],
)
def test_boxes_smoothed_by_boxes_are_powers_of_sinc(kernel, power):
    np.testing.assert_allclose(kernel_response(kernel, F), np.sinc(F) ** power, rtol=0, atol=1e-13)
    np.testing.assert_allclose(
        kernel_response(kernel, F / 3, width=3), np.sinc(F) ** power, rtol=0, atol=1e-13
    )


def test_the_cubics_closed_form():
    """Keys' kernel, transformed by hand: two sincs to the fourth and their like."""
    f = np.linspace(0.05, 3, 60)
    w, a = np.pi * f, -0.5
    s1, s2 = np.sinc(f), np.sinc(2 * f)
    expected = 3 / w**2 * (s1**2 - s2) + a * 2 / w**2 * (3 * s2**2 - 2 * s2 - np.sinc(4 * f))
    np.testing.assert_allclose(kernel_response(keys_cubic(a), f), expected, rtol=0, atol=1e-11)


def test_a_gaussian_is_a_gaussian():
    wide = gaussian(0.8, 8)
    expected = 0.8 * np.sqrt(2 * np.pi) * np.exp(-2 * (np.pi * 0.8 * F) ** 2)
    np.testing.assert_allclose(kernel_response(wide, F), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kernel", [k for k in WEIGHING if not k.prefilter], ids=str)
def test_parseval(kernel):
    """The energy of the kernel is that of its response; the box's falls off too slowly to be summed."""
    x = ((np.arange(20000) + 0.5) / 10000 - 1) * kernel.support
    energy = (kernel(x) ** 2).mean() * 2 * kernel.support
    f = np.linspace(0, 16, 801)
    summed = 2 * np.trapezoid(kernel_response(kernel, f) ** 2, f)
    assert summed == pytest.approx(energy, abs=2e-2 if kernel is BOX else 2e-3)


@pytest.mark.parametrize("kernel", [TRIANGLE, keys_cubic(), mitchell_netravali(), b_spline(3)], ids=str)
def test_at_zero_all_is_kept_and_whole_frequencies_are_removed(kernel):
    """The second is what weights that sum to 1 everywhere mean."""
    np.testing.assert_allclose(kernel_response(kernel, [0, 1, 2, -3]), [1, 0, 0, 0], rtol=0, atol=1e-12)


def test_splines_with_prefilter_come_closer_to_the_ideal():
    below = np.linspace(0, 0.4, 9)
    loss = [1 - kernel_response(b_spline(degree), below).min() for degree in (2, 3, 4, 5)]
    assert loss == sorted(loss, reverse=True)
    assert kernel_response(b_spline(3, False), [0.4])[0] < kernel_response(b_spline(3), [0.4])[0]


@few
@given(sizes, sizes, st.sampled_from(list(KERNELS.values())), st.booleans())
def test_transfer_is_the_fft_of_what_comes_out(in_size, out_size, kernel, antialias):
    signal = noise(in_size)
    resized = taps(in_size, out_size, kernel, antialias=antialias, border="wrap").apply(signal)
    spectrum = transfer(in_size, out_size, kernel, antialias) @ (np.fft.fft(signal) / in_size)
    np.testing.assert_allclose(np.fft.fft(resized) / out_size, spectrum, rtol=0, atol=1e-11)


@few
@given(sizes, sizes, st.sampled_from(list(KERNELS.values())), st.booleans(), st.data())
def test_kept_and_aliased_are_the_energy_of_a_wave_that_is_resized(
    in_size, out_size, kernel, antialias, data
):
    k = data.draw(st.integers(0, in_size // 2))
    wave = np.exp(2j * np.pi * k * np.arange(in_size) / in_size)
    matrix = taps(in_size, out_size, kernel, antialias=antialias, border="wrap").matrix
    found = resize_spectrum(in_size, out_size, kernel, antialias)
    energy = (np.abs(matrix @ wave) ** 2).mean()
    assert found.kept[k] ** 2 + found.aliased[k] == pytest.approx(energy, abs=1e-11)
    assert found.frequency[k] == k / in_size
    if k / in_size > found.limit + 1e-9:
        assert found.kept[k] == 0


@pytest.mark.parametrize("in_size, out_size", [(24, 36), (30, 42), (25, 60)])
@pytest.mark.parametrize("kernel", [keys_cubic(-0.5), mitchell_netravali()], ids=str)
def test_enlarging_keeps_what_the_kernels_response_says(in_size, out_size, kernel):
    """Both ways round: the whole resize is the kernel's response, but for copies that fold onto the wave again."""
    found = resize_spectrum(in_size, out_size, kernel)
    np.testing.assert_allclose(
        found.kept, np.abs(kernel_response(kernel, found.frequency)), rtol=0, atol=0.02
    )


def test_a_spline_keeps_more_and_antialias_folds_less():
    plain, stretched = (resize_spectrum(120, 37, TRIANGLE, antialias) for antialias in (False, True))
    assert stretched.aliasing < plain.aliasing / 4
    assert resize_spectrum(120, 37, lanczos(3), True).aliasing < stretched.aliasing
    assert resize_spectrum(120, 37, NEAREST).aliasing > plain.aliasing
    assert resize_spectrum(120, 37, AREA).aliasing < plain.aliasing


@pytest.mark.parametrize("in_size, out_size", [(12, 5), (13, 5), (9, 20)])
def test_aliasing_is_the_mean_over_all_waves_of_both_directions(in_size, out_size):
    gains = np.abs(transfer(in_size, out_size)) ** 2
    signed = np.arange(-((in_size - 1) // 2), in_size // 2 + 1)
    kept = [gains[k % out_size, k % in_size] if 2 * abs(k) <= out_size else 0 for k in signed]
    found = resize_spectrum(in_size, out_size)
    assert found.aliasing == pytest.approx((gains.sum() - sum(kept)) / in_size, abs=1e-12)


def test_folding_by_hand():
    """12 samples to 4, every third: 5 cycles come out as 1, with all their energy."""
    found = resize_spectrum(12, 4, NEAREST)
    np.testing.assert_allclose(found.aliased, [0, 0, 0, 1, 1, 1, 1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.kept, [1, 1, 1, 0, 0, 0, 0], rtol=0, atol=1e-12)
    assert np.abs(transfer(12, 4, NEAREST))[1, 5] == pytest.approx(1)
    assert found.limit == pytest.approx(1 / 6)


def test_the_zone_plate_has_the_frequency_it_says():
    size = 256
    plate = zone_plate(size)
    np.testing.assert_allclose(plate, plate.T, rtol=0, atol=1e-12)
    np.testing.assert_allclose(plate, plate[::-1], rtol=0, atol=1e-12)
    center, radius = size // 2, 64
    window = 2 * plate[center, center + radius - 16 : center + radius + 16] - 1
    peak = np.abs(np.fft.rfft(window * np.hanning(32))).argmax() / 32
    assert peak == pytest.approx(0.5 * radius / (size / 2), abs=1 / 32)
    edge = 2 * plate[center, -6:] - 1
    assert (np.sign(edge[:-1]) != np.sign(edge[1:])).all()  # + - + - at the border


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: kernel_response("box", 0), "kernel must be a Kernel that weighs samples"),
        (lambda: kernel_response(AREA, 0), "For nearest and area, see resize_spectrum"),
        (lambda: kernel_response(BOX, [np.nan]), "frequency must be finite"),
        (lambda: kernel_response(BOX, [100.0]), "at most 16 cycles per sample; got 100"),
        (lambda: kernel_response(BOX, [1.0], width=0), "width must be above 0"),
        (lambda: transfer(0, 4), "in_size must be a whole number, from 1 to 4096; got 0"),
        (lambda: resize_spectrum(4, 4.0), "out_size must be a whole number"),
        (lambda: resize_spectrum(4, 4, antialias=1), "antialias must be True or False"),
        (lambda: zone_plate(0), "size must be a whole number"),
        (lambda: zone_plate(8, fastest=2), "fastest must be above 0 and at most 1; got 2"),
        (lambda: resize_spectrum(4, 4, Kernel(lambda d: 0 * d, 1)), "reads nothing at coordinate"),
    ],
)
def test_bad_input_is_refused_with_the_values(call, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert message in str(caught.value)
