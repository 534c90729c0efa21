"""Functions to write in lesson 12: fetching across sizes, and the flow alignment module.

Maps are (channels, height, width), flows (height, width, 2) with x before y, in pixels of the map that is read.
"""

import numpy as np

from course_utils.alignment import fetch
from course_utils.exercises.engine import Case, Exercise
from course_utils.resampling import resize, source_coordinates
from course_utils.warping import sample

SINGLE_PRECISION = 1e-4  # a tolerance for numbers below 10, interpolated in float32


# ---- fetching across sizes ----------------------------------------------------------------------------------


def fetch_coarse(coarse, flow_xy):
    """Every output of flow_xy (H, W, 2) reads coarse (C, h, w) at its own position + flow, in coarse pixels."""
    in_height, in_width = coarse.shape[1:]
    height, width = flow_xy.shape[:2]
    x, y = np.meshgrid(source_coordinates(in_width, width), source_coordinates(in_height, height))
    return sample(coarse, np.stack([x, y], axis=-1) + flow_xy, padding_mode="border")


def random_map(rng, channels, *size_hw):
    """A map of numbers that can be read, and that are not exact in any precision."""
    return rng.uniform(-9, 9, (channels, *size_hw)).round(2)


def random_fetch(rng):
    """A map and a flow of any two sizes, one row and one column included."""
    channels, height, width = rng.integers(1, [4, 5, 5])
    flow_xy = rng.uniform(-2, 2, (*rng.integers(1, 7, 2), 2)).round(2)
    return Case(random_map(rng, channels, height, width), flow_xy)


RAMP = np.array([[[0.0, 4, 8]]])
COARSE = np.random.default_rng(3).integers(0, 10, (2, 2, 3)).astype(float)
FIELD = np.random.default_rng(4).integers(-4, 5, (4, 6, 2)) / 4
ODD_FIELD = np.random.default_rng(5).integers(-4, 5, (5, 7, 2)) / 4


def same_flow(height, width, x=0.0, y=0.0):
    """The flow that is (x, y) everywhere."""
    return np.full((height, width, 2), [x, y])


FETCH = Exercise(
    key="alignment.fetch_coarse",
    title="Enlarge and align in one fetch",
    reference=fetch_coarse,
    cases=[
        Case(
            RAMP,
            same_flow(1, 6),
            by_hand=[[[0, 1, 3, 5, 7, 8]]],
            note="No flow: the three pixels become six, as bilinear resizing has it.",
        ),
        Case(
            RAMP,
            same_flow(1, 3, x=1),
            by_hand=[[[4, 8, 8]]],
            note="The same size, one pixel further right; beyond the border, the border.",
        ),
        Case(
            RAMP,
            same_flow(1, 6, x=0.25),
            by_hand=[[[0, 2, 4, 6, 8, 8]]],
            note="A quarter of a coarse pixel further right.",
        ),
        Case(
            RAMP.swapaxes(1, 2).copy(),
            same_flow(6, 1, y=0.25),
            by_hand=np.array([[[0, 2, 4, 6, 8, 8]]]).swapaxes(1, 2),
            note="The same for a column: y is the second number of a flow.",
        ),
        Case(COARSE, FIELD, note="A flow of its own for every pixel."),
        Case(COARSE, ODD_FIELD, note="Sizes that are not multiples of each other."),
    ],
    hints=[
        "Where does each output sit on the coarse map? That is upsampling, one axis at a time: "
        "`source_coordinates(in_width, width)` for x.",
        "`np.meshgrid(x, y)` makes the positions of all outputs; stack them with x first, like the flow, then "
        "add the flow.",
        '`sample(coarse, positions, padding_mode="border")` reads all channels at once.',
    ],
    random_case=random_fetch,
    tolerance=SINGLE_PRECISION,
)


def own_places(coarse, flow_xy, coordinate_map="half_pixel"):
    """Where the outputs of a flow sit on the coarse map, in its pixels: shape (H, W, 2), x before y."""
    x, y = (
        source_coordinates(n, m, coordinate_map)
        for n, m in zip(coarse.shape[:0:-1], flow_xy.shape[1::-1], strict=True)
    )
    return np.stack(np.meshgrid(x, y), axis=-1)


def places_of_the_fine_map(flow_xy):
    """Column and row of each output: shape (H, W, 2)."""
    y, x = np.mgrid[: flow_xy.shape[0], : flow_xy.shape[1]].astype(float)
    return np.stack([x, y], axis=-1)


def read(coarse, places, **options):
    """The coarse map at these positions; beyond the border, the border."""
    return sample(coarse, places, **{"padding_mode": "border", **options})


@FETCH.mistake("positions lie on their side, x first")
def _on_their_side(coarse, flow_xy):
    """Your positions have the shape (width, height, 2); the flow has (height, width, 2). `np.meshgrid(x, y)`,
    as it is by default and with x first, gives that."""
    return read(coarse, own_places(coarse, flow_xy).swapaxes(0, 1) + flow_xy)


@FETCH.mistake("positions lie on their side, y first")
def _on_their_side_y_first(coarse, flow_xy):
    """Your positions have the shape (width, height, 2); the flow has (height, width, 2). `np.meshgrid(x, y)`,
    as it is by default and with x first, gives that."""
    return read(coarse, own_places(coarse, flow_xy).swapaxes(0, 1)[..., ::-1] + flow_xy)


@FETCH.mistake
def _zeros_outside(coarse, flow_xy):
    """The positions are right. Beyond the border repeat the border, `padding_mode="border"`: with zeros the
    outer half pixel fades."""
    return read(coarse, own_places(coarse, flow_xy) + flow_xy, padding_mode="zeros")


@FETCH.mistake
def _nearest(coarse, flow_xy):
    """The positions are right. Interpolate there; you take the nearest pixel."""
    return read(coarse, own_places(coarse, flow_xy) + flow_xy, mode="nearest")


@FETCH.mistake
def _subtracted(coarse, flow_xy):
    """You subtract the flow. Every output reads at its own position plus flow."""
    return read(coarse, own_places(coarse, flow_xy) - flow_xy)


@FETCH.mistake
def _flow_left_out(coarse, flow_xy):
    """You enlarge, and do not use the flow."""
    return read(coarse, own_places(coarse, flow_xy))


@FETCH.mistake("flow in (y, x) order")
def _flow_y_first(coarse, flow_xy):
    """You take the flow's first number for y. It is x."""
    return read(coarse, own_places(coarse, flow_xy) + flow_xy[..., ::-1])


@FETCH.mistake
def _positions_left_out(coarse, flow_xy):
    """You read at the flow alone. A flow is a step: every output reads at its own position *plus* its flow."""
    return read(coarse, flow_xy)


@FETCH.mistake("positions in (y, x) order")
def _positions_y_first(coarse, flow_xy):
    """The flow has x first; your positions have y first. Stack x before y."""
    return read(coarse, own_places(coarse, flow_xy)[..., ::-1] + flow_xy)


@FETCH.mistake
def _flow_in_fine_pixels(coarse, flow_xy):
    """You scale the flow, as if it were in pixels of the large map. It is in pixels of the map that is read."""
    factors = np.array(coarse.shape[:0:-1]) / flow_xy.shape[1::-1]
    return read(coarse, own_places(coarse, flow_xy) + flow_xy * factors)


@FETCH.mistake
def _half_pixel_missing(coarse, flow_xy):
    """You put the outputs at o · n / m. The half pixel is missing: (o + 0.5) · n / m − 0.5."""
    return read(coarse, own_places(coarse, flow_xy, "asymmetric") + flow_xy)


@FETCH.mistake("align_corners")
def _corners_aligned(coarse, flow_xy):
    """You put outer centers on outer centers: align_corners=True. Here the outer edges coincide."""
    return read(coarse, own_places(coarse, flow_xy, "align_corners") + flow_xy)


@FETCH.mistake
def _positions_of_the_fine_map(coarse, flow_xy):
    """You read the coarse map at the positions of the fine one. Where does output 5 of 6 sit among 3 pixels?"""
    return read(coarse, places_of_the_fine_map(flow_xy) + flow_xy)


@FETCH.mistake
def _enlarged_first(coarse, flow_xy):
    """You enlarge, and then fetch from the enlarged map: two interpolations, and the second one blurs.
    Read the coarse map itself, once."""
    height, width = flow_xy.shape[:2]
    factors = [width / coarse.shape[2], height / coarse.shape[1]]
    enlarged = resize(coarse, (height, width), axes=(1, 2))
    return read(enlarged, places_of_the_fine_map(flow_xy) + flow_xy * factors)


# ---- the module ---------------------------------------------------------------------------------------------


def flow_alignment(fine, coarse, make_flow):
    """SFNet's module: fine (C, H, W) + coarse (C, h, w), the latter fetched along a flow in coarse pixels.

    make_flow takes both maps stacked, (2 C, H, W) with fine first, and returns the flow (H, W, 2).
    """
    enlarged = resize(coarse, fine.shape[1:], axes=(1, 2))
    flow_xy = make_flow(np.concatenate([fine, enlarged]))
    return fine + fetch(coarse, flow_xy)


def no_flow(both):
    """Zero everywhere."""
    return np.zeros((*np.shape(both)[1:], 2))


def a_quarter_right(both):
    """A quarter of a coarse pixel to the right, everywhere."""
    return np.full((*np.shape(both)[1:], 2), [0.25, 0.0])


def by_the_maps(both):
    """A flow that depends on both: x on the first channel, y on the last."""
    both = np.asarray(both)
    return np.stack([both[0] / 4 - 1, both[-1] / 8], axis=-1)


def random_maps(rng):
    """A fine and a coarse map of any two sizes, and a flow that depends on both."""
    channels, *sizes = rng.integers(1, [4, 6, 6, 4, 4])
    return Case(random_map(rng, channels, *sizes[:2]), random_map(rng, channels, *sizes[2:]), by_the_maps)


FINE = np.random.default_rng(6).integers(0, 9, (2, 4, 6)).astype(float)

FORWARD = Exercise(
    key="alignment.flow_alignment",
    title="The flow alignment module",
    reference=flow_alignment,
    cases=[
        Case(
            np.full((1, 1, 6), 10.0),
            RAMP,
            no_flow,
            by_hand=[[[10, 11, 13, 15, 17, 18]]],
            note="Without flow it is plain addition, as in an FPN.",
        ),
        Case(
            np.full((1, 1, 6), 10.0),
            RAMP,
            a_quarter_right,
            by_hand=[[[10, 12, 14, 16, 18, 18]]],
            note="The coarse map is read a quarter of its pixels further right.",
        ),
        Case(FINE, COARSE, no_flow),
        Case(FINE, COARSE, a_quarter_right),
        Case(FINE, COARSE, by_the_maps, note="This flow depends on both maps."),
    ],
    hints=[
        "Enlarge `coarse` with `resize(..., axes=(1, 2))`, stack with `np.concatenate`, ask `make_flow`.",
        "Only `make_flow` needs the enlarged map. Fetch from `coarse`: `fetch(coarse, flow_xy)` enlarges and "
        "aligns.",
        "Then add `fine`, which stays where it is.",
    ],
    random_case=random_maps,
    tolerance=SINGLE_PRECISION,
)


def looked_at(fine, coarse, make_flow, **resizing):
    """(coarse enlarged, the flow that is made of both)."""
    enlarged = resize(coarse, fine.shape[1:], axes=(1, 2), **resizing)
    return enlarged, make_flow(np.concatenate([fine, enlarged]))


@FORWARD.mistake
def _fine_forgotten(fine, coarse, make_flow):
    """You return the aligned coarse map. The fine one still has to be added."""
    _, flow_xy = looked_at(fine, coarse, make_flow)
    return fetch(coarse, flow_xy)


@FORWARD.mistake
def _flow_not_used(fine, coarse, make_flow):
    """You add the enlarged map: plain addition. The flow was made and never used."""
    enlarged, _ = looked_at(fine, coarse, make_flow)
    return fine + enlarged


@FORWARD.mistake
def _fetched_from_the_enlarged_map(fine, coarse, make_flow):
    """You fetch from the enlarged map. Its pixels are smaller, so the same flow moves less far. Fetch from
    `coarse` itself."""
    enlarged, flow_xy = looked_at(fine, coarse, make_flow)
    return fine + fetch(enlarged, flow_xy)


@FORWARD.mistake
def _flow_scaled_to_the_enlarged_map(fine, coarse, make_flow):
    """You scale the flow and fetch from the enlarged map: two interpolations, and the second one blurs.
    Fetch from `coarse` itself, once."""
    enlarged, flow_xy = looked_at(fine, coarse, make_flow)
    factors = [fine.shape[2] / coarse.shape[2], fine.shape[1] / coarse.shape[1]]
    return fine + fetch(enlarged, flow_xy * factors)


@FORWARD.mistake
def _fine_fetched(fine, coarse, make_flow):
    """You move the fine map. It knows where things are; the coarse one should follow."""
    enlarged, flow_xy = looked_at(fine, coarse, make_flow)
    return fetch(fine, flow_xy) + enlarged


@FORWARD.mistake
def _both_fetched(fine, coarse, make_flow):
    """You move both maps along the same flow. They stay as far apart as they were."""
    _, flow_xy = looked_at(fine, coarse, make_flow)
    return fetch(fine, flow_xy) + fetch(coarse, flow_xy)


@FORWARD.mistake("stacked, not added")
def _stacked(fine, coarse, make_flow):
    """You return the two maps stacked. The stack is only for `make_flow`; the result is their sum."""
    _, flow_xy = looked_at(fine, coarse, make_flow)
    return np.concatenate([fine, fetch(coarse, flow_xy)])


@FORWARD.mistake("added for looking")
def _seen_as_a_sum(fine, coarse, make_flow):
    """You show `make_flow` the sum of both maps. In a sum it cannot tell them apart: stack them with
    `np.concatenate`."""
    return fine + fetch(coarse, make_flow(fine + resize(coarse, fine.shape[1:], axes=(1, 2))))


@FORWARD.mistake
def _stacked_the_other_way(fine, coarse, make_flow):
    """`make_flow` gets the coarse map first. Its weights were learned for the other order: fine first."""
    enlarged = resize(coarse, fine.shape[1:], axes=(1, 2))
    return fine + fetch(coarse, make_flow(np.concatenate([enlarged, fine])))


@FORWARD.mistake
def _enlarged_by_align_corners(fine, coarse, make_flow):
    """You show `make_flow` a map enlarged with another convention than the one that fetches: its flow has
    to undo that first."""
    _, flow_xy = looked_at(fine, coarse, make_flow, coordinate_map="align_corners")
    return fine + fetch(coarse, flow_xy)


@FORWARD.mistake
def _enlarged_by_nearest(fine, coarse, make_flow):
    """You show `make_flow` a map of blocks. Enlarge with `resize` as it is, bilinear."""
    _, flow_xy = looked_at(fine, coarse, make_flow, mode="nearest")
    return fine + fetch(coarse, flow_xy)


@FORWARD.mistake("subtracted")
def _turned_around(fine, coarse, make_flow):
    """You turn the flow around before fetching. It says where to fetch from."""
    _, flow_xy = looked_at(fine, coarse, make_flow)
    return fine + fetch(coarse, -flow_xy)
