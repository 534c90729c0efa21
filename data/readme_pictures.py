"""Make the README's three pictures from the explorers of the lessons: ``python -m data.readme_pictures``.

Each is the SVG that an explorer shows, on paper of its own, in the reader's colors, light or dark.
"""

from pathlib import Path

from course_utils.explorers.bilinear import face_cell
from course_utils.explorers.microscope import microscope
from course_utils.explorers.warping import warp_grid
from course_utils.figures.draw.scene import STYLE_ELEMENT
from course_utils.resampling import resize

FOLDER = Path(__file__).with_name("pictures")
PAPER = '<rect width="100%" height="100%" class="paper"/>'
EXPLORERS = {
    "face": face_cell,
    "microscope": lambda: microscope(lambda picture: resize(picture, (6, 6)), (3, 3)),
    "warp": lambda: warp_grid(turn=20.0),
}


def pictures():
    """Name -> SVG of each."""
    return {name: with_paper(make().scene.svg) for name, make in EXPLORERS.items()}


def with_paper(svg):
    return svg.replace(STYLE_ELEMENT, STYLE_ELEMENT + PAPER, 1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, svg in pictures().items():
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
