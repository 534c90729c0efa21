"""A notebook in a real JupyterLab in Chromium; its sliders moved, its cells pointed at, timed inside the page.

Two clocks would not agree, so every time is the page's own (probe.js): from the event of the hand to the frame
that was painted with a new picture. What playwright needs to press a key is in none of them.
"""

import statistics
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tests.notebooks.run import with_sources

PROBE = Path(__file__).with_name("probe.js")
QUIET_MS, LONGEST_MS = 250, 60_000


def open_cells(lab, page, name, sources):
    """A notebook of these code cells, open in ``page`` and not run yet."""
    nbformat.write(with_sources(*sources), lab.folder / name)
    lesson = lab.open_lesson(page, name)
    page.add_script_tag(path=PROBE)
    return lesson


def close(lesson):
    """End the notebook's kernel, so that it does not compete with the next one."""
    lesson.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def first_picture(lesson, number=0):
    """Run one cell; milliseconds until its picture is on the screen."""
    return lesson.page.evaluate(
        "([number, longest]) => probe.firstPicture(number, longest)", [number, 60_000]
    )


@dataclass(frozen=True)
class Drag:
    """One drag, or the medians of several."""

    frames: float  # new pictures a second
    offered: float  # moves of the hand a second
    last: float  # ms from the last move to the last picture


class Output:
    """The output of one cell: controls and a picture that follows them."""

    def __init__(self, lesson, number, which_slider=0):
        self.lesson, self.page, self.which_slider = lesson, lesson.page, which_slider
        self.root = (
            self.page.locator(".jp-Notebook .jp-Cell").nth(number).locator(".jp-OutputArea-child").first
        )
        self.handle = self.root.locator(".widget-slider .noUi-handle").nth(which_slider)

    def bring_forward(self):
        """Scroll to it and wait until the page is still."""
        self.handle.scroll_into_view_if_needed()
        self.lesson.settle(400)

    def key(self, name):
        """Press a key on the slider: (ms until the document changed, ms until that was painted)."""
        noted = self._watched(lambda: self.handle.press(name), QUIET_MS)
        begin = next(hand["time"] for hand in noted["hands"] if hand["type"] == "keydown")
        return noted["changes"][0] - begin, noted["paints"][0] - begin

    def drag(self, seconds):
        """Drag the slider to and fro."""
        noted = self._watched(
            lambda: self.page.evaluate(
                "([output, ms, which]) => probe.drag(output, ms, which)",
                [self.root.element_handle(), 1000 * seconds, self.which_slider],
            ),
            quiet=1500,
        )
        moves = [hand["time"] for hand in noted["hands"] if hand["type"] == "mousemove"]
        begin, end = moves[0], moves[-1]
        during = sum(begin <= time <= end for time in noted["paints"])
        a_second = 1000 / (end - begin)
        return Drag(during * a_second, len(moves) * a_second, noted["paints"][-1] - end)

    def slider_value(self):
        """The number that the slider says it has."""
        return float(self.handle.get_attribute("aria-valuetext").replace("−", "-"))

    def slider_is_at_its_start(self):
        now, least = (float(self.handle.get_attribute(f"aria-value{name}")) for name in ("now", "min"))
        return now <= least

    def shown_value(self, javascript):
        """The same number read from the picture, by a function of this output's element."""
        return float(self.root.evaluate(javascript))

    def points(self, group, count):
        """Middles of up to ``count`` cells of a grid, (x, y) on the screen."""
        cells = self.root.locator(f'g[data-group="{group}"] [data-id]')
        boxes = [cells.nth(i).bounding_box() for i in range(min(count, cells.count()))]
        return [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]

    def point(self, at):
        """Move the pointer to (x, y): ms until what is linked has lit up."""
        noted = self._watched(lambda: self.page.mouse.move(*at), QUIET_MS / 2)
        begin = next(hand["time"] for hand in noted["hands"] if hand["type"] == "pointermove")
        return noted["paints"][0] - begin

    def _watched(self, act, quiet):
        self.page.evaluate("output => probe.watch(output)", self.root.element_handle())
        act()
        noted = self.page.evaluate("([quiet, longest]) => probe.settled(quiet, longest)", [quiet, LONGEST_MS])
        if not noted["paints"]:
            raise RuntimeError(f"nothing changed on the screen in {self.lesson.name}")
        return noted


def median_of(drags):
    """The median drag, quantity by quantity."""
    return Drag(
        *(statistics.median(getattr(drag, name) for drag in drags) for name in ("frames", "offered", "last"))
    )
