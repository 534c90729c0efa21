"""Every exercise and prediction of lesson 15 does what it says; torch and a record are its witnesses."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_utils import exhibits
from course_utils.alignment import center_of_mass
from course_utils.checkerboard import taps_per_phase
from course_utils.convolution import convolution_size, transposed_size
from course_utils.exercises import museum
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.exercises.museum.repair import mask_on_picture
from course_utils.exercises.museum.write import apart, same_padding, seen_at, smallest_input
from course_utils.figures.course_map import LITTLE_PICTURE, PANELS, matrix_facts
from course_utils.kernels import keys_cubic, resize_with
from course_utils.ladders import ladder
from course_utils.museum import EXHIBITS, recorded_mending
from course_utils.places import Places
from course_utils.pooling import max_pool2d, max_unpool2d
from course_utils.probing import probe
from course_utils.recipes import recipe, resize_by
from course_utils.resampling import resample, source_coordinates
from course_utils.subpixel import pixel_shuffle
from course_utils.warping import warp

EXERCISES = [item for item in vars(museum).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(museum).values() if isinstance(item, Prediction)]


def test_the_lesson_has_what_it_promises():
    names = {"smallest", "apart", "seen_at", "mask", "same_padding"}
    assert {exercise.key for exercise in EXERCISES} == {f"museum.{name}" for name in names}
    assert len(PREDICTIONS) == 6


def test_the_answers_of_the_predictions():
    assert museum.SIXTEEN.computed() == "all 8"
    assert museum.NEVER_FAILS.computed() == "1 and 2"
    assert museum.WHICH_LINE.computed().startswith("C")
    np.testing.assert_array_equal(museum.CORNER_TO_CORNER.computed(), [0, 7])
    assert museum.WHICH_COSTS.computed() == "the growing one, by far"
    assert museum.AFTER_TRAINING.computed() == "it scores lower"


def test_the_record_says_what_the_lesson_says():
    scores = {name: np.array(values) for name, values in recorded_mending().items()}
    edges, corners = scores["by edges"], scores["by corners"]
    without = scores["by edges, the offset taken out before"]
    assert [round(each.mean(), 1) for each in (edges, without)] == [73.2, 73.1]
    lost = {
        2.7: edges - corners,
        3.5: edges - scores["by edges, then the offset taken out"],
        4.5: edges - scores["by edges, then by corners"],
        1.4: corners - scores["by corners, then by edges"],
    }
    for said, values in lost.items():
        assert round(values.mean(), 1) == said and values.min() > 0.5  # with every seed
    assert np.abs(edges - without).max() < 0.5


@pytest.mark.parametrize("name", museum.PAIRS)
def test_the_smallest_input_of_the_lessons_pairs_is_the_exhibits(name):
    found, right = museum.PAIRS[name]
    size = smallest_input(found, right)
    assert all(
        np.array_equal(found(np.arange(float(n))), right(np.arange(float(n)))) for n in range(1, size or 17)
    )
    if name == "padding, stride 2":
        assert size == EXHIBITS["padding"].smallest[0]
    assert size == 0 if name == "padding, stride 1" else 2 <= size <= 3


def test_two_maps_apart_are_what_places_say():
    rng = np.random.default_rng(0)
    for _ in range(20):
        one, other = (Places(*rng.integers(-5, 6, 2).astype(float)) for _ in range(2))
        size = int(rng.integers(1, 20))
        theirs = [one.moved(1, o).start - other.moved(1, o).start for o in (0, size - 1)]
        np.testing.assert_allclose(apart(one, other, size), theirs)


def test_where_a_gradient_sits_is_its_center_of_mass():
    image = torch.zeros(1, 2, 9, 11, requires_grad=True)
    weight = torch.ones(1, 2, 3, 5)
    F.conv2d(image, weight)[0, 0, 4, 2].backward()
    gradient = image.grad[0].numpy()
    assert seen_at(gradient) == (5, 4)
    sides = np.abs(gradient).sum((0, 2)), np.abs(gradient).sum((0, 1))
    np.testing.assert_allclose(seen_at(gradient), [center_of_mass(side) for side in sides])


@pytest.mark.parametrize("size", range(1, 14))
@pytest.mark.parametrize(("kernel_size", "stride"), [(1, 1), (3, 1), (3, 2), (5, 2), (4, 2), (2, 3), (7, 4)])
def test_the_padding_gives_as_many_windows_as_tensorflow_promises_and_no_fewer_zeros_would(
    size, kernel_size, stride
):
    before, after = same_padding(size, kernel_size, stride)
    assert 0 <= after - before <= 1
    if size + before + after < kernel_size:
        return
    windows = F.unfold(
        torch.zeros(1, 1, 1, size + before + after), (1, kernel_size), stride=(1, stride)
    ).shape[-1]
    needed = -(-size // stride)
    assert windows >= needed and (before + after == 0 or windows == needed)


def test_the_mask_lies_on_its_disc_and_four_pixels_below_it():
    photo, found, right = museum.two_masks()
    assert photo.shape == found.shape == right.shape == (72, 96)
    rows = np.arange(72)
    middle = [mask.sum(1) @ rows / mask.sum() for mask in (found, right)]
    inside = (photo > 150).astype(float)
    assert middle[1] == pytest.approx(inside.sum(1) @ rows / inside.sum(), abs=0.3)
    assert middle[0] - middle[1] == pytest.approx(4)
    cells = np.ones((3, 1))
    assert mask_on_picture(cells, 2, 4).shape == (8, 4)


@pytest.mark.parametrize(
    ("exercise", "wrong", "words"),
    [
        (museum.SMALLEST, lambda found, right: 2, ""),
        (museum.APART, lambda one, other, size: (one[0] - other[0], size * (one[1] - other[1])), ""),
        (museum.SEEN_AT, lambda gradient: np.unravel_index(np.abs(gradient).sum(0).argmax(), gradient.shape[1:]), ""),
        (museum.SAME_PADDING, lambda n, k, s: (k // 2, k // 2), ""),
        (museum.MASK, lambda mask, bar, k: np.kron(mask, np.ones((k, k)))[bar : len(mask) * k - bar], "copies"),
    ],
)  # fmt: skip
def test_wrong_answers_are_told_why(exercise, wrong, words):
    report = exercise.judge(wrong)
    assert report.outcome is Outcome.NOT_QUITE and words in report.sentence


def test_the_ten_answers():
    assert source_coordinates(4, 8)[0] == -0.25 and resample(np.array([5.0, 1, 1, 1]), 8)[0] == 5
    line = np.eye(64)[27]
    with_antialias = resize_with(line, (8,), antialias=True).max()
    assert 0.1 < with_antialias <= 1 / 8
    assert {resample(np.eye(64)[p], 8).max() for p in range(64)} == {0, 0.5}
    methods, ramp, noise = (("torch", "bilinear"), ("pillow", "bicubic")), np.arange(9.0), np.eye(9)[4]
    one, other = (resize_by(recipe(*method), ramp, (18,))[6:-6] for method in methods)
    np.testing.assert_allclose(one, other, atol=1e-12)
    assert np.abs(np.subtract(*(resize_by(recipe(*method), noise, (18,)) for method in methods))).max() > 0.05
    values, indices = max_pool2d(np.arange(1.0, 17).reshape(4, 4), 2)
    back = max_unpool2d(values, indices, 2)
    assert np.count_nonzero(back) == back.size // 4
    assert [n for n in range(2, 30) if convolution_size(n, 4, 2, 1) == 5] == [10, 11]
    assert transposed_size(5, 4, 2, 1) == 10
    assert taps_per_phase(3, 2).tolist() == [2, 1] and taps_per_phase(4, 2).tolist() == [2, 2]
    assert pixel_shuffle(np.zeros((12, 1, 1)), 2).shape == (3, 2, 2)
    spot = np.eye(5)[2][None]
    assert warp(spot, np.full((1, 5, 2), [1.0, 0])).argmax() == 1


def test_what_the_lesson_says_of_the_gradient_and_of_the_map():
    rungs = ladder(64, coordinate_map="align_corners").rungs
    np.testing.assert_allclose(rungs[0].apart[[4, 7, 10]], [1.07, 1.87, 2.67], atol=0.005)
    assert rungs[0].up.jump == 56 / 15 and apart((0.0, 4.0), tuple(rungs[0].up), 16)[1] == pytest.approx(4)
    ends = [
        (rung.skip.moved(1, rung.size - 1).start, rung.up.moved(1, rung.size - 1).start) for rung in rungs
    ]
    np.testing.assert_allclose(ends, [(60, 56), (62, 56), (63, 56)])
    by_edges = [rung.apart for rung in ladder(64).rungs]
    steps = [jump / 4 for jump in (8, 4, 2)]  # doubling begins a quarter of a step ahead
    for offset, said, added in zip(by_edges, (2, 3, 3.5), np.cumsum(steps), strict=True):
        np.testing.assert_allclose(offset, said)
        assert said == added
    facts = {panel.title: matrix_facts(panel) for panel in PANELS}
    assert facts["interpolate"][:2] == ("rows sum to 1", "columns sum to 4")
    assert facts["warp"][0] == facts["align features"][0] == "rows sum to 1"
    assert facts["transposed convolution"] == facts["sub-pixel convolution"]
    assert facts["transposed convolution"][0] == "rows sum to 0.25…1"
    matrix = probe(PANELS[1].operator, (4, 4), at=LITTLE_PICTURE).matrix
    assert (matrix.any(1)).mean() < 0.5


@pytest.mark.parametrize("size", range(1, 9))
def test_what_a_ramp_hides(size):
    """Two samples in the middle of a block have its mean, and labels in a row blend into labels that are right."""
    assert EXHIBITS["antialias"].difference(size, "a ramp") == 0
    labels = np.arange(8)
    np.testing.assert_array_equal(
        exhibits.labels_blended(labels, size), exhibits.labels_by_center(labels, size)
    )


def test_a_port_that_pads_alike_begins_every_window_one_sample_further_left():
    ramp = np.arange(1.0, 17)
    found, right = exhibits.padded_alike(ramp, 3, 2), exhibits.padded_as_tensorflow(ramp, 3, 2)
    np.testing.assert_array_equal(right - found, np.ones(8))


def test_a_flat_signal_shows_few_of_the_exhibits():
    flat = [(each, kind) for each in EXHIBITS.values() for kind in each.kinds if "flat" in kind]
    shown = {each.key for each, kind in flat if any(each.difference(size, kind) for size in each.sizes)}
    assert shown == {"mixed", "tokens"} and len(flat) > 5


def test_what_the_three_things_to_try_say_of_the_museum():
    blend = EXHIBITS["blend"]
    assert [n for n in blend.sizes if not blend.difference(n, "labels 0 and 2")] == [2, 4, 6]
    mixed = EXHIBITS["mixed"]
    assert [n for n in mixed.sizes if not mixed.difference(n, "one bright pixel")] == [3, 5, 7, 9]
    bars = EXHIBITS["bars"]
    for kind, stride in (("4 pixels a cell", 4), ("8 pixels a cell", 8)):
        assert [n for n in bars.sizes if not bars.difference(n, kind)] == list(range(0, 17, stride))
    assert [same_padding(n, 3, 2) for n in (224, 225)] == [(0, 1), (1, 1)]
    assert [same_padding(n, 7, 2) for n in (224, 225)] == [(2, 3), (3, 3)]
    assert [n for n in range(16, 65) if all(r.fits for r in ladder(n, (4, 4, 4)).rungs)] == [
        *range(16, 65, 8)
    ]
    corners = [
        n for n in range(16, 97) if all(r.fits for r in ladder(n, coordinate_map="align_corners").rungs)
    ]
    assert corners == [*range(17, 97, 8)]


def test_only_kernels_agree_on_a_ramp_and_differ_on_noise_where_a_row_is_enlarged():
    ramp, noise, cubic = np.arange(16.0), np.random.default_rng(0).normal(size=16), keys_cubic(-0.5)

    def apart(signal, **how):
        """The largest difference from two taps by edges, away from the ends."""
        return np.abs(resize_with(signal, (40,), **how) - resize_with(signal, (40,)))[10:-10].max()

    assert apart(ramp, kernel=cubic) < 1e-12 and apart(noise, kernel=cubic) > 0.1
    assert apart(ramp, coordinate_map="align_corners") > 0.1
    assert apart(noise, antialias=True) == 0


def test_what_the_name_of_a_layer_hides():
    features = torch.rand(1, 1, 5, 7, generator=torch.Generator().manual_seed(0))
    by_name = torch.nn.UpsamplingBilinear2d(scale_factor=2)(features)
    apart_by = {
        corners: (by_name - F.interpolate(features, scale_factor=2, mode="bilinear", align_corners=corners))
        .abs()
        .max()
        for corners in (False, True)
    }
    assert apart_by[True] == 0 and apart_by[False] > 0.1
