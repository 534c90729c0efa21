"""How many samples an FCN cuts off: a function to write in lesson 08.

``layers`` is a list of (kernel_size, stride, padding).
"""

from course_utils.exercises.engine import Case, Exercise


def crop(layers, kernel_size, stride):
    """How many samples to cut off in front, so that the first one left sits on the image's pixel 0.

    layers: (kernel_size, stride, padding) of each, from the image on. Then a transposed convolution of kernel_size
    and stride, without padding, brings back one sample for each pixel.
    """
    start, jump = 0, 1
    for size, step, padding in layers:
        start += jump * ((size - 1) / 2 - padding)
        jump *= step
    return (kernel_size - 1) / 2 * jump / stride - start


def random_layers(rng):
    """Up to three layers, and a transposed convolution that undoes all their strides."""
    layers, jump = [], 1
    for _ in range(rng.integers(1, 4)):
        size, step, padding = (int(n) for n in rng.integers([1, 1, 0], [6, 4, 8]))
        layers.append((size, step, padding))
        jump *= step
    return Case(layers, int(rng.integers(1, 3 * jump + 1)), jump)


POOLS = [(2, 2, 0)] * 5
"""All that VGG-16 does to places beyond its first layer: 3x3 convolutions with padding 1 move nothing."""

CROP = Exercise(
    key="fcn.crop",
    title="Where does 19 come from?",
    reference=crop,
    cases=[
        Case(
            [(2, 2, 0)], 4, 2, by_hand=1, note="One pool: sample 0 sits at 0.5. Enlarged, at 0.5 − 1.5 = −1."
        ),
        Case([(2, 2, 0)], 2, 2, by_hand=0),
        Case([(3, 1, 1)], 1, 1, by_hand=0, note="Nothing moves."),
        Case([(3, 1, 4)], 1, 1, by_hand=3, note="Padding alone: sample 0 sits at −3."),
        Case([(2, 2, 0), (2, 2, 0)], 8, 4, by_hand=2, note="Sits at 0.5 + 1 = 1.5, then at 1.5 − 3.5."),
        Case([(5, 1, 0)], 3, 1, by_hand=-1, note="Below 0: samples are missing in front."),
        Case([(2, 2, 0)], 3, 2, by_hand=0.5, note="Half a sample: no crop makes this fit."),
        Case([(3, 1, 100), *POOLS, (7, 1, 0)], 64, 32, by_hand=19, note="FCN-32s."),
    ],
    hints=[
        "Keep two numbers: where sample 0 sits (start), and the step to the next (jump). The image has 0 and 1.",
        "A layer adds jump · ((kernel − 1) / 2 − padding) to start; then jump is multiplied by its stride.",
        "A transposed convolution first divides jump by its stride, then *takes away* jump · (kernel − 1) / 2. What "
        "is then in start is minus the crop.",
    ],
    random_case=random_layers,
)


def sits(layers, step=lambda start, jump, k, s, p: (start + jump * ((k - 1) / 2 - p), jump * s)):
    """(start, jump) after the layers."""
    start, jump = 0, 1
    for layer in layers:
        start, jump = step(start, jump, *layer)
    return start, jump


@CROP.mistake("sign")
def _sign(layers, kernel_size, stride):
    """Your sign is flipped. Where the first sample sits at −19, 19 samples have to go."""
    return -crop(layers, kernel_size, stride)


@CROP.mistake
def _overwritten(layers, kernel_size, stride):
    """Your loop calls every layer's numbers `kernel_size` and `stride`, so after it these are the last layer's and
    no longer those of the transposed convolution. Give them other names."""
    kernel_size, stride, _ = layers[-1]
    return crop(layers, kernel_size, stride)


@CROP.mistake
def _transposed_forgotten(layers, kernel_size, stride):
    """That is where the last layer's sample 0 sits, turned around. The transposed convolution paints to both sides of
    it: its first output sits (kernel − 1) / 2 samples further left."""
    return -sits(layers)[0]


@CROP.mistake
def _layers_forgotten(layers, kernel_size, stride):
    """That is right for layers that move nothing. Where does sample 0 of the last layer sit?"""
    return (kernel_size - 1) / 2 * sits(layers)[1] / stride


@CROP.mistake
def _half_a_kernel(layers, kernel_size, stride):
    """The middle of k weights is (k − 1) / 2 from the first, not k / 2."""
    start, jump = sits(layers, lambda start, jump, k, s, p: (start + jump * (k / 2 - p), jump * s))
    return kernel_size / 2 * jump / stride - start


def _by_middle(layers, kernel_size, stride, middle):
    """The crop, where ``middle(k)`` is how far the middle of k weights is from the first."""
    start, jump = sits(layers, lambda start, jump, k, s, p: (start + jump * (middle(k) - p), jump * s))
    return middle(kernel_size) * jump / stride - start


@CROP.mistake("k // 2")
def _half_a_kernel_rounded(layers, kernel_size, stride):
    """`//` rounds down. The middle of an even kernel lies between two weights: (k − 1) / 2, with the half."""
    return _by_middle(layers, kernel_size, stride, lambda k: k // 2)


@CROP.mistake("(k − 1) // 2")
def _middle_rounded_down(layers, kernel_size, stride):
    """`//` rounds down. The middle of an even kernel lies between two weights: (k − 1) / 2, with the half."""
    return _by_middle(layers, kernel_size, stride, lambda k: (k - 1) // 2)


@CROP.mistake
def _padding_added(layers, kernel_size, stride):
    """You add the padding. Zeros in front move the first window to the left: subtract it."""
    start, jump = sits(layers, lambda start, jump, k, s, p: (start + jump * ((k - 1) / 2 + p), jump * s))
    return (kernel_size - 1) / 2 * jump / stride - start


@CROP.mistake
def _the_last_layer_only(layers, kernel_size, stride):
    """You keep only the last layer's shift. Every layer moves the first sample: add all the shifts."""
    start, jump = sits(layers, lambda start, jump, k, s, p: (jump * ((k - 1) / 2 - p), jump * s))
    return (kernel_size - 1) / 2 * jump / stride - start


@CROP.mistake
def _jump_after_the_stride(layers, kernel_size, stride):
    """You multiply by the jump that includes this layer's own stride. Its kernel still steps through the old samples:
    take the jump from before."""
    start, jump = sits(layers, lambda start, jump, k, s, p: (start + jump * s * ((k - 1) / 2 - p), jump * s))
    return (kernel_size - 1) / 2 * jump / stride - start


@CROP.mistake
def _jump_forgotten(layers, kernel_size, stride):
    """(kernel − 1) / 2 − padding counts in samples of the layer's own input. Each of those is `jump` pixels."""
    start, jump = sits(layers, lambda start, jump, k, s, p: (start + (k - 1) / 2 - p, jump * s))
    return (kernel_size - 1) / 2 * jump / stride - start


@CROP.mistake
def _padding_ignored(layers, kernel_size, stride):
    """Padding moves the first window to the left by that many samples."""
    start, jump = sits(layers, lambda start, jump, k, s, p: (start + jump * (k - 1) / 2, jump * s))
    return (kernel_size - 1) / 2 * jump / stride - start


@CROP.mistake
def _jump_not_divided(layers, kernel_size, stride):
    """You count the transposed convolution's kernel in large steps. It paints *small* ones: divide jump by its stride
    first."""
    start, jump = sits(layers)
    return (kernel_size - 1) / 2 * jump - start


@CROP.mistake
def _rounded(layers, kernel_size, stride):
    """You round. Half a sample cannot be cropped, and that is worth knowing: return it as it is."""
    return int(crop(layers, kernel_size, stride))
