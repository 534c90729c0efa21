"""An explorer on a page: its controls and its opening picture, there before any script has run."""

import gzip
import json
import re
from html import escape

from course_utils.explorers.stage.standalone import unpacked
from course_utils.figures.draw.scene import STYLE_ELEMENT

ALIVE = "when the lesson runs"


def explorer_html(record, svg, number) -> str:
    """What stands in the page; ``book.js`` brings explorer ``number`` to life with ``record``."""
    opening = unpacked(record, 0)
    svg = svg.replace(STYLE_ELEMENT, "")
    wide = re.search(r'<svg[^>]* width="([\d.]+)', svg)
    natural = f' style="--natural: {wide[1]}px"' if wide else ""
    row = [control_html(record, opening, name) for name in record["main"]]
    row += [f'<button type="button" disabled>{escape(label)}</button>' for label in record["extra"]]
    presets = [
        f'<button type="button" data-preset="{escape(label)}">{escape(label)}</button>'
        for label in record["presets"]
    ]
    folded = [control_html(record, opening, name) for name in record["more"]]
    player = "" if len(opening["scene"]["steps"]) < 2 else '<div class="player"><button>▶ play</button></div>'
    return "".join(
        [
            f'<div class="btp-explorer" data-explorer="{number}"{natural}>',
            _row(row),
            _row(presets),
            '<div class="place"><div class="btp-stage static"><div class="twin"><p>',
            f'{escape(opening["scene"]["text"])}</p></div>{player}<div class="picture">{svg}</div></div></div>',
            f"<details class='more'><summary>more</summary>{_row(folded)}</details>" if folded else "",
            f'<p class="alive" role="status">{escape(asleep(record, opening, svg))}</p></div>',
        ]
    )


def _row(parts):
    return f'<div class="controls">{"".join(parts)}</div>' if parts else ""


def control_html(record, opening, name) -> str:
    """One control as a page's own: a range, buttons, a list, a box to tick, a text."""
    about = record["controls"][name]
    value = opening["values"][list(record["controls"]).index(name)]
    label, kind = escape(about["label"] or name), about["kind"]
    off = "" if is_alive(record, name) else f' disabled title="comes alive {ALIVE}"'
    hidden = " hidden" if name in opening["hidden"] else ""
    data = f'class="control {kind}" data-control="{escape(name)}"{hidden}'
    if kind == "toggle":
        buttons = "".join(
            f'<button type="button" aria-pressed="{str(i == value).lower()}"{off}>{escape(option)}</button>'
            for i, option in enumerate(about["options"])
        )
        return f'<div {data} role="group" aria-label="{label}"><span>{label}</span>{buttons}</div>'
    if kind == "choice":
        options = "".join(
            f"<option{' selected' if i == value else ''}>{escape(option)}</option>"
            for i, option in enumerate(about["options"])
        )
        return f"<label {data}><span>{label}</span><select{off}>{options}</select></label>"
    if kind == "switch":
        checked = " checked" if value else ""
        return f'<label {data}><input type="checkbox"{checked}{off}><span>{label}</span></label>'
    if kind == "text":
        return (
            f'<label {data}><span>{label}</span><input type="text" readonly value="{escape(str(value))}" '
            f'title="typing comes alive {ALIVE}"></label>'
        )
    low, high = opening["ends"][name]
    ends = f'min="{low}" max="{high}" step="{about["step"]}" value="{value}"'
    if kind == "number":
        return f'<label {data}><span>{label}</span><input type="number" {ends}{off}></label>'
    return (
        f'<label {data}><span>{label}</span><input type="range" {ends}{off}><output>{value}</output></label>'
    )


def is_alive(record, name) -> bool:
    """Does moving this control bring a picture here?"""
    return name in record["edges"].get("0", {})


def asleep(record, opening, svg) -> str:
    """The sentence about what comes alive only when the lesson runs; "" where everything lives."""
    controls = record["controls"]
    shown = [name for name in controls if name not in opening["hidden"]]
    words = [
        controls[name]["label"] or name
        for name in shown
        if controls[name]["kind"] != "text" and not is_alive(record, name)
    ]
    words += [f"“{label}”" for label in record["extra"]]
    words += ["the brush"] if "data-drag=" in svg and not record["drags"] else []
    words += ["typing numbers"] if any(controls[name]["kind"] == "text" for name in shown) else []
    if not words:
        return ""
    listed = ", ".join(words[:-1]) + f" and {words[-1]}" if len(words) > 1 else words[0]
    verb = "come" if len(words) > 1 else "comes"
    return f"{listed[0].upper()}{listed[1:]} {verb} alive {ALIVE}."


def states_js(records, predictions=()) -> str:
    """The file that brings a page to life: a script, so that it can be read from a disk as well."""
    texts = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in (records, predictions)]
    return f"book.open({', '.join(texts)});\n".replace("</", "<\\/")


def fitted(records, most) -> list:
    """The records without as many of their last states as it takes to stay within ``most`` compressed bytes.

    What comes last is finest or farthest from the opening state. An explorer keeps its opening state at least.
    """
    records = list(records)
    sizes = [squeezed(states_js([record])) for record in records]
    while sum(sizes) > most and any(len(record["states"]) > 1 for record in records):
        i = max(range(len(records)), key=lambda i: (len(records[i]["states"]) > 1, sizes[i]))
        records[i] = shortened(records[i], max(1, len(records[i]["states"]) * 4 // 5))
        sizes[i] = squeezed(states_js([records[i]]))
    return records


def squeezed(text) -> int:
    """Bytes of a text as a server sends it."""
    return len(gzip.compress(text.encode(), 6))


def shortened(record, count):
    """A record with its first ``count`` states; pieces that no state needs any more are empty."""
    states = record["states"][:count]
    used = {number for state in states for number in state if not isinstance(number, list)}
    edges = {
        base: {
            target: near
            for target, reached in moves.items()
            if (near := [[values, number] for values, number in reached if number < count])
        }
        for base, moves in record["edges"].items()
        if int(base) < count
    }
    return record | {
        "states": states,
        "values": record["values"][:count],
        "edges": edges,
        "pieces": [piece if i in used else "" for i, piece in enumerate(record["pieces"])],
    }
