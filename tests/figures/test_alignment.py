"""Pictures of alignment: numbers and colors as they are, arrows where they belong, a shift undone where it can be."""

import base64
import io
import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from course_utils.figures.alignment import (
    Place,
    arrows,
    drawing_factor,
    film_scene,
    prediction,
    reel_of,
)
from course_utils.figures.manual_shift import Shifted, answered, class_shares, mixture, shift_scene
from course_utils.figures.scene import NoPicture, moved, written
from course_utils.scenes import CLASS_COLOURS, scenes
from course_utils.scores import confusion_matrix, mean_iou


def small_film(names=("bilinear", "flow", "two-branch"), size_hw=(16, 24), steps=(0, 5, 10), count=2):
    """As the networks give it, of random predictions; flows of 0, 0.5 and 3 px at the three moments."""
    random, (height, width) = np.random.default_rng(0), size_hw
    images, labels = scenes(count, size_hw)
    film = SimpleNamespace(images=images, labels=labels, steps=steps, predictions={}, flows={})
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
    picture = film_scene(REEL, 1, 4, step=1)
    for i, name in enumerate(FILM.predictions):
        expected = mean_iou(confusion_matrix(FILM.labels[1], FILM.predictions[name][1, 1], 5))
        assert written(picture.frames, 1)[f"iou-{i}"] == f"mean IoU {expected:.3f}"
        assert f"{expected:.3f}" in picture.text
    assert "mean IoU 1.000" in written(picture.frames, 2).values()
    assert written(picture.frames, 2)["longest-0"] == "longest arrow: 3 px"
    assert written(picture.frames, 0)["longest-0"] == "zero flow"
    assert [row[0] for row in picture.table[1]] == ["0", "5", "10"]


def test_one_moment_is_in_sight_and_all_come_along():
    picture = film_scene(REEL, 0, 8)
    assert picture.step == 2 and picture.steps == ["moment-0", "moment-1", "moment-2"]
    for moment in range(3):
        places = moved(picture.frames, moment)
        assert [places[f"moment-{i}"] == (0, 0) for i in range(3)] == [i == moment for i in range(3)]
        again = film_scene(REEL, 0, 8, moment)
        drawn = dict(re.findall(r'data-move="(moment-\d)" transform="translate\((-?\d+) 0\)"', again.svg))
        assert drawn == {f"moment-{i}": "0" if i == moment else "-20000" for i in range(3)}
        assert again.text == picture.details[f"moment-{moment}"]
        for text in written(again.frames, moment).values():
            assert f">{text}<" in again.svg


def decoded(svg):
    url = re.search(r'href="data:image/png;base64,([^"]+)"', svg)[1]
    return np.array(Image.open(io.BytesIO(base64.b64decode(url))).convert("RGB"))


def test_wrong_pixels_and_no_others_have_a_dark_dot():
    truth = np.array([[0, 1, 2], [3, 4, 0]], np.uint8)
    predicted = np.array([[0, 1, 1], [3, 0, 0]], np.uint8)
    pixels = decoded(prediction(PLACE, predicted, truth, "flow")[0])
    assert pixels.shape == (8, 12, 3)
    np.testing.assert_array_equal(pixels[::4, ::4], CLASS_COLOURS[predicted])
    dark = (pixels == 0).all(axis=2).reshape(2, 4, 3, 4)
    np.testing.assert_array_equal(dark.sum(axis=(1, 3)), 4 * (truth != predicted))
    assert not dark[:, [0, 3]].any() and not dark[..., [0, 3]].any()


def test_every_moment_shows_its_own_predictions_and_flows():
    svg = film_scene(REEL, 1, 4).svg
    for moment in range(3):
        part = svg.split(f'data-move="moment-{moment}"')[1].split("data-move")[0]
        for each, predicted in zip(part.split("<image")[1:], FILM.predictions.values(), strict=True):
            np.testing.assert_array_equal(decoded(each)[::4, ::4], CLASS_COLOURS[predicted[moment, 1]])
        unit = film_lengths(part)
        assert unit == pytest.approx([FILM.flows["flow"][4]["coarse"][moment].max() * 203 / 24] * 3, abs=0.1)


def film_lengths(part):
    """How long, in scene px, the first arrow of every flow is drawn."""
    return [shafts(each)[0][2] for each in part.split("<path")[1:]]


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


# ---- a map shifted by hand -----------------------------------------------------------------------------------

LABELS = scenes(1, (64, 96)).labels[0]


def test_shares_of_a_scene():
    shares = class_shares(LABELS, 4)
    assert shares.shape == (5, 16, 24) and np.allclose(shares.sum(axis=0), 1)
    assert shares[2, 3, 5] == (LABELS[12:16, 20:24] == 2).mean()
    np.testing.assert_array_equal(mixture(class_shares(LABELS, 1)), CLASS_COLOURS[LABELS])
    with pytest.raises(ValueError, match="a width that 4 divides; got 6 × 8"):
        class_shares(np.zeros((6, 8), int), 4)


@given(st.integers(-2, 2), st.integers(-2, 2), st.sampled_from([4, 8]))
@settings(max_examples=20)
def test_alignment_undoes_whole_shifts_but_for_the_border(right, down, stride):
    whole = 2 * stride
    maps = Shifted(LABELS, stride, (right * whole, down * whole))
    still = Shifted(LABELS, stride, (0, 0))
    rows, columns = (slice(2 * abs(n) + 1, -2 * abs(n) - 1) for n in (down, right))
    np.testing.assert_allclose(maps.aligned[:, rows, columns], still.plain[:, rows, columns], atol=1e-12)
    if right or down:
        assert np.abs(maps.plain - still.plain).mean() > np.abs(maps.aligned - still.plain).mean()
    np.testing.assert_allclose(maps.plain.sum(axis=0), 1)


def test_right_and_down_are_positive():
    right = Shifted(LABELS, 4, (8, 0)).coarse
    np.testing.assert_allclose(right[..., 1:], class_shares(LABELS, 8)[..., :-1])
    down = Shifted(LABELS, 4, (0, 8)).coarse
    np.testing.assert_allclose(down[:, 1:], class_shares(LABELS, 8)[:, :-1])


def test_half_a_shift_leaves_a_blur_that_no_flow_undoes():
    still, half, whole = (Shifted(LABELS, 4, (shift, 0)) for shift in (0, 4, 8))
    middle = slice(4, -4)
    left = [np.abs(maps.aligned - still.plain)[..., middle].max() for maps in (half, whole)]
    assert left[0] > 0.1 and left[1] < 1e-12


def test_the_width_of_a_ramp_is_its_width():
    labels = np.zeros((40, 400), np.uint8)
    labels[:, 200:] = 1  # an upright boundary crosses 40 pairs of neighbors; a slanted one 4 / pi as many
    maps = Shifted(labels, 4, (0, 0))
    assert maps.boundary_length == pytest.approx(40 * np.pi / 4) and maps.width(maps.fine) == 0
    for width in (20, 80, 200):
        ramp = np.clip((np.arange(2, 400, 4) - 200) / width + 0.5, 0, 1)  # at the places' middles
        shares = np.zeros((5, 10, 100))
        shares[0], shares[1] = 1 - ramp, ramp
        assert maps.width(shares) == pytest.approx(width * 4 / np.pi, rel=0.05)
    assert np.isnan(Shifted(np.zeros((8, 8), np.uint8), 4, (0, 0)).width(np.full((5, 2, 2), 0.2)))


def test_a_shift_widens_boundaries_and_alignment_narrows_them():
    still, maps = Shifted(LABELS, 4, (0, 0)), Shifted(LABELS, 4, (16, 0))
    widths = [maps.width(maps.fused(each)) for each in (still.plain, maps.aligned, maps.plain)]
    assert widths[0] < widths[2] and widths[1] < widths[2]
    picture = shift_scene(np.zeros((64, 96, 3)), LABELS, 4, (16, 0))
    assert f"{widths[2]:.1f}".removesuffix(".0") + " px wide" in picture.text
    assert "flow to be found: (16, 0) px" in picture.svg and "averaged" not in picture.text
    assert "averaged" in shift_scene(np.zeros((64, 96, 3)), LABELS, 4, (3, 0)).text


def test_the_profile_is_that_of_the_row_and_the_class():
    svg = shift_scene(np.zeros((64, 96, 3)), LABELS, 4, (8, 0), kind=1, row=11).svg
    line = re.search(r'<path d="M([^"]+)" class="line"', svg)[1]
    y = np.array([float(point.split(",")[1]) for point in line.split("L")])
    share = Shifted(LABELS, 4, (8, 0)).fine[1, 11]
    assert share.std() > 0.1
    np.testing.assert_allclose((y.max() - y) / 64, share - share.min(), atol=1e-3)


def test_networks_under_a_shift():
    now = {"labels": np.roll(LABELS, 3, 1), "flow": np.full((16, 24, 2), [3.0, 0.0])}
    before = {"labels": LABELS, "flow": np.full((16, 24, 2), [1.0, 0.0])}
    image = np.zeros((64, 96, 3))
    picture = shift_scene(image, LABELS, 4, (8, 0), networks={"flow": (now, before)})
    score = mean_iou(confusion_matrix(LABELS, now["labels"], 5))
    assert f"flow alignment {score:.3f} (1.000 without the shift)" in picture.text
    assert "answers 25 % of the shift" in picture.text and "longest arrow: 3 px" in picture.svg
    assert "nothing to answer" in shift_scene(image, LABELS, networks={"flow": (before, before)}).text
    change = shift_scene(image, LABELS, 4, (8, 0), networks={"flow": (now, before)}, changed=True).svg
    assert "change: flow alignment" in change and "longest arrow: 2 px" in change
    assert answered(now["flow"], before["flow"], (0, 8)) == 0
    still = {"labels": LABELS, "flow": np.zeros((16, 24, 2))}
    assert "arrows: bilinear" not in shift_scene(image, LABELS, networks={"bilinear": (still, still)}).svg
