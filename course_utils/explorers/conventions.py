"""The conventions lab: two libraries on one picture, and which of their decisions explains the difference."""

from __future__ import annotations

from course_utils.explorers.stage import Explorer, choice, slider, toggle
from course_utils.figures.conventions import (
    LEAST_PHOTO,
    MOST_IN,
    MOST_OUT,
    MOST_PHOTO,
    PICTURES,
    comparison,
    lab_scene,
)
from course_utils.recipes import Recipe, onnx_recipe, recipe
from course_utils.validation import one_of, shown, whole_number

LIBRARIES = {
    "torch nearest": recipe("torch", "nearest"),
    "torch nearest-exact": recipe("torch", "nearest-exact"),
    "torch bilinear": recipe("torch", "bilinear"),
    "torch bilinear, antialias": recipe("torch", "bilinear", antialias=True),
    "torch bilinear, align_corners": recipe("torch", "bilinear", align_corners=True),
    "torch antialias + align_corners": recipe("torch", "bilinear", antialias=True, align_corners=True),
    "torch bicubic": recipe("torch", "bicubic"),
    "torch bicubic, antialias": recipe("torch", "bicubic", antialias=True),
    "torch area": recipe("torch", "area"),
    "OpenCV NEAREST": recipe("opencv", "nearest"),
    "OpenCV LINEAR": recipe("opencv", "linear"),
    "OpenCV CUBIC": recipe("opencv", "cubic"),
    "OpenCV LANCZOS4": recipe("opencv", "lanczos4"),
    "OpenCV AREA": recipe("opencv", "area"),
    "Pillow NEAREST": recipe("pillow", "nearest"),
    "Pillow BOX": recipe("pillow", "box"),
    "Pillow BILINEAR": recipe("pillow", "bilinear"),
    "Pillow HAMMING": recipe("pillow", "hamming"),
    "Pillow BICUBIC": recipe("pillow", "bicubic"),
    "Pillow LANCZOS": recipe("pillow", "lanczos"),
    "scikit-image order 1": recipe("scikit-image", "order 1"),
    "scikit-image order 3": recipe("scikit-image", "order 3"),
    "scipy zoom order 1": recipe("scipy", "order 1"),
    "scipy zoom (order 3)": recipe("scipy", "order 3"),
    "scipy zoom order 1, grid_mode": recipe("scipy", "order 1", grid_mode=True),
    "TensorFlow bilinear": recipe("tensorflow", "bilinear"),
    "TensorFlow bicubic": recipe("tensorflow", "bicubic"),
    "TensorFlow 1 bilinear": recipe("tensorflow 1", "bilinear"),
    "JAX linear": recipe("jax", "linear"),
    "JAX cubic": recipe("jax", "cubic"),
    "ONNX nearest": onnx_recipe(),
    "ONNX linear": onnx_recipe({"mode": "linear"}),
    "ONNX linear, antialias": onnx_recipe({"mode": "linear", "antialias": 1}),
    "ONNX cubic": onnx_recipe({"mode": "cubic"}),
    "ONNX cubic, antialias": onnx_recipe({"mode": "cubic", "antialias": 1}),
}
"""What can be chosen: title -> Recipe."""


def conventions_lab(
    a=("torch", "bilinear"), b=("pillow", "bilinear"), picture="ramp", in_size=8, out_size=3, photo_size=24
) -> Explorer:
    """Two libraries on one picture: drag the sizes, then switch their decisions one by one until nothing is left.

    a, b         (library, method) or (library, method, options) as in ``recipes.recipe``, or a Recipe of your own
    picture      "ramp", "impulse" or "photo"
    in_size      2 to 12, samples of the ramp or the impulse
    out_size     1 to 12, samples that they become
    photo_size   12 to 144, pixels that the photo's 96 become
    """
    one_of(picture, "picture", PICTURES)
    menu = dict(LIBRARIES)
    titles = [_title(menu, each, name) for each, name in ((a, "a"), (b, "b"))]
    controls = {
        "a": choice("first", list(menu), titles[0]),
        "b": choice("second", list(menu), titles[1]),
        "picture": toggle("picture", list(PICTURES), picture),
        "walk": slider("switched", 0, 0, 1),
        "in_size": slider("input", whole_number(in_size, "in_size", 2, MOST_IN), 2, MOST_IN),
        "out_size": slider("result", whole_number(out_size, "out_size", 1, MOST_OUT), 1, MOST_OUT),
        "photo_size": slider(
            "photo", whole_number(photo_size, "photo_size", LEAST_PHOTO, MOST_PHOTO), LEAST_PHOTO, MOST_PHOTO
        ),
    }

    def size_of(values):
        return values["photo_size"] if values["picture"] == "photo" else values["out_size"]

    def draw(a, b, picture, walk, in_size, out_size, photo_size):
        size = photo_size if picture == "photo" else out_size
        return lab_scene(menu[a], menu[b], picture, in_size, size, walk, (a, b))

    def limits(values):
        between = comparison(
            menu[values["a"]], menu[values["b"]], values["picture"], values["in_size"], size_of(values)
        )
        return {"walk": (0, max(1, len(between.steps)))}  # a slider needs two values

    return Explorer(
        draw,
        controls,
        more=("walk", "in_size", "out_size", "photo_size"),
        on_choose=lambda cell: {"walk": int(cell.partition("-")[2])},
        adjust=lambda values, name: {"walk": 0} if name in ("a", "b", "picture") else {},
        limits=limits,
    )


def _title(menu, asked, name):
    """The menu's title of a recipe; a recipe that the menu does not have is added to it."""
    if isinstance(asked, Recipe):
        made = asked
    elif isinstance(asked, (tuple, list)) and len(asked) in (2, 3):
        made = recipe(*asked[:2], **(asked[2] if len(asked) == 3 else {}))
    else:
        raise TypeError(
            f'{name} must be a Recipe, or a pair such as ("pillow", "bicubic"); got {shown(asked)}.'
        )
    for title, known in menu.items():
        if known == made:
            return title
    title = str(made)
    while title in menu:
        title += ", changed"
    menu[title] = made
    return title
