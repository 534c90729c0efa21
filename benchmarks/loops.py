"""Bilinear resize as it is often first written: a loop over channels, rows and columns, one pixel at a time."""

import math

import numpy as np


def resize_by_loops(image, height, width):
    """``image`` (rows, columns, channels) with ``height`` x ``width`` pixels; half-pixel centers, clamped border."""
    rows, columns, channels = image.shape
    result = np.zeros((height, width, channels), image.dtype)
    for channel in range(channels):
        for i in range(height):
            y = min(max((i + 0.5) * rows / height - 0.5, 0), rows - 1)
            top = math.floor(y)
            bottom = min(top + 1, rows - 1)
            for j in range(width):
                x = min(max((j + 0.5) * columns / width - 0.5, 0), columns - 1)
                left = math.floor(x)
                right = min(left + 1, columns - 1)
                above = (1 - (x - left)) * image[top, left, channel] + (x - left) * image[top, right, channel]
                below = (1 - (x - left)) * image[bottom, left, channel] + (x - left) * image[
                    bottom, right, channel
                ]
                result[i, j, channel] = (1 - (y - top)) * above + (y - top) * below
    return result
