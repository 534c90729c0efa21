"""Functions to write in lesson 05: who resized this, a factor's coordinates, roundings."""

import math

import numpy as np

from course_utils.exercises.engine import Case, Exercise
from course_utils.recipes import recipe, resize_by

# ---- who resized this ---------------------------------------------------------------------------------------

CANDIDATES = {
    "torch nearest": recipe("torch", "nearest"),
    "torch bilinear": recipe("torch", "bilinear"),
    "torch bilinear, align_corners": recipe("torch", "bilinear", align_corners=True),
    "OpenCV AREA": recipe("opencv", "area"),
    "Pillow BILINEAR": recipe("pillow", "bilinear"),
    "scikit-image order 1": recipe("scikit-image", "order 1"),
}
"""Name -> Recipe of the libraries that may have been at work."""

candidates = CANDIDATES  # what the lesson calls them


def identify(in_size, ramp, impulse):
    """The name of the candidate that makes this of the ramp 0 .. in_size − 1, and this of a 1 at in_size // 2."""
    signals = np.arange(float(in_size)), np.eye(in_size)[in_size // 2]
    for name, made in candidates.items():
        answers = [resize_by(made, signal, (len(ramp),)) for signal in signals]
        if np.allclose(answers, [ramp, impulse]):
            return name
    return "unknown"


def _prints(in_size, out_size, made):
    return [signal.round(12) for signal in _exact_prints(in_size, out_size, made)]


def _exact_prints(in_size, out_size, made):
    signals = np.arange(float(in_size)), np.eye(in_size)[in_size // 2]
    return [resize_by(made, signal, (out_size,)) for signal in signals]


def _case(in_size, out_size, name, **more):
    return Case(in_size, *_prints(in_size, out_size, CANDIDATES[name]), **more)


_STRANGERS = [
    recipe("torch", "nearest-exact"), recipe("torch", "bicubic"), recipe("opencv", "cubic"),
    recipe("pillow", "bicubic"), recipe("pillow", "lanczos"),
]  # fmt: skip


def _drawn(rng):
    """Sizes and a recipe, in a quarter of the cases that of no candidate, such that at most one makes the same."""
    stranger = rng.random() < 0.25
    recipes = _STRANGERS if stranger else list(CANDIDATES.values())
    while True:
        in_size, out_size = rng.integers(4, 13), rng.integers(2, 9)
        wanted = _prints(in_size, out_size, recipes[rng.integers(len(recipes))])
        made = [_prints(in_size, out_size, candidate) for candidate in CANDIDATES.values()]
        same = [np.allclose(each, wanted, atol=1e-4) for each in made]  # far from any tolerance of an answer
        if sum(same) == (not stranger):
            return Case(int(in_size), *wanted)


def _identified(in_size, ramp, impulse, judge):
    for name, made in CANDIDATES.items():
        if judge(_prints(in_size, len(ramp), made), (ramp, impulse)):
            return name
    return "unknown"


IDENTIFY = Exercise(
    key="conventions.identify",
    title="Who resized this?",
    reference=identify,
    cases=[
        _case(8, 3, "torch nearest", by_hand="torch nearest", note="The ramp gives 0, 2, 5: whole samples."),
        _case(
            8, 3, "torch bilinear, align_corners", by_hand="torch bilinear, align_corners",
            note="The ramp ends at 0 and at 7.",
        ),
        _case(8, 3, "Pillow BILINEAR", by_hand="Pillow BILINEAR"),
        _case(8, 3, "scikit-image order 1", by_hand="scikit-image order 1"),
        _case(8, 2, "OpenCV AREA", by_hand="OpenCV AREA", note="torch bilinear makes the same ramp: 1.5, 5.5."),
        _case(8, 2, "torch bilinear", by_hand="torch bilinear", note="OpenCV AREA makes the same of the ramp."),
        Case(8, np.array([1.0, 4, 6]), np.array([0.0, 1, 0]), by_hand="unknown",
             note="torch nearest-exact is no candidate."),
        Case(8, *_prints(8, 3, recipe("torch", "bicubic")), by_hand="unknown",
             note="torch bicubic comes near torch bilinear, and is no candidate."),
        Case(7, *_prints(7, 5, recipe("torch", "nearest-exact")), by_hand="unknown",
             note="Both ends of the ramp and the impulse are those of a candidate. The middle of the ramp is not."),
        Case(8, *_prints(8, 2, recipe("torch", "bicubic")), by_hand="unknown",
             note="The ramp is that of two candidates. The impulse is not."),
    ],
    random_case=_drawn,
    hints=[
        "Make both signals: `np.arange(float(in_size))`, and a row of `np.eye(in_size)` for the impulse.",
        "`for name, made in candidates.items():` resize both with `resize_by(made, signal, (len(ramp),))`.",
        "Compare with `np.allclose`, the ramp and the impulse: one of them alone may fit several. After the loop, "
        'return "unknown".',
    ],
)  # fmt: skip


@IDENTIFY.mistake
def _by_the_ramp_alone(in_size, ramp, impulse):
    """You compare the ramp alone. At 8 → 2 torch bilinear and OpenCV AREA both make 1.5 and
    5.5; the impulse tells them apart."""
    return _identified(in_size, ramp, impulse, lambda made, given: np.allclose(made[0], given[0]))


@IDENTIFY.mistake
def _by_the_impulse_alone(in_size, ramp, impulse):
    """You compare the impulse alone. An impulse that nobody reads gives zeros, whoever resizes."""
    return _identified(in_size, ramp, impulse, lambda made, given: np.allclose(made[1], given[1]))


@IDENTIFY.mistake
def _one_of_both_suffices(in_size, ramp, impulse):
    """You take a candidate when the ramp or the impulse fits. Both must."""
    return _identified(
        in_size, ramp, impulse, lambda made, given: any(np.allclose(*pair) for pair in zip(made, given, strict=True))
    )  # fmt: skip


@IDENTIFY.mistake("compared exactly")
def _equal_to_the_last_digit(in_size, ramp, impulse):
    """You compare with == or np.array_equal. What was given is rounded in its last digits, and yours is not. Compare
    with np.allclose."""
    return next((
        name for name, made in CANDIDATES.items()
        if np.array_equal(_exact_prints(in_size, len(ramp), made), [ramp, impulse])
    ), "unknown")  # fmt: skip


@IDENTIFY.mistake
def _nearest_candidate(in_size, ramp, impulse):
    """You name the candidate that comes nearest. One that is not in the list makes something else: "unknown"."""
    apart = {
        name: max(np.abs(np.subtract(_prints(in_size, len(ramp), made), (ramp, impulse))).ravel())
        for name, made in CANDIDATES.items()
    }  # fmt: skip
    return min(apart, key=apart.get)


# ---- the coordinates of a factor ----------------------------------------------------------------------------


def from_a_factor(in_size, factor):
    """Where torch reads when it is given scale_factor: half-pixel map, a coordinate for each output, not clamped."""
    out_size = int(in_size * factor)  # cut down
    return (np.arange(out_size) + 0.5) / factor - 0.5


def _random_factor(rng):
    in_size = int(rng.integers(2, 13))
    while int(in_size * (factor := round(rng.uniform(0.4, 3), 2))) < 1:
        pass
    return Case(in_size, float(factor))


FROM_A_FACTOR = Exercise(
    key="conventions.from_a_factor",
    title="Coordinates of a factor",
    reference=from_a_factor,
    cases=[
        Case(
            2,
            2.0,
            by_hand=np.array([-0.25, 0.25, 0.75, 1.25]),
            note="A whole factor: sizes and factor agree.",
        ),
        Case(
            5,
            0.5,
            by_hand=np.array([0.5, 2.5]),
            note="2.5 samples are cut down to 2; the step is 1 / 0.5 = 2.",
        ),
        Case(
            3,
            1.25,
            by_hand=np.array([-0.1, 0.7, 1.5]),
            note="3.75 samples are cut down to 3; the step is 0.8.",
        ),
        Case(10, 1.55),
        Case(7, 0.5, by_hand=np.array([0.5, 2.5, 4.5])),
    ],
    random_case=_random_factor,
    hints=[
        "How many outputs? torch cuts in_size · factor down to a whole number: `int(in_size * factor)`.",
        "The step between two outputs is 1 / factor, whatever the sizes are.",
        "The half-pixel map with that step: `(np.arange(out_size) + 0.5) / factor - 0.5`.",
    ],
)


@FROM_A_FACTOR.mistake("follows the sizes")
def _of_the_sizes(in_size, factor):
    """Your step is in_size / out_size. torch takes 1 / factor: 10 · 1.55 is 15.5 and becomes 15, but the step stays
    1 / 1.55."""
    out_size = math.floor(in_size * factor)
    return (np.arange(out_size) + 0.5) * in_size / out_size - 0.5


def _rounded(rule, step):
    def places(in_size, factor):
        out_size = max(int(rule(in_size * factor)), 1)
        return (np.arange(out_size) + 0.5) * step(in_size, out_size, factor) - 0.5

    return places


FROM_A_FACTOR.mistake(
    "rounded", "You round the size to the nearest whole number, as OpenCV does. torch cuts it down."
)(_rounded(np.rint, lambda n, m, f: 1 / f))
FROM_A_FACTOR.mistake("rounded up", "You round the size up. torch cuts it down.")(
    _rounded(math.ceil, lambda n, m, f: 1 / f)
)
FROM_A_FACTOR.mistake(
    "as scipy does it",
    "You round the size and follow the sizes, as scipy's zoom does. torch cuts it down and follows the factor.",
)(
    _rounded(np.rint, lambda n, m, f: n / m)
)  # fmt: skip


@FROM_A_FACTOR.mistake("factor upside down")
def _factor_upside_down(in_size, factor):
    """You multiply by the factor. Twice as large means steps half as long: 1 / factor."""
    return (np.arange(math.floor(in_size * factor)) + 0.5) * factor - 0.5


@FROM_A_FACTOR.mistake("missing half pixels")
def _factor_asymmetric(in_size, factor):
    """The step is right. The two halves of the half-pixel map are missing: + 0.5 before, − 0.5 after."""
    return np.arange(math.floor(in_size * factor)) / factor


@FROM_A_FACTOR.mistake("clamped")
def _factor_clamped(in_size, factor):
    """Right, but clamped to the samples. Where an output falls is one question; what it reads there, the next."""
    return from_a_factor(in_size, factor).clip(0, in_size - 1)


# ---- four roundings -----------------------------------------------------------------------------------------


def nearest_mode(x, mode):
    """The whole number that ONNX's nearest_mode makes of the coordinates x."""
    return {
        "floor": np.floor(x),
        "ceil": np.ceil(x),
        "round_prefer_floor": np.ceil(x - 0.5),
        "round_prefer_ceil": np.floor(x + 0.5),
    }[mode]


_MODES = ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil")
_HALVES = np.array([0.5, 1.25, 1.5, 2.5])


def _around_halves(rng):
    """Five coordinates: a whole or a half number, one just beside it, or one anywhere."""
    return rng.integers(-4, 17, 5) / 2 + rng.choice([0, -0.001, 0.001, rng.uniform(-0.25, 0.25)], 5)


NEAREST_MODE = Exercise(
    key="conventions.nearest_mode",
    title="Four roundings",
    reference=nearest_mode,
    cases=[
        Case(_HALVES, "floor", by_hand=np.array([0.0, 1, 1, 2])),
        Case(_HALVES, "ceil", by_hand=np.array([1.0, 2, 2, 3])),
        Case(_HALVES, "round_prefer_floor", by_hand=np.array([0.0, 1, 1, 2])),
        Case(_HALVES, "round_prefer_ceil", by_hand=np.array([1.0, 1, 2, 3])),
        Case(np.array([0.0, 1.75, -0.25]), "round_prefer_floor", by_hand=np.array([0.0, 2, 0])),
        Case(
            np.array([-0.25, -1.5]),
            "floor",
            by_hand=np.array([-1.0, -2]),
            note="Beyond the border, x is negative.",
        ),
        Case(np.array([-0.75, -1.5]), "round_prefer_ceil", by_hand=np.array([-1.0, -1])),
        Case(np.array([-0.5, -1.5]), "round_prefer_floor", by_hand=np.array([-1.0, -2])),
        Case(np.array([2.0, 2.001]), "ceil", by_hand=np.array([2.0, 3]), note="2 is whole already."),
        Case(np.array([0.49, 0.51]), "round_prefer_ceil", by_hand=np.array([0.0, 1])),
        Case(np.array([0.49, 0.51]), "round_prefer_floor", by_hand=np.array([0.0, 1])),
    ],
    random_case=lambda rng: Case(_around_halves(rng), _MODES[rng.integers(4)]),
    random_cases=48,  # enough of each mode
    hints=[
        "`np.floor` and `np.ceil` are the first two.",
        "`np.round` sends a half to the even neighbor: it is neither of the other two.",
        "`np.floor(x + 0.5)` sends halves up. Which shift and which rounding send them down?",
    ],
)


@NEAREST_MODE.mistake("np.round")
def _to_the_even(x, mode):
    """np.round sends 0.5 to 0 and 1.5 to 2, to the even neighbor. ONNX's two roundings send all halves one way."""
    return np.round(x) if "round" in mode else nearest_mode(x, mode)


@NEAREST_MODE.mistake("halves the other way")
def _halves_exchanged(x, mode):
    """Your two ways to round are exchanged: prefer_floor sends a half down."""
    other = {"round_prefer_floor": "round_prefer_ceil", "round_prefer_ceil": "round_prefer_floor"}
    return nearest_mode(x, other.get(mode, mode))


@NEAREST_MODE.mistake("halves always up")
def _halves_always_up(x, mode):
    """You send halves up in both. prefer_floor sends them down."""
    return np.floor(x + 0.5) if "round" in mode else nearest_mode(x, mode)


@NEAREST_MODE.mistake
def _halves_toward_zero(x, mode):
    """Your prefer_floor sends a half toward zero: −1.5 becomes −1. Down is −2."""
    return np.sign(x) * np.ceil(np.abs(x) - 0.5) if mode == "round_prefer_floor" else nearest_mode(x, mode)


@NEAREST_MODE.mistake
def _halves_away_from_zero(x, mode):
    """Your prefer_ceil sends a half away from zero: −1.5 becomes −2. Up is −1."""
    return np.sign(x) * np.floor(np.abs(x) + 0.5) if mode == "round_prefer_ceil" else nearest_mode(x, mode)


@NEAREST_MODE.mistake("ceil as floor + 1")
def _floor_and_one(x, mode):
    """Your ceil adds 1 to the floor: for a whole coordinate that is one too many."""
    return np.floor(x) + 1 if mode == "ceil" else nearest_mode(x, mode)
