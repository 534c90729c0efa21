"""Predict by the ledger, verify by a gradient: for every pair of maps that a report says do not fit."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

from course_utils.networks.audit.findings import AXES
from course_utils.networks.audit.merges import SAME
from course_utils.networks.audit.run import audit
from course_utils.networks.audit.witness import (
    TAPS,
    Measured,
    goes_astray,
    measured,
    side_of_answer,
    sides,
)
from course_utils.validation import whole_number

VERDICTS = {
    "confirmed": "the gradient says the same, to a hundredth of a pixel",
    "withdrawn": "the maps sit where the gradient says, and the audit is wrong there",
    "at the border": "the gradient reaches the end of the picture, and its center says nothing; try a larger one",
    "unseen": "nothing of the picture reaches that map once all is linear",
    "moved": "a learned flow or attention lies on the way, and fetches from elsewhere",
    "picked": "a stride follows copies on the way; the audit counts their mean place, the weights pick some of them",
}
MIDDLE, QUARTERS = (0.5,), (0.25, 0.75)


class Checked(NamedTuple):
    """One offset, asked of the gradient: both maps of a merge, or an answer alone.

    axis    its name: y, x
    astray  what on the way explains another answer of the gradient, a key of ``VERDICTS``; "" for nothing
    """

    where: str
    axis: str
    sides: tuple[Measured, ...]
    astray: str = ""

    @property
    def verdict(self):
        """A key of ``VERDICTS``."""
        if any(math.isnan(side.measured) for side in self.sides):
            return "unseen"
        if any(side.cut for side in self.sides):
            return "at the border"
        if all(side.agrees for side in self.sides):
            return "confirmed"
        return self.astray or "withdrawn"

    @property
    def apart(self):
        """How far the first map sits beyond the other, in image pixels: (by the audit, by the gradient).

        Of an answer: beyond the pixels that it is laid on.
        """
        first, last = self.sides[0], self.sides[-1]
        if len(self.sides) == 1:
            return first.predicted - first.index, first.measured - first.index
        return first.predicted - last.predicted, first.measured - last.measured


class Verified(NamedTuple):
    """What ``verify`` returns. ``not_asked`` counts the smaller offsets that were left out."""

    checks: tuple[Checked, ...]
    not_asked: int = 0

    def __repr__(self):
        return self.text

    @property
    def text(self):
        """A line for each offset, and what the verdicts mean."""
        from course_utils.networks.records import table

        if not self.checks:
            return "There is no offset to verify."
        said = {each.verdict for each in self.checks}
        lines = [table([_row(each) for each in self.checks]), ""]
        lines.append(
            "Places in image pixels; the gradient is that of the network made linear, all weights equal."
        )
        lines += _of_several(self.checks)
        lines += [f"{verdict}: {words}." for verdict, words in VERDICTS.items() if verdict in said]
        if self.not_asked:
            lines.append(f"Smaller offsets that were not asked for: {self.not_asked}.")
        return "\n".join(lines)


def verify(model, *inputs, report=None, most=8, axes=None, **named_inputs):
    """Ask the gradient where the maps sit that do not fit, by the audit's account: a ``Verified``.

    For the question all weights count as equal, activations let everything through, and where maps meet only one
    goes on; the network itself is left as it was. The gradient of a sample then has its center where that sample
    sits, and shares nothing with the audit's arithmetic. A constant offset is asked for in the middle of the map, one
    that grows at both of its quarters. The network runs once or twice for each map.

    report  of the same model and inputs; by default the audit runs first
    most    offsets to ask for, the largest first

    Raises what ``audit`` raises, and ValueError where ``most`` is less than 1.

    >>> from torch import nn, zeros
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.halve = nn.Conv2d(1, 1, 3, 2, 1)
    ...
    ...     def forward(self, x):
    ...         return x + nn.functional.interpolate(self.halve(x), scale_factor=2)
    >>> verify(Net(), zeros(1, 1, 16, 16)).checks[0].apart
    (0.5, 0.5)
    """
    whole_number(most, "most", 1, 10_000)
    report = audit(model, *inputs, axes=axes, **named_inputs) if report is None else report
    rank = len(report.inputs[0]) - 2 if axes is None else len(axes)
    found = sorted([*_of_merges(report), *_of_answers(report)], key=lambda each: -max(map(abs, each.ends)))
    checks = [
        _checked(offset, at, rank, report, model, inputs, named_inputs, axes)
        for offset in found[:most]
        for at in (MIDDLE if abs(offset.ends[1] - offset.ends[0]) < SAME else QUARTERS)
    ]
    return Verified(tuple(checks), max(0, len(found) - most))


class _Offset(NamedTuple):
    """Something to ask: ``asked(taps=, at=)`` are the sides; ``ends`` how far at the first and the last pixel."""

    where: str
    axis: int
    ends: tuple[float, float]
    asked: partial


def _of_merges(report):
    for number, merge in enumerate(report.merges):
        if merge.gaps:
            gap = max(merge.gaps, key=lambda each: abs(each.worst))
            asked = partial(sides, report, number, gap)
            yield _Offset(merge.where or report.model, gap.axis, (gap.first, gap.last), asked)


def _of_answers(report):
    for name, beside in report.answers:
        axis = max(beside, key=lambda each: max(map(abs, beside[each][0])))
        ends, source = beside[axis]
        yield _Offset(name, axis, ends, partial(side_of_answer, report, name, axis, source))


def _checked(offset, at, rank, report, *run):
    for taps in TAPS:  # narrower windows, if whole ones reach the border
        asked = offset.asked(taps=taps, at=at)
        answers = tuple(measured(side, report, *run) for side in asked)
        if not any(each.cut for each in answers):
            break
    astray = next(filter(None, (goes_astray(report, side) for side in asked)), "")
    return Checked(offset.where, AXES.get(rank, "?" * rank)[offset.axis], answers, astray)


def _row(check):
    return {
        "where": check.where,
        "maps": " and ".join(side.map for side in check.sides),
        "sample": f"{check.axis} {check.sides[0].index:g}",
        "audit": _places(side.predicted for side in check.sides),
        "gradient": _places(side.measured for side in check.sides),
        "apart (audit, gradient)": f"{check.apart[0] + 0.0:+.2f}, {check.apart[1] + 0.0:+.2f}",
        "": check.verdict,
    }


def _of_several(checks):
    """What a sample between two is, with the first of them as the example."""
    for check in checks:
        side = check.sides[0]
        if side.count > 1:
            first = round(side.index - (side.count - 1) / 2)
            names = f"{first} {'and' if side.count == 2 else 'to'} {first + side.count - 1}"
            yield (
                f"{check.axis} {side.index:g} is the mean of the samples {names} along {check.axis}: as many as "
                "enlarging takes to repeat its pattern."
            )
            return


def _places(values):
    return " and ".join(f"{value:.2f}" for value in values)
