"""Recipes against the libraries they describe: every row of data/agreement.md is run again, and keeps its promise."""

import dataclasses
import itertools
import platform
import warnings

import cv2
import numpy as np
import PIL
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch.nn import functional as F

from course_utils import kernels
from course_utils.images import picture
from course_utils.kernels import AREA, NEAREST, TRIANGLE, b_spline, keys_cubic, lanczos
from course_utils.recipes import (
    LIBRARIES,
    Recipe,
    differences,
    onnx_recipe,
    onnx_resize,
    recipe,
    recipe_matrix,
    resize_by,
)
from tests.arrays import noise
from tools import agreement

ROWS = agreement.rows()
X86 = platform.machine() in ("x86_64", "AMD64")
PILLOW = int(PIL.__version__.split(".")[0])
ALL = [
    recipe(library, method, **({"antialias": True} if method == "lanczos" and library == "torch" else {}))
    for library, methods in LIBRARIES.items()
    for method in methods
]
few = settings(max_examples=60, deadline=None)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row.key))
def test_every_row_keeps_its_promise(row):
    if row.dtype == "uint8" and row.library in ("torch", "opencv") and not X86:
        pytest.skip("the last bit of torch and OpenCV, on x86-64")
    if row.library == "pillow" and row.dtype == "uint8" and PILLOW < 13:
        pytest.skip("before Pillow 13, columns always came first")
    if row.library == "pillow" and not hasattr(Image.Resampling, row.mode.upper()):
        pytest.skip("a filter of Pillow 13")
    found = agreement.measured(row)
    assert found.largest <= row.promise, found


def test_the_table_holds_these_rows_and_what_it_measured_keeps_the_promises():
    text = agreement.FILE.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ")][2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [tuple(line[:4]) for line in cells] == [row.key for row in ROWS]
    assert [float(line[6]) for line in cells] == [float(f"{row.promise:.0g}") for row in ROWS]
    assert all(float(largest) <= float(promise) for *_, largest, promise, _ in cells)
    assert len({row.key for row in ROWS}) == len(ROWS)


def test_all_of_onnx_and_of_torchs_samples_is_there():
    """39 node tests of the onnx package; of torch's samples, those that torch itself computes in float64: all."""
    sections = agreement.records()
    assert len(sections["onnx"]["cases"]) == 39
    maps = {
        case["attributes"].get("coordinate_transformation_mode") for case in sections["onnxruntime"]["cases"]
    }
    assert maps >= {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"}
    assert "tf_crop_and_resize" in maps
    assert len(list(agreement.torch_samples("float64"))) == len(sections["torch"]["cases"]) > 100


def test_the_direction_to_a_width_of_one_that_torch_gets_wrong_is_right_in_its_transposed():
    """torch 2.13 repeats the first row: its two directions disagree, and ours agrees with the one that averages."""
    array = noise(7, 5)
    tensor = torch.tensor(array.T.copy())[None, None]
    transposed = F.interpolate(tensor, size=(1, 3), mode="bilinear", antialias=True)[0, 0].numpy().T
    ours = resize_by(recipe("torch", "bilinear", antialias=True), array, (3, 1))
    np.testing.assert_allclose(ours, transposed, rtol=0, atol=1e-12)
    assert np.ptp(ours) > 0.01


# ----------------------------------------------------------------------------------------- as data


def test_recipes_are_read_compared_and_changed():
    pillow, torchs = recipe("pillow", "bicubic"), recipe("torch", "bicubic", antialias=True)
    assert (
        differences(pillow, pillow) == differences(torchs, recipe("torch", "bicubic", antialias=True)) == []
    )
    assert differences(pillow, torchs) == ["follows", "arithmetic", "rounding"]
    image = noise(9, 8)
    np.testing.assert_allclose(
        resize_by(pillow, image, (4, 13)), resize_by(torchs, image, (4, 13)), rtol=0, atol=1e-12
    )
    changed = dataclasses.replace(torchs, kernel=TRIANGLE, antialias="none")
    assert differences(changed, recipe("torch", "bilinear", antialias=True)) == ["antialias"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        pillow.border = "clamp"


@pytest.mark.parametrize(
    "a, b", list(itertools.combinations(ALL[::3], 2)), ids=lambda r: str(r).replace(" ", "-")
)
def test_switching_every_difference_one_by_one_ends_at_the_other_recipe(a, b):
    """What the conventions lab does: every step on the way can be applied."""
    image, now = noise(6, 9), a
    for name in differences(a, b):
        now = dataclasses.replace(now, **{name: getattr(b, name)})
        assert np.isfinite(resize_by(now, image, (7, 4))).all()
    np.testing.assert_array_equal(resize_by(now, image, (7, 4)), resize_by(b, image, (7, 4)))


@few
@given(st.data())
def test_any_combination_of_fields_can_be_applied(data):
    pick = lambda choices: data.draw(st.sampled_from(choices))  # noqa: E731
    made = Recipe(
        coordinate_map=pick(kernels.COORDINATE_MAPS),
        kernel=pick(list(kernels.KERNELS.values())),
        antialias=pick(("none", "stretch", "gaussian")),
        border=pick(kernels.BORDERS),
        pick=pick(kernels.PICKS),
        extrapolate=pick((True, False)),
        fill=pick((0.0, 0.5)),
        arithmetic=pick(("exact", "step", "float32", "opencv", "running")),
        clip=pick((True, False)),
    )
    sizes = st.tuples(st.integers(1, 12), st.integers(1, 12))
    shape, new = data.draw(sizes), data.draw(sizes)
    result = resize_by(made, np.full(shape, 0.5), new)
    assert result.shape == new
    if made.fill == 0.5:  # a constant stays what it is
        np.testing.assert_allclose(result, 0.5, rtol=0, atol=1e-9)


@pytest.mark.skipif(not X86, reason="OpenCV's last bit on x86-64")
@pytest.mark.parametrize("method", ["linear", "linear exact", "area", "lanczos4"])
def test_a_signal_of_uint8_is_opencvs_image_of_one_row(method):
    signal = (noise(30) * 100 + 120).astype(np.uint8)
    for size in (7, 15, 30, 47):
        ours = resize_by(recipe("opencv", method), signal, (size,))
        expected = cv2.resize(signal[None], (size, 1), interpolation=agreement._opencv_flag(method))[0]
        np.testing.assert_allclose(ours, expected, rtol=0, atol=int(size == 15))  # half a signal: ties
    volume = (noise(4, 5, 6) * 100 + 120).astype(np.uint8)  # OpenCV has no such resize: rounded once
    exact = resize_by(recipe("opencv", method), volume.astype(float), (3, 7, 2))
    rounded = resize_by(recipe("opencv", method), volume, (3, 7, 2))
    np.testing.assert_allclose(rounded, exact.clip(0, 255), rtol=0, atol=1)


BIT_FOR_BIT = [("opencv", method, {}) for method in ("linear", "linear exact", "area", "nearest")]
BIT_FOR_BIT += [("pillow", method, {}) for method in ("bilinear", "bicubic", "lanczos")]
BIT_FOR_BIT += [("torch", method, {"antialias": True}) for method in ("bilinear", "bicubic", "lanczos")]


@pytest.mark.skipif(not X86 or PILLOW < 13, reason="the last bit on x86-64, and Pillow's order of axes")
@pytest.mark.parametrize("library, method, options", BIT_FOR_BIT, ids=lambda value: str(value))
def test_a_photo_comes_out_bit_for_bit(library, method, options):
    photo = picture("camera")
    for size in ((128, 128), (224, 224), (200, 300), (700, 600)):
        ours = resize_by(recipe(library, method, **options), photo, size)
        np.testing.assert_array_equal(ours, agreement.CALLS[library](photo, size, method, options))


@few
@given(st.data())
def test_whatever_is_changed_in_a_recipe_its_uint8_is_its_float_rounded(data):
    """Kernels that do not overshoot: between the axes nothing is clipped, so every rounding stays within 1.5."""
    pick = lambda choices: data.draw(st.sampled_from(choices))  # noqa: E731
    made = dataclasses.replace(
        pick([made for made in ALL if made.kernel.reading != "pick"]),
        coordinate_map=pick(("half_pixel", "align_corners", "asymmetric")),
        kernel=pick((TRIANGLE, AREA, kernels.AREA_BINS, kernels.BOX, kernels.gaussian(0.7))),
        antialias=pick(("none", "stretch", "gaussian")),
        border=pick(kernels.BORDERS),
        extrapolate=pick((True, False)),
        fill=40.0,
    )
    sizes = st.tuples(st.integers(1, 12), st.integers(1, 12))
    array, new = (noise(*data.draw(sizes)) * 100 + 120).astype(np.uint8), data.draw(sizes)
    np.testing.assert_allclose(
        resize_by(made, array, new), resize_by(made, array.astype(float), new), rtol=0, atol=1.5
    )


@pytest.mark.parametrize("method", ["bilinear", "bicubic"])
def test_bytes_of_the_same_size_are_smoothed_as_floats_are(method):
    """A Gaussian in torch's bicubic; in its bilinear, which copies what keeps its size, it changes nothing."""
    bytes_, made = np.array([[147], [73]], np.uint8), recipe("torch", method)
    made = dataclasses.replace(made, kernel=kernels.gaussian(0.7))
    floats = resize_by(made, bytes_.astype(float), (2, 1))
    np.testing.assert_allclose(resize_by(made, bytes_, (2, 1)), floats, rtol=0, atol=0.5)
    assert made.skip_same_size == np.array_equal(floats, bytes_)


def test_a_kernel_that_reads_its_left_end_alone_keeps_no_samples():
    """A constant with the support 1 reaches from -1 up to, not including, 1."""
    wide = kernels.Kernel(np.ones_like, support=1, name="wide")
    assert not wide.keeps_samples and TRIANGLE.keeps_samples and kernels.BOX.keeps_samples
    made = dataclasses.replace(recipe("pillow", "bilinear"), kernel=wide, skip_same_size=False)
    bytes_ = np.array([10, 30, 90], np.uint8)
    assert resize_by(made, bytes_, (3,)).tolist() == [20, 60, 90]


@pytest.mark.parametrize("made", ALL, ids=str)
def test_the_matrix_is_the_recipe_on_one_axis(made):
    signal = noise(11)
    for out_size in (5, 11, 17):
        by_array = resize_by(dataclasses.replace(made, clip=False), signal, (out_size,))
        np.testing.assert_allclose(recipe_matrix(made, 11, out_size) @ signal, by_array, rtol=0, atol=1e-12)


def test_any_number_of_axes_is_one_after_the_other():
    array, made = noise(2, 3, 4, 5), recipe("pillow", "lanczos")
    whole = resize_by(made, array, (5, 2, 7, 3))
    for axis, size in enumerate((5, 2, 7, 3)):
        array = resize_by(made, array, (size,), axes=(axis,))
    np.testing.assert_allclose(whole, array, rtol=0, atol=1e-12)


@few
@given(st.integers(2, 20), st.integers(2, 20), st.data())
def test_regions_are_pillows_box(height, width, data):
    def side(size):
        """Any two ends, as Pillow keeps them: in float32."""
        start = data.draw(st.floats(0, size - 1))
        return float(np.float32(start)), float(np.float32(data.draw(st.floats(start + 0.5, size))))

    (top, bottom), (left, right) = side(height), side(width)
    image = noise(height, width).astype(np.float32)
    expected = np.asarray(
        Image.fromarray(image).resize((6, 5), Image.Resampling.HAMMING, box=(left, top, right, bottom))
    )
    ours = resize_by(recipe("pillow", "hamming"), image, (5, 6), regions=[(top, bottom), (left, right)])
    np.testing.assert_allclose(ours, expected, rtol=0, atol=3e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_every_tie_of_pillows_box_is_decided_as_pillow_does(dtype):
    """In 32 of these 1521 pairs of sizes, exact fractions and Pillow's two roundings choose another sample."""
    made = recipe("pillow", "box")
    for in_size, out_size in itertools.product(range(1, 40), repeat=2):
        row = np.random.default_rng(in_size).integers(0, 256, (1, in_size)).astype(dtype)
        expected = np.asarray(Image.fromarray(row).resize((out_size, 1), Image.Resampling.BOX))
        ours = resize_by(made, row, (1, out_size))
        np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=0, err_msg=f"{in_size} to {out_size}")


def test_the_same_numbers_give_the_sizes_of_the_course_facts():
    """10 samples by 1.55: 15 in torch with a map by the factor, 16 in OpenCV, scipy and scikit-image."""
    ramp = np.arange(10.0)
    assert len(resize_by(recipe("opencv", "linear"), ramp, factors=[1.55])) == 16
    by_factor = resize_by(recipe("torch", "linear"), ramp, factors=[1.55])
    np.testing.assert_allclose(by_factor[-3:], [7.565, 8.210, 8.855], rtol=0, atol=5e-4)
    by_size = resize_by(recipe("torch", "linear", recompute_scale_factor=True), ramp, factors=[1.55])
    np.testing.assert_allclose(by_size[-3:], [7.833, 8.5, 9.0], rtol=0, atol=5e-4)


def test_sizes_that_stay_or_double_by_other_factors():
    """torch copies, or doubles, where the size says so; OpenCV copies a picture that keeps both its sizes."""
    image = noise(6, 9)
    tensor = torch.tensor(image)[None, None]
    for mode, factors in itertools.product(("nearest", "bilinear", "bicubic"), ((2.05, 1.03), (1.1, 2.1))):
        expected = F.interpolate(tensor, scale_factor=factors, mode=mode)[0, 0].numpy()
        ours = resize_by(recipe("torch", mode), image, factors=factors)
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12, err_msg=f"{mode} {factors}")
    for fy, fx in ((1.03, 0.97), (1.03, 1.5)):
        expected = cv2.resize(image, None, fx=fx, fy=fy, interpolation=cv2.INTER_CUBIC)
        ours = resize_by(recipe("opencv", "cubic"), image, factors=(fy, fx))
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-5, err_msg=f"{fy} {fx}")


def test_impulses_tell_the_libraries_apart():
    """The responses of the course's facts: a ramp 0..3 made 7 long."""
    ramp = np.arange(4.0)
    expected = {
        ("torch", "bilinear"): [0, 0.357, 0.929, 1.5, 2.071, 2.643, 3],
        ("torch", "bicubic"): [-0.099, 0.279, 0.897, 1.5, 2.103, 2.721, 3.099],
        ("pillow", "bicubic"): [-0.079, 0.264, 0.924, 1.5, 2.076, 2.736, 3.079],
        ("pillow", "hamming"): [0, 0.204, 0.993, 1.5, 2.007, 2.796, 3],
        ("opencv", "lanczos4"): [-0.081, 0.281, 0.918, 1.5, 2.082, 2.719, 3.081],
        ("opencv", "area"): [0, 0.25, 1, 1.5, 2, 2.75, 3],
        ("torch", "area"): [0, 0.5, 1, 1.5, 2, 2.5, 3],
        ("scikit-image", "order 1"): [0.214, 0.357, 0.929, 1.5, 2.071, 2.643, 2.786],
        ("scipy", "order 3"): [0, 0.35, 1, 1.5, 2, 2.65, 3],
        ("onnx", "nearest"): [0, 0, 1, 1, 2, 3, 3],
    }
    for (library, method), values in expected.items():
        got = resize_by(recipe(library, method), ramp, (7,))
        np.testing.assert_allclose(got, values, rtol=0, atol=6e-4, err_msg=f"{library} {method}")


@pytest.mark.parametrize("made", ALL, ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
def test_dtypes_stay_and_the_input_is_never_returned(made, dtype):
    array = (noise(5, 6) * 100 + 120).astype(dtype)
    before = array.copy()
    for sizes in ((5, 6), (3, 8)):
        result = resize_by(made, array, sizes)
        rounded = made.rounding != "float" or made.kernel is NEAREST
        assert result.dtype == (dtype if dtype != "uint8" or rounded else np.float64)
        assert not np.shares_memory(result, array)
        result[:] = 0
        np.testing.assert_array_equal(array, before)


def test_opencvs_area_is_two_taps_on_both_axes_once_one_of_them_grows():
    image = noise(8, 8).astype(np.float32)
    expected = cv2.resize(image, (9, 2), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(
        resize_by(recipe("opencv", "area"), image, (2, 9)), expected, rtol=0, atol=1e-6
    )
    truly = resize_by(dataclasses.replace(recipe("opencv", "area"), arithmetic="exact"), image, (2, 9))
    assert np.abs(truly - expected).max() > 0.1


# --------------------------------------------------------------------------------------- bad input

LINEAR = Recipe()
REFUSED = [
    (lambda: recipe("pilow", "box"), "Did you mean 'pillow'?"),
    (lambda: recipe("pillow", "cubic"), "method must be one of 'nearest', 'box'"),
    (lambda: recipe("pillow", "box", antialias=True), "pillow has no such option; got {'antialias': True}"),
    (lambda: recipe("torch", "lanczos"), "antialias=True only; got antialias=False"),
    (
        lambda: recipe("torch", "area", antialias=True),
        "antialias=True goes with bilinear, bicubic and lanczos",
    ),
    (
        lambda: recipe("torch", "nearest", align_corners=True),
        "align_corners does not go with method='nearest'",
    ),
    (lambda: recipe("torch", "bilinear", antialias="no"), "antialias must be True or False; got 'no'"),
    (lambda: recipe("scipy", "order 3", mode="edge"), "mode must be one of 'reflect', 'grid-mirror'"),
    (lambda: recipe("scikit-image", "order 3", mode="nearest"), "mode must be one of 'reflect', 'symmetric'"),
    (lambda: recipe("tensorflow 1", "bilinear", align_corners=True, half_pixel_centers=True), "not both"),
    (lambda: onnx_recipe("cubic"), "attributes must be a dict; got 'cubic'"),
    (lambda: onnx_recipe({"mode": "lanczos"}), "method must be one of 'nearest', 'linear', 'cubic'"),
    (
        lambda: onnx_recipe({"mode": "linear", "antialias": 2}),
        "antialias must be a whole number, from 0 to 1; got 2",
    ),
    (lambda: onnx_recipe({"antialias": 1}), "antialias=1 does not go with mode='nearest'"),
    (lambda: onnx_recipe({"nearest_mode": "round"}), "nearest_mode must be one of 'floor'"),
    (
        lambda: onnx_recipe({"coordinate_transformation_mode": "x"}),
        "coordinate_transformation_mode must be one of",
    ),
    (lambda: onnx_recipe({"policy": "stretch"}), "onnx has no such option"),
    (lambda: Recipe(kernel="cubic"), "kernel must be a Kernel, such as TRIANGLE; got 'cubic'"),
    (lambda: Recipe(border="edge"), "border must be one of 'clamp'"),
    (lambda: Recipe(clip=1), "clip must be True or False; got 1"),
    (lambda: Recipe(axes=3), "axes must be a tuple such as (4, 6); got 3"),
    (lambda: differences(LINEAR, "x"), "b must be a Recipe, such as recipe('pillow', 'bicubic'); got 'x'"),
    (lambda: resize_by("x", np.ones(4), (2,)), "recipe must be a Recipe"),
    (lambda: resize_by(LINEAR, np.ones(4)), "Give out_sizes or factors, one of the two"),
    (lambda: resize_by(LINEAR, np.ones(4), (2,), (2,)), "Give out_sizes or factors, one of the two"),
    (
        lambda: resize_by(LINEAR, np.ones(4), (0,)),
        "out_sizes[0] must be a whole number, from 1 to 1048576; got 0",
    ),
    (lambda: resize_by(LINEAR, np.ones((4, 4)), (2,)), "say which axes"),
    (lambda: resize_by(LINEAR, np.ones(4), factors=(-1,)), "factors[0] must be above 0"),
    (lambda: resize_by(LINEAR, np.ones(4), factors=(0.1,)), "factor=0.1 leaves nothing of 4 samples"),
    (lambda: resize_by(LINEAR, np.ones(4), (2,), regions=[None, None]), "one region, or None, per axis"),
    (
        lambda: resize_by(LINEAR, np.ones(4), (2,), regions=[(3, 1)]),
        "region must start before it stops; got (3, 1)",
    ),
    (lambda: resize_by(LINEAR, np.ones(4, int), (2,)), "array must be float16, float32, float64 or uint8"),
    (lambda: resize_by(LINEAR, np.ones((2, 2)), (2**20, 2**20)), "the result would have shape"),
    (
        lambda: onnx_resize(np.ones(4), {"coordinate_transformation_mode": "tf_crop_and_resize"}, sizes=[2]),
        "roi",
    ),
    (
        lambda: onnx_resize(
            np.ones(4), {"coordinate_transformation_mode": "tf_crop_and_resize"}, roi=[0.0], sizes=[2]
        ),
        "roi must hold a start and an end for each of 1 axes",
    ),
]


@pytest.mark.parametrize("call, message", REFUSED, ids=[message[:30] for _, message in REFUSED])
def test_bad_input_is_refused_with_the_values(call, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert message in str(caught.value)


def test_kernels_of_the_libraries():
    """Facts that lessons state."""
    assert recipe("torch", "bicubic").kernel is keys_cubic(-0.75)
    assert recipe("torch", "bicubic", antialias=True).kernel is keys_cubic(-0.5)
    assert recipe("opencv", "lanczos4").kernel is lanczos(4) and recipe("opencv", "area").kernel is AREA
    assert recipe("scikit-image", "order 3").kernel is b_spline(3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert {str(made.kernel) for made in ALL} >= {"mitchell-netravali(b=0.333333, c=0.333333)", "hamming"}
