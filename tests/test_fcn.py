"""Bilinear kernels beside torch's interpolation, the published crops, flat signals."""

import re
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.fcn import (
    HEADS,
    VGG16,
    bilinear_kernel,
    bilinear_weight,
    crops,
    encoder_ledger,
    fcn_ledger,
    fitting,
    flat_answer,
    is_interpolator,
    recorded_results,
    recorded_scenes,
    staged_ledger,
    stages,
    upsample_bilinear,
)
from course_utils.places import IMAGE
from course_utils.scenes import CLASS_NAMES, POLE, SKY
from course_utils.scores import confusion_matrix, mean_iou
from course_utils.subpixel import phase_sums
from tests.arrays import noise

EXACT = 1e-12
few = settings(max_examples=60, deadline=None)


# ---- The kernel ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "size, wanted",
    [
        (1, [1]),
        (2, ["1/2", "1/2"]),
        (3, ["1/2", 1, "1/2"]),
        (4, ["1/4", "3/4", "3/4", "1/4"]),
        (5, ["1/3", "2/3", 1, "2/3", "1/3"]),
        (6, ["1/6", "1/2", "5/6", "5/6", "1/2", "1/6"]),
    ],
)
def test_the_first_six_kernels_on_paper(size, wanted):
    np.testing.assert_allclose(
        bilinear_kernel(size, 1), [float(Fraction(each)) for each in wanted], atol=EXACT
    )


@given(st.integers(1, 40))
def test_it_is_the_kernel_as_it_is_published(size):
    """FCN's rule, with its two cases for the middle."""
    factor = (size + 1) // 2
    center = factor - 1 if size % 2 == 1 else factor - 0.5
    down, across = np.ogrid[:size, :size]
    published = (1 - abs(down - center) / factor) * (1 - abs(across - center) / factor)
    np.testing.assert_allclose(bilinear_kernel(size), published, atol=EXACT)


@given(st.integers(1, 30), st.integers(1, 15))
def test_it_interpolates_for_two_sizes_per_stride_and_no_other(size, stride):
    assert is_interpolator(size, stride) == (size in (2 * stride, 2 * stride - 1))


@pytest.mark.parametrize(
    "size, stride, sums", [(3, 1, [2]), (2, 2, [0.5, 0.5]), (4, 3, [0.5, 0.75, 0.75]), (6, 2, [1.5] * 2)]
)
def test_other_sizes_have_other_phase_sums(size, stride, sums):
    np.testing.assert_allclose(phase_sums(bilinear_kernel(size, 1), stride, 1), sums, atol=EXACT)


# ---- Beside F.interpolate --------------------------------------------------------------------------


def by_torch(x, stride):
    return F.interpolate(torch.tensor(x), scale_factor=stride, mode="bilinear", align_corners=False).numpy()


@few
@given(st.integers(1, 5), st.integers(1, 6), st.integers(1, 5), st.integers(1, 3))
def test_repeating_the_border_makes_it_torchs_at_every_pixel(height, width, stride, channels):
    x = noise(2, channels, height, width)
    np.testing.assert_allclose(upsample_bilinear(x, stride), by_torch(x, stride), atol=EXACT)


@few
@given(st.integers(1, 5), st.integers(1, 6), st.integers(1, 5))
def test_with_zeros_the_outer_rows_differ_and_the_others_are_torchs(height, width, stride):
    x = noise(1, 2, height, width) + 3  # away from 0, where darker would not show
    ours, wanted, band = upsample_bilinear(x, stride, "zeros"), by_torch(x, stride), stride // 2
    assert ours.shape == wanted.shape
    inside = (..., slice(band, ours.shape[-2] - band), slice(band, ours.shape[-1] - band))
    np.testing.assert_allclose(ours[inside], wanted[inside], atol=EXACT)
    if band:
        assert (ours[..., :band, :] < wanted[..., :band, :]).all()
        assert (ours[..., -band:] < wanted[..., -band:]).all()


@pytest.mark.parametrize(
    "stride, profile", [(2, [0.75]), (3, [2 / 3]), (4, [0.625, 0.875]), (8, [0.5625, 0.6875, 0.8125, 0.9375])]
)
def test_how_dark_the_border_of_a_white_picture_is(stride, profile):
    answer = upsample_bilinear(np.ones((1, 1, 5, 5)), stride, "zeros")[0, 0]
    middle = answer[answer.shape[0] // 2]
    np.testing.assert_allclose(middle[: stride // 2], profile, atol=EXACT)
    np.testing.assert_allclose(middle[-(stride // 2) :], profile[::-1], atol=EXACT)
    assert profile[0] == pytest.approx(1 / 2 + 1 / (2 * stride))
    assert answer[0, 0] == pytest.approx(profile[0] ** 2)


@given(st.integers(1, 12))
def test_a_fitting_layer_draws_where_interpolation_draws(stride):
    places = IMAGE.transposed(*fitting(stride))
    wanted = IMAGE.interpolated(7, 7 * stride)
    assert places.start == pytest.approx(wanted.start) and places.jump == pytest.approx(wanted.jump)


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_odd_kernels_fit_the_other_convention(stride):
    x = noise(1, 1, 5, 6)
    weight = torch.tensor(bilinear_weight([[1.0]], 2 * stride - 1))
    ours = F.conv_transpose2d(torch.tensor(x), weight, stride=stride, padding=stride - 1)
    size = [(n - 1) * stride + 1 for n in (5, 6)]
    wanted = F.interpolate(torch.tensor(x), size=size, mode="bilinear", align_corners=True)
    np.testing.assert_allclose(ours, wanted, atol=EXACT)


def test_what_the_odd_kernel_does_to_a_ramp():
    """k3 s2 p1 with output_padding 1, to reach twice the size: a quarter pixel off, and a dark last sample."""
    ramp = torch.arange(6.0, dtype=torch.float64).expand(1, 1, 6, 6)
    weight = torch.tensor(bilinear_weight([[1.0]], 3))
    drawn = F.conv_transpose2d(ramp, weight, stride=2, padding=1, output_padding=1)[0, 0, 4].numpy()
    wanted = F.interpolate(ramp, scale_factor=2, mode="bilinear")[0, 0, 4].numpy()
    np.testing.assert_allclose(drawn[1:-1] - wanted[1:-1], 0.25, atol=EXACT)
    assert drawn[-1] == 2.5 and wanted[-1] == 5
    assert IMAGE.transposed(3, 2, 1).start - IMAGE.transposed(*fitting(2)).start == 0.25


# ---- Layers that mix channels ------------------------------------------------------------------------


@few
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
def test_a_dense_layer_is_a_1x1_convolution_and_then_bilinear(c_in, c_out, stride):
    mixing, x = noise(c_in, c_out, seed=c_in), noise(2, c_in, 3, 4)
    kernel_size, _, padding = fitting(stride)
    dense = F.conv_transpose2d(
        torch.tensor(x), torch.tensor(bilinear_weight(mixing, kernel_size)), stride=stride, padding=padding
    )
    mixed = F.conv2d(torch.tensor(x), torch.tensor(mixing.T.copy())[:, :, None, None]).numpy()
    np.testing.assert_allclose(dense, upsample_bilinear(mixed, stride, "zeros"), atol=EXACT)


def test_fcns_dense_layer_is_mostly_zeros():
    weight = bilinear_weight(np.eye(21), 64)
    assert weight.shape == (21, 21, 64, 64)
    assert weight.size == 1_806_336 and np.count_nonzero(weight) == 86_016 == 21 * 64 * 64


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (4, 2)])
def test_the_published_assignment_fails_where_channels_differ(shape):
    weight = np.zeros((*shape, 4, 4))
    with pytest.raises(IndexError, match="shape mismatch"):
        weight[range(shape[0]), range(shape[1])] = bilinear_kernel(4)
    assert bilinear_weight(np.ones(shape), 4).shape == weight.shape


def test_number_types_stay():
    for dtype in (np.float32, np.float64):
        assert upsample_bilinear(np.ones((1, 1, 2, 2), dtype), 2).dtype == dtype


# ---- A flat signal -----------------------------------------------------------------------------------


@given(st.integers(1, 14), st.integers(1, 6), st.integers(1, 9))
def test_the_whole_part_of_a_flat_answer_is_the_phase_sums(kernel_size, stride, in_size):
    flat = flat_answer(kernel_size, stride, in_size)
    by_torch = F.conv_transpose1d(
        torch.ones(1, 1, in_size, dtype=torch.float64), torch.tensor(flat.kernel)[None, None], stride=stride
    )
    np.testing.assert_allclose(flat.answer, by_torch[0, 0], atol=EXACT)
    for o in flat.whole:
        assert flat.answer[o] == pytest.approx(flat.sums[o % stride], abs=EXACT)
    if flat.whole.start > 0 and flat.whole:  # one sample earlier a weight is missing
        assert flat.answer[flat.whole.start - 1] < flat.sums[(flat.whole.start - 1) % stride]


# ---- The ledger of FCN --------------------------------------------------------------------------------


def test_the_published_crops():
    assert {name: crops(name) for name in HEADS} == {
        "FCN-32s": [19], "FCN-16s": [5, 27], "FCN-8s": [5, 9, 31]
    }  # fmt: skip


def test_the_lines_on_paper():
    lines = {line.name: line.places for line in encoder_ledger()}
    assert lines["conv1_1"] == (-99, 1)
    assert [lines[f"pool{n}"] for n in (3, 4, 5)] == [(-95.5, 8), (-91.5, 16), (-83.5, 32)]
    assert lines["fc6"] == (12.5, 32)
    assert len(VGG16) == 13 + 5
    places = [line.places for line in fcn_ledger("FCN-8s")[-6:]]
    assert places == [(-11.5, 16), (-11.5, 16), (-23.5, 8), (-23.5, 8), (-31, 1), (0, 1)]


@pytest.mark.parametrize("network", HEADS)
def test_after_its_crops_every_network_is_on_the_image(network):
    assert fcn_ledger(network)[-1].places == IMAGE


@pytest.mark.parametrize("network", HEADS)
def test_the_stages_alone_give_the_same_places(network):
    """What stages leaves out moves nothing."""
    lines = staged_ledger(network)
    assert lines == [line for line in fcn_ledger(network) if line.name in {each.name for each in lines}]
    left_out = {name for name, *_ in VGG16} - {name for name, *_ in stages(network)}
    assert len(left_out) == 12
    assert all(IMAGE.convolved(*layer) == IMAGE for name, *layer in VGG16 if name in left_out)


def test_where_jumps_differ_no_crop_fits():
    layers = [rest for _, *rest in stages("FCN-16s")]
    layers[5] = (2, 1, 0)  # pool5 without a stride
    crop4, crop = (line.crop for line in staged_ledger("FCN-16s", layers) if line.crop is not None)
    assert np.isnan(crop4) and np.isnan(crop)


@given(st.integers(0, 120))
def test_other_paddings_have_other_crops_and_not_always_whole_ones(padding):
    """The padding moves everything: fc6 sits 87.5 - padding further; pools move with it, so their crops stay."""
    assert crops("FCN-32s", padding) == [padding - 81]
    assert crops("FCN-8s", padding)[:2] == [5, 9]


def through_fcn(head, size):
    """The network with averages for weights: what an output pixel sees has its center where it sits."""
    image = torch.zeros(1, 1, size, dtype=torch.float64, requires_grad=True)
    x, pools = image, {}
    for name, kernel_size, stride, padding in (*VGG16, ("fc6", 7, 1, 0)):
        padding = 100 if name == "conv1_1" else padding
        weight = torch.full((1, 1, kernel_size), 1 / kernel_size, dtype=torch.float64)
        pools[name] = x = F.conv1d(x, weight, stride=stride, padding=padding)
    for kernel_size, stride, added in head:
        kernel = torch.tensor(bilinear_kernel(kernel_size, 1))[None, None]
        x = F.conv_transpose1d(x, kernel, stride=stride)
        if added:  # what is added is cropped; it adds nothing here, so that x alone is seen
            x = x + 0 * pools[added][..., CROPS[added] : CROPS[added] + x.shape[-1]]
    return image, x


CROPS = {"pool4": 5, "pool3": 9}


@pytest.mark.parametrize("network", HEADS)
def test_cropped_scores_of_a_real_stack_sit_on_their_pixels(network):
    """32 neighbors together: what they see has its center in their middle."""
    image, x = through_fcn(HEADS[network], 1200)
    crop = int(crops(network)[-1])
    x[0, 0, crop + 512 : crop + 544].sum().backward()
    seen = image.grad[0, 0].numpy()
    assert seen @ np.arange(seen.size) / seen.sum() == pytest.approx(512 + 15.5, abs=1e-6)


# ---- What is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: bilinear_kernel(0), "kernel_size must be a whole number, from 1"),
        (lambda: bilinear_kernel(2.0), "kernel_size must be a whole number, from 1 to 1048576; got 2.0"),
        (lambda: bilinear_kernel(4, 3), "dimensions must be a whole number, from 1 to 2; got 3"),
        (lambda: bilinear_kernel(2**20), "the kernel would have shape"),
        (lambda: bilinear_weight(np.ones(3), 4), "mixing must have 2 axes; got shape (3,)"),
        (lambda: bilinear_weight([[np.nan]], 4), "mixing must be finite"),
        (lambda: bilinear_weight(np.ones((999, 999)), 64), "the weight would have shape"),
        (lambda: is_interpolator(4, 0), "stride must be a whole number, from 1"),
        (lambda: fitting(0), "stride must be a whole number, from 1"),
        (lambda: upsample_bilinear(np.ones((2, 2)), 2), "x must have 4 axes; got shape (2, 2)"),
        (lambda: upsample_bilinear(np.ones((1, 1, 2, 2)), 2, "reflect"), "border must be one of 'repeat', 'zeros'"),
        (lambda: upsample_bilinear(np.ones((1, 1, 2, 2), int), 2), "x must be float32 or float64; got int64"),
        (lambda: flat_answer(4, 2, 0), "in_size must be a whole number, from 1"),
        (lambda: fcn_ledger("FCN-4s"), "network must be one of 'FCN-32s', 'FCN-16s', 'FCN-8s'"),
        (lambda: staged_ledger("FCN-32s", [(3, 1, 1)]), "layers must hold 8 stages, conv1_1, pool1"),
        (lambda: staged_ledger("FCN-32s", [(3, 0, 1)] * 8), "stride must be a whole number, from 1"),
        (lambda: encoder_ledger(-1), "first_padding must be a whole number, from 0"),
    ],
)  # fmt: skip
def test_it_is_refused_with_the_values(call, words):
    with pytest.raises((ValueError, TypeError), match=re.escape(words)):
        call()


# ---- What lesson 08 says of its recorded scenes -----------------------------------------------------------


def test_stride_16_knows_the_sky_and_nothing_of_poles():
    for seen in recorded_scenes():
        for stride, part in seen.parts.items():
            sky, pole = seen.labels == SKY, seen.labels == POLE
            apart = [
                part[kind][there].mean() - part[kind][~there].mean()
                for kind, there in ((SKY, sky), (POLE, pole))
            ]
            assert apart[0] > 1.5
            assert apart[1] > 2 if stride == 4 else apart[1] < 0.3


def test_what_each_stride_brings_and_what_is_lost_without_the_coarse_ones():
    seen = recorded_scenes()[0]
    ious = [
        100 * mean_iou(confusion_matrix(seen.labels, seen.predicted(on), len(CLASS_NAMES)))
        for on in ((16,), (16, 8), (16, 8, 4))
    ]
    np.testing.assert_allclose(ious, [25.3, 37.4, 71.4], atol=0.051)
    wrong, alone = (np.count_nonzero(seen.predicted(on) != seen.labels) for on in (None, [4]))
    assert (wrong, alone) == (420, 988)


def test_learned_kernels_have_phase_sums_of_their_own():
    first, *_, last = recorded_scenes()[0].kernels
    for kernel, stride in ((first, 2), (last, 4)):
        sums = phase_sums(kernel[:, 0], stride)
        assert np.ptp(sums, axis=(1, 2)).min() > 0.01


def test_results_of_what_was_not_recorded_are_refused():
    with pytest.raises(
        ValueError,
        match="part must be one of 'networks', 'starts', 'whole', 'scenes', 'kernels'; got 'table'",
    ):
        recorded_results("table")


def test_what_the_side_road_says_of_other_kernels_and_paddings():
    assert crops("FCN-32s", 81) == [0]
    assert [crops("FCN-8s", 100, kernel)[0] for kernel in range(1, 10)] == list(range(-1, 8))
