"""What was seen, put into words: graded, with where, how far, why, and what would repair it.

Grades
    note    a constant offset: training learns around it, and a trained network needs it
    look    an offset that grows along the picture, mixed conventions, uneven taps, samples that are never read
    bug     a grid of one convention sampled with the other, labels shrunk by nearest, samples skipped in shrinking,
            x and y exchanged
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, replace

from course_utils.networks.audit.causes import causes, plain_words, repair, why
from course_utils.networks.audit.merges import SAME

GRADES = ("bug", "look", "note")
AXES = {1: ("x",), 2: ("y", "x"), 3: ("z", "y", "x")}


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    where       the name of the module in which it was found, "" for the model itself; in ``also`` too
    axis        of the picture: "y and x"; "" where it is about no axis or all of them
    first, last how far, in image pixels, at the first and the last pixel of the map; None where it is no distance
    map_first, map_last   the same in pixels of the map (of the finer one of two)
    operators   numbers of the operators that cause it, in the report's list
    times       how often the same was found
    """

    grade: str
    kind: str
    where: str
    what: str
    why: str
    repair: str
    axis: str = ""
    first: float | None = None
    last: float | None = None
    map_first: float | None = None
    map_last: float | None = None
    operators: tuple[int, ...] = ()
    times: int = 1
    also: tuple[str, ...] = ()

    def as_dict(self):
        """For JSON."""
        return asdict(self)


def all_findings(watch, rank, answers):
    """Every finding of one pass, the gravest first; the same thing in several places is one."""
    found = [WORDS[remark.kind](watch, remark) for remark in watch.remarks]
    found += [_of_merge(watch, merge, rank) for merge in watch.merges if merge.gaps]
    found += [_of_answer(watch, answer, rank) for answer in answers]
    found += _of_conventions(watch)
    return _gathered(found)


def _gathered(found):
    groups = defaultdict(list)
    for finding in found:
        groups[(finding.grade, finding.kind, finding.repair)].append(finding)
    result = []
    for group in groups.values():
        worst = max(group, key=lambda f: max(abs(f.first or 0), abs(f.last or 0)))
        also = tuple(dict.fromkeys(f.where for f in group if f.where != worst.where))
        result.append(replace(worst, times=len(group), also=also))
    return tuple(
        sorted(result, key=lambda f: (GRADES.index(f.grade), -max(abs(f.first or 0), abs(f.last or 0))))
    )


# ---- Maps that do not fit ------------------------------------------------------------------------


def _of_merge(watch, merge, rank):
    gap = max(merge.gaps, key=lambda each: abs(each.worst))
    one, other = (merge.maps[i] for i in gap.maps)
    same = [each for each in merge.gaps if abs(each.worst - gap.worst) < SAME]
    axis = _axes([each.axis for each in same], rank)
    found = causes(watch, gap.sources, gap.axis)
    grade, kind = ("look", "growing offset") if gap.grows else ("note", "constant offset")
    verb = VERBS.get(merge.name, "added")
    return Finding(
        grade, kind, merge.where,
        f"{verb}: {one} and {other}, {_size(merge)}. {_distance(gap.first, gap.last, gap.jump, f'{one} sits')}",
        why(found), repair(found, gap.grows), axis,
        *_numbers(gap.first, gap.last, gap.jump), operators=tuple(cause.number for cause in found),
    )  # fmt: skip


def _axes(numbers, rank):
    return " and ".join(AXES.get(rank, "?" * rank)[number] for number in numbers)


def _size(merge):
    return " x ".join(map(str, merge.shape))


def _distance(first, last, jump, who):
    """How far one map sits beyond another, as a sentence."""
    if abs(last - first) > SAME:
        return f"{who} {first:+.4g} px of the image away at the first pixel, {last:+.4g} at the last"
    side = "right or down" if first > 0 else "left or up"
    return f"{who} {abs(first):.4g} px of the image, {abs(first / jump):.4g} of the map, further {side}, everywhere"


def _numbers(first, last, jump):
    return tuple(round(float(value), 6) for value in (first, last, first / jump, last / jump))


def _of_answer(watch, answer, rank):
    name, beside = answer  # {axis: ((first, last), source)}
    axis = max(beside, key=lambda each: max(map(abs, beside[each][0])))
    (first, last), source = beside[axis]
    jump = abs(source.places[axis].jump)
    same = [
        each
        for each in beside
        if max(abs(a - b) for a, b in zip(beside[each][0], (first, last), strict=True)) < SAME
    ]
    found = causes(watch, [source], axis)
    grows = abs(last - first) > SAME
    return Finding(
        "look" if grows else "note", "growing offset of the answer" if grows else "offset of the answer", name,
        f"it has the picture's size; {_distance(first, last, jump, 'what it is made of sits')}, "
        "seen from the pixels that it is laid on",
        why(found), repair(found, grows), _axes(same, rank),
        *_numbers(first, last, jump), operators=tuple(cause.number for cause in found),
    )  # fmt: skip


# ---- Single operators ----------------------------------------------------------------------------


def _of_conventions(watch):
    """Both conventions in one network, where sizes change."""
    used = {True: [], False: []}
    for number, operator in enumerate(watch.operators):
        words = operator.settings
        changed = operator.in_shape[2:] != operator.out_shape[2:]
        single = all(size == 1 for size in operator.in_shape[2:])  # one pixel has no places
        regular = bool(operator.line)  # and not one point for each query of an attention
        if operator.kind in ("interpolate", "grid_sample") and regular and changed and not single:
            if "align_corners=True" in words:
                used[True].append(number)
            elif operator.known is not None:
                used[False].append(number)
    if not used[True] or not used[False]:
        return []
    one, other = (watch.operators[used[flag][0]] for flag in (True, False))
    return [
        Finding(
            "look",
            "mixed conventions",
            one.where,
            f"{len(used[True])} with align_corners=True, {len(used[False])} without: {plain_words(one)} "
            f"in {one.where or 'the model'}, {plain_words(other)} in {other.where or 'the model'}",
            "the two conventions place pixels differently wherever sizes change",
            "one convention throughout; align_corners=False fits every size",
            operators=(used[True][0], used[False][0]),
        )
    ]


def _uneven_taps(watch, remark):
    f = remark.facts
    k, s = next((k, s) for k, s in zip(f["kernels"], f["strides"], strict=True) if k % s)
    return Finding(
        "look", "uneven taps", remark.where,
        f"{f['words']}: some outputs get {-(-k // s)} taps along an axis, others {k // s}",
        "the stride does not divide the kernel: a checkerboard of unequal sums at the start",
        f"kernel {s * max(2, round(k / s))} with stride {s}, or resize and then a convolution", operators=_op(remark),
    )  # fmt: skip


def _op(remark):
    return () if remark.operator is None else (remark.operator,)


def _unread(watch, remark):
    f = remark.facts
    return Finding(
        "look", "samples never read", remark.where,
        f"{f['words']} on {f['size']}: the last {f['count']} along an axis {_are(f['count'])} never read",
        "the windows do not reach the end of the map",
        f"a map of {f['size'] - f['count']} or {f['size'] - f['count'] + f['stride']}, which leaves nothing over, "
        "or more padding",
        operators=_op(remark),
    )  # fmt: skip


def _are(count):
    return "is" if count == 1 else "are"


def _holes(watch, remark):
    f = remark.facts
    return Finding(
        "note", "reads one sample of several", remark.where,
        f"kernel {f['kernel']} with stride {f['stride']}: one of {f['stride']} samples is read along each axis",
        "the kernel is smaller than the stride; on a shortcut beside a larger kernel it is common and does no harm",
        "average pooling first, then the 1 x 1 kernel without a stride", operators=_op(remark),
    )  # fmt: skip


def _uneven_bins(watch, remark):
    f = remark.facts
    return Finding(
        "look", "uneven bins", remark.where,
        f"adaptive pooling {f['in_size']} to {f['out_size']}: bins of unequal size, some samples counted twice",
        "the sizes do not divide", f"a map of a size that {f['out_size']} divides", operators=_op(remark),
    )  # fmt: skip


def _uneven_factor(watch, remark):
    f = remark.facts
    return Finding(
        "look", "factor that does not come out even", remark.where,
        f"{f['words']}: {f['scale']:g} times {f['in_size']} is {f['scale'] * f['in_size']:g}, not {f['out_size']}; "
        "torch steps by the factor, not by the ratio of the sizes",
        "the last samples do not sit where the sizes say", "size=, or recompute_scale_factor=True",
        operators=_op(remark),
    )  # fmt: skip


def _no_antialias(watch, remark):
    f = remark.facts
    ratio = f["in_size"] / f["out_size"]
    skips = f["skips"]
    return Finding(
        "bug" if skips else "note", "shrinks without antialias", remark.where,
        f"{f['words']}: {ratio:.3g} times smaller, each output reads {f['reach']} samples along an axis"
        + (", and others are skipped" if skips else ""),
        "without antialias the kernel stays as wide as for enlarging", "antialias=True, or mode area",
        operators=_op(remark),
    )  # fmt: skip


def _legacy_nearest(watch, remark):
    f = remark.facts
    jump = _jump(watch, remark)
    off = -f["off"]
    far = (None,) * 4 if jump is None else _numbers(off * jump, off * jump, jump)
    return Finding(
        "bug" if f["labels"] else "look", "nearest leans to the left", remark.where,
        f"{f['words']}: reads {f['off']:.3g} of a sample too far left and up"
        + (", and the values are labels" if f["labels"] else ""),
        "mode nearest takes the sample at floor(o n / m), without the half pixel", "mode nearest-exact", "",
        *far, operators=_op(remark),
    )  # fmt: skip


def _jump(watch, remark):
    jumps = watch.operators[remark.operator].jumps if remark.operator is not None else {}
    return next(iter(jumps.values()), None)


def _mixed_grid(watch, remark):
    f = remark.facts
    jump = _jump(watch, remark) or 1
    made = "from -1 to 1" if f["made_for"] else "of pixel middles"
    return Finding(
        "bug", "grid of the other convention", remark.where,
        f"{f['words']}: the grid runs {made}, as align_corners={f['made_for']} wants it; {f['out_size']} from "
        f"{f['in_size']}: reads {f['first']:+.2f} px of the map at the first sample, {f['last']:+.2f} at the last",
        "the grid was made for one convention and is sampled with the other",
        f"align_corners={f['made_for']} in grid_sample, or a grid for {f['sampled_with']}", "",
        *_numbers(f["first"] * jump, f["last"] * jump, jump), operators=_op(remark),
    )  # fmt: skip


def _swapped_grid(watch, remark):
    return Finding(
        "bug", "x and y exchanged", remark.where,
        f"{remark.facts['words']}: the grid's first component runs down and its second to the right",
        "grid_sample wants (x, y)", "grid.flip(-1)",
    )  # fmt: skip


def _flow_units(watch, remark):
    f = remark.facts
    return Finding(
        "bug", "flow units", remark.where,
        f"a flow (x, y) is divided by {f['divisor']} on a map of height {f['size'][0]} and width {f['size'][1]}",
        "x is a fraction of the width and y of the height; the order is right by chance on a square map",
        "divide (x, y) by (width, height)", operators=_op(remark),
    )  # fmt: skip


def _other_order(watch, remark):
    f = remark.facts
    return Finding(
        "bug", "samples in another order", remark.where,
        f"{VERBS.get(f['name'], 'added')}: {' and '.join(f['maps'])}, {' x '.join(map(str, f['shape']))}: "
        "where one map runs along the picture the other runs along channels, or along another axis",
        "a reshape without the permute that it needs, or one too many", "permute before reshape",
    )  # fmt: skip


VERBS = {"cat": "laid side by side", "stack": "stacked", "mul": "multiplied"}
WORDS = {
    "other order": _other_order,
    "uneven taps": _uneven_taps,
    "unread": _unread,
    "holes": _holes,
    "uneven bins": _uneven_bins,
    "uneven factor": _uneven_factor,
    "no antialias": _no_antialias,
    "legacy nearest": _legacy_nearest,
    "mixed grid": _mixed_grid,
    "swapped grid": _swapped_grid,
    "flow units": _flow_units,
}
