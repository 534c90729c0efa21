"""Every exercise and prediction of lesson 06 does what it says; torch is the witness of the answers."""

import numpy as np
import pytest

from course_utils.exercises import pooling
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.exercises.pooling.predict import learned_numbers
from course_utils.pooling import max_pool2d, max_unpool2d

EXERCISES = [item for item in vars(pooling).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(pooling).values() if isinstance(item, Prediction)]


def test_the_lesson_has_what_it_promises():
    assert {exercise.key for exercise in EXERCISES} == {
        f"pooling.{name}"
        for name in ("max_pool", "unpool", "pooled_size", "odd_size", "padded_zeros", "seven_to_six")
    }
    assert len(PREDICTIONS) == 7


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
        ours = pooling.MAX_POOL.reference(x, kernel_size, stride)
        np.testing.assert_array_equal(ours[0], values[0, 0])
        np.testing.assert_array_equal(ours[1], indices[0, 0])
        back = torch.nn.functional.max_unpool2d(values, indices, kernel_size, stride, output_size=x.shape)
        np.testing.assert_array_equal(pooling.UNPOOL.reference(*ours, x.shape), back[0, 0])
    for case in pooling.POOLED_SIZE.cases:
        in_size, kernel_size, stride, padding = case.args
        pooled = torch.nn.functional.max_pool1d(torch.zeros(1, 1, in_size), kernel_size, stride, padding)
        assert pooling.POOLED_SIZE.reference(*case.args) == pooled.shape[-1]
    for case in pooling.PADDED_ZEROS.cases:
        x, *settings = case.args
        theirs = torch.nn.functional.max_pool2d(in_torch(x), *settings)[0, 0]
        np.testing.assert_array_equal(pooling.PADDED_ZEROS.reference(x, *settings), theirs)
    for case in pooling.SEVEN_TO_SIX.cases:
        (x,) = case.args
        theirs = torch.nn.functional.max_pool2d(in_torch(x), 2, ceil_mode=True)[0, 0].numpy()
        theirs = np.kron(theirs, np.ones((2, 2)))[: x.shape[0], : x.shape[1]]
        np.testing.assert_array_equal(pooling.SEVEN_TO_SIX.reference(x), theirs)


def test_the_odd_size_bug_is_what_torch_does():
    import torch

    for case in pooling.ODD_SIZE.cases:
        (x,) = case.args
        pooled = torch.nn.functional.max_pool2d(in_torch(x), 2, return_indices=True)
        try:
            ours = pooling.ODD_SIZE.buggy(x)
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
        ours = learned_numbers(
            [("convolution", 8, 3), *[("pool", 2)] * pools, ("convolution", 4, 1), ("dense", 10)],
            3,
            size,
            size,
        )
        assert ours == sum(parameter.numel() for parameter in network.parameters())


# ---- What a learner writes


def told(exercise, function):
    report = exercise.judge(function)
    assert report.outcome is not Outcome.RIGHT
    return report.diagnosis


def test_whole_numbers_may_come_with_a_point():
    def float_indices(x, kernel_size, stride):
        values, indices = max_pool2d(x, kernel_size, stride)
        return values, indices.astype(float)

    def float_sizes(in_size, kernel_size, stride, padding):
        return np.floor((in_size + 2.0 * padding - kernel_size) / stride) + 1

    assert pooling.MAX_POOL.accepts(float_indices)
    assert pooling.POOLED_SIZE.accepts(float_sizes)


def test_an_answer_that_is_not_all_of_it():
    def only_values(x, kernel_size, stride):
        return max_pool2d(x, kernel_size, stride)[0]

    assert "2 things" in pooling.MAX_POOL.judge(only_values).text
    assert told(pooling.UNPOOL, lambda v, i, shape: pooling.UNPOOL.reference(v, i, shape).ravel()) == "shape"


def test_windows_side_by_side_are_not_enough():
    def blocks_of_a_reshape(x, kernel_size, stride):
        h, w = (size // kernel_size for size in x.shape)
        whole = x[: h * kernel_size, : w * kernel_size].reshape(h, kernel_size, w, kernel_size)
        blocks = whole.swapaxes(1, 2).reshape(h, w, -1)
        return blocks.max(axis=-1), blocks.argmax(axis=-1)

    def stride_for_the_columns_only(x, kernel_size, stride):
        values, indices = pooling.MAX_POOL.reference(x, kernel_size, 1)
        return values[::kernel_size, ::stride], indices[::kernel_size, ::stride]

    told(pooling.MAX_POOL, blocks_of_a_reshape)
    told(pooling.MAX_POOL, stride_for_the_columns_only)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x, k, stride, padding: pooling.PADDED_ZEROS.reference(x, k, k, padding),
        lambda x, k, stride, padding: pooling.PADDED_ZEROS.reference(x, k, 2, padding),
        lambda x, k, stride, padding: pooling.PADDED_ZEROS.reference(x.T, k, stride, padding),
        lambda x, k, stride, padding: pooling.PADDED_ZEROS.reference(
            x.reshape(x.shape[::-1]), k, stride, padding
        ),
    ],
    ids=["kernel_size for stride", "stride 2", "transposed", "height and width swapped"],
)
def test_a_frame_that_is_right_for_square_images_at_stride_2_only(wrong):
    told(pooling.PADDED_ZEROS, wrong)


def test_a_frame_of_a_very_small_number_is_beaten():
    for number in (-1.0, -9.0, -999.0, -1e9):

        def framed(x, kernel_size, stride, padding, number=number):
            padded = np.pad(x, padding, constant_values=number)
            return max_pool2d(padded, kernel_size, stride)[0]

        told(pooling.PADDED_ZEROS, framed)


def test_unpooling_with_another_kernel_size_is_no_repair():
    def kernel_size_3(x):
        return max_unpool2d(*max_pool2d(x, 2), 3, output_size=x.shape)

    told(pooling.ODD_SIZE, kernel_size_3)


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
