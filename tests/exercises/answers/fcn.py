"""Right answers of lesson 08, written otherwise."""

import itertools
import math
from fractions import Fraction

import numpy as np

from course_utils import fcn
from course_utils.convolution import transposed_convolution
from course_utils.exercises.fcn import (
    ALL_CHANNELS,
    BIAS_LEFT,
    BILINEAR_KERNEL,
    CROP,
    KEEPS_FLAT,
    MIXING_WEIGHT,
    ODD_KERNEL,
)
from course_utils.places import IMAGE
from course_utils.resampling import resample, triangle
from course_utils.subpixel import phase_sums
from tests.exercises.answers import right, same

# ---- the kernel ----------------------------------------------------------------------------------------------


@right(BILINEAR_KERNEL)
def by_the_package(kernel_size):
    return fcn.bilinear_kernel(kernel_size)


@right(BILINEAR_KERNEL)
def as_published(kernel_size):
    factor = (kernel_size + 1) // 2
    center = factor - 1 if kernel_size % 2 == 1 else factor - 0.5
    og = np.ogrid[:kernel_size, :kernel_size]
    return (1 - abs(og[0] - center) / factor) * (1 - abs(og[1] - center) / factor)


@right(BILINEAR_KERNEL)
def by_two_loops(kernel_size):
    middle, reach = (kernel_size - 1) / 2, math.ceil(kernel_size / 2)
    return [
        [(1 - abs(i - middle) / reach) * (1 - abs(j - middle) / reach) for j in range(kernel_size)]
        for i in range(kernel_size)
    ]


@right(BILINEAR_KERNEL)
def by_triangle(kernel_size):
    tent = triangle((np.arange(kernel_size) - (kernel_size - 1) / 2) / math.ceil(kernel_size / 2))
    return tent[:, None] * tent


@right(BILINEAR_KERNEL)
def two_boxes(kernel_size):
    """A tent of an odd size is a box with itself; of an even size, a box with one that is one longer."""
    reach = -(-kernel_size // 2)
    if kernel_size % 2:
        tent = np.convolve(np.ones(reach), np.ones(reach)) / reach
    else:
        tent = np.convolve(np.convolve(np.ones(reach), np.ones(reach)), [0.5, 0.5]) / reach
    return np.outer(tent, tent)


@right(BILINEAR_KERNEL)
def up_and_down(kernel_size):
    up = [
        Fraction(2 * i + 1 if kernel_size % 2 == 0 else 2 * i + 2, 2) for i in range((kernel_size + 1) // 2)
    ]
    tent = up + up[::-1][kernel_size % 2 :]
    return np.array([[float(a * b / len(up) ** 2) for a in tent] for b in tent])


@right(BILINEAR_KERNEL)
def answer_to_an_impulse(kernel_size):
    """Half a stretched impulse, linearly interpolated."""
    reach = (kernel_size + 1) // 2
    at = np.linspace(-(kernel_size - 1) / 2, (kernel_size - 1) / 2, kernel_size)
    tent = np.interp(at, [-reach, 0, reach], [0, 1, 0])
    return np.einsum("i,j->ij", tent, tent)


same(BILINEAR_KERNEL, "-> tent = distance / ((kernel_size + 1) // 2) - 1", "in the product both signs cancel")

same(BILINEAR_KERNEL, "tent = triangle(((kernel_size - 1) / 2 - np.arange", "a tent is its own mirror image")
same(BILINEAR_KERNEL, "at = np.linspace((kernel_size - 1) / 2, -(", "a tent is its own mirror image")
same(BILINEAR_KERNEL, "tent = np.convolve([0.5, 0.5], ", "a convolution's arguments may be exchanged")

# ---- flat areas ----------------------------------------------------------------------------------------------


@right(KEEPS_FLAT)
def flat_by_the_package(kernel, stride):
    return bool(np.allclose(phase_sums(kernel, stride, dimensions=1), 1))


@right(KEEPS_FLAT)
def flat_by_trying(kernel, stride):
    ones = np.ones((1, 1, 4 * len(kernel)))
    answer = transposed_convolution(ones, np.asarray(kernel, float)[None, None], stride=stride)[0, 0]
    middle = len(answer) // 2
    return bool(np.allclose(answer[middle : middle + stride], 1))


@right(KEEPS_FLAT)
def flat_by_bincount(kernel, stride):
    sums = np.bincount(np.arange(len(kernel)) % stride, weights=kernel, minlength=stride)
    return bool(np.abs(sums - 1).max() < 1e-9)


@right(KEEPS_FLAT)
def flat_by_padding(kernel, stride):
    filled = np.pad(kernel, (0, -len(kernel) % stride))
    return bool(np.allclose(filled.reshape(-1, stride).sum(axis=0), 1))


@right(KEEPS_FLAT)
def flat_by_a_loop(kernel, stride):
    sums = [0.0] * stride
    for i, weight in enumerate(kernel):
        sums[i % stride] += weight
    return all(abs(each - 1) < 1e-6 for each in sums)


@right(KEEPS_FLAT)
def flat_by_fsum(kernel, stride):
    return all(math.isclose(math.fsum(kernel[i::stride]), 1) for i in range(stride))


same(
    KEEPS_FLAT,
    "np.isclose(1, kernel[phase::stride].sum())",
    "two numbers are close to each other in either order",
)

same(KEEPS_FLAT, "np.allclose(1, ", "two numbers are close to each other in either order")
same(KEEPS_FLAT, "math.isclose(1, ", "two numbers are close to each other in either order")
same(KEEPS_FLAT, "-> middle = len(answer) // 3", "that is far from both ends, too")
same(KEEPS_FLAT, "-> ones = np.ones((2, 1, ", "a batch of two equal signals; the first is looked at")
same(KEEPS_FLAT, "-> ones = np.ones((1, 1, ", "another length that has a middle")
same(KEEPS_FLAT, "stride=stride)[-1, 0]", "there is one signal, the first and the last")
same(KEEPS_FLAT, "stride=stride)[0, -1]", "there is one channel, the first and the last")
same(KEEPS_FLAT, "transposed_convolution(ones, kernel[None, None]", "kernels are float64 already")
same(KEEPS_FLAT, "<= 1e-0", "no sum is off by just that much")
same(KEEPS_FLAT, "np.pad(kernel, (-len(kernel) % stride, 0))", "phases change their order, not their sums")
same(KEEPS_FLAT, "filled.reshape(-2, stride)", "numpy takes any negative size for what is left")

# ---- channels ------------------------------------------------------------------------------------------------


@right(MIXING_WEIGHT)
def mixed_by_the_package(mixing, kernel):
    return np.tensordot(mixing, kernel, axes=0)


@right(MIXING_WEIGHT)
def mixed_by_einsum(mixing, kernel):
    return np.einsum("io,kl->iokl", mixing, kernel)


@right(MIXING_WEIGHT)
def mixed_by_outer(mixing, kernel):
    return np.multiply.outer(mixing, kernel)


@right(MIXING_WEIGHT)
def mixed_by_loops(mixing, kernel):
    weight = np.zeros((*mixing.shape, *kernel.shape))
    for i, o in itertools.product(range(mixing.shape[0]), range(mixing.shape[1])):
        weight[i, o] = mixing[i, o] * kernel
    return weight


@right(MIXING_WEIGHT)
def mixed_as_lists(mixing, kernel):
    return np.array([[each * kernel for each in row] for row in mixing])


@right(MIXING_WEIGHT)
def mixed_flat(mixing, kernel):
    return (mixing.reshape(-1, 1) * kernel.reshape(1, -1)).reshape(*mixing.shape, *kernel.shape)


same(MIXING_WEIGHT, "axes=-1", "no axes are summed, as with 0")
same(MIXING_WEIGHT, "weight = np.ones((*mixing.shape", "every weight is written over")
same(MIXING_WEIGHT, "range(weight.shape[", "the weight begins with the axes of the mixing")
same(MIXING_WEIGHT, "reshape(-2, 1)", "numpy takes any negative size for what is left")
same(MIXING_WEIGHT, "reshape(1, -2)", "numpy takes any negative size for what is left")

# ---- the crop ------------------------------------------------------------------------------------------------


@right(CROP)
def crop_by_the_package(layers, kernel_size, stride):
    places = IMAGE
    for layer in layers:
        places = places.convolved(*layer)
    return places.transposed(kernel_size, stride).crop_to(IMAGE)


@right(CROP)
def crop_by_both_ends(layers, kernel_size, stride):
    first = last = 0
    jump = 1
    for size, step, padding in layers:
        first, last = first - padding * jump, last + (size - 1 - padding) * jump
        jump *= step
    return (kernel_size - 1) / 2 - (first + last) / 2


@right(CROP)
def crop_from_the_last_layer_on(layers, kernel_size, stride):
    start = Fraction(0)
    for size, step, padding in reversed(layers):
        start = start * step + Fraction(size - 1, 2) - padding
    return Fraction(kernel_size - 1, 2) - start


@right(CROP)
def crop_all_at_once(layers, kernel_size, stride):
    size, step, padding = np.array(layers).T
    jumps = np.cumprod([1, *step])[:-1]
    return (kernel_size - 1) / 2 - np.sum(jumps * ((size - 1) / 2 - padding))


@right(CROP)
def crop_in_half_samples(layers, kernel_size, stride):
    twice, jump = 0, 1
    for size, step, padding in layers:
        twice += jump * (size - 1 - 2 * padding)
        jump *= step
    return (kernel_size - 1 - twice) / 2


@right(CROP)
def crop_by_walking_the_middle(layers, kernel_size, stride):
    def place(index, depth):
        if depth == 0:
            return index
        size, step, padding = layers[depth - 1]
        return place(index * step - padding + (size - 1) / 2, depth - 1)

    return (kernel_size - 1) / 2 - place(0, len(layers))


same(
    CROP,
    "-> return (kernel_size - 1) / 2 * stride / stride - start",
    "after the layers jump is the stride: it is undone",
)
same(CROP, "first, last = (last + ", "only their sum is used")

# ---- the bugs ------------------------------------------------------------------------------------------------


@right(ODD_KERNEL)
def enlarged_by_interpolation(row, stride):
    return resample(row, stride * len(row))


@right(ODD_KERNEL)
def enlarged_by_the_package(row, stride):
    plane = np.asarray(row, float)[None, None, None]
    return fcn.upsample_bilinear(plane, stride)[0, 0, stride // 2]


@right(ODD_KERNEL)
def enlarged_with_if(row, stride):
    if stride % 2 == 0:
        kernel_size, padding = 2 * stride, stride // 2
    else:
        kernel_size, padding = 2 * stride - 1, (stride - 1) // 2
    kernel = fcn.bilinear_kernel(kernel_size, 1)[None, None]
    x = np.pad(row, 1, mode="edge")[None, None]
    return transposed_convolution(x, kernel, stride=stride, padding=padding + stride)[0, 0]


@right(ODD_KERNEL)
def enlarged_and_cut(row, stride):
    kernel = fcn.bilinear_kernel(2 * stride - stride % 2, 1)[None, None]
    x = np.pad(row, 2, mode="edge")[None, None]
    whole = transposed_convolution(x, kernel, stride=stride)[0, 0]
    first = stride // 2 + 2 * stride
    return whole[first : first + stride * len(row)]


@right(ODD_KERNEL)
def enlarged_by_interp(row, stride):
    at = (np.arange(stride * len(row)) + 0.5) / stride - 0.5
    return np.interp(at, np.arange(len(row)), row)


@right(ODD_KERNEL)
def enlarged_by_torch(row, stride):
    import torch

    x = torch.tensor(row, dtype=torch.float64)[None, None]
    return torch.nn.functional.interpolate(x, scale_factor=float(stride), mode="linear")[0, 0].numpy()


same(ODD_KERNEL, "padding=padding + stride)[0, 0]", "an output_padding of 0 may be left out")
same(ODD_KERNEL, "output_padding=extra)[-1, 0]", "there is one row, the first and the last")
same(ODD_KERNEL, "output_padding=extra)[0, -1]", "there is one channel, the first and the last")


same(ODD_KERNEL, "-> plane = row[None, None, None]", "rows are float64 already")
same(ODD_KERNEL, "upsample_bilinear(plane, stride)[-1, 0, ", "there is one picture, the first and the last")
same(ODD_KERNEL, "upsample_bilinear(plane, stride)[0, -1, ", "there is one channel, the first and the last")
same(
    ODD_KERNEL,
    "upsample_bilinear(plane, stride)[0, 0, stride // 3]",
    "with its border repeated every row is the same",
)
same(ODD_KERNEL, "(2 * stride - 1, stride // 2)", "half of an odd number is rounded down")
same(ODD_KERNEL, "(2 * stride - 1, (stride - 0) // 2)", "half of an odd number is rounded down")
same(ODD_KERNEL, "stride=stride)[-1, 0]", "there is one row, the first and the last")
same(ODD_KERNEL, "stride=stride)[0, -1]", "there is one channel, the first and the last")
same(ODD_KERNEL, "x = torch.tensor(row)[None, None]", "rows are float64 already")
same(ODD_KERNEL, "[-1, 0].numpy()", "there is one row, the first and the last")
same(ODD_KERNEL, "[0, -1].numpy()", "there is one channel, the first and the last")


@right(ALL_CHANNELS)
def each_alone(x, stride):
    kernel = fcn.bilinear_kernel(2 * stride, 1)[None, None]
    rows = [
        transposed_convolution(row[None, None], kernel, stride=stride, padding=stride // 2)[0, 0] for row in x
    ]
    return np.stack(rows)


@right(ALL_CHANNELS)
def as_a_batch(x, stride):
    kernel = fcn.bilinear_kernel(2 * stride, 1)[None, None]
    return transposed_convolution(x[:, None], kernel, stride=stride, padding=stride // 2)[:, 0]


@right(ALL_CHANNELS)
def on_the_diagonal(x, stride):
    channels, kernel = len(x), fcn.bilinear_kernel(2 * stride, 1)
    weight = np.zeros((channels, channels, 2 * stride))
    weight[range(channels), range(channels)] = kernel
    return transposed_convolution(x[None], weight, stride=stride, padding=stride // 2)[0]


@right(ALL_CHANNELS)
def by_eye(x, stride):
    weight = np.eye(len(x))[:, :, None] * fcn.bilinear_kernel(2 * stride, 1)
    return transposed_convolution(x[None], weight, stride=stride, padding=stride // 2)[0]


@right(ALL_CHANNELS)
def tiled(x, stride):
    weight = np.tile(fcn.bilinear_kernel(2 * stride, 1), (len(x), 1, 1))
    return transposed_convolution(x[None], weight, stride=stride, padding=stride // 2, groups=len(x))[0]


@right(ALL_CHANNELS)
def stamped(x, stride):
    kernel = fcn.bilinear_kernel(2 * stride, 1)
    result = np.zeros((len(x), stride * (x.shape[1] + 1)))
    for i in range(x.shape[1]):
        result[:, i * stride : i * stride + 2 * stride] += x[:, i : i + 1] * kernel
    return result[:, stride // 2 : stride // 2 + stride * x.shape[1]]


same(ALL_CHANNELS, "weight = np.ones((channels, 1, 2 * stride))", "every weight is written over")
same(ALL_CHANNELS, "groups=channels)[-1]", "there is one batch, the first and the last")
same(ALL_CHANNELS, "padding=stride // 2)[-1, 0] for row in x]", "there is one batch, the first and the last")
same(
    ALL_CHANNELS, "padding=stride // 2)[0, -1] for row in x]", "there is one channel, the first and the last"
)
same(ALL_CHANNELS, "padding=stride // 2)[:, -1]", "there is one channel, the first and the last")
same(ALL_CHANNELS, "padding=stride // 2)[-1]", "there is one batch, the first and the last")
same(ALL_CHANNELS, "groups=len(x))[-1]", "there is one batch, the first and the last")
same(ALL_CHANNELS, "groups=len(weight))[0]", "there are as many weights as channels")
same(ALL_CHANNELS, "(x.shape[1] + 2)))", "room at the end that is cut off again")


# ---- a bias left on ------------------------------------------------------------------------------------------


@right(BIAS_LEFT)
def multiplied_away(weight, bias):
    return np.ones_like(weight) * fcn.bilinear_kernel(weight.shape[-1]), 0 * bias


@right(BIAS_LEFT)
def set_by_the_package(weight, bias):
    return fcn.bilinear_weight(np.ones((len(weight), 1)), weight.shape[2]), np.zeros(len(bias))


@right(BIAS_LEFT)
def tiled_kernels(weight, bias):
    return np.tile(fcn.bilinear_kernel(weight.shape[3]), (*weight.shape[:2], 1, 1)), bias - bias


@right(BIAS_LEFT)
def in_lists(weight, bias):
    kernel = fcn.bilinear_kernel(weight.shape[-1])
    return np.array([[kernel] for _ in bias]), [0.0 for _ in bias]


@right(BIAS_LEFT)
def in_copies(weight, bias):
    weight, bias = weight.copy(), bias.copy()
    weight[:, 0] = fcn.bilinear_kernel(weight.shape[-1])
    bias[:] = 0
    return weight, bias


@right(BIAS_LEFT)
def by_broadcasting(weight, bias):
    kernel = fcn.bilinear_kernel(weight.shape[-2])
    return np.broadcast_to(kernel, weight.shape), np.full(bias.shape, 0.0)


same(BIAS_LEFT, "weight = np.ones_like(weight)", "every weight is written over")
same(BIAS_LEFT, "weight.shape[-2]", "kernels are square")
same(BIAS_LEFT, "weight.shape[3]), np", "kernels are square")
same(BIAS_LEFT, "np.zeros(len(weight)))", "there are as many biases as kernels")
same(BIAS_LEFT, "np.ones((len(bias), 1))", "there are as many biases as kernels")
same(BIAS_LEFT, "fcn.bilinear_kernel(weight.shape[2]), (", "kernels are square")
same(
    BIAS_LEFT,
    "-> return (np.array([[kernel] for _ in bias]), [0.0 for _ in weight])",
    "there are as many biases as kernels",
)
same(BIAS_LEFT, "[[kernel] for _ in weight]", "there are as many biases as kernels")
same(BIAS_LEFT, "weight[:, -1] =", "there is one channel a group, the first and the last")
