"""Every exercise and prediction of lesson 06 does what it says; torch is the witness of the answers."""

import numpy as np
import pytest

from course_utils.exercises import pooling
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.pooling import max_pool2d

EXERCISES = [item for item in vars(pooling).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(pooling).values() if isinstance(item, Prediction)]


def test_the_lesson_has_what_it_promises():
    assert {exercise.key for exercise in EXERCISES} == {
        f"pooling.{name}"
        for name in ("max_pool", "unpool", "pooled_size", "odd_size", "padded_zeros", "seven_to_six")
    }
    assert len(PREDICTIONS) == 6


def test_the_answers_of_the_predictions():
    np.testing.assert_array_equal(pooling.INDICES.computed(), [5, 2, 12, 15])
    assert pooling.SHARED_PEAK.computed() == "9"
    assert pooling.BELOW_ZERO.computed() == "0"
    assert pooling.BACK_FROM_500.computed() == 480
    assert pooling.LINEAR.computed() == "average pooling"
    assert pooling.PARAMETERS.computed() == "nothing"


# ---- torch as the witness


def in_torch(array):
    import torch
    return torch.from_numpy(np.asarray(array, float))[None, None]


def test_torch_gives_the_reference_answers():
    import torch
    for case in pooling.MAX_POOL.cases:
        x, kernel_size, stride = case.args
        values, indices = torch.nn.functional.max_pool2d(
            in_torch(x), kernel_size, stride, return_indices=True
        )
        ours = pooling.max_pool(x, kernel_size, stride)
        np.testing.assert_array_equal(ours[0], values[0, 0])
        np.testing.assert_array_equal(ours[1], indices[0, 0])
        back = torch.nn.functional.max_unpool2d(values, indices, kernel_size, stride, output_size=x.shape)
        np.testing.assert_array_equal(pooling.unpool(*ours, x.shape), back[0, 0])
    for case in pooling.POOLED_SIZE.cases:
        in_size, kernel_size, stride, padding = case.args
        pooled = torch.nn.functional.max_pool1d(torch.zeros(1, 1, in_size), kernel_size, stride, padding)
        assert pooling.pooled_size(*case.args) == pooled.shape[-1]
    for case in pooling.PADDED_ZEROS.cases:
        x, *settings = case.args
        np.testing.assert_array_equal(
            pooling.padded_max(x, *settings), torch.nn.functional.max_pool2d(in_torch(x), *settings)[0, 0]
        )


def test_the_odd_size_bug_is_what_torch_does():
    import torch
    for case in pooling.ODD_SIZE.cases:
        (x,) = case.args
        pooled = torch.nn.functional.max_pool2d(in_torch(x), 2, return_indices=True)
        try:
            ours = pooling._keep_maxima_with_bug(x)
        except ValueError:
            with pytest.raises(RuntimeError, match="invalid max index"):
                torch.nn.functional.max_unpool2d(*pooled, 2)
            continue
        theirs = torch.nn.functional.max_unpool2d(*pooled, 2)[0, 0].numpy()
        np.testing.assert_array_equal(ours[: theirs.shape[0], : theirs.shape[1]], theirs)


def test_parameters_are_counted_as_torch_counts_them():
    import torch
    nn = torch.nn
    for size, pools in ((8, 0), (8, 1), (16, 2)):
        layers = [nn.Conv2d(3, 8, 3, padding=1), *[nn.MaxPool2d(2)] * pools, nn.Conv2d(8, 4, 1), nn.Flatten()]
        layers.append(nn.Linear(4 * (size // 2**pools) ** 2, 10))
        network = nn.Sequential(*layers)
        assert network(torch.zeros(1, 3, size, size)).shape == (1, 10)
        ours = pooling.learned_numbers(
            [("convolution", 8, 3), *[("pool", 2)] * pools, ("convolution", 4, 1), ("dense", 10)],
            3,
            size,
            size,
        )
        assert ours == sum(parameter.numel() for parameter in network.parameters())


# ---- Ways a learner may write it


def test_other_ways_to_write_max_pool():
    def with_views(x, kernel_size, stride):
        windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))[::stride, ::stride]
        flat = windows.reshape(*windows.shape[:2], -1)
        place = flat.argmax(axis=2)
        rows, columns = np.indices(place.shape) * stride
        return flat.max(axis=2), (rows + place // kernel_size) * x.shape[1] + columns + place % kernel_size

    def only_values(x, kernel_size, stride):
        return max_pool2d(x, kernel_size, stride)[0]

    def float_indices(x, kernel_size, stride):
        values, indices = max_pool2d(x, kernel_size, stride)
        return values, indices.astype(float)

    def square_only(x, kernel_size, stride):  # windows side by side, by a reshape
        h, w = (size // kernel_size for size in x.shape)
        blocks = (
            x[: h * kernel_size, : w * kernel_size].reshape(h, kernel_size, w, kernel_size).swapaxes(1, 2)
        )
        return blocks.max(axis=(2, 3)), blocks.reshape(h, w, -1).argmax(axis=2)

    assert pooling.MAX_POOL.judge(with_views).outcome is Outcome.RIGHT
    assert pooling.MAX_POOL.judge(lambda x, k, s: list(pooling.max_pool(x, k, s))).outcome is Outcome.RIGHT
    assert "2 things" in pooling.MAX_POOL.judge(only_values).text
    assert pooling.MAX_POOL.judge(float_indices).diagnosis == "dtype"
    assert pooling.MAX_POOL.judge(square_only).outcome is Outcome.NOT_QUITE


def test_other_ways_to_unpool():
    def by_loops(values, indices, shape):
        back = np.zeros(shape)
        for value, index in zip(values.flat, indices.flat, strict=True):
            back[divmod(index, shape[1])] = value
        return back

    assert pooling.UNPOOL.judge(by_loops).outcome is Outcome.RIGHT
    assert pooling.UNPOOL.judge(lambda v, i, shape: pooling.unpool(v, i, shape).ravel()).diagnosis == "shape"


def test_other_ways_to_repair_the_bugs():
    def crop_first(x):  # indices of an array of even width
        even = x[: x.shape[0] // 2 * 2, : x.shape[1] // 2 * 2]
        back = pooling.max_unpool2d(*max_pool2d(even, 2), 2)
        return np.pad(back, [(0, a - b) for a, b in zip(x.shape, back.shape, strict=True)])

    def border_repeated(x, kernel_size, stride, padding):
        return pooling._max_of_padded(np.pad(x, padding, mode="edge"), kernel_size, stride)

    def padded_before(x):
        padded = np.pad(x, [(0, size % 2) for size in x.shape], constant_values=x.min())
        return pooling._coarse_copy_with_bug(padded)[: x.shape[0], : x.shape[1]]

    assert pooling.ODD_SIZE.judge(crop_first).outcome is Outcome.RIGHT
    assert pooling.PADDED_ZEROS.judge(border_repeated).outcome is Outcome.RIGHT
    assert pooling.SEVEN_TO_SIX.judge(padded_before).outcome is Outcome.RIGHT


def test_where_the_bugs_hide():
    """The smallest input that shows each bug, and sizes or values at which no input can."""
    assert pooling.ODD_SIZE.symptom().call == "keep_maxima([[0, 0, 0], [5, 0, 0]])"
    assert pooling.PADDED_ZEROS.symptom().call == "padded_max([[-1]], 2, 2, 1)"
    assert pooling.SEVEN_TO_SIX.symptom().call == "coarse_copy([[1, 2, 3], [0, 0, 4]])"
    random = np.random.default_rng(0)
    for height in range(2, 8):
        for width in range(2, 8):
            x = random.permutation(height * width).reshape(height, width) + 1.0
            assert shows(pooling.SEVEN_TO_SIX, x) == (height % 2 == 1 or width % 2 == 1)
            if width % 2 == 0:
                assert not shows(pooling.ODD_SIZE, x)  # the flat index needs only the width
            assert not shows(pooling.PADDED_ZEROS, x, 3, 2, 1)  # positive numbers, as after a ReLU
            assert not shows(pooling.PADDED_ZEROS, -x, 2, 2, 0)  # no padding
    assert shows(pooling.PADDED_ZEROS, -x, 3, 2, 1)


def test_no_smaller_input_shows_the_odd_size():
    """2 x 2 has an even width, and with one row there is no 2 x 2 window: 2 x 3 is the smallest."""
    for values in np.random.default_rng(0).integers(-3, 4, (50, 2, 2)).astype(float):
        assert not shows(pooling.ODD_SIZE, values) and not shows(pooling.SEVEN_TO_SIX, values)


def shows(bug, *arguments):
    try:
        given = bug.buggy(*arguments)
    except ValueError:
        return True
    right = bug.reference(*arguments)
    return given.shape != right.shape or not np.array_equal(given, right)
