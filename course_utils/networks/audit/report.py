"""The report of an audit: what was found, what every operator does to places, and how much of it is known."""

from __future__ import annotations

import html
import json
import textwrap
from dataclasses import dataclass, field

from course_utils.networks.audit.findings import AXES, Finding
from course_utils.networks.audit.merges import Merge
from course_utils.networks.audit.watch import Named, Operator

MARKS = {"bug": "BUG", "look": "LOOK", "note": "NOTE"}
WORDS = {"bug": "Bug", "look": "Look at it", "note": "Note"}
MOST_ALSO = 3
WIDTH = 100


@dataclass(frozen=True, repr=False)
class Report:
    """What ``audit`` returns.

    findings    a tuple of ``Finding``, the gravest first
    operators   a tuple of ``Operator``, in the order in which they ran; those with ``resamples`` change the number of
                samples or read between them
    ledger      a tuple of ``Named``: every named map, its sizes and where its samples sit
    merges      a tuple of ``Merge``: every addition, product or concatenation of maps
    unknown     {function: how often}: functions of torch that the audit has no rule for and that lost places
    answers     what the network returns in the picture's size and not on its pixels:
                (name, {axis: ((first, last), the way by which it is nearest)})
    surprises   rules of the audit that failed: each is a gap in the audit, not in the network
    """

    model: str
    inputs: tuple
    findings: tuple[Finding, ...]
    operators: tuple[Operator, ...]
    ledger: tuple[Named, ...]
    merges: tuple[Merge, ...]
    unknown: dict = field(default_factory=dict)
    surprises: tuple = ()
    answers: tuple = ()

    # ---- how much is known

    @property
    def resampling(self):
        """The operators that resample a map."""
        return tuple(each for each in self.operators if each.resamples and each.known is not None)

    @property
    def known(self):
        """How many of them have an input whose places are known."""
        return sum(bool(each.known) for each in self.resampling)

    @property
    def compared(self):
        """How many merges were compared."""
        return sum(not merge.lost for merge in self.merges)

    @property
    def complete(self):
        """Are all places known and all merges compared?"""
        return self.known == len(self.resampling) and self.compared == len(self.merges) and not self.surprises

    @property
    def coverage(self):
        """How much is known, in one sentence."""
        return (
            f"Places known for {self.known} of {len(self.resampling)} resampling operators; "
            f"{self.compared} of {len(self.merges)} merges compared."
        )

    @property
    def verdict(self):
        """One sentence. It says that maps fit only where all of them are known."""
        if self.findings:
            counts = {
                grade: sum(f.grade == grade for f in self.findings) for grade in ("bug", "look", "note")
            }
            return "Found: " + ", ".join(f"{n} {grade}" for grade, n in counts.items() if n) + "."
        if self.complete:
            return "Every merge was compared, and all maps fit."
        return "Nothing was found where places are known; the rest is unknown."

    def graded(self, grade):
        """The findings of one grade."""
        return tuple(each for each in self.findings if each.grade == grade)

    # ---- as text

    def __repr__(self):
        return self.text

    @property
    def text(self):
        """The report as text."""
        lines = [
            f"Audit of {self.model} on {' and '.join(map(_shape, self.inputs))}",
            self.coverage,
            self.verdict,
        ]
        for finding in self.findings:
            lines += ["", *_finding_lines(finding)]
        lines += self._unknown_lines()
        return "\n".join(map(_folded, lines))

    def _unknown_lines(self):
        reasons = list(dict.fromkeys([merge.lost for merge in self.merges if merge.lost]))
        lines = []
        if self.unknown:
            listed = ", ".join(f"{name} ({count})" for name, count in self.unknown.items())
            lines.append(f"No rule for: {listed}.")
        if reasons:
            more = f" (and {len(reasons) - MOST_ALSO} more)" if len(reasons) > MOST_ALSO else ""
            lines.append(f"Not compared because: {'; '.join(reasons[:MOST_ALSO])}{more}.")
        lines += [
            f"The audit itself failed at {name} in {where}: {error}" for name, where, error in self.surprises
        ]
        return ["", *lines] if lines else []

    def table(self, what="operators"):
        """The operators, the merges or the named maps (``ledger``) as lines of text."""
        from course_utils.networks.records import table
        from course_utils.validation import one_of

        rows = {"operators": self._operator_rows, "merges": self._merge_rows, "ledger": self._ledger_rows}[
            one_of(what, "what", ("operators", "merges", "ledger"))
        ]()
        return table(rows) if rows else f"no {what}"

    def _operator_rows(self):
        return [
            {
                "where": each.where or self.model, "operator": each.words,
                "in": _shape(each.in_shape[2:]), "out": _shape(each.out_shape[2:]),
                "map": "; ".join(dict.fromkeys(f"{a:.4g} o {b:+.4g}" for a, b in each.line)),
                "known": "yes" if each.known else "no",
            }
            for each in self.resampling
        ]  # fmt: skip

    def _merge_rows(self):
        return [
            {
                "where": merge.where or self.model, "merge": merge.name,
                "maps": " and ".join(filter(None, merge.maps)), "shape": _shape(merge.shape),
                "offset": _offset(merge),
            }
            for merge in self.merges
        ]  # fmt: skip

    def _ledger_rows(self):
        rank = max((len(source.places) for named in self.ledger for source in named.sources), default=0)
        rows, before = [], None
        for named in self.ledger:
            if (named.sizes, named.sources) == before:
                continue  # as the map before: one line for each change
            before = named.sizes, named.sources
            row = {"map": named.name or "(answer)", "size": _shape(named.sizes.values())}
            for axis in range(rank):
                row[AXES.get(rank, "?" * rank)[axis]] = _places(named, axis)
            rows.append(row)
        return rows

    # ---- for programs and notebooks

    def as_dict(self):
        """All of it in plain Python: what ``json`` writes."""
        return {
            "model": self.model,
            "inputs": [list(shape) for shape in self.inputs],
            "coverage": {
                "operators": len(self.resampling), "known": self.known,
                "merges": len(self.merges), "compared": self.compared,
            },
            "verdict": self.verdict,
            "findings": [finding.as_dict() for finding in self.findings],
            "operators": [_operator_dict(each) for each in self.operators],
            "merges": [
                {"where": m.where, "name": m.name, "maps": list(m.maps), "shape": list(m.shape), "lost": m.lost,
                 "gaps": [{"axis": g.axis, "first": g.first, "last": g.last, "jump": g.jump} for g in m.gaps]}
                for m in self.merges
            ],
            "ledger": [
                {"name": named.name, "sizes": list(named.sizes.values()),
                 "places": [[None if p is None else list(p) for p in s.places] for s in named.sources]}
                for named in self.ledger
            ],
            "unknown": dict(self.unknown),
            "surprises": [list(each) for each in self.surprises],
        }  # fmt: skip

    def to_json(self, indent=1):
        """All of it as JSON."""
        return json.dumps(self.as_dict(), indent=indent, ensure_ascii=False)

    def _repr_html_(self):
        """A card for notebooks: the sentences, a row for each finding, the operators folded away."""
        head = "".join(f"<p>{html.escape(line)}</p>" for line in (self.coverage, self.verdict))
        heads = _row("th", "", "where", "what", "why", "repair")
        rows = "".join(
            _row(
                "td",
                f"<b>{WORDS[f.grade]}</b>",
                f"<code>{html.escape(f.where or self.model)}</code>",
                *map(html.escape, (f"{f.kind}: {f.what}", f.why, f.repair)),
            )
            for f in self.findings
        )
        body = f"<table>{heads}{rows}</table>" if rows else ""
        folded = "".join(
            f"<details><summary>{title}</summary><pre>{html.escape(self.table(what))}</pre></details>"
            for title, what in (
                ("Resampling operators", "operators"), ("Merges", "merges"), ("Named maps", "ledger")
            )
        )  # fmt: skip
        rest = "".join(f"<p>{html.escape(line)}</p>" for line in self._unknown_lines() if line)
        return f"<div><p><b>Audit of {html.escape(self.model)}</b></p>{head}{body}{rest}{folded}</div>"


def _folded(line):
    """A line of at most 100 characters, or several."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        line, WIDTH, subsequent_indent=indent + "  ", break_long_words=False, break_on_hyphens=False
    )


def _row(tag, *cells):
    """Sentences read from the left; notebooks would set them against the right."""
    inside = "".join(f'<{tag} style="text-align: left">{cell}</{tag}>' for cell in cells)
    return f"<tr>{inside}</tr>"


def _finding_lines(finding):
    times = f" ({finding.times} times)" if finding.times > 1 else ""
    also = ""
    if finding.also:
        more = len(finding.also) - MOST_ALSO
        also = "; also in " + ", ".join(finding.also[:MOST_ALSO]) + (f" and {more} more" if more > 0 else "")
    lines = [f"{MARKS[finding.grade]}  {finding.kind}{times}, in {finding.where or 'the model'}{also}"]
    if finding.axis:
        lines.append(f"      along {finding.axis}: {finding.what}")
    else:
        lines.append(f"      {finding.what}")
    if finding.first is not None:
        lines.append(
            f"      first pixel {finding.first:+.2f}, last pixel {finding.last:+.2f} image px "
            f"({finding.map_first:+.2f} and {finding.map_last:+.2f} px of the map)"
        )
    lines.append(f"      why: {finding.why}")
    if finding.repair:
        lines.append(f"      repair: {finding.repair}")
    return lines


def _shape(sizes):
    return " x ".join(map(str, sizes)) or "-"


def _offset(merge):
    if merge.lost:
        return "not compared"
    if not merge.gaps:
        return "fits"
    gap = max(merge.gaps, key=lambda each: abs(each.worst))
    return f"{gap.first:+.2f} .. {gap.last:+.2f} px"


def _places(named, axis):
    values = [source.places[axis] for source in named.sources if source.places[axis] is not None]
    if not values:
        return "-"
    low, high = (pick(values) for pick in (min, max))
    text = f"{low.start:g} {'+' if low.jump >= 0 else '-'} {abs(low.jump):g} o"
    return (
        text
        if low == high
        else f"{text} .. {high.start:g} {'+' if high.jump >= 0 else '-'} {abs(high.jump):g} o"
    )


def _operator_dict(each):
    return {
        "where": each.where, "kind": each.kind, "settings": each.settings, "in": list(each.in_shape),
        "out": list(each.out_shape), "map": [list(line) for line in each.line], "known": each.known,
        "resamples": each.resamples,
    }  # fmt: skip
