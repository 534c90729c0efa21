"""Explorers of lesson 09, moved: every control over its range."""

import pytest

from course_utils.checkerboard import HALVING_LAYERS, RANDOM_LAYERS
from course_utils.explorers.checkerboard import features, gradient, overlap, training
from course_utils.figures.checkerboard import MOST
from tests.explorers.hand import handles, key, over_their_range


@pytest.mark.parametrize("name", MOST)
def test_every_slider_of_the_overlap(name):
    explorer = overlap()
    for value in [*range(1, MOST[name] + 1), 1]:
        explorer.controls[name].value = value
        assert explorer.failure is None and explorer.values[name] == value


def test_every_handle_of_the_overlap():
    explorer = overlap()
    assert handles(explorer) == set(MOST)
    for _ in over_their_range(explorer):
        assert explorer.failure is None
    key(explorer, "kernel_size", right=1)
    assert explorer.values["kernel_size"] == 4 and "no squares from counting" in explorer.scene.text


def test_the_three_things_to_try():
    explorer = overlap()
    even = {
        (k, s)
        for k in range(1, 8)
        for s in range(1, 5)
        if explorer.set(kernel_size=k, stride=s) or "no squares" in explorer.scene.text
    }
    assert even == {(k, s) for k in range(1, 8) for s in range(1, 5) if k % s == 0}
    explorer.set(kernel_size=3, stride=2, layers=3)
    assert "1 to 25 in the picture" in explorer.scene.text
    explorer.set(kernel_size=2, stride=3, layers=1)
    assert "The picture has holes: from 0 to 1." in explorer.scene.text


def test_every_random_decoder():
    explorer = features()
    for layer in RANDOM_LAYERS:
        for seed in (0, 7, 20):
            for comb in (True, False):
                explorer.set(layer=layer, seed=seed, comb=comb)
                assert explorer.failure is None and layer in explorer.scene.text


def test_every_random_encoder():
    explorer = gradient()
    for layer in HALVING_LAYERS:
        for stages in (1, 2, 3):
            for seed in (0, 20):
                explorer.set(layer=layer, stages=stages, seed=seed)
                assert explorer.failure is None and layer in explorer.scene.text


def test_every_layer_at_every_moment_of_its_training():
    explorer = training()
    for layer in explorer.controls["layer"].options:
        explorer.set(layer=layer)
        for moment in range(explorer.controls["moment"].max + 1):
            for gray in range(3):
                explorer.set(moment=moment, gray=gray)
                assert explorer.failure is None and layer in explorer.scene.text


def test_the_three_things_to_try_while_a_layer_learns():
    explorer = training()
    said = []
    for moment in range(8):
        explorer.set(moment=moment)
        said.append(float(explorer.scene.table[1][-1][1]))
    assert said.index(max(said)) == 1 and "After 5 steps" in at(explorer, moment=1)
    assert round(said[1]) == 73 and 2 * said[0] < said[1] + 5 and said[-1] < 1
    grays = [float(level_at(explorer, moment=0, gray=gray)) for gray in range(3)]
    assert [round(each) for each in grays] == [19, 35, 51]
    explorer.set(layer="sub-pixel, ICNR", gray=1)
    assert all(float(level_at(explorer, moment=moment)) < 1 for moment in range(8))
    assert float(level_at(explorer, moment=4)) * 16 < 2 < float(level_at(explorer, moment=5)) * 16


def at(explorer, **values):
    explorer.set(**values)
    return explorer.scene.text


def level_at(explorer, **values):
    explorer.set(**values)
    return explorer.scene.table[1][-1][1]


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: overlap(stride=5), "stride must be a whole number, from 1 to 4; got 5"),
        (lambda: features("kernel 3"), "layer must be one of"),
        (lambda: features(seed=21), "seed must be a whole number, from 0 to 20; got 21"),
        (lambda: gradient(stages=4), "stages must be a whole number, from 1 to 3; got 4"),
        (lambda: training(layer="nearest"), "layer must be one of"),
        (lambda: training(moment=8), "moment must be a whole number, from 0 to 7; got 8"),
    ],
)
def test_starting_values_are_checked(make, message):
    with pytest.raises(ValueError) as caught:
        make()
    assert message in str(caught.value)
