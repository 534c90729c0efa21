"""Two bugs to repair in lesson 12: a warp with two mistakes that hide, and a jump that comes too late."""

import numpy as np

from course_utils.exercises.alignment.layers import sits
from course_utils.exercises.alignment.write import SINGLE_PRECISION, random_map, same_flow
from course_utils.exercises.engine import Case, SpotTheBug
from course_utils.warping import grid_sample, identity_grid

# ---- two mistakes that hide ---------------------------------------------------------------------------------


def move(features, flow_xy):
    """Every pixel fetched from its own position + flow, in pixels; beyond the border, the border."""
    height, width = features.shape[-2:]
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    grid = np.stack([x, y], axis=-1) + 2 * flow_xy / [width - 1, height - 1]
    return grid_sample(features, grid, padding_mode="border", align_corners=True)


def move_with_two_mistakes(features, flow_xy):
    """Every pixel fetched from its own position + flow, in pixels; beyond the border, the border."""
    height, width = features.shape[-2:]
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    grid = np.stack([x, y], axis=-1) + 2 * flow_xy / [height - 1, width - 1]
    return grid_sample(features, grid, padding_mode="border")


def random_move(rng):
    """A map with or without channels and a flow of its size; -1 to 1 needs two pixels along each axis."""
    size_hw = rng.integers(2, 6, 2)
    features = random_map(rng, rng.integers(1, 4), *size_hw)
    flow_xy = rng.uniform(-2, 2, (*size_hw, 2)).round(2)
    return Case(features if rng.random() < 0.5 else features[0], flow_xy)


WIDE = np.random.default_rng(7).integers(0, 10, (3, 5)).astype(float)
STEP = np.array([[0.0, 0, 1, 0, 0]] * 3)

TWO_MISTAKES = SpotTheBug(
    key="alignment.two_mistakes",
    title="Two mistakes that hide",
    buggy=move_with_two_mistakes,
    reference=move,
    cases=[
        Case(STEP, same_flow(3, 5), by_hand=STEP, note="No flow: the map comes back as it was."),
        Case(
            STEP,
            same_flow(3, 5, x=1),
            by_hand=np.roll(STEP, -1, 1),
            note="Fetched from one pixel further right.",
        ),
        Case(STEP.T.copy(), same_flow(5, 3, y=1), by_hand=np.roll(STEP.T, -1, 0)),
        Case(np.ones((2, 2)), same_flow(2, 2, 0.5, -0.5), by_hand=np.ones((2, 2))),
        Case(WIDE, same_flow(3, 5), by_hand=WIDE, note="No flow, and no two pixels alike."),
        Case(WIDE, same_flow(3, 5, 0.5, -1)),
        Case(np.stack([WIDE, STEP]), np.random.default_rng(8).integers(-4, 5, (3, 5, 2)) / 4),
    ],
    hints=[
        "Two mistakes, two tests: no flow at all, and a flow of one pixel on a map that is not square.",
        "`np.linspace(-1, 1, width)` puts −1 on the first pixel's center. What does `grid_sample` take −1 for?",
        "The last axis of a flow is (x, y). What is it divided by?",
    ],
    name="move",
    random_case=random_move,
    tolerance=SINGLE_PRECISION,
)


def moved(features, flow_xy, sizes, grid_corners, align_corners):
    """``move`` with the flow over ``sizes``, on a grid of one convention, sampled with another."""
    grid = identity_grid(features.shape[-2:], grid_corners) + 2 * flow_xy / sizes
    return grid_sample(features, grid, padding_mode="border", align_corners=align_corners)


@TWO_MISTAKES.mistake("order repaired, convention not")
def _convention_left(features, flow_xy):
    """The order is right now: (x, y) over (width, height). One mistake is left: with no flow at all the map
    still changes."""
    height, width = features.shape[-2:]
    return moved(features, flow_xy, [width - 1, height - 1], True, False)


@TWO_MISTAKES.mistake("convention repaired, order not")
def _order_left(features, flow_xy):
    """Zero flow is the identity now. One mistake is left: a step of one pixel to the right is not one pixel."""
    height, width = features.shape[-2:]
    return moved(features, flow_xy, [height - 1, width - 1], True, True)


@TWO_MISTAKES.mistake("zero flow treated apart")
def _only_zero_repaired(features, flow_xy):
    """With zero flow the map comes back now. What happens with a flow of a hundredth of a pixel?"""
    return move_with_two_mistakes(features, flow_xy) if flow_xy.any() else features.copy()


@TWO_MISTAKES.mistake("order repaired, zero flow treated apart")
def _order_and_zero_repaired(features, flow_xy):
    """The order is right now, and zero flow treated apart. What happens with a flow of a hundredth of a pixel?"""
    return _convention_left(features, flow_xy) if flow_xy.any() else features.copy()


@TWO_MISTAKES.mistake("grid of the other convention, flow not")
def _units_of_the_other_convention(features, flow_xy):
    """The grid is the one that `grid_sample` wants by default. But then a pixel is 2 / width, not
    2 / (width − 1)."""
    height, width = features.shape[-2:]
    return moved(features, flow_xy, [width - 1, height - 1], False, False)


@TWO_MISTAKES.mistake("flow of the other convention, grid not")
def _grid_of_the_other_convention(features, flow_xy):
    """The flow is right for `grid_sample` as it is by default, 2 / width for a pixel. One mistake is left:
    the grid's −1 is still the first pixel's center."""
    height, width = features.shape[-2:]
    return moved(features, flow_xy, [width, height], True, False)


@TWO_MISTAKES.mistake
def _edges_for_the_flow(features, flow_xy):
    """With align_corners=True one pixel is 2 / (size − 1), as it was."""
    height, width = features.shape[-2:]
    return moved(features, flow_xy, [width, height], True, True)


@TWO_MISTAKES.mistake
def _zeros_outside(features, flow_xy):
    """Both mistakes are repaired. But beyond the border you read zeros now: keep `padding_mode="border"`."""
    grid = identity_grid(features.shape[-2:]) + 2 * flow_xy / features.shape[:-3:-1]
    return grid_sample(features, grid)


# ---- a jump that comes too late -----------------------------------------------------------------------------


def sits_late(layers):
    """(start, jump) in image pixels: feature i of the last of the layers sits at start + jump * i."""
    start, jump = 0, 1
    for kernel_size, stride, padding in layers:
        jump *= stride
        start += ((kernel_size - 1) / 2 - padding) * jump
    return start, jump


def random_layers(rng):
    """Up to four layers of any kind: where a feature sits does not ask how many there are."""
    count = rng.integers(1, 5)
    return Case([tuple(map(int, layer)) for layer in rng.integers([1, 1, 0], [8, 5, 4], (count, 3))])


LATE_JUMP = SpotTheBug(
    key="alignment.late_jump",
    title="Right for every layer that was tried",
    buggy=sits_late,
    reference=sits,
    cases=[
        Case([(2, 2, 0)], by_hand=(0.5, 2), note="A window of two pixels has its middle at 0.5."),
        Case([(3, 2, 1), (3, 2, 1)], by_hand=(0, 4)),
        Case([(2, 2, 0), (2, 2, 0)], by_hand=(1.5, 4), note="Four pixels, 0 to 3, have their middle at 1.5."),
        Case([(4, 2, 1), (5, 3, 0), (3, 1, 1)]),
        Case([(3, 1, 0)], by_hand=(1, 1)),
    ],
    hints=[
        "With kernel 3 and padding 1 the part added to start is 0, whatever it is multiplied by. Try (2, 2, 0).",
        "The kernel of a layer steps through the features of the layer before. How far apart are those?",
        "Two lines are in the wrong order.",
    ],
    name="sits",
    random_case=random_layers,
)


@LATE_JUMP.mistake
def _divided_by_the_last_stride(layers):
    """That repairs a single layer. In a stack, every layer's shift is now too large by a factor of its own
    stride."""
    start, jump = sits_late(layers)
    return start / layers[-1][1], jump


@LATE_JUMP.mistake
def _jump_left_out(layers):
    """Without the jump, a layer's shift is in pixels of its own input. From the second layer on, those are
    larger than the image's."""
    return sum((k - 1) / 2 - p for k, _, p in layers), sits(layers)[1]


def _with_whole_middle(layers, middle, late=False):
    start, jump = 0, 1
    for kernel_size, stride, padding in layers:
        start += (middle(kernel_size) - padding) * jump * (stride if late else 1)
        jump *= stride
    return start, jump


@LATE_JUMP.mistake("k // 2")
def _half_a_kernel_rounded(layers):
    """The jump is the right one now. But `//` rounds down: the middle of an even kernel lies between two
    taps, (k − 1) / 2 from the first. That line was right as it stood."""
    return _with_whole_middle(layers, lambda kernel_size: kernel_size // 2)


@LATE_JUMP.mistake("(k − 1) // 2")
def _middle_rounded_down(layers):
    """The jump is the right one now. But `//` rounds down: the middle of an even kernel lies between two
    taps. (k − 1) / 2 was right as it stood."""
    return _with_whole_middle(layers, lambda kernel_size: (kernel_size - 1) // 2)


@LATE_JUMP.mistake("k // 2, jump still late")
def _half_a_kernel_rounded_late(layers):
    """`kernel_size // 2` is no repair: (k − 1) / 2 was right, with its half. What it is multiplied by is
    wrong."""
    return _with_whole_middle(layers, lambda kernel_size: kernel_size // 2, late=True)


@LATE_JUMP.mistake
def _jump_first(layers):
    """Both numbers are right, but you return the jump first. The task asks for (start, jump)."""
    return sits(layers)[::-1]
