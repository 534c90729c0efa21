"""Bugs to repair in lesson 13: windows without a dilation, one flow with two units, channels in the wrong order."""

import numpy as np

from course_utils.exercises.engine import Case, SpotTheBug, decimals
from course_utils.exercises.sampling.write import (
    FOUR,
    SINGLE_PRECISION,
    doubled,
    one_tap,
    random_kernels,
    random_map,
    reassemble,
    same_flow,
)
from course_utils.warping import grid_sample, identity_grid

# ---- windows without a dilation -----------------------------------------------------------------------------


def weighed_windows(coarse, kernels):
    """CARAFE's sums by windows of the enlarged map: nearest first, then k x k taps around every output."""
    larger = coarse.repeat(2, axis=1).repeat(2, axis=2)
    size = round(len(kernels) ** 0.5)
    height, width = larger.shape[1:]
    reach = 2 * (size // 2)
    padded = np.pad(larger, [(0, 0), (reach, reach), (reach, reach)])
    answer = 0
    for tap in range(size * size):
        row, column = 2 * (tap // size), 2 * (tap % size)
        answer = answer + kernels[tap] * padded[:, row : row + height, column : column + width]
    return answer


def windows_without_dilation(coarse, kernels):
    """CARAFE's sums by windows of the enlarged map: nearest first, then k x k taps around every output."""
    larger = coarse.repeat(2, axis=1).repeat(2, axis=2)
    size = round(len(kernels) ** 0.5)
    height, width = larger.shape[1:]
    reach = size // 2
    padded = np.pad(larger, [(0, 0), (reach, reach), (reach, reach)])
    answer = 0
    for tap in range(size * size):
        row, column = tap // size, tap % size
        answer = answer + kernels[tap] * padded[:, row : row + height, column : column + width]
    return answer


WINDOWS = SpotTheBug(
    key="sampling.windows",
    title="Windows of the enlarged map",
    buggy=windows_without_dilation,
    reference=weighed_windows,
    cases=[
        Case(
            FOUR,
            one_tap(5, 9, (4, 4)),
            by_hand=[[[20, 20, 0, 0], [20, 20, 0, 0], [40, 40, 0, 0], [40, 40, 0, 0]]],
            note="The tap to the right of the middle: the next *coarse* pixel, for all four outputs of a "
            "pixel.",
        ),
        Case(FOUR, one_tap(4, 9, (4, 4)), by_hand=doubled(FOUR), note="The middle tap: nearest, as before."),
        Case(np.full((1, 3, 3), 9.0), np.full((9, 6, 6), 1 / 9), note="The mean of nine coarse pixels."),
        Case(
            np.random.default_rng(1).integers(0, 10, (2, 3, 4)).astype(float),
            np.random.default_rng(2).integers(0, 10, (25, 6, 8)) / 10,
        ),
    ],
    hints=[
        "Give one tap all the weight, the one to the right of the middle. Which pixel of the enlarged map "
        "does it see, "
        "and which should it see?",
        "Two pixels of the enlarged map are one coarse pixel. From tap to tap it is two pixels: a "
        "*dilation* of 2.",
        "Wider apart, the taps reach further, so the padding has to grow with them.",
    ],
    name="weighed_windows",
    random_case=random_kernels,
    tolerance=SINGLE_PRECISION,
)


def _by_windows(coarse, kernels, step, reach):
    """As it was given, with ``step`` = (rows, columns) from tap to tap and ``reach`` zeros before and after each."""
    larger = doubled(coarse)
    size = round(len(kernels) ** 0.5)
    height, width = larger.shape[1:]
    padded = np.pad(larger, [(0, 0), (reach[0],) * 2, (reach[1],) * 2])
    answer = 0
    for tap in range(size * size):
        row, column = step[0] * (tap // size), step[1] * (tap % size)
        answer = answer + kernels[tap] * padded[:, row : row + height, column : column + width]
    return answer


def _reach_of(kernels):
    return round(len(kernels) ** 0.5) // 2


@WINDOWS.mistake
def _reach_left_small(coarse, kernels):
    """Two pixels apart, taps reach beyond the padding, which is still for taps of one pixel. It needs
    2 · (k // 2) zeros on each side."""
    return _by_windows(coarse, kernels, (2, 2), [_reach_of(kernels)] * 2)


@WINDOWS.mistake
def _padding_alone(coarse, kernels):
    """The padding has grown, and the taps are still one pixel apart: the window lies too high and too far left."""
    return _by_windows(coarse, kernels, (1, 1), [2 * _reach_of(kernels)] * 2)


@WINDOWS.mistake
def _one_axis_only(coarse, kernels):
    """Along one axis the taps are two pixels apart, along the other still one."""
    return _by_windows(coarse, kernels, (2, 1), np.array([2, 1]) * _reach_of(kernels))


@WINDOWS.mistake
def _rows_only(coarse, kernels):
    """The padding has grown, and rows are two pixels apart. Columns are still one apart."""
    return _by_windows(coarse, kernels, (2, 1), [2 * _reach_of(kernels)] * 2)


@WINDOWS.mistake
def _columns_only(coarse, kernels):
    """The padding has grown, and columns are two pixels apart. Rows are still one apart."""
    return _by_windows(coarse, kernels, (1, 2), [2 * _reach_of(kernels)] * 2)


@WINDOWS.mistake
def _border_repeated(coarse, kernels):
    """The taps are right. But beyond the border you repeat it now: keep the zeros."""
    size = round(len(kernels) ** 0.5)
    wide = np.pad(coarse, [(0, 0), (size // 2,) * 2, (size // 2,) * 2], mode="edge")
    grown = np.pad(kernels, [(0, 0), (2 * (size // 2),) * 2, (2 * (size // 2),) * 2])
    cut = slice(2 * (size // 2), -2 * (size // 2) or None)
    return reassemble(wide, grown)[:, cut, cut]


# ---- one flow, two units ------------------------------------------------------------------------------------


def fetch_both(fine, coarse, flow_fine, flow_coarse):
    """Both maps fetched, each along its own flow, in pixels of the map that it moves; their sum."""
    size_fine = [fine.shape[2], fine.shape[1]]
    size_coarse = [coarse.shape[2], coarse.shape[1]]
    grid = identity_grid(fine.shape[1:])
    fine = grid_sample(fine, grid + 2 * flow_fine / size_fine, padding_mode="border")
    coarse = grid_sample(coarse, grid + 2 * flow_coarse / size_coarse, padding_mode="border")
    return fine + coarse


def fetch_both_by_one_size(fine, coarse, flow_fine, flow_coarse):
    """Both maps fetched, each along its own flow, in pixels of the map that it moves; their sum."""
    size = [fine.shape[2], fine.shape[1]]
    grid = identity_grid(fine.shape[1:])
    fine = grid_sample(fine, grid + 2 * flow_fine / size, padding_mode="border")
    coarse = grid_sample(coarse, grid + 2 * flow_coarse / size, padding_mode="border")
    return fine + coarse


def random_pair(rng):
    """Two maps of any sizes and their flows."""
    channels, height, width = rng.integers(1, [3, 6, 6])
    fine, coarse = random_map(rng, channels, height, width), random_map(rng, channels, *rng.integers(1, 5, 2))
    return Case(fine, coarse, *(rng.uniform(-2, 2, (height, width, 2)).round(2) for _ in range(2)))


NOTHING = np.zeros((1, 1, 4))
RAMP = np.array([[[0.0, 8.0]]])

TWO_UNITS = SpotTheBug(
    key="sampling.two_units",
    title="One number, two units",
    buggy=fetch_both_by_one_size,
    reference=fetch_both,
    cases=[
        Case(
            NOTHING,
            RAMP,
            same_flow(1, 4),
            same_flow(1, 4, x=0.25),
            by_hand=[[[0, 4, 8, 8]]],
            note="A quarter of a coarse pixel further right: the coarse map is read at 0, 0.5, 1 and 1.25.",
        ),
        Case(NOTHING, RAMP, same_flow(1, 4), same_flow(1, 4), by_hand=[[[0, 2, 6, 8]]], note="No flow."),
        Case(
            np.arange(4.0).reshape(1, 1, 4),
            np.zeros((1, 1, 2)),
            same_flow(1, 4, x=1),
            same_flow(1, 4),
            by_hand=[[[1, 2, 3, 3]]],
            note="The fine map's flow of one pixel.",
        ),
        Case(
            np.zeros((1, 4, 1)),
            RAMP.swapaxes(1, 2).copy(),
            same_flow(4, 1),
            same_flow(4, 1, y=0.25),
            by_hand=np.array([[[0, 4, 8, 8]]]).swapaxes(1, 2),
            note="The same for a column.",
        ),
        Case(
            np.random.default_rng(3).integers(0, 9, (2, 4, 6)).astype(float),
            np.random.default_rng(4).integers(0, 9, (2, 3, 2)).astype(float),
            np.random.default_rng(5).integers(-4, 5, (4, 6, 2)) / 4,
            np.random.default_rng(6).integers(-4, 5, (4, 6, 2)) / 4,
        ),
    ],
    hints=[
        "With no flow all is well, so the grid is right. Try a flow of the coarse map alone.",
        "A grid runs from −1 to 1 over the map that is *sampled*. How much of it is one pixel of that map?",
        "2 / width of the coarse map for the coarse map's flow. Each flow is divided by its own map's size.",
    ],
    name="fetch_both",
    random_case=random_pair,
    tolerance=SINGLE_PRECISION,
)


def fetched(fine, coarse, flow_fine, flow_coarse, size_fine, size_coarse, **options):
    """``fetch_both`` with flows over these sizes."""
    options = {"padding_mode": "border", **options}
    grid = identity_grid(fine.shape[1:])
    return grid_sample(fine, grid + 2 * flow_fine / size_fine, **options) + grid_sample(
        coarse, grid + 2 * flow_coarse / size_coarse, **options
    )


@TWO_UNITS.mistake
def _both_by_the_coarse_size(fine, coarse, flow_fine, flow_coarse):
    """The coarse map's flow is right now. But the fine map's is divided by the coarse size, too."""
    size = coarse.shape[:0:-1]
    return fetched(fine, coarse, flow_fine, flow_coarse, size, size)


@TWO_UNITS.mistake
def _height_before_width(fine, coarse, flow_fine, flow_coarse):
    """Each flow has its own size now. But a flow is (x, y): divide by (width, height)."""
    return fetched(fine, coarse, flow_fine, flow_coarse, fine.shape[1:], coarse.shape[1:])


@TWO_UNITS.mistake
def _order_of_the_coarse_size(fine, coarse, flow_fine, flow_coarse):
    """The coarse map's size is in the order (height, width). A flow is (x, y)."""
    return fetched(fine, coarse, flow_fine, flow_coarse, fine.shape[:0:-1], coarse.shape[1:])


@TWO_UNITS.mistake
def _sizes_exchanged(fine, coarse, flow_fine, flow_coarse):
    """You exchanged the two sizes."""
    return fetched(fine, coarse, flow_fine, flow_coarse, coarse.shape[:0:-1], fine.shape[:0:-1])


@TWO_UNITS.mistake
def _zeros_outside(fine, coarse, flow_fine, flow_coarse):
    """The units are right. But beyond the border you read zeros now: keep `padding_mode="border"`."""
    sizes = fine.shape[:0:-1], coarse.shape[:0:-1]
    return fetched(fine, coarse, flow_fine, flow_coarse, *sizes, padding_mode="zeros")


# ---- channels in the wrong order ----------------------------------------------------------------------------


def steps_of_taps(channels):
    """The steps of the nine taps of a deformable convolution: (9, 2, H, W), x before y.

    channels is (18, H, W), as `deform_conv2d` of torchvision takes them.
    """
    y, x = channels[0::2], channels[1::2]
    return np.stack([x, y], axis=1)


def steps_from_halves(channels):
    """The steps of the nine taps of a deformable convolution: (9, 2, H, W), x before y.

    channels is (18, H, W), as `deform_conv2d` of torchvision takes them.
    """
    x, y = channels[:9], channels[9:]
    return np.stack([x, y], axis=1)


def said(**steps):
    """18 channels of one pixel: ``x4=2`` says that tap 4 goes 2 to the right."""
    channels = np.zeros((18, 1, 1))
    for name, value in steps.items():
        channels[2 * int(name[1:]) + (name[0] == "x")] = value
    return channels


def stepped(**steps):
    """What ``said`` means: (9, 2, 1, 1)."""
    result = np.zeros((9, 2, 1, 1))
    for name, value in steps.items():
        result[int(name[1:]), "xy".index(name[0])] = value
    return result


STEPS = SpotTheBug(
    key="sampling.steps",
    title="Neither x nor y",
    buggy=steps_from_halves,
    reference=steps_of_taps,
    cases=[
        Case(
            said(y0=1), by_hand=stepped(y0=1), note="Channel 0 is the first tap's y: it goes one pixel down."
        ),
        Case(said(x0=1), by_hand=stepped(x0=1), note="Channel 1 is the first tap's x."),
        Case(
            said(x4=2, y8=-1),
            by_hand=stepped(x4=2, y8=-1),
            note="Channel 9 is the middle tap's x, 16 the last one's y.",
        ),
        Case(np.arange(108.0).reshape(18, 2, 3)),
    ],
    hints=[
        "What the operator reads decides, not what a variable is called. Its channels are y, x of the first "
        "tap, then y, "
        "x of the second.",
        "So y are the channels 0, 2, 4, ..., and x the channels 1, 3, 5, ...",
        "`channels[0::2]` takes every other one from 0 on.",
    ],
    name="steps_of_taps",
    random_case=lambda rng: Case(random_map(rng, 18, *rng.integers(1, 4, 2), decimals=decimals(rng))),
)


@STEPS.mistake
def _x_first(channels):
    """You take them in turn now, but x first. The operator has y first."""
    return np.stack([channels[0::2], channels[1::2]], axis=1)


@STEPS.mistake
def _y_first_half(channels):
    """You exchanged the names of the halves. The channels alternate: y, x, y, x."""
    return np.stack([channels[9:], channels[:9]], axis=1)


@STEPS.mistake("a wrong shape")
def _axis_first(channels):
    """The numbers are right; their order is (2, 9, H, W). The task asks for (9, 2, H, W)."""
    return np.stack([channels[1::2], channels[0::2]])
