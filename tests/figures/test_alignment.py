"""Pictures of networks that learn to align: numbers and colors as they are, arrows where they belong and lead."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.alignment import fetched_shares, share_in_own_region, with_comparisons
from course_utils.figures.alignment import GAP, LARGE, PROFILE, SMALL, TEXTS, TOP, film_scene
from course_utils.figures.draw.label_maps import Place, arrows, drawing_factor, prediction
from course_utils.figures.draw.scene import NoPicture, moved, written
from course_utils.figures.following import reel_of
from course_utils.scenes import CLASS_COLORS, CLASS_NAMES, scenes
from course_utils.scores import confusion_matrix, mean_iou
from tests.figures.reading import decoded


def small_film(names=("bilinear", "flow", "two-branch"), size_hw=(16, 24), steps=(0, 5, 10), count=2):
    """As the networks give it, of random predictions; flows of 0, 0.5 and 3 px at the three moments."""
    random, (height, width) = np.random.default_rng(0), size_hw
    images, labels = scenes(count, size_hw)
    film = SimpleNamespace(images=images, labels=labels, steps=steps, predictions={}, flows={}, shares={})
    maps = {"flow": ("coarse",), "two-branch": ("coarse", "fine")}
    for name in names:
        film.predictions[name] = random.integers(0, 5, (len(steps), *labels.shape)).astype(np.uint8)
        film.predictions[name][-1] = labels
        film.flows[name] = {
            stride: {
                which: np.stack([np.full((count, height // stride, width // stride, 2), [length, 0.0])
                                 for length in np.linspace(0, 3, len(steps)) ** 2 / 3])
                for which in maps.get(name, ())
            }
            for stride in (8, 4)
        }  # fmt: skip
    return film


FILM = small_film()
REEL = reel_of(FILM)
PLACE = Place(10, 20, 96, 64, 4)


def test_the_numbers_are_those_of_the_film():
    picture = film_scene(REEL, 1, 4)
    for i, name in enumerate(FILM.predictions):
        expected = mean_iou(confusion_matrix(FILM.labels[1], FILM.predictions[name][1, 1], 5))
        assert written(picture.frames, 1)[f"iou-{i}"] == f"mean IoU {expected:.3f}"
        assert f"{expected:.3f}" in picture.table[1][1]
    assert "mean IoU 1.000" in written(picture.frames, 2).values()
    assert written(picture.frames, 2)["longest-0"] == "longest arrow: 3 px"
    assert written(picture.frames, 0)["longest-0"] == "zero flow"
    assert [row[0] for row in picture.table[1]] == ["0", "5", "10"]


def test_tips_in_their_own_region_are_counted_beside_arrows_that_know_nothing():
    for moment in range(3):
        texts = written(film_scene(REEL, 1, 4).frames, moment)
        flows = FILM.flows["flow"][4]["coarse"][moment]
        shares = {
            kind: share_in_own_region(FILM.labels[1:], each[1:], 4)
            for kind, each in with_comparisons(flows).items()
        }
        assert texts["tips-0"] == f"tips in own region: {100 * shares['learned']:.0f} %"
        others = f"another scene {100 * shares['another scene']:.0f} %, turned {100 * shares['turned']:.0f} %"
        assert texts["chance-0"] == others
    alone = small_film(count=1)
    assert "another" not in written(film_scene(reel_of(alone), 0, 4).frames, 2)["chance-0"]
    alone.labels[:] = 1
    texts = written(film_scene(reel_of(alone), 0, 4).frames, 2)
    assert (texts["tips-0"], texts["chance-0"]) == ("no outline in this scene", "")


def test_one_moment_is_in_sight_and_all_come_along():
    picture = film_scene(REEL, 0, 8)
    assert picture.step is None and picture.steps == ["moment-0", "moment-1", "moment-2"]
    assert picture.word == "moment" and picture.text == picture.details["moment-2"]
    for moment in range(3):
        places = moved(picture.frames, moment)
        assert [places[f"moment-{i}"] == (0, 0) for i in range(3)] == [i == moment for i in range(3)]
    drawn = dict(re.findall(r'data-move="(moment-\d)" transform="translate\((-?\d+) 0\)"', picture.svg))
    assert drawn == {"moment-0": "-20000", "moment-1": "-20000", "moment-2": "0"}
    for text in written(picture.frames, 2).values():
        assert f">{text}<" in picture.svg


def test_wrong_pixels_and_no_others_have_a_dark_dot():
    truth = np.array([[0, 1, 2], [3, 4, 0]], np.uint8)
    predicted = np.array([[0, 1, 1], [3, 0, 0]], np.uint8)
    pixels = decoded(prediction(PLACE, predicted, truth, "flow")[0])
    assert pixels.shape == (8, 12, 3)
    np.testing.assert_array_equal(pixels[::4, ::4], CLASS_COLORS[predicted])
    dark = (pixels == 0).all(axis=2).reshape(2, 4, 3, 4)
    np.testing.assert_array_equal(dark.sum(axis=(1, 3)), 4 * (truth != predicted))
    assert not dark[:, [0, 3]].any() and not dark[..., [0, 3]].any()


def test_every_moment_shows_its_own_predictions_and_flows():
    svg = film_scene(REEL, 1, 4).svg
    for moment in range(3):
        part = svg.split(f'data-move="moment-{moment}"')[1].split("data-move")[0]
        for each, predicted in zip(part.split("<image")[1:], FILM.predictions.values(), strict=True):
            np.testing.assert_array_equal(decoded(each)[::4, ::4], CLASS_COLORS[predicted[moment, 1]])
        longest = FILM.flows["flow"][4]["coarse"][moment].max() * LARGE / 24
        assert film_lengths(part) == pytest.approx([longest] * 3, abs=0.1)


def film_lengths(part):
    """How long, in scene px, the first arrow of every flow is drawn."""
    return [found[0][2] for each in part.split("<path")[1:] if (found := shafts(each))]


def shafts(path):
    """(x1, y1, dx, dy) of every arrow."""
    return [tuple(map(float, each)) for each in re.findall(r"M(\S+) (\S+)l(\S+) ([-\d.]+)", path)]


def test_arrows_start_at_their_places_and_lead_to_where_is_read():
    flow = np.zeros((4, 6, 2))
    flow[1, 2] = 2.0, -1.0
    drawn = shafts(arrows(PLACE, flow, 4))
    assert len(drawn) == 24
    assert drawn[0] == (10 + 2 * 4, 20 + 2 * 4, 0, 0)  # the first place is in the middle of its 4 pixels
    assert drawn[1 * 6 + 2] == (10 + 10 * 4, 20 + 6 * 4, 8, -4)
    assert shafts(arrows(PLACE, flow, 4, factor=5))[8][2:] == (40, -20)


@given(st.floats(-50, 50), st.floats(-50, 50), st.sampled_from([1, 2, 5]))
def test_arrows_end_at_the_edge_of_the_picture(dx, dy, factor):
    for x, y, along, down in shafts(arrows(PLACE, np.full((4, 6, 2), [dx, dy]), 4, factor)):
        assert 10 - 0.11 <= x + along <= 106 + 0.11 and 20 - 0.11 <= y + down <= 84 + 0.11
        assert along * dx >= 0 and down * dy >= 0
        assert abs(along * dy - down * dx) < 0.1 * (abs(dx) + abs(dy)) + 1e-9  # cut off, not bent


def test_magnified_small_flows_are_long_and_the_factor_is_said():
    grown, magnified = film_scene(REEL, 0, 4), film_scene(REEL, 0, 4, magnified=True)
    assert "drawn" not in "".join(written(grown.frames, 1).values())
    small = FILM.flows["flow"][4]["coarse"][1].max()
    factor = drawing_factor(small, 1.2 * 4)
    assert factor * small <= 4.8 < 2.5 * factor * small
    assert f"drawn × {factor}" in written(magnified.frames, 1)["scale-0"]
    assert written(magnified.frames, 2) == written(grown.frames, 2)


def test_films_that_are_empty_or_stopped_say_so():
    film = small_film()
    film.predictions["flow"] = [film.predictions["flow"][0]]  # as a stopped training leaves it
    assert reel_of(film).contenders == ("bilinear", "two-branch")
    film.predictions = {}
    with pytest.raises(NoPicture, match="no pictures yet"):
        reel_of(film)
    with pytest.raises(ValueError, match="1 to 4 of bilinear, flow, two-branch; got nearest"):
        reel_of(small_film(), ["nearest"])
    without = film_scene(reel_of(small_film(("nearest", "bilinear"))), 0, 4)
    assert "No flow is learned" in without.text


def test_six_flows_take_a_second_row():
    film = small_film(("flow", "two-branch"))
    film.predictions["two"], film.flows["two"] = film.predictions["two-branch"], film.flows["two-branch"]
    assert (
        len(
            set(
                re.findall(
                    r"> ?(\w[\w-]*(?: alignment)?, (?:coarse|fine) map)<", film_scene(reel_of(film)).svg
                )
            )
        )
        == 5
    )


# ---- a place that is followed --------------------------------------------------------------------------------


def straight_film():
    """A scene of two halves, sky above and block below, and flows that are known by heart."""
    film = small_film(("flow",), (16, 24), (0, 5, 10), 1)
    film.labels[0] = 0
    film.labels[0, 8:] = 2
    for stride in (8, 4):
        flow = film.flows["flow"][stride]["coarse"]
        flow[0], flow[1], flow[2] = 0, (3, 4), (0, -40)
    return film


@pytest.mark.parametrize(("column", "row"), [(0, 0), (5, 3), (2, 1)])
def test_the_sentence_says_where_a_place_reads(column, row):
    picture = film_scene(reel_of(straight_film()), 0, 4, (column, row))
    start = f"Column {column}, row {row} of the map at stride 4 lies in {'block' if row > 1 else 'sky'}: "
    assert picture.details["moment-0"].endswith(f"{start}flow alignment, coarse map reads where it is.")
    lower = "block" if row else "sky"  # 4 px down from 1.5 is 5.5, still above 8; from 5.5 it is 9.5
    assert picture.details["moment-1"].endswith(
        f"{start}flow alignment, coarse map reads 5 px away, in {lower}."
    )
    assert picture.details["moment-2"].endswith("reads 40 px away, in sky.")  # beyond the border, the border
    for moment, sentence in enumerate(picture.details.values()):
        assert written(picture.frames, moment)["here-0"] in sentence


def test_the_arrow_that_is_followed_ends_where_is_read_in_the_color_of_its_class():
    svg = film_scene(reel_of(straight_film()), 0, 4, (2, 1)).svg
    unit, ends = LARGE / 24, []
    for moment in range(3):
        part = svg.split(f'data-move="moment-{moment}"')[1].split("data-move")[0]
        circle = re.search(r'<circle cx="(\S+)" cy="(\S+)" r="5"[^>]*fill: rgb\((\d+), (\d+), (\d+)\)', part)
        ends.append((float(circle[1]), float(circle[2]), tuple(map(int, circle.groups()[2:]))))
    (x, y, color), (there_x, there_y, there), (_, above, sky) = ends
    assert (there_x - x, there_y - y) == pytest.approx((3 * unit, 4 * unit), abs=0.01)
    assert color == sky == tuple(CLASS_COLORS[0]) and there == tuple(CLASS_COLORS[2])
    assert y - above == pytest.approx(6 * unit, abs=0.01)  # cut off at the picture's edge


@pytest.mark.parametrize("stride", [8, 4])
def test_profiles_before_and_after_are_those_of_a_perfect_map(stride):
    film, place = small_film(size_hw=(32, 48)), (3, 2)
    column, row = (each * 4 // stride for each in place)
    svg = film_scene(reel_of(film), 1, stride, place).svg
    labels = film.labels[1]
    kind = labels[int((row + 0.5) * stride), int((column + 0.5) * stride)]
    assert f"share of {CLASS_NAMES[kind]} " in svg
    flow = film.flows["flow"][stride]["coarse"][:, 1]
    dashed = re.search(r'<path d="M([^"]+)" class="line muted"', svg)[1]
    np.testing.assert_allclose(
        heights(dashed, bottom(film)), fetched_shares(labels, 2 * stride, 0 * flow[0])[kind, row], atol=1e-3
    )
    for moment in range(3):
        part = svg.split(f'data-move="moment-{moment}"')[1]
        solid = re.search(r'<path d="M(\d[^"l]+)" class="line"', part)[1]
        expected = fetched_shares(labels, 2 * stride, flow[moment])[kind, row]
        np.testing.assert_allclose(heights(solid, bottom(film)), expected, atol=1e-3)


def heights(curve, low):
    """Shares of a profile whose 0 is at the scene y ``low``."""
    y = np.array([float(point.split(",")[1]) for point in curve.split("L")])
    return (low - y) / PROFILE


def bottom(film):
    """Below the titles, the upper pictures, the lower ones, three lines of text and the profile."""
    height, width = film.labels.shape[1:]
    return TOP + SMALL * height / width + GAP + LARGE * height / width + TEXTS + PROFILE


def test_a_scene_that_a_stride_does_not_divide_has_no_perfect_map():
    dashed = 'stroke-dasharray="4 3"'
    svg = film_scene(REEL, 0, 8).svg  # the coarse map would have a stride of 16, and the scene is 24 wide
    assert "curves: share of" in svg and svg.count(dashed) == 1  # of the fine map of stride 8 there is
    assert film_scene(REEL, 0, 4).svg.count(dashed) == 3


@given(st.integers(0, 5), st.integers(0, 3), st.sampled_from([8, 4]), st.integers(0, 1))
def test_the_ring_stands_at_its_place_and_can_be_pulled(column, row, stride, scene):
    picture = film_scene(REEL, scene, stride, (column, row))
    handle, step = picture.handles["place"], stride // 4
    assert handle.at == (column // step * step, row // step * step)
    assert handle.high == (6 - step, 4 - step) and handle.step == (step, step)
    ring = re.search(r'data-handle="place"[^>]*><rect x="(\S+)" y="(\S+)" width="(\S+)"', picture.svg)
    unit = 1 / handle.by[0][0]  # scene px for a place of the finest map
    assert float(ring[1]) == pytest.approx(4 + handle.at[0] * unit, abs=1e-3)
    assert float(ring[3]) == pytest.approx(step * unit, abs=1e-3)
    x, _, across, down = map(float, re.search(r'data-axes="([^"]+)"', picture.svg)[1].split())
    assert (x, across, down) == pytest.approx((4, unit, unit), abs=1e-3)
    assert picture == film_scene(REEL, scene, stride, (column, row))


def test_where_no_flow_is_learned_there_is_nothing_to_follow():
    picture = film_scene(reel_of(small_film(("nearest", "bilinear"))), 0, 4)
    assert picture.handles == {} and "data-handle" not in picture.svg and "data-drag" not in picture.svg
    expected = "Mean IoU of this scene: 1.000 nearest, 1.000 bilinear. No flow is learned."
    assert picture.text.endswith(expected)
