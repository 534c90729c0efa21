"""The stage: the one widget of our own. It shows a scene; pointing at it needs no answer from the kernel.

``scene`` goes to the browser in one piece (picture, words, table, links), so they never disagree.
``chosen``, ``step`` and ``dragged`` come back. All are traits, not messages: ipywidgets keeps one change in
flight and sends the newest next, so a drag never lags behind the hand.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

import anywidget
import traitlets

from course_utils.figures.scene import STYLE, STYLE_ELEMENT, Scene

HERE = Path(__file__).parent


class Stage(anywidget.AnyWidget):
    """Shows ``scene``. Hover, focus and arrow keys light up what is linked; dragging a handle reports where.

    chosen     id of the chosen cell, "" for none
    step       position in ``scene.steps``; a play button or a slider is linked to it in the browser, so a scene
               with ``frames`` can be scrubbed without the kernel
    dragged    {"name", "x", "y"} of the handle last moved, in the data coordinates that its figure states; and of the
               stroke that it belongs to, where it began, "start": [x, y], and a number of its own, "stroke"
    """

    _esm = HERE / "stage.js"
    # The scene's colours come once, with the widget: a new <style> in every picture would make the browser look
    # through the whole page again for what it changes.
    _css = (HERE / "stage.css").read_text(encoding="utf-8") + STYLE
    scene = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    dragged = traitlets.Dict().tag(sync=True)

    def show(self, scene: Scene):
        """Show ``scene``: picture, words, table, links and frames travel together.

        A scene with frames also says at which step it stands; that goes along in the same message, so that
        the browser never shows a step of the old scene in the new one.
        """
        with self.hold_sync():
            if scene.frames:
                self.step, self.chosen = scene.step, scene.steps[scene.step]
            self.scene = {
                "svg": scene.svg.replace(STYLE_ELEMENT, ""),
                "text": scene.text,
                "table": table_html(scene.table),
                "links": {name: [list(pair) for pair in pairs] for name, pairs in scene.links.items()},
                "details": dict(scene.details),
                "steps": list(scene.steps),
                "places": dict(scene.places),
                "bands": dict(scene.bands),
                "arrows": dict(scene.arrows),
                "frames": [{"write": dict(frame.write), "move": dict(frame.move)} for frame in scene.frames],
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
