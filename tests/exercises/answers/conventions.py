"""Right answers of lesson 05, written otherwise."""

import math

import numpy as np

from course_utils.exercises.conventions import (
    CANDIDATES,
    EXPORT,
    FROM_A_FACTOR,
    IDENTIFY,
    NEAREST_MODE,
    PORTED,
)
from course_utils.recipes import onnx_recipe, onnx_resize, recipe, recipe_matrix, resize_by
from tests.exercises.answers import right, same

# ---- who resized this ---------------------------------------------------------------------------------------


@right(IDENTIFY)
def by_matrices(in_size, ramp, impulse):
    for name, made in CANDIDATES.items():
        matrix = recipe_matrix(made, in_size, len(ramp))
        if np.allclose(matrix @ np.arange(in_size), ramp) and np.allclose(matrix[:, in_size // 2], impulse):
            return name
    return "unknown"


@right(IDENTIFY)
def both_as_rows_of_one_picture(in_size, ramp, impulse):
    rows = np.stack([np.arange(float(in_size)), np.eye(in_size)[in_size // 2]])
    wanted = np.stack([ramp, impulse])
    for name, made in CANDIDATES.items():
        if np.abs(resize_by(made, rows, (len(ramp),), axes=(1,)) - wanted).max() < 1e-6:
            return name
    return "unknown"


@right(IDENTIFY)
def by_next(in_size, ramp, impulse):
    def fits(made):
        spot = np.zeros(in_size)
        spot[in_size // 2] = 1
        size = (len(impulse),)
        same_ramp = np.allclose(resize_by(made, np.arange(in_size, dtype=float), size), ramp)
        return same_ramp and np.allclose(resize_by(made, spot, size), impulse)

    return next((name for name in CANDIDATES if fits(CANDIDATES[name])), "unknown")


@right(IDENTIFY)
def by_a_list_of_all_that_fit(in_size, ramp, impulse):
    signals = {
        "ramp": (np.linspace(0, in_size - 1, in_size), ramp),
        "spot": (np.eye(in_size)[in_size // 2], impulse),
    }
    fitting = [
        name
        for name, made in CANDIDATES.items()
        if all(np.allclose(resize_by(made, given, got.shape), got) for given, got in signals.values())
    ]
    return fitting[0] if fitting else "unknown"


@right(IDENTIFY)
def by_crossing_out(in_size, ramp, impulse):
    left = dict(CANDIDATES)
    for signal, got in ((np.arange(float(in_size)), ramp), (np.eye(in_size)[in_size // 2], impulse)):
        left = {n: made for n, made in left.items() if np.allclose(resize_by(made, signal, (len(got),)), got)}
    return [*left, "unknown"][0]


@right(IDENTIFY)
def by_the_least_difference(in_size, ramp, impulse):
    best, least = "unknown", 1e-6
    for name, made in CANDIDATES.items():
        a = resize_by(made, np.arange(float(in_size)), (len(ramp),)) - ramp
        b = resize_by(made, np.eye(in_size)[in_size // 2], (len(ramp),)) - impulse
        apart = np.linalg.norm(np.concatenate([a, b]))
        if apart < least:
            best, least = name, apart
    return best


# ---- an export without a difference -------------------------------------------------------------------------


@right(EXPORT)
def with_a_conditional(samples, size, mode, antialias):
    a = -0.5 if antialias else -0.75
    node = {"mode": mode, "antialias": int(antialias), "exclude_outside": int(antialias), "cubic_coeff_a": a}
    return onnx_resize(samples, node, sizes=[size])


@right(EXPORT)
def two_returns(samples, size, mode, antialias):
    if not antialias:
        return onnx_resize(samples, {"mode": mode}, sizes=[size])
    extra = {"antialias": 1, "exclude_outside": 1, "cubic_coeff_a": -0.5}
    return onnx_resize(samples, {"mode": mode} | extra, sizes=(size,))


@right(EXPORT)
def by_torchs_recipe(samples, size, mode, antialias):
    return resize_by(
        recipe("torch", "bi" + mode if mode == "linear" else "bicubic", antialias=antialias), samples, [size]
    )


@right(EXPORT)
def by_the_recipe_of_the_node(samples, size, mode, antialias):
    on = 1 if antialias else 0
    made = onnx_recipe(
        {"mode": mode, "antialias": on, "exclude_outside": on, "cubic_coeff_a": -0.75 + 0.25 * on}
    )
    return resize_by(made, samples, (size,))


@right(EXPORT)
def with_the_map_written_out(samples, size, mode, antialias):
    node = dict(mode=mode, coordinate_transformation_mode="half_pixel", cubic_coeff_a=-0.75)
    if antialias:
        node.update(antialias=1, exclude_outside=1, cubic_coeff_a=-0.5)
    return onnx_resize(samples, node, sizes=[size])


@right(EXPORT)
def by_a_matrix(samples, size, mode, antialias):
    made = recipe("torch", {"linear": "bilinear", "cubic": "bicubic"}[mode], antialias=antialias)
    return recipe_matrix(made, len(samples), size) @ samples


# ---- the coordinates of a factor ----------------------------------------------------------------------------


@right(FROM_A_FACTOR)
def by_int(in_size, factor):
    step = 1 / factor
    return step * (np.arange(int(in_size * factor)) + 0.5) - 0.5


@right(FROM_A_FACTOR)
def by_a_list(in_size, factor):
    return [(o + 0.5) / factor - 0.5 for o in range(int(factor * in_size))]


@right(FROM_A_FACTOR)
def from_the_first(in_size, factor):
    first = 0.5 / factor - 0.5
    return first + np.arange(math.floor(factor * in_size)) / factor


@right(FROM_A_FACTOR)
def by_numpys_floor(in_size, factor):
    out_index = np.arange(np.floor(in_size * factor))
    return (2 * out_index + 1) / (2 * factor) - 0.5


@right(FROM_A_FACTOR)
def by_whole_division(in_size, factor):
    count, _ = divmod(in_size * factor, 1)
    return np.arange(0.5, count) / factor - 0.5


@right(FROM_A_FACTOR)
def by_adding_up(in_size, factor):
    place, places = 0.5 / factor - 0.5, []
    while len(places) + 1 <= in_size * factor:
        places.append(place)
        place += 1 / factor
    return np.array(places)


# ---- four roundings -----------------------------------------------------------------------------------------


@right(NEAREST_MODE)
def by_ifs(x, mode):
    if mode == "floor":
        return np.floor(x)
    if mode == "ceil":
        return np.ceil(x)
    if mode == "round_prefer_floor":
        return np.ceil(x - 0.5)
    return np.floor(x + 0.5)


@right(NEAREST_MODE)
def by_the_fraction(x, mode):
    below = np.floor(x)
    fraction = x - below
    up = {
        "floor": 0, "ceil": fraction > 0, "round_prefer_floor": fraction > 0.5,
        "round_prefer_ceil": fraction >= 0.5,
    }[mode]  # fmt: skip
    return below + up


@right(NEAREST_MODE)
def by_a_loop(x, mode):
    rules = {
        "floor": math.floor, "ceil": math.ceil,
        "round_prefer_floor": lambda v: math.ceil(v - 0.5), "round_prefer_ceil": lambda v: math.floor(v + 0.5),
    }  # fmt: skip
    return np.array([rules[mode](value) for value in x])


@right(NEAREST_MODE)
def by_turning_around(x, mode):
    if mode == "ceil":
        return -np.floor(-x)
    if mode == "round_prefer_floor":
        return -np.floor(0.5 - x)
    return np.floor(x + (0.5 if mode == "round_prefer_ceil" else 0))


@right(NEAREST_MODE)
def by_a_match(x, mode):
    match mode:
        case "floor":
            return x // 1
        case "ceil":
            return -(-x // 1)
        case "round_prefer_floor":
            return -((0.5 - x) // 1)
        case _:
            return (x + 0.5) // 1


@right(NEAREST_MODE)
def by_shift_and_rule(x, mode):
    shift, rule = {
        "floor": (0, np.floor),
        "ceil": (0, np.ceil),
        "round_prefer_floor": (-0.5, np.ceil),
        "round_prefer_ceil": (0.5, np.floor),
    }[mode]
    return rule(x + shift)


# ---- a port -------------------------------------------------------------------------------------------------


@right(PORTED)
def step_times_index(samples, out_size):
    step = len(samples) / out_size
    return np.interp(step * np.arange(out_size), np.arange(len(samples)), samples)


@right(PORTED)
def by_two_taps(samples, out_size):
    n = len(samples)
    x = np.arange(out_size) * n / out_size
    before = np.floor(x).astype(int)
    after = np.minimum(before + 1, n - 1)
    return (1 - (x - before)) * samples[before] + (x - before) * samples[after]


@right(PORTED)
def by_tensorflows_recipe(samples, out_size):
    return resize_by(recipe("tensorflow 1", "bilinear"), samples, (out_size,))


@right(PORTED)
def by_linspace(samples, out_size):
    n = len(samples)
    return np.interp(np.linspace(0, n, out_size, endpoint=False), range(n), samples)


@right(PORTED)
def halves_taken_back(samples, out_size):
    n = len(samples)
    x = (np.arange(out_size) + 0.5) * n / out_size - 0.5 * n / out_size
    return np.interp(x, np.arange(n), samples)


@right(PORTED)
def by_a_loop_over_outputs(samples, out_size):
    n, result = len(samples), []
    for o in range(out_size):
        x = o * n / out_size
        before = int(x)
        after = min(before + 1, n - 1)
        result.append(samples[before] + (x - before) * (samples[after] - samples[before]))
    return np.array(result)


same(IDENTIFY, "np.allclose([ramp, impulse], answers)", "what is equal is equal the other way around")
same(IDENTIFY, "(len(impulse),)", "ramp and impulse have one length")
same(EXPORT, "round(antialias)", "a truth value is 0 or 1")
same(IDENTIFY, "-> *np.allclose(ramp, ", "what is equal is equal the other way around")
same(IDENTIFY, "-> *np.allclose(impulse, ", "what is equal is equal the other way around")
same(IDENTIFY, "-> *np.allclose(got, ", "what is equal is equal the other way around")
same(IDENTIFY, "-> *len(impulse))", "ramp and impulse have one length")
same(IDENTIFY, "-> *ramp.shape)", "ramp and impulse have one length")
same(IDENTIFY, "-> *impulse.shape)", "ramp and impulse have one length")
same(IDENTIFY, "-> *(len(ramp),)), got)", "ramp and impulse have one length")
same(IDENTIFY, "<= 1e-06", "no difference is exactly the bound")
same(IDENTIFY, "apart <= least", "no two candidates are equally far")
same(IDENTIFY, "fitting[-1]", "no more than one fits")
same(IDENTIFY, "-> for signal, got in ((np.eye", "either signal may come first")
same(IDENTIFY, "-> *ramp - resize_by", "a distance has no sign")
same(IDENTIFY, "-> *impulse - resize_by", "a distance has no sign")
same(FROM_A_FACTOR, "-> *trunc(", "no factor is negative")
same(EXPORT, "-> node = dict(mode=mode, cubic_coeff_a=-0.75)", "half_pixel is the default")
same(EXPORT, "-> node = dict(mode=mode, coordinate_transformation_mode='half_pixel')", "−0.75 is the default")
same(PORTED, "-> before = np.trunc(x)", "x is never negative")
