"""The README's moving picture: its frames are valid scenes that move smoothly, and the file is fit for a README."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageSequence

from data.moving_picture import FRAME_MS, OUT, common_palette, frames, nearest_colors, write_gif


@pytest.fixture(scope="module")
def all_frames():
    return list(frames())


def test_every_frame_is_a_valid_svg_of_one_size(all_frames):
    roots = [ElementTree.fromstring(scene.svg) for scene, _ in all_frames]
    assert len({(root.get("width"), root.get("height")) for root in roots}) == 1
    assert all(scene.text.startswith("P is at x = ") for scene, _ in all_frames)


def test_it_lasts_four_to_eight_seconds(all_frames):
    assert 4000 <= sum(duration for _, duration in all_frames) <= 8000
    assert all(duration >= FRAME_MS for _, duration in all_frames)


def test_it_moves_in_small_steps_and_ends_where_it_begins(all_frames):
    places = [
        re.match(r"P is at x = ([\d.]+), y = ([\d.]+)\. ", scene.text).groups() for scene, _ in all_frames
    ]
    x, y = np.array(places, float).T
    steps = np.hypot(x - np.roll(x, 1), y - np.roll(y, 1))  # the first follows the last
    assert steps.max() < 0.06


def test_colors_are_matched_exactly_and_white_stays_white():
    pixels = np.random.default_rng(3).integers(0, 256, (6, 7, 3), np.uint8)
    pixels[0] = 255
    picture = Image.fromarray(pixels)
    palette = common_palette([picture], 8)
    matched = palette[nearest_colors(picture, palette)]
    distances = np.square(pixels[:, :, None].astype(int) - palette).sum(axis=3)
    assert np.array_equal(np.square(pixels - matched).sum(axis=2), distances.min(axis=2))
    assert (matched[0] == 255).all()


def test_a_gif_plays_back_what_went_in(tmp_path):
    pictures = [Image.new("RGB", (40, 30), "white") for _ in range(9)]
    for i, picture in enumerate(pictures):
        picture.paste((213, 94, 0), (i, i, i + 8, i + 8))
    write_gif(pictures, [40] * 8 + [500], tmp_path / "moving.gif")
    with Image.open(tmp_path / "moving.gif") as gif:
        assert gif.info["loop"] == 0
        played = [(np.asarray(f.convert("RGB")), f.info["duration"]) for f in ImageSequence.Iterator(gif)]
    assert [duration for _, duration in played] == [40] * 8 + [500]
    for (pixels, _), picture in zip(played, pictures, strict=True):
        assert np.array_equal(pixels, np.asarray(picture))


def test_the_file_in_the_repository_fits_a_readme(all_frames):
    assert OUT.stat().st_size < 2_000_000
    with Image.open(OUT) as gif:
        assert 880 <= gif.width <= 940 and gif.info["loop"] == 0
        duration = sum(frame.info["duration"] for frame in ImageSequence.Iterator(gif))
    assert duration == sum(ms for _, ms in all_frames), "make it anew: python -m data.moving_picture"
