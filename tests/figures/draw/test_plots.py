"""Figures of matplotlib for a page: paper is transparent, ink is the page's, photographs and own colors stay."""

import base64
import io
import re
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest

from course_utils.figures.draw.plots import page_svg


@pytest.fixture
def plt():
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def test_ink_is_the_page_s_and_other_colors_stay(plt):
    figure, axes = plt.subplots()
    axes.plot([1, 2], color="black")
    axes.plot([2, 1], color="#d55e00")
    axes.set_title("a < b")
    svg = page_svg(figure)
    assert "#000000" not in svg and "#ffffff" not in svg
    assert "stroke: currentColor" in svg and "stroke: #d55e00" in svg
    assert ElementTree.fromstring(svg).get("aria-label") == "figure: a < b"


def test_its_style_speaks_of_nothing_else_in_the_page(plt):
    plt.plot([1, 2])
    assert not re.search(r"<style[^>]*>[^<]", page_svg(plt.gcf()))


def test_words_on_white_boxes_lose_the_box(plt):
    figure, axes = plt.subplots()
    axes.plot([1, 2], label="a line")
    frame = axes.legend().get_frame()
    before = frame.get_facecolor()
    box = axes.text(1, 1, "words", bbox={"facecolor": "white"}).get_bbox_patch()
    assert "#ffffff" not in page_svg(figure)
    assert (frame.get_facecolor(), box.get_facecolor()) == (before, (1, 1, 1, 1))  # the figure is as it was


def test_colored_boxes_and_white_lines_stay(plt):
    figure, axes = plt.subplots()
    axes.plot([1, 2], color="white")
    axes.text(0, 1, "words", bbox={"facecolor": "#ffff00"})
    assert "stroke: #ffffff" in page_svg(figure) and "fill: #ffff00" in page_svg(figure)


@pytest.mark.parametrize("part", ["figure", "axes"])
def test_a_figure_on_other_paper_keeps_all_its_colors(plt, part):
    figure, axes = plt.subplots()
    {"figure": figure, "axes": axes}[part].set_facecolor("#000080")
    svg = page_svg(figure)
    assert "fill: #000080" in svg and "stroke: #000000" in svg and "currentColor" not in svg


def test_a_figure_that_is_transparent_already_follows_too(plt):
    figure, _ = plt.subplots(facecolor="none")
    assert "currentColor" in page_svg(figure)


def test_a_photograph_keeps_its_pixels(plt):
    from PIL import Image

    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3) * 5
    figure = plt.figure(figsize=(0.04, 0.04), dpi=100)
    figure.add_axes([0, 0, 1, 1]).imshow(pixels)
    figure.axes[0].set_axis_off()
    data = base64.b64decode(re.search(r'base64,([^"]*)"', page_svg(figure))[1])
    shown = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert np.array_equal(np.unique(shown.reshape(-1, 3), axis=0), pixels.reshape(-1, 3))
