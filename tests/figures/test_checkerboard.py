"""Pictures of lesson 09: what they draw is what the numerics say."""

import itertools
import re

import numpy as np
import pytest

from course_utils.checkerboard import (
    HALVING_LAYERS,
    RANDOM_LAYERS,
    comb_share,
    random_features,
    random_gradient,
    taps_per_phase,
)
from course_utils.figures.checkerboard import MOST, overlap_scene, shown_counts
from course_utils.figures.checkerboard_pictures import features_scene, gradient_scene, pattern_scene, waves_of
from course_utils.films import Patterns, recorded_patterns

ALL = list(itertools.product(*(range(1, most + 1) for most in MOST.values())))
ANSWERS = np.array([[[[100.0, 110], [120, 130]]], [[[5.0, 5], [5, 5]]]])
PATTERNS = Patterns((0, 9), (0.5,), {"a": ANSWERS, "b": np.ones((2, 1, 2, 2))})


@pytest.mark.parametrize("kernel_size, stride", [(k, s) for k, s, layers in ALL if layers == 1])
def test_one_layer_shows_the_taps_of_each_phase(kernel_size, stride):
    (counts,) = shown_counts(kernel_size, stride, 1)
    assert len(counts) >= 24 and len(counts) % stride == 0
    assert (counts.reshape(-1, stride) == taps_per_phase(kernel_size, stride)).all()
    scene = overlap_scene(kernel_size, stride)
    assert [int(count) for _, count in scene.table[1]] == counts.tolist()
    for o, count in enumerate(counts):  # as many of the kernel's numbers light up as there are stamps
        drawn = [target for target, _ in scene.links[f"out-{o}"]]
        assert len(drawn) == count and all(f'data-id="{target}"' in scene.svg for target in drawn)


@pytest.mark.parametrize("kernel_size, stride, layers", ALL)
def test_every_setting_has_a_picture_and_its_sentence(kernel_size, stride, layers):
    counts = shown_counts(kernel_size, stride, layers)
    assert [len(row) * stride ** (layers - 1 - i) for i, row in enumerate(counts)] == [
        len(counts[-1])
    ] * layers
    for row, each in enumerate(counts):  # a whole number of periods
        period = stride ** (row + 1)
        assert (each.reshape(-1, period) == each[:period]).all()
    scene = overlap_scene(kernel_size, stride, layers)
    most, least = counts[-1].max(), counts[-1].min()
    assert f"{most**2}" in scene.text
    assert ("no squares from counting" in scene.text) == (most == least)
    assert ("holes" in scene.text) == (least == 0)
    assert set(re.findall(r'data-handle="([^"]+)"', scene.svg)) == set(scene.handles) == set(MOST)


def test_three_layers_by_hand():
    first, second, third = shown_counts(3, 2, 3)
    assert first[:2].tolist() == [2, 1] and second[:4].tolist() == [3, 2, 3, 1]
    assert third[:8].tolist() == [4, 3, 5, 2, 5, 3, 4, 1]


@pytest.mark.parametrize("layer", RANDOM_LAYERS)
@pytest.mark.parametrize("comb", [True, False])
def test_random_features_say_their_share(layer, comb):
    scene = features_scene(layer, seed=2, comb=comb)
    assert f"{comb_share(random_features(layer, 2), 8):.1%} of the power repeats every 8 pixels" in scene.text
    assert scene.svg.count('class="line output"') == 63 * comb


def test_three_waves_hold_the_variance():
    phases = np.random.default_rng(0).normal(size=(2, 2))
    assert sum(value**2 for value in waves_of(phases).values()) == pytest.approx(phases.var())
    assert waves_of(np.array([[1.0, -1], [1, -1]])) == {"columns": 1, "rows": 0, "both": 0}
    assert waves_of(np.array([[1.0, 1], [-1, -1]])) == {"columns": 0, "rows": 1, "both": 0}
    assert waves_of(np.array([[1.0, -1], [-1, 1]])) == {"columns": 0, "rows": 0, "both": 1}


def test_a_pattern_and_a_flat_answer():
    scene = pattern_scene(PATTERNS, "a", 0, 0)
    assert (
        "Before the first step “a” makes of a flat picture of gray 128 a pattern of 11.18 gray levels"
        in scene.text
    )
    assert "from row to row: 10." in scene.text and scene.table[1][-1][1] == "11.18"
    assert "all four phases are equal" in pattern_scene(PATTERNS, "a", 1, 0).text
    with pytest.raises(ValueError, match="moment must be a whole number, from 0 to 1; got 2"):
        pattern_scene(PATTERNS, "a", 2, 0)


def test_every_moment_of_the_record_has_a_picture():
    patterns = recorded_patterns()
    for layer, moment, gray in itertools.product(patterns.answers, range(len(patterns.steps)), range(3)):
        scene = pattern_scene(patterns, layer, moment, gray)
        level = patterns.answers[layer][moment, gray].std()
        assert ("all four phases are equal" in scene.text) == (level < 5e-3)


@pytest.mark.parametrize("layer", HALVING_LAYERS)
@pytest.mark.parametrize("stages", [1, 2, 3])
def test_the_power_of_each_phase_is_the_gradients(layer, stages):
    scene = gradient_scene(layer, seed=1, stages=stages)
    inside = random_gradient(layer, 1, stages)[:, 8:-8, 8:-8]
    power = np.array([[np.mean(inside[:, a::2, b::2] ** 2) for b in (0, 1)] for a in (0, 1)])
    assert f"gets {power.max() / power.min():.1f}".removesuffix(".0") in scene.text
    np.testing.assert_allclose(
        [float(value) for _, value in scene.table[1]], (power / power.mean()).ravel(), atol=0.006
    )
    assert scene.svg.count('class="cell output"') == 4**stages
