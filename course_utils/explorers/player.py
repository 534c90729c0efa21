"""Play, step, back and scrub through the steps of a scene."""

from __future__ import annotations

import ipywidgets as widgets

from course_utils.explorers.explorer import slider
from course_utils.figures.scene import Scene


class Player:
    """Four widgets that move ``stage.step``: ``play``, ``back``, ``position`` (a slider) and ``forward``.

    Play and slider are linked to the stage in the browser, so they need no answer from the kernel.

    word   what one step is, e.g. "output"; it labels the slider
    """

    def __init__(self, word: str, interval_ms: int = 700):
        self.play = widgets.Play(min=0, max=0, interval=interval_ms, description="play", show_repeat=False)
        self.position = slider(word, 0, 0, 0)
        self.back = _button("◀ back", f"one {word} back")
        self.forward = _button("step ▶", f"one {word} on")
        self.back.on_click(lambda _: self._go(-1))
        self.forward.on_click(lambda _: self._go(1))

    @property
    def widgets(self):
        """The four, in the order in which they stand."""
        return (self.play, self.back, self.position, self.forward)

    def link(self, stage):
        """Tie play, slider and the stage's step together, in the browser."""
        widgets.jslink((self.play, "value"), (self.position, "value"))
        widgets.jslink((self.position, "value"), (stage, "step"))

    def make_room(self, scene: Scene):
        """To be called before ``scene`` is shown: it brings its step along, and a slider that ends before that step
        would stop there and take the stage back with it."""
        for control in (self.play, self.position):
            control.max = max(control.max, len(scene.steps) - 1)

    def fit(self, scene: Scene):
        """As many positions as the scene has steps, and the one at which it is drawn; a sentence changes neither."""
        if not scene.steps:
            return
        last = len(scene.steps) - 1
        for control in (self.play, self.position):
            with control.hold_sync():  # one message, so that the browser never sees a value beyond the end
                control.max = last
                if scene.frames:
                    control.value = scene.step

    def _go(self, by):
        self.position.value = min(max(self.position.value + by, 0), self.position.max)


def _button(text, tooltip):
    return widgets.Button(description=text, tooltip=tooltip, layout=widgets.Layout(width="80px"))
