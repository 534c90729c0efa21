"""Every public function of the numerics that reads an array: what it is kept in must not change the answer.

A list, Fortran order, reversed strides, swapped bytes, a read-only array and a tensor hold the same numbers. A mask
says that some of them do not count, and no function here can keep that promise: it is refused, by name.
"""

import dataclasses

import numpy as np
import pytest
import torch

from course_utils import (
    alignment,
    checkerboard,
    conventions,
    convolution,
    cost,
    fcn,
    flows,
    images,
    keeping,
    kernels,
    phases,
    places,
    pooling,
    recipes,
    resampling,
    sampling,
    scenes,
    scores,
    shootout,
    spectra,
    stereo,
    subpixel,
    trace,
    warping,
)
from course_utils.probing import operators
from tests.test_bad_input import public_functions

IMAGE, LAYERS = np.arange(24.0).reshape(4, 6), [(3, 2, 1, 1)]
VALUES, INDICES = pooling.max_pool2d(IMAGE, 2)
X, WEIGHT, BIAS = np.arange(240.0).reshape(2, 4, 5, 6), np.arange(72.0).reshape(4, 2, 3, 3), np.arange(4.0)
FLOW, AFFINE = np.arange(48.0).reshape(4, 6, 2) / 48, np.array([[1.0, 0.25, 0], [0, 1, 0.5]])
GRID = warping.flow_to_grid(FLOW)
LABELS = np.array([[0, 0, 1], [0, 1, 1], [1, 1, 0], [0, 0, 0]])
CELL, PART = np.array([[1.0, 2.0], [4.0, 9.0]]), {"top": 1, "start": 2, "height": 2, "width": 3}
PHASES = subpixel.split_phases(IMAGE[:, :4], 2)

# The arguments that hold arrays, one call each; the others come after a bar.
CALLS = {
    resampling.box: ({"distance": IMAGE}, {}),
    resampling.triangle: ({"distance": IMAGE}, {}),
    resampling.cubic: ({"distance": IMAGE}, {}),
    resampling.kernel_weight: ({"distance": IMAGE}, {"mode": "cubic"}),
    resampling.weights_at: ({"x": IMAGE[0]}, {"size": 4, "mode": "cubic"}),
    resampling.interpolate: ({"samples": IMAGE[0], "x": IMAGE[1]}, {}),
    resampling.cell_around: ({"image": IMAGE}, {"x": 1.25, "y": 0.5}),
    resampling.interpolate_cell: ({"cell": CELL}, {"x": 0.25, "y": 0.5}),
    resampling.twist: ({"cell": CELL}, {}),
    resampling.enlarge_crop: ({"image": IMAGE}, {"top": 1, "left": 2, "size": 2, "factor": 3}),
    resampling.to_8_bits: ({"values": IMAGE}, {}),
    resampling.resample: ({"signal": IMAGE}, {"out_size": 4}),
    resampling.resize: ({"array": IMAGE}, {"out_sizes": (3, 7), "mode": "cubic"}),
    kernels.taps_at: ({"x": IMAGE[0]}, {"in_size": 4, "kernel": kernels.lanczos(3), "width": 1.5}),
    kernels.resize_with: ({"array": IMAGE}, {"out_sizes": (3, 7), "kernel": kernels.b_spline(3)}),
    recipes.resize_by: (
        {"array": IMAGE},
        {"recipe": recipes.recipe("scikit-image", "order 3"), "out_sizes": (3, 7)},
    ),
    conventions.largest_difference: (
        {"array": IMAGE},
        {"a": recipes.recipe("torch", "bicubic"), "b": recipes.recipe("pillow", "box"), "out_sizes": (3, 7)},
    ),
    conventions.walk: (
        {"array": IMAGE},
        {"a": recipes.recipe("torch", "bicubic"), "b": recipes.recipe("pillow", "box"), "out_sizes": (3, 7)},
    ),
    recipes.onnx_resize: ({"x": IMAGE}, {"attributes": {"mode": "linear"}, "scales": [0.75, 1.5]}),
    keeping.sample_shares: ({"matrix": IMAGE}, {}),
    keeping.passed_over: ({"matrix": IMAGE}, {}),
    keeping.weight_curve: ({"distance": IMAGE}, {"kernel": kernels.AREA, "width": 2.5}),
    keeping.curve_response: ({"frequency": IMAGE / 9}, {"kernel": kernels.AREA, "width": 2.5}),
    spectra.matrix_spectrum: ({"matrix": IMAGE}, {}),
    spectra.kernel_response: ({"frequency": IMAGE / 9}, {"kernel": kernels.b_spline(3)}),
    pooling.max_pool2d: ({"x": IMAGE}, {"kernel_size": 3, "padding": 1}),
    pooling.avg_pool2d: ({"x": IMAGE}, {"kernel_size": 3, "padding": 1}),
    pooling.max_unpool2d: ({"values": VALUES, "indices": INDICES}, {"kernel_size": 2}),
    pooling.round_trip: ({"x": IMAGE, "weights": CELL}, {"stride": 2}),
    convolution.convolution: ({"x": X, "weight": WEIGHT, "bias": BIAS}, {"groups": 2}),
    convolution.transposed_convolution: ({"x": X, "weight": WEIGHT, "bias": BIAS}, {"groups": 2}),
    convolution.insert_zeros: ({"x": X, "weight": WEIGHT}, {"groups": 2, "stride": 2}),
    convolution.convolution_matrix: ({"kernel": WEIGHT[0, 0]}, {"in_size": (5, 6)}),
    subpixel.pixel_shuffle: ({"x": X}, {"factor": 2}),
    subpixel.shuffle_steps: ({"x": X[0]}, {"factor": 2}),
    subpixel.pixel_unshuffle: ({"x": IMAGE[None]}, {"factor": 2}),
    subpixel.split_phases: ({"kernel": IMAGE}, {"stride": 2}),
    subpixel.phase_sums: ({"kernel": IMAGE}, {"stride": 2}),
    subpixel.merge_phases: ({"phases": PHASES}, {}),
    subpixel.subpixel_convolution: ({"x": X[:, :2], "weight": WEIGHT, "bias": BIAS}, {}),
    subpixel.transposed_to_subpixel: ({"weight": WEIGHT, "bias": BIAS[:2]}, {"stride": 2, "padding": 1}),
    subpixel.subpixel_to_transposed: ({"weight": WEIGHT, "bias": np.ones(4)}, {}),
    subpixel.nearest_to_transposed: ({"weight": WEIGHT, "bias": BIAS}, {}),
    subpixel.icnr_weight: ({"weight": WEIGHT}, {}),
    checkerboard.max_pool_gradient: ({"x": IMAGE}, {"kernel_size": 3, "stride": 1}),
    checkerboard.by_phase: ({"image": IMAGE}, {"factor": 2}),
    checkerboard.pattern: ({"image": IMAGE}, {"factor": 2}),
    checkerboard.spectrum: ({"image": IMAGE}, {}),
    checkerboard.comb_share: ({"image": IMAGE}, {"factor": 2}),
    fcn.bilinear_weight: ({"mixing": IMAGE}, {"kernel_size": 4}),
    fcn.upsample_bilinear: ({"x": X}, {"stride": 3}),
    warping.to_normalized: ({"pixels": IMAGE}, {"size": 9}),
    warping.to_pixels: ({"normalized": GRID}, {"size": 9}),
    warping.pixels_to_grid: ({"pixels_xy": FLOW}, {"in_size_hw": (4, 6)}),
    warping.grid_to_pixels: ({"grid": GRID}, {"in_size_hw": (4, 6)}),
    warping.flow_to_pixels: ({"flow_xy": FLOW}, {}),
    warping.flow_to_grid: ({"flow_xy": FLOW}, {}),
    warping.resize_flow: ({"flow_xy": FLOW}, {"out_size_hw": (3, 7)}),
    warping.about_center: ({"linear": AFFINE[:, :2]}, {"size_hw": (4, 6)}),
    warping.affine_pixels: ({"matrix": AFFINE}, {"out_size_hw": (4, 6)}),
    warping.affine_theta: ({"matrix": AFFINE}, {"in_size_hw": (4, 6)}),
    warping.affine_grid: ({"theta": AFFINE}, {"out_size_hw": (4, 6)}),
    warping.grid_sample: ({"image": IMAGE, "grid": GRID}, {"mode": "bicubic"}),
    warping.sample: ({"image": IMAGE, "pixels_xy": FLOW}, {}),
    warping.warp: ({"image": IMAGE, "flow_xy": FLOW}, {}),
    warping.hat_sample: ({"image": IMAGE, "grid": GRID}, {}),
    warping.grid_sample_gradients: ({"upstream": IMAGE, "image": IMAGE, "grid": GRID}, {}),
    alignment.center_of_mass: ({"weights": BIAS}, {}),
    alignment.fetch: ({"features": X[0], "flow_xy": FLOW}, {}),
    alignment.fetched_shares: ({"labels": LABELS[:, :2], "flow_xy": FLOW}, {"map_stride": 2}),
    alignment.class_at: ({"labels": LABELS, "places_xy": FLOW}, {}),
    alignment.tips_in_own_region: ({"labels": LABELS[:, :2], "flow_xy": FLOW}, {"stride": 2}),
    alignment.share_in_own_region: ({"labels": LABELS[None, :, :2], "flows_xy": FLOW[None]}, {"stride": 2}),
    alignment.with_comparisons: ({"flows_xy": FLOW[None]}, {}),
    alignment.flow_growth: ({"flow_xy": FLOW, "flow_still_xy": FLOW / 2}, {"shift_xy": (4, 0)}),
    alignment.reading_places: ({"flow_xy": FLOW}, {"stride": 4}),
    sampling.softmax: ({"logits": IMAGE}, {}),
    sampling.reassemble: ({"coarse": X[0, :, :2, :3], "kernels": np.arange(216.0).reshape(9, 4, 6)}, {}),
    sampling.points_of: ({"channels": np.arange(48.0).reshape(8, 2, 3) / 48}, {}),
    sampling.mixed: ({"fine": X[0], "coarse": X[1], "logits": X[:1, 0] / 99}, {}),
    sampling.kernel_taps: ({"kernel": np.arange(9.0)}, {"nearest": (1, 2), "in_size_hw": (3, 4)}),
    sampling.point_taps: ({"points_xy": FLOW[0], "weights": np.arange(6.0)}, {"in_size_hw": (2, 3)}),
    sampling.read_with: ({"coarse": X[0]}, {"decision": sampling.bilinear_decision((5, 6), (4, 7))}),
    flows.pushed: ({"flow_xy": FLOW}, {"start": (1, 1), "end": (3, 2), "radius": 2}),
    flows.erased: ({"flow_xy": FLOW}, {"start": (1, 1), "end": (3, 2), "radius": 2}),
    flows.softness: ({"distance": IMAGE}, {"radius": 9}),
    flows.whirl_angle: ({"distance": IMAGE}, {"degrees": 40, "reach": 9}),
    flows.reads_outside: ({"pixels_xy": FLOW}, {"in_size_hw": (4, 6)}),
    scenes.class_shares: ({"labels": LABELS[:, :2]}, {"stride": 2}),
    stereo.hidden_pixels: ({"disparity": IMAGE}, {}),
    stereo.shrunk_pair: ({"left": IMAGE, "right": IMAGE + 1, "disparity": IMAGE / 9}, {"factor": 2}),
    stereo.part_of_pair: ({"left": IMAGE, "right": IMAGE + 1, "disparity": IMAGE / 9}, PART),
    scores.confusion_matrix: ({"truth": LABELS, "predicted": 1 - LABELS}, {"classes": 2}),
    scores.class_ious: ({"confusion": LABELS[:3]}, {}),
    scores.mean_iou: ({"confusion": LABELS[:3]}, {}),
    scores.boundary: ({"mask": LABELS > 0, "counted": LABELS < 1}, {}),
    scores.grown: ({"mask": LABELS > 0}, {"distance": 1}),
    scores.boundary_f_scores: ({"truth": LABELS, "predicted": 1 - LABELS}, {"classes": 2}),
    scores.boundary_f_score: ({"truth": LABELS, "predicted": 1 - LABELS}, {"classes": 2}),
    scores.thin_pixels: ({"labels": LABELS}, {"width": 2}),
    scores.thin_iou: ({"truth": LABELS, "predicted": 1 - LABELS}, {"classes": 2, "width": 2}),
    shootout.paired: ({"ours": BIAS, "theirs": IMAGE[:, 0]}, {}),
    shootout.ranks: ({"scores": IMAGE}, {}),
    shootout.place: ({"gains": BIAS, "others": IMAGE[0]}, {}),
    shootout.front: ({"costs": BIAS, "gains": IMAGE[:, 0]}, {}),
    shootout.between: ({"values": IMAGE}, {"worst": 20, "best": 4}),
    shootout.worth: ({"marks": IMAGE, "weights": IMAGE[0]}, {}),
    images.crop: ({"image": IMAGE}, {"top": 1, "left": 2, "height": 2, "width": 3}),
    images.psnr: ({"a": IMAGE, "b": IMAGE + 1}, {}),
    operators.call: ({"array": IMAGE}, {"function": np.cumsum}),
    operators.jacobian: ({"at": IMAGE}, {"function": np.square}),
    operators.probe: ({"at": IMAGE}, {"function": np.negative, "in_shape": (4, 6)}),
}
ARGUMENTS = [(function, name) for function, (arrays, _) in CALLS.items() for name in arrays]
IDS = [f"{function.__name__}-{name}" for function, name in ARGUMENTS]
HELD_AS = {
    "list": lambda a: a.tolist(),
    "tuple of arrays": tuple,
    "Fortran order": np.asfortranarray,
    "reversed strides": lambda a: np.ascontiguousarray(a[::-1])[::-1],
    "every other of a larger array": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "swapped bytes": lambda a: a.astype(a.dtype.newbyteorder()),
    "read-only": lambda a: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape),
    "tensor": torch.tensor,
}


def called(function, **changed):
    arrays, others = CALLS[function]
    return function(**{**arrays, **others, **changed})


def flat(answer):
    """All arrays of an answer, however they are packed."""
    if isinstance(answer, kernels.Taps):
        answer = answer.matrix
    if dataclasses.is_dataclass(answer):
        answer = [getattr(answer, field.name) for field in dataclasses.fields(answer)]
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, (tuple, list)):
        return [array for part in answer for array in flat(part)]
    return [answer] if isinstance(answer, (np.ndarray, float, int)) else []


@pytest.mark.parametrize("held_as", HELD_AS)
@pytest.mark.parametrize("function, name", ARGUMENTS, ids=IDS)
def test_what_the_numbers_are_kept_in_does_not_matter(function, name, held_as):
    value = HELD_AS[held_as](CALLS[function][0][name])
    before = np.asarray(value).copy()
    got, expected = flat(called(function, **{name: value})), flat(called(function))
    assert len(got) == len(expected) > 0
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(
            one, other, rtol=1e-14, atol=1e-13
        )  # a sum's order may follow the memory's
    np.testing.assert_array_equal(np.asarray(value), before)


@pytest.mark.parametrize("function, name", ARGUMENTS, ids=IDS)
def test_a_mask_is_never_dropped_without_a_word(function, name):
    array = CALLS[function][0][name]
    for masked in (
        np.ma.masked_array(array, array == array.flat[0]),
        list(np.ma.masked_array(np.atleast_2d(array), True)),
    ):
        with pytest.raises(TypeError, match=f"{name} must be a plain array; got a masked one"):
            called(function, **{name: masked})


WITHOUT_ARRAYS = {"source_coordinates", "nearest_indices", "opencv_nearest_indices", "resampling_taps"}
WITHOUT_ARRAYS |= {"resampling_matrix", "convolution_size", "transposed_size", "colliding_sizes"}
WITHOUT_ARRAYS |= {"output_padding_for", "receptive_field", "pixel_centers", "identity_grid", "rotation"}
WITHOUT_ARRAYS |= {"stages", "feature_places", "assumed_places", "offsets", "stage_offsets"}
WITHOUT_ARRAYS |= {"aligned_coordinates", "aligned_padding", "scene", "scenes", "picture", "stereo_pair"}
WITHOUT_ARRAYS |= {
    "convolution_cost",
    "transposed_cost",
    "linear_cost",
    "upsampler_costs",
    "sampler_costs",
    "low_and_high",
}
WITHOUT_ARRAYS |= {
    "operator_matrix",
    "check_linearity",
    "affine_matrix",
    "swirl_flow",
    "cell_weights",
    "face",
}
WITHOUT_ARRAYS |= {"bilinear_kernel", "is_interpolator", "fitting", "flat_answer"}
WITHOUT_ARRAYS |= {
    "encoder_ledger",
    "fcn_ledger",
    "staged_ledger",
    "stages",
    "crops",
    "recorded_results",
    "recorded_scenes",
}
WITHOUT_ARRAYS |= {
    "overlap",
    "stacked_overlap",
    "read_counts",
    "taps_per_phase",
    "fixed_pattern",
    "power_spread",
    "random_features",
    "random_gradient",
}
WITHOUT_ARRAYS |= {"keys_cubic", "mitchell_netravali", "lanczos", "gaussian", "b_spline", "size_from_factor"}
WITHOUT_ARRAYS |= {
    "coordinates",
    "placed",
    "taps",
    "kernel_width",
    "recipe",
    "differences",
    "onnx_recipe",
    "recipe_matrix",
}
WITHOUT_ARRAYS |= {"resize_spectrum", "transfer", "zone_plate"}
WITHOUT_ARRAYS |= {"energy_kept", "energy_aliased"}
WITHOUT_ARRAYS |= {"channel_number", "window_weights", "clipped_count", "signed_difference"}
WITHOUT_ARRAYS |= {"acting", "switched"}
WITHOUT_ARRAYS |= {"own_places", "bilinear_decision", "fresh_decision"}
# texts, and bytes that are refused when they are anything else
WITHOUT_ARRAYS |= {"recorded", "as_text", "from_text", "contenders"}


def test_no_public_function_is_missing_here():
    modules = (
        alignment,
        conventions,
        checkerboard,
        convolution,
        cost,
        fcn,
        flows,
        images,
        keeping,
        kernels,
        operators,
        phases,
        places,
        pooling,
        recipes,
        resampling,
        sampling,
        scenes,
        scores,
        shootout,
        spectra,
        stereo,
        subpixel,
        trace,
        warping,
    )
    public = {function.__name__ for function in public_functions(*modules)}
    assert public == {function.__name__ for function in CALLS} | WITHOUT_ARRAYS


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_kernel_is_zero_as_far_out_as_there_are_numbers(dtype):
    farthest = np.array([-np.finfo(dtype).max, np.finfo(dtype).max], dtype)
    for kernel in (resampling.box, resampling.triangle, resampling.cubic):
        np.testing.assert_array_equal(kernel(farthest), [0, 0])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "function, name",
    [
        (f, n)
        for f, n in ARGUMENTS
        if n in ("normalized", "grid", "pixels_xy") and f is not flows.reads_outside
    ],
)
def test_a_place_beyond_all_pixels_is_refused_without_a_warning(function, name):
    for value in (1e300, -1.7e308):
        with pytest.raises(ValueError, match=f"{name} must stay within 2147483648 pixels; got -?1"):
            called(function, **{name: np.full(CALLS[function][0][name].shape, value)})
