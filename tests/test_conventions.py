"""The walk from one recipe to another: what is switched, what is left, and that it ends at the other."""

import dataclasses

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from course_utils import images
from course_utils.conventions import NO_SAY, acting, largest_difference, switched, walk
from course_utils.kernels import Kernel, keys_cubic, lanczos
from course_utils.recipes import LIBRARIES, Recipe, differences, recipe, resize_by

RECIPES = [
    recipe(library, method, **({"antialias": True} if (library, method) == ("torch", "lanczos") else {}))
    for library, methods in LIBRARIES.items()
    for method in methods
] + [
    recipe("torch", "bilinear", antialias=True),
    recipe("torch", "bicubic", antialias=True, align_corners=True),
    recipe("scipy", "order 1", grid_mode=True),
    recipe("scikit-image", "order 3", mode="constant", cval=3.0),
    recipe("onnx", "linear", coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=9.0),
]
some = st.sampled_from(RECIPES)
sizes = st.integers(1, 12)
dtypes = st.sampled_from([np.uint8, np.float32, np.float64])


def noise(dtype, *shape):
    return np.random.default_rng(1).integers(0, 256, shape).astype(dtype)


@given(a=some, b=some, in_hw=st.tuples(sizes, sizes), out_hw=st.tuples(sizes, sizes), dtype=dtypes)
@settings(max_examples=150, deadline=None)
def test_every_walk_ends_at_the_other_result(a, b, in_hw, out_hw, dtype):
    array = noise(dtype, *in_hw)
    steps = walk(a, b, array, out_hw)
    assert [step.field for step in steps] == acting(a, b, dtype)
    last = steps[-1].recipe if steps else a
    got, wanted = resize_by(last, array, out_hw), resize_by(b, array, out_hw)
    np.testing.assert_allclose(got, wanted, atol=1e-4 if dtype == np.float32 else 1e-9)
    for step in steps:
        assert (step.old, step.new) == (
            getattr(a, step.field),
            getattr(b, step.field),
        ) and step.old != step.new


@given(a=some, b=some, in_size=sizes, out_size=sizes)
@settings(max_examples=60, deadline=None)
def test_the_first_step_is_taken_alone_and_the_numbers_are_those_of_the_mixtures(a, b, in_size, out_size):
    array = noise(float, in_size)
    steps = walk(a, b, array, (out_size,))
    if steps:
        np.testing.assert_equal(steps[0].left, steps[0].alone)
    for count, step in enumerate(steps, 1):
        assert step.recipe == switched(a, b, [each.field for each in steps[:count]])
        if not np.isnan(step.alone):
            assert step.alone == largest_difference(switched(a, b, [step.field]), b, array, (out_size,))


# A sample lies on the border of a box. Of 7 samples and 6 outputs, the fourth box begins at sample 3 and 1/2, half a
# sample from the centers of two; in Pillow's floats 3.5 * (7 / 6) - (7 / 6) / 2 is 3.5000000000000004.
@pytest.mark.parametrize("in_size, out_size", [(7, 6), (11, 6), (11, 10)])
@pytest.mark.parametrize("method", [each for each in LIBRARIES["torch"] if "nearest" not in each])
def test_a_tie_on_the_border_of_a_box_is_decided_by_the_arithmetic(method, in_size, out_size):
    array = noise(float, in_size)
    torch = recipe("torch", method, **({"antialias": True} if method == "lanczos" else {}))
    for a, b in ((torch, recipe("pillow", "box")), (recipe("pillow", "box"), torch)):
        assert "arithmetic" in acting(a, b)
        assert walk(a, b, array, (out_size,))[-1].left < 1e-9


def step_at(edge):
    return Kernel(lambda d: np.where(np.abs(d) < edge, 0.6, 0.2), support=1, name="two steps")


def cusp():
    return Kernel(lambda d: 1 - np.sqrt(np.abs(d)), support=1, name="cusp")


@pytest.mark.parametrize(
    "kernel, jumps",
    [
        (step_at(0.37), True),
        (Kernel(lambda d: 1 - np.abs(d) + 0.001 * (d > 0.3712), support=1), True),
        (recipe("tensorflow", "gaussian").kernel, True),  # cut at 1.5, where it is 0.011
        (cusp(), False),
        (Kernel(np.poly1d([-1, 0, 1]), support=1), False),  # a function that cannot be hashed
        (keys_cubic(-100), False),
        (lanczos(16), False),
        (Kernel(lambda d: 0 * d, support=2), False),
    ],
)
def test_arithmetic_acts_on_floats_where_a_kernel_jumps(kernel, jumps):
    a = Recipe(kernel=kernel)
    assert ("arithmetic" in acting(a, dataclasses.replace(a, arithmetic="step"))) == jumps


@given(a=some, b=some)
@settings(max_examples=60, deadline=None)
def test_what_acts_is_among_what_differs_and_rounding_acts_on_bytes_only(a, b):
    for dtype in (float, np.uint8):
        names = acting(a, b, dtype)
        assert [name for name in differences(a, b) if name in names] == names
        assert not set(names) & set(NO_SAY)
    assert "rounding" not in acting(a, b, np.float32)
    assert acting(a, a) == []


def test_torch_to_pillow_by_hand():
    """8 samples of a ramp become 3: two taps, or a triangle 8/3 times as wide, cut at the border."""
    torch, pillow = recipe("torch", "bilinear"), recipe("pillow", "bilinear")
    antialias, border = walk(torch, pillow, np.arange(8.0), (3,))
    distances = np.abs(np.arange(8) - 5 / 6)  # the first output sits at 0.5 · 8/3 − 0.5
    weights = np.maximum(0, 1 - distances / (8 / 3))
    cut = (weights / weights.sum()) @ np.arange(8)
    assert largest_difference(torch, pillow, np.arange(8.0), (3,)) == pytest.approx(cut - 5 / 6)
    assert border.alone == pytest.approx(cut - 5 / 6) and border.left < 1e-12
    assert 0 < antialias.left < border.alone


def test_largest_difference_of_the_libraries_themselves():
    photo = images.picture("astronaut")
    theirs = cv2.resize(photo, (128, 128), interpolation=cv2.INTER_LINEAR).astype(int)
    pillow = np.asarray(Image.fromarray(photo).resize((128, 128), Image.Resampling.BILINEAR)).astype(int)
    ours = largest_difference(
        recipe("opencv", "linear"), recipe("pillow", "bilinear"), photo, (128, 128), (0, 1)
    )
    assert ours == np.abs(theirs - pillow).max() > 50


def test_another_order_of_the_same_switches_and_one_that_does_not_arrive():
    a, b = recipe("torch", "bicubic"), recipe("pillow", "bicubic")
    there = walk(a, b, np.arange(9.0), (4,), names=["border", "antialias", "kernel"])
    assert [step.field for step in there] == ["border", "antialias", "kernel"]
    assert there[-1].left < 1e-12
    with pytest.raises(ValueError, match=r"leaves a difference of .* These fields act"):
        walk(a, b, np.arange(9.0), (4,), names=["kernel"])
    with pytest.raises(ValueError, match="a name"):
        walk(a, b, np.arange(9.0), (4,), names=["curnel"])


def test_a_mixture_without_a_result_is_said_to_have_none():
    narrow = Kernel(lambda d: 1.0 * (np.abs(d) <= 0.2), support=0.2, name="narrow")
    b = Recipe(kernel=narrow, coordinate_map="align_corners")
    kernel, coordinate_map = walk(Recipe(), b, np.arange(3.0), (2,), names=["kernel", "coordinate_map"])
    assert np.isnan(kernel.left) and coordinate_map.left == 0  # at 0.25 the narrow kernel meets no sample


@pytest.mark.parametrize("wrong", ["torch", None, ("torch", "bilinear")])
def test_what_is_no_recipe_is_refused_by_name(wrong):
    with pytest.raises(TypeError, match="b must be a Recipe"):
        walk(recipe("torch", "bilinear"), wrong, np.arange(4.0), (2,))
    with pytest.raises(TypeError, match="a must be a Recipe"):
        switched(wrong, recipe("torch", "bilinear"), [])


def test_changed_recipes_are_rounded_half_up_where_the_library_has_no_such_path():
    """OpenCV's 11 bits belong to its two taps: with another kernel, the kernel must still be read."""
    bytes_ = noise(np.uint8, 9, 9)
    for rounding in ("opencv", "opencv_area"):
        made = dataclasses.replace(recipe("pillow", "bicubic"), rounding=rounding, skip_same_size=False)
        exact = resize_by(made, bytes_.astype(float), (5, 6))
        assert np.abs(resize_by(made, bytes_, (5, 6)) - exact.clip(0, 255)).max() <= 0.5
