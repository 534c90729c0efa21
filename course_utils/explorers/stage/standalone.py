"""What an explorer shows where there is no kernel: its opening picture, and the pictures that its controls bring.

One control at a time from the opening state; then, as far as the room goes, again from where the main controls lead.
Every picture is what Python shows after the same move: ``adjust`` and ``limits`` included.
"""

from __future__ import annotations

import itertools
import json
import re
import zlib
from bisect import bisect_left
from collections import deque

import ipywidgets as widgets

from course_utils.explorers.stage.ahead import neighbors, steps_of
from course_utils.explorers.stage.controls import Numbers
from course_utils.explorers.stage.explorer import Explorer, _sent

MOST_STATES, MOST_WITH_A_PLACE = 320, 1400  # of one explorer; of one with a point that is dragged about
FOR_MAIN_MOVES = 0.7  # of the room; the rest is for what is folded away, and for numbers that are pulled
MOST_BYTES = 180_000  # compressed, of one explorer
MOST_VALUES = 64  # of a main control; a finer one is sent in coarser steps
MOST_FOLDED = 24  # of a control that is folded away, and of one number of several
FAR = 4  # times as many values, and only those near the present one are sent
MOST_A_SIDE = 31  # values of each of the two that one handle moves
FEW_VALUES = 9  # a control with no more is one to go on from
SEAM = re.compile(r'(?<=[>}\]])|(?<=",)')  # a piece ends where an element of the picture does


def recorded(explorer: Explorer, most_bytes: int = MOST_BYTES, most_states: int | None = None) -> dict:
    """Everything a page needs to show ``explorer`` and to let it be moved, as plain data for JSON.

    controls   name -> what it is: kind, label, ends, options, the value it opens with
    main, more, presets, extra   names of the controls in sight and folded away; labels of the buttons
    values     of every state: the values of all controls, as the browser writes them
    edges      state -> what is moved ("x", "samples[2]", "x y", "preset: label") -> [[values, state after it], ...]
    chooses    id -> {control: value}, for pictures where choosing a cell sets a control
    drags      the two controls that are set to where the brush is
    pieces, states   the states in pieces: the first as a list of their numbers; each other one as numbers of pieces
               and [start, count], which stands for a part of the first

    The explorer is afterwards as it was.
    """
    book = _Book(most_bytes)
    book.add(_state(explorer))
    if explorer._ahead is not None:  # the picture depends on the controls and on nothing else
        is_place = explorer._drags or any(len(handle.sets) > 1 for handle in explorer.scene.handles.values())
        with explorer.stage.hold_sync():  # nobody looks at what is drawn meanwhile
            _walk(explorer, book, most_states or (MOST_WITH_A_PLACE if is_place else MOST_STATES))
    return {
        **_parts(explorer),
        "values": book.values,
        "edges": {str(base): moves for base, moves in book.edges.items()},
        "chooses": _choices(explorer),
        "drags": list(explorer._drags),
        "pieces": book.pieces,
        "states": book.states,
    }


# ---- from state to state -------------------------------------------------------------------------------------------


def _walk(explorer, book, most_states):
    """The main moves from the opening state and, breadth first, from where they led; then all other moves from it."""
    opening = _Place(explorer)
    for label, button in _presets(explorer):
        button.click()
        book.add(_state(explorer), 0, f"preset: {label}", [0])
        opening.back(explorer)
    book.open(FOR_MAIN_MOVES * most_states, FOR_MAIN_MOVES)
    bases = deque([(0, {})])
    while bases and not book.full:
        base, changes = bases.popleft()
        _go(explorer, opening, changes)
        bases += _fan_out(explorer, book, base, changes, _main_moves(explorer))
    opening.back(explorer)
    book.open(most_states, 1)
    _fan_out(explorer, book, 0, {}, _other_moves(explorer))


def _fan_out(explorer, book, base, changes, moves):
    """Make every move from here and come back; (state, changes from the opening) of those worth going on from."""
    here, further = _Place(explorer), []
    for targets, values in list(moves):
        if book.full:
            break
        move = dict(zip(targets, values, strict=True))
        _go(explorer, here, move)
        seen = [_seen(explorer, *pair) for pair in move.items()]
        number, new = book.add(_state(explorer), base, " ".join(targets), seen)
        if new and _leads_on(explorer, targets):
            further.append((number, changes | move))
    here.back(explorer)
    return further


def _go(explorer, place, changes):
    place.back(explorer)
    if changes:
        explorer.set(**changes)


def _leads_on(explorer, targets):
    """A main control of few values is one to go on from: what the others do then is another picture."""
    (name,) = targets if len(targets) == 1 else ("",)
    return name in explorer._main and len(_values(explorer.controls[name], MOST_VALUES)) <= FEW_VALUES


def _main_moves(explorer):
    """(targets, values) of the controls in sight, and of handles that move two of them; one of each in turn."""
    sweeps = [_sweep(explorer, name, MOST_VALUES) for name in explorer._main]
    return _in_turn([*sweeps, _drags(explorer), *_handle_moves(explorer, 2, MOST_A_SIDE)])


def _drags(explorer):
    """Moves of what is dragged freely about the picture."""
    axes = [_spread(_all_values(explorer.controls[name]), MOST_A_SIDE) for name in explorer._drags]
    return [(explorer._drags, place) for place in _coarse_first([*itertools.product(*axes)]) if place]


def _all_values(slider):
    return sorted([*neighbors(slider), slider.value])


def _other_moves(explorer):
    """Of the controls that are folded away, and of numbers that are pulled one by one."""
    folded = [name for name in explorer.controls if name not in explorer._main]
    sweeps = [_sweep(explorer, name, MOST_FOLDED) for name in folded]
    return _in_turn([*sweeps, *_handle_moves(explorer, 1, MOST_FOLDED)])


def _sweep(explorer, name, most):
    return [((name,), (value,)) for value in _values(explorer.controls[name], most)]


def _handle_moves(explorer, count, most):
    """The moves of each handle that sets so many values, unless that is one control as a whole."""
    moves = {}
    for handle in explorer.scene.handles.values():
        known = handle.sets in moves or (count == 1 and handle.sets[0] in explorer.controls)
        if len(handle.sets) == count and not known:
            axes = [_places(handle, name, most) for name in handle.sets]
            moves[handle.sets] = [
                (handle.sets, place) for place in _coarse_first([*itertools.product(*axes)])
            ]
    return moves.values()


def _places(handle, name, most):
    """Values of a handle, the present one among them: over its whole range, or near it where that is long."""
    i = handle.sets.index(name)
    there = (handle.high[i] - handle.low[i]) / handle.step[i]
    values = itertools.islice(steps_of(handle, name), most if there > FAR * most else None)
    return sorted({*_spread(sorted(values), most), handle.at[i]})


def _values(control, most):
    """At most so many values that a control can be moved to, coarse before fine; none for text."""
    if isinstance(control, Numbers):
        return []
    values = [*neighbors(control)]
    if hasattr(control, "_options_full") or isinstance(control, widgets.Checkbox):
        return values
    return _coarse_first(_spread(sorted(values), most))


def _spread(values, most):
    """At most so many of a list, its ends among them.

    >>> _spread([0, 1, 2, 3, 4, 5, 6], 4), _spread([0, 1], 4)
    ([0, 2, 4, 6], [0, 1])
    """
    if len(values) <= most:
        return values
    return [values[round(i * (len(values) - 1) / (most - 1))] for i in range(most)]


def _coarse_first(values):
    """So that what is cut off for want of room leaves a coarser list, not a shorter one.

    >>> _coarse_first([0, 1, 2, 3, 4, 5])
    [0, 4, 2, 1, 3, 5]
    """
    order, stride = {}, 1 << max(len(values) - 1, 1).bit_length() - 1
    while stride:
        order |= dict.fromkeys(range(0, len(values), stride))
        stride //= 2
    return [values[i] for i in order]


def _in_turn(lists):
    for row in itertools.zip_longest(*lists):
        yield from (move for move in row if move is not None)


class _Place:
    """A state of an explorer to come back to: values, ends, picture, what is chosen, where the learner stands."""

    def __init__(self, explorer):
        stage = explorer.stage
        self.values, self.key = explorer.values, explorer.key(explorer.values)
        self.ends = {n: (c.min, c.max) for n, c in explorer.controls.items() if hasattr(c, "min")}
        self.scene, self.data, self.step, self.chosen = explorer.scene, stage.scene, stage.step, stage.chosen
        self.standing = _copied(vars(explorer._standing))

    def back(self, explorer):
        stage = explorer.stage
        if explorer._limits is not None:
            explorer._set_ends(self.ends)
        explorer._set(self.values)
        stage.step, stage.chosen = self.step, self.chosen
        if explorer.key(explorer.values) != self.key:  # choosing has set a control
            explorer._set(self.values)
        vars(explorer._standing).update(_copied(self.standing))
        explorer.scene, stage.scene = self.scene, self.data
        stage.step, stage.chosen = self.step, self.chosen


def _copied(standing):
    """What a Standing remembers; its dictionary of places must not be changed from here on."""
    return {
        name: dict(value) if isinstance(value, dict) else value
        for name, value in standing.items()
        if name not in ("stage", "controls")
    }


# ---- a state as data -----------------------------------------------------------------------------------------------


def _state(explorer):
    """What Python shows now, and the values of the controls with it."""
    controls = explorer.controls
    return {
        "values": [_sent(controls[name], value) for name, value in explorer.values.items()],
        "scene": explorer.stage.scene,
        "step": explorer.stage.step,
        "chosen": explorer.stage.chosen,
        "ends": {n: [c.min, c.max] for n, c in controls.items() if hasattr(c, "min") and hasattr(c, "max")},
        "hidden": [n for n, c in controls.items() if _is_hidden(c)],
    }


def _is_hidden(control):
    return control.layout.display == "none" or control.layout.visibility == "hidden"


class _Book:
    """States in pieces, each piece once; and what leads from one to another."""

    def __init__(self, most_bytes):
        self.pieces, self.states, self.values, self.edges = [], [], [], {}
        self._numbers, self._known, self._places = {}, {}, {}
        self._most_bytes, self._bytes = most_bytes, 0
        self._squeezers = (zlib.compressobj(), zlib.compressobj())

    def open(self, most_states, part):
        """There is room for so many states in all, and for this part of the bytes."""
        self._room = most_states, part * self._most_bytes

    @property
    def full(self):
        return len(self.states) >= self._room[0] or self._bytes >= self._room[1]

    def add(self, state, base=None, target="", values=()):
        """(number of the state, is it a new one), noted as where ``target`` leads from ``base``."""
        key = json.dumps([state["values"], state["step"], state["chosen"]])
        new = key not in self._known
        if new:
            self._known[key] = len(self.states)
            self.values.append(state["values"])
            self.states.append(self._in_pieces(state))
        number = self._known[key]
        if base is not None:
            self.edges.setdefault(base, {}).setdefault(target, []).append([list(values), number])
        return number, new

    def _in_pieces(self, state):
        text = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
        numbers, added = [], []
        for piece in SEAM.split(text):
            if piece not in self._numbers:
                self._numbers[piece] = len(self.pieces)
                self.pieces.append(piece)
                added.append(piece)
            numbers.append(self._numbers[piece])
        if not self.states:
            for place, number in enumerate(numbers):
                self._places.setdefault(number, []).append(place)
            self._first = numbers
            return numbers
        packed = self._packed(numbers)
        for squeezer, words in zip(self._squeezers, ("".join(added), json.dumps(packed)), strict=True):
            self._bytes += len(squeezer.compress(words.encode()) + squeezer.flush(zlib.Z_SYNC_FLUSH))
        return packed

    def _packed(self, numbers):
        """Numbers of pieces; what stands in the first state as well is [where, how many]."""
        packed, i, after = [], 0, 0
        while i < len(numbers):
            places = self._places.get(numbers[i], ())
            start = places[bisect_left(places, after) % len(places)] if places else None
            count = 0
            while (
                start is not None
                and i + count < len(numbers)
                and start + count < len(self._first)
                and numbers[i + count] == self._first[start + count]
            ):
                count += 1
            if count > 1:
                packed.append([start, count])
                i, after = i + count, start + count
            else:
                packed.append(numbers[i])
                i, after = i + 1, after + 1
        return packed


def unpacked(record: dict, number: int) -> dict:
    """A state out of what :func:`recorded` gives; book.js does the same.

    >>> unpacked({"pieces": ["[1,", "2,", "3]", "4,"], "states": [[0, 1, 2], [[0, 1], 3, 2]]}, 1)
    [1, 4, 3]
    """
    first, own = record["states"][0], record["states"][number]
    numbers = []
    for part in own:
        numbers += first[part[0] : part[0] + part[1]] if isinstance(part, list) else [part]
    return json.loads("".join(record["pieces"][number] for number in numbers))


# ---- what stands around the picture -------------------------------------------------------------------------------


def _parts(explorer):
    extra = [w for child in explorer.children for w in getattr(child, "children", ()) if _is_button(w)]
    presets = dict(_presets(explorer))
    return {
        "controls": {name: _described(control) for name, control in explorer.controls.items()},
        "main": list(explorer._main),
        "more": [name for name in explorer.controls if name not in explorer._main],
        "presets": list(presets),
        "extra": [button.description for button in extra if button not in presets.values()],
    }


def _described(control):
    """What a control is, for a page that makes its own."""
    about = {"label": control.description}
    if isinstance(control, widgets.ToggleButtons):
        return about | {"kind": "toggle", "options": list(control._options_labels)}
    if hasattr(control, "_options_labels"):
        return about | {"kind": "choice", "options": list(control._options_labels)}
    if isinstance(control, widgets.Checkbox):
        return about | {"kind": "switch"}
    if hasattr(control, "min") and hasattr(control, "max"):
        kind = "slider" if "Slider" in type(control).__name__ else "number"
        return about | {"kind": kind, "step": control.step}
    return about | {"kind": "text"}


def _presets(explorer):
    """(label, button) of the presets."""
    rows = [child for child in explorer.children if isinstance(child, widgets.HBox)]
    for row in rows:
        if row.children and all(map(_is_button, row.children)):
            yield from ((button.description, button) for button in row.children)


def _is_button(widget):
    return isinstance(widget, widgets.Button)


def _choices(explorer):
    """What choosing a cell sets, as far as it sets anything."""
    if explorer._on_choose is None:
        return {}
    ids = {
        *explorer.scene.details,
        *explorer.scene.links,
        *re.findall(r'data-id="([^"]+)"', explorer.scene.svg),
    }
    found = {}
    for name in sorted(ids):
        try:
            changes = explorer._on_choose(name)
        except (ValueError, LookupError):  # a cell that is not among those that set something
            continue
        if changes:
            found[name] = {control: _seen(explorer, control, value) for control, value in changes.items()}
    return found


def _seen(explorer, target, value):
    """A value of a control, or of one number of it, as the browser writes it."""
    control = explorer.controls.get(target)
    value = value.item() if hasattr(value, "item") else value
    return value if control is None else _sent(control, value)
