"""What a picture shows, read from its text."""

import base64
import io
import re

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image


def read(text):
    """A number as it is written in pictures, with a real minus sign."""
    return float(text.replace("−", "-"))


def numbers_in(sentence):
    """All numbers of a sentence."""
    return [read(found) for found in re.findall(r"−?\d+(?:\.\d+)?", sentence)]


def decoded(svg, description=""):
    """The pixels of the first image that is described so."""
    label = f'[^>]*aria-label="{re.escape(description)}"' if description else ""
    data = re.search(rf'href="data:image/\w+;base64,([^"]+)"{label}', svg)[1]
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    return np.asarray(picture.convert("RGB") if picture.mode == "P" else picture)


def by_torch(x, kernel, settings):
    """torch's transposed convolution of one channel, or None where it refuses, or has nothing left."""
    convolve = F.conv_transpose1d if np.ndim(x) == 1 else F.conv_transpose2d
    x, kernel = (torch.tensor(np.asarray(array, float))[None, None] for array in (x, kernel))
    try:
        output = convolve(x, kernel, **settings)[0, 0].numpy()
    except RuntimeError:
        return None
    return output if output.size else None
