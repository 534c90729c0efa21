"""One transposed convolution as a sub-pixel convolution, number by number: in numbers and in words.

Words used here (phase, pads, trims, merged, slot: see ``course_utils.subpixel``; full place: ``course_utils.trace``)
    version     "no crop": empty slots before the kernel, so that the first sample computed is the first one wanted;
                "crop": the uncropped result is computed, and padding is trimmed off it
    channel     number of a phase in torch's order: phase in 1-D, row phase * stride + column phase in 2-D
    map         what one sub-kernel makes of the padded input: the low-resolution picture of its phase
    small       index into a map; the stride outputs (in 2-D stride * stride) of one small pixel share it

Ids of cells: "in-3", "out-3", "ref-3" (the transposed convolution's own output) are flat indices; "slot-3" a place of
the merged kernel; "tap-1-3" number 3 of the sub-kernel of channel 1; "map-1-3" sample 3 of its map; "phase-1" the
channel; "cut-3" a shuffled sample that is trimmed off, by its place in the untrimmed picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_utils.figures.scene import NoPicture, number
from course_utils.figures.trace import (
    advice,
    factor,
    listed,
    name_of,
    overview,
    settings_of,
    torch_words,
)
from course_utils.subpixel import SubPixel, merge_phases, pixel_unshuffle, transposed_to_subpixel
from course_utils.trace import Trace

VERSIONS = ("no crop", "crop")


@dataclass(frozen=True)
class Phases:
    """``walk`` taken apart into its phases. Raises ValueError for what torch refuses."""

    walk: Trace
    version: str = VERSIONS[0]

    @cached_property
    def layer(self) -> SubPixel:
        return transposed_to_subpixel(
            self.walk.kernel[None, None], **settings_of(self.walk), crop=self.version == "crop"
        )

    @property
    def dimensions(self) -> int:
        return self.walk.x.ndim

    @property
    def taps(self) -> int:
        """Numbers of a sub-kernel along one axis, empty ones included: K."""
        return self.layer.weight.shape[-1]

    @property
    def pads(self) -> tuple[int, int]:
        return self.layer.pads[0]

    @property
    def trims(self) -> tuple[int, int]:
        return self.layer.trims[0]

    @cached_property
    def phases(self) -> list[tuple[int, ...]]:
        """The phase of every channel."""
        return list(np.ndindex((self.walk.stride,) * self.dimensions))

    @cached_property
    def sub_kernels(self) -> np.ndarray:
        """(channels, K) or (channels, K, K), as the convolution uses them."""
        return self.layer.weight[:, 0]

    @cached_property
    def merged(self) -> np.ndarray:
        """The sub-kernels interleaved again: the kernel with its empty slots."""
        axes = tuple(range(1, 1 + self.dimensions))
        shape = (*self.layer.factor, *self.sub_kernels.shape[1:])
        return merge_phases(np.flip(self.sub_kernels, axes).reshape(shape), dimensions=self.dimensions)

    @cached_property
    def shuffled(self) -> np.ndarray:
        """What the shuffle makes of the maps, before it is trimmed."""
        untrimmed = self.layer._replace(trims=((0, 0),) * self.dimensions)
        return untrimmed(self.walk.x[None, None])[0, 0]

    @cached_property
    def maps(self) -> np.ndarray:
        """(channels, Q) or (channels, Q, Q)."""
        return pixel_unshuffle(self.shuffled[None], self.walk.stride, dimensions=self.dimensions)

    @cached_property
    def output(self) -> np.ndarray:
        """The whole sub-pixel convolution's answer; ``walk.output`` is the transposed convolution's."""
        return self.layer(self.walk.x[None, None])[0, 0]

    @property
    def difference(self) -> np.ndarray:
        return self.output - self.walk.output

    # ---- where things are

    def kernel_number(self, slot):
        """Index of the kernel's number in a slot; None where the slot is empty."""
        used = self.layer.used[0]
        return tuple(used.index(u) for u in slot) if all(u in used for u in slot) else None

    def slot_of(self, t):
        return tuple(self.layer.used[0][i] for i in t)

    def tap_of(self, slot):
        """(channel, index into its sub-kernel): the convolution's kernel runs the other way round."""
        phase = tuple(u % self.walk.stride for u in slot)
        return self.phases.index(phase), tuple(self.taps - 1 - u // self.walk.stride for u in slot)

    def slot_at(self, channel, tap):
        stride = self.walk.stride
        return tuple((self.taps - 1 - j) * stride + a for j, a in zip(tap, self.phases[channel], strict=True))

    def place_of(self, channel, small):
        """Where the shuffle puts a sample of a map, before trimming."""
        return tuple(q * self.walk.stride + a for q, a in zip(small, self.phases[channel], strict=True))

    def output_at(self, place):
        """The output that a shuffled sample becomes; None where it is trimmed off."""
        index = tuple(v - self.trims[0] for v in place)
        inside = all(0 <= o < size for o, size in zip(index, self.walk.out_shape, strict=True))
        return index if inside else None

    def map_of(self, out):
        """(channel, small) of an output."""
        place = [o + self.trims[0] for o in out]
        phase = tuple(v % self.walk.stride for v in place)
        return self.phases.index(phase), tuple(v // self.walk.stride for v in place)


def checked_phases(walk, version) -> Phases:
    """Raises NoPicture, in torch's words and in ours, for what torch refuses."""
    try:
        _ = walk.out_shape
    except ValueError as reason:
        theirs = torch_words(walk.x.shape, len(walk.kernel), **settings_of(walk))
        raise NoPicture(f"torch refuses this setting: “{theirs}”. {reason} {advice(walk)}") from reason
    return Phases(walk, version)


# ---- the lines of torch and the sizes -----------------------------------------------------------------------


def subpixel_line(parts: Phases) -> str:
    """The call that gives the same numbers from the sub-kernels W.

    >>> subpixel_line(Phases(Walk(np.ones((3, 3)), np.ones((4, 4)), stride=2, padding=1)))
    'F.pixel_shuffle(F.conv2d(x, W, padding=1), 2)'
    """
    (before, after), stride, dimensions = parts.pads, parts.walk.stride, parts.dimensions
    if before == after >= 0:
        padding = f", padding={before}" if before else ""
        line = f"F.conv{dimensions}d(x, W{padding})"
    else:
        line = f"F.conv{dimensions}d(F.pad(x, {(before, after) * dimensions}), W)"
    line = f"F.pixel_shuffle({line}, {stride})" if dimensions == 2 else f"{line}.mT.reshape(1, 1, -1)"
    first, last = parts.trims
    if first or last:
        kept = f"{first or ''}:{first + len(parts.walk.output)}"
        line += f"[..., {', '.join([kept] * dimensions)}]"
    return line


def subpixel_size(parts: Phases) -> tuple[str, str]:
    """(the size of the result, the same with numbers), along one axis."""
    (before, after), (first, last) = parts.pads, parts.trims
    numbers = (
        f"({len(parts.walk.x)} + {factor(before)} + {factor(after)} − {parts.taps} + 1) · {parts.walk.stride}"
        f" − {first} − {last} = {len(parts.output)}"
    )
    return "(n + pads − K + 1) · stride − trims", numbers


# ---- sentences ----------------------------------------------------------------------------------------------


def phases_overview(parts: Phases) -> str:
    filled, slots = parts.layer.slots
    count, k = len(parts.phases), " × ".join([str(parts.taps)] * parts.dimensions)
    rest = f"{slots - filled} are empty" if slots - filled != 1 else "1 is empty"
    kernels = f"{count} small kernels of {k}" if count > 1 else f"one kernel of {k}"
    hold = "holds" if filled == 1 else "hold"
    return (
        f"{overview(parts.walk)} The same from {kernels} and a shuffle: {filled} of {slots} slots {hold} a weight, "
        f"{rest}. Largest difference: {number(np.abs(parts.difference).max(), 12)}."
    )


def phases_table(parts: Phases):
    """One row per channel: the phase, its sub-kernel, its map. Rows of a 2-D array are parted by a stroke."""
    rows = [
        (str(channel), phase_name(phase), in_a_line(kernel), in_a_line(values))
        for channel, (phase, kernel, values) in enumerate(
            zip(parts.phases, parts.sub_kernels, parts.maps, strict=True)
        )
    ]
    return ("channel", "phase", "sub-kernel, as the convolution uses it", "map"), rows


def in_a_line(array):
    """
    >>> in_a_line(np.array([[1.0, 2.0], [3.0, 4.0]]))
    '1 2 / 3 4'
    """
    return " / ".join(" ".join(number(value, 2) for value in row) for row in np.atleast_2d(array))


def phases_details(parts: Phases) -> dict[str, str]:
    walk, details = parts.walk, {}
    for i, index in enumerate(np.ndindex(walk.x.shape)):
        words = (
            "the outputs that light up read it, each with the number of the kernel that is written there."
            if walk.outputs_of(index)
            else f"no output reads it, because padding = {walk.padding} cuts all of them off."
        )
        details[f"in-{i}"] = f"Input {name_of(index)} = {number(walk.x[index], 2)}: {words}"
    for u, slot in enumerate(np.ndindex(parts.merged.shape)):
        details[f"slot-{u}"] = _slot_sentence(parts, slot)
    for channel in range(len(parts.phases)):
        details[f"phase-{channel}"] = _phase_sentence(parts, channel)
        for j, tap in enumerate(np.ndindex(parts.sub_kernels.shape[1:])):
            details[f"tap-{channel}-{j}"] = _slot_sentence(parts, parts.slot_at(channel, tap))
        for q, small in enumerate(np.ndindex(parts.maps.shape[1:])):
            details[f"map-{channel}-{q}"] = _map_sentence(parts, channel, small)
    for o, out in enumerate(np.ndindex(walk.out_shape)):
        details[f"out-{o}"] = details[f"ref-{o}"] = _output_sentence(parts, out)
    for v, place in enumerate(np.ndindex(parts.shuffled.shape)):
        if parts.output_at(place) is None:
            details[f"cut-{v}"] = _cut_sentence(parts)
    count = len(parts.phases)
    details["maps"] = (
        f"{count} map{'s' * (count > 1)} of {' × '.join(map(str, parts.maps.shape[1:]))}, one per phase, before "
        "the shuffle."
    )
    details["all"] = phases_overview(parts)
    return details


def _slot_sentence(parts, slot):
    t = parts.kernel_number(slot)
    channel, tap = parts.tap_of(slot)
    where = f"Slot {name_of(slot)}, phase {phase_name(parts.phases[channel])}"
    if t is not None:
        return (
            f"{where}: it holds kernel number {name_of(t)}, {number(parts.walk.kernel[t], 2)}. In the sub-kernel of "
            f"this phase that is number {name_of(tap)}, because a convolution's kernel runs the other way round."
        )
    used = parts.layer.used[0]
    if any(u < used.start for u in slot):
        return f"{where}: empty, because without a crop the kernel begins {used.start} later."
    if any(u > used[-1] for u in slot):
        return f"{where}: empty, because the kernel has ended; a phase without a number there holds 0."
    return f"{where}: empty, a hole of dilation = {parts.walk.dilation}."


def _phase_sentence(parts, channel):
    filled = sum(
        parts.kernel_number(parts.slot_at(channel, tap)) is not None
        for tap in np.ndindex(parts.sub_kernels.shape[1:])
    )
    stride, phase = parts.walk.stride, parts.phases[channel]
    names = ("place",) if len(phase) == 1 else ("row", "column")
    where = " and ".join(f"{name} {a}" for name, a in zip(names, phase, strict=True))
    size = parts.sub_kernels[channel].size
    return (
        f"Channel {channel} is phase {phase_name(phase)}: {where} of every small pixel, {stride} samples wide. "
        f"{filled} of the {size} slots of its sub-kernel hold a weight; its map becomes every output of its tint."
    )


def _terms(parts, out):
    pairs = parts.walk.inputs_of(out)
    return (
        " + ".join(f"{factor(parts.walk.x[i])} · {factor(parts.walk.kernel[t])}" for i, t in pairs) or "0",
        pairs,
    )


def _output_sentence(parts, out):
    channel, small = parts.map_of(out)
    terms, pairs = _terms(parts, out)
    value = number(parts.output[out], 2)
    sums = f"{terms} = {value}" if pairs else "0: none of its weights meets an input"
    return (
        f"Output {name_of(out)} = {sums}. It is sample {name_of(small)} of map {channel}, phase "
        f"{phase_name(parts.phases[channel])}; the transposed convolution has "
        f"{number(parts.walk.output[out], 2)} there."
    )


def _map_sentence(parts, channel, small):
    place = parts.place_of(channel, small)
    out = parts.output_at(place)
    value = number(parts.maps[(channel, *small)], 2)
    start = f"Map {channel}, phase {phase_name(parts.phases[channel])}, sample {name_of(small)} = {value}"
    if out is None:
        return f"{start}: the shuffle puts it at {name_of(place)}, where it is trimmed off."
    return f"{start}: the shuffle makes it output {name_of(out)}."


def _cut_sentence(parts):
    first, last = parts.trims
    return (
        f"Computed, shuffled and trimmed off: {first} at the start and {last} at the end of each axis."
        if parts.version == "crop"
        else f"The last small pixel reaches beyond the output: {last} trimmed off at the end."
    )


# ---- what lights up together --------------------------------------------------------------------------------


def phases_links(parts: Phases) -> dict[str, list[tuple[str, float | None]]]:
    """An output, its place in the maps, and the transposed convolution's output light up the same."""
    walk, links = parts.walk, {}
    tap_shape, map_shape = parts.sub_kernels.shape[1:], parts.maps.shape[1:]
    members = {f"phase-{channel}": [] for channel in range(len(parts.phases))}
    users = {}
    for t in np.ndindex(walk.kernel.shape):
        slot = parts.slot_of(t)
        channel, tap = parts.tap_of(slot)
        slot_id = f"slot-{np.ravel_multi_index(slot, parts.merged.shape)}"
        tap_id = f"tap-{channel}-{np.ravel_multi_index(tap, tap_shape)}"
        links[slot_id], links[tap_id] = [(tap_id, None)], [(slot_id, None)]
        users[t] = (slot_id, tap_id)
        members[f"phase-{channel}"] += [(slot_id, None), (tap_id, None)]
    for o, out in enumerate(np.ndindex(walk.out_shape)):
        channel, small = parts.map_of(out)
        pairs = walk.inputs_of(out)
        same = (f"out-{o}", f"map-{channel}-{np.ravel_multi_index(small, map_shape)}", f"ref-{o}")
        reads = [(f"in-{np.ravel_multi_index(i, walk.x.shape)}", float(walk.kernel[t])) for i, t in pairs]
        weights = [(cell, None) for _, t in pairs for cell in users[t]]
        for cell in same:
            others = [(other, None) for other in same if other != cell]
            links[cell] = [*reads, *weights, *others]
        for cell, _ in weights:
            links[cell] += [(other, None) for other in same]
        members[f"phase-{channel}"] += [(cell, None) for cell in same]
    return links | members


def phase_name(phase):
    """``1`` in 1-D, ``(0, 1)`` in 2-D: a pair of places inside a small pixel, not an index into an array."""
    return str(phase[0]) if len(phase) == 1 else str(phase)


def phase_badge(phase, room, size):
    """The phase in as many words as fit: "phase 1", else "1"."""
    words = f"phase {phase_name(phase)}" if len(phase) == 1 else phase_name(phase)
    return words if 0.56 * size * len(words) <= room else ", ".join(map(str, phase))


def sides(pair):
    """(before, after) in words: ``1 and 2``, with a real minus sign."""
    return listed(map(number, pair)) if pair[0] != pair[1] else f"{number(pair[0])} and {number(pair[1])}"
