"""Lesson 08, the bugs to repair: an odd kernel, a dense weight for groups, a bias left on, no diagonal."""

import numpy as np

from course_utils.convolution import transposed_convolution
from course_utils.exercises.engine import Case, SpotTheBug
from course_utils.fcn import bilinear_kernel

# ---- the odd kernel ------------------------------------------------------------------------------------------


def enlarge(row, stride):
    """The row, stride times as long, by a transposed convolution with a bilinear kernel."""
    kernel_size, padding, extra = 2 * stride - stride % 2, stride // 2, 0
    kernel = bilinear_kernel(kernel_size, 1)[None, None]
    x = np.pad(row, 1, mode="edge")[None, None]  # the ends are repeated, and cropped again
    return transposed_convolution(
        x, kernel, stride=stride, padding=padding + stride, output_padding=extra
    )[0, 0]  # fmt: skip


def _odd(row, stride):
    """The row, stride times as long, by a transposed convolution with a bilinear kernel."""
    kernel_size, padding, extra = 2 * stride - 1, stride - 1, stride - 1
    kernel = bilinear_kernel(kernel_size, 1)[None, None]
    x = np.pad(row, 1, mode="edge")[None, None]  # the ends are repeated, and cropped again
    return transposed_convolution(
        x, kernel, stride=stride, padding=padding + stride, output_padding=extra
    )[0, 0]  # fmt: skip


def by_layer(row, stride, kernel_size, crop):
    """The enlarged row from sample ``crop`` on, stride times as long."""
    x, kernel = np.pad(row, 3, mode="edge")[None, None], bilinear_kernel(kernel_size, 1)[None, None]
    whole = transposed_convolution(x, kernel, stride=stride)[0, 0]
    first = crop + 3 * stride
    return whole[first : first + stride * len(row)]


def by_settings(row, stride, kernel_size, padding, extra):
    """As it was given, with these three numbers."""
    x, kernel = np.pad(row, 1, mode="edge")[None, None], bilinear_kernel(kernel_size, 1)[None, None]
    return transposed_convolution(x, kernel, stride=stride, padding=padding + stride, output_padding=extra)[
        0, 0
    ]


def random_row(rng):
    return Case(rng.integers(0, 19, int(rng.integers(1, 6))).astype(float), int(rng.integers(1, 6)))


ODD_KERNEL = SpotTheBug(
    key="fcn.odd_kernel",
    title="A picture that moved",
    buggy=_odd,
    reference=enlarge,
    cases=[
        Case(
            np.array([0.0, 4, 8]),
            2,
            by_hand=[0, 1, 3, 5, 7, 8],
            note="Three samples become six: lesson 02's half-pixel map.",
        ),
        Case(np.array([8.0, 0]), 2, by_hand=[8, 6, 2, 0]),
        Case(np.array([0.0, 6]), 3, by_hand=[0, 0, 2, 4, 6, 6]),
        Case(np.array([5.0]), 4, by_hand=[5, 5, 5, 5]),
        Case(np.array([1.0, 7, 2]), 1, by_hand=[1, 7, 2]),
        Case(np.array([0.0, 8, 0]), 4),
    ],
    hints=[
        "Enlarge 0, 4, 8 twice. Where is the 4 now, and where should it be?",
        "In twice as many samples, sample 1 of 3 sits between outputs 2 and 3: at 1.5 · 2 − 0.5 = 2.5. A kernel with "
        "its middle *on* a weight cannot paint around there.",
        "For an even stride take kernel_size = 2 · stride and padding = stride / 2. For an odd one 2 · stride − 1 "
        "fits; what padding centers it?",
    ],
    random_case=random_row,
    name="enlarge",
)


@ODD_KERNEL.mistake("padding halved, kernel odd")
def _odd_but_centered(row, stride):
    """Odd strides are right now. For an even stride an odd kernel is half a sample off, whatever the padding: its
    middle lies on a weight."""
    return by_layer(row, stride, 2 * stride - 1, stride // 2)


@ODD_KERNEL.mistake("even for all")
def _even_for_all(row, stride):
    """Even strides are right now. For an odd stride the kernel 2 · stride is half a sample off: there the new samples
    have one *on* the old one."""
    return by_layer(row, stride, 2 * stride, stride // 2)


@ODD_KERNEL.mistake("even for all, further right")
def _even_for_all_right(row, stride):
    """Even strides are right now. For an odd stride the kernel 2 · stride is half a sample off, whatever the
    padding."""
    return by_layer(row, stride, 2 * stride, (stride + 1) // 2)


@ODD_KERNEL.mistake
def _even_for_all_and_longer(row, stride):
    """Even strides are right now. For an odd stride the kernel 2 · stride is half a sample off, and the answer one
    sample too long: there 2 · stride − 1 fits."""
    return by_settings(row, stride, 2 * stride, stride // 2, 0)


@ODD_KERNEL.mistake("extra left as it was")
def _extra_left(row, stride):
    """Kernel and padding fit now. But `extra` still adds stride − 1 samples at the end, and none is missing there any
    more."""
    return by_settings(row, stride, 2 * stride - stride % 2, stride // 2, stride - 1)


@ODD_KERNEL.mistake("even for all, extra left as it was")
def _even_for_all_extra_left(row, stride):
    """The kernel fits even strides now. But `extra` still adds stride − 1 samples at the end. And an odd stride needs
    the kernel 2 · stride − 1."""
    return by_settings(row, stride, 2 * stride, stride // 2, stride - 1)


@ODD_KERNEL.mistake("padding left as it was")
def _padding_left(row, stride):
    """The kernel fits now. Its middle has moved, so the padding must be another one, too."""
    return by_layer(row, stride, 2 * stride - stride % 2, stride - 1)


# ---- dense where groups are meant ----------------------------------------------------------------------------


def upsample(x, stride):
    """Every channel of x (channels, length) enlarged on its own: (channels, stride * length)."""
    channels, kernel = len(x), bilinear_kernel(2 * stride, 1)
    weight = np.zeros((channels, 1, 2 * stride))
    weight[:] = kernel
    return transposed_convolution(x[None], weight, stride=stride, padding=stride // 2, groups=channels)[0]


def _dense(x, stride):
    """Every channel of x (channels, length) enlarged on its own: (channels, stride * length)."""
    channels, kernel = len(x), bilinear_kernel(2 * stride, 1)
    weight = np.zeros((channels, channels, 2 * stride))
    weight[:] = kernel
    return transposed_convolution(x[None], weight, stride=stride, padding=stride // 2)[0]


def random_channels(rng):
    channels, length = rng.integers(1, [5, 6])
    return Case(rng.integers(0, 9, (channels, length)).astype(float), int(rng.choice([2, 4])))


ALL_CHANNELS = SpotTheBug(
    key="fcn.all_channels",
    title="Every color became gray",
    buggy=_dense,
    reference=upsample,
    cases=[
        Case(
            np.array([[4.0, 4], [0, 0]]),
            2,
            by_hand=[[3, 4, 4, 3], [0, 0, 0, 0]],
            note="The second channel is black, and nobody asked for it to be anything else.",
        ),
        Case(np.array([[8.0, 0], [0, 8]]), 2, by_hand=[[6, 6, 2, 0], [0, 2, 6, 6]]),
        Case(np.array([[2.0, 2]]), 2, by_hand=[[1.5, 2, 2, 1.5]], note="A single channel hides it."),
        Case(np.arange(9.0).reshape(3, 3), 4),
    ],
    hints=[
        "Give it a red picture: a first channel of 4 and a second of 0.",
        "`weight[i, o]` says how channel i goes into channel o. What does `weight[:] = kernel` say of i ≠ o?",
        "Either `groups=channels` with a weight of shape (channels, 1, k), or a weight with the kernel on its "
        "diagonal alone.",
    ],
    random_case=random_channels,
    name="upsample",
)


@ALL_CHANNELS.mistake
def _divided(x, stride):
    """Now the brightness is right, and every channel is the mean of all. Channels should not see each other
    at all."""
    return _dense(x, stride) / len(x)


@ALL_CHANNELS.mistake
def _groups_forgotten(x, stride):
    """A weight of shape (channels, 1, k) without `groups=channels` adds all channels into one."""
    kernel = np.tile(bilinear_kernel(2 * stride, 1), (len(x), 1, 1))
    return transposed_convolution(x[None], kernel, stride=stride, padding=stride // 2)[0]


@ALL_CHANNELS.mistake("dense weight with groups")
def _dense_and_groups(x, stride):
    """`groups` is right. But with it the weight's second axis counts the outputs of *one* group: its shape is
    (channels, 1, k)."""
    return np.repeat(upsample(x, stride), len(x), axis=0)


@ALL_CHANNELS.mistake("first channel only")
def _first_only(x, stride):
    """Only the first channel comes out now. Each needs a kernel of its own."""
    return np.concatenate([upsample(x[:1], stride), np.zeros((len(x) - 1, stride * x.shape[1]))])


# ---- a bias left on --------------------------------------------------------------------------------------------


def interpolating(weight, bias):
    """(weight, bias) of a layer that interpolates, from those of a new one: (channels, 1, k, k), (channels,)."""
    weight = np.zeros_like(weight)
    weight[:] = bilinear_kernel(weight.shape[-1])
    return weight, np.zeros_like(bias)


def _bias_left(weight, bias):
    """(weight, bias) of a layer that interpolates, from those of a new one: (channels, 1, k, k), (channels,)."""
    weight = np.zeros_like(weight)
    weight[:] = bilinear_kernel(weight.shape[-1])
    return weight, bias


def random_layer(rng):
    channels, size = (int(n) for n in rng.integers(1, 5, 2))
    return Case(rng.normal(size=(channels, 1, size, size)).round(2), rng.normal(size=channels).round(2))


BIAS_LEFT = SpotTheBug(
    key="fcn.bias_left",
    title="Black became a color",
    buggy=_bias_left,
    reference=interpolating,
    cases=[
        Case(np.array([[[[0.3]]]]), np.array([0.0]), by_hand=([[[[1]]]], [0]), note="A bias of 0 hides it."),
        Case(
            np.array([[[[0.3]]], [[[-0.2]]]]), np.array([0.0, 0.5]), by_hand=([[[[1]]], [[[1]]]], [0, 0]),
            note="The second channel of a black picture became 0.5.",
        ),
        Case(np.full((1, 1, 2, 2), 0.7), np.array([-0.1]), by_hand=(np.full((1, 1, 2, 2), 0.25), [0])),
        Case(np.zeros((3, 1, 4, 4)), np.array([0.1, 0, -0.2])),
    ],
    hints=[
        "Interpolation makes black of black. A layer with kernels and a bias makes of 0 what its bias is.",
        "Return zeros in the shape of the bias. (A new layer can be made without one: `bias=False`.)",
    ],
    random_case=random_layer,
    name="interpolating",
)  # fmt: skip


@BIAS_LEFT.mistake
def _mean_taken_off(weight, bias):
    """Now the biases are 0 on average. Each of them must be."""
    return interpolating(weight, bias)[0], bias - bias.mean()


@BIAS_LEFT.mistake
def _weight_left(weight, bias):
    """The bias is 0 now, and the kernels are the random ones again."""
    return weight, np.zeros_like(bias)


# ---- when the channel counts differ --------------------------------------------------------------------------


def mixing_weight(mixing, kernel):
    """The weight (in, out, k, k) of the layer that mixes channels and then enlarges them."""
    return mixing[:, :, None, None] * kernel


def _on_the_diagonal(mixing, kernel):
    """The weight (in, out, k, k) of the layer that mixes channels and then enlarges them."""
    weight = np.zeros((*mixing.shape, *kernel.shape))
    weight[range(len(mixing)), range(mixing.shape[1])] = kernel
    return weight


def random_mixing(rng):
    c_in, c_out, size = rng.integers(1, 5, 3)
    return Case(rng.integers(-9, 10, (c_in, c_out)) / 2, rng.integers(1, 9, (size, size)) / 4)


MIXING_WEIGHT = SpotTheBug(
    key="fcn.mixing_weight",
    title="A layer for any two channel counts",
    buggy=_on_the_diagonal,
    reference=mixing_weight,
    cases=[
        Case(
            np.array([[1.0, 0], [0, 1]]),
            np.array([[0.5]]),
            by_hand=[[[[0.5]], [[0]]], [[[0]], [[0.5]]]],
            note="Nothing is mixed: that is the layer FCN starts with. It hides the bug.",
        ),
        Case(
            np.array([[1.0, 2, 3]]),
            np.array([[0.5]]),
            by_hand=[[[[0.5]], [[1]], [[1.5]]]],
            note="One channel in, three out.",
        ),
        Case(np.array([[2.0]]), np.array([[1.0, 3], [5, 7]]), by_hand=[[[[2, 6], [10, 14]]]]),
        Case(np.array([[1.0], [2], [3]]), np.array([[0.5]]), note="Three channels in, one out."),
        Case(np.arange(6.0).reshape(2, 3) - 2, bilinear_kernel(4)),
    ],
    random_case=random_mixing,
    hints=[
        "W[i, o] is a whole kernel: mixing[i, o] times `kernel`.",
        "`mixing[:, :, None, None]` has the shape (in, out, 1, 1).",
    ],
)


@MIXING_WEIGHT.mistake("out before in")
def _out_before_in(mixing, kernel):
    """Your channels are the wrong way round. A transposed convolution's weight has its inputs first:
    (in, out, k, k)."""
    return mixing.T[:, :, None, None] * kernel


@MIXING_WEIGHT.mistake
def _diagonal_only(mixing, kernel):
    """You fill the diagonal alone. `mixing` may send any channel into any other."""
    weight = np.zeros((*mixing.shape, *kernel.shape))
    for i in range(min(mixing.shape)):
        weight[i, i] = mixing[i, i] * kernel
    return weight


@MIXING_WEIGHT.mistake
def _kernel_everywhere(mixing, kernel):
    """You put the kernel between every two channels. How much of it is what `mixing` says."""
    return np.broadcast_to(kernel, (*mixing.shape, *kernel.shape)).copy()


@MIXING_WEIGHT.mistake
def _kernel_transposed(mixing, kernel):
    """Your kernels lie on their side: rows and columns of `kernel` are exchanged."""
    return mixing[:, :, None, None] * kernel.T


@MIXING_WEIGHT.mistake
def _kernel_first(mixing, kernel):
    """You have the kernel's axes first. The weight's axes are (in, out, k, k)."""
    return kernel[:, :, None, None] * mixing
