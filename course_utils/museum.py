"""The museum: what each of the ``exhibits`` needs in order to be seen, and what hides it.

An exhibit is shown on a field of inputs: a size along one side, a kind of content or setting along the other. On some
of them the function as it was found and the repaired one agree. A test that draws only those never fails.

Words used here
    size, kind   an input: what the size counts and what the kinds are, the exhibit says
    shows        the two functions differ on this input
    hides        they agree on it, to within ``tolerance``
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from course_utils import exhibits as code
from course_utils.files import DATA
from course_utils.validation import one_of, shown


@dataclass(frozen=True, repr=False)
class Exhibit:
    """One bug: as it was found, as it should be, and the inputs on which that makes a difference.

    as_found, repaired   functions of the same arguments
    arguments            (size, kind) -> what both are called with; the first is the array that is shown
    sizes, kinds         the field of inputs; size_word and kind_word say what they are
    hides                (size, kind) -> True, False, or None where only trying tells
    smallest             the smallest input that shows it: (size, kind)
    hidden               an input of some size that hides it
    story, hidden_by, caught_by, repair    a sentence or two each
    unit                 of the values, after a number: " of a pixel"
    seen, said           how the first argument is shown, and how a size is said
    threads              (text, address) of public code and discussions
    """

    key: str
    title: str
    lesson: str
    as_found: Callable
    repaired: Callable
    arguments: Callable
    sizes: tuple[int, ...]
    size_word: str
    kinds: tuple[str, ...]
    kind_word: str
    hides: Callable
    smallest: tuple[int, str]
    hidden: tuple[int, str]
    story: str
    hidden_by: str
    caught_by: str
    repair: str
    threads: tuple[tuple[str, str], ...]
    unit: str = ""
    tolerance: float = 1e-9
    seen: Callable = np.atleast_2d
    said: Callable = str

    def results(self, size, kind):
        """(input, as found, repaired) for an input; each of shape (rows, columns), or (panels, rows, columns)."""
        if size not in self.sizes:
            raise ValueError(f"size must be one of {shown(self.sizes)}; got {shown(size)}.")
        one_of(kind, "kind", self.kinds)
        arguments = self.arguments(size, kind)
        return self.seen(arguments[0]), *(
            np.atleast_2d(function(*arguments)) for function in (self.as_found, self.repaired)
        )

    def difference(self, size, kind):
        """The largest difference between what was found and what is right; 0.0 where the bug hides."""
        _, found, right = self.results(size, kind)
        apart = float(np.abs(found - right).max())
        return apart if apart > self.tolerance else 0.0

    def differences(self):
        """The largest difference for every input: shape (kinds, sizes)."""
        return np.array([[self.difference(size, kind) for size in self.sizes] for kind in self.kinds])

    def source(self, repaired=False):
        """The lines of one of the two functions."""
        return inspect.getsource(self.repaired if repaired else self.as_found).strip()

    def __repr__(self):
        return f"Exhibit {self.key}: {self.title}"

    def _repr_markdown_(self):
        """The card beside the exhibit."""
        size, kind = self.smallest
        links = "; ".join(f"[{text}]({address})" for text, address in self.threads)
        return "\n".join(
            [
                f"**{self.title}** (lesson {self.lesson}). {self.story}",
                f"\n```python\n{self.source()}\n```",
                f"- *Smallest input that shows it:* {self.input_in_words(size, kind)}.",
                f"- *What hides it:* {self.hidden_by}",
                f"- *What catches it:* {self.caught_by}",
                f"- *Repair:* {self.repair}",
                f"- *Seen in the wild:* {links}.",
            ]
        )

    def input_in_words(self, size, kind):
        """ "size 3, a ramp" """
        return f"{self.size_word} {self.said(size)}, {kind}"


def _content(name, count):
    """A signal of ``count`` samples by the name of its content."""
    index = np.arange(float(count))
    return {
        "flat": np.full(count, 9.0),
        "a ramp": index,
        "an edge": 9.0 * (index >= count // 2),
        "a line": 9.0 * (index == count // 2),
    }[name]


def _flat(*_):
    return True


CONTENTS = ("flat", "a ramp", "an edge", "a line")


def _unet(size, kind):
    return (_content(kind, 2 * size),)


def _unet_hides(size, kind):
    return kind == "flat" or size == 1  # one sample is left, and any enlarging of it is flat


def _export(size, kind):
    return _content(kind, 4), size


def _export_hides(size, kind):
    return True if kind == "flat" or size == 4 else (False if kind == "a ramp" else None)


GRID_CONTENTS = ("flat", "a ramp", "one bright pixel", "dark")


def _grid(size, kind):
    if kind == "one bright pixel":
        features = np.zeros((size, size))
        features[size // 2, size // 2] = 9
    elif kind == "a ramp":
        features = np.tile(np.arange(1.0, size + 1), (size, 1))
    else:
        features = np.full((size, size), 9.0 if kind == "flat" else 0.0)
    return (features,)


def _grid_hides(size, kind):
    return kind == "dark" or (kind == "one bright pixel" and size % 2 == 1 and size > 1)


LEVELS = {"1 level": 1, "2 levels": 2, "3 levels": 3}


def _skip(size, kind):
    return np.arange(float(size)), LEVELS[kind]


def _skip_hides(size, kind):
    return size % 2 ** LEVELS[kind] == 0 or size < 2 * 2 ** LEVELS[kind]  # fewer leave one sample: flat


FACTORS = {"factor 1.5": 1.5, "factor 1.55": 1.55, "factor 2": 2.0, "factor 2.5": 2.5, "factor 3": 3.0}


def _factor(size, kind):
    return np.arange(float(size)), FACTORS[kind]


def _factor_hides(size, kind):
    return (size * Fraction(str(FACTORS[kind]))).denominator == 1


LAYERS = {
    "kernel 3, stride 1": (3, 1),
    "kernel 3, stride 2": (3, 2),
    "kernel 5, stride 2": (5, 2),
    "kernel 3, stride 3": (3, 3),
}


def _padding(size, kind):
    return (np.arange(1.0, size + 1), *LAYERS[kind])


def _padding_hides(size, kind):
    return (size - 1) % LAYERS[kind][1] == 0


STRIDES = {"4 pixels a cell": 4, "8 pixels a cell": 8}


def _bars(size, kind):
    mask = np.zeros(12)
    mask[5:7] = 1
    return mask, size, STRIDES[kind]


def _bars_hide(size, kind):
    return size % STRIDES[kind] == 0


def _floor(size, kind):
    labels = np.arange(12) if kind == "each label another" else np.full(12, 3)
    return labels, size


def _floor_hides(size, kind):
    return kind == "one label" or size % 12 == 0


PAIRS = {
    "labels 1 and 1": (1, 1),
    "labels 1 and 2": (1, 2),
    "labels 0 and 2": (0, 2),
    "labels 0 and 255": (0, 255),
}


def _blend(size, kind):
    first, second = PAIRS[kind]
    return np.array([first, first, second, second]), size


def _blend_hides(size, kind):
    first, second = PAIRS[kind]
    if second - first < 2:
        return True
    # hidden, too, where no output comes between the samples 1 and 2 in such a way that it rounds to a third label
    between = [min(max(Fraction(2 * o + 1, 2) * 4 / size - Fraction(3, 2), 0), 1) for o in range(size)]
    step = Fraction(second - first)
    return all(math.floor(share * step + Fraction(1, 2)) in (0, step) for share in between)


def _store(size, kind):
    values = {"flat": [size] * 4, "an edge": [size, size, 255 - size, 255 - size]}
    return (np.array(values[kind], float),)


def _store_hides(size, kind):
    # beside an edge the cubic with a = -0.75 goes 27/256 of the step too far
    return kind == "flat" or size - (255 - 2 * size) * 27 / 256 >= -0.5


SHRUNK = ("flat", "a ramp", "every third bright")


def _shrink(size, kind):
    signal = _content(kind, 4 * size) if kind != SHRUNK[2] else 9.0 * (np.arange(4 * size) % 3 == 0)
    return signal, size


def _shrink_hides(size, kind):
    return kind in ("flat", "a ramp") or size <= 2


TYPES = {"float32": np.float32, "float16": np.float16}


def _half(size, kind):
    return np.arange(float(2**size)), TYPES[kind]


def _half_hides(size, kind):
    return True if kind == "float32" else None


FLOWS = {"no flow": (0, 0), "1 to the right": (1, 0), "1 down": (0, 1), "1 right, 1 down": (1, 1)}


def _swapped(size, kind):
    rows, columns = np.mgrid[0:4.0, 0:size]
    return columns + 10 * rows, np.broadcast_to(FLOWS[kind], (4, size, 2)).astype(float)


def _swapped_hides(size, kind):
    if kind == "no flow" or size == 4:
        return True
    return size == 1 and kind == "1 to the right"  # there is no second column to be reached


TOKENS = {"1 channel": 1, "2 channels": 2, "3 channels": 3, "2 flat channels": 2}


def _tokens(size, kind):
    channels = np.arange(TOKENS[kind])
    places = np.arange(float(size**2)) if "flat" not in kind else np.zeros(size**2)
    return places[:, None] + 10 * channels, (size, size)


def _tokens_hide(size, kind):
    return size == 1 or kind == "1 channel"


BLOCKS = {"factor 1": 1, "factor 2": 2, "factor 3": 3}


def _order(size, kind):
    count = size * BLOCKS[kind] ** 2
    return np.arange(float(count)).reshape(-1, 1, 1), BLOCKS[kind]


def _order_hides(size, kind):
    return size == 1 or BLOCKS[kind] == 1


def _start(size, kind):
    return np.arange(1.0, size + 1), BLOCKS[kind]


def _channels(features):
    """Channels of 1 x 1 as one row."""
    return features.reshape(1, -1)


_RAMP = "A ramp instead of flat gray"

EXHIBITS = {
    exhibit.key: exhibit
    for exhibit in (
        Exhibit(
            "corners", "A U-Net that halves by edges and enlarges by corners", "12",
            code.unet_by_corners, code.unet_by_edges, _unet,
            tuple(range(1, 9)), "pairs of samples", CONTENTS, "content", _unet_hides, (2, "a ramp"), (8, "flat"),
            "A 2 × 2 pooling puts a sample in the middle of its two; align_corners=True puts the outer ones on "
            "the corners. Skip and coarse map drift apart along the picture.",
            "Flat pictures. And at the middle of the picture the two agree.",
            f"{_RAMP}, compared at both ends.",
            "align_corners=False, in every layer that enlarges.",
            (
                ("milesial/Pytorch-UNet, unet_parts.py",
                 "https://github.com/milesial/Pytorch-UNet/blob/07debeb/unet/unet_parts.py"),
                ("the setting asked about in PSMNet, issue 120",
                 "https://github.com/JiaRenChang/PSMNet/issues/120"),
            ),
        ),
        Exhibit(
            "export", "An export that lost its halves", "05",
            code.exported_without_halves, code.exported_with_halves, _export,
            tuple(range(1, 17)), "output size", ("flat", "a ramp", "an edge"), "content", _export_hides,
            (1, "a ramp"), (4, "a ramp"),
            "The network resizes with half-pixel centers; the program it was exported to does not. Its user "
            "describes the result as a shifted and smaller version.",
            "Flat pictures, and an output of the input's size.",
            f"{_RAMP}, enlarged, through both programs.",
            "Export the coordinate map, too: ONNX calls it coordinate_transformation_mode.",
            (
                ("onnx-tensorrt, issue 457", "https://github.com/onnx/onnx-tensorrt/issues/457"),
                ("TensorRT, issue 273", "https://github.com/NVIDIA/TensorRT/issues/273"),
            ),
        ),
        Exhibit(
            "mixed", "A grid of one convention, sampled with the other", "11",
            code.fetched_from_a_mixed_grid, code.fetched_from_one_grid, _grid,
            tuple(range(1, 10)), "size", GRID_CONTENTS, "content", _grid_hides, (1, "flat"),
            (9, "one bright pixel"),
            "linspace(−1, 1, n) puts −1 on the first pixel's center. grid_sample takes it for the outer edge: with "
            "no flow at all every map shrinks, and fades at its border.",
            "A map that is dark everywhere. A dark border hides only the fading, not the shrinking. A bright pixel "
            "in the middle of an odd size is hit exactly.",
            "No flow on a map of ones: it must come back.",
            "align_corners=True for such a grid; or the grid (2 i + 1) / n − 1.",
            (
                ("kornia, pull request 3945", "https://github.com/kornia/kornia/pull/3945"),
                ("SFSegNets until 2022, operators.py",
                 "https://github.com/lxtGH/SFSegNets/blob/531067b/network/nn/operators.py"),
            ),
        ),
        Exhibit(
            "skip", "Enlarged to whatever size the skip has", "12",
            code.skip_by_size, code.skip_by_factor, _skip,
            tuple(range(8, 25)), "size", tuple(LEVELS), "depth", _skip_hides, (9, "1 level"), (24, "3 levels"),
            "Halving 9 samples leaves 4, which cover 8 of them. Enlarged to 9 by their size, they are spread over "
            "one more than they have seen.",
            "Sizes that can be halved as often as the network does it: 256, 512, every usual size.",
            "A ramp of odd size.",
            "Enlarge by the factor, then pad; or pad the picture before the network.",
            (
                ("milesial/Pytorch-UNet, issue 32", "https://github.com/milesial/Pytorch-UNet/issues/32"),
                ("segmentation_models.pytorch, issue 545",
                 "https://github.com/qubvel-org/segmentation_models.pytorch/issues/545"),
            ),
        ),
        Exhibit(
            "factor", "A factor that became two sizes", "05",
            code.factor_as_sizes, code.factor_as_given, _factor,
            tuple(range(2, 17)), "size", tuple(FACTORS), "factor", _factor_hides, (2, "factor 1.55"),
            (16, "factor 1.5"),
            "7 samples times 1.5 make 10. One program steps by 1 / 1.5, the other by 7 / 10.",
            "Sizes that the factor takes to a whole number, above all the factor 2.",
            "A factor such as 1.55, on a ramp.",
            "Give sizes, not factors; or take the step from the factor in both programs.",
            (
                ("ncnn, issue 6836", "https://github.com/Tencent/ncnn/issues/6836"),
                ("PyTorch, pull request 28324", "https://github.com/pytorch/pytorch/pull/28324"),
            ),
        ),
        Exhibit(
            "padding", "Weights ported, padding not", "12",
            code.padded_alike, code.padded_as_tensorflow, _padding,
            tuple(range(1, 17)), "size", tuple(LAYERS), "layer", _padding_hides, (2, "kernel 3, stride 2"),
            (15, "kernel 3, stride 2"),
            'TensorFlow\'s "same" pads as little as it can, and the odd zero goes to the end. Padding alike at both '
            "ends moves every window of a strided layer by one pixel.",
            "Stride 1. With stride 2 every odd size: nothing is odd about the padding then.",
            "An even size, and a ramp.",
            "Compute the padding from the size, as TensorFlow does.",
            (
                ("tensornets, issue 25", "https://github.com/taehoonlee/tensornets/issues/25"),
                ("Keras, pull request 16363", "https://github.com/keras-team/keras/pull/16363"),
            ),
        ),
        Exhibit(
            "bars", "Bars cut off in cells", "02",
            code.bars_off_in_cells, code.bars_off_in_pixels, _bars,
            tuple(range(17)), "bar", tuple(STRIDES), "stride", _bars_hide, (1, "4 pixels a cell"),
            (16, "8 pixels a cell"),
            "A picture gets bars above and below so that it becomes square. On the mask of the network a bar of 12 "
            "pixels is one cell and a half; rounded to 1 and 2, the mask lands half a cell beside its object.",
            "Bars of whole cells: a 4:3 picture at 640 pixels has bars of 80, ten cells of 8.",
            "A bar of 12 pixels, and the place of the object's edge.",
            "Enlarge first. In pixels the bar is a whole number.",
            (
                ("ultralytics, issue 24617", "https://github.com/ultralytics/ultralytics/issues/24617"),
                ("ultralytics, issue 20953", "https://github.com/ultralytics/ultralytics/issues/20953"),
                ("ultralytics, issue 20918", "https://github.com/ultralytics/ultralytics/issues/20918"),
            ),
        ),
        Exhibit(
            "floor", "Labels shrunk by rounding down", "02",
            code.labels_by_floor, code.labels_by_center, _floor,
            tuple(range(1, 25)), "output size", ("each label another", "one label"), "content", _floor_hides,
            (1, "each label another"), (24, "each label another"),
            'The mode "nearest" of torch takes the sample at o n / m rounded down, the first of each block. The '
            "picture takes the middle: labels lie up to half a block too far right.",
            "Enlarging by a whole number.",
            "Shrink a ramp of labels and the same ramp as a picture.",
            '"nearest-exact".',
            (
                ("deeplab-pytorch, issue 51", "https://github.com/kazuto1011/deeplab-pytorch/issues/51"),
                ("PyTorch, issue 34808", "https://github.com/pytorch/pytorch/issues/34808"),
                ("Cutie, issue 52", "https://github.com/hkchengrex/Cutie/issues/52"),
            ),
        ),
        Exhibit(
            "blend", "Labels blended like gray", "03",
            code.labels_blended, code.labels_by_center, _blend,
            tuple(range(1, 17)), "output size", tuple(PAIRS), "labels", _blend_hides, (1, "labels 0 and 2"),
            (16, "labels 1 and 2"),
            "Between label 0 and label 2 interpolation finds label 1, a class that is not in the picture. A rotation "
            "does the same.",
            "Two labels that are neighbors, such as background 0 and object 1. Some sizes.",
            "Labels 0 and 2: no new label may come out.",
            "Nearest for labels, always; or interpolate one mask per label.",
            (
                ("mmsegmentation, issue 3399", "https://github.com/open-mmlab/mmsegmentation/issues/3399"),
                ("deepcell-tf, issue 369", "https://github.com/vanvalenlab/deepcell-tf/issues/369"),
            ),
        ),
        Exhibit(
            "wrap", "Overshoot stored in 8 bits", "04",
            code.stored_as_it_is, code.stored_clipped, _store,
            tuple(range(33)), "darkest gray", ("flat", "an edge"), "content", _store_hides, (0, "an edge"),
            (32, "an edge"),
            "A cubic goes below 0 beside an edge and above 255. Stored in 8 bits, −27 becomes 229: bright dots "
            "in the dark.",
            "Pictures that are never quite black or white beside an edge.",
            "An edge from 0 to 255.",
            "Clip, round, then store.",
            (
                ("torch/image, pull request 118", "https://github.com/torch/image/pull/118"),
                ("torchvision, issue 2950", "https://github.com/pytorch/vision/issues/2950"),
            ),
            unit=" gray levels",
        ),
        Exhibit(
            "antialias", "Shrunk by two samples", "04",
            code.shrunk_by_two_samples, code.shrunk_by_means, _shrink,
            tuple(range(1, 9)), "factor", SHRUNK, "content", _shrink_hides, (3, "every third bright"),
            (8, "a ramp"),
            "Linear interpolation looks at two samples per output, by whatever factor it shrinks. The others are "
            "passed over.",
            "Smooth pictures, and the factor 2, in which two samples are all there are.",
            "Lines one pixel wide, shrunk to a third.",
            "antialias=True, or a mean over each block.",
            (("torchvision, issue 2950", "https://github.com/pytorch/vision/issues/2950"),),
        ),
        Exhibit(
            "half", "A grid in half precision", "11",
            code.grid_in_half_precision, code.grid_in_full_precision, _half,
            tuple(range(2, 12)), "size", tuple(TYPES), "type", _half_hides, (7, "float16"),
            (11, "float32"),
            "Near −1 and 1, neighbors in float16 are 1/2048 apart. On a map of 1,024 pixels that is a quarter of a "
            "pixel: places are rounded to quarters there, and a smaller flow does nothing.",
            "Small maps. The error grows with the size.",
            "No flow on a map as large as the largest picture.",
            "The grid in float32, whatever the features are stored in.",
            (
                ("PyTorch, issue 89836", "https://github.com/pytorch/pytorch/issues/89836"),
                ("torchvision, issue 9029", "https://github.com/pytorch/vision/issues/9029"),
            ),
            unit=" of a pixel", tolerance=0.01, said=lambda size: str(2**size),
        ),
        Exhibit(
            "swapped", "Width and height exchanged", "11",
            code.moved_with_height_first, code.moved_with_width_first, _swapped,
            tuple(range(1, 10)), "width", tuple(FLOWS), "flow", _swapped_hides, (1, "1 down"),
            (4, "1 right, 1 down"),
            "A flow is (x, y); a shape is (height, width). Divided in the wrong order, x moves by too little and "
            "y by too much, or the reverse.",
            "Square maps. These are 4 pixels high.",
            "A map that is not square, moved by one whole pixel.",
            "Divide (x, y) by (width, height).",
            (("AlignSeg, issue 7", "https://github.com/speedinghzl/AlignSeg/issues/7"),),
        ),
        Exhibit(
            "tokens", "Tokens laid out without a transpose", "10",
            code.tokens_reshaped, code.tokens_transposed_and_reshaped, _tokens,
            tuple(range(1, 6)), "side", tuple(TOKENS), "channels", _tokens_hide, (2, "2 channels"),
            (4, "1 channel"),
            "Attention answers with a row for each place and a column for each channel. Reshaped as it stands, the "
            "map's first channel is filled with all channels of the first places. Every shape is right, and it "
            "trains: what comes after learns to live with it.",
            "One channel, one place. And a training test.",
            "Two channels that differ, on a map of two by two.",
            "Transpose before you reshape: tokens.T.",
            (
                ("Attention-Augmented-Conv2d, issue 21",
                 "https://github.com/leaderj1001/Attention-Augmented-Conv2d/issues/21"),
                ("Open-Sora-Plan, issue 171", "https://github.com/PKU-YuanGroup/Open-Sora-Plan/issues/171"),
                ("segmentation_models.pytorch, the decoder of MAnet",
                 "https://github.com/qubvel-org/segmentation_models.pytorch/blob/744e372/"
                 "segmentation_models_pytorch/decoders/manet/decoder.py"),
                ("transformer-from-scratch, pull request 6",
                 "https://github.com/jsbaan/transformer-from-scratch/pull/6"),
            ),
        ),
        Exhibit(
            "order", "Depth to space in the other order", "10",
            code.shuffled_in_the_other_order, code.shuffled_in_torchs_order, _order,
            tuple(range(1, 5)), "channels out", tuple(BLOCKS), "factor", _order_hides, (2, "factor 2"),
            (1, "factor 3"),
            "torch counts the phases of one channel, then the next channel; TensorFlow and ONNX, by default, count "
            "the channels of one phase.",
            "One channel: a gray picture.",
            "Two channels that differ.",
            'DepthToSpace with mode="CRD"; or permute the weights.',
            (
                ("onnx, issue 1957", "https://github.com/onnx/onnx/issues/1957"),
                ("onnx2tf, issue 91", "https://github.com/PINTO0309/onnx2tf/issues/91"),
                ("onnxscript, issue 2891", "https://github.com/microsoft/onnxscript/issues/2891"),
            ),
            seen=_channels,
        ),
        Exhibit(
            "icnr", "A start against checkerboards, laid out as tiles", "09",
            code.started_by_repeat, code.started_by_repeat_interleave, _start,
            tuple(range(1, 5)), "channels", tuple(BLOCKS), "factor", _order_hides, (2, "factor 2"),
            (1, "factor 3"),
            "ICNR starts all phases of a channel with one kernel. Repeated in the wrong order, the phases of a "
            "channel hold the kernels of all channels, and flat pictures get a pattern.",
            "One channel.",
            "Two channels, a flat picture: each channel must stay flat.",
            "repeat_interleave, not repeat: np.repeat, not np.tile.",
            (("PyTorch, pull request 5429", "https://github.com/pytorch/pytorch/pull/5429"),),
        ),
    )
}  # fmt: skip
"""Key -> Exhibit, in the order of the rooms: two conventions, sizes, labels and numbers, order."""


def exhibit(key):
    """The exhibit of this key."""
    return EXHIBITS[one_of(key, "key", tuple(EXHIBITS))]


def recorded_mending():
    """Mean IoU in percent of networks with a setting changed: {what was done: one per seed}; see data/mending.py."""
    return json.loads((DATA / "mending.json").read_text(encoding="utf-8"))["result"]["scores"]
