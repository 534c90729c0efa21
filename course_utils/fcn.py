"""Bilinear kernels for transposed convolutions, and how FCN's maps are laid on each other.

Words used here (stride, padding: see ``windows.py``; phase, phase sum: ``subpixel.py``; place, jump: ``places.py``)
    bilinear kernel   a tent along each axis, 1 in its middle (or two equal weights there), 0 just beyond its ends
    fitting           the kernel size and padding whose transposed convolution draws where F.interpolate does
    depthwise         groups = channels: every channel has a kernel of its own and sees no other
    mixing            (C_in, C_out): how much of input channel i goes into output channel o

Source: Long, Shelhamer and Darrell, Fully Convolutional Networks for Semantic Segmentation, CVPR 2015, section 3.3;
the layers' sizes are those of its published reference networks.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from course_utils.convolution import transposed_convolution
from course_utils.files import DATA
from course_utils.places import IMAGE, Places
from course_utils.resampling import triangle
from course_utils.scenes import scenes
from course_utils.subpixel import phase_sums
from course_utils.validation import LARGEST_SIZE, affordable, finite_array, one_of, shown, whole_number

PARTS = ("networks", "starts", "whole", "scenes", "kernels")

# ---- The kernel ------------------------------------------------------------------------------------------------


def bilinear_kernel(kernel_size, dimensions=2):
    """The kernel with which FCN's upsampling starts: float64 (kernel_size,) or (kernel_size, kernel_size).

    A tent that reaches 0 at (kernel_size + 1) // 2 from its middle; in 2-D, the product of two.

    >>> bilinear_kernel(3, dimensions=1), bilinear_kernel(4, dimensions=1)
    (array([0.5, 1. , 0.5]), array([0.25, 0.75, 0.75, 0.25]))
    """
    size = whole_number(kernel_size, "kernel_size", 1, LARGEST_SIZE)
    dimensions = whole_number(dimensions, "dimensions", 1, 2)
    affordable((size,) * dimensions, "the kernel")
    tent = triangle((np.arange(size) - (size - 1) / 2) / ((size + 1) // 2))
    return tent if dimensions == 1 else np.outer(tent, tent)


def bilinear_weight(mixing, kernel_size):
    """W[i, o] = mixing[i, o] * the bilinear kernel: float64 (C_in, C_out, kernel_size, kernel_size).

    A transposed convolution with it is a 1x1 convolution with ``mixing`` transposed, then bilinear upsampling of
    every channel on its own. ``np.eye(C)`` mixes nothing: that is the dense layer which FCN starts with. With
    groups=C the weight is ``bilinear_weight(np.ones((C, 1)), kernel_size)``.

    >>> bilinear_weight([[1.0, 0.0], [0.0, 2.0]], 2)[1, 1]
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    mixing = finite_array(mixing, "mixing", 2).astype(float)
    kernel = bilinear_kernel(kernel_size)
    affordable((*mixing.shape, *kernel.shape), "the weight")
    return mixing[:, :, None, None] * kernel


def is_interpolator(kernel_size, stride):
    """Does a transposed convolution with the bilinear kernel keep flat areas flat, and as bright as they are?

    That is: are all phase sums 1? They are for kernel_size = 2 * stride and 2 * stride - 1, and for nothing else.

    >>> [size for size in range(1, 12) if is_interpolator(size, 4)]
    [7, 8]
    """
    kernel = bilinear_kernel(kernel_size, dimensions=1)
    return bool(np.allclose(phase_sums(kernel, stride, dimensions=1), 1, rtol=0, atol=1e-9))


class Fitting(NamedTuple):
    """Settings of a transposed convolution along one axis."""

    kernel_size: int
    stride: int
    padding: int


def fitting(stride):
    """The setting that enlarges exactly ``stride`` times and draws where align_corners=False does: a Fitting.

    >>> [tuple(fitting(s)) for s in (2, 3, 4)]
    [(4, 2, 1), (5, 3, 1), (8, 4, 2)]
    """
    stride = whole_number(stride, "stride", 1, LARGEST_SIZE // 2)
    return Fitting(2 * stride - stride % 2, stride, stride // 2)


def upsample_bilinear(x, stride, border="repeat"):
    """Every channel enlarged ``stride`` times by a transposed convolution with a fixed kernel: (N, C, s H, s W).

    ``border="zeros"`` is the layer as networks use it. Nothing is added to what an edge pixel paints, so the outer
    stride // 2 rows and columns come out too dark. "repeat" repeats the edge pixels first and crops more: bilinear
    resizing with align_corners=False, to the last bit or two.

    >>> ones = np.ones((1, 1, 1, 3))
    >>> upsample_bilinear(ones, 2, "zeros")[0, 0, 0], upsample_bilinear(ones, 2)[0, 0, 0]
    (array([0.5625, 0.75  , 0.75  , 0.75  , 0.75  , 0.5625]), array([1., 1., 1., 1., 1., 1.]))
    """
    x, kernel_size, stride, padding = finite_array(x, "x", 4), *fitting(stride)
    if one_of(border, "border", ("repeat", "zeros")) == "repeat":
        x, padding = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge"), padding + stride
    weight = bilinear_weight(np.ones((x.shape[1], 1)), kernel_size).astype(x.dtype, copy=False)
    return transposed_convolution(x, weight, stride=stride, padding=padding, groups=x.shape[1])


# ---- A flat signal ---------------------------------------------------------------------------------------------


class FlatAnswer(NamedTuple):
    """What a transposed convolution along one axis makes of ones."""

    kernel: np.ndarray  # (kernel_size,)
    sums: np.ndarray  # (stride,), the phase sums
    answer: np.ndarray  # one value for each output, uncropped
    whole: range  # the outputs that meet all weights of their phase; before and after it the border is felt


def flat_answer(kernel_size, stride, in_size=6):
    """Ones through a transposed convolution with the bilinear kernel, without padding: a FlatAnswer.

    >>> flat_answer(3, 2, 3).answer, flat_answer(4, 2, 3).answer
    (array([0.5, 1. , 1. , 1. , 1. , 1. , 0.5]), array([0.25, 0.75, 1.  , 1.  , 1.  , 1.  , 0.75, 0.25]))
    """
    kernel, in_size = bilinear_kernel(kernel_size, 1), whole_number(in_size, "in_size", 1, LARGEST_SIZE)
    answer = transposed_convolution(np.ones((1, 1, in_size)), kernel[None, None], stride=stride)[0, 0]
    edge = max(kernel_size - stride, 0)
    return FlatAnswer(
        kernel, phase_sums(kernel, stride, 1), answer, range(edge, max(len(answer) - edge, edge))
    )


# ---- Scores of several strides ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class ScoredScene:
    """What an FCN says of one scene, taken apart by stride.

    Transposed convolutions are linear, so the sum that the network makes on its way up is the sum of what each
    stride's scores become at the size of the image.

    image     (H, W, 3), 0 to 1
    labels    (H, W), the true classes
    scores    {stride: (classes, H / stride, W / stride)}, each stride half of the one before
    kernels   of the upsamplings from coarse to fine, (classes, 1, k, k) each: twice, twice, ..., finest stride times
    """

    image: np.ndarray
    labels: np.ndarray
    scores: dict
    kernels: tuple

    @cached_property
    def strides(self):
        """From coarse to fine."""
        return tuple(sorted(self.scores, reverse=True))

    @cached_property
    def parts(self):
        """What each stride's scores become on the image: {stride: (classes, H, W)}. The answer is their sum."""
        return {stride: self._enlarged(stride) for stride in self.strides}

    def answer(self, strides=None):
        """The sum of the parts of some strides, by default of all: (classes, H, W)."""
        chosen = self.strides if strides is None else strides
        for each in chosen:
            if each not in self.scores:
                raise ValueError(f"strides must be some of {self.strides}; got {shown(each)}.")
        return sum((self.parts[each] for each in chosen), np.zeros_like(self.parts[self.strides[0]]))

    def predicted(self, strides=None):
        """The class with the largest sum at every pixel: (H, W)."""
        return self.answer(strides).argmax(axis=0)

    def _enlarged(self, stride):
        result = self.scores[stride][None]
        first = self.strides.index(stride)
        for kernel, factor in list(zip(self.kernels, self._factors, strict=True))[first:]:
            padding = fitting(factor).padding
            result = transposed_convolution(
                result, kernel, stride=factor, padding=padding, groups=len(kernel)
            )
        return result[0]

    @property
    def _factors(self):
        return (2,) * (len(self.strides) - 1) + (self.strides[-1],)


def recorded_results(part):
    """What ``python -m data.fcn_table --record`` wrote of a part, read without torch: a dictionary with "rows".

    "networks" are the three networks, "starts" the learning curves, "whole" trainings to the end from two starts,
    "kernels" what their kernels became, "scenes" what one network says of three scenes.
    """
    one_of(part, "part", PARTS)
    return json.loads((DATA / f"fcn_{part}.json").read_text(encoding="utf-8"))["result"]


def recorded_scenes():
    """Three test scenes as a trained network sees them, read from data/ without torch: a list of ScoredScenes.

    Recorded by ``python -m data.fcn_table scenes --record``; the network is "+ stride 4", seed 0, 250 steps.
    """
    result = recorded_results("scenes")
    images, labels = scenes(**result["scenes"])
    kernels = tuple(np.array(each) for each in result["kernels"])
    return [
        ScoredScene(image, truth, {int(stride): np.array(each) for stride, each in scores.items()}, kernels)
        for image, truth, scores in zip(images, labels, result["scores"], strict=True)
    ]


# ---- FCN's ledger ----------------------------------------------------------------------------------------------

VGG16 = tuple(
    layer
    for block, count in enumerate((2, 2, 3, 3, 3), start=1)
    for layer in (*((f"conv{block}_{i + 1}", 3, 1, 1) for i in range(count)), (f"pool{block}", 2, 2, 0))
)
"""The layers that FCN takes from VGG-16: (name, kernel_size, stride, padding), from the image on."""

FIRST_PADDING = 100
"""Of conv1_1, in place of 1: fc6 then has room for its 7x7 window even in a small picture."""

HEADS = {
    "FCN-32s": ((64, 32, None),),
    "FCN-16s": ((4, 2, "pool4"), (32, 16, None)),
    "FCN-8s": ((4, 2, "pool4"), (4, 2, "pool3"), (16, 8, None)),
}
"""Network -> its transposed convolutions: (kernel_size, stride, the pool whose scores are added afterwards).

None: nothing is added, the scores are cropped to the image.
"""


class Line(NamedTuple):
    """One line of FCN's ledger."""

    name: str
    places: Places  # after the operator of this line, and after its crop
    crop: float | None = None  # samples cut off in front, where the line is a crop; NaN where none can fit


def encoder_ledger(first_padding=FIRST_PADDING, last_kernel=7):
    """The image, every layer of VGG-16, and fc6, a convolution of ``last_kernel`` without padding: a list of Lines.

    >>> for line in encoder_ledger()[-1:]:
    ...     print(line.name, *line.places)
    fc6 12.5 32
    """
    whole_number(first_padding, "first_padding", 0, LARGEST_SIZE)
    lines = [Line("image", IMAGE)]
    for name, kernel_size, stride, padding in (*VGG16, ("fc6", last_kernel, 1, 0)):
        padding = first_padding if name == "conv1_1" else padding
        lines.append(Line(name, lines[-1].places.convolved(kernel_size, stride, padding)))
    return lines


def fcn_ledger(network="FCN-8s", first_padding=FIRST_PADDING, last_kernel=7):
    """The encoder's lines, then those of the network's upsampling and crops: a list of Lines.

    Where pool4 or pool3 is added, *its* scores are cropped; in the end the enlarged scores are cropped to the image.

    >>> [(line.name, line.crop) for line in fcn_ledger("FCN-16s") if line.crop is not None]
    [('crop pool4', 5.0), ('crop to the image', 27.0)]
    """
    one_of(network, "network", HEADS)
    lines = encoder_ledger(first_padding, last_kernel)
    return lines + _head_lines(lines, [(size, stride, 0, added) for size, stride, added in HEADS[network]])


def _head_lines(lines, upsamplings):
    """The lines of (kernel_size, stride, padding, pool that is added or None), laid on those of the encoder."""
    pools, places, made = {line.name: line.places for line in lines}, lines[-1].places, []
    for kernel_size, stride, padding, added in upsamplings:
        places = places.transposed(kernel_size, stride, padding)
        made.append(Line(f"upsample {stride} times", places))
        larger, wanted = (pools[added], places) if added else (places, IMAGE)
        crop = larger.crop_to(wanted) if larger.jump == wanted.jump else float("nan")
        made.append(
            Line(f"crop {added or 'to the image'}", larger if crop != crop else larger.moved(1, crop), crop)
        )
    return made


def stages(network="FCN-8s"):
    """What moves anything in an FCN, as (name, kernel_size, stride, padding): convolutions, pools, upsamplings.

    Left out are VGG-16's 3x3 convolutions of padding 1, for they leave every place as it is.

    >>> stages("FCN-32s")[0], stages("FCN-32s")[-2:]
    (('conv1_1', 3, 1, 100), (('fc6', 7, 1, 0), ('upsample 1', 64, 32, 0)))
    """
    one_of(network, "network", HEADS)
    pools = [layer for layer in VGG16 if layer[0].startswith("pool")]
    enlarged = [(f"upsample {i}", size, stride, 0) for i, (size, stride, _) in enumerate(HEADS[network], 1)]
    return (("conv1_1", 3, 1, FIRST_PADDING), *pools, ("fc6", 7, 1, 0), *enlarged)


def staged_ledger(network="FCN-8s", layers=None):
    """The ledger of an FCN whose ``stages`` may be other ones: a list of Lines, the image first.

    layers   (kernel_size, stride, padding) of each stage; None: as published

    A crop is NaN where two maps have unequal jumps: no crop lays them on each other.

    >>> [line.crop for line in staged_ledger("FCN-16s") if line.crop is not None]
    [5.0, 27.0]
    """
    names = [name for name, *_ in stages(network)]
    layers = [rest for _, *rest in stages(network)] if layers is None else list(layers)
    if len(layers) != len(names):
        raise ValueError(f"layers must hold {len(names)} stages, {', '.join(names)}; got {len(layers)}.")
    count, lines = len(names) - len(HEADS[network]), [Line("image", IMAGE)]
    for name, layer in zip(names, layers[:count], strict=False):
        lines.append(Line(name, lines[-1].places.convolved(*layer)))
    added = [pool for *_, pool in HEADS[network]]
    return lines + _head_lines(
        lines, [(*layer, pool) for layer, pool in zip(layers[count:], added, strict=True)]
    )


def crops(network="FCN-8s", first_padding=FIRST_PADDING, last_kernel=7):
    """The crops of an FCN, in the order in which it makes them: a list of floats.

    >>> crops("FCN-32s"), crops("FCN-16s"), crops("FCN-8s")
    ([19.0], [5.0, 27.0], [5.0, 9.0, 31.0])
    """
    return [line.crop for line in fcn_ledger(network, first_padding, last_kernel) if line.crop is not None]
