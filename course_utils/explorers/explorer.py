"""An explorer is controls and a plain function from their values to a scene.

Its state *is* the values of its controls. Whatever moves (a slider, a dragged point, a line of code) sets
controls; then ``draw(**values)`` is called once and its scene shown. A state without a picture shows the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ipywidgets as widgets

from course_utils.explorers.stage import Stage
from course_utils.figures.scene import NoPicture, Scene, sentence_scene


class Explorer(widgets.VBox):
    """Controls above, the stage below.

    controls   name -> ipywidgets control; the names are the parameters of ``draw``
    draw       values of the controls -> Scene; raises NoPicture (or a ValueError of ours) where there is none
    on_drag    (name, x, y) -> {control name: new value}, for figures with a handle to drag
    on_choose  (id) -> {control name: new value}, for figures where choosing a cell sets a control
    on_scene   (scene), called after a scene is shown, e.g. to fit a player to the number of its steps
    extra      further widgets shown under the controls (a player, a button)

    ``failure`` is None unless ``draw`` broke with an error that is ours to mend; tests look at it.
    """

    def __init__(
        self,
        draw: Callable[..., Scene],
        controls: Mapping[str, widgets.Widget],
        on_drag: Callable[[str, float, float], Mapping] | None = None,
        on_choose: Callable[[str], Mapping] | None = None,
        extra: tuple[widgets.Widget, ...] = (),
        on_scene: Callable[[Scene], None] | None = None,
    ):
        self._on_scene = on_scene
        self.draw, self.controls, self.stage = draw, dict(controls), Stage()
        self.failure: Exception | None = None
        self._held = False
        for control in self.controls.values():
            control.observe(self._redraw, names="value")
        if on_drag is not None:
            self.stage.observe(
                lambda change: (
                    change["new"] and self.set(**on_drag(*(change["new"][key] for key in ("name", "x", "y"))))
                ),
                names="dragged",
            )
        if on_choose is not None:
            self.stage.observe(
                lambda change: change["new"] and self.set(**on_choose(change["new"])), names="chosen"
            )
        row = widgets.HBox(
            [*self.controls.values(), *extra],
            layout=widgets.Layout(flex_flow="row wrap", align_items="center"),
        )
        super().__init__([row, self.stage])
        self._redraw()

    @property
    def values(self) -> dict:
        """The present value of every control."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values):
        """Set several controls and redraw once. A number outside a slider's range stops at its end."""
        self._held = True
        try:
            for name, value in values.items():
                control = self.controls[name]
                if hasattr(control, "min") and hasattr(control, "max"):
                    value = min(max(value, control.min), control.max)
                control.value = value
        finally:
            self._held = False
        self._redraw()

    def _redraw(self, change=None):
        if self._held:
            return
        self.failure = None
        try:
            self.scene = self.draw(**self.values)
        except NoPicture as reason:
            self.scene = sentence_scene(str(reason))
        except Exception as error:  # a learner never sees a traceback from our side; tests read `failure`
            self.failure = error
            self.scene = sentence_scene(f"This setting cannot be drawn. {error}")
        self.stage.show(self.scene)
        if self._on_scene is not None:
            self._on_scene(self.scene)

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The widget, and its present picture and words for places where no widget can live."""
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data = {**(data or {}), "image/svg+xml": self.scene.svg, "text/plain": self.scene.text}
        return (data, bundle[1]) if isinstance(bundle, tuple) else data


def slider(label: str, value, low, high, step=None, continuous=True, **options) -> widgets.Widget:
    """An IntSlider or, when any number is a float, a FloatSlider, labelled and wide enough for its label."""
    kind = (
        widgets.FloatSlider
        if any(isinstance(n, float) for n in (value, low, high, step))
        else widgets.IntSlider
    )
    step = (0.05 if kind is widgets.FloatSlider else 1) if step is None else step
    return kind(
        value=value,
        min=low,
        max=high,
        step=step,
        description=label,
        continuous_update=continuous,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="320px"),
        **options,
    )


def choice(label: str, options, value=None, **more) -> widgets.Dropdown:
    """A labelled dropdown. options: a list of values, or of (what is shown, value) pairs."""
    first = options[0][1] if isinstance(options[0], tuple) else options[0]
    return widgets.Dropdown(
        options=options,
        value=first if value is None else value,
        description=label,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="max-content", min_width="180px"),
        **more,
    )


def switch(label: str, value=False) -> widgets.Checkbox:
    """A labelled checkbox that takes no more room than its words."""
    return widgets.Checkbox(
        value=value, description=label, indent=False, layout=widgets.Layout(width="max-content")
    )
