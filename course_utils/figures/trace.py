"""A transposed convolution in words and frames: its formula, torch's line, a sentence for every cell, every step.

Words: see ``course_utils.trace``. A slot is where a step writes (see ``scene.Frame``): "sum-3" is what stands at
flat full place 3; "stamp-..." and "product-..." are single products.
"""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.scene import Frame, NoPicture, counted, number, strength
from course_utils.trace import Trace
from course_utils.validation import finite_array, whole_number

LARGEST = 999  # of a number that is shown


def checked_trace(x, kernel, settings, most, picture) -> Trace:
    """The trace of numbers and settings that ``picture`` ("the stepper") can show.

    most   {"x" | "kernel" | setting: {1: , 2: }}, the most along an axis in 1-D and in 2-D

    Raises NoPicture for more numbers, larger numbers or larger settings than that.
    """
    x, kernel = finite_array(x, "x").astype(float), finite_array(kernel, "kernel").astype(float)
    if x.ndim not in (1, 2) or kernel.ndim != x.ndim:
        raise NoPicture(f"x and kernel need 1 axis each, or 2; got shapes {x.shape} and {kernel.shape}.")
    for name, array in (("x", x), ("kernel", kernel)):
        if len(set(array.shape)) > 1 or len(array) > most[name][x.ndim]:
            square = " in a square" if x.ndim == 2 else ""
            raise NoPicture(
                f"{name} has shape {array.shape}; {picture} shows up to {most[name][x.ndim]} numbers along an "
                f"axis{square}."
            )
        if np.abs(array).max() > LARGEST:
            raise NoPicture(
                f"{name} reaches from {number(array.min())} to {number(array.max())}; {picture} shows numbers "
                f"from −{LARGEST} to {LARGEST}."
            )
    for name, value in settings.items():
        whole_number(value, name, 1 if name in ("stride", "dilation") else 0)
        if value > most[name][x.ndim]:
            raise NoPicture(
                f"{picture[0].upper()}{picture[1:]} shows {name} up to {most[name][x.ndim]}; got {value}."
            )
    return Trace(x, kernel, **settings)


# ---- the formula and torch ----------------------------------------------------------------------------------


def size_terms(n, k, stride, padding, output_padding, dilation):
    """The size formula term by term: (symbol, the same with numbers, css). The first is the result."""
    out = (n - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1
    return [
        ("out", number(out), "output"),
        ("=", "=", ""),
        ("(n − 1)", f"({n} − 1)", "input"),
        ("·", "·", ""),
        ("stride", str(stride), ""),
        ("− 2 ·", "− 2 ·", ""),
        ("padding", str(padding), ""),
        ("+", "+", ""),
        ("dilation", str(dilation), ""),
        ("·", "·", ""),
        ("(k − 1)", f"({k} − 1)", "kernel"),
        ("+", "+", ""),
        ("output_padding", str(output_padding), ""),
        ("+ 1", "+ 1", ""),
    ]


def torch_line(dimensions, stride=1, padding=0, output_padding=0, dilation=1):
    """The call that gives the same numbers; what torch assumes anyway is left out.

    >>> torch_line(1, stride=2, padding=1)
    'F.conv_transpose1d(x, w, stride=2, padding=1)'
    """
    settings = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    usual = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
    said = "".join(f", {name}={value}" for name, value in settings.items() if value != usual[name])
    return f"F.conv_transpose{dimensions}d(x, w{said})"


def torch_words(shape, k, stride, padding, output_padding, dilation):
    """What torch says to a setting that it refuses, up to where its words repeat every setting."""
    if output_padding >= max(stride, dilation):
        return "output padding must be smaller than either stride or dilation"
    out = [(n - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1 for n in shape]
    shape, out = ((1, *shape), (1, *out)) if len(shape) == 1 else (shape, out)
    return (
        f"Given input size per channel: ({' x '.join(map(str, shape))}). "
        f"Calculated output size per channel: ({' x '.join(map(str, out))}). Output size is too small"
    )


def settings_of(trace):
    return trace.settings


# ---- sentences ----------------------------------------------------------------------------------------------


def overview(trace):
    k = " × ".join(map(str, trace.kernel.shape))
    n, out = (_counted(*each) for each in ((trace.x.shape, "input"), (trace.out_shape, "output")))
    terms = size_terms(len(trace.x), len(trace.kernel), **trace.settings)
    sum_ = " ".join(value for _, value, _ in terms[2:])
    return f"{n} and a kernel of {k} make {out}: {sum_} = {terms[0][1]}."


def _counted(shape, noun):
    """How many there are along every axis: "1 input", "3 × 3 inputs"."""
    *others, last = shape
    return " × ".join([*map(str, others), f"{last} {noun}s"]) if others else counted(last, noun)


def refusal(trace):
    """A setting that torch refuses, in plain words: why, and what works."""
    return f"{_why_refused(trace)} What works: {_advice(trace)}"


def _why_refused(trace):
    """Why a setting that torch refuses has no output."""
    most = max(trace.stride, trace.dilation)
    if trace.output_padding >= most:
        taken = "only 0" if most == 1 else f"0 to {most - 1}"
        return (
            f"output_padding chooses among sizes that a convolution turns into one: with stride = {trace.stride} and "
            f"dilation = {trace.dilation} it can be {taken}, not {trace.output_padding}."
        )
    places = counted(trace.natural + trace.output_padding, "position")
    return f"Nothing is left: the output has {places}, and padding = {trace.padding} cuts off {2 * trace.padding}."


def _advice(trace):
    """What would work in place of a setting that torch refuses."""
    most = max(trace.stride, trace.dilation)
    if trace.output_padding >= most:
        works = "of 0" if most == 1 else f"up to {most - 1}"
        return f"an output_padding {works}, or a stride of at least {trace.output_padding + 1}."
    most = (trace.natural + trace.output_padding - 1) // 2
    larger = ["stride"] * (len(trace.x) > 1) + ["dilation"] * (len(trace.kernel) > 1) + ["kernel"]
    return f"a padding up to {most}, or more inputs, or a larger {' or '.join(larger)}."


def crops_less(trace, where):
    """What output_padding does, in the one wording of the course."""
    return f"output_padding = {trace.output_padding} crops {trace.output_padding} less at the {where}"


def factor(value):
    return f"({number(value, 2)})" if value < 0 else number(value, 2)


def name_of(index):
    """``3`` in 1-D, ``[1, 2]`` in 2-D."""
    return str(index[0]) if len(index) == 1 else f"[{', '.join(map(str, index))}]"


def listed(numbers):
    """3 to 5; 3, 5 and 7; 4."""
    numbers = list(numbers)
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    if len(numbers) < 2:
        return "".join(map(str, numbers))
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def details_of(trace, view="scatter"):
    """id -> sentence, of every input, output, weight and cut-off cell; in 1-D of every product in a stamp."""
    details = {}
    for j, index in enumerate(np.ndindex(trace.x.shape)):
        details[f"in-{j}"] = _stamp_sentence(trace, index)
    for o, index in enumerate(np.ndindex(trace.out_shape)):
        details[f"out-{o}"] = _read_sentence(trace, index, view)
    for t, index in enumerate(np.ndindex(trace.kernel.shape)):
        details[f"w-{t}"] = _weight_sentence(trace, index)
    for u, index in enumerate(np.ndindex((trace.full,) * trace.x.ndim)):
        if not trace.is_kept(index):
            details[f"cut-{u}"] = (
                f"Stamps land here, but padding = {trace.padding} cuts this cell off: {trace.padding} at each end."
                if all(i < trace.natural for i in index)
                else f"padding = {trace.padding} cuts this cell off."
            )
    if view == "scatter" and trace.x.ndim == 1:
        details |= {
            f"stamp-{j}-{t}": _product_sentence(trace, j, t)
            for j in range(len(trace.x))
            for t in range(len(trace.kernel))
        }
    return details


def _stamp_sentence(trace, index):
    value, painted = number(trace.x[index], 2), trace.outputs_of(index)
    weights, stamp = (
        ", ".join(number(w, 2) for w in array.flat) for array in (trace.kernel, trace.stamp(index))
    )
    start = f"Input {name_of(index)} = {value} stamps {value} × "
    start += f"({weights}) = ({stamp})" if trace.x.ndim == 1 else "the kernel"
    lost = trace.kernel.size - len(painted)
    cut = f"; padding = {trace.padding} cuts {lost} of {trace.kernel.size} off" if lost else ""
    if not painted:
        return f"{start}, and padding = {trace.padding} cuts all of it off."
    if trace.x.ndim == 1:
        return f"{start} onto output{'s' * (len(painted) > 1)} {listed(o for (o,) in painted)}{cut}."
    rows, columns = (sorted({o[axis] for o in painted}) for axis in (0, 1))
    where = f"row{'s' * (len(rows) > 1)} {listed(rows)}, column{'s' * (len(columns) > 1)} {listed(columns)}"
    return f"{start} onto {where} of the output{cut}."


def _read_sentence(trace, index, view):
    pairs, result = trace.inputs_of(index), number(trace.output[index], 2)
    terms = " + ".join(f"{factor(trace.x[i])} · {factor(trace.kernel[t])}" for i, t in pairs)
    added = any(o >= size - trace.output_padding for o, size in zip(index, trace.out_shape, strict=True))
    note = f" It is there because output_padding = {trace.output_padding} crops less." if added else ""
    if not pairs:
        reason = "no stamp lands here" if view == "scatter" else "every weight meets a zero"
        return f"Output {name_of(index)} = 0: {reason}.{note}"
    products = " + ".join(factor(trace.x[i] * trace.kernel[t]) for i, t in pairs)
    between = f"{products} = " if len(pairs) > 1 else ""
    if view == "scatter":  # at an early step its cell holds less than that
        return f"Output {name_of(index)} = {terms} = {between}{result}, with all stamps down.{note}"
    zeros = trace.kernel.size - len(pairs)
    rest = {0: "", 1: " The other weight meets a zero."}.get(zeros, f" The other {zeros} weights meet zeros.")
    return f"Output {name_of(index)} = {terms} = {between}{result}.{rest}{note}"


def _weight_sentence(trace, index):
    weight = number(trace.kernel[index], 2)
    if trace.x.ndim == 2:
        return f"Weight {name_of(index)} = {weight} multiplies every input."
    shift = index[0] * trace.dilation - trace.padding
    end = f" {'+' if shift > 0 else '−'} {abs(shift)}" if shift else ""
    stride = f"{trace.stride} · i" if trace.stride > 1 else "i"
    return f"Weight {index[0]} = {weight} multiplies every input: input i · {weight} lands on output {stride}{end}."


def _product_sentence(trace, j, t):
    product = f"Input {j} × weight {t}: {factor(trace.x[j])} · {factor(trace.kernel[t])} = "
    product += number(trace.x[j] * trace.kernel[t], 2)
    output = j * trace.stride + t * trace.dilation - trace.padding
    if 0 <= output < trace.out_shape[0]:
        return f"{product} lands on output {output}."
    return f"{product}, and padding = {trace.padding} cuts it off."


def table_of(trace):
    if trace.x.ndim == 2:
        header = ["output", *(f"column {c}" for c in range(trace.out_shape[1]))]
        return header, [(f"row {r}", *(number(v, 2) for v in row)) for r, row in enumerate(trace.output)]
    rows = [
        (
            str(o),
            " + ".join(f"{factor(trace.x[i])} · {factor(trace.kernel[t])}" for i, t in trace.inputs_of((o,)))
            or "0",
            number(value, 2),
        )
        for o, value in enumerate(trace.output)
    ]
    return ("output", "input · weight", "sum"), rows


# ---- what lights up together, and what each step writes -----------------------------------------------------


def links_of(trace, view="scatter"):
    """Output -> its inputs, with the weights; -> its weights; in 1-D scatter -> the stamps' cells that add up."""
    links = {}
    for o, index in enumerate(np.ndindex(trace.out_shape)):
        pairs = [
            (_flat(i, trace.x), _flat(t, trace.kernel), float(trace.kernel[t]))
            for i, t in trace.inputs_of(index)
        ]
        links[f"out-{o}"] = [(f"in-{i}", weight) for i, _, weight in pairs]
        if view == "scatter" and trace.x.ndim == 1:
            links[f"out-{o}"] += [(f"stamp-{i}-{t}", None) for i, t, _ in pairs]
        else:
            links[f"out-{o}"] += [(f"w-{t}", None) for _, t, _ in pairs]
    return links


def _flat(index, array):
    return int(np.ravel_multi_index(index, array.shape))


def all_sums(trace):
    """Every text that a sum slot may hold, to choose one font size for all steps."""
    texts = {"0"}
    for index, _, sums in trace.sums():
        texts.update(number(value, 2) for value in sums[trace.stamp_places(index)].flat)
    return texts


def scatter_frames(trace, stamp_slot, places):
    """One frame per input: its stamp is written, the sums under it grow. ``places``: index -> moves."""
    frames, tint = [], _tint(trace)
    flat = np.arange(trace.full**trace.x.ndim).reshape((trace.full,) * trace.x.ndim)
    for j, (index, stamp, sums) in enumerate(trace.sums()):
        shown = flat if j == 0 else flat[trace.stamp_places(index)]  # the first frame writes every 0
        write = {f"sum-{u}": number(sums.flat[u], 2) for u in shown.flat}
        write |= {stamp_slot(j, t): number(value, 2) for t, value in enumerate(stamp.flat)}
        paint = {} if trace.x.ndim == 1 else _painted(tint, shown, sums)
        frames.append(Frame(write, places(index), paint))
    return frames


def gather_frames(trace, places):
    """One frame per output: the products in the window, and their sum. ``places``: index -> moves."""
    frames, standing, tint = [], {}, _tint(trace)
    for index in np.ndindex(trace.out_shape):
        products = dict.fromkeys(np.ndindex(trace.kernel.shape), "0")
        for i, t in trace.inputs_of(index):
            products[t] = number(trace.x[i] * trace.kernel[t], 2)
        texts = {f"product-{t}": text for t, text in enumerate(products.values())}
        write = {slot: text for slot, text in texts.items() if standing.get(slot) != text}  # most stay 0
        standing = texts
        place = np.ravel_multi_index([o + trace.padding for o in index], (trace.full,) * trace.x.ndim)
        value = trace.output[index]
        paint = {} if trace.x.ndim == 1 else _of_sign(f"{place}", tint(value), value)
        frames.append(Frame({**write, f"sum-{place}": number(value, 2)}, places(index), paint))
    return frames


def _tint(trace):
    """Sum -> how strongly its cell is painted; the largest sum of all steps is the strongest."""
    largest = max(float(np.abs(sums).max()) for _, _, sums in trace.sums())
    return lambda value: round(float(strength(abs(value), 0, largest or 1)), 2)


def _painted(tint, shown, sums):
    return {
        slot: opacity
        for u in shown.flat
        for slot, opacity in _of_sign(u, tint(sums.flat[u]), sums.flat[u]).items()
    }


def _of_sign(u, opacity, value):
    """A cell has a layer of paint for each sign; one of them is clear."""
    return {f"plus-{u}": 0 if value < 0 else opacity, f"minus-{u}": opacity if value < 0 else 0}
