"""Figures of matplotlib follow the theme of the page, also when it is switched after they were drawn."""

import io

import nbformat
import numpy as np
import pytest
from PIL import Image

from tools.run import with_sources

pytestmark = [pytest.mark.takes(15), pytest.mark.thorough(only=True)]

IMPORTS = """import matplotlib.pyplot as plt, numpy as np
from course_utils.explorers.linear import two_samples"""
LINES = "plt.plot([1, 2], color='black', linewidth=9)\nplt.plot([2, 1], color='gray')\nplt.title('words');"
PHOTOGRAPH = """figure = plt.figure(figsize=(3, 3))
figure.add_axes([0, 0, 1, 1]).imshow(np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8))
figure.axes[0].set_axis_off()"""
LAST = "figure"  # a figure that is the value of a cell
FIGURE = ".jp-OutputArea-output svg[role=img]"


@pytest.fixture(scope="module")
def lesson(open_lesson, lessons):
    nbformat.write(with_sources(IMPORTS, LINES, PHOTOGRAPH, LAST), lessons / "plots.ipynb")
    lesson = open_lesson("plots.ipynb")
    lesson.run_all()
    return lesson


def pixels(lesson, number):
    """What is on the screen where a figure is, shape (height, width, 3)."""
    picture = lesson.page.locator(FIGURE).nth(number).screenshot()
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


@pytest.fixture(scope="module")
def seen(lesson):
    """Figures as they were first, in the dark, and in the light again."""
    seen = []
    for theme in ("light", "dark", "light"):
        lesson.set_theme(theme)
        seen.append([pixels(lesson, number) for number in range(3)])
    return seen


def test_every_figure_is_shown_once(lesson):
    assert lesson.cell_errors() == lesson.console_errors == []
    assert lesson.page.locator(FIGURE).count() == 3
    assert lesson.page.locator(".jp-OutputArea-output img").count() == 0


def test_paper_and_ink_follow_the_theme(seen):
    for pictures, (paper, ink) in zip(seen, ((255, 32), (17, 255), (255, 32)), strict=True):
        brightness = pictures[0].mean(axis=-1)
        assert abs(brightness[2, 2] - paper) < 20
        assert abs(brightness - ink).min() < 8 and abs(brightness - 128).min() < 2


def test_a_photograph_stays_as_it_is(seen):
    for number in (1, 2):
        inside = [pictures[number][16:-16, 16:-16] for pictures in seen]
        assert np.array_equal(inside[0], inside[1]) and np.array_equal(inside[0], inside[2])
        assert np.ptp(inside[0]) > 200
