"""An explorer is controls and a plain function from their values to a scene.

Its state *is* the values of its controls. Whatever moves (a slider, a handle in the picture, a line of code) sets
controls; then ``draw(**values)`` is called once and its scene shown. A state without a picture shows the reason.
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import ipywidgets as widgets

from course_utils.explorers.stage.ahead import MOST_STATES, Ahead
from course_utils.explorers.stage.controls import ENTRY, Numbers
from course_utils.explorers.stage.stage import Stage
from course_utils.explorers.stage.standing import Standing
from course_utils.figures.draw.scene import NoPicture, Scene, sentence_scene


def _one_at_a_time(method):
    """JupyterLab may have the kernel hear each control in a thread of its own."""

    @functools.wraps(method)
    def alone(self, *args, **kwargs):
        with self._lock:
            return method(self, *args, **kwargs)

    return alone


class Explorer(widgets.VBox):
    """The main controls in one row, the stage, and the other controls folded away below it.

    controls   name -> ipywidgets control; the names are the parameters of ``draw``
    draw       values of the controls -> Scene; raises NoPicture (or a ValueError of ours) where there is none.
               A plain function of its parameters, or pictures could not be sent ahead. A ``Numbers`` control
               hands over its array
    more       names of the controls that are folded away
    presets    label -> {control: value}: buttons for what would take many moves
    on_choose  (id) -> {control: new value}, for figures where choosing a cell sets a control
    on_drag    (name, x, y) -> {control: new value}, for figures with a brush
    drags      the two controls that ``on_drag`` sets to the whole parts of x and y, where it does nothing else: then
               a page without a kernel can do it, too
    adjust     (values, name of the control that changed or None) -> {control: new value}, for controls that depend
               on each other; called before each picture, for each control that changed, then once with None if there
               are several. Of those that were set together none takes another one along
    limits     (values) -> {slider: (lowest, highest)}, for sliders whose ends depend on other controls
    stand      where a picture with frames is to stand; without it, at the step that the learner last went to
    extra      further widgets shown beside the controls (a button)
    ahead      False where the picture depends on more than the controls' values; where pictures are large, how many
               are sent ahead after a change

    ``failure`` is None unless ``draw`` broke with an error that is ours to mend; tests look at it.
    """

    def __init__(
        self,
        draw: Callable[..., Scene],
        controls: Mapping[str, widgets.Widget],
        *,
        more: Sequence[str] = (),
        presets: Mapping[str, Mapping] | None = None,
        on_choose: Callable[[str], Mapping] | None = None,
        on_drag: Callable[[str, float, float], Mapping] | None = None,
        drags: Sequence[str] = (),
        adjust: Callable[[dict, str | None], Mapping] | None = None,
        limits: Callable[[dict], Mapping[str, tuple]] | None = None,
        stand: Standing | None = None,
        extra: tuple[widgets.Widget, ...] = (),
        ahead: bool | int = True,
    ):
        self._lock = threading.RLock()
        self.draw, self.controls, self.stage = draw, dict(controls), Stage()
        self.failure: Exception | None = None
        self.scene: Scene | None = None
        self._adjust, self._limits, self._held = adjust, limits, False
        self._on_choose, self._drags = on_choose, tuple(drags)
        self._standing = stand or Standing()
        self._standing.stage = self.stage
        self._ahead = Ahead(self, MOST_STATES if ahead is True else ahead) if ahead else None
        for name, control in self.controls.items():
            control.observe(lambda _, name=name: self._changed(name), names="value")
        self.stage.observe(self._handle_moved, names="moved")
        if on_choose is not None:
            self.stage.observe(
                lambda change: change["new"] and self.set(**on_choose(change["new"])), names="chosen"
            )
        if on_drag is not None:
            self.stage.observe(lambda change: self._brushed(on_drag, change["new"]), names="dragged")
        self.stage.controls = {name: control.model_id for name, control in self.controls.items()}
        super().__init__(_layout(self.controls, more, self._buttons(presets or {}), extra, self.stage))
        self.add_class("btp-explorer")
        self._main = [name for name in self.controls if name not in more]
        self._show_all()
        self.stage.observe(lambda _: self._plan(), names="pages")

    @property
    def values(self) -> dict:
        """The present value of every control."""
        return {name: control.value for name, control in self.controls.items()}

    @_one_at_a_time
    def set(self, **values):
        """Set several controls and redraw once. A number outside a slider's range stops at its end.

        ``**{"samples[2]": 5}`` sets one number of a control that holds several.
        """
        self._set(values)
        if self._limits is not None:  # the ends of one may depend on another that has just been set
            self._set_ends(self._limits(self.values))
            self._set(values)
        self._show_all(*values)
        self._plan(values)

    def _set(self, values):
        held, self._held = self._held, True
        try:
            for name, value in values.items():
                name, value = self._whole(name, value)
                control = self.controls[name]
                if hasattr(control, "min") and hasattr(control, "max"):
                    value = min(max(value, control.min), control.max)
                control.value = value
        finally:
            self._held = held

    def _whole(self, name, value):
        """(control, its value) for one number of it, such as "samples[2]"; for a control as it is."""
        entry = ENTRY.fullmatch(name)
        if entry is None:
            return name, value
        return entry[1], self.controls[entry[1]].with_entry(tuple(map(int, entry[2].split(","))), value)

    @_one_at_a_time
    def _changed(self, name):
        """A control has another value: adjust the others, then show the picture of all of them, once."""
        if self._held:
            return
        self._show_all(name)
        self._plan([name])

    def _show_all(self, *names):
        if self._limits is not None:
            self._set_ends(self._limits(self.values))
        if self._adjust is not None:
            for name in names if len(names) == 1 else (*names, None):
                kept = {*names} - {name} if name else ()
                adjusted = self._adjust(self.values, name).items()
                self._set({other: value for other, value in adjusted if other not in kept})
        self._show()

    def _plan(self, names=()):
        """What will be asked for next: neighbors of the controls in use; in the beginning, of all in sight."""
        if self._ahead is not None and self.stage.pages:
            self._ahead.plan(list(names) or self._main, self._main)

    def _set_ends(self, ends):
        held, self._held = self._held, True
        try:
            for name, (low, high) in ends.items():
                with self.controls[name].hold_trait_notifications():  # checked together: both ends move
                    self.controls[name].min, self.controls[name].max = low, high
        finally:
            self._held = held

    def _show(self):
        self.failure, values = None, self.values  # read once: another control may change meanwhile
        self.scene = self._scene_for(values)
        told = self._standing.told(self.scene, values)
        self._standing.look_back()
        if self.scene.frames and self.scene.step is None:
            self.scene = replace(self.scene, step=self._standing(self.scene, values))
        self.stage.show(self.scene, self.key(values), **told, **self._standing.place())

    @_one_at_a_time
    def send_ahead(self, change: Mapping, more: int = 0) -> int:
        """Draw the picture for another value of a control, or of one number of it, and give it to the browser.

        Returns how many characters it has; 0 when it is there already, and stays while ``more`` are sent. Values that
        would bring others with them (``adjust``, ``limits``) are not drawn ahead: 0.
        """
        values = self.values | dict(self._whole(name, value) for name, value in change.items())
        key = self.key(values)
        if self.stage.has(key, more) or self._brings_others(values, next(iter(change))):
            return 0
        failure = self.failure
        scene = self._scene_for(values)
        self.stage.send_ahead(scene, key, **self._standing.told(scene, values))
        self.failure = failure or self.failure
        return len(scene.svg)

    def _brings_others(self, values, name):
        adjusted = {} if self._adjust is None else self._adjust(values, name)
        if any(values.get(other) != wanted for other, wanted in adjusted.items()):
            return True
        return self._limits is not None and self._limits(values) != self._limits(self.values)

    def _scene_for(self, values) -> Scene:
        try:
            return self.draw(**{name: self._drawable(name, value) for name, value in values.items()})
        except NoPicture as reason:
            return sentence_scene(str(reason))
        except Exception as error:  # a learner never sees a traceback from our side; tests read `failure`
            self.failure = error
            return sentence_scene(f"This setting cannot be drawn. {error}")

    def _drawable(self, name, value):
        control = self.controls[name]
        return control.read(value) if isinstance(control, Numbers) else value

    def key(self, values) -> str:
        """The values as a text; the browser makes the same one out of the controls it shows."""
        return json.dumps(
            [_sent(self.controls[name], value) for name, value in values.items()],
            ensure_ascii=False,
            separators=(",", ":"),
        )

    def _handle_moved(self, change):
        values = change["new"].get("values")
        if values:
            self.set(**values)

    def _brushed(self, on_drag, dragged):
        if dragged:
            self.set(**on_drag(*(dragged[key] for key in ("name", "x", "y"))))

    def _buttons(self, presets):
        buttons = []
        for label, values in presets.items():
            button = widgets.Button(description=label, layout=widgets.Layout(width="max-content"))
            button.on_click(lambda _, values=values: self.set(**values))
            buttons.append(button)
        return buttons

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The widget, and its present picture and words for places where no widget can live."""
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data = {**(data or {}), "image/svg+xml": self.scene.svg, "text/plain": self.scene.text}
        return (data, bundle[1]) if isinstance(bundle, tuple) else data


def _layout(controls, more, presets, extra, stage):
    main = [control for name, control in controls.items() if name not in more]
    row = widgets.Layout(flex_flow="row wrap", align_items="center")
    parts = [widgets.HBox([*main, *extra], layout=row)] if main or extra else []
    if presets:
        parts.append(widgets.HBox(presets, layout=row))
    parts.append(stage)
    if more:
        folded = widgets.Accordion([widgets.HBox([controls[name] for name in more], layout=row)])
        folded.set_title(0, "more")
        folded.selected_index = None
        parts.append(folded)
    return parts


def _sent(control, value):
    """A value as the browser sees it: of a choice, its place in the list; 1.0 is 1 there.

    A slider in a page counts 0.30000000000000004, and that is 0.3.
    """
    if hasattr(control, "_options_full"):
        return [option for _, option in control._options_full].index(value)
    if isinstance(value, float):
        value = float(f"{value:.12g}")
        return int(value) if value.is_integer() else value
    return value
