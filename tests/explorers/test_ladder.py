"""The ladder, moved: every number over its range, every rung chosen, every button pressed."""

import pytest

from course_utils.explorers.ladder import PRESETS, ladder
from tests.explorers.hand import handles, key, over_their_range


def test_every_handle_over_its_range():
    explorer = ladder()
    names = {f"{what}[{i}]" for what in ("kernels", "paddings") for i in range(3)}
    assert handles(explorer) == names | {"size"}
    for _ in over_their_range(explorer):
        assert explorer.failure is None
    key(explorer, "kernels[0]", right=1)
    assert explorer.values["kernels"] == "4, 3, 3" and explorer.failure is None


@pytest.mark.parametrize("size", range(16, 97))
def test_every_size(size):
    explorer = ladder(size)
    for align in ("align_corners=True", "align_corners=False"):
        explorer.controls["enlarge"].value = align
        assert explorer.failure is None and explorer.scene.text.startswith("From the deepest")


def test_rungs_and_buttons():
    explorer = ladder()
    for rung in (3, 2, 1):
        explorer.stage.chosen = f"rung-{rung}"
        assert (
            explorer.values["rung"] == rung
            and f"At the rung of {64 >> (rung - 1)} samples" in explorer.scene.text
        )
    for kernels, paddings in PRESETS.values():
        explorer.set(kernels=", ".join(map(str, kernels)), paddings=", ".join(map(str, paddings)))
        assert explorer.failure is None
        assert ("fits" in explorer.scene.svg) == (kernels[0] % 2 == 0)


def test_the_three_things_to_try():
    explorer = ladder(align_corners=True)
    explorer.set(size=65)
    assert explorer.scene.svg.count(">fits</text>") == 3
    explorer.set(size=64, enlarge="align_corners=False", kernels="3, 3, 4")
    assert "16 samples fits; 32 samples +1 px; 64 samples +1.5 px" in explorer.scene.text
    explorer.set(kernels="4, 4, 4", size=90)
    assert "45 samples +0.02 … +1.98 px" in explorer.scene.text


@pytest.mark.parametrize(
    "numbers, words",
    [
        ("3, 3", "must be 3 whole numbers from 1 to 7"),
        ("3, 3, 9", "from 1 to 7"),
        ("3, 3, 2.5", "whole"),
        ("a", "holds"),
    ],
)
def test_kernels_that_it_cannot_have_are_a_sentence(numbers, words):
    explorer = ladder()
    explorer.controls["kernels"].value = numbers
    assert explorer.failure is None and words in explorer.scene.text


def test_starting_values_are_checked():
    for wrong in (
        {"size": 15},
        {"rung": 4},
        {"kernels": (3, 3)},
        {"paddings": (1, 1, 4)},
        {"align_corners": "yes"},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong)).replace("align_corners", "enlarge")):
            ladder(**wrong)
