"""Cells with a number in them, whose size of text is chosen once for all that may be written there."""

from __future__ import annotations

from course_utils.figures.draw.scene import group, label, rect


def font_size(texts, width, height):
    """The font size at which all texts fit, at most 14; None where that could not be read."""
    longest = max((len(text) for text in texts), default=1)
    size = min(14.0, height * 0.44, (width - 1.5) / (0.61 * longest))
    return size if size >= 5.5 else None


def tile(x, y, width, height, css, opacity, **more):
    """A tinted rectangle with its thin frame; ``more`` are attributes such as ``data_id="in-3"``."""
    return rect(x, y, width, height, f"cell {css}", fill_opacity=f"{opacity:.2f}", **more) + rect(
        x, y, width, height, "frame", pointer_events="none", stroke_width=0.7
    )


def words_in(x, y, width, height, text, size, css="", **more):
    """``text`` in the middle of a rectangle, which keeps the pointer; "" where no size could be read."""
    if size is None:
        return ""
    return label(
        x + width / 2, y + height / 2 + size * 0.36, text, css, size=size, pointer_events="none", **more
    )


def lifted(y, height):
    """The top at which to write into a cell that lights up: "×2" appears below the number where there is room."""
    return y - 4 if height >= 28 else y


def cell_group(parts, name, title):
    """Cells that are one stop of the Tab key; arrow keys move inside."""
    return group(parts, data_group=name, tabindex="0", role="group", aria_label=title)


def moving(name, content, moves):
    """What stands at another place at every step (see ``scene.Frame``): ``moves[name]`` is where, (x, y)."""
    x, y = moves[name]
    return f'<g data-move="{name}" transform="translate({x:.6g} {y:.6g})" pointer-events="none">{content}</g>'
