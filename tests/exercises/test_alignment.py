"""The exercises of lesson 12: held against torch; where the bugs hide."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.alignment import offsets
from course_utils.exercises import alignment as lesson
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.networks import alignment as networks
from course_utils.networks.alignment_bugs import as_in_alignseg, height_and_width_swapped, measured_flow
from course_utils.resampling import source_coordinates
from course_utils.warping import sample

EXERCISES = [item for item in vars(lesson).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]
LAYER = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2))
few = settings(max_examples=60, deadline=None)


def test_the_lesson_has_what_it_promises():
    names = ("stack_offset", "fetch_coarse", "flow_alignment", "two_mistakes", "late_jump")
    assert {exercise.key for exercise in EXERCISES} == {f"alignment.{name}" for name in names}
    assert len(PREDICTIONS) == 10


@pytest.mark.parametrize(
    ("prediction", "by_hand"),
    [
        (lesson.WHERE_IT_SITS, [0, 2, 4, 6]),
        (lesson.WHERE_IT_IS_DRAWN, [0.5, 2.5, 4.5, 6.5]),
        (lesson.FOUR_HALVINGS, 7.5),
        (lesson.WHICH_LAYER, "kernel 4, padding 1"),
        (lesson.OTHER_CONVENTION, "it grows along the row"),
        (lesson.ADDED_APART, "two steps of 1"),
        (lesson.WHICH_FLOW, 2),
        (lesson.ZERO_START, "only the last layer"),
        (lesson.FIRST_PLACE, -0.5),
        (lesson.HEIGHT_BEFORE_WIDTH, [0.875, 0.1875]),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_predictions_by_hand(prediction, by_hand):
    computed = prediction.computed()
    assert computed == by_hand if isinstance(by_hand, str) else np.array_equal(computed, by_hand)


def test_zero_start_is_what_autograd_says():
    branch = networks.TwoBranchAlignment(4)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        fused = branch(torch.randn(2, 4, 8, 8), torch.randn(2, 4, 4, 4))
        (fused * torch.randn_like(fused)).sum().backward()
    first, last = branch.coarse_branch[0].weight.grad, branch.coarse_branch[-1].weight.grad
    assert last.abs().max() > 0 and first.abs().max() == 0


def test_the_historical_offsets_are_those_of_the_early_code():
    moved = measured_flow(height_and_width_swapped, (4, 8), (1.0, 1.0))[1, 3]
    np.testing.assert_allclose(moved, lesson.HEIGHT_BEFORE_WIDTH.computed())


# ---- against torch ------------------------------------------------------------------------------------------


@few
@given(st.lists(LAYER, max_size=4))
def test_the_offset_is_between_torchs_gradient_and_torchs_upsampling(layers):
    """The middle feature's gradient has its center where the feature sits; its answer, where it is drawn."""
    jump = int(np.prod([stride for _, stride, _ in layers]))
    x = torch.zeros(1, 1, jump * 40, dtype=torch.float64, requires_grad=True)
    y = x
    for kernel_size, stride, padding in layers:
        y = F.conv1d(y, torch.ones(1, 1, kernel_size, dtype=torch.float64), stride=stride, padding=padding)
    feature = y.shape[-1] // 2
    (seen,) = torch.autograd.grad(y[0, 0, feature], x)
    seen = seen[0, 0].numpy()
    assume(seen.sum() == np.prod([kernel for kernel, _, _ in layers]))  # no padding in its field
    sits = seen @ np.arange(seen.size) / seen.sum()
    drawn = (feature + 0.5) * jump - 0.5
    assert lesson.OFFSET.reference(layers) == pytest.approx(drawn - sits)


@few
@given(st.tuples(*[st.integers(1, 6)] * 4), st.integers(0, 99))
def test_fetching_is_what_the_networks_do(sizes, seed):
    h, w, height, width = sizes
    rng = np.random.default_rng(seed)
    coarse, flow = rng.normal(size=(3, h, w)), rng.normal(size=(height, width, 2))
    theirs = networks.fetch(torch.tensor(coarse)[None], torch.tensor(flow).movedim(-1, 0)[None])[0]
    np.testing.assert_allclose(lesson.FETCH.reference(coarse, flow), theirs.numpy(), atol=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_the_module_is_the_one_that_is_trained(seed):
    """torch's FlowAlignment, its looking and flow-making taken as ``make_flow``."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = networks.FlowAlignment(4).double()
        fine, coarse = torch.randn(1, 4, 6, 10).double(), torch.randn(1, 4, 3, 5).double()

    def make_flow(both):
        stacked = torch.tensor(both)[None]
        seen = torch.cat([module.look_fine(stacked[:, :4]), module.look_coarse(stacked[:, 4:])], 1)
        return module.to_flow(seen)[0].movedim(0, -1).detach().numpy()

    ours = lesson.FORWARD.reference(fine[0].numpy(), coarse[0].numpy(), make_flow)
    np.testing.assert_allclose(ours, module(fine, coarse)[0].detach().numpy(), atol=1e-10)


# ---- where the bugs hide ------------------------------------------------------------------------------------


def test_a_flat_map_hides_the_convention_and_a_square_one_the_order():
    flat, still = np.ones((4, 8)), np.zeros((4, 8, 2))
    np.testing.assert_allclose(lesson.TWO_MISTAKES.buggy(flat, still), flat)
    order_left = next(
        m for m in lesson.TWO_MISTAKES.mistakes if m.name == "convention repaired, order not"
    ).function
    rng = np.random.default_rng(0)
    square, flow = rng.normal(size=(6, 6)), rng.normal(size=(6, 6, 2))
    np.testing.assert_allclose(
        order_left(square, flow), lesson.TWO_MISTAKES.reference(square, flow), atol=1e-12
    )
    wide, flow = rng.normal(size=(4, 8)), rng.normal(size=(4, 8, 2))
    assert np.abs(order_left(wide, flow) - lesson.TWO_MISTAKES.reference(wide, flow)).max() > 0.1


def test_the_two_mistakes_are_those_of_alignseg():
    """The same displacement up to the unit: theirs counts in 2 / size, ours in pixels."""
    theirs = measured_flow(as_in_alignseg, (4, 8)).numpy()
    ramps = np.stack(np.meshgrid(np.arange(8.0), np.arange(4.0)))
    ours = np.moveaxis(lesson.TWO_MISTAKES.buggy(ramps, np.zeros((4, 8, 2))) - ramps, 0, -1)
    np.testing.assert_allclose(ours[1:-1, 1:-1], theirs[1:-1, 1:-1], atol=1e-12)


@pytest.mark.parametrize("kernel_size", [1, 3, 5, 7])
def test_same_padding_hides_the_late_jump(kernel_size):
    layers = [(kernel_size, 2, kernel_size // 2)] * 4
    assert lesson.LATE_JUMP.buggy(layers) == lesson.LATE_JUMP.reference(layers) == (0, 16)


def test_each_half_of_the_repair_is_told_that_one_mistake_is_left():
    for mistake in lesson.TWO_MISTAKES.mistakes[:2]:
        report = lesson.TWO_MISTAKES.judge(mistake.function)
        assert report.outcome is Outcome.NOT_QUITE and "One mistake is left" in report.text


def test_inputs_too_long_to_read_are_counted_and_not_written_out():
    report = lesson.TWO_MISTAKES.judge(lesson.TWO_MISTAKES.mistakes[0].function)
    assert re.search(r"\d+ of \d+ inputs still show a bug\.$", report.text)


# ---- what a learner writes ----------------------------------------------------------------------------------


def places(coarse, flow_xy):
    (_, h, w), (height, width, _) = coarse.shape, flow_xy.shape
    return source_coordinates(w, width), source_coordinates(h, height)


def y_before_x(coarse, flow_xy):
    x, y = np.meshgrid(*places(coarse, flow_xy))
    return sample(coarse, np.stack([y, x], axis=-1) + flow_xy, padding_mode="border")


def meshgrid_of_y_and_x(coarse, flow_xy):
    x, y = places(coarse, flow_xy)
    return sample(coarse, np.stack(np.meshgrid(y, x), axis=-1) + flow_xy, padding_mode="border")


def meshgrid_ij(coarse, flow_xy):
    grid = np.meshgrid(*places(coarse, flow_xy), indexing="ij")
    return sample(coarse, np.stack(grid, axis=-1) + flow_xy, padding_mode="border")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (y_before_x, "Stack x before y"),
        (meshgrid_of_y_and_x, "(width, height, 2)"),
        (meshgrid_ij, "(width, height, 2)"),
        (lambda coarse, flow_xy: sample(coarse, flow_xy, padding_mode="border"), "the flow alone"),
    ],
)
def test_fetching_in_the_wrong_order_is_told_apart(wrong, said):
    report = lesson.FETCH.judge(wrong)
    assert report.outcome is Outcome.NOT_QUITE and said in report.text


# ---- what is right, and what is not -------------------------------------------------------------------------


def test_the_offset_is_the_packages():
    """Every case is a stack that the package's ``offsets`` knows: n times stride samples become n."""
    for case in lesson.OFFSET.cases:
        (layers,) = case.args
        jump = int(np.prod([stride for _, stride, _ in layers]))
        along = offsets(6 * jump, [(*layer, 1) for layer in layers])
        assert along.shape == (6,)
        np.testing.assert_array_equal(along, lesson.OFFSET.reference(layers))


def halvings_of_3(layers):
    return (2 ** len(layers) - 1) / 2


def half_a_pixel_each(layers):
    return len(layers) / 2


def drawn_from_pixel_0(layers):
    return (np.prod([stride for _, stride, _ in layers]) - 1) / 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (halvings_of_3, "is right for n halvings"),
        (half_a_pixel_each, "half a pixel for each layer"),
        (drawn_from_pixel_0, "where feature 0 is drawn"),
    ],
)
def test_an_offset_that_holds_for_some_stacks_only(wrong, said):
    assert said in lesson.OFFSET.judge(wrong).text


def repaired(start, jump, half=lambda kernel_size: (kernel_size - 1) / 2):
    def sits(layers, start=start, jump=jump):
        for kernel_size, stride, padding in layers:
            start += (half(kernel_size) - padding) * jump
            jump *= stride
        return start, jump

    return sits


def test_start_and_jump_may_be_whole_or_have_a_point():
    for start, jump in ((0.0, 1.0), (0, 1.0), (np.float32(0), np.int64(1))):
        assert lesson.LATE_JUMP.accepts(repaired(start, jump))


def test_half_a_kernel_is_no_repair():
    report = lesson.LATE_JUMP.judge(repaired(0, 1, half=lambda kernel_size: kernel_size // 2))
    assert report.outcome is Outcome.NOT_QUITE and report.diagnosis == "k // 2"


@pytest.mark.parametrize("size", [3, 5, 7])
def test_the_two_tests_that_the_buggy_warp_passed_are_passed(size):
    """Lesson 12 says so: a white map along no flow; a bright pixel in the middle of a square map of odd size."""
    buggy, middle = lesson.TWO_MISTAKES.buggy, size // 2
    white, still = np.ones((size, size)), np.zeros((size, size, 2))
    assert buggy(white, still) == pytest.approx(white)
    spot, right = np.zeros((size, size)), still.copy()
    spot[middle, middle], right[..., 0] = 1, 1
    assert buggy(spot, still)[middle, middle] == pytest.approx(1)
    assert buggy(spot, right)[middle, middle - 1] == pytest.approx(1)
