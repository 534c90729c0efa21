"""What each stride's scores say of a scene, and what their sum predicts, stride by stride.

Words used here (part: see ``fcn.ScoredScene``)
    on     the strides whose parts are added
    kind   the class whose scores are drawn
"""

from __future__ import annotations

import numpy as np

from course_utils.fcn import ScoredScene
from course_utils.figures.draw.label_maps import (
    below,
    class_key,
    class_names,
    heading,
    iou,
    photo_url,
    picture,
    prediction,
    row_of_places,
)
from course_utils.figures.draw.scene import Scene, document, image, number, rect
from course_utils.scenes import CLASS_COLORS, CLASS_NAMES
from course_utils.scores import boundary_f_score, class_ious, confusion_matrix
from course_utils.validation import shown, whole_number

WIDTH, TOP, SIDE = 704, 24, 218
SECOND, BELOW = 56, 30  # from the first row to the second, and below it


def fusion_scene(scored: ScoredScene, on=(16,), kind=0) -> Scene:
    """Upper row: the scene, its classes, what the sum of the parts that are on predicts. Lower row: every part.

    on     strides, some of ``scored.strides``
    kind   index into CLASS_NAMES
    """
    on = tuple(stride for stride in scored.strides if stride in on)
    kind = whole_number(kind, "kind", 0, len(CLASS_NAMES) - 1)
    truth, predicted = scored.labels.astype(np.uint8), scored.predicted(on).astype(np.uint8)
    text = _sentence(scored, on, kind, truth, predicted)
    upper = row_of_places(truth.shape, TOP, 3, SIDE)
    lower = row_of_places(truth.shape, TOP + upper[0].height + SECOND, len(scored.strides), SIDE)
    name = " + ".join(f"stride {stride}" for stride in on) or "nothing added"
    parts = [
        *picture(upper[0], photo_url(scored.image), "the scene"),
        *picture(upper[1], CLASS_COLORS[truth], "true classes"),
        *class_names(upper[1], truth),
        heading(upper[2], name),
        *prediction(upper[2], predicted, truth, name),
        class_key(upper[0].x, upper[0].y + upper[0].height + 18, "dark dots: wrong pixels"),
    ]
    reach = max(np.abs(scored.parts[stride][kind]).max() for stride in scored.strides)
    for place, stride in zip(lower, scored.strides, strict=True):
        parts += _part(place, scored.parts[stride][kind], reach, stride, stride in on)
    height = lower[0].y + lower[0].height + BELOW
    lines = (
        f'scores for "{CLASS_NAMES[kind]}", enlarged to the image: orange for it, blue against it, white 0'
    )
    parts.append(below(lower[0], 18, lines, css="muted"))
    return Scene(
        document(WIDTH, height, parts, "Scores of several strides", text), text, _table(scored, truth)
    )


def _part(place, scores, reach, stride, on):
    """One stride's scores of one class as colors; pale where they are not added."""
    title = f"stride {stride}" + ("" if on else " (off)")
    return [
        heading(place, title),
        image(
            place.x,
            place.y,
            place.width,
            place.height,
            score_colors(scores, reach),
            title,
            opacity=1 if on else 0.25,
        ),
        rect(place.x, place.y, place.width, place.height, "frame"),
    ]


def score_colors(scores, reach):
    """Scores from -reach to reach as blue, white, orange: uint8 (H, W, 3). ``reach`` 0 is white.

    >>> score_colors(np.array([[-1.0, 0.0, 1.0]]), 1.0)
    array([[[  0, 114, 178],
            [255, 255, 255],
            [213,  94,   0]]], dtype=uint8)
    """
    part = np.clip(np.asarray(scores) / (reach or 1), -1, 1)[..., None]
    blue, orange, white = (np.array(each) for each in ((0, 114, 178), (213, 94, 0), (255, 255, 255)))
    mixed = white + np.where(part < 0, (white - blue) * part, (orange - white) * part)
    return np.rint(mixed).astype(np.uint8)


# ---- the words ------------------------------------------------------------------------------------------------


def measured(truth, predicted, kind=None):
    """(mean IoU, boundary F, IoU of a class) of one picture in percent; nan where a class is nowhere."""
    classes = len(CLASS_NAMES)
    of_class = np.nan if kind is None else class_ious(confusion_matrix(truth, predicted, classes))[kind]
    boundary = boundary_f_score(truth[None], predicted[None], classes, tolerance=1)
    return 100 * iou(truth, predicted), 100 * boundary, 100 * of_class


def _sentence(scored, on, kind, truth, predicted):
    if not on:
        return "Nothing is added, so every pixel is a tie, and a tie goes to the first class. Switch a stride on."
    mean, boundary, of_class = measured(truth, predicted, kind)
    added = ("Stride " if len(on) == 1 else "Strides ") + " + ".join(map(str, on))
    name = CLASS_NAMES[kind]
    about = f", {name} {number(of_class, 1)} %" if np.isfinite(of_class) else f"; there is no {name}"
    wrong = np.count_nonzero(predicted != truth)
    return (
        f"{added}: mean IoU {number(mean, 1)} %{about}; boundaries found within a pixel, F "
        f"{number(boundary, 1)} %; {wrong:,} of {truth.size:,} pixels are wrong."
    )


def _table(scored, truth):
    rows = []
    for count in range(1, len(scored.strides) + 1):
        on = scored.strides[:count]
        mean, boundary, _ = measured(truth, scored.predicted(on).astype(np.uint8))
        rows.append((" + ".join(map(str, on)), number(mean, 1), number(boundary, 1)))
    return ("strides added", "mean IoU, %", "boundary F, %"), rows


def checked_strides(strides, scored):
    """``strides``, if each is one of the scene's. Raises ValueError that lists them."""
    for each in strides:
        if each not in scored.strides:
            raise ValueError(f"strides must be some of {scored.strides}; got {shown(each)}.")
    return tuple(strides)
