"""Pictures of the ladder: ticks, rungs and lenses say what the ledger says."""

import re

import pytest

from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.ladder import MAPS, ladder_scene
from course_utils.ladders import ladder


def drawn(size=64, enlarge="align_corners=False", kernels=(3, 3, 3), paddings=(1, 1, 1), rung=1):
    return ladder_scene(size, enlarge, kernels, paddings, rung)


def test_what_the_rungs_say():
    assert drawn().text.startswith(
        "From the deepest rung up: 16 samples +2 px; 32 samples +3 px; 64 samples +3.5 px."
    )
    corners = drawn(enlarge="align_corners=True")
    assert "16 samples 0 … +4 px; 32 samples 0 … +6 px; 64 samples 0 … +7 px." in corners.text
    assert "the skip runs from pixel 0 to 63, what comes up from 0 to 56." in corners.text
    assert drawn(kernels=(4, 4, 4)).svg.count(">fits</text>") == 3
    assert "fits" not in drawn().svg


@pytest.mark.parametrize("size", range(16, 97, 5))
@pytest.mark.parametrize("enlarge", MAPS)
@pytest.mark.parametrize("rung", [1, 2, 3])
def test_every_state_has_a_picture(size, enlarge, rung):
    scene = drawn(size, enlarge, (3, 4, 2), (1, 1, 0), rung)
    steps = ladder(size, (3, 4, 2), (1, 1, 0), MAPS[enlarge])
    chosen = steps.rungs[3 - rung]
    assert f"At the rung of {chosen.size} samples" in scene.text and "nan" not in scene.svg
    assert scene.details[f"rung-{rung}"] in scene.text
    first, last = chosen.apart[[0, -1]]
    said = [float(text.replace("−", "-")) for text in scene.table[1][rung - 1][-2:]]
    assert said == pytest.approx([first, last], abs=0.006)
    assert len(scene.table[1]) == 3


def test_every_sample_of_the_encoder_has_a_tick():
    scene = drawn(size=32, kernels=(4, 4, 4))
    ticks = re.findall(r'<line x1="([\d.]+)" [^>]*class="line input" stroke-width="2"', scene.svg)
    left = [float(x) for x in ticks if float(x) < 450]
    assert len(left) == 32 + 16 + 8 + 4


def test_a_kernel_that_does_not_fit_is_a_sentence():
    with pytest.raises(NoPicture, match="kernel 7 does not fit into 5 samples with padding 0"):
        drawn(size=16, kernels=(7, 7, 7), paddings=(0, 0, 0))
