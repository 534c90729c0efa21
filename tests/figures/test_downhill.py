"""The ball on its curve: frames hold what the descent computes, and the picture shows the first of them."""

import re

import numpy as np
import pytest

from course_utils.figures.downhill import FIRST, FOUND, KEPT, LAST, SHOWN, STEP, WIDTHS, downhill_scene
from course_utils.flows import BumpMatch


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("start", [-4.0, 0.0, 4.75, 14.0])
def test_every_frame_is_a_step_of_the_descent(width, start):
    scene, match = downhill_scene(width, start), BumpMatch(width)
    flows = match.path(start, KEPT[-1])
    assert len(scene.frames) == len(scene.steps) == len(KEPT)
    for frame, step, (x, y) in zip(scene.frames, KEPT, (f.move["ball"] for f in scene.frames), strict=True):
        assert f"step {step}:" in frame.write["now"]
        assert (x - 60) / 684 * 18 - 4 == pytest.approx(flows[step], abs=1e-3)
        assert (1 - (y - 134) / 268) * 2.1 == pytest.approx(match.error(flows[step]), abs=1e-3)
        tints = [frame.paint[f"fetched-{column}"] for column in SHOWN]
        shown = match.fetched(flows[step])[np.isin(match.columns, SHOWN)]
        assert np.allclose(np.corrcoef(tints, shown)[0, 1], 1, atol=1e-3) or np.ptp(shown) < 0.05


def test_the_last_step_says_where_it_ends_and_no_other_does():
    for width, start, verdict in [(4.0, 0.0, "is found"), (0.4, 0.0, "stuck"), (0.4, 5.25, "is found")]:
        scene = downhill_scene(width, start)
        said = [verdict in scene.details[step] for step in scene.steps]
        assert said == [False] * (len(KEPT) - 1) + [True]
        assert verdict in scene.text


@pytest.mark.parametrize(("width", "first", "last"), [(0.4, 5, 6.75), (2.0, 0, 11.75), (4.0, -4, 14)])
def test_from_how_far_a_bump_is_found(width, first, last):
    """Every start of the slider ends at the flow that fits, or at rest somewhere else: none is still on its way."""
    match, found = BumpMatch(width), []
    for start in np.arange(FIRST, LAST + STEP, STEP):
        end = match.path(start, KEPT[-1])[-1]
        at_rest = abs(match.slope(end)) < 0.01
        if abs(end - match.distance) < FOUND:
            found.append(start)
        else:
            assert at_rest
    assert (found[0], found[-1]) == (first, last)


def test_the_picture_opens_at_the_start():
    scene = downhill_scene(2.0, 1.0)
    (x, y) = scene.frames[0].move["ball"]
    assert f'data-move="ball" transform="translate({x:.6g} {y:.6g})"' in scene.svg
    painted = {
        name: float(tint)
        for tint, name in re.findall(r'fill-opacity="(\S+?)" data-paint="(\S+?)"', scene.svg)
    }
    assert all(painted[name] == tint for name, tint in scene.frames[0].paint.items())
    assert painted["trail-5"] == 0
