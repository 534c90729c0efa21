"""Exercises of lesson 12: the offset of a stack of layers, fetching across sizes, the flow alignment module.

Words: ``layers`` is a list of (kernel_size, stride, padding). Maps are (channels, height, width), flows (height,
width, 2) with x before y, in pixels of the map that is read.
"""

import numpy as np

from course_utils.alignment import aligned_padding, feature_places, fetch, offsets
from course_utils.exercises.engine import Case, Exercise, Mistake, Prediction, SpotTheBug
from course_utils.resampling import resize, source_coordinates
from course_utils.warping import grid_sample, identity_grid, sample

HALVING = (3, 2, 1, 1)

# ---- predictions --------------------------------------------------------------------------------------------

WHERE_IT_SITS = Prediction(
    key="alignment.where_it_sits",
    title="Where four features sit",
    question="A convolution with kernel 3, stride 2 and padding 1 reads a row of 8 pixels. Four features come out. "
    "On which pixel is the middle of each one's window?",
    shape=4,
    answer=lambda: feature_places(8, [HALVING]),
    explain="The first window begins at −1, in the padding, and covers −1, 0, 1: its middle is pixel 0. Then it "
    "moves by 2.",
    guesses={
        "That would be the middle of pixels 0 and 1, of 2 and 3. A window of three has its middle on a "
        "pixel.": lambda: feature_places(8, [(2, 2, 0, 1)]),
        "Without padding the first window would lie there. With padding 1 it begins at −1.": lambda: (
            feature_places(9, [(3, 2, 0, 1)])
        ),
    },
)

WHERE_IT_IS_DRAWN = Prediction(
    key="alignment.where_it_is_drawn",
    title="Where the four are drawn",
    question="Now the four features are enlarged to 8 again, with align_corners=False. Feature i is drawn around "
    "which pixel? Give the four places; they may lie between pixels.",
    shape=4,
    answer=lambda: source_coordinates(8, 4),
    explain="Each of the four covers two pixels: the first covers 0 and 1, and its middle is 0.5.",
    guesses={
        "There the features sit. Upsampling does not know it: it knows two sizes, 4 and 8.": lambda: (
            feature_places(8, [HALVING])
        ),
        "That is align_corners=True.": lambda: source_coordinates(8, 4, "align_corners"),
    },
)

FOUR_HALVINGS = Prediction(
    key="alignment.four_halvings",
    title="Four times half a pixel",
    question="One such layer is off by half a pixel. How many pixels of the image is a stack of four of them off, "
    "at stride 16?",
    answer=lambda: offsets(64, [HALVING] * 4)[0],
    explain="Each layer is off by half a pixel of its own input: 0.5 + 1 + 2 + 4 image pixels.",
    guesses={
        "Four times 0.5. But the second layer's pixel is two of the image, the third's four.": lambda: 2,
        "Close: half of 16. The features sit at 16 i and are drawn at 16 i + 7.5.": lambda: 8,
        "That is a stack of three.": lambda: offsets(64, [HALVING] * 3)[0],
    },
)

WHICH_LAYER = Prediction(
    key="alignment.which_layer",
    title="A layer without an offset",
    question="Upsampling is align_corners=False. Which of these halvings adds no offset?",
    options=["kernel 3, padding 1", "kernel 4, padding 1", "kernel 5, padding 2", "kernel 7, padding 3"],
    answer=lambda: next(f"kernel {k}, padding {p}" for k, p in _SYMMETRIC if aligned_padding(k, 2) == p),
    explain="Two pixels become one feature, so its window should be centered between two pixels: an even kernel. "
    "Every odd one is centered on a pixel.",
    guesses={
        "That is the layer of the lesson so far: it is off by half a pixel.": "kernel 3, padding 1",
    },
)
_SYMMETRIC = ((3, 1), (4, 1), (5, 2), (7, 3))


def _corners_on_64():
    along = offsets(64, [HALVING] * 4, "align_corners")
    return (
        "it is gone"
        if not along.any()
        else "the same everywhere"
        if np.ptp(along) == 0
        else "it grows along the row"
    )


OTHER_CONVENTION = Prediction(
    key="alignment.other_convention",
    title="The other convention",
    question="Four halvings with kernel 3 and padding 1, on a row of 64 pixels. What becomes of the offset when the "
    "features are enlarged with align_corners=True?",
    options=["it is gone", "the same everywhere", "it grows along the row"],
    answer=_corners_on_64,
    explain="The last feature sits at 16 · 3 = 48 and is drawn at the last pixel, 63. The first is right.",
    guesses={
        "It is gone for the first feature only.": "it is gone",
    },
)

ADDED_APART = Prediction(
    key="alignment.added_apart",
    title="Two edges that miss each other",
    question="Two maps hold the same edge: 0 on the left, 1 on the right. In the first it lies at column 8, in the "
    "second at column 10. What is in their sum?",
    options=["one step from 0 to 2", "two steps of 1", "a step from 0 to 1"],
    answer=lambda: _steps_of_the_sum(8, 10),
    explain="Between the two edges only one of the maps is 1 already. The sum cannot say where the edge is.",
    guesses={
        "The two edges do not lie at one column, so their steps do not fall together.": "one step from 0 to 2",
    },
)


def _steps_of_the_sum(first, second):
    columns = np.arange(16)
    heights = np.diff((columns >= first).astype(int) + (columns >= second))
    return {(2,): "one step from 0 to 2", (1, 1): "two steps of 1"}[tuple(heights[heights > 0].tolist())]


def _half_way(offset):
    """Where the sum of two edges, one of them moved back by ``offset``, is 1 of 2: a number of columns."""
    places = np.arange(16.0)
    moved = np.interp(places + offset, places, (places >= 10).astype(float))
    return int(((places >= 8) + moved == 2).argmax())


WHICH_FLOW = Prediction(
    key="alignment.which_flow",
    title="Which flow brings them together",
    question="The second map's edge lies 2 columns too far right. Every output of the warp fetches from its own "
    "column + flow. Which flow brings the edge to column 8?",
    answer=lambda: next(flow for flow in range(-4, 5) if _half_way(flow) == 8 and _half_way(flow - 1) != 8),
    explain="The output in column 8 must read what stands in column 10: 8 + 2.",
    guesses={
        "That way the edge goes from 10 to 12. A flow says where to fetch from.": lambda: -2,
    },
)


def _gradients_at_zero():
    """Two layers, the last one's weights 0: which of the two hears anything in the first step?"""
    x, first, last = np.array([1.0, 2.0]), np.array([[1.0, -1.0], [0.5, 1.0]]), np.zeros(2)
    hidden = np.maximum(first @ x, 0)
    to_last = 1.0 * hidden  # the output's own gradient is 1
    to_first = np.outer(last * (hidden > 0), x)
    return {(True, False): "only the last layer", (True, True): "both", (False, False): "neither"}[
        bool(to_last.any()), bool(to_first.any())
    ]


ZERO_START = Prediction(
    key="alignment.zero_start",
    title="A branch that says zero",
    question="A branch has two layers, and the weights of the last one are 0: every flow it makes is 0. Which of its "
    "two layers learns anything in the very first step of training?",
    options=["neither", "only the last layer", "both"],
    answer=_gradients_at_zero,
    explain="The last layer's gradient contains its input, which is not 0. The first layer's contains the last one's "
    "weights, and those are. After one step they are not 0 any more, and both learn.",
    guesses={
        "The flow is 0, but its gradient is not.": "neither",
        "The gradient of the first layer passes through the weights of the last one.": "both",
    },
)

FIRST_PLACE = Prediction(
    key="alignment.stretched",
    title="The first place that is read",
    question="A grid runs from −1 to 1 over a map 8 pixels wide, `linspace(-1, 1, 8)`, no flow is added, and "
    "`grid_sample` is called without align_corners. At which place of the map does output 0 read?",
    answer=lambda: ((-1 + 1) * 8 - 1) / 2,
    explain="By default −1 is the left edge of the first pixel, half a pixel beside its center.",
    guesses={
        "That is right with align_corners=True. The default is False.": lambda: 0,
        "That is the number in the grid. In pixels it is another one.": lambda: -1,
        "The distance is right. The left edge of a pixel lies to the left of its center.": lambda: 0.5,
    },
)

HEIGHT_BEFORE_WIDTH = Prediction(
    key="alignment.height_before_width",
    title="Divided by [h, w]",
    question="A map of 4 rows and 8 columns. An offset (x, y) = (1, 1) is divided by [h, w] = [4, 8] and added to a "
    "grid of align_corners=True, where one unit is 7/2 pixels in x and 3/2 in y. By how many pixels does it move x, "
    "and by how many y?",
    shape=2,
    answer=lambda: [1 / 4 * (8 - 1) / 2, 1 / 8 * (4 - 1) / 2],
    explain="x: 1/4 of 3.5. y: 1/8 of 1.5. The same number moves x nearly five times as far as y. On a square map "
    "both would be equal, and nobody would see it.",
    guesses={
        "That is divided by [w, h], as it should have been.": lambda: [1 / 8 * 7 / 2, 1 / 4 * 3 / 2],
        "That is in units of the grid. One unit is 7/2 pixels in x and 3/2 in y.": lambda: [1 / 4, 1 / 8],
        "You have x and y exchanged.": lambda: [1 / 8 * (4 - 1) / 2, 1 / 4 * (8 - 1) / 2],
    },
)


# ---- the offset of a stack of layers ------------------------------------------------------------------------


def stack_offset(layers):
    """How many image pixels too far right the last map is drawn, enlarged with align_corners=False.

    layers: a list of (kernel_size, stride, padding). Every size is a multiple of the stride.
    """
    start, jump = 0, 1
    for kernel_size, stride, padding in layers:
        start += ((kernel_size - 1) / 2 - padding) * jump
        jump *= stride
    return (jump - 1) / 2 - start


def _stack(step, result=lambda start, jump: (jump - 1) / 2 - start):
    """A function of layers that walks through them as ``step`` says."""

    def wrong(layers):
        start, jump = 0, 1
        for kernel_size, stride, padding in layers:
            start, jump = step(start, jump, kernel_size, stride, padding)
        return result(start, jump)

    return wrong


def _right_step(start, jump, kernel_size, stride, padding):
    return start + ((kernel_size - 1) / 2 - padding) * jump, jump * stride


def _after_the_stride(start, jump, kernel_size, stride, padding):
    return start + ((kernel_size - 1) / 2 - padding) * jump * stride, jump * stride


def _without_jump(start, jump, kernel_size, stride, padding):
    return start + (kernel_size - 1) / 2 - padding, jump * stride


def _half_kernel(start, jump, kernel_size, stride, padding):
    return start + (kernel_size / 2 - padding) * jump, jump * stride


def _whole_half(start, jump, kernel_size, stride, padding):
    return start + (kernel_size // 2 - padding) * jump, jump * stride


def _no_padding(start, jump, kernel_size, stride, padding):
    return start + (kernel_size - 1) / 2 * jump, jump * stride


def _last_only(start, jump, kernel_size, stride, padding):
    return ((kernel_size - 1) / 2 - padding) * jump, jump * stride


def _strides_added(start, jump, kernel_size, stride, padding):
    return start + ((kernel_size - 1) / 2 - padding) * jump, jump + stride


OFFSET = Exercise(
    key="alignment.stack_offset",
    title="The offset of a stack of layers",
    reference=stack_offset,
    cases=[
        Case([(3, 2, 1)], by_hand=0.5, note="Sits at 0, 2, 4, ... and is drawn at 0.5, 2.5, 4.5, ..."),
        Case([(2, 2, 0)], by_hand=0, note="Sits at 0.5, 2.5, ...: where it is drawn."),
        Case([(3, 1, 1)], by_hand=0, note="Nothing shrinks and nothing moves."),
        Case([(3, 2, 1), (3, 2, 1)], by_hand=1.5, note="Sits at 0, 4, 8, ... and is drawn at 1.5, 5.5, ..."),
        Case(
            [(3, 2, 1), (2, 2, 0)],
            by_hand=0.5,
            note="The second window covers the features at 0 and 2: it sits at 1.",
        ),
        Case([(7, 2, 3), (3, 2, 1)], by_hand=1.5, note="How a ResNet begins."),
        Case(
            [(5, 2, 0), (3, 2, 1)],
            by_hand=-0.5,
            note="The first layer has no padding, and sits too far right.",
        ),
        Case([(4, 4, 0), (2, 2, 0)], by_hand=0, note="Patches of 4, then of 2."),
        Case([(4, 2, 1), (3, 3, 0), (5, 2, 1)]),
        Case([(1, 2, 0), (1, 2, 0), (2, 1, 1)]),
    ],
    hints=[
        "Keep two numbers, as for a receptive field: where feature 0 sits (start), and the step from one feature to "
        "the next (jump). The image has 0 and 1.",
        "A layer adds ((kernel − 1) / 2 − padding) · jump to start, and only then multiplies jump by its stride.",
        "Feature 0 stands for the pixels 0 to jump − 1 and is drawn in their middle. Subtract start.",
    ],
)


OFFSET.mistake(
    "sign", "The sign is turned round. Asked is drawn − sits, positive when it is drawn too far right."
)(lambda layers: -stack_offset(layers))


OFFSET.mistake(
    "jump after the stride",
    "You multiply by the jump that includes this layer's own stride. Its kernel still steps through the "
    "old features: take the jump before.",
)(_stack(_after_the_stride))


OFFSET.mistake(
    "jump forgotten",
    "(kernel − 1) / 2 − padding counts in pixels of the layer's own input. Each of those is `jump` pixels of "
    "the image.",
)(_stack(_without_jump))


OFFSET.mistake("half a kernel", "The middle of k taps is (k − 1) / 2 from the first, not k / 2.")(
    _stack(_half_kernel)
)


OFFSET.mistake(
    "half a kernel, whole", "The middle of an even kernel lies between two taps: (k − 1) / 2, with the half."
)(_stack(_whole_half))


OFFSET.mistake("padding ignored", "Padding moves the first window to the left by as much.")(
    _stack(_no_padding)
)


OFFSET.mistake(
    "the last layer only",
    "You keep the last layer's part only. Every layer moves the first feature: add them up.",
)(_stack(_last_only))


OFFSET.mistake("strides added", "Strides multiply: two halvings make 4.")(_stack(_strides_added))


OFFSET.mistake(
    "half the jump",
    "A feature that stands for pixels 0 to jump − 1 is drawn in their middle, (jump − 1) / 2.",
)(_stack(_right_step, lambda start, jump: jump / 2 - start))


OFFSET.mistake("where it sits", "That is where feature 0 sits. How far is that from where it is drawn?")(
    _stack(_right_step, lambda start, jump: start)
)


OFFSET.mistake("where it is drawn", "That is where feature 0 is drawn. How far is that from where it sits?")(
    _stack(_right_step, lambda start, jump: (jump - 1) / 2)
)


OFFSET.mistake(
    "in features",
    "You divide by the jump: that counts in features. Asked is the offset in pixels of the image.",
)(_stack(_right_step, lambda start, jump: ((jump - 1) / 2 - start) / jump))


# ---- fetching across sizes ----------------------------------------------------------------------------------


def fetch_coarse(coarse, flow_xy):
    """Every output of flow_xy (H, W, 2) reads coarse (C, h, w) at its own place + flow, in coarse pixels."""
    in_height, in_width = coarse.shape[1:]
    height, width = flow_xy.shape[:2]
    x, y = np.meshgrid(source_coordinates(in_width, width), source_coordinates(in_height, height))
    return sample(coarse, np.stack([x, y], axis=-1) + flow_xy, padding_mode="border")


def _own_places(coarse, flow_xy, coordinate_map="half_pixel"):
    x, y = (
        source_coordinates(n, m, coordinate_map)
        for n, m in zip(coarse.shape[:0:-1], flow_xy.shape[1::-1], strict=True)
    )
    return np.stack(np.meshgrid(x, y), axis=-1)


def _fetch_at(places, **options):
    def wrong(coarse, flow_xy):
        return sample(coarse, places(coarse, flow_xy), **{"padding_mode": "border", **options})

    return wrong


def _fine_pixels(coarse, flow_xy):
    factors = np.array(coarse.shape[:0:-1]) / flow_xy.shape[1::-1]
    return _own_places(coarse, flow_xy) + flow_xy * factors


def _of_the_fine_map(coarse, flow_xy):
    y, x = np.mgrid[: flow_xy.shape[0], : flow_xy.shape[1]].astype(float)
    return np.stack([x, y], axis=-1) + flow_xy


RAMP = np.array([[[0.0, 4, 8]]])
COARSE = np.random.default_rng(3).integers(0, 10, (2, 2, 3)).astype(float)
FIELD = np.random.default_rng(4).integers(-4, 5, (4, 6, 2)) / 4
ODD_FIELD = np.random.default_rng(5).integers(-4, 5, (5, 7, 2)) / 4


def _same_flow(height, width, x=0.0, y=0.0):
    return np.full((height, width, 2), [x, y])


FETCH = Exercise(
    key="alignment.fetch_coarse",
    title="Enlarge and align in one fetch",
    reference=fetch_coarse,
    cases=[
        Case(
            RAMP,
            _same_flow(1, 6),
            by_hand=[[[0, 1, 3, 5, 7, 8]]],
            note="No flow: the three pixels become six, as bilinear resizing has it.",
        ),
        Case(
            RAMP,
            _same_flow(1, 3, x=1),
            by_hand=[[[4, 8, 8]]],
            note="The same size, one pixel further right; beyond the border, the border.",
        ),
        Case(
            RAMP,
            _same_flow(1, 6, x=0.25),
            by_hand=[[[0, 2, 4, 6, 8, 8]]],
            note="A quarter of a coarse pixel further right.",
        ),
        Case(
            RAMP.swapaxes(1, 2).copy(),
            _same_flow(6, 1, y=0.25),
            by_hand=np.array([[[0, 2, 4, 6, 8, 8]]]).swapaxes(1, 2),
            note="The same standing up: y is the second number of a flow.",
        ),
        Case(COARSE, FIELD, note="A flow of its own for every pixel."),
        Case(COARSE, ODD_FIELD, note="Sizes that are no multiples."),
    ],
    mistakes=[
        *(
            Mistake(
                f"places lie on their side, {name}",
                _fetch_at(lambda c, f, order=order: _own_places(c, f).swapaxes(0, 1)[..., ::order] + f),
                "Your places have the shape (width, height, 2), the flow has (height, width, 2). "
                "`np.meshgrid(x, y)`, as it is by default and with x first, gives that.",
            )
            for name, order in (("x first", 1), ("y first", -1))
        )
    ],
    hints=[
        "Where does each output sit on the coarse map? That is upsampling, one axis at a time: "
        "`source_coordinates(in_width, width)` for x.",
        "`np.meshgrid(x, y)` makes the places of all outputs; stack them with x first, like the flow, and add it.",
        '`sample(coarse, places, padding_mode="border")` reads all channels at once.',
    ],
)


FETCH.mistake(
    "zeros outside",
    'The places are right. Beyond the border repeat the border, `padding_mode="border"`: with zeros the '
    "outer half pixel fades.",
)(_fetch_at(lambda c, f: _own_places(c, f) + f, padding_mode="zeros"))


FETCH.mistake("subtracted", "You subtract the flow. Every output reads at its own place plus flow.")(
    _fetch_at(lambda c, f: _own_places(c, f) - f)
)


FETCH.mistake("flow left out", "You enlarge, and do not use the flow.")(_fetch_at(_own_places))


FETCH.mistake("flow in (y, x) order", "You take the flow's first number for y. It is x.")(
    _fetch_at(lambda c, f: _own_places(c, f) + f[..., ::-1])
)


FETCH.mistake(
    "places left out",
    "You read at the flow alone. A flow is a step: every output reads at its own place *plus* its flow.",
)(_fetch_at(lambda c, f: f))


FETCH.mistake("places in (y, x) order", "The flow has x first, your places have y first. Stack x before y.")(
    _fetch_at(lambda c, f: _own_places(c, f)[..., ::-1] + f)
)


FETCH.mistake(
    "flow in fine pixels",
    "You scale the flow, as if it were in pixels of the large map. It is in pixels of the map that is read.",
)(_fetch_at(_fine_pixels))


FETCH.mistake(
    "half pixel missing",
    "You put the outputs at o · n / m. The half pixel is missing: (o + 0.5) · n / m − 0.5.",
)(_fetch_at(lambda c, f: _own_places(c, f, "asymmetric") + f))


FETCH.mistake(
    "align_corners",
    "You put outer centres on outer centres: align_corners=True. Here the outer edges coincide.",
)(_fetch_at(lambda c, f: _own_places(c, f, "align_corners") + f))


FETCH.mistake(
    "places of the fine map",
    "You read the coarse map at the places of the fine one. Where does output 5 of 6 sit among 3 pixels?",
)(_fetch_at(_of_the_fine_map))


@FETCH.mistake
def _enlarged_first(coarse, flow_xy):
    """You enlarge, and then fetch from the enlarged map: two interpolations, and the second one blurs.
    Read the coarse map itself, once."""
    height, width = flow_xy.shape[:2]
    y, x = np.mgrid[:height, :width].astype(float)
    factors = [width / coarse.shape[2], height / coarse.shape[1]]
    enlarged = resize(coarse, (height, width), axes=(1, 2))
    return sample(enlarged, np.stack([x, y], axis=-1) + flow_xy * factors, padding_mode="border")


FETCH.mistake("nearest", "The places are right. Interpolate there; you take the nearest pixel.")(
    _fetch_at(lambda c, f: _own_places(c, f) + f, mode="nearest")
)


# ---- the module ---------------------------------------------------------------------------------------------


def flow_alignment(fine, coarse, make_flow):
    """SFNet's module: fine (C, H, W) + coarse (C, h, w), the latter fetched along a flow in coarse pixels.

    make_flow takes both maps stacked, (2 C, H, W) with fine first, and returns the flow (H, W, 2).
    """
    enlarged = resize(coarse, fine.shape[1:], axes=(1, 2))
    flow_xy = make_flow(np.concatenate([fine, enlarged]))
    return fine + fetch(coarse, flow_xy)


def no_flow(both):
    return np.zeros((*both.shape[1:], 2))


def a_quarter_right(both):
    return np.full((*both.shape[1:], 2), [0.25, 0.0])


def by_the_maps(both):
    """A flow that depends on both: x on the first channel, y on the last."""
    return np.stack([both[0] / 4 - 1, both[-1] / 8], axis=-1)


def _module(result, order=slice(None), **resizing):
    def wrong(fine, coarse, make_flow):
        enlarged = resize(coarse, fine.shape[1:], axes=(1, 2), **resizing)
        return result(fine, coarse, enlarged, make_flow(np.concatenate([fine, enlarged][order])))

    return wrong


def _along(features, flow_xy):
    return fetch(features, flow_xy)


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
        "The enlarged map is for looking only. Fetch from `coarse`: `fetch(coarse, flow_xy)` enlarges and aligns.",
        "Then add `fine`, which stays where it is.",
    ],
)


FORWARD.mistake("fine forgotten", "You return the aligned coarse map. The fine one is still to be added.")(
    _module(lambda fine, coarse, enlarged, flow: _along(coarse, flow))
)


FORWARD.mistake(
    "flow not used", "You add the enlarged map: plain addition. The flow was made and never used."
)(_module(lambda fine, coarse, enlarged, flow: fine + enlarged))


FORWARD.mistake(
    "fetched from the enlarged map",
    "You fetch from the enlarged map. Its pixels are smaller, so the same flow moves less far. Fetch from "
    "`coarse` itself.",
)(_module(lambda fine, coarse, enlarged, flow: fine + _along(enlarged, flow)))


FORWARD.mistake(
    "fine fetched", "You move the fine map. It knows where things are; the coarse one is to follow."
)(_module(lambda fine, coarse, enlarged, flow: _along(fine, flow) + enlarged))


FORWARD.mistake(
    "both fetched", "You move both maps along the same flow. They stay as far apart as they were."
)(_module(lambda fine, coarse, enlarged, flow: _along(fine, flow) + _along(coarse, flow)))


FORWARD.mistake(
    "stacked, not added",
    "You stack the two maps. Stacked they are only for looking; the result is their sum.",
)(_module(lambda fine, coarse, enlarged, flow: np.concatenate([fine, _along(coarse, flow)])))


@FORWARD.mistake("added for looking")
def _seen_as_a_sum(fine, coarse, make_flow):
    """You show `make_flow` the sum of both maps. In a sum it cannot tell them apart: stack them with
    `np.concatenate`."""
    return fine + fetch(coarse, make_flow(fine + resize(coarse, fine.shape[1:], axes=(1, 2))))


FORWARD.mistake(
    "stacked the other way",
    "`make_flow` gets the coarse map first. Its weights were learned for the other order: fine first.",
)(_module(lambda fine, coarse, enlarged, flow: fine + _along(coarse, flow), order=slice(None, None, -1)))


FORWARD.mistake(
    "enlarged by align_corners",
    "You show `make_flow` a map enlarged with another convention than the one that fetches: its flow has "
    "to undo that first.",
)(
    _module(
        lambda fine, coarse, enlarged, flow: fine + _along(coarse, flow),
        coordinate_map="align_corners",
    )
)


FORWARD.mistake(
    "enlarged by nearest", "You show `make_flow` blocks. Enlarge with `resize` as it is, bilinear."
)(_module(lambda fine, coarse, enlarged, flow: fine + _along(coarse, flow), mode="nearest"))


FORWARD.mistake("subtracted", "You turn the flow round before fetching. It says where to fetch from.")(
    _module(lambda fine, coarse, enlarged, flow: fine + _along(coarse, -flow))
)


# ---- spot the bug -------------------------------------------------------------------------------------------


def move(features, flow_xy):
    """Every pixel fetched from its own place + flow, in pixels; beyond the border, the border."""
    height, width = features.shape[-2:]
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    grid = np.stack([x, y], axis=-1) + 2 * flow_xy / [width - 1, height - 1]
    return grid_sample(features, grid, padding_mode="border", align_corners=True)


def _two_mistakes(features, flow_xy):
    """Every pixel fetched from its own place + flow, in pixels; beyond the border, the border."""
    height, width = features.shape[-2:]
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    grid = np.stack([x, y], axis=-1) + 2 * flow_xy / [height - 1, width - 1]
    return grid_sample(features, grid, padding_mode="border")


def _moved(sizes, corners_of_the_grid, align_corners):
    """``move`` with the flow over ``sizes(height, width)`` and these two conventions."""

    def wrong(features, flow_xy):
        height, width = features.shape[-2:]
        grid = identity_grid((height, width), corners_of_the_grid) + 2 * flow_xy / sizes(height, width)
        return grid_sample(features, grid, padding_mode="border", align_corners=align_corners)

    return wrong


WIDE = np.random.default_rng(7).integers(0, 10, (3, 5)).astype(float)
STEP = np.array([[0.0, 0, 1, 0, 0]] * 3)

TWO_MISTAKES = SpotTheBug(
    key="alignment.two_mistakes",
    title="Two mistakes that hide",
    buggy=_two_mistakes,
    reference=move,
    cases=[
        Case(STEP, _same_flow(3, 5), by_hand=STEP, note="No flow: nothing may change."),
        Case(
            STEP,
            _same_flow(3, 5, x=1),
            by_hand=np.roll(STEP, -1, 1),
            note="Fetched from one pixel further right.",
        ),
        Case(STEP.T.copy(), _same_flow(5, 3, y=1), by_hand=np.roll(STEP.T, -1, 0)),
        Case(np.ones((2, 2)), _same_flow(2, 2, 0.5, -0.5), by_hand=np.ones((2, 2))),
        Case(WIDE, _same_flow(3, 5, 0.5, -1)),
        Case(np.stack([WIDE, STEP]), np.random.default_rng(8).integers(-4, 5, (3, 5, 2)) / 4),
    ],
    hints=[
        "Two mistakes, two tests: no flow at all, and a flow of one pixel on a map that is not square.",
        "`np.linspace(-1, 1, width)` puts −1 on the first pixel's centre. What does `grid_sample` take −1 for?",
        "The last axis of a flow is (x, y). What is it divided by?",
    ],
    name="move",
)


TWO_MISTAKES.mistake(
    "order repaired, convention not",
    "The order is right now: (x, y) over (width, height). One mistake is left: with no flow at all the map "
    "still changes.",
)(_moved(lambda h, w: [w - 1, h - 1], True, False))


TWO_MISTAKES.mistake(
    "convention repaired, order not",
    "Zero flow is the identity now. One mistake is left: a step of one pixel to the right is not one pixel.",
)(_moved(lambda h, w: [h - 1, w - 1], True, True))


TWO_MISTAKES.mistake(
    "grid of the other convention, flow not",
    "The grid is the one that `grid_sample` wants by default. But then a pixel is 2 / width, not "
    "2 / (width − 1).",
)(_moved(lambda h, w: [w - 1, h - 1], False, False))


TWO_MISTAKES.mistake(
    "edges for the flow", "With align_corners=True one pixel is 2 / (size − 1), as it stood there."
)(_moved(lambda h, w: [w, h], True, True))


def sits(layers):
    """(start, jump) in image pixels: feature i of the last of the layers sits at start + jump * i."""
    start, jump = 0, 1
    for kernel_size, stride, padding in layers:
        start += ((kernel_size - 1) / 2 - padding) * jump
        jump *= stride
    return start, jump


def _sits_late(layers):
    """(start, jump) in image pixels: feature i of the last of the layers sits at start + jump * i."""
    start, jump = 0, 1
    for kernel_size, stride, padding in layers:
        jump *= stride
        start += ((kernel_size - 1) / 2 - padding) * jump
    return start, jump


LATE_JUMP = SpotTheBug(
    key="alignment.late_jump",
    title="Right for every layer that was tried",
    buggy=_sits_late,
    reference=sits,
    cases=[
        Case([(2, 2, 0)], by_hand=(0.5, 2), note="A window of two pixels has its middle at 0.5."),
        Case([(3, 2, 1), (3, 2, 1)], by_hand=(0, 4)),
        Case([(2, 2, 0), (2, 2, 0)], by_hand=(1.5, 4), note="Four pixels, 0 to 3, have their middle at 1.5."),
        Case([(4, 2, 1), (5, 3, 0), (3, 1, 1)]),
        Case([(3, 1, 0)], by_hand=(1, 1)),
    ],
    hints=[
        "With kernel 3 and padding 1 the part added to start is 0, whatever it is multiplied by. Try (2, 2, 0).",
        "The kernel of a layer steps through the features of the layer before. How far apart are those?",
        "Two lines stand in the wrong order.",
    ],
    name="sits",
)


LATE_JUMP.mistake(
    "divided by the last stride",
    "That repairs a single layer. In a stack every layer's part is too large by its own stride.",
)(
    lambda layers: (
        _sits_late(layers)[0] / (layers[-1][1] if layers else 1),
        _sits_late(layers)[1],
    )
)


LATE_JUMP.mistake(
    "jump left out",
    "Without any jump a layer's part counts in its own input's pixels. From the second layer on those are "
    "larger than the image's.",
)(lambda layers: (sum((k - 1) / 2 - p for k, _, p in layers), sits(layers)[1]))
