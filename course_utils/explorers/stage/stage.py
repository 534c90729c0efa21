"""The stage: the one widget of our own. It shows a scene; pointing at it needs no answer from the kernel.

``scene`` goes to the browser in one piece (picture, words, table, links, handles), so they never disagree.
``chosen``, ``step``, ``moved`` and ``dragged`` come back. All are traits, not messages: ipywidgets keeps one change
in flight and sends the newest next, so a drag never lags behind the hand.

Scenes can be sent ahead (``send_ahead``). The browser keeps them by the values of the controls, and shows one the
moment a control has these values. What Python shows has the last word.
"""

from __future__ import annotations

from collections import OrderedDict
from html import escape
from pathlib import Path

import anywidget
import traitlets

from course_utils.figures.draw.scene import STYLE, STYLE_ELEMENT, Scene

HERE = Path(__file__).parent
MOST_AHEAD = 6_000_000  # characters of scenes that a browser keeps for one stage; as in stage.js


class Stage(anywidget.AnyWidget):
    """Shows ``scene``. Hover, focus and arrow keys light up what is linked; handles change values.

    controls   name -> the id of its widget, so that the browser knows for which values it may show a scene
    pages      how often a page has begun to show this stage; a new one has no scenes yet
    chosen     id of the chosen cell, "" for none
    step       position in ``scene.steps``
    moved      {"values": {control: value}, "count": how many moves there have been}: what a handle was moved to
    dragged    {"name", "x", "y"} of the brush, in the data coordinates that its figure states; and of the stroke that
               it belongs to, where it began, "start": [x, y], and a number of its own, "stroke"
    """

    _esm = HERE / "stage.js"
    # The scene's colors come once, with the widget: a new <style> in every picture would make the browser look
    # through the whole page again for what it changes.
    _css = (HERE / "stage.css").read_text(encoding="utf-8") + STYLE
    scene = traitlets.Dict().tag(sync=True)
    ahead = traitlets.Dict().tag(sync=True)
    controls = traitlets.Dict().tag(sync=True)
    pages = traitlets.Int(0).tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    moved = traitlets.Dict().tag(sync=True)
    dragged = traitlets.Dict().tag(sync=True)

    def __init__(self, **more):
        super().__init__(**more)
        # of the scenes that the browser has: key -> (size, how many characters had been sent before it)
        self._sent: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._characters = 0

    def show(self, scene: Scene, key: str = "", **more):
        """Show ``scene``: picture, words, table, links, handles and frames travel together.

        What it says of step and choice goes along in the same message, so that the browser never shows a step of
        the old scene in the new one.
        """
        data = as_data(scene) | more | {"key": key, "count": self.moved.get("count", 0)}
        with self.hold_sync():
            if scene.frames:
                step = self.step if scene.step is None else scene.step
                self.step = min(step, len(scene.frames) - 1)
                if not self._chosen_aside(scene):
                    self.chosen = scene.steps[self.step]
            elif scene.chosen is not None:
                self.chosen = scene.chosen
            self.scene = data
        self._note(key, data)

    def _chosen_aside(self, scene):
        """Has the learner chosen a cell that is no step, and is it still there? Then it stays chosen."""
        steps = {*self.scene.get("steps", ()), *scene.steps}
        return self.chosen not in steps and self.chosen in scene.details

    def send_ahead(self, scene: Scene, key: str, **more):
        """Give the browser a scene that it may need soon."""
        data = as_data(scene) | more | {"key": key}
        self.ahead = data
        self._note(key, data)

    def has(self, key: str, after: int = 0) -> bool:
        """True when the browser has been given the scene for these values, and still keeps it.

        after   so many more characters, by which what was sent long ago is pushed out
        """
        if not after or key not in self._sent:
            return key in self._sent
        return self._characters - self._sent[key][1] + after <= MOST_AHEAD

    @traitlets.observe("pages")
    def _forget(self, _):
        self._sent.clear()

    def _note(self, key, data):
        size = len(data["svg"])
        self._sent.pop(key, None)
        self._sent[key] = size, self._characters
        self._characters += size
        while sum(size for size, _ in self._sent.values()) > MOST_AHEAD:
            self._sent.popitem(last=False)


def as_data(scene: Scene) -> dict:
    """A scene as what travels."""
    return {
        "svg": scene.svg.replace(STYLE_ELEMENT, ""),
        "text": scene.text,
        "table": table_html(scene.table),
        "links": dict(scene.links),
        "details": dict(scene.details),
        "steps": list(scene.steps),
        "word": scene.word,
        "places": dict(scene.places),
        "bands": dict(scene.bands),
        "arrows": dict(scene.arrows),
        "handles": {name: dict(vars(handle)) for name, handle in scene.handles.items()},
        "frames": [
            {"write": dict(frame.write), "move": dict(frame.move), "paint": dict(frame.paint)}
            for frame in scene.frames
        ],
        "chosen": scene.chosen,
    }


def table_html(table) -> str:
    """(header, rows) as the inside of a <table>; "" for None."""
    if table is None:
        return ""
    header, rows = table
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
