"""Networks that learn to align: what each predicts, where it is wrong, and where it has learned to read by then.

The words are those of ``following``, where the numbers of a picture come from.
"""

from __future__ import annotations

from course_utils.figures.draw.label_maps import (
    LEFT,
    WORDS,
    arrow_scale,
    arrows,
    below,
    class_key,
    class_names,
    heading,
    longest_words,
    photo_url,
    picture,
    prediction,
    profile,
    profile_frame,
    row_of_places,
    scale_words,
)
from course_utils.figures.draw.scene import Frame, Scene, document, group, written
from course_utils.figures.following import (
    Reel,
    followed,
    followed_arrow,
    place_handle,
    reads_words,
    tips_words,
    to_hold,
)
from course_utils.scenes import CLASS_COLORS, CLASS_NAMES

WIDTH, TOP, GAP = 924, 24, 40
SMALL, LARGE = 114, 204  # scene px of a prediction's longer side, and of a flow's
TEXTS, PROFILE, KEY = 86, 40, 22  # heights below a flow: five lines, a profile, the names of the colors
TO_DO = "dark dots: wrong pixels.  Press anywhere to follow that arrow to where it reads."
AWAY = (-20000, 0)  # where pictures of other moments wait: to the left nothing can be scrolled to


# ---- the picture ---------------------------------------------------------------------------------------------


def film_scene(reel: Reel, scene=0, stride=4, place=(0, 0), magnified=False) -> Scene:
    """Above: the true labels and what every contender predicts, dots where it is wrong. Below: the scene, and every
    learned flow as arrows over it, the one at ``place`` followed. A frame for each moment; all are in the picture,
    and all but the last out of sight.

    place       (column, row) on the finest map of the film, from 0
    magnified   small flows are drawn as long as large ones, by a factor that is said; otherwise each map has one
                factor for all moments, so that one sees the flow grow
    """
    film, last = reel.film, len(reel.film.steps) - 1
    shown = followed(reel, scene, stride, place, magnified)
    upper = row_of_places(reel.size_hw, TOP, 1 + len(reel.contenders), SMALL)
    lower = _lower(reel, TOP + upper[0].height + GAP, 1 + len(shown.flows))
    frames = _frames(reel, shown, lower[0])
    texts = written(frames, last)
    parts = [
        *picture(upper[0], CLASS_COLORS[film.labels[scene]], "true labels"),
        *class_names(upper[0], film.labels[scene]),
        *_titles(reel, upper[1:], texts),
        *_still(reel, shown, lower, texts),
    ]
    parts += [
        _movable(moment, last, _moment(reel, shown, moment, upper, lower)) for moment in range(last + 1)
    ]
    parts += to_hold(reel, shown, lower)
    bottom = lower[-1].y + lower[-1].height + TEXTS + PROFILE + KEY
    parts.append(class_key(LEFT, bottom - 6, TO_DO))
    sentences = [_sentence(reel, shown, moment) for moment in range(last + 1)]
    ids = [f"moment-{moment}" for moment in range(last + 1)]
    return Scene(
        document(WIDTH, bottom, parts, "Networks that learn to align", sentences[-1]),
        sentences[-1],
        _table(reel, shown),
        details=dict(zip(ids, sentences, strict=True)),
        steps=ids,
        frames=frames,
        word="moment",
        handles={"place": place_handle(reel, shown, lower[0])} if shown.flows else {},
    )


def _movable(moment, last, parts):
    """What belongs to one moment: out of sight, but for the last one."""
    x, y = (0, 0) if moment == last else AWAY
    return group(parts, data_move=f"moment-{moment}", transform=f"translate({x} {y})", aria_hidden="true")


def _lower(reel, y, count):
    """Places of the scene and its flows, in rows of up to four."""
    places = []
    for begin in range(0, count, 4):
        places += row_of_places(reel.size_hw, y, min(4, count - begin), LARGE)
        y += places[-1].height + TEXTS + PROFILE + 26
    return places


def _titles(reel, places, texts):
    parts = []
    for i, (name, place) in enumerate(zip(reel.contenders, places, strict=True)):
        parts += [
            heading(place, WORDS.get(name, name)),
            _slot(place, 15, f"iou-{i}", texts, font_weight="600"),
        ]
    return parts


def _still(reel, shown, lower, texts):
    """All that stays where it is: titles, frames, the scene, and the texts that the moments write."""
    height, width = reel.size_hw
    photo, here = photo_url(reel.film.images[shown.scene]), lower[0]
    parts = [
        *picture(here, photo, f"the scene: {height} × {width} pixels"),
        _slot(here, 16, "step", texts, font_weight="600"),
        below(here, 32, f"arrows: flow onto stride {shown.stride}"),
    ]
    if any(learned.profiles for learned in shown.flows):
        lines = (f"curves: share of {CLASS_NAMES[shown.kind]} along the", "ringed row, in a perfect map;",
                 "dashed as it is, solid read", "along the arrows")  # fmt: skip
        parts += [below(here, 54 + 14 * i, words, css="muted") for i, words in enumerate(lines)]
    for i, (learned, place) in enumerate(zip(shown.flows, lower[1:], strict=True)):
        parts += [
            *picture(place, photo, learned.name, pale=True),
            *arrow_scale(place, 16, texts[f"scale-{i}"], data_slot=f"scale-{i}"),
            _slot(place, 32, f"longest-{i}", texts),
            _slot(place, 48, f"here-{i}", texts, font_weight="600"),
            _slot(place, 64, f"tips-{i}", texts),
            _slot(place, 80, f"chance-{i}", texts, css="muted"),
            profile_frame(place, TEXTS, PROFILE),
        ]
        if learned.profiles:
            lying = learned.profiles[0]
            parts.append(profile(place, TEXTS, PROFILE, lying, "line muted", stroke_dasharray="4 3"))
    return parts


def _slot(place, down, name, texts, **more):
    return below(place, down, texts[name], data_slot=name, **more)


def _moment(reel, shown, moment, upper, lower):
    """What is seen at one moment only: predictions, arrows, the arrow that is followed, the profile along it."""
    truth = reel.film.labels[shown.scene]
    parts = []
    for name, place in zip(reel.contenders, upper[1:], strict=True):
        predicted = reel.film.predictions[name][moment, shown.scene]
        parts += prediction(place, predicted, truth, WORDS.get(name, name))
    for learned, place in zip(shown.flows, lower[1:], strict=True):
        parts.append(arrows(place, learned.flow[moment], shown.stride, learned.factors[moment]))
        parts += followed_arrow(shown, learned, moment, place)
        if learned.profiles:
            parts.append(profile(place, TEXTS, PROFILE, learned.profiles[1][moment], stroke_width=2))
    return parts


def _frames(reel, shown, place):
    """One for each moment: its pictures come, those of the others go, and its numbers are written."""
    frames = []
    for moment, step in enumerate(reel.film.steps):
        write = {"step": f"after {step} of {reel.film.steps[-1]} steps"}
        write |= {f"iou-{i}": f"mean IoU {each[moment]:.3f}" for i, each in enumerate(shown.ious.values())}
        for i, learned in enumerate(shown.flows):
            write[f"longest-{i}"] = longest_words(learned.longest[moment])
            write[f"scale-{i}"] = scale_words(place, learned.factors[moment])
            write[f"here-{i}"] = reads_words(shown, learned, moment)
            write[f"tips-{i}"], write[f"chance-{i}"] = tips_words(reel, learned.tips[moment])
        move = {
            f"moment-{other}": (0, 0) if other == moment else AWAY for other in range(len(reel.film.steps))
        }
        frames.append(Frame(write, move))
    return frames


# ---- the words -----------------------------------------------------------------------------------------------


def _sentence(reel, shown, moment):
    start = f"Scene {shown.scene + 1} after {reel.film.steps[moment]} training steps."
    if not shown.flows:
        scores = ", ".join(f"{each[moment]:.3f} {WORDS.get(name, name)}" for name, each in shown.ious.items())
        return f"{start} Mean IoU of this scene: {scores}. No flow is learned."
    reads = "; ".join(f"{each.name} {reads_words(shown, each, moment)}" for each in shown.flows)
    return (
        f"{start} Column {shown.column}, row {shown.row} of the map at stride {shown.stride} lies in "
        f"{CLASS_NAMES[shown.kind]}: {reads}."
    )


def _table(reel, shown):
    header = ["training steps", *(f"mean IoU, {WORDS.get(name, name)}" for name in shown.ious)]
    header += [f"longest arrow, {each.name}" for each in shown.flows]
    rows = [
        [
            str(step),
            *(f"{each[i]:.3f}" for each in shown.ious.values()),
            *(f"{each.longest[i]:.2f}" for each in shown.flows),
        ]
        for i, step in enumerate(reel.film.steps)
    ]
    return header, rows
