"""Lesson 08's explorers, moved: every control and every handle."""

import itertools

import pytest

from course_utils.explorers.fcn import bilinear_kernels, fcn_places, skip_fusion
from course_utils.fcn import HEADS, is_interpolator, stages
from course_utils.figures.fcn import MOST
from tests.explorers.hand import handles, key, over_their_range
from tests.figures.test_fcn import scored

PICTURES = [scored(0), scored(1)]


def test_every_kernel_at_every_stride():
    explorer = bilinear_kernels()
    for stride, kernel_size in itertools.product(range(1, 9), range(1, 17)):
        explorer.set(kernel_size=kernel_size, stride=stride)
        assert explorer.failure is None
        assert ("as bright as they were" in explorer.scene.text) == is_interpolator(kernel_size, stride)


def test_every_handle_of_the_kernel_over_its_range():
    explorer = bilinear_kernels(5, 3)
    assert handles(explorer) == set(MOST)
    for _, _ in over_their_range(explorer):
        assert explorer.failure is None
    key(explorer, "stride", right=1)
    assert explorer.values["stride"] == explorer.controls["stride"].value == 4


def test_strides_are_switched_on_one_by_one():
    explorer = skip_fusion(PICTURES)
    assert [explorer.values[f"stride_{stride}"] for stride in (16, 8, 4)] == [True, False, False]
    for on in itertools.product((True, False), repeat=3):
        explorer.set(**{f"stride_{stride}": each for stride, each in zip((16, 8, 4), on, strict=True)})
        assert explorer.failure is None
        added = " + ".join(str(stride) for stride, each in zip((16, 8, 4), on, strict=True) if each)
        begin = f"Stride{'s' if sum(on) > 1 else ''} {added}:" if added else "Nothing is added"
        assert explorer.scene.text.startswith(begin)


def test_every_class_and_every_scene():
    explorer = skip_fusion(PICTURES, scene=1, strides=(16, 8), kind="disc")
    texts = set()
    for scene, kind in itertools.product(range(2), range(5)):
        explorer.set(scene=scene, kind=kind)
        assert explorer.failure is None
        texts.add(explorer.scene.text)
    assert len(texts) == 10


def test_the_recorded_scenes_are_shown_without_being_handed_in():
    explorer = skip_fusion()
    assert explorer.controls["scene"].options[-1][0] == "scene 3 of 3"
    for _ in (0, 1, 2):
        assert explorer.failure is None


@pytest.mark.parametrize("network", HEADS)
def test_every_number_of_the_ledger_is_a_handle(network):
    explorer = fcn_places(network)
    assert handles(explorer) == {f"layers[{r},{c}]" for r in range(len(stages(network))) for c in range(3)}
    for _, _ in over_their_range(explorer, most=4 if network == "FCN-16s" else 2):
        assert explorer.failure is None and explorer.scene.handles
    key(explorer, "layers[0,2]", right=1)
    assert explorer.controls["layers"].array[0].tolist() == [3, 1, 101]
    assert f"{network}, changed." in explorer.scene.text


def test_another_network_brings_back_what_was_published():
    explorer = fcn_places(
        "FCN-32s", layers=[[3, 1, 81], *([2, 2, 0] for _ in range(5)), [7, 1, 0], [64, 32, 0]]
    )
    assert "0 samples cut off" in explorer.scene.text
    explorer.set(network="FCN-8s")
    assert explorer.failure is None and explorer.scene.text.startswith("FCN-8s. ")
    explorer.set(network="FCN-32s")
    assert explorer.scene.text == "FCN-32s. upsample 32 times: 19 samples cut off."
    explorer.set(layers="1, 2; 3, 4")
    assert explorer.failure is None and "8 stages" in explorer.scene.text


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: bilinear_kernels(17), "kernel_size must be a whole number, from 1 to 16; got 17"),
        (lambda: bilinear_kernels(4, 0), "stride must be a whole number, from 1 to 8; got 0"),
        (lambda: fcn_places("FCN"), "network must be one of 'FCN-32s'"),
        (lambda: skip_fusion([]), "scenes must hold at least one scene"),
        (lambda: skip_fusion(PICTURES, 2), "scene must be a whole number, from 0 to 1; got 2"),
        (lambda: skip_fusion(PICTURES, strides=(2,)), r"strides must be some of \(16, 8, 4\); got 2"),
        (lambda: skip_fusion(PICTURES, kind="poles"), "kind must be one of .* Did you mean 'pole'"),
        (lambda: skip_fusion([*PICTURES, scored(strides=(16,))]), "all scenes must be scored at the same strides"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
