"""The picture of a stereo pair: what it shows is what the numerics say, and so are its words."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from course_utils.figures.stereo import AMOUNTS, COMPARED, STEP, stereo_scene
from course_utils.images import stereo_pair
from course_utils.stereo import StereoPair, shrunk_pair


@pytest.fixture(scope="module")
def whole():
    return stereo_pair()


@pytest.fixture(scope="module")
def third(whole):
    return shrunk_pair(*whole, 3)


def pictures(scene):
    urls = re.findall(r'href="data:image/\w+;base64,([^"]+)"', scene.svg)
    return [Image.open(io.BytesIO(base64.b64decode(url))) for url in urls]


def test_the_pictures_show_left_fetched_error_and_flow(third):
    scene = stereo_scene(third, 1.0, "test")
    left, fetched, error, _, flow, _, hidden = pictures(scene)
    photo = np.abs(np.asarray(left).astype(float) - third.left)
    assert photo.mean() < 6  # a JPEG
    near = np.abs(np.asarray(fetched).astype(float) - third.warped(1))[third.known]
    assert np.median(near) < 4
    assert np.abs(np.asarray(fetched)[~third.known].mean() - 128) < 4  # gray: not known
    rgba = np.asarray(error.convert("RGBA")).astype(float)
    wanted = (np.abs(third.warped(1) - third.left).mean(axis=2) / 96).clip(0, 1) * 255
    np.testing.assert_allclose(rgba[..., 3][third.known], wanted[third.known], atol=1.6)
    assert np.all(rgba[~third.known] == (128, 128, 128, 110))
    rgba = np.asarray(flow.convert("RGBA"))
    assert np.all(rgba[third.known][:, :3] == (150, 60, 190))  # all fetch further left
    assert np.all(
        np.asarray(pictures(stereo_scene(third, -1.0, ""))[4].convert("RGBA"))[third.known][:, 1] == 150
    )
    assert np.asarray(hidden).shape == third.left.shape


@pytest.mark.parametrize("amount", [-1.0, 0.0, 0.35, 1.0, 1.5])
def test_the_sentence_has_the_numbers(third, amount):
    scene = stereo_scene(third, amount, "a pair")
    assert f"PSNR {third.psnr(amount):.2f}".rstrip("0") in scene.text and "highest at amount 1." in scene.text
    assert f"the others reach {third.psnr(amount, third.known & ~third.hidden):.2f}".rstrip("0") in scene.text
    _, rows = scene.table
    assert int(rows[0][1]) == third.known.sum() == int(rows[1][1]) + int(rows[2][1])
    error = ((third.warped(amount) - third.left) ** 2).sum(axis=2)
    part = error[third.hidden].sum() / error[third.known].sum()
    assert (
        f"carry {part * 100:.0f} % of the squared error" in scene.text and f"{part * 100:.0f} %" == rows[2][3]
    )
    assert int(rows[3][1]) == (~third.known).sum()
    assert ("the wrong way" in scene.text) == (amount < 0)
    handle = scene.handles["amount"]
    assert (handle.sets, handle.at, handle.step) == (("amount",), (amount,), (STEP,))
    knob = re.search(r'<circle cx="([\d.]+)"[^>]*data-handle="amount"', scene.svg)
    at_zero = re.search(
        r'<circle cx="([\d.]+)"[^>]*data-handle="amount"', stereo_scene(third, 0.0, "").svg
    )  # so far to the right, so much more
    assert (float(knob[1]) - float(at_zero[1])) * handle.by[0][0] == pytest.approx(amount, abs=1e-3)


@pytest.mark.parametrize("amount", [-0.65, 0.35, 1.05])
@pytest.mark.parametrize("compared", COMPARED)
def test_titles_of_pictures_side_by_side_do_not_meet(third, amount, compared):
    """Amounts with two decimals are the longest. A bold letter is 0.66 of its size wide on average."""
    scene = stereo_scene(third, amount, "", compared)
    titles = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)"[^>]*font-size="13"[^>]*font-weight="600">([^<]+)', scene.svg
    )
    assert len(titles) == 6
    for x, y, words in titles:
        right = [float(other[0]) for other in titles if other[1] == y and float(other[0]) > float(x)]
        assert not right or float(x) + len(words) * 13 * 0.66 < min(right)


def test_the_middle_shows_what_is_fetched_or_the_left_picture_or_both_in_turn(third):
    left, fetched = pictures(stereo_scene(third, 1.0, ""))[:2]
    shown = {way: pictures(stereo_scene(third, 1.0, "", way))[1:-5] for way in COMPARED}
    wanted = {"fetched": [fetched], "left": [left], "in turn": [left, fetched]}
    for way in COMPARED:
        assert [image.tobytes() for image in shown[way]] == [image.tobytes() for image in wanted[way]]
        assert ("<animate" in stereo_scene(third, 1.0, "", way).svg) == (way == "in turn")


def test_a_flow_that_was_not_resized_is_told(whole):
    forgotten = shrunk_pair(*whole, 3, rescaled=False)
    assert "along 1 times a flow 3 times too long" in stereo_scene(forgotten, 1.0, "").text
    assert "highest at amount 0.35" in stereo_scene(forgotten, 1.0, "").text


def test_a_pair_without_a_difference():
    flat = np.full((8, 10, 3), 70.0)
    scene = stereo_scene(StereoPair(flat, flat, np.zeros((8, 10))), 1.0, "flat")
    assert "PSNR ∞ dB" in scene.text and "nan" not in scene.svg.lower().replace("nano", "")


def test_no_curve_runs_through_the_words_below_it(whole):
    """The lowest of all that can be chosen: a fifth of the size, zeros around, the flow not resized."""
    svg = stereo_scene(shrunk_pair(*whole, 5, rescaled=False, padding_mode="zeros"), 0.0, "").svg
    curves = [re.findall(r",([\d.]+)", d) for d in re.findall(r'<path d="(M[^"]+)"', svg)]
    words = re.search(r'<text[^>]*y="([\d.]+)"[^>]*>dashed', svg)
    assert len(curves[0]) == len(curves[1]) == len(AMOUNTS)
    assert max(float(y) for curve in curves for y in curve) < float(words[1]) - 9
