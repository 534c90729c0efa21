"""One hue per phase, wherever phases appear: from the kernel to the output, in lesson after lesson.

Nine hues, as many as a stride of 3 has phases in two axes. tests/figures/draw/test_colors.py holds them apart for
every kind of eye in both themes, and holds the numbers on them readable.
"""

from __future__ import annotations

# The first four are the ones most often needed, and the farthest apart.
LIGHT = ("#7db9f2", "#ffe070", "#e8825a", "#889885", "#bd7fb5", "#cbf9d5", "#d6dcf3", "#c7acb7", "#a2c59d")
DARK = ("#023e91", "#302d05", "#955b06", "#11765d", "#655cb6", "#415632", "#665972", "#4e1d4a", "#13362c")


def _variables(colors):
    return "".join(f" --btp-hue-{i}: {color};" for i, color in enumerate(colors))


STYLE = (
    f".btp-scene {{{_variables(LIGHT)} }}\n"
    f'[data-jp-theme-light="false"] .btp-scene {{{_variables(DARK)} }}\n'
    f"@media (prefers-color-scheme: dark) {{ .btp-scene:root {{{_variables(DARK)} }} }}\n"
    + "".join(f".btp-scene .hue-{i} {{ fill: var(--btp-hue-{i}); }}\n" for i in range(len(LIGHT)))
    + ".btp-scene .pale text { fill: var(--jp-content-font-color2, #59636e); }\n"
    # A light over a hue would be another hue: what is linked is framed instead.
    + ".btp-stage .hued .overlay rect.lit { fill-opacity: 0; stroke-width: 2.5px; mix-blend-mode: normal; "
    "stroke: var(--jp-content-font-color1, #1f2328); stroke-dasharray: 4 2; }\n"
)


def hue(phase: int) -> str:
    """The CSS class of a phase's cells.

    >>> hue(0), hue(10)
    ('hue-0', 'hue-1')
    """
    return f"hue-{phase % len(LIGHT)}"


def hued(svg: str) -> str:
    """The picture, marked as one whose hues mean something."""
    return svg.replace('class="btp-scene', 'class="btp-scene hued', 1)
