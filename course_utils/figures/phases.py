"""A transposed convolution and its phases in words: lines of torch, sizes, a sentence for every cell and step.

Words: see ``course_utils.phases``.

Ids of cells: "in-3", "out-3", "ref-3" (the transposed convolution's own output) are flat indices; "slot-3" a place of
the merged kernel; "tap-1-3" number 3 of the small kernel of channel 1; "map-1-3" sample 3 of its map; "phase-1" the
channel; "cut-3" a shuffled sample that is trimmed off, by its place in the untrimmed picture.

Steps: "window-3", each small kernel sums what the window covers; "shuffle-1", map 1 takes its places; "all", compare.
"""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.scene import number
from course_utils.figures.trace import factor, listed, name_of, overview
from course_utils.phases import Phases

LONGEST = 200  # characters of a sentence, so that it takes two lines


# ---- the lines of torch and the sizes -----------------------------------------------------------------------


def subpixel_line(parts: Phases) -> str:
    """The call that gives the same numbers from the small kernels W.

    >>> from course_utils.trace import Trace
    >>> subpixel_line(Phases(Trace(np.ones((3, 3)), np.ones((4, 4)), stride=2, padding=1)))
    'F.pixel_shuffle(F.conv2d(x, W, padding=1), 2)'
    """
    (before, after), dimensions = parts.pads, parts.dimensions
    if before == after >= 0:
        padding = f", padding={before}" if before else ""
        line = f"F.conv{dimensions}d(x, W{padding})"
    else:
        line = f"F.conv{dimensions}d(F.pad(x, {(before, after) * dimensions}), W)"
    line = f"F.pixel_shuffle({line}, {parts.stride})" if dimensions == 2 else f"{line}.mT.reshape(1, 1, -1)"
    first, last = parts.trims
    if first or last:
        kept = f"{first or ''}:{first + len(parts.trace.output)}"
        line += f"[..., {', '.join([kept] * dimensions)}]"
    return line


def subpixel_size(parts: Phases) -> tuple[str, str]:
    """(the size of the result, the same with numbers), along one axis."""
    (before, after), (first, last) = parts.pads, parts.trims
    numbers = (
        f"({len(parts.trace.x)} + {factor(before)} + {factor(after)} − {parts.taps} + 1) · {parts.stride}"
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
        f"{overview(parts.trace)} The same from {kernels} and a shuffle: {filled} of {slots} slots {hold} a weight, "
        f"{rest}. Largest difference: {number(np.abs(parts.difference).max(), 12)}."
    )


def phases_table(parts: Phases):
    """One row per channel: the phase, its small kernel, its map. Rows of a 2-D array are parted by a stroke."""
    rows = [
        (str(channel), phase_name(phase), in_a_line(kernel), in_a_line(values))
        for channel, (phase, kernel, values) in enumerate(
            zip(parts.phases, parts.sub_kernels, parts.maps, strict=True)
        )
    ]
    return ("channel", "phase", "small kernel, as the convolution uses it", "map"), rows


def in_a_line(array):
    """
    >>> in_a_line(np.array([[1.0, 2.0], [3.0, 4.0]]))
    '1 2 / 3 4'
    """
    return " / ".join(" ".join(number(value, 2) for value in row) for row in np.atleast_2d(array))


def phases_details(parts: Phases) -> dict[str, str]:
    """id -> sentence, of every cell and every step."""
    trace, details = parts.trace, {}
    for i, index in enumerate(np.ndindex(trace.x.shape)):
        details[f"in-{i}"] = _input_sentence(parts, index)
    for u, slot in enumerate(np.ndindex(parts.merged.shape)):
        details[f"slot-{u}"] = _slot_sentence(parts, slot)
    for channel in range(len(parts.phases)):
        details[f"phase-{channel}"] = _phase_sentence(parts, channel)
        details[f"shuffle-{channel}"] = _shuffle_sentence(parts, channel)
        for j, tap in enumerate(np.ndindex(parts.sub_kernels.shape[1:])):
            details[f"tap-{channel}-{j}"] = _slot_sentence(parts, parts.slot_at(channel, tap))
        for q, small in enumerate(np.ndindex(parts.maps.shape[1:])):
            details[f"map-{channel}-{q}"] = _map_sentence(parts, channel, small)
    for q, small in enumerate(np.ndindex(parts.maps.shape[1:])):
        details[f"window-{q}"] = _window_sentence(parts, q, small)
    for o, out in enumerate(np.ndindex(trace.out_shape)):
        details[f"out-{o}"] = _output_sentence(parts, out)
        details[f"ref-{o}"] = _reference_sentence(parts, out)
    for v, place in enumerate(np.ndindex(parts.shuffled.shape)):
        if parts.output_at(place) is None:
            details[f"cut-{v}"] = _cut_sentence(parts)
    details["all"] = phases_overview(parts)
    return details


def _input_sentence(parts, index):
    trace = parts.trace
    words = (
        "the outputs that light up read it, each with the weight written there."
        if trace.outputs_of(index)
        else f"no output reads it, because padding = {trace.padding} cuts all of them off."
    )
    return f"Input {name_of(index)} = {number(trace.x[index], 2)}: {words}"


def _slot_sentence(parts, slot):
    t = parts.kernel_number(slot)
    channel, tap = parts.tap_of(slot)
    where = f"Slot {name_of(slot)}, phase {phase_name(parts.phases[channel])}"
    if t is not None:
        return (
            f"{where}: it holds weight {name_of(t)} = {number(parts.trace.kernel[t], 2)}. In the small kernel "
            f"that is tap {name_of(tap)}: a convolution's kernel is flipped."
        )
    used = parts.layer.used[0]
    if any(u < used.start for u in slot):
        late = f"the kernel begins {used.start} later, so that nothing is trimmed at the start"
        return f"{where}: empty, because {late}."
    if any(u > used[-1] for u in slot):
        return f"{where}: empty, because the kernel has ended; a phase without a weight there holds 0."
    return f"{where}: empty, a hole of dilation = {parts.trace.dilation}."


def _phase_sentence(parts, channel):
    filled, phase = parts.filled(channel), parts.phases[channel]
    names = ("position",) if len(phase) == 1 else ("row", "column")
    where = " and ".join(f"{name} {a}" for name, a in zip(names, phase, strict=True))
    size = parts.sub_kernels[channel].size
    hold = "holds" if filled == 1 else "hold"
    block = " × ".join([str(parts.stride)] * len(phase)) + (" samples" if len(phase) == 1 else "")
    return (
        f"Channel {channel} is phase {phase_name(phase)}: {where} of every block of {block}. "
        f"{filled} of the {size} slots of its small kernel {hold} a weight; its map becomes the outputs of its color."
    )


def _sum(parts, channel, small):
    """What a sample of a map adds up: ``5 · 1 + 1 · 3``; "" where no weight meets an input."""
    x, kernel = parts.trace.x, parts.sub_kernels[channel]
    return " + ".join(f"{factor(x[i])} · {factor(kernel[tap])}" for i, tap in parts.terms(channel, small))


def _window_sentence(parts, q, small):
    """The sums of all small kernels in one window; where they are too long to be read, only their results."""
    count = int(np.prod(parts.maps.shape[1:]))
    covered = ", ".join(number(parts.trace.x[i], 2) for i in parts.window(small)) or "only zeros"
    start = f"Window {q + 1} of {count} covers {covered}: "
    values = [number(values[small], 2) for values in parts.maps]
    sums = [_sum(parts, channel, small) for channel in range(len(values))]
    each = "; ".join(
        f"map {channel} gets {sum_} = {value}" if sum_ else f"map {channel} gets {value}"
        for channel, (sum_, value) in enumerate(zip(sums, values, strict=True))
    )
    if len(start) + len(each) <= LONGEST:
        return f"{start}{each}."
    *others, last = values
    maps = f"the {len(values)} maps get {', '.join(others)} and {last}" if others else f"the map gets {last}"
    if len(start) + len(maps) > LONGEST:
        start = f"Window {q + 1} of {count}: "
    return f"{start}{maps} at {name_of(small)}."


def _shuffle_sentence(parts, channel):
    phase, first, stride = parts.phases[channel], parts.trims[0], parts.stride
    names = ("output",) if len(phase) == 1 else ("row", "column")
    places = []
    for name, letter, a in zip(names, "qr", phase, strict=False):
        shift = a - first
        end = f" {'+' if shift > 0 else '−'} {abs(shift)}" if shift else ""
        places.append(f"{name} {stride} · {letter}{end}" if stride > 1 else f"{name} {letter}{end}")
    sample = "q" if len(phase) == 1 else "[q, r]"
    kept = sum(
        parts.output_at(parts.place_of(channel, small)) is not None
        for small in np.ndindex(parts.maps.shape[1:])
    )
    cut = parts.maps[channel].size - kept
    lost = (
        f"; {cut} of its {parts.maps[channel].size} samples {'is' if cut == 1 else 'are'} trimmed off"
        if cut
        else ""
    )
    return (
        f"Map {channel}, phase {phase_name(phase)}, takes its positions: sample {sample} goes to "
        f"{', '.join(places)}{lost}. No number changes."
    )


def _output_sentence(parts, out):
    channel, small = parts.map_of(out)
    value = number(parts.output[out], 2)
    pairs = parts.trace.inputs_of(out)
    terms = " + ".join(f"{factor(parts.trace.x[i])} · {factor(parts.trace.kernel[t])}" for i, t in pairs)
    sums = f"{terms} = {value}" if pairs else "0: none of its weights meets an input"
    return (
        f"Output {name_of(out)} = {sums}. It is sample {name_of(small)} of map {channel}, phase "
        f"{phase_name(parts.phases[channel])}."
    )


def _reference_sentence(parts, out):
    return (
        f"The transposed convolution's own output {name_of(out)} is {number(parts.trace.output[out], 2)}; "
        f"the shuffle gives {number(parts.output[out], 2)} there."
    )


def _map_sentence(parts, channel, small):
    place = parts.place_of(channel, small)
    out = parts.output_at(place)
    sum_ = _sum(parts, channel, small)
    value = f"{sum_} = {number(parts.maps[(channel, *small)], 2)}" if sum_ else "0"
    start = f"Map {channel}, phase {phase_name(parts.phases[channel])}, sample {name_of(small)} = {value}"
    if out is None:
        return f"{start}: the shuffle puts it at {name_of(place)}, where it is trimmed off."
    return f"{start}: the shuffle makes it output {name_of(out)}."


def _cut_sentence(parts):
    first, last = parts.trims
    return (
        f"Computed, shuffled and trimmed off: {first} at the start and {last} at the end of each axis."
        if parts.version == "trim after"
        else f"The last block reaches beyond the output: {last} trimmed off at the end."
    )


# ---- what lights up together --------------------------------------------------------------------------------


def phases_links(parts: Phases) -> dict[str, list[tuple[str, float | None]]]:
    """An output and its sample of a map: with the inputs they read, their weights, and each other.

    The other way around (what reads this input, this weight) is the browser's to find.
    """
    trace, map_shape, links = parts.trace, parts.maps.shape[1:], {}
    members = {f"phase-{channel}": [] for channel in range(len(parts.phases))}
    for t in np.ndindex(trace.kernel.shape):
        slot = parts.slot_of(t)
        slot_id, tap_id = _weight_ids(parts, slot)
        links[tap_id] = [(slot_id, None)]
        members[f"phase-{parts.channel_of(slot)}"] += [(slot_id, None), (tap_id, None)]
    for o, out in enumerate(np.ndindex(trace.out_shape)):
        channel, small = parts.map_of(out)
        map_id = f"map-{channel}-{np.ravel_multi_index(small, map_shape)}"
        pairs = trace.inputs_of(out)
        reads = [(f"in-{np.ravel_multi_index(i, trace.x.shape)}", float(trace.kernel[t])) for i, t in pairs]
        slots, taps = [], []
        for _, t in pairs:
            slot_id, tap_id = _weight_ids(parts, parts.slot_of(t))
            slots.append((slot_id, None))
            taps.append((tap_id, None))
            links[tap_id].append((map_id, None))
        links[f"out-{o}"] = [*reads, *slots, *taps, (map_id, None), (f"ref-{o}", None)]
        links[map_id] = [*reads, *taps, (f"out-{o}", None)]
        links[f"ref-{o}"] = [*reads, *slots, (f"out-{o}", None)]
        members[f"phase-{channel}"] += [(map_id, None), (f"out-{o}", None), (f"ref-{o}", None)]
    return links | members | _window_links(parts)


def _weight_ids(parts, slot):
    channel, tap = parts.tap_of(slot)
    tap_number = np.ravel_multi_index(tap, parts.sub_kernels.shape[1:])
    return f"slot-{np.ravel_multi_index(slot, parts.merged.shape)}", f"tap-{channel}-{tap_number}"


def _window_links(parts):
    """Under a window its inputs light up, and the sample that every map gets there."""
    links = {}
    for q, small in enumerate(np.ndindex(parts.maps.shape[1:])):
        inputs = [(f"in-{np.ravel_multi_index(i, parts.trace.x.shape)}", None) for i in parts.window(small)]
        links[f"window-{q}"] = [*inputs, *((f"map-{c}-{q}", None) for c in range(len(parts.phases)))]
    return links


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
