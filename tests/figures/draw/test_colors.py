"""Colors can be told apart by every kind of eye, in both themes: the four of the course, and the hues of phases."""

import re
from itertools import combinations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from course_utils.figures.draw.hues import DARK, LIGHT, hue
from course_utils.figures.draw.scene import STYLE

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency", 2009.
EYES = {
    "usual": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
    ],
}
THEMES = [dict(re.findall(r"--btp-(\w+): (#\w{6})", block)) for block in STYLE.split("}")[:2]]


def as_seen(color, eye):
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = (np.array(EYES[eye]) @ linear).clip(0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return rgb2lab(rgb[None, None])[0, 0]


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_the_colors_differ_for_every_eye(theme, eye):
    assert set(theme) == {"input", "output", "kernel", "negative"}
    for one, other in combinations(theme, 2):
        difference = deltaE_ciede2000(as_seen(theme[one], eye), as_seen(theme[other], eye))
        assert difference > 6, f"{one} and {other} look alike to {eye} eyes: {difference:.1f}"


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_positive_and_negative_weights_differ_clearly(theme, eye):
    assert deltaE_ciede2000(as_seen(theme["kernel"], eye), as_seen(theme["negative"], eye)) > 20


HUES = {
    "light": (LIGHT, "#1f2328", "#ffffff"),
    "dark": (DARK, "#ececec", "#111111"),
}  # with their text and paper


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", HUES)
def test_phases_are_told_apart_and_from_the_paper(theme, eye):
    hues, _, paper = HUES[theme]
    assert len(hues) == 9
    seen = [as_seen(color, eye) for color in hues]
    for (i, one), (j, other) in combinations(enumerate(seen), 2):
        least = 11.5 if j < 4 else 10  # the first four are there in most pictures
        assert deltaE_ciede2000(one, other) > least, (hue(i), hue(j))
    assert min(deltaE_ciede2000(each, as_seen(paper, eye)) for each in seen) > 6


@pytest.mark.parametrize("theme", HUES)
def test_numbers_on_a_hue_can_be_read(theme):
    hues, text, _ = HUES[theme]
    for color in hues:
        darker, lighter = sorted(_luminance(each) for each in (color, text))
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, color


def _luminance(color):
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
