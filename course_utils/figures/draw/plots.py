"""Figures of matplotlib in the colors of the page: light or dark, also when the theme is switched afterwards.

White paper becomes transparent, and what is black takes the color of the page's text. All other colors stay, and so
does every pixel of a photograph. A figure on paper of another color keeps all its colors.
"""

import io
from contextlib import contextmanager
from html import escape

WHITE = (1.0, 1.0, 1.0)
OF_THE_WHOLE_PAGE = "*{stroke-linejoin: round; stroke-linecap: butt}"  # so matplotlib's style would speak
SIZE = "max-width: 100%; height: auto; stroke-linejoin: round; stroke-linecap: butt"


def page_svg(figure) -> str:
    """A matplotlib ``Figure`` as an <svg> to stand in HTML."""
    paper = [figure.patch, *(axes.patch for axes in figure.axes)]
    if not all(map(_is_white, paper)):
        return _svg(figure, SIZE)
    with _transparent([*paper, *filter(_is_white, _boxes(figure))]):
        svg = _svg(figure, f"{SIZE}; fill: currentColor")
    return svg.replace("#000000", "currentColor")


def _svg(figure, style):
    stream = io.StringIO()
    no_metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(stream, format="svg", bbox_inches="tight", metadata=no_metadata)
    svg = stream.getvalue()
    svg = svg[svg.index("<svg ") :].replace(OF_THE_WHOLE_PAGE, "", 1)
    names = ", ".join(filter(None, (axes.get_title() for axes in figure.axes)))
    return svg.replace("<svg ", f'<svg role="img" aria-label="figure: {escape(names)}" style="{style}" ', 1)


def _is_white(patch):
    *color, alpha = patch.get_facecolor()
    return tuple(color) == WHITE or alpha == 0


def _boxes(figure):
    """What words stand on: the frames of legends, the boxes around texts."""
    artists = figure.findobj()
    frames = [artist.get_frame() for artist in artists if hasattr(artist, "get_frame")]
    boxes = [artist.get_bbox_patch() for artist in artists if hasattr(artist, "get_bbox_patch")]
    return frames + [box for box in boxes if box is not None]


@contextmanager
def _transparent(patches):
    """Patches without a color until the block ends."""
    colors = [patch.get_facecolor() for patch in patches]
    for patch in patches:
        patch.set_facecolor("none")
    try:
        yield
    finally:
        for patch, color in zip(patches, colors, strict=True):
            patch.set_facecolor(color)
