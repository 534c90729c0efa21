"""The controls of explorers: sliders long enough to reach every value, choices, switches, typed numbers."""

from __future__ import annotations

import re

import ipywidgets as widgets
import numpy as np

from course_utils.figures.draw.scene import NoPicture

SHORTEST_TRACK, PIXELS_A_VALUE, LONGEST_TRACK = 240, 6, 560
AROUND_THE_TRACK = 102  # the number beside it and the gaps; the label comes on top
PIXELS_A_LETTER = 7.2
ENTRY = re.compile(r"(\w+)\[([\d, ]+)\]")  # "kernel[0,1]": one number of a control


def slider(label: str, value, low, high, step=None, continuous=True, **options) -> widgets.Widget:
    """An IntSlider or, when any number is a float, a FloatSlider.

    Its track has at least 6 pixels a value and 240 in all, so that a hand reaches every value.
    """
    numbers = (value, low, high, step)
    kind = widgets.FloatSlider if any(isinstance(n, float) for n in numbers) else widgets.IntSlider
    step = (0.05 if kind is widgets.FloatSlider else 1) if step is None else step
    track = min(max(SHORTEST_TRACK, PIXELS_A_VALUE * (high - low) / step), LONGEST_TRACK)
    width = round(track + AROUND_THE_TRACK + PIXELS_A_LETTER * len(label))
    return kind(
        value=value,
        min=low,
        max=high,
        step=step,
        description=label,
        continuous_update=continuous,
        style={"description_width": "initial"},
        layout=widgets.Layout(width=f"{width}px", max_width="100%"),
        **options,
    )


def choice(label: str, options, value=None, **more) -> widgets.Dropdown:
    """A labeled dropdown. options: a list of values, or of (what is shown, value) pairs."""
    first = options[0][1] if isinstance(options[0], tuple) else options[0]
    return widgets.Dropdown(
        options=options,
        value=first if value is None else value,
        description=label,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="max-content", min_width="180px"),
        **more,
    )


def toggle(label: str, options, value=None) -> widgets.ToggleButtons:
    """A few choices side by side, each a button; ``label`` is what a screen reader calls them."""
    first = options[0][1] if isinstance(options[0], tuple) else options[0]
    return widgets.ToggleButtons(
        options=options,
        value=first if value is None else value,
        description=label,
        style={"description_width": "initial", "button_width": "max-content"},
        layout=widgets.Layout(display="flex", flex_flow="row nowrap", grid_gap="6px", width="max-content"),
    )


def switch(label: str, value=False) -> widgets.Checkbox:
    """A labeled checkbox that takes no more room than its words."""
    return widgets.Checkbox(
        value=value, description=label, indent=False, layout=widgets.Layout(width="max-content")
    )


class Numbers(widgets.Text):
    """Numbers that are typed or dragged in the picture: its value is their text, "1, 2, 3" or "1, 2; 3, 4".

    values   the numbers to start with, one axis or two
    check    (array) -> None, raises NoPicture for numbers that cannot be drawn

    A name such as ``"samples[2]"`` or ``"kernel[0,1]"`` means one of them.
    """

    def __init__(self, label, values, check=lambda array: None, width="320px"):
        self.dimensions, self.check = np.ndim(values), check
        self._first = as_text(values), np.array(values, float)  # not rounded, as text is
        super().__init__(
            value=self._first[0],
            description=label,
            continuous_update=False,
            style={"description_width": "initial"},
            layout=widgets.Layout(width=width, max_width="100%"),
        )

    @property
    def array(self) -> np.ndarray:
        """The numbers as they stand in the field. Raises NoPicture in words when they are none."""
        return self.read(self.value)

    def read(self, text: str) -> np.ndarray:
        """The numbers of a text that could stand in the field. Raises NoPicture in words when they are none."""
        if text == self._first[0]:
            array = self._first[1].copy()
        else:
            array = read_array(text, self.description, self.dimensions)
        self.check(array)
        return array

    def with_entry(self, index: tuple[int, ...], value: float) -> str:
        """The text with one number exchanged; as it is where there is no such number any more."""
        try:
            array = self.array
        except NoPicture:
            return self.value
        if any(i >= size for i, size in zip(index, array.shape, strict=True)):
            return self.value
        array[index] = value
        return as_text(array)


def read_array(text: str, name: str, dimensions: int = 1) -> np.ndarray:
    """Typed numbers, shape (count,) or (rows, columns). Raises NoPicture in words when they are none.

    >>> read_array("2, 6; 3", "samples")
    array([2., 6., 3.])
    >>> read_array("1, 2; 3 4", "numbers", 2)
    array([[1., 2.],
           [3., 4.]])
    """
    example = "1, 2, 3" if dimensions == 1 else "1, 2; 3, 4 (rows end with a semicolon)"
    plain = text.replace("−", "-")
    rows = [part for part in re.split(r"[;\n]|\]\s*,?\s*\[", plain) if part.strip(" ,[]()")]
    try:
        lists = [[float(word) for word in re.split(r"[\s,\[\]()]+", row) if word] for row in rows]
    except ValueError:
        raise NoPicture(f"{name} holds {text[:60]!r}. Type numbers such as {example}.") from None
    if dimensions == 1:
        lists = [[number for row in lists for number in row]]
    lengths = [len(row) for row in lists]
    if not lengths or not lengths[0]:
        raise NoPicture(f"{name} holds no numbers. Type some, such as {example}.")
    if len(set(lengths)) > 1:
        counts = ", ".join(map(str, lengths))
        raise NoPicture(f"All rows of {name} need as many numbers; these have {counts}. Type {example}.")
    values = np.array(lists if dimensions == 2 else lists[0])
    if not np.isfinite(values).all():
        raise NoPicture(f"NaN and infinity have no place in {name}. Type numbers such as {example}.")
    return values


def as_text(values) -> str:
    """Numbers as they can be typed.

    >>> as_text([1, 2.5]), as_text([[1.0, 2.5], [-3.0, 4.0]])
    ('1, 2.5', '1, 2.5; -3, 4')
    """
    rows = np.atleast_2d(np.asarray(values, float))
    return "; ".join(", ".join(f"{value:.6g}" for value in row) for row in rows)
