"""Two maps and the flow between them: what stands in the picture is what the film holds, read along its flow."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.alignment import class_at, fetch, reading_places, share_in_own_region, with_comparisons
from course_utils.figures.alignment_maps import LARGE, PROFILE, TEXTS, TOP, maps_scene
from course_utils.figures.draw.label_maps import Place, outlines
from course_utils.figures.following import reel_of
from course_utils.figures.manual_shift import mixture
from course_utils.scenes import CLASS_NAMES
from tests.figures.reading import decoded
from tests.figures.test_alignment import heights, small_film

SIZE_HW, COUNT = (32, 48), 2


def film_with_maps(strides=(4,)):
    """Random shares at both strides, and a flow of which no two arrows are alike."""
    random, film = np.random.default_rng(1), small_film(("flow",), SIZE_HW, count=COUNT)
    film.flows["flow"] = {stride: film.flows["flow"][stride] for stride in strides}
    film.shares["flow"] = {}
    for stride, maps in film.flows["flow"].items():
        maps["coarse"][-1] = random.uniform(-9, 9, maps["coarse"][-1].shape)
        film.shares["flow"][stride] = {
            which: np.moveaxis(
                random.dirichlet(np.ones(5), (COUNT, *(side // step for side in SIZE_HW))), -1, 1
            )
            for which, step in (("fine", stride), ("coarse", 2 * stride))
        }
    return film


FILM = film_with_maps()
REEL = reel_of(FILM)
PLACES = st.tuples(st.integers(0, 11), st.integers(0, 7))


def read_maps(scene):
    """(fine, coarse as it lies, coarse along the flow), without the figure."""
    fine, coarse = (FILM.shares["flow"][4][which][scene] for which in ("fine", "coarse"))
    flow = FILM.flows["flow"][4]["coarse"][-1, scene]
    return fine, fetch(coarse, 0 * flow), fetch(coarse, flow / 8)


@pytest.mark.parametrize("scene", [0, 1])
def test_the_three_maps_are_painted_in_the_colors_of_their_shares(scene):
    photo, *painted = map(decoded, maps_scene(REEL, scene).svg.split("<image")[1:])
    fine, _, fetched = read_maps(scene)
    coarse = FILM.shares["flow"][4]["coarse"][scene]
    assert photo.shape == (*SIZE_HW, 3)
    for pixels, shares in zip(painted, (fine, coarse, fetched), strict=True):
        np.testing.assert_array_equal(pixels, mixture(shares))


@given(PLACES, st.integers(0, 1))
def test_the_sentence_says_what_the_arrow_reads_and_what_that_changes(place, scene):
    picture, (column, row) = maps_scene(REEL, scene, 4, place), place
    flow, labels = FILM.flows["flow"][4]["coarse"][-1, scene], FILM.labels[scene]
    foot = labels[4 * row + 2, 4 * column + 2]
    tip = class_at(labels, reading_places(flow, 4))[row, column]
    fine, lying, fetched = (f"{100 * each[foot, row, column]:.0f} %" for each in read_maps(scene))
    name = CLASS_NAMES[foot]
    assert f"The ring lies in {name}; its arrow reads " in picture.text
    assert f" away, in {CLASS_NAMES[tip]}. " in picture.text
    assert (
        f"shows {fine} {name}, the coarse map {lying} as it lies and {fetched} along the arrow."
        in picture.text
    )
    for words in (
        f"foot in {name}, tip in {CLASS_NAMES[tip]}",
        f"as it lies: {lying}",
        f"along the arrows: {fetched}",
    ):
        assert f">{words}<" in picture.svg
    assert f"{'stays in' if foot == tip else 'leaves'} its region<" in picture.svg


@given(PLACES)
def test_curves_are_the_shares_along_the_row_before_and_after(place):
    svg, (_, row) = maps_scene(REEL, 1, 4, place).svg, place
    kind = FILM.labels[1][4 * row + 2, 4 * place[0] + 2]
    fine, lying, fetched = (each[kind, row] for each in read_maps(1))
    low = TOP + LARGE * 32 / 48 + TEXTS + PROFILE
    curves = re.findall(r'<path d="M([^"lhv]+)" class="line"[^>]*stroke-width="2"', svg)
    dashed = re.search(r'<path d="M([^"]+)" class="line muted"[^>]*stroke-dasharray="4 3"', svg)[1]
    for curve, expected in zip([*curves, dashed], (fine, lying, fetched, lying), strict=True):
        np.testing.assert_allclose(heights(curve, low) * 40 / PROFILE, expected, atol=2e-3)


def test_tips_are_counted_beside_arrows_that_know_nothing():
    for scene in range(COUNT):
        svg = maps_scene(REEL, scene).svg
        every = with_comparisons(FILM.flows["flow"][4]["coarse"][-1])
        own, other, turned = (
            f"{100 * share_in_own_region(FILM.labels[[scene]], every[kind][[scene]], 4):.0f} %"
            for kind in ("learned", "another scene", "turned")
        )
        assert f">tips in own region: {own}<" in svg and f">another scene {other}, turned {turned}<" in svg


@given(PLACES)
def test_the_ring_is_a_handle_in_every_picture(place):
    picture = maps_scene(REEL, 0, 4, place)
    assert picture.handles["place"].at == place and picture.handles["place"].high == (11, 7)
    assert picture.svg.count('data-handle="place"') == picture.svg.count('data-drag="place"') == 4
    assert not picture.steps
    assert picture == maps_scene(REEL, 0, 4, place)


def test_maps_are_shown_of_a_single_contender_only():
    assert REEL.maps(4) and not REEL.maps(8)
    both = small_film(("flow", "two-branch"), SIZE_HW)
    both.shares["flow"] = FILM.shares["flow"]
    assert not reel_of(both).maps(4) and reel_of(both, ["flow"]).maps(4)


def test_outlines_run_between_classes():
    """A block of 2 × 1 pixels: two edges of length 2, two of length 1; nothing along the picture's border."""
    labels = np.zeros((4, 5), int)
    labels[1, 1:3] = 2
    drawn = outlines(Place(10, 20, 50, 40, 10), labels)
    pieces = {"M20.0 30.0h20.0", "M20.0 40.0h20.0", "M20.0 30.0v10.0", "M40.0 30.0v10.0"}
    assert set(re.findall(r"M\S+ [\d.]+[hv][\d.]+", drawn)) == pieces
    assert 'd=""' in outlines(Place(10, 20, 50, 40, 10), np.ones((4, 5), int))
