"""Lesson 08's explorers, moved: every control and every handle."""

import itertools

import pytest

from course_utils.explorers.fcn import bilinear_kernels, fcn_places, skip_fusion
from course_utils.fcn import HEADS, crops, is_interpolator
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
def test_every_handle_of_the_ledger_over_its_range(network):
    explorer = fcn_places(network)
    assert handles(explorer) == {"first_padding", "last_kernel"}
    for _, _ in over_their_range(explorer):
        assert explorer.failure is None
        values = explorer.values
        last = crops(network, values["first_padding"], values["last_kernel"])[-1]
        assert f"{abs(last):g} sample" in explorer.scene.text.rpartition(": ")[2]
    key(explorer, "first_padding", right=1)
    assert explorer.values["first_padding"] == 101


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: bilinear_kernels(17), "kernel_size must be a whole number, from 1 to 16; got 17"),
        (lambda: bilinear_kernels(4, 0), "stride must be a whole number, from 1 to 8; got 0"),
        (lambda: fcn_places("FCN"), "network must be one of 'FCN-32s'"),
        (lambda: fcn_places(last_kernel=10), "last_kernel must be a whole number, from 1 to 9; got 10"),
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
