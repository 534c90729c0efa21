"""What is said of pooling and unpooling: the sentence of the whole picture and of each of its cells."""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.scene import number
from course_utils.pooling import RoundTrip

MOST_TERMS = 8  # of a sum of products; more do not fit into two lines
MOST_LISTED = 4  # maxima with their indices


def summary(trip: RoundTrip, remarks: tuple[str, ...] = ()) -> str:
    """The whole picture in at most two lines. ``remarks`` come first where there are some."""
    text = _sizes(trip)
    if remarks:
        return ". ".join(map(_as_sentence, (text, *remarks, *verdicts(trip)[:1]))) + "."
    if trip.back is None:
        return f"{text}. Unpooling is refused: {trip.refused}"
    if trip.maxima.size <= MOST_LISTED and not trip.misplaced:
        index = "index" if trip.indices.size == 1 else "indices"
        text += f" {_listed(trip.maxima.ravel())} with {index} {', '.join(map(str, trip.indices.ravel()))}"
    if trip.misplaced:
        return f"{text}. {_misplaced(trip)}"
    return f"{text}. {_as_sentence(came_back(trip))}.{_shared(trip)}{_second_pooling(trip)}"


def _sizes(trip):
    size = " × ".join(map(str, trip.x.shape))
    out = " × ".join(map(str, trip.maxima.shape))
    padded = f", padding {trip.padding}" if trip.padding else ""
    k = trip.kernel_size
    maxima = "1 maximum" if trip.maxima.size == 1 else f"{out} maxima"
    return f"{size} numbers, {k} × {k} windows, stride {trip.stride}{padded}: {maxima}"


def _misplaced(trip):
    moved = trip.misplaced
    names = ", ".join(number(trip.x.flat[i], 2) for i in moved[:4])
    more = f" and {len(moved) - 4} more" if len(moved) > 4 else ""
    land = "lands" if len(moved) == 1 else "land"
    height, width = trip.back.shape
    return (
        f"Unpooled to {height} × {width}, {names}{more} {land} at another position: the indices count rows of "
        f"{trip.x.shape[1]}, the result has rows of {width}."
    )


def _shared(trip):
    shared = int((trip.wins > 1).sum())
    if not shared:
        return ""
    return f" {shared} of them won in more than one window: unpooling overwrites, it does not add."


def _second_pooling(trip):
    if trip.again is None:
        return ""
    wrong = np.flatnonzero(trip.again != trip.maxima)
    if not len(wrong):
        return " Pooled again, they give the same maxima."
    o = int(wrong[0])
    was, now = number(trip.maxima.flat[o], 2), number(trip.again.flat[o], 2)
    return (
        f" Pooled again, {len(wrong)} of {trip.maxima.size} maxima differ: {_named(trip, 'max', o)} was {was} "
        f"and is now {now}."
    )


def came_back(trip: RoundTrip) -> str:
    """How many numbers unpooling restores."""
    count, lost = len(trip.winners), trip.x.size - len(trip.winners)
    if lost == 0:
        return f"all {count} numbers come back"
    return f"{count} of {trip.x.size} come{'s' * (count == 1)} back, {lost} become{'s' * (lost == 1)} 0"


def verdicts(trip: RoundTrip) -> list[str]:
    """One or two short lines under what came back."""
    if trip.back is None:
        return ["unpooling is refused"]
    if trip.misplaced:
        count = len(trip.misplaced)
        return [f"✗ {count} of {len(trip.winners)} at another position"]
    if trip.again is None:
        return [came_back(trip)]
    differ = int((trip.again != trip.maxima).sum())
    again = f"{differ} of {trip.maxima.size} maxima differ" if differ else "the same maxima"
    return [came_back(trip), f"pooled again: {again}"]


def table(trip: RoundTrip):
    """(header, rows): one row for each window."""
    header = ["window", "reads", "maximum", "index", "mean", "convolution"]
    rows = []
    for o in range(trip.maxima.size):
        row, column = np.unravel_index(o, trip.maxima.shape)
        rows.append(
            [f"{row}, {column}", _seen(trip, o), number(trip.maxima.flat[o], 2), str(trip.indices.flat[o]),
             number(trip.means.flat[o], 4), number(trip.sums.flat[o], 4)]
        )  # fmt: skip
    return header, rows


def details(trip: RoundTrip) -> dict[str, str]:
    """The sentence of every cell, in the numbers of the picture."""
    sentences = {}
    for o in range(trip.maxima.size):
        sentences[f"max-{o}"] = _of_a_maximum(trip, o)
        sentences[f"avg-{o}"] = _of_a_mean(trip, o)
        sentences[f"conv-{o}"] = _of_a_sum(trip, o)
    sentences |= {f"in-{i}": _of_an_input(trip, i) for i in range(trip.x.size)}
    sentences |= {f"w-{t}": _of_a_weight(trip, t) for t in range(trip.weights.size)}
    if trip.back is not None:
        sentences |= {f"back-{i}": _of_a_number_back(trip, i) for i in range(trip.back.size)}
    return sentences


def _of_a_maximum(trip, o):
    largest, index, width = float(trip.maxima.flat[o]), int(trip.indices.flat[o]), trip.x.shape[1]
    row, column = divmod(index, width)
    ties = sum(float(trip.x.flat[i]) == largest for i, _ in trip.windows[o])
    first = f" (the first of {ties})" if ties > 1 else ""
    down, right = (number(place, 1) for place in trip.center(o))
    return (
        f"{_named(trip, 'max', o)}: max of {_seen(trip, o)} is {number(largest, 2)}, from row {row}, column "
        f"{column}{first}: index {row} · {width} + {column} = {index}. The window's center is row {down}, "
        f"column {right}."
    )


def _of_a_mean(trip, o):
    window, count = trip.windows[o], trip.kernel_size**2
    empty = count - len(window)
    padded = f"; {empty} of the {count} are padding and count as 0" if empty else ""
    terms = " + ".join(_in_brackets(_input(trip, i)) for i, _ in window)
    total = f"({terms})/{count}" if count > 1 else terms
    return f"{_named(trip, 'mean', o)} = {total} = {number(trip.means.flat[o], 4)}{padded}."


def _of_a_sum(trip, o):
    """Samples of one weight stand in one bracket: 0.5 · (1 + 3) + (−0.5) · (2 + 5)."""
    groups = {}
    for i, t in trip.windows[o]:
        if trip.weights[t]:
            groups.setdefault(float(trip.weights[t]), []).append(_in_brackets(_input(trip, i)))
    terms = [
        f"{_in_brackets(number(weight, 4))} · " + (f"({' + '.join(each)})" if len(each) > 1 else each[0])
        for weight, each in groups.items()
    ]
    if len(terms) > MOST_TERMS:
        terms = [*terms[: MOST_TERMS - 1], f"… ({len(terms) - MOST_TERMS + 1} more)"]
    return f"{_named(trip, 'conv', o)} = {' + '.join(terms) or '0'} = {number(trip.sums.flat[o], 4)}."


def _of_an_input(trip, i):
    width = trip.x.shape[1]
    row, column = divmod(i, width)
    start = f"in[{row}, {column}] = {_input(trip, i)}, index {row} · {width} + {column} = {i}, is in "
    count, wins = int(trip.reads[i]), int(trip.wins[i])
    if count == 0:
        return f"{start}no window: whatever stands here, the result is the same."
    windows = f"{count} window{'s' * (count > 1)}"
    if wins:
        often = "once" if wins == 1 else f"{wins} times to one position, and it stays {_input(trip, i)}"
        return f"{start}{windows} and the maximum of {wins}: unpooling writes it {often}."
    tied = any(
        i in dict(window) and trip.maxima.flat[o] == trip.x.flat[i] for o, window in enumerate(trip.windows)
    )
    earlier = " (an equal number comes before it)" if tied else ""
    return f"{start}{windows} and the maximum of none{earlier}: unpooling gives 0 here."


def _of_a_weight(trip, t):
    row, column = divmod(t, trip.kernel_size)
    weight = number(trip.weights[row, column], 4)
    return f"The convolution multiplies what stands in row {row}, column {column} of each window by {weight}."


def _of_a_number_back(trip, i):
    row, column = divmod(i, trip.back.shape[1])
    start = f"back[{row}, {column}] = {number(trip.back.flat[i], 2)}, index {i}."
    if i < trip.x.size and trip.wins[i]:
        here, width = divmod(i, trip.x.shape[1]), trip.x.shape[1]
        source = f" It came from in[{here[0]}, {here[1]}]"
        if i in trip.misplaced:
            return (
                f"{start}{source}, whose index is {i} in rows of {width}: here it is at the wrong position."
            )
        return f"{start}{source}, its own position."
    had = trip.x[row, column]
    if had == 0:
        return f"{start} No maximum has this index. The input had 0 here too."
    return f"{start} No maximum has this index: the input's {number(had, 2)} is lost."


def _named(trip, array, o):
    row, column = np.unravel_index(o, trip.maxima.shape)
    return f"{array}[{row}, {column}]"


def _input(trip, i):
    return number(trip.x.flat[i], 2)


def _seen(trip, o):
    """The numbers of window o, in reading order."""
    return ", ".join(_input(trip, i) for i, _ in trip.windows[o])


def _listed(values):
    return ", ".join(number(value, 2) for value in values)


def _as_sentence(text):
    return text[0].upper() + text[1:]


def _in_brackets(text):
    """A negative number inside a sum or product, so that signs do not collide."""
    return f"({text})" if text.startswith("−") else text
