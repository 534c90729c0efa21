"""Real bugs, re-created in a few lines each: the function as it was found, and as it should be, side by side.

They stand here as one meets them in other people's code: short, trusting, without a check of what comes in. Where
they come from, what hides them and what catches them is said in ``museum``.

Words used here
    signal, map   numbers along one axis, or along two
    label         a whole number that names a class; the mean of two labels names nothing
    cell          a sample of a coarse map; ``stride`` pixels wide
    bar           pixels that were added at both ends of a picture to make it square
"""

import numpy as np

from course_utils.resampling import resample, to_8_bits
from course_utils.subpixel import pixel_shuffle
from course_utils.warping import grid_sample, identity_grid


def halve(signal, times=1):
    """Means of 2 samples, ``times`` times over; what is left over at the end is dropped."""
    block = 2**times
    return signal[: len(signal) // block * block].reshape(-1, block).mean(1)


# ---- two conventions in one program ------------------------------------------------------------------------


def unet_by_corners(signal):
    """Halve by means, then enlarge so that the outer *centers* coincide."""
    return resample(halve(signal), len(signal), coordinate_map="align_corners")


def unet_by_edges(signal):
    """Halve by means, then enlarge so that the outer *edges* coincide, as they did when it was halved."""
    return resample(halve(signal), len(signal))


def exported_without_halves(signal, out_size):
    """The program that runs the network maps output o to o n / m."""
    return resample(signal, out_size, coordinate_map="asymmetric")


def exported_with_halves(signal, out_size):
    """The network was trained with (o + 1/2) n / m - 1/2."""
    return resample(signal, out_size)


def fetched_from_a_mixed_grid(features):
    """A grid from -1 to 1, right for align_corners=True, sampled with the default."""
    height, width = features.shape
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    return grid_sample(features, np.stack([x, y], axis=-1))


def fetched_from_one_grid(features):
    """Grid and sampler agree that -1 and 1 are the outer edges."""
    return grid_sample(features, identity_grid(features.shape))


# ---- sizes -------------------------------------------------------------------------------------------------


def skip_by_size(signal, levels):
    """Halve ``levels`` times, then enlarge to the size that the skip happens to have."""
    return resample(halve(signal, levels), len(signal))


def skip_by_factor(signal, levels):
    """Halve ``levels`` times, enlarge by the same factor, repeat the end where samples are missing."""
    coarse = halve(signal, levels)
    large = resample(coarse, len(coarse) * 2**levels)
    return np.pad(large, (0, len(signal) - len(large)), mode="edge")


def factor_as_sizes(signal, factor):
    """Enlarged to floor(factor n) samples, which are then spread evenly over the whole signal."""
    return resample(signal, int(len(signal) * factor))


def factor_as_given(signal, factor):
    """The same number of samples, 1 / factor apart, as torch has it."""
    places = (np.arange(int(len(signal) * factor)) + 0.5) / factor - 0.5
    return np.interp(places, np.arange(len(signal)), signal)


def padded_alike(signal, kernel_size, stride):
    """The middle of each window, with (kernel_size - 1) / 2 zeros at both ends."""
    half = (kernel_size - 1) // 2
    padded = np.pad(signal, half)
    return padded[half : half + len(signal) : stride]


def padded_as_tensorflow(signal, kernel_size, stride):
    """The middle of each window, with as few zeros as it takes, and the odd one at the end."""
    windows = -(-len(signal) // stride)
    total = max((windows - 1) * stride + kernel_size - len(signal), 0)
    padded = np.pad(signal, (total // 2, total - total // 2))
    return padded[(kernel_size - 1) // 2 :][: windows * stride : stride]


def bars_off_in_cells(mask, bar, stride):
    """The bars are cut off the coarse mask, rounded to whole cells, before it is enlarged to pixels."""
    first, last = round(bar / stride - 0.1), round(bar / stride + 0.1)
    return resample(mask[first : len(mask) - last], len(mask) * stride - 2 * bar)


def bars_off_in_pixels(mask, bar, stride):
    """The mask is enlarged to pixels first; there the bars are whole numbers."""
    pixels = resample(mask, len(mask) * stride)
    return pixels[bar : len(pixels) - bar]


# ---- labels and 8 bits -------------------------------------------------------------------------------------


def labels_by_floor(labels, out_size):
    """Every output takes the label at o n / m, rounded down."""
    return labels[np.arange(out_size) * len(labels) // out_size]


def labels_by_center(labels, out_size):
    """Every output takes the label under its center."""
    return labels[(2 * np.arange(out_size) + 1) * len(labels) // (2 * out_size)]


def labels_blended(labels, out_size):
    """Labels interpolated like gray levels, and rounded."""
    return np.floor(resample(labels.astype(float), out_size) + 0.5).astype(int)


def stored_as_it_is(signal):
    """Enlarged twice by a cubic, then stored in 8 bits as it is: below 0 and above 255 the number wraps around."""
    values = resample(signal, 2 * len(signal), mode="cubic")
    return np.floor(values + 0.5).astype(int) % 256


def stored_clipped(signal):
    """Enlarged twice by a cubic, clipped to 0 and 255, then stored."""
    return to_8_bits(resample(signal, 2 * len(signal), mode="cubic")).astype(int)


def shrunk_by_two_samples(signal, factor):
    """Interpolated between the two samples around each output's center, however many there are."""
    return resample(signal, len(signal) // factor)


def shrunk_by_means(signal, factor):
    """The mean of all samples that an output stands for."""
    return signal.reshape(-1, factor).mean(1)


def grid_in_half_precision(places, dtype):
    """Places on an axis, normalized to -1 and 1 and stored in ``dtype``, then read back as pixels."""
    last = len(places) - 1
    normalized = (2 * places / last - 1).astype(dtype)
    return (normalized.astype(float) + 1) / 2 * last


def grid_in_full_precision(places, dtype):
    """The same in float64, whatever the features are stored in."""
    del dtype
    return grid_in_half_precision(places, np.float64)


# ---- order -------------------------------------------------------------------------------------------------


def moved_with_height_first(features, flow_xy):
    """x is divided by the height and y by the width."""
    height, width = features.shape
    grid = identity_grid(features.shape) + 2 * flow_xy / [height, width]
    return grid_sample(features, grid, padding_mode="border")


def moved_with_width_first(features, flow_xy):
    """x is divided by the width and y by the height."""
    height, width = features.shape
    grid = identity_grid(features.shape) + 2 * flow_xy / [width, height]
    return grid_sample(features, grid, padding_mode="border")


def tokens_reshaped(tokens, size_hw):
    """Tokens (height * width, channels) as a map (channels, height, width): every shape is right."""
    return tokens.reshape(tokens.shape[1], *size_hw)


def tokens_transposed_and_reshaped(tokens, size_hw):
    """Tokens (height * width, channels) as a map (channels, height, width): one channel after the other."""
    return tokens.T.reshape(tokens.shape[1], *size_hw)


def shuffled_in_the_other_order(channels, factor):
    """Channels become pixels in the order of TensorFlow; the weights were made for torch."""
    return pixel_shuffle(channels, factor, order="tensorflow")


def shuffled_in_torchs_order(channels, factor):
    """Channels become pixels in the order that the weights were made for."""
    return pixel_shuffle(channels, factor)


def started_by_repeat(values, factor):
    """Each kernel shall stand r r times in a row; ``np.tile`` lays out the whole list r r times."""
    return pixel_shuffle(np.tile(values, factor**2).reshape(-1, 1, 1), factor)


def started_by_repeat_interleave(values, factor):
    """Each kernel stands r r times in a row: all pixels of a channel begin alike."""
    return pixel_shuffle(np.repeat(values, factor**2).reshape(-1, 1, 1), factor)
