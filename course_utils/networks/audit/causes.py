"""Why two maps do not fit: the operators on only one of the two ways that do not keep the outer edges in place."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from course_utils.networks.audit.watch import Operator

MOVES = ("pad", "slice", "flip")


class Cause(NamedTuple):
    """One operator that does not keep the outer edges of its map.

    kind    "side": its outputs sit beside the middle of what they stand for; "corners": it keeps the first and the
            last sample, as align_corners=True does; "size": its step is not the ratio of the sizes
    off     how far beside the middle, in its input pixels, padding before it included
    """

    number: int
    operator: Operator
    kind: str
    off: float


def causes(watch, sources, axis):
    """The causes on one way, or on only one of two: a list in the order in which they ran."""
    found = [_of_way(watch, source, axis) for source in sources]
    seen = Counter(number for each in found for number in each)
    once = {number: cause for each in found for number, cause in each.items() if seen[number] == 1}
    return [once[number] for number in sorted(once)]


def _of_way(watch, source, axis):
    """{number: cause} along one way. Padding and cropping count with the operator that comes next."""
    result, moved, waiting = {}, 0.0, None
    for number in source.events():
        operator = watch.operators[number] if isinstance(number, int) else None
        if operator is None or axis not in operator.maps:
            continue
        a, b = operator.maps[axis]
        if operator.kind in MOVES and a == 1:
            moved, waiting = moved + b, number
            continue
        own = b - (a - 1) / 2
        if moved * own >= 0 and moved:  # only what is taken back by this operator counts with it
            result[waiting], moved = Cause(waiting, watch.operators[waiting], "side", moved), 0.0
        kind, off = _kind(operator, axis, own + moved)
        if kind:
            result[number] = Cause(number, operator, kind, off)
        moved, waiting = 0.0, None
    if waiting is not None and abs(moved) > 1e-6:
        result[waiting] = Cause(waiting, watch.operators[waiting], "side", moved)
    return result


def _kind(operator, axis, off):
    a, b = operator.maps[axis]
    n, m = operator.sizes[axis]
    keeps_ends = abs(b) < 1e-9 and abs(a * (m - 1) - (n - 1)) < 1e-6
    if operator.kind in ("interpolate", "grid_sample") and keeps_ends:
        return ("corners", off) if n != m else ("", 0.0)
    if abs(off) > 1e-6:
        return "side", off
    return ("size", off) if a != 1 and abs(a * m - n) > 1e-6 else ("", 0.0)


def why(found):
    """One sentence for each kind of cause."""
    sentences = []
    if corners := _of_kind(found, "corners"):
        words = ", ".join(dict.fromkeys(plain_words(cause.operator) for cause in corners))
        sentences.append(
            f"align_corners=True keeps the first and the last pixel ({words}); the samples of the other map "
            "do not sit that way at this size"
        )
    if beside := _of_kind(found, "side"):
        parts = Counter(_beside(cause) for cause in beside)
        sentences.append("; ".join(text + (f" ({n} times)" if n > 1 else "") for text, n in parts.items()))
    if _of_kind(found, "size"):
        sizes = dict.fromkeys(_rest(cause.operator) for cause in _of_kind(found, "size"))
        sentences.append(f"sizes do not come out even ({'; '.join(sizes)})")
    return ". ".join(sentences) or "the two ways step differently"


def _of_kind(found, kind):
    return [cause for cause in found if cause.kind == kind]


def _beside(cause):
    words, off = plain_words(cause.operator), f"{abs(cause.off):.3g} of its input pixels"
    if all(abs(a) == 1 for a, _ in cause.operator.maps.values()):
        return f"{words} begins {off} {'further in' if cause.off > 0 else 'ahead'}"
    return f"{words} sits {off} {'right' if cause.off > 0 else 'left'} of the middle"


def _rest(operator):
    n, m = next(pair for pair in operator.sizes.values())
    return f"{plain_words(operator)}: {n} to {m}"


def plain_words(operator):
    """What an operator is, without the sizes at hand."""
    return operator.words.partition(", ")[0] if operator.kind == "interpolate" else operator.words


def repair(found, grows):
    """What would keep the outer edges in place, and when to do it."""
    kinds = defaultdict(list)
    for cause in found:
        kinds[cause.kind].append(cause)
    parts = ["align_corners=False"] if kinds["corners"] else []
    parts += dict.fromkeys(_centered(cause) for cause in kinds["side"])
    if kinds["size"]:
        parts.append("a picture padded to a size that every stride divides")
    advice = " and ".join(parts) or "the same steps on both ways"
    if {cause.kind for cause in found} == {"size"}:
        return (
            advice  # no setting of the network: weights that were trained on sizes that divide want them back
        )
    if grows:
        return f"{advice}; train again after a change"
    return f"before training: {advice}; leave a trained network as it is, its weights have learned the offset"


def _centered(cause):
    operator = cause.operator
    if operator.kind in MOVES:
        return f"the same {operator.kind} on both ways, or its opposite later on"
    if operator.kind == "grid_sample":
        return "a grid that runs from edge to edge as align_corners says"
    words = dict(part.split(" ", 1) for part in operator.settings.split(", ") if part.count(" ") == 1)
    try:
        kernel, stride = int(words["kernel"]), int(words["stride"])
    except (KeyError, ValueError):
        return f"another operator than {plain_words(operator)}"
    kernel = max(kernel + (kernel - stride) % 2, stride)
    return f"kernel {kernel}, padding {(kernel - stride) // 2} instead of {operator.settings}"
