"""Exercises for the tests of the engine: small ones, one of each kind of answer, outside the course's lessons."""

import numpy as np

from course_utils.exercises.engine import WHOLE, Case, Exercise, Mistake, SpotTheBug


def lerp(left, right, t):
    """The value between two samples, a fraction t of the way from left to right."""
    return (1 - t) * left + t * right


def swapped_weights(left, right, t):
    return t * left + (1 - t) * right


LERP = Exercise(
    key="sample.lerp",
    title="Between two samples",
    reference=lerp,
    cases=[
        Case(0, 10, 0.5, by_hand=5),
        Case(0, 10, 0.25, by_hand=2.5, note="A quarter of the way."),
        Case(np.array([1.0, 2.0]), np.array([3.0, 6.0]), 0.5),
    ],
    mistakes=[Mistake("swapped weights", swapped_weights, "Your weights are swapped.")],
    hints=["At t = 0 the answer is `left`.", "The weights sum to 1."],
    random_case=lambda rng: Case(*rng.uniform(-9, 9, 2).round(2), round(rng.uniform(), 2)),
)


def source_coordinates(in_size, out_size):
    """Where each output sample falls on the input axis."""
    return (np.arange(out_size) + 0.5) * in_size / out_size - 0.5


def asymmetric(in_size, out_size):
    return np.arange(out_size) * in_size / out_size


def corners_aligned(in_size, out_size):
    return np.arange(out_size) * (in_size - 1) / max(out_size - 1, 1)


MAP = Exercise(
    key="sample.map",
    title="The half-pixel map",
    reference=source_coordinates,
    cases=[Case(2, 4, by_hand=[-0.25, 0.25, 0.75, 1.25]), Case(4, 2), Case(3, 5), Case(1, 3), Case(5, 1)],
    mistakes=[
        Mistake("asymmetric map", asymmetric, "Your answer is the asymmetric map o·n/m."),
        Mistake("aligned corners", corners_aligned, "Your answer aligns the corners."),
    ],
    hints=["Sample i covers [i - 0.5, i + 0.5]."],
    random_case=lambda rng: Case(*rng.integers(1, 9, 2).tolist()),
)


def nearest_indices(in_size, out_size):
    """The index of the input sample nearest to each output sample, by the floor rule."""
    return np.arange(out_size) * in_size // out_size


NEAREST = Exercise(
    key="sample.nearest",
    title="Nearest indices",
    reference=nearest_indices,
    cases=[Case(2, 4, by_hand=[0, 0, 1, 1]), Case(5, 3), Case(3, 7)],
    hints=["Which index lies below o·n/m?"],
    stored_as=WHOLE,
    random_case=lambda rng: Case(*rng.integers(1, 9, 2).tolist()),
)


def lerp_weights(t):
    """The two weights at a fraction t: (of the left sample, of the right sample)."""
    return 1 - t, t


def weights_the_wrong_way_round(t):
    return t, 1 - t


WEIGHTS = Exercise(
    key="sample.weights",
    title="Two weights",
    reference=lerp_weights,
    cases=[Case(0.25, by_hand=(0.75, 0.25)), Case(0.5), Case(0.9)],
    mistakes=[Mistake("swapped", weights_the_wrong_way_round, "They are the wrong way round.")],
    hints=["They sum to 1."],
    random_case=lambda rng: Case(round(rng.uniform(), 2)),
)


def axis_matrix(in_size, out_size):
    """Linear resampling of one axis as a matrix."""
    x = source_coordinates(in_size, out_size).clip(0, in_size - 1)
    return np.maximum(1 - np.abs(x[:, None] - np.arange(in_size)), 0)


def resize(image, out_size):
    """An image resized to (height, width) by bilinear interpolation."""
    return axis_matrix(image.shape[0], out_size[0]) @ image @ axis_matrix(image.shape[1], out_size[1]).T


def resize_without_half_pixel(image, out_size):
    def matrix(n, m):
        x = asymmetric(n, m).clip(0, n - 1)
        return np.maximum(1 - np.abs(x[:, None] - np.arange(n)), 0)

    return matrix(image.shape[0], out_size[0]) @ image @ matrix(image.shape[1], out_size[1]).T


def resize_without_clamping(image, out_size):
    def matrix(n, m):
        return np.maximum(1 - np.abs(source_coordinates(n, m)[:, None] - np.arange(n)), 0)

    return matrix(image.shape[0], out_size[0]) @ image @ matrix(image.shape[1], out_size[1]).T


def resize_with_swapped_axes(image, out_size):
    return resize(image, out_size[::-1])


def resize_truncated(image, out_size):
    return np.trunc(resize(image, out_size))


IMAGE = np.random.default_rng(1).uniform(0, 255, (5, 4))

RESIZE = Exercise(
    key="sample.resize",
    title="Resize",
    reference=resize,
    helpers=[source_coordinates, axis_matrix],
    cases=[Case(np.array([[0.0, 4.0], [8.0, 12.0]]), (4, 4)), Case(IMAGE, (7, 9)), Case(IMAGE, (10, 8))],
    hints=["One axis at a time."],
    random_case=lambda rng: Case(
        rng.uniform(0, 9, rng.integers(1, 6, 2)).round(2), tuple(rng.integers(1, 9, 2).tolist())
    ),
    mistakes=[
        Mistake("missing half pixel", resize_without_half_pixel, "The half pixel is missing."),
        Mistake("no clamping", resize_without_clamping, "Nothing happens at the border."),
        Mistake("swapped axes", resize_with_swapped_axes, "Height and width are swapped."),
        Mistake("truncated", resize_truncated, "int() cuts off."),
    ],
)


def clamped_average(signal):
    """Each value averaged with its right neighbor; the last one with itself."""
    right = np.append(signal[1:], signal[-1])
    return (signal + right) / 2


def wrapping_average(signal):
    """Each value averaged with its right neighbor; the last one with itself."""
    right = np.roll(signal, -1)
    return (signal + right) / 2


def average_with_zero(signal):
    return (signal + np.append(signal[1:], 0)) / 2


BUG = SpotTheBug(
    key="sample.bug",
    title="The last value",
    buggy=wrapping_average,
    reference=clamped_average,
    name="average",
    cases=[
        Case(np.array([1.0, 1.0]), note="A constant signal hides it."),
        Case(np.array([0.0, 4.0]), by_hand=[2, 4]),
        Case(np.array([2.0, 4.0, 8.0])),
    ],
    mistakes=[Mistake("zero border", average_with_zero, "Beyond the border there are no zeros.")],
    hints=["What does the last value see to its right?"],
    random_case=lambda rng: Case(rng.uniform(0, 9, rng.integers(1, 7)).round(2)),
)


def which_library(ramp):
    """The name of the library that made this ramp."""
    return "torch" if ramp[0] == 0 else "pillow"


LIBRARY = Exercise(
    key="sample.library",
    title="Which library?",
    reference=which_library,
    cases=[Case(np.array([0.0, 1.0])), Case(np.array([0.5, 1.0]))],
    hints=["Look at the first value."],
    random_case=lambda rng: Case(rng.choice([0.0, 0.5], 3)),
)


def out_size(in_size, factor):
    """A whole number of pixels."""
    return in_size * factor


SIZE = Exercise(
    key="sample.size",
    title="How large?",
    reference=out_size,
    cases=[Case(3, 2, by_hand=6), Case(5, 4)],
    hints=["Count."],
    random_case=lambda rng: Case(*rng.integers(1, 9, 2).tolist()),
)


ALL = [LERP, MAP, NEAREST, WEIGHTS, RESIZE, BUG, LIBRARY, SIZE]
