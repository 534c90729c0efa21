"""One transposed convolution, number by number: where each product goes, in numbers and in words.

Words used here (stride, padding, dilation, output_padding: see ``course_utils.convolution``)
    stamp        the kernel times one input, as it lands on the output
    full place   position on the output before padding crops it; output o is at full place o + padding
    natural size how many full places the stamps reach: (n - 1) * stride + dilation * (k - 1) + 1
    added        the last output_padding outputs: those that would not be there without it
    slot         where a step writes (see ``scene.Frame``): "sum-3" is what stands at flat full place 3;
                 "stamp-..." and "product-..." are single products
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_utils.convolution import transposed_convolution, transposed_size
from course_utils.figures.scene import Frame, NoPicture, counted, number
from course_utils.validation import finite_array, whole_number


@dataclass(frozen=True)
class Walk:
    """One transposed convolution of a single channel, and where each of its numbers goes.

    x, kernel: 1-D arrays, or square 2-D ones. Raises ValueError for what torch refuses.
    """

    x: np.ndarray
    kernel: np.ndarray
    stride: int = 1
    padding: int = 0
    output_padding: int = 0
    dilation: int = 1

    @cached_property
    def out_shape(self) -> tuple[int, ...]:
        return tuple(
            transposed_size(n, k, self.stride, self.padding, self.output_padding, self.dilation)
            for n, k in zip(self.x.shape, self.kernel.shape, strict=True)
        )

    @property
    def reach(self) -> int:
        """Full places from a stamp's first number to its last, along one axis."""
        return self.dilation * (len(self.kernel) - 1) + 1

    @property
    def natural(self) -> int:
        return (len(self.x) - 1) * self.stride + self.reach

    @property
    def full(self) -> int:
        """Full places that are drawn along one axis: what the stamps reach and what output_padding adds."""
        return max(self.natural, self.padding + self.out_shape[0])

    @cached_property
    def output(self) -> np.ndarray:
        return self._run(self.x[None])[0]

    @cached_property
    def matrix(self) -> np.ndarray:
        """Row = output, column = input: the transpose of the convolution's matrix."""
        impulses = np.eye(self.x.size).reshape(-1, *self.x.shape)
        return self._run(impulses).reshape(self.x.size, -1).T

    def _run(self, batch):
        return transposed_convolution(
            batch[:, None],
            self.kernel[None, None],
            stride=self.stride,
            padding=self.padding,
            output_padding=self.output_padding,
            dilation=self.dilation,
        )[:, 0]

    def stamp_places(self, index) -> tuple[slice, ...]:
        """The full places that input ``index`` stamps, in the order of the kernel."""
        return tuple(slice(i * self.stride, i * self.stride + self.reach, self.dilation) for i in index)

    def outputs_of(self, index) -> list[tuple[int, ...]]:
        """Outputs that input ``index`` paints: those that padding did not cut off."""
        along = []
        for i, size in zip(index, self.out_shape, strict=True):
            first = i * self.stride - self.padding
            along.append([o for o in range(first, first + self.reach, self.dilation) if 0 <= o < size])
        return combinations_of(along)

    def inputs_of(self, index) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """(input, kernel position) of every product that output ``index`` sums, inputs in order."""
        along = []
        for o, n in zip(index, self.x.shape, strict=True):
            pairs = []
            for t in range(len(self.kernel)):
                i, rest = divmod(o + self.padding - t * self.dilation, self.stride)
                if rest == 0 and 0 <= i < n:
                    pairs.append((i, t))
            along.append(sorted(pairs))
        return [tuple(zip(*pairs, strict=True)) for pairs in combinations_of(along)]

    def linked(self, in_index, out_index) -> bool:
        """Does this input paint this output?"""
        return any(i == tuple(in_index) for i, _ in self.inputs_of(out_index))

    def nearest_output(self, in_index) -> tuple[int, ...]:
        """The output under the middle of an input's stamp, or the nearest that was not cut off."""
        painted = self.outputs_of(in_index)
        if painted:
            return painted[len(painted) // 2]
        return tuple(
            min(max(i * self.stride - self.padding + self.reach // 2, 0), size - 1)
            for i, size in zip(in_index, self.out_shape, strict=True)
        )

    def nearest_input(self, out_index) -> tuple[int, ...]:
        """The middle one of the inputs that an output reads, or the nearest where it reads none."""
        read = self.inputs_of(out_index)
        if read:
            return read[len(read) // 2][0]
        middle = [(o + self.padding - self.reach // 2) / self.stride for o in out_index]
        return tuple(min(max(round(m), 0), n - 1) for m, n in zip(middle, self.x.shape, strict=True))


def checked_walk(x, kernel, settings, most, picture):
    """The walk of numbers and settings that ``picture`` ("the stepper") can show.

    most   {"x" | "kernel" | setting: {1: , 2: }}, the most along an axis in 1-D and in 2-D

    Raises NoPicture for more numbers, or larger settings, than that.
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
    for name, value in settings.items():
        whole_number(value, name, 1 if name in ("stride", "dilation") else 0)
        if value > most[name][x.ndim]:
            raise NoPicture(
                f"{picture[0].upper()}{picture[1:]} shows {name} up to {most[name][x.ndim]}; got {value}."
            )
    return Walk(x, kernel, **settings)


def combinations_of(axes):
    """All combinations, the last axis running fastest, as a list of tuples."""
    combinations = [()]
    for axis in axes:
        combinations = [(*before, item) for before in combinations for item in axis]
    return combinations


def size_terms(n, k, stride, padding, output_padding, dilation):
    """The size formula term by term: (symbol, the same with numbers, css). The first is the result."""
    out = (n - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1
    return [
        ("out", number(out), "output"),
        ("=", "=", ""),
        ("(n − 1)", f"({n} − 1)", "input"),
        ("·", "·", ""),
        ("stride", str(stride), ""),
        ("−", "−", ""),
        ("2 · padding", f"2 · {padding}", ""),
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


def settings_of(walk):
    return {name: getattr(walk, name) for name in ("stride", "padding", "output_padding", "dilation")}


# ---- sentences ----------------------------------------------------------------------------------------------


def overview(walk):
    k = " × ".join(map(str, walk.kernel.shape))
    n, out = (_counted(*each) for each in ((walk.x.shape, "input"), (walk.out_shape, "output")))
    terms = size_terms(len(walk.x), len(walk.kernel), **settings_of(walk))
    sum_ = " ".join(value for _, value, _ in terms[2:])
    return f"{n} and a kernel of {k} make {out}: {sum_} = {terms[0][1]}."


def _counted(shape, noun):
    """How many there are along every axis: "1 input", "3 × 3 inputs"."""
    *others, last = shape
    return " × ".join([*map(str, others), f"{last} {noun}s"]) if others else counted(last, noun)


def advice(walk):
    if walk.output_padding >= max(walk.stride, walk.dilation):
        most = max(walk.stride, walk.dilation) - 1
        return (
            f"An output_padding up to {most}, or a larger stride. It chooses among the sizes "
            f"that a convolution with stride = {walk.stride} takes to one size; there are no more of them."
        )
    most = (walk.natural + walk.output_padding - 1) // 2
    return f"A padding up to {most}, or more inputs, or a larger stride, kernel or dilation."


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


def details_of(walk):
    details = {}
    for j, index in enumerate(np.ndindex(walk.x.shape)):
        details[f"in-{j}"] = _stamp_sentence(walk, index)
    for o, index in enumerate(np.ndindex(walk.out_shape)):
        details[f"out-{o}"] = _read_sentence(walk, index)
    for u, index in enumerate(np.ndindex((walk.full,) * walk.x.ndim)):
        if not is_kept(walk, index):
            details[f"cut-{u}"] = (
                f"Stamps land here, but padding = {walk.padding} cuts this cell off: {walk.padding} at each end."
                if all(i < walk.natural for i in index)
                else f"padding = {walk.padding} cuts this cell off."
            )
    return details


def _stamp_sentence(walk, index):
    value, painted = number(walk.x[index], 2), walk.outputs_of(index)
    what = f"({', '.join(number(w, 2) for w in walk.kernel)})" if walk.x.ndim == 1 else "the kernel"
    start = f"Input {name_of(index)} = {value} stamps {value} × {what}"
    lost = walk.kernel.size - len(painted)
    cut = f"; padding = {walk.padding} cuts {lost} of {walk.kernel.size} off" if lost else ""
    if not painted:
        return f"{start}, and padding = {walk.padding} cuts all of it off."
    if walk.x.ndim == 1:
        return f"{start} onto output{'s' * (len(painted) > 1)} {listed(o for (o,) in painted)}{cut}."
    rows, columns = (sorted({o[axis] for o in painted}) for axis in (0, 1))
    where = f"row{'s' * (len(rows) > 1)} {listed(rows)}, column{'s' * (len(columns) > 1)} {listed(columns)}"
    return f"{start} onto {where} of the output{cut}."


def _read_sentence(walk, index):
    terms = [f"{factor(walk.x[i])} · {factor(walk.kernel[t])}" for i, t in walk.inputs_of(index)]
    result, taps = number(walk.output[index], 2), walk.kernel.size
    added = any(o >= size - walk.output_padding for o, size in zip(index, walk.out_shape, strict=True))
    note = f" It is there because of output_padding = {walk.output_padding}." if added else ""
    if not terms:
        return f"Output {name_of(index)} = 0: none of the {taps} kernel numbers meets an input.{note}"
    zeros = taps - len(terms)
    rest = (
        f" The other {zeros} kernel number{'s' * (zeros > 1)} meet{'s' * (zeros == 1)} zeros."
        if zeros
        else ""
    )
    return f"Output {name_of(index)} = {' + '.join(terms)} = {result}: input · kernel number.{rest}{note}"


def table_of(walk):
    if walk.x.ndim == 2:
        header = ["output", *(f"column {c}" for c in range(walk.out_shape[1]))]
        return header, [(f"row {r}", *(number(v, 2) for v in row)) for r, row in enumerate(walk.output)]
    rows = [
        (
            str(o),
            " + ".join(f"{factor(walk.x[i])} · {factor(walk.kernel[t])}" for i, t in walk.inputs_of((o,)))
            or "0",
            number(value, 2),
        )
        for o, value in enumerate(walk.output)
    ]
    return ("output", "input · kernel number", "sum"), rows


# ---- what is drawn where, and what each step writes ---------------------------------------------------------


def links_of(walk):
    return {
        f"out-{o}": [(f"in-{j}", float(walk.matrix[o, j])) for j in np.flatnonzero(walk.matrix[o])]
        for o in range(len(walk.matrix))
    }


def is_kept(walk, place):
    """Is this full place part of the output?"""
    return all(0 <= u - walk.padding < size for u, size in zip(place, walk.out_shape, strict=True))


def is_added(walk, place):
    return is_kept(walk, place) and any(
        u - walk.padding >= size - walk.output_padding for u, size in zip(place, walk.out_shape, strict=True)
    )


def all_sums(walk):
    """Every text that a sum slot may hold, to choose one font size for the whole walk."""
    sums = np.zeros((walk.full,) * walk.x.ndim)
    texts = {"0"}
    for index in np.ndindex(walk.x.shape):
        where = walk.stamp_places(index)
        sums[where] += walk.x[index] * walk.kernel
        texts.update(number(value, 2) for value in sums[where].flat)
    return texts


def scatter_frames(walk, stamp_slot, places):
    """One frame per input: its stamp is written, the sums under it grow. ``places``: index -> moves."""
    sums, frames = np.zeros((walk.full,) * walk.x.ndim), []
    flat = np.arange(sums.size).reshape(sums.shape)
    for j, index in enumerate(np.ndindex(walk.x.shape)):
        stamp, where = walk.x[index] * walk.kernel, walk.stamp_places(index)
        sums[where] += stamp
        shown = flat if j == 0 else flat[where]  # the first frame writes every 0
        write = {f"sum-{u}": number(sums.flat[u], 2) for u in shown.flat}
        write |= {stamp_slot(j, t): number(value, 2) for t, value in enumerate(stamp.flat)}
        frames.append(Frame(write, places(index)))
    return frames


def gather_frames(walk, places):
    """One frame per output: the products in the window, and their sum. ``places``: index -> moves."""
    frames, standing = [], {}
    for index in np.ndindex(walk.out_shape):
        products = dict.fromkeys(np.ndindex(walk.kernel.shape), "0")
        for i, t in walk.inputs_of(index):
            products[t] = number(walk.x[i] * walk.kernel[t], 2)
        texts = {f"product-{t}": text for t, text in enumerate(products.values())}
        write = {slot: text for slot, text in texts.items() if standing.get(slot) != text}  # most stay 0
        standing = texts
        place = np.ravel_multi_index([o + walk.padding for o in index], (walk.full,) * walk.x.ndim)
        frames.append(Frame({**write, f"sum-{place}": number(walk.output[index], 2)}, places(index)))
    return frames
