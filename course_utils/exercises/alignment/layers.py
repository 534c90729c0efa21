"""Where a stack of layers puts its features, and where upsampling draws them: a function to write in lesson 12.

``layers`` is a list of (kernel_size, stride, padding).
"""

from course_utils.exercises.engine import Case, Exercise


def stack_offset(layers):
    """How many image pixels too far right the last map is drawn, enlarged with align_corners=False.

    layers: a list of (kernel_size, stride, padding). Each makes its map exactly `stride` times smaller.
    """
    start, jump = 0, 1
    for kernel_size, stride, padding in layers:
        start += ((kernel_size - 1) / 2 - padding) * jump
        jump *= stride
    return (jump - 1) / 2 - start


def random_stack(rng):
    """Up to four layers, each of which makes stride * n samples into n: 1 <= kernel_size - 2 * padding <= stride."""
    layers = []
    for _ in range(rng.integers(1, 5)):
        stride, padding = (int(number) for number in rng.integers([1, 0], [5, 4]))
        layers.append((int(rng.integers(1, stride + 1)) + 2 * padding, stride, padding))
    return Case(layers)


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
        Case([(1, 3, 0)], by_hand=1, note="Every third pixel: sits at 0, 3, ... and is drawn at 1, 4, ..."),
        Case([(4, 4, 0), (2, 2, 0)], by_hand=0, note="Patches of 4, then of 2."),
        Case([(4, 2, 1), (3, 3, 0), (5, 2, 2)], by_hand=3),
    ],
    hints=[
        "Keep two numbers, as for a receptive field: where feature 0 sits (start), and the step from one feature to "
        "the next (jump). For the image itself they are 0 and 1.",
        "A layer adds ((kernel − 1) / 2 − padding) · jump to start, and only then multiplies jump by its stride.",
        "Feature 0 stands for the pixels 0 to jump − 1 and is drawn in their middle. Subtract start.",
    ],
    random_case=random_stack,
)


def walked(layers, step):
    """(start, jump) after the last layer; ``step(start, jump, kernel_size, stride, padding)`` makes one step."""
    start, jump = 0, 1
    for layer in layers:
        start, jump = step(start, jump, *layer)
    return start, jump


def drawn_minus_sits(start, jump):
    """How far feature 0 is drawn from where it sits."""
    return (jump - 1) / 2 - start


def sits(layers):
    """(start, jump) in image pixels: feature i of the last of the layers sits at start + jump * i."""
    start, jump = 0, 1
    for kernel_size, stride, padding in layers:
        start += ((kernel_size - 1) / 2 - padding) * jump
        jump *= stride
    return start, jump


@OFFSET.mistake("sign")
def _sits_minus_drawn(layers):
    """Your sign is flipped. The task asks for drawn − sits: positive when the map is drawn too far right."""
    return -stack_offset(layers)


@OFFSET.mistake
def _jump_after_the_stride(layers):
    """You multiply by the jump that includes this layer's own stride. Its kernel still steps through the
    old features: take the jump from before this layer."""
    return drawn_minus_sits(
        *walked(layers, lambda start, jump, k, s, p: (start + ((k - 1) / 2 - p) * jump * s, jump * s))
    )


@OFFSET.mistake
def _jump_forgotten(layers):
    """(kernel − 1) / 2 − padding counts in pixels of the layer's own input. Each of those is `jump` pixels
    of the image."""
    return drawn_minus_sits(*walked(layers, lambda start, jump, k, s, p: (start + (k - 1) / 2 - p, jump * s)))


@OFFSET.mistake
def _half_a_kernel(layers):
    """The middle of k taps is (k − 1) / 2 from the first, not k / 2."""
    return drawn_minus_sits(
        *walked(layers, lambda start, jump, k, s, p: (start + (k / 2 - p) * jump, jump * s))
    )


@OFFSET.mistake("half a kernel, whole")
def _half_a_kernel_rounded(layers):
    """The middle of an even kernel lies between two taps: (k − 1) / 2, with the half."""
    return drawn_minus_sits(
        *walked(layers, lambda start, jump, k, s, p: (start + (k // 2 - p) * jump, jump * s))
    )


@OFFSET.mistake("(kernel − 1) // 2")
def _middle_rounded_down(layers):
    """`//` rounds down. The middle of an even kernel lies between two taps: (k − 1) / 2, with the half."""
    return drawn_minus_sits(
        *walked(layers, lambda start, jump, k, s, p: (start + ((k - 1) // 2 - p) * jump, jump * s))
    )


@OFFSET.mistake
def _padding_ignored(layers):
    """Padding moves the first window to the left by that many pixels."""
    return drawn_minus_sits(
        *walked(layers, lambda start, jump, k, s, p: (start + (k - 1) / 2 * jump, jump * s))
    )


@OFFSET.mistake
def _padding_added(layers):
    """You add the padding. Zeros in front move the first window to the left: subtract it."""
    return drawn_minus_sits(
        *walked(layers, lambda start, jump, k, s, p: (start + ((k - 1) / 2 + p) * jump, jump * s))
    )


@OFFSET.mistake
def _the_last_layer_only(layers):
    """You keep only the last layer's shift. Every layer moves the first feature: add all the shifts."""
    return drawn_minus_sits(
        *walked(layers, lambda start, jump, k, s, p: (((k - 1) / 2 - p) * jump, jump * s))
    )


@OFFSET.mistake
def _strides_added(layers):
    """Strides multiply: two halvings make 4."""
    return drawn_minus_sits(
        *walked(layers, lambda start, jump, k, s, p: (start + ((k - 1) / 2 - p) * jump, jump + s))
    )


@OFFSET.mistake
def _half_the_jump(layers):
    """A feature that stands for pixels 0 to jump − 1 is drawn in their middle, (jump − 1) / 2."""
    start, jump = sits(layers)
    return jump / 2 - start


@OFFSET.mistake
def _where_it_sits(layers):
    """That is where feature 0 sits. How far is that from where it is drawn?"""
    return sits(layers)[0]


@OFFSET.mistake
def _where_it_is_drawn(layers):
    """That is where feature 0 is drawn. How far is that from where it sits?"""
    return drawn_minus_sits(0, sits(layers)[1])


@OFFSET.mistake
def _in_features(layers):
    """You divide by the jump, so your offset is in features. The task asks for pixels of the image."""
    return stack_offset(layers) / sits(layers)[1]


@OFFSET.mistake("(2^n − 1) / 2")
def _only_for_halvings_of_3(layers):
    """(2ⁿ − 1) / 2 is right for n halvings with kernel 3 and padding 1. These layers differ: each has its own
    kernel, stride and padding."""
    return (2 ** len(layers) - 1) / 2


@OFFSET.mistake("n / 2")
def _half_a_pixel_each(layers):
    """You count half a pixel for each layer. But a pixel of the second layer is two pixels of the image, and
    not every layer is off by half a pixel."""
    return len(layers) / 2
