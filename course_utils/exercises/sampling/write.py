"""Functions to write in lesson 13: kernels put to work, numbers made into points, a gate between two maps.

Maps are (channels, height, width); flows and points are (height, width, 2), x before y.
"""

import numpy as np

from course_utils.alignment import fetch
from course_utils.exercises.engine import Case, Exercise
from course_utils.resampling import source_coordinates
from course_utils.subpixel import pixel_shuffle

SINGLE_PRECISION = 1e-4  # a tolerance for numbers below 10, interpolated in float32


def random_map(rng, channels, *size_hw, decimals=2):
    """A map of numbers that can be read, and that are not exact in any precision."""
    return rng.uniform(-9, 9, (channels, *size_hw)).round(decimals)


def one_tap(tap, count, size_hw):
    """Kernels that have all their weight in one tap."""
    kernels = np.zeros((count, *size_hw))
    kernels[tap] = 1
    return kernels


# ---- kernels put to work ------------------------------------------------------------------------------------


def reassemble(coarse, kernels):
    """CARAFE's sums: each output weighs the k x k coarse pixels around its nearest one. Zeros beyond the border.

    coarse is (C, h, w); kernels is (k * k, 2 h, 2 w), k odd, the taps row by row. Returns (C, 2 h, 2 w).
    """
    height, width = coarse.shape[1:]
    size = round(len(kernels) ** 0.5)
    reach = size // 2
    padded = np.pad(coarse, [(0, 0), (reach, reach), (reach, reach)])
    answer = 0
    for tap in range(size * size):
        row, column = divmod(tap, size)
        neighbor = padded[:, row : row + height, column : column + width]
        answer = answer + kernels[tap] * neighbor.repeat(2, axis=1).repeat(2, axis=2)
    return answer


def random_kernels(rng):
    """A map of any small size and kernels of 1, 3 or 5 taps along a side."""
    channels, height, width = rng.integers(1, [3, 5, 5])
    size = int(rng.choice([1, 3, 5]))
    return Case(random_map(rng, channels, height, width), random_map(rng, size**2, 2 * height, 2 * width) / 9)


FOUR = np.array([[[10.0, 20], [30, 40]]])

REASSEMBLE = Exercise(
    key="sampling.reassemble",
    title="Kernels put to work",
    reference=reassemble,
    cases=[
        Case(
            FOUR,
            one_tap(4, 9, (4, 4)),
            by_hand=[[[10, 10, 20, 20], [10, 10, 20, 20], [30, 30, 40, 40], [30, 30, 40, 40]]],
            note="All the weight is in the middle tap: every output copies its nearest pixel.",
        ),
        Case(
            FOUR,
            one_tap(5, 9, (4, 4)),
            by_hand=[[[20, 20, 0, 0], [20, 20, 0, 0], [40, 40, 0, 0], [40, 40, 0, 0]]],
            note="Tap 5 is the one to the right of the middle. Right of the last column there are zeros.",
        ),
        Case(
            FOUR,
            one_tap(1, 9, (4, 4)),
            by_hand=[[[0, 0, 0, 0], [0, 0, 0, 0], [10, 10, 20, 20], [10, 10, 20, 20]]],
            note="Tap 1 is the one above the middle.",
        ),
        Case(
            np.ones((1, 1, 1)),
            np.arange(36.0).reshape(9, 2, 2),
            by_hand=[[[16, 17], [18, 19]]],
            note="Each output has a kernel of its own; of its nine taps only the middle one falls on the "
            "map.",
        ),
        Case(
            np.full((2, 3, 2), 9.0),
            np.full((9, 6, 4), 1 / 9),
            note="The mean of nine pixels, zeros included.",
        ),
        Case(
            np.random.default_rng(1).integers(0, 10, (2, 3, 4)).astype(float),
            np.random.default_rng(2).integers(0, 10, (25, 6, 8)) / 10,
            note="Five taps along a side.",
        ),
    ],
    hints=[
        "Go tap by tap. Tap t stands in row t // k and column t % k of the kernel; the middle one is the "
        "output's "
        "nearest pixel.",
        "Pad the map with k // 2 zeros on each side. Then what tap (i, j) sees, for all coarse pixels at "
        "once, is "
        "`padded[:, i : i + h, j : j + w]`.",
        "All four outputs of a coarse pixel see the same neighbors: `.repeat(2, axis=1).repeat(2, axis=2)`. "
        "Multiply "
        "by `kernels[t]`, and add up.",
    ],
    random_case=random_kernels,
    tolerance=SINGLE_PRECISION,
)


def tap_by_tap(coarse, kernels, see, order=lambda tap, size: divmod(tap, size), pad=None):
    """The sum over taps; ``see(padded, row, column, height, width)`` is what a tap sees, (C, 2 h, 2 w)."""
    height, width = coarse.shape[1:]
    size = round(len(kernels) ** 0.5)
    reach = size // 2 if pad is None else pad(size)
    padded = np.pad(coarse, [(0, 0), (reach, reach), (reach, reach)])
    answer = 0
    for tap in range(size * size):
        answer = answer + kernels[tap] * see(padded, *order(tap, size), height, width)
    return answer


def repeated(padded, row, column, height, width):
    """What a tap sees: a shifted copy of the coarse map, every pixel four times."""
    return doubled(padded[:, row : row + height, column : column + width])


def doubled(array):
    """Every pixel four times."""
    return array.repeat(2, axis=-2).repeat(2, axis=-1)


@REASSEMBLE.mistake
def _column_by_column(coarse, kernels):
    """You take the taps column by column. Tap 1 stands *above* the middle of a 3 × 3 kernel, tap 3 to its left."""
    return tap_by_tap(coarse, kernels, repeated, lambda tap, size: divmod(tap, size)[::-1])


@REASSEMBLE.mistake
def _turned_around(coarse, kernels):
    """Your kernel is turned around: tap 0 belongs to the neighbor above and to the left, and you give it the one
    below and to the right."""
    return tap_by_tap(coarse, kernels, repeated, lambda tap, size: divmod(size * size - 1 - tap, size))


@REASSEMBLE.mistake
def _neighbors_of_the_large_map(coarse, kernels):
    """Your neighbors are those of the enlarged map. Two pixels of it are one coarse pixel: a kernel of 5 would
    reach only half as far."""
    return tap_by_tap(doubled(coarse), kernels, lambda padded, i, j, h, w: padded[:, i : i + h, j : j + w])


@REASSEMBLE.mistake
def _border_repeated(coarse, kernels):
    """You repeat the border pixels. The task asks for zeros, as CARAFE has them."""
    size = round(len(kernels) ** 0.5)
    reach, (height, width) = size // 2, coarse.shape[1:]
    padded = np.pad(coarse, [(0, 0), (reach, reach), (reach, reach)], mode="edge")
    taps = [repeated(padded, *divmod(tap, size), height, width) for tap in range(size * size)]
    return np.einsum("tyx,tcyx->cyx", kernels, np.stack(taps))


@REASSEMBLE.mistake("not centered")
def _from_the_corner(coarse, kernels):
    """Your kernel begins at the nearest pixel. It should be centered on it."""
    size = round(len(kernels) ** 0.5)
    height, width = coarse.shape[1:]
    padded = np.pad(coarse, [(0, 0), (0, size - 1), (0, size - 1)])
    taps = [repeated(padded, *divmod(tap, size), height, width) for tap in range(size * size)]
    return np.einsum("tyx,tcyx->cyx", kernels, np.stack(taps))


@REASSEMBLE.mistake
def _one_kernel_for_four(coarse, kernels):
    """The four outputs of a coarse pixel share a kernel in your code. Each has one of its own."""
    return reassemble(coarse, doubled(kernels[:, ::2, ::2]))


@REASSEMBLE.mistake
def _around_the_border(coarse, kernels):
    """Beyond the border you read the other side of the map, as `np.roll` does. The task asks for zeros."""
    size = round(len(kernels) ** 0.5)
    answer = 0
    for tap in range(size * size):
        back = size // 2 - tap // size, size // 2 - tap % size
        answer = answer + kernels[tap] * doubled(np.roll(coarse, back, axis=(1, 2)))
    return answer


@REASSEMBLE.mistake
def _shared_out(coarse, kernels):
    """You divide by the sum of the weights that fall on the map. The task asks for the plain sum: what falls outside
    is lost."""
    inside = reassemble(np.ones((1, *coarse.shape[1:])), kernels)
    return reassemble(coarse, kernels) / np.where(inside == 0, 1, inside)


@REASSEMBLE.mistake
def _mean_of_the_taps(coarse, kernels):
    """You take the mean over the taps. The weights say how much each counts: take the sum."""
    return reassemble(coarse, kernels) / len(kernels)


# ---- numbers made into points -------------------------------------------------------------------------------


def points(channels):
    """DySample's points: where each output of a doubling reads, in coarse pixels, (2 h, 2 w, 2), x before y.

    channels is (8, h, w), in the order (axis, row, column): x of the four outputs of a coarse pixel, then y of them.
    A point is the place where bilinear upsampling reads, plus a quarter of the number.
    """
    height, width = channels.shape[1:]
    x, y = np.meshgrid(source_coordinates(width, 2 * width), source_coordinates(height, 2 * height))
    offsets = 0.25 * pixel_shuffle(channels, 2)
    return np.stack([x, y], axis=-1) + np.moveaxis(offsets, 0, -1)


def random_channels(rng):
    """The numbers of a convolution, for any small map."""
    return Case(random_map(rng, 8, *rng.integers(1, 5, 2)))


def one_channel(number, height=1, width=1):
    """8 channels, of which one is 1."""
    channels = np.zeros((8, height, width))
    channels[number] = 1
    return channels


POINTS = Exercise(
    key="sampling.points",
    title="Numbers made into points",
    reference=points,
    cases=[
        Case(
            np.zeros((8, 1, 1)),
            by_hand=[[[-0.25, -0.25], [0.25, -0.25]], [[-0.25, 0.25], [0.25, 0.25]]],
            note="All numbers are 0: where bilinear upsampling reads.",
        ),
        Case(
            one_channel(1),
            by_hand=[[[-0.25, -0.25], [0.5, -0.25]], [[-0.25, 0.25], [0.25, 0.25]]],
            note="Channel 1: x of the upper right output. A quarter of 1 is added.",
        ),
        Case(
            one_channel(6),
            by_hand=[[[-0.25, -0.25], [0.25, -0.25]], [[-0.25, 0.5], [0.25, 0.25]]],
            note="Channel 6: y of the lower left output.",
        ),
        Case(
            np.zeros((8, 1, 2)), by_hand=[[[x, y] for x in (-0.25, 0.25, 0.75, 1.25)] for y in (-0.25, 0.25)]
        ),
        Case(np.arange(48.0).reshape(8, 2, 3) / 10, note="A number of its own in every channel and pixel."),
    ],
    hints=[
        "Where does bilinear upsampling read? `source_coordinates(w, 2 * w)` for x, the same with h for y, "
        "and "
        "`np.meshgrid(x, y)` for all outputs.",
        "Eight channels are two axes of four outputs: `pixel_shuffle(channels, 2)` makes (2, 2 h, 2 w) of "
        "them, x first.",
        "Stack x and y as the last axis, and move the first axis of the shuffled numbers to the end before "
        "you add a "
        "quarter of them.",
    ],
    random_case=random_channels,
)


def bilinear_places(height, width, coordinate_map="half_pixel"):
    """Where bilinear upsampling reads: (2 h, 2 w, 2), x before y."""
    x, y = (source_coordinates(n, 2 * n, coordinate_map) for n in (width, height))
    return np.stack(np.meshgrid(x, y), axis=-1)


def shuffled(channels):
    """(2 h, 2 w, 2), x before y."""
    return np.moveaxis(pixel_shuffle(channels, 2), 0, -1)


@POINTS.mistake
def _y_first(channels):
    """You take the first four channels for y. They are x: points have x before y, and so have the channels."""
    return bilinear_places(*channels.shape[1:]) + 0.25 * shuffled(channels)[..., ::-1]


@POINTS.mistake
def _y_first_everywhere(channels):
    """Your points have y before x."""
    return points(channels)[..., ::-1]


@POINTS.mistake
def _no_quarter(channels):
    """You add the whole numbers. A quarter of them is added: that is where the points of neighbors meet."""
    return bilinear_places(*channels.shape[1:]) + shuffled(channels)


@POINTS.mistake
def _offsets_alone(channels):
    """These are the steps. A point is the place where bilinear upsampling reads, plus the step."""
    return 0.25 * shuffled(channels)


@POINTS.mistake
def _from_the_nearest_pixel(channels):
    """You start from the nearest coarse pixel. Start from where bilinear upsampling reads, a quarter of a
    pixel beside it."""
    y, x = np.mgrid[: 2 * channels.shape[1], : 2 * channels.shape[2]] // 2
    return np.stack([x, y], axis=-1) + 0.25 * shuffled(channels)


@POINTS.mistake
def _half_pixel_missing(channels):
    """You put the outputs at o / 2. The half pixel is missing: (o + 0.5) / 2 − 0.5."""
    return bilinear_places(*channels.shape[1:], "asymmetric") + 0.25 * shuffled(channels)


@POINTS.mistake("align_corners")
def _corners_aligned(channels):
    """You put outer centers on outer centers: align_corners=True. Here the outer edges coincide."""
    return bilinear_places(*channels.shape[1:], "align_corners") + 0.25 * shuffled(channels)


@POINTS.mistake
def _pairs_side_by_side(channels):
    """You read the channels as (row, column, axis): x, y, x, y. They are (axis, row, column): four times x, then four
    times y."""
    mixed = channels.reshape(4, 2, *channels.shape[1:]).swapaxes(0, 1).reshape(channels.shape)
    return points(mixed)


@POINTS.mistake
def _columns_first(channels):
    """You take the four outputs column by column. A pixel shuffle takes them row by row: channel 1 is the upper right
    one."""
    mixed = channels.reshape(2, 2, 2, *channels.shape[1:]).swapaxes(1, 2).reshape(channels.shape)
    return points(mixed)


@POINTS.mistake
def _plain_reshape(channels):
    """You reshape the channels to the large size without a shuffle, so numbers land at outputs of other pixels."""
    height, width = channels.shape[1:]
    return bilinear_places(height, width) + 0.25 * np.moveaxis(
        channels.reshape(2, 2 * height, 2 * width), 0, -1
    )


@POINTS.mistake
def _in_fine_pixels(channels):
    """Your points are in pixels of the large map. The coarse map is read: halve, with the half pixel in mind."""
    return (points(channels) + 0.5) * 2 - 0.5


# ---- a gate between two maps --------------------------------------------------------------------------------


def gated(fine, coarse, flow_fine, flow_coarse, logits):
    """SFNet-Lite's sum: both maps are fetched, each along its own flow, and a gate says how much of which.

    gate = 1 / (1 + exp(-logits)) for the coarse map, the rest for the fine one. fine is (C, H, W), coarse (C, h, w),
    the flows (H, W, 2) in pixels of the map that they move, logits (H, W).
    """
    gate = 1 / (1 + np.exp(-logits))
    return gate * fetch(coarse, flow_coarse) + (1 - gate) * fetch(fine, flow_fine)


def same_flow(height, width, x=0.0, y=0.0):
    """The flow that is (x, y) everywhere."""
    return np.full((height, width, 2), [x, y])


def random_gate(rng):
    """Two maps, two flows and a gate."""
    channels, height, width = rng.integers(1, [3, 6, 6])
    fine, coarse = random_map(rng, channels, height, width), random_map(rng, channels, *rng.integers(1, 5, 2))
    flows = (rng.uniform(-2, 2, (height, width, 2)).round(2) for _ in range(2))
    return Case(fine, coarse, *flows, rng.uniform(-3, 3, (height, width)).round(2))


TENS, THIRTIES = np.full((1, 1, 4), 10.0), np.array([[[30.0, 50.0]]])

GATE = Exercise(
    key="sampling.gated",
    title="A gate between two maps",
    reference=gated,
    cases=[
        Case(
            TENS, THIRTIES, same_flow(1, 4), same_flow(1, 4), np.zeros((1, 4)),
            by_hand=[[[20, 22.5, 27.5, 30]]],
            note="The gate is a half everywhere: the mean of the fine map and the enlarged coarse one.",
        ),
        Case(
            TENS, THIRTIES, same_flow(1, 4), same_flow(1, 4), np.full((1, 4), 60.0),
            by_hand=[[[30, 35, 45, 50]]],
            note="The gate is 1: all of it is the coarse map's.",
        ),
        Case(
            TENS, THIRTIES, same_flow(1, 4), same_flow(1, 4, x=0.25), np.full((1, 4), 60.0),
            by_hand=[[[30, 40, 50, 50]]],
            note="The coarse map is read a quarter of its own pixels further right.",
        ),
        Case(
            np.arange(4.0).reshape(1, 1, 4), THIRTIES, same_flow(1, 4, x=1), same_flow(1, 4), np.full((1, 4), -60.0),
            by_hand=[[[1, 2, 3, 3]]],
            note="The gate is 0: all of it is the fine map's, read one of its pixels further right.",
        ),
        Case(
            np.random.default_rng(3).integers(0, 9, (2, 4, 6)).astype(float),
            np.random.default_rng(4).integers(0, 9, (2, 2, 3)).astype(float),
            np.random.default_rng(5).integers(-4, 5, (4, 6, 2)) / 4,
            np.random.default_rng(6).integers(-4, 5, (4, 6, 2)) / 4,
            np.random.default_rng(7).integers(-4, 5, (4, 6)) / 2,
        ),
    ],
    hints=[
        "`fetch(features, flow)` reads a map at each output's own place + flow. It enlarges the coarse map "
        "on the way.",
        "One gate for each output, between 0 and 1: `1 / (1 + np.exp(-logits))`.",
        "gate · coarse + (1 − gate) · fine, each of them fetched first.",
    ],
    random_case=random_gate,
    tolerance=SINGLE_PRECISION,
)  # fmt: skip


def both_fetched(fine, coarse, flow_fine, flow_coarse):
    """(fine, coarse), both of the fine map's size."""
    return fetch(fine, flow_fine), fetch(coarse, flow_coarse)


def sigmoid(logits):
    """A number between 0 and 1."""
    return 1 / (1 + np.exp(-logits))


@GATE.mistake
def _gate_of_the_fine_map(fine, coarse, flow_fine, flow_coarse, logits):
    """Your gate lets the fine map through. It is the coarse map's share."""
    return gated(fine, coarse, flow_fine, flow_coarse, -logits)


@GATE.mistake
def _added(fine, coarse, flow_fine, flow_coarse, logits):
    """You add the whole fine map, as a feature pyramid does. Here it gets the rest, 1 − gate."""
    fine, coarse = both_fetched(fine, coarse, flow_fine, flow_coarse)
    return sigmoid(logits) * coarse + fine


@GATE.mistake
def _plain_sum(fine, coarse, flow_fine, flow_coarse, logits):
    """You add both maps and do not use the gate."""
    return sum(both_fetched(fine, coarse, flow_fine, flow_coarse))


@GATE.mistake
def _no_sigmoid(fine, coarse, flow_fine, flow_coarse, logits):
    """You use the logits as they are. A gate lies between 0 and 1: 1 / (1 + exp(−logits))."""
    fine, coarse = both_fetched(fine, coarse, flow_fine, flow_coarse)
    return logits * coarse + (1 - logits) * fine


@GATE.mistake
def _flows_exchanged(fine, coarse, flow_fine, flow_coarse, logits):
    """You exchanged the two flows."""
    return gated(fine, coarse, flow_coarse, flow_fine, logits)


@GATE.mistake
def _one_flow_for_both(fine, coarse, flow_fine, flow_coarse, logits):
    """You move both maps along the coarse map's flow. The fine one has a flow of its own."""
    return gated(fine, coarse, flow_coarse, flow_coarse, logits)


@GATE.mistake
def _fine_not_fetched(fine, coarse, flow_fine, flow_coarse, logits):
    """You leave the fine map where it is. Both maps are fetched."""
    return gated(fine, coarse, 0 * flow_fine, flow_coarse, logits)


@GATE.mistake
def _scaled_to_the_coarse_map(fine, coarse, flow_fine, flow_coarse, logits):
    """You scale the coarse map's flow as if it were in pixels of the fine map. It is in coarse pixels already."""
    factors = np.array(coarse.shape[:0:-1]) / fine.shape[:0:-1]
    return gated(fine, coarse, flow_fine, flow_coarse * factors, logits)


@GATE.mistake
def _fetched_after_mixing(fine, coarse, flow_fine, flow_coarse, logits):
    """You mix first and fetch then. Each map has a flow of its own, so fetch both before you mix them."""
    return fetch(gated(fine, coarse, 0 * flow_fine, 0 * flow_coarse, logits), flow_fine)
