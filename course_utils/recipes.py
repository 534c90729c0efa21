"""Recipes: what a library does when it resizes, as data that can be read, compared and changed.

    >>> pillow, torch = recipe("pillow", "bicubic"), recipe("torch", "bicubic")
    >>> differences(pillow, torch)
    ['kernel', 'antialias', 'border', 'follows', 'arithmetic', 'skip_same_size', 'rounding']
    >>> signal = np.array([0.0, 1.0, 0.0, 0.0])
    >>> resize_by(pillow, signal, (7,)).round(2)
    array([-0.08,  0.34,  0.99,  0.56, -0.03, -0.04,  0.  ])
    >>> changed = dataclasses.replace(torch, kernel=pillow.kernel, border=pillow.border)
    >>> resize_by(changed, signal, (7,)).round(2)
    array([-0.08,  0.34,  0.99,  0.56, -0.03, -0.04,  0.  ])

``recipe`` knows torch, OpenCV, Pillow, scikit-image, scipy, TensorFlow, TensorFlow 1, Keras, JAX and ONNX, each with
the options the library has, under the names it gives them. ``resize_by`` applies any recipe to an array of any number
of axes. Tests hold every one of them against its library.
"""

import dataclasses
from dataclasses import dataclass, fields

import numpy as np

from course_utils import kernels
from course_utils.kernels import (
    AREA,
    AREA_BINS,
    BOX,
    HAMMING,
    MAGIC_2013,
    MAGIC_2021,
    NEAREST,
    TRIANGLE,
    Kernel,
    Taps,
    b_spline,
    gaussian,
    keys_cubic,
    lanczos,
    mitchell_netravali,
    size_from_factor,
    taps_at,
)
from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    number_above,
    one_of,
    real_number,
    resizable,
    shown,
    sizes_and_axes,
    true_or_false,
    whole_number,
    whole_numbers,
)

ANTIALIASES = ("none", "stretch", "gaussian")
ARITHMETICS = ("exact", "step", "float32", "opencv", "running")
ROUNDINGS = (
    "float", "half_up", "half_even", "truncate", "pillow", "torch", "opencv", "opencv_area", "bits_8", "bits_11"
)  # fmt: skip
ASPECTS = ("stretch", "not_larger", "not_smaller")
FOLLOWS = ("sizes", "factor")


@dataclass(frozen=True)
class Recipe:
    """What a library does, one field for each decision. Change one with ``dataclasses.replace``.

    coordinate_map   where an output falls, as in ``kernels.coordinates``
    kernel           the Kernel
    antialias        "none", "stretch" (the kernel, when shrinking), or "gaussian" (a blur of all samples before)
    border           what a tap beyond the border reads, as in ``kernels.taps``
    pick             how the kernel NEAREST rounds a coordinate, as in ``kernels.taps``
    extrapolate      False: an output whose coordinate lies outside the first and last sample is ``fill``
    fill             the constant, for that and for border="constant"
    size_rule        how a factor makes a size, as in ``kernels.size_from_factor``
    follows          "factor": a given factor moves the coordinates. "sizes": they follow from the sizes alone
    aspect           "stretch"; "not_larger", "not_smaller": one factor for all axes, the smallest or largest
    arithmetic       how coordinates are rounded, which matters on ties only: "exact" (multiplied, then divided),
                     "step" (in_size / out_size first), "float32" (the same in float32, except for float64 arrays),
                     "opencv" (1 / (out_size / in_size) first), "running" (a sum that grows by the step)
    skip_same_size   True: an axis that keeps its size is copied, whatever kernel and factor
    rounding         of uint8: "float" (not rounded, the result is float64); "half_up", "half_even", "truncate": once
                     at the end; "pillow" (weights of 22 bits) and "torch" (of 16): after each axis; "bits_8",
                     "bits_11" (weights of so many bits): once, half up; "opencv" (of 11 bits, two shifts that cut
                     bits off); "opencv_area" (sums in float32). With a kernel or border that the library does not
                     compute in whole numbers: once, half up
    clip             True: the result stays within the smallest and largest input
    axes             those it resizes where a call names none; None: all
    """

    library: str = "yours"
    method: str = "own"
    coordinate_map: str = "half_pixel"
    kernel: Kernel = TRIANGLE
    antialias: str = "none"
    border: str = "clamp"
    pick: str = "round_prefer_ceil"
    extrapolate: bool = True
    fill: float = 0.0
    size_rule: str = "floor"
    follows: str = "sizes"
    aspect: str = "stretch"
    arithmetic: str = "exact"
    skip_same_size: bool = False
    rounding: str = "half_up"
    clip: bool = False
    axes: tuple | None = None

    def __post_init__(self):
        for name, choices in _CHOICES.items():
            one_of(getattr(self, name), name, choices)
        for name in ("extrapolate", "skip_same_size", "clip"):
            true_or_false(getattr(self, name), name)
        real_number(self.fill, "fill")
        if not isinstance(self.kernel, Kernel):
            raise TypeError(f"kernel must be a Kernel, such as TRIANGLE; got {shown(self.kernel)}.")
        if self.axes is not None:
            whole_numbers(self.axes, "axes", None)

    def __str__(self):
        return f"{self.library} {self.method}"


_CHOICES = {
    "coordinate_map": kernels.COORDINATE_MAPS,
    "antialias": ANTIALIASES,
    "border": kernels.BORDERS,
    "pick": kernels.PICKS,
    "size_rule": kernels.SIZE_RULES,
    "follows": FOLLOWS,
    "aspect": ASPECTS,
    "arithmetic": ARITHMETICS,
    "rounding": ROUNDINGS,
}


def differences(a, b):
    """The names of the fields in which two recipes differ, in the order of ``Recipe``; not library and method.

    >>> differences(recipe("tensorflow", "bilinear", antialias=True), recipe("jax", "linear"))
    []
    >>> differences(recipe("torch", "bilinear"), recipe("opencv", "linear"))
    ['size_rule', 'arithmetic', 'skip_same_size', 'rounding']
    """
    a, b = _a_recipe(a, "a"), _a_recipe(b, "b")
    return [name for name in _DECISIONS if getattr(a, name) != getattr(b, name)]


_DECISIONS = [field.name for field in fields(Recipe) if field.name not in ("library", "method")]


# ---- What the libraries do -----------------------------------------------------------------------


def recipe(library, method, **options):
    """The recipe of a library's method, with the library's own options. LIBRARIES lists the methods.

    torch         antialias=False, align_corners=False, recompute_scale_factor=False
    scikit-image  mode="reflect", anti_aliasing=True, clip=True, cval=0
    scipy         grid_mode=False, mode="constant", cval=0
    tensorflow    antialias=False
    tensorflow 1  align_corners=False, half_pixel_centers=False
    jax           antialias=True
    onnx          the attributes of Resize, as in ``onnx_recipe``
    opencv, pillow, keras have none

    >>> recipe("torch", "bicubic", antialias=True).kernel, recipe("torch", "bicubic").kernel
    (cubic(a=-0.5), cubic(a=-0.75))
    """
    one_of(library, "library", tuple(LIBRARIES))
    one_of(method, "method", LIBRARIES[library])
    make = _MAKERS[library]
    try:
        made = make(method, **options)
    except TypeError as error:
        if "unexpected keyword" not in str(error):
            raise
        raise TypeError(f"{library} has no such option; got {shown(options)} ({error}).") from None
    return dataclasses.replace(made, library=library, method=method)


_TORCH = {
    "nearest": NEAREST, "nearest-exact": NEAREST, "linear": TRIANGLE, "bilinear": TRIANGLE, "trilinear": TRIANGLE,
    "bicubic": keys_cubic(-0.75), "lanczos": lanczos(3), "area": AREA_BINS,
}  # fmt: skip


def _torch(method, antialias=False, align_corners=False, recompute_scale_factor=False):
    antialias = true_or_false(antialias, "antialias")
    align_corners = true_or_false(align_corners, "align_corners")
    kernel = _TORCH[method]
    if antialias and method not in ("bilinear", "bicubic", "lanczos"):
        raise ValueError(f"antialias=True goes with bilinear, bicubic and lanczos; got method={method!r}.")
    if align_corners and kernel.reading != "weigh":
        raise ValueError(f"align_corners does not go with method={method!r}.")
    if method == "lanczos" and not antialias:
        raise ValueError("torch has lanczos with antialias=True only; got antialias=False.")
    if antialias and method == "bicubic":
        kernel = keys_cubic(-0.5)
    by_size = (
        align_corners or method == "area" or true_or_false(recompute_scale_factor, "recompute_scale_factor")
    )
    corners = "corner_step" if antialias else "align_corners"
    floor = method == "nearest"
    return Recipe(
        coordinate_map=corners if align_corners else "asymmetric" if floor else "half_pixel",
        kernel=kernel,
        antialias="stretch" if antialias else "none",
        border="renormalize" if antialias else "clamp",
        pick="floor" if floor else "round_prefer_ceil",
        follows="sizes" if by_size else "factor",
        arithmetic="float32" if kernel is NEAREST else "exact",
        skip_same_size=antialias or method in ("nearest", "linear", "bilinear", "trilinear"),
        rounding="torch",
    )


_OPENCV = {
    "nearest": NEAREST, "nearest exact": NEAREST, "linear": TRIANGLE, "linear exact": TRIANGLE,
    "cubic": keys_cubic(-0.75), "lanczos4": lanczos(4), "area": AREA,
}  # fmt: skip


def _opencv(method):
    roundings = {"linear": "opencv", "linear exact": "bits_8", "lanczos4": "bits_11", "area": "opencv_area"}
    picks = {
        "nearest": ("asymmetric", "floor", "opencv"),
        "nearest exact": ("half_pixel", "floor", "running"),
    }
    coordinate_map, pick, arithmetic = picks.get(method, ("half_pixel", "round_prefer_ceil", "opencv"))
    return Recipe(
        coordinate_map=coordinate_map,
        kernel=_OPENCV[method],
        border="renormalize" if method == "area" else "clamp",
        pick="round_prefer_ceil" if method == "nearest exact" else pick,
        size_rule="half_even",
        follows="sizes" if method == "nearest exact" else "factor",
        arithmetic=arithmetic,
        rounding=roundings.get(method, "half_up"),
    )


_PILLOW = {
    "nearest": NEAREST, "box": BOX, "bilinear": TRIANGLE, "hamming": HAMMING, "bicubic": keys_cubic(-0.5),
    "lanczos": lanczos(3), "mks2013": MAGIC_2013, "mks2021": MAGIC_2021,
}  # fmt: skip


def _pillow(method):
    nearest = method == "nearest"
    return Recipe(
        kernel=_PILLOW[method],
        antialias="none" if nearest else "stretch",
        border="clamp" if nearest else "renormalize",
        arithmetic="running" if nearest else "step",
        skip_same_size=not nearest,
        rounding="pillow",
    )


_ORDERS = tuple(f"order {degree}" for degree in range(6))
_SKIMAGE_BORDERS = {
    "reflect": "mirror", "symmetric": "mirror_edge", "edge": "clamp", "wrap": "wrap", "constant": "constant"
}  # fmt: skip
_SCIPY_BORDERS = {
    "reflect": "mirror_edge", "grid-mirror": "mirror_edge", "mirror": "mirror", "nearest": "clamp",
    "grid-wrap": "wrap", "grid-constant": "constant", "constant": "mirror",
}  # fmt: skip


def _spline(method):
    degree = int(method.removeprefix("order "))
    return NEAREST if degree == 0 else b_spline(degree)


def _skimage(method, mode="reflect", anti_aliasing=True, clip=True, cval=0.0):
    one_of(mode, "mode", tuple(_SKIMAGE_BORDERS))
    blur = true_or_false(anti_aliasing, "anti_aliasing") and method != "order 0"
    return Recipe(
        kernel=_spline(method),
        antialias="gaussian" if blur else "none",
        border=_SKIMAGE_BORDERS[mode],
        fill=cval,
        size_rule="half_even",
        arithmetic="step",
        skip_same_size=False,
        rounding="float",
        clip=clip,
    )


def _scipy(method, grid_mode=False, mode="constant", cval=0.0):
    one_of(mode, "mode", tuple(_SCIPY_BORDERS))
    return Recipe(
        coordinate_map="half_pixel" if true_or_false(grid_mode, "grid_mode") else "align_corners",
        kernel=_spline(method),
        border=_SCIPY_BORDERS[mode],
        extrapolate=mode != "constant",
        fill=cval,
        size_rule="half_even",
        arithmetic="step",
        rounding="half_up",
    )


_TENSORFLOW = {
    "nearest": NEAREST, "bilinear": TRIANGLE, "bicubic": keys_cubic(-0.5), "lanczos3": lanczos(3),
    "lanczos5": lanczos(5), "gaussian": gaussian(0.5, 1.5), "mitchellcubic": mitchell_netravali(), "area": AREA,
}  # fmt: skip


def _tensorflow(method, antialias=False):
    kernel = _TENSORFLOW[method]
    stretched = true_or_false(antialias, "antialias") and kernel.reading == "weigh"
    return Recipe(
        kernel=kernel,
        antialias="stretch" if stretched else "none",
        border="renormalize" if kernel.reading == "weigh" else "clamp",
        arithmetic="float32" if kernel is NEAREST else "exact",
        rounding="float",
    )


def _tensorflow_1(method, align_corners=False, half_pixel_centers=False):
    corners = true_or_false(align_corners, "align_corners")
    halves = true_or_false(half_pixel_centers, "half_pixel_centers")
    if corners and halves:
        raise ValueError("TensorFlow takes align_corners=True or half_pixel_centers=True, not both.")
    kernel = {**_TENSORFLOW, "bicubic": keys_cubic(-0.5 if halves else -0.75)}[method]
    return Recipe(
        coordinate_map="half_pixel"
        if halves or kernel is AREA
        else "align_corners"
        if corners
        else "asymmetric",
        kernel=kernel,
        border="renormalize" if method == "bicubic" and halves else "clamp",
        pick="round_prefer_ceil" if corners or halves else "floor",
        arithmetic="float32" if kernel is NEAREST else "exact",
        rounding="float",
    )


def _keras(method):
    return dataclasses.replace(_tensorflow(method), follows="factor")


_JAX = {
    "nearest": NEAREST, "linear": TRIANGLE, "cubic": keys_cubic(-0.5), "lanczos3": lanczos(3), "lanczos5": lanczos(5)
}  # fmt: skip


def _jax(method, antialias=True):
    nearest = method == "nearest"
    stretched = true_or_false(antialias, "antialias") and not nearest
    return Recipe(
        kernel=_JAX[method],
        antialias="stretch" if stretched else "none",
        border="clamp" if nearest else "renormalize",
        rounding="float",
    )


_ONNX_MAPS = (
    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize"
)  # fmt: skip


def onnx_recipe(attributes=None):
    """The recipe of an ONNX Resize node, from its attributes as a dict; what it leaves out has ONNX's default.

    mode ("nearest", "linear", "cubic"), coordinate_transformation_mode (six), nearest_mode (four), antialias and
    exclude_outside (0 or 1), cubic_coeff_a, extrapolation_value, keep_aspect_ratio_policy, axes.

    >>> made = onnx_recipe({"mode": "cubic", "exclude_outside": 1, "cubic_coeff_a": -0.5})
    >>> made.kernel, made.border, made.follows
    (cubic(a=-0.5), 'renormalize', 'factor')
    """
    if attributes is not None and not isinstance(attributes, dict):
        raise TypeError(f"attributes must be a dict; got {shown(attributes)}.")
    attributes = dict(attributes or {})
    return recipe("onnx", attributes.pop("mode", "nearest"), **attributes)


def _onnx(
    method, coordinate_transformation_mode="half_pixel", nearest_mode="round_prefer_floor", antialias=0,
    exclude_outside=0, cubic_coeff_a=-0.75, extrapolation_value=0.0, keep_aspect_ratio_policy="stretch", axes=None,
):  # fmt: skip
    one_of(coordinate_transformation_mode, "coordinate_transformation_mode", _ONNX_MAPS)
    antialias = whole_number(antialias, "antialias", 0, 1)
    exclude_outside = whole_number(exclude_outside, "exclude_outside", 0, 1)
    if antialias and method == "nearest":
        raise ValueError("antialias=1 does not go with mode='nearest'.")
    kernel = {"nearest": NEAREST, "linear": TRIANGLE, "cubic": keys_cubic(cubic_coeff_a)}[method]
    return Recipe(
        coordinate_map=coordinate_transformation_mode,
        kernel=kernel,
        antialias="stretch" if antialias else "none",
        border="renormalize" if exclude_outside and method != "nearest" else "clamp",
        pick=one_of(nearest_mode, "nearest_mode", kernels.PICKS),
        extrapolate=coordinate_transformation_mode != "tf_crop_and_resize",
        fill=extrapolation_value,
        follows="factor",
        aspect=one_of(keep_aspect_ratio_policy, "keep_aspect_ratio_policy", ASPECTS),
        rounding="half_even",  # onnx's own evaluator; onnxruntime cuts the fraction off
        axes=None if axes is None else whole_numbers(axes, "axes", None),
    )


_MAKERS = {
    "torch": _torch, "opencv": _opencv, "pillow": _pillow, "scikit-image": _skimage, "scipy": _scipy,
    "tensorflow": _tensorflow, "tensorflow 1": _tensorflow_1, "keras": _keras, "jax": _jax, "onnx": _onnx,
}  # fmt: skip
LIBRARIES = {
    "torch": tuple(_TORCH), "opencv": tuple(_OPENCV), "pillow": tuple(_PILLOW), "scikit-image": _ORDERS,
    "scipy": _ORDERS, "tensorflow": tuple(_TENSORFLOW), "tensorflow 1": ("nearest", "bilinear", "bicubic", "area"),
    "keras": ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"), "jax": tuple(_JAX),
    "onnx": ("nearest", "linear", "cubic"),
}  # fmt: skip
"""Every library with the methods that ``recipe`` knows."""


# ---- Recipes on arrays ---------------------------------------------------------------------------


def resize_by(recipe, array, out_sizes=None, factors=None, axes=None, regions=None):
    """The array resized as the recipe says: a new array, the other axes as they were.

    out_sizes, factors   one size, or one factor, for each of ``axes``: give one of the two
    axes                 None: the recipe's, or all
    regions              None, or for each axis None or (start, stop), the part that is resized, as in
                         ``kernels.coordinates``

    Floats stay what they are, computed in float64 and rounded once. uint8 is rounded as ``recipe.rounding`` says.

    >>> resize_by(recipe("pillow", "box"), np.array([[10, 20, 30, 41]], np.uint8), (1, 2))
    array([[15, 36]], dtype=uint8)
    """
    recipe = _a_recipe(recipe, "recipe")
    array = resizable(array, "array")
    plan = _planned(recipe, array, out_sizes, factors, axes, regions)
    affordable(_new_shape(array, plan), "the result")
    if recipe.arithmetic == "opencv" and all(asked.same for asked in plan.values()):
        return array.copy()  # whatever the factors
    if array.dtype == np.uint8 and _in_fixed_point(recipe, len(plan)):
        return _FIXED_POINT[recipe.rounding](recipe, array, plan)
    result = array if recipe.kernel is NEAREST and not recipe.fill else array.astype(float)
    for axis in _in_order(plan):
        result = _read(recipe, result, axis, plan[axis], array.dtype)
    return _finished(recipe, result, array)


def recipe_matrix(recipe, in_size, out_size=None, factor=None, region=None, dtype=np.float64):
    """What a recipe does to one axis, as a matrix of shape (out_size, in_size); a constant ``fill`` not counted.

    >>> recipe_matrix(recipe("opencv", "area"), 3, 2)
    array([[0.66666667, 0.33333333, 0.        ],
           [0.        , 0.33333333, 0.66666667]])
    """
    recipe = dataclasses.replace(_a_recipe(recipe, "recipe"), fill=0.0, clip=False)
    in_size = whole_number(in_size, "in_size", 1, LARGEST_SIZE)
    affordable((in_size, in_size), "the matrix")
    sizes, factors = (None if value is None else [value] for value in (out_size, factor))
    plan = _planned(recipe, np.empty((in_size, 1)), sizes, factors, (0,), [region])
    return _read(recipe, np.eye(in_size), 0, plan[0], np.dtype(dtype))


def onnx_resize(x, attributes=None, roi=None, scales=None, sizes=None):
    """The output of an ONNX Resize node: ``attributes`` as in ``onnx_recipe``, the others are its inputs.

    ``roi``, for tf_crop_and_resize, holds the starts of all axes and then their ends, from 0 to 1.

    >>> onnx_resize(np.array([1.0, 2.0, 3.0, 4.0]), {"mode": "linear"}, scales=[0.5])
    array([1.5, 3.5])
    """
    made = onnx_recipe(attributes)
    x = resizable(x, "x")
    axes = made.axes or tuple(range(x.ndim))
    regions = None
    if made.coordinate_map == "tf_crop_and_resize":
        roi = finite_array(roi, "roi", ndim=1).astype(float)
        if len(roi) != 2 * len(axes):
            raise ValueError(
                f"roi must hold a start and an end for each of {len(axes)} axes; got {shown(roi)}."
            )
        lasts = [x.shape[axis] - 1 for axis in axes]
        regions = [
            (start * last, end * last + 1)  # starts and ends are centers of pixels there, and edges here
            for start, end, last in zip(roi, roi[len(axes) :], lasts, strict=False)
        ]
    return resize_by(made, x, sizes, scales, axes, regions)


@dataclass(frozen=True)
class _Axis:
    """What is asked of one axis."""

    in_size: int
    out_size: int
    factor: float | None = None
    region: tuple | None = None
    falls_back: bool = False  # OpenCV's area with an axis that grows: two taps on every axis

    @property
    def same(self):
        return self.in_size == self.out_size and self.region is None


def _planned(recipe, array, out_sizes, factors, axes, regions):
    """{axis: _Axis}."""
    axes = recipe.axes if axes is None else axes
    if (out_sizes is None) == (factors is None):
        raise ValueError(f"Give out_sizes or factors, one of the two; got {out_sizes=} and {factors=}.")
    if factors is None:
        out_sizes, axes = sizes_and_axes(array, out_sizes, axes)
        factors = [None] * len(axes)
        if recipe.aspect != "stretch":
            choose = min if recipe.aspect == "not_larger" else max
            factor = choose(out / array.shape[axis] for out, axis in zip(out_sizes, axes, strict=True))
            factors = [factor] * len(axes)
            out_sizes = [size_from_factor(array.shape[axis], factor, "half_up") for axis in axes]
    else:
        factors = [
            number_above(f, f"factors[{i}]", 0, LARGEST_SIZE)
            for i, f in enumerate(np.atleast_1d(finite_array(factors, "factors")).tolist())
        ]
        _, axes = sizes_and_axes(array, [1] * len(factors), axes)
        out_sizes = [
            size_from_factor(array.shape[a], f, recipe.size_rule) for a, f in zip(axes, factors, strict=True)
        ]
        if recipe.follows == "sizes":
            factors = [None] * len(axes)
    regions = [None] * len(axes) if regions is None else list(regions)
    if len(regions) != len(axes):
        raise ValueError(
            f"There must be one region, or None, per axis; got {shown(regions)} for axes={axes}."
        )
    grows = any(
        out > array.shape[axis] if factor is None else factor > 1
        for axis, out, factor in zip(axes, out_sizes, factors, strict=True)
    )
    falls_back = grows and recipe.kernel is AREA and recipe.arithmetic == "opencv"
    return {
        axis: _Axis(array.shape[axis], *asked, falls_back)
        for axis, *asked in zip(axes, out_sizes, factors, regions, strict=True)
    }


def _new_shape(array, plan):
    return [plan[axis].out_size if axis in plan else size for axis, size in enumerate(array.shape)]


def _in_order(plan):
    """The last axis first, as Pillow does it; where nothing is rounded on the way, the order does not matter."""
    return sorted(plan, reverse=True)


def _read(recipe, array, axis, asked, dtype):
    """One axis of an array, blurred and read."""
    if recipe.skip_same_size and asked.same:
        return array
    blur = _blur(recipe, asked)
    if blur is not None:
        array = blur.apply(array, axis, recipe.fill)
    made = _taps(recipe, asked, dtype)
    if recipe.kernel.reading == "pick" and not made.constant.any():
        return array.take(made.indices[:, 0], axis)
    return made.apply(array, axis, recipe.fill)


def _blur(recipe, asked):
    """scikit-image's antialias: a Gaussian with sigma = (step - 1) / 2, cut at 4 sigma, over all samples."""
    sigma = (asked.in_size / asked.out_size - 1) / 2
    if recipe.antialias != "gaussian" or sigma <= 0:
        return None
    radius = int(4 * sigma + 0.5)
    places = np.arange(asked.in_size)
    return taps_at(places, asked.in_size, gaussian(sigma, radius + 0.5), 1.0, recipe.border)


def _taps(recipe, asked, dtype, precision=np.float64):
    if asked.falls_back:
        return _two_taps(asked.in_size, *_opencv_area_places(asked))
    places, step = _coordinates(recipe, asked, dtype)
    width = kernels.kernel_width(recipe.kernel, step, recipe.antialias == "stretch")
    places = places.astype(precision)
    return taps_at(
        places, asked.in_size, recipe.kernel, width, recipe.border, recipe.pick, recipe.extrapolate
    )


def _coordinates(recipe, asked, dtype):
    """(coordinates, step), rounded on the way as the library does it."""
    factor = asked.factor
    if recipe.arithmetic == "float32" and recipe.pick == "floor" and asked.out_size == 2 * asked.in_size:
        factor = None  # torch's nearest: twice the size is twice the size, whatever the factor
    exact, step = kernels.placed(asked.in_size, asked.out_size, recipe.coordinate_map, factor, asked.region)
    how = "exact" if recipe.arithmetic == "float32" and dtype == np.float64 else recipe.arithmetic
    if how == "exact" or recipe.coordinate_map not in ("half_pixel", "asymmetric", "align_corners"):
        return exact, step
    return _rounded_on_the_way(how, recipe.coordinate_map, asked, step), step


def _rounded_on_the_way(how, coordinate_map, asked, step):
    start = asked.region[0] if asked.region else 0.0
    first = 0.5 if coordinate_map == "half_pixel" else 0.0
    if coordinate_map == "align_corners":
        length = asked.region[1] - start if asked.region else asked.in_size
        step = (length - 1) / max(asked.out_size - 1, 1)
    elif how == "opencv" and asked.factor is None and asked.region is None:
        step = 1 / (asked.out_size / asked.in_size)
    if how == "float32":
        steps = (np.arange(asked.out_size, dtype=np.float32) + np.float32(first)) * np.float32(step)
    elif how == "running":
        steps = np.cumsum(np.concatenate([[first * step], np.full(asked.out_size - 1, step)]))
    else:
        steps = (np.arange(asked.out_size) + first) * step
    return start + steps.astype(float) - first


def _finished(recipe, result, array):
    if recipe.clip and array.dtype.kind == "f":
        result = result.clip(array.min(), array.max())
    if array.dtype != np.uint8:
        return result.astype(array.dtype, copy=result is array)
    if result.dtype == np.uint8:
        return result.copy() if result is array else result
    if recipe.clip:
        result = result.clip(array.min(), array.max())
    if recipe.rounding == "float":
        return result
    rounded = {"half_even": np.rint, "truncate": np.trunc}.get(recipe.rounding, lambda v: np.floor(v + 0.5))
    return rounded(result).clip(0, 255).astype(np.uint8)


# ---- uint8, bit for bit --------------------------------------------------------------------------

PILLOW_BITS, OPENCV_BITS = 22, 11


def _in_fixed_point(recipe, axes):
    """Is this a recipe the library computes in whole numbers? A changed one may not be: it is rounded once."""
    if recipe.rounding in ("opencv", "opencv_area") and axes > 2:
        return False
    used = {"opencv": TRIANGLE, "opencv_area": AREA, "bits_8": TRIANGLE, "bits_11": lanczos(4)}.get(
        recipe.rounding
    )
    if used is not None and (recipe.kernel != used or recipe.antialias != "none"):
        return False
    by_weights = recipe.kernel.reading != "pick" and not recipe.kernel.prefilter
    no_constant = recipe.border != "constant" and recipe.extrapolate
    return recipe.rounding in _FIXED_POINT and by_weights and no_constant and recipe.antialias != "gaussian"


def _by_pillow(recipe, array, plan):
    """Weights of 22 bits; the sum of each axis is rounded and clipped to uint8 before the next one."""
    return _axis_by_axis(recipe, array, plan, _pillows_order(plan), lambda weights: PILLOW_BITS)


def _by_torch(recipe, array, plan):
    """The same with weights that fit in 16 bits: as many bits as the largest weight leaves."""
    return _axis_by_axis(recipe, array, plan, _in_order(plan), _torchs_bits)


def _torchs_bits(weights):
    most = weights.max()
    return next(
        (bits for bits in range(PILLOW_BITS) if int(0.5 + most * 2 ** (bits + 1)) >= 2**15), PILLOW_BITS
    )


def _axis_by_axis(recipe, array, plan, order, bits_for):
    result = array
    for axis in order:
        if plan[axis].same and (recipe.skip_same_size or recipe.kernel.keeps_samples):
            continue  # also torch's bicubic, which copies no floats
        made = _taps(recipe, plan[axis], array.dtype)
        bits = bits_for(made.weights)
        scaled = made.weights * 2**bits
        fixed = dataclasses.replace(made, weights=np.trunc(scaled + np.copysign(0.5, scaled)))
        sums = fixed.apply(result, axis) + 2 ** (bits - 1)  # whole numbers, exact in float64
        result = np.floor(sums / 2**bits).clip(0, 255).astype(np.uint8)
    return result.copy() if result is array else result


def _pillows_order(plan):
    """Columns first; since Pillow 13, rows first where their number falls by more than twice as many. Measured."""
    order = _in_order(plan)
    if len(order) == 2:
        saved, saved_columns = (plan[axis].in_size - plan[axis].out_size for axis in reversed(order))
        if saved > max(0, 2 * saved_columns):
            order.reverse()
    return order


def _by_opencv(recipe, array, plan):
    """OpenCV's linear: the columns with weights of 11 bits, then the rows, with two shifts that cut bits off."""
    halved = all(
        asked.in_size == 2 * asked.out_size and asked.factor in (None, 0.5) for asked in plan.values()
    )
    if recipe.kernel is TRIANGLE and halved:
        return _by_opencv_area(recipe, array, plan)  # half the size is a path of its own
    *rows, columns = sorted(plan)
    result = _in_bits(recipe, plan[columns], edge=True).apply(array, columns)
    if rows:
        made = _in_bits(recipe, plan[rows[0]], edge=False)
        shape = (-1, *(1,) * (array.ndim - rows[0] - 1))
        first, second = (
            made.weights[:, tap].reshape(shape) * np.floor(result.take(made.indices[:, tap], rows[0]) / 16)
            for tap in (0, 1)
        )
    else:  # a signal is an image of one row
        first, second = np.floor(result / 16) * 2**OPENCV_BITS, np.zeros(1)
    return (
        np.floor((np.floor(first / 2**16) + np.floor(second / 2**16) + 2) / 4).clip(0, 255).astype(np.uint8)
    )


def _in_bits(recipe, asked, edge):
    """Two taps with weights of 11 bits. ``edge``: beyond the border the border sample alone is read."""
    if asked.falls_back:
        first, fraction = _opencv_area_places(asked)
    else:
        places = _coordinates(recipe, asked, np.uint8)[0].astype(np.float32)
        first = np.floor(places)
        fraction = places - first
    if edge:
        fraction = np.where((first < 0) | (first >= asked.in_size - 1), np.float32(0), fraction)
    made = _two_taps(asked.in_size, first, fraction)
    return dataclasses.replace(made, weights=np.rint(made.weights * 2**OPENCV_BITS).astype(float))


def _two_taps(in_size, first, fraction):
    fraction = fraction.astype(float)
    indices = (first[:, None] + np.array([0, 1])).clip(0, in_size - 1).astype(np.intp)
    return Taps(in_size, indices, np.stack([1 - fraction, fraction], 1), np.zeros(len(first)))


def _opencv_area_places(asked):
    """Where OpenCV's area reads when an axis grows: (first sample, share of the next one), in float32."""
    per_sample = asked.out_size / asked.in_size if asked.factor is None else asked.factor
    output = np.arange(asked.out_size)
    first = np.floor(output * (1 / per_sample))
    fraction = ((output + 1) - (first + 1) * per_sample).astype(np.float32)
    return first, np.where(fraction <= 0, np.float32(0), fraction - np.floor(fraction))


def _by_opencv_area(recipe, array, plan):
    """OpenCV's area: whole factors by one sum, others by sums in float32 along the columns, then the rows."""
    if any(asked.falls_back for asked in plan.values()):
        return _by_opencv(recipe, array, plan)
    result = array.astype(np.float32)
    whole = all(
        asked.in_size % asked.out_size == 0 and asked.factor in (None, asked.out_size / asked.in_size)
        for asked in plan.values()
    )
    count = np.float32(1)
    for axis in _in_order(plan):
        made = _taps(dataclasses.replace(recipe, kernel=AREA), plan[axis], array.dtype)
        if whole:
            count *= np.float32(plan[axis].in_size // plan[axis].out_size)
            made = dataclasses.replace(made, weights=np.rint(made.weights > 0).astype(float))
        result = made.apply(result, axis)
    halved = [asked.in_size == 2 * asked.out_size for asked in plan.values()]
    if whole:
        result = np.floor(result / 4 + 0.5) if halved == [True, True] else np.rint(result * (1 / count))
    return np.rint(result).clip(0, 255).astype(np.uint8)


def _rounded_once(recipe, array, plan):
    """Weights of few bits along every axis, whole numbers all the way, and one rounding at the end."""
    bits, result, shift = int(recipe.rounding.removeprefix("bits_")), array, 0
    for axis in _in_order(plan):
        # With 11 bits, OpenCV's coordinates are float32, and in a large picture that shows.
        made = _taps(recipe, plan[axis], array.dtype, np.float32 if bits == OPENCV_BITS else np.float64)
        fixed = dataclasses.replace(made, weights=np.rint(made.weights * 2**bits))
        result, shift = fixed.apply(result, axis), shift + bits
    return np.floor(result / 2**shift + 0.5).clip(0, 255).astype(np.uint8)


_FIXED_POINT = {
    "pillow": _by_pillow, "torch": _by_torch, "opencv": _by_opencv, "opencv_area": _by_opencv_area,
    "bits_8": _rounded_once, "bits_11": _rounded_once,
}  # fmt: skip


# ---- What comes in -------------------------------------------------------------------------------


def _a_recipe(value, name):
    if not isinstance(value, Recipe):
        raise TypeError(f"{name} must be a Recipe, such as recipe('pillow', 'bicubic'); got {shown(value)}.")
    return value
