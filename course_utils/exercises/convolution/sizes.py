"""Functions to write in lesson 07: how long a transposed convolution is, and how it gets back a size."""

from course_utils.convolution import convolution_size
from course_utils.exercises.engine import Case, Exercise

# ---- the size -----------------------------------------------------------------------------------------------


def output_size(in_size, kernel_size, stride, padding, dilation, output_padding):
    """How many outputs a transposed convolution has along one axis."""
    reach = dilation * (kernel_size - 1) + 1  # from the first to the last part of a stamp
    return (in_size - 1) * stride + reach - 2 * padding + output_padding


def random_layer(rng):
    """Settings that PyTorch accepts, with at least one output even without output_padding."""
    in_size, kernel_size, stride, dilation = (int(size) for size in rng.integers(1, [40, 8, 6, 5]))
    most = (output_size(in_size, kernel_size, stride, 0, dilation, 0) - 1) // 2
    padding = int(rng.integers(0, min(most, 6) + 1))
    output_padding = int(rng.integers(0, max(stride, dilation)))
    return Case(in_size, kernel_size, stride, padding, dilation, output_padding)


SIZE = Exercise(
    key="convolution.size",
    title="The output size",
    reference=output_size,
    cases=[
        Case(1, 3, 1, 0, 1, 0, by_hand=3, note="One stamp, as long as the kernel."),
        Case(
            2, 3, 2, 0, 1, 0, by_hand=5, note="The second stamp begins at position 2 and ends at position 4."
        ),
        Case(2, 3, 2, 1, 1, 0, by_hand=3, note="Padding 1 crops one at each end."),
        Case(1, 3, 1, 1, 1, 0, by_hand=1, note="Padding 1 leaves the middle of the only stamp."),
        Case(2, 3, 2, 1, 1, 1, by_hand=4, note="output_padding 1 crops one less, at the end only."),
        Case(2, 3, 1, 0, 2, 0, by_hand=6, note="Dilation 2: a stamp of 3 parts spans 5 positions."),
        Case(50, 3, 2, 2, 1, 1, by_hand=98),
        Case(10, 16, 8, 4, 1, 0, by_hand=80),
        Case(7, 5, 3, 4, 2, 2),
        Case(16, 64, 32, 0, 1, 0, by_hand=544, note="The last layer of FCN-32s."),
    ],
    hints=[
        "Where does the last stamp begin? in_size − 1 steps of the stride from position 0.",
        "How long is a stamp? Its kernel_size parts are dilation apart: dilation · (kernel_size − 1) + 1 "
        "positions.",
        "Then crop: padding at the start, padding − output_padding at the end.",
    ],
    random_case=random_layer,
)


@SIZE.mistake("in_size * stride")
def _times_stride(in_size, kernel_size, stride, padding, dilation, output_padding):
    """in_size · stride is what many layers are tuned to give, not a rule. Where does the last stamp
    begin, and where does it end?"""
    return in_size * stride


@SIZE.mistake
def _one_stride_too_many(in_size, kernel_size, stride, padding, dilation, output_padding):
    """Between in_size stamps there are in_size − 1 steps of the stride."""
    return in_size * stride + dilation * (kernel_size - 1) + 1 - 2 * padding + output_padding


@SIZE.mistake
def _padding_once(in_size, kernel_size, stride, padding, dilation, output_padding):
    """Padding crops at both ends: twice."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) + 1 - padding + output_padding


@SIZE.mistake
def _padding_grows(in_size, kernel_size, stride, padding, dilation, output_padding):
    """You add the padding. In a transposed convolution it is subtracted."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) + 1 + 2 * padding + output_padding


@SIZE.mistake
def _padding_ignored(in_size, kernel_size, stride, padding, dilation, output_padding):
    """That is right for padding 0. Padding crops at both ends."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) + 1 + output_padding


@SIZE.mistake
def _dilation_ignored(in_size, kernel_size, stride, padding, dilation, output_padding):
    """A dilated stamp is longer: its kernel_size parts are `dilation` positions apart."""
    return (in_size - 1) * stride + kernel_size - 2 * padding + output_padding


@SIZE.mistake
def _dilation_added(in_size, kernel_size, stride, padding, dilation, output_padding):
    """You lengthen the stamp by dilation − 1, as if it had one gap. How many gaps are between its
    kernel_size parts?"""
    return (in_size - 1) * stride + kernel_size + dilation - 1 - 2 * padding + output_padding


@SIZE.mistake("dilation · kernel_size")
def _dilation_times_kernel(in_size, kernel_size, stride, padding, dilation, output_padding):
    """Your stamp spans dilation · kernel_size positions. After its last part there is no gap: how
    many gaps are between kernel_size parts?"""
    return (in_size - 1) * stride + dilation * kernel_size - 2 * padding + output_padding


@SIZE.mistake
def _output_padding_ignored(in_size, kernel_size, stride, padding, dilation, output_padding):
    """That is right for output_padding 0. Otherwise that many fewer positions are cropped at the end."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) + 1 - 2 * padding


@SIZE.mistake
def _output_padding_twice(in_size, kernel_size, stride, padding, dilation, output_padding):
    """output_padding changes what is cropped at the end only, so it counts once. That sets it apart from
    padding."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) + 1 - 2 * padding + 2 * output_padding


@SIZE.mistake
def _output_padding_crops(in_size, kernel_size, stride, padding, dilation, output_padding):
    """You crop output_padding positions more. It crops that many *fewer*."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) + 1 - 2 * padding - output_padding


@SIZE.mistake
def _one_too_few(in_size, kernel_size, stride, padding, dilation, output_padding):
    """Every one of your sizes is 1 too small. From position 0 to position 4 there are 5 positions."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) - 2 * padding + output_padding


@SIZE.mistake
def _size_of_the_convolution(in_size, kernel_size, stride, padding, dilation, output_padding):
    """That is the size of the convolution, the way there. This is the way back."""
    return (in_size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


# ---- back to a size -----------------------------------------------------------------------------------------


def choose_output_padding(size, kernel_size, stride, padding):
    """The output_padding with which the transposed convolution comes back to the size the convolution had."""
    return (size + 2 * padding - kernel_size) % stride


def random_collision(rng):
    """A convolution with at least one output; its transpose has one even without output_padding."""
    kernel_size, stride = (int(number) for number in rng.integers(1, [8, 6]))
    padding = int(rng.integers(0, kernel_size // 2 + 1))
    size = int(rng.integers(max(1, kernel_size - 2 * padding), 40))
    if choose_output_padding(size, kernel_size, stride, padding) >= size:
        return random_collision(rng)
    return Case(size, kernel_size, stride, padding)


OUTPUT_PADDING = Exercise(
    key="convolution.output_padding",
    title="Choose the output_padding",
    reference=choose_output_padding,
    cases=[
        Case(7, 3, 2, 1, by_hand=0, note="7 → 4, and 4 → (4 − 1) · 2 − 2 + 3 = 7 without any help."),
        Case(8, 3, 2, 1, by_hand=1, note="8 → 4 as well, but 4 → 7: one is missing."),
        Case(5, 3, 1, 1, by_hand=0, note="With stride 1 no two sizes collide."),
        Case(9, 2, 2, 0, by_hand=1),
        Case(32, 4, 2, 1, by_hand=0),
        Case(11, 4, 3, 1, by_hand=0),
        Case(12, 4, 3, 1, by_hand=1),
        Case(16, 1, 4, 0, by_hand=3, note="16 → 4 and 4 → 13."),
        Case(20, 5, 3, 2),
        Case(224, 7, 2, 3, by_hand=1),
    ],
    hints=[
        "One way: compute the convolution's size, then the transposed size without output_padding. What is "
        "missing?",
        "A shorter way: the window can travel size + 2 · padding − kernel_size positions, in steps of the "
        "stride.",
        "Samples left over after the last full step: the remainder of that division, %.",
    ],
    random_case=random_collision,
)


@OUTPUT_PADDING.mistake("stride − 1")
def _as_much_as_allowed(size, kernel_size, stride, padding):
    """stride − 1 restores the largest of the colliding sizes. Which one does the task ask for?"""
    return stride - 1


@OUTPUT_PADDING.mistake
def _always_0(size, kernel_size, stride, padding):
    """Your answer is 0 for every size. That restores the smallest of the colliding sizes. If you divide
    with `/`, nothing is ever left over: does the convolution's last step always end at the last sample?"""
    return 0


@OUTPUT_PADDING.mistake
def _a_fraction_of_a_step(size, kernel_size, stride, padding):
    """You return what is left over as a fraction of a step. output_padding counts samples. How many samples
    does a step have?"""
    return (size + 2 * padding - kernel_size) / stride % 1


@OUTPUT_PADDING.mistake
def _how_many_steps(size, kernel_size, stride, padding):
    """That is how many steps the window makes. How many samples are left over after the last one?"""
    return (size + 2 * padding - kernel_size) // stride


@OUTPUT_PADDING.mistake("size % stride")
def _size_mod_stride(size, kernel_size, stride, padding):
    """size % stride forgets kernel and padding. How far does the window travel?"""
    return size % stride


@OUTPUT_PADDING.mistake
def _odd_or_even(size, kernel_size, stride, padding):
    """That works for kernel size 3, stride 2 and padding 1. Other layers have other windows."""
    return (size - 1) % stride


@OUTPUT_PADDING.mistake
def _what_is_missing(size, kernel_size, stride, padding):
    """You count how many samples are missing until the window fits once more. Count those that are left
    over."""
    return -(size + 2 * padding - kernel_size) % stride


@OUTPUT_PADDING.mistake
def _padding_once_on_the_way(size, kernel_size, stride, padding):
    """The convolution pads both ends: 2 · padding."""
    return (size + padding - kernel_size) % stride


@OUTPUT_PADDING.mistake("padding ignored")
def _no_padding(size, kernel_size, stride, padding):
    """The window travels over the padding as well: size + 2 · padding samples."""
    return (size - kernel_size) % stride


@OUTPUT_PADDING.mistake("compared with outputs · stride")
def _against_times_stride(size, kernel_size, stride, padding):
    """You compare the size with outputs · stride. Compare it with what the transposed convolution gives
    without output_padding."""
    return size - convolution_size(size, kernel_size, stride, padding) * stride
