"""Scores of a segmentation: intersection over union, boundaries, thin structures.

Words used throughout the course
    truth, predicted   labels, whole numbers, shape (..., height, width); many pictures are one heap of pixels
    ignore             a label of the truth, such as 255: its pixels are taken out of every count
    IoU                intersection over union: right / (right + missed + wrongly claimed)
    boundary           the pixels of a class that touch a pixel of another; the edge of the picture is none
    thin               of the truth: in no ``width`` x ``width`` square of a single class

A class that occurs nowhere, neither in truth nor prediction, has no score: NaN, and the means leave it out.
"""

import numpy as np

from course_utils.validation import finite_array, plain_array, real_number, whole_number

MOST_CLASSES = 1000
LARGEST_LABEL = np.iinfo(np.int64).max


# ---- Regions -------------------------------------------------------------------------------------


def confusion_matrix(truth, predicted, classes, ignore=None):
    """How often each class was taken for which: integers of shape (classes, classes), a row for each true class.

    >>> confusion_matrix([[0, 0, 1, 255]], [[0, 1, 1, 1]], classes=2, ignore=255)
    array([[1, 1],
           [0, 1]])
    """
    truth, predicted, classes, counted = _labels(truth, predicted, classes, ignore)
    cells = (truth[counted] * classes + predicted[counted]).astype(np.intp)
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def class_ious(confusion):
    """The IoU of each class, from a confusion matrix: float64 (classes,); NaN where a class occurs nowhere.

    >>> class_ious([[1, 1, 0], [0, 2, 0], [0, 0, 0]])
    array([0.5       , 0.66666667,        nan])
    """
    confusion = _confusion(confusion).astype(float)  # sums of large counts would overflow
    right = np.diagonal(confusion)
    union = confusion.sum(0) + confusion.sum(1) - right
    return np.where(union > 0, right / np.maximum(union, 1), np.nan)


def mean_iou(confusion):
    """The mean of the classes' IoU, without those that occur nowhere.

    A class that is predicted and never true counts, with 0. Some papers average over pictures instead; here many
    pictures share one confusion matrix, as in the PASCAL VOC and Cityscapes benchmarks.

    >>> mean_iou([[1, 1, 0], [0, 2, 0], [0, 0, 0]]) == (1 / 2 + 2 / 3) / 2
    True
    """
    return _mean_of_some(class_ious(confusion))


# ---- Boundaries ----------------------------------------------------------------------------------


def boundary(mask, counted=None):
    """The pixels of a mask (..., height, width) with a neighbor, left, right, up or down, outside it: bool.

    ``counted``: pixels outside it are neither boundary nor outside.

    >>> boundary(np.array([[1, 1, 1, 0]], bool))
    array([[False, False,  True, False]])
    """
    mask = _mask(mask, "mask")
    counted = np.ones(mask.shape, bool) if counted is None else _mask(counted, "counted")
    outside = np.pad(~mask & counted, [(0, 0)] * (mask.ndim - 2) + [(1, 1), (1, 1)])
    middle = slice(1, -1)
    beside = outside[..., middle, :-2] | outside[..., middle, 2:]
    above_below = outside[..., :-2, middle] | outside[..., 2:, middle]
    return mask & counted & (beside | above_below)


def grown(mask, distance):
    """The pixels within ``distance``, in pixels and as the crow flies, of a pixel of the mask: bool.

    >>> grown(np.array([[1, 0, 0, 0]], bool), 2)
    array([[ True,  True,  True, False]])
    """
    mask, distance = _mask(mask, "mask"), _distance(distance, "distance")
    reach = int(distance)
    height, width = mask.shape[-2:]
    padded = np.pad(mask, [(0, 0)] * (mask.ndim - 2) + [(reach, reach)] * 2)
    result = np.zeros(mask.shape, bool)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            if down**2 + right**2 <= distance**2:
                top, left = reach + down, reach + right
                result |= padded[..., top : top + height, left : left + width]
    return result


def boundary_f_scores(truth, predicted, classes, tolerance=2, ignore=None):
    """For each class the F-score of its boundary: float64 (classes,); NaN where no boundary occurs.

    precision  the share of predicted boundary pixels within ``tolerance`` pixels of a true one
    recall     the share of true boundary pixels within ``tolerance`` pixels of a predicted one
    F          their harmonic mean, 2 precision recall / (precision + recall)

    After Csurka, Larlus and Perronnin, "What is a good evaluation measure for semantic segmentation?" (BMVC 2013),
    who score each class of each picture and average; here the boundary pixels of all pictures are counted together.
    The same measure is the contour accuracy of the DAVIS benchmark (Perazzi et al., CVPR 2016). They take 0.75 % and
    0.8 % of the picture's diagonal for the tolerance; 2 pixels are 1.5 % of that of 96 x 96.

    >>> boundary_f_scores([[0, 0, 0, 1, 1, 1]], [[0, 0, 0, 0, 1, 1]], classes=2, tolerance=1)
    array([1., 1.])
    >>> boundary_f_scores([[0, 0, 0, 1, 1, 1]], [[0, 0, 0, 0, 1, 1]], classes=2, tolerance=0)
    array([0., 0.])
    """
    truth, predicted, classes, counted = _labels(truth, predicted, classes, ignore)
    tolerance = _distance(tolerance, "tolerance")
    scores = np.full(classes, np.nan)
    for kind in range(classes):
        true, claimed = boundary(truth == kind, counted), boundary(predicted == kind, counted)
        if true.any() or claimed.any():
            right = (claimed & grown(true, tolerance)).sum() / max(claimed.sum(), 1)
            found = (true & grown(claimed, tolerance)).sum() / max(true.sum(), 1)
            scores[kind] = 2 * right * found / (right + found) if right + found else 0.0
    return scores


def boundary_f_score(truth, predicted, classes, tolerance=2, ignore=None):
    """The mean of ``boundary_f_scores``, without the classes that have no boundary."""
    return _mean_of_some(boundary_f_scores(truth, predicted, classes, tolerance, ignore))


# ---- Thin structures -----------------------------------------------------------------------------


def thin_pixels(labels, width=4):
    """The pixels that lie in no ``width`` x ``width`` square of a single class: bool, the shape of ``labels``.

    Beyond its edge a picture goes on as at the edge, so a wide region does not become thin there.

    >>> thin_pixels([[0, 0, 0, 1, 1, 0, 0, 0]] * 3, width=3)[0]
    array([False, False, False,  True,  True, False, False, False])
    """
    labels, width = _whole(labels, "labels"), whole_number(width, "width", 1, 1000)
    around = [(0, 0)] * (labels.ndim - 2) + [(width - 1, width - 1)] * 2
    padded = np.pad(labels, around, mode="edge")
    uniform = _sliding(padded, width, np.maximum) == _sliding(padded, width, np.minimum)
    return ~_sliding(uniform, width, np.logical_or)


def thin_iou(truth, predicted, classes, width=4, ignore=None):
    """The IoU of what is thin in the truth, a definition of this course: a float; NaN where nothing is thin.

    right             thin pixels, see ``thin_pixels``, predicted as what they are
    missed            thin pixels predicted as something else
    wrongly claimed   pixels that are predicted as some class and are not, within ``width`` pixels of a thin
                      pixel of that class: a pole that came out too thick

    right / (right + missed + wrongly claimed), all classes counted together. What is claimed far from anything thin
    does not count here; the plain IoU counts it.

    >>> thin_iou([[0, 0, 0, 1, 0, 0, 0]] * 5, [[0, 0, 0, 1, 1, 0, 0]] * 5, classes=2, width=2)
    0.5
    """
    truth, predicted, classes, counted = _labels(truth, predicted, classes, ignore)
    thin = thin_pixels(truth, width) & counted
    right = (thin & (predicted == truth)).sum()
    union = thin.sum()
    for kind in np.unique(truth[thin]):
        claimed = counted & (predicted == kind) & (truth != kind)
        union += (claimed & grown(thin & (truth == kind), width)).sum()
    return float(right / union) if union else float("nan")


def _sliding(array, width, of_two):
    """of_two over every width x width window: the last two axes get width - 1 shorter."""
    for _ in range(2):  # along the rows, then along the columns
        count = array.shape[-1] - width + 1
        result = array[..., :count]
        for first in range(1, width):
            result = of_two(result, array[..., first : first + count])
        array = result.swapaxes(-1, -2)
    return array


def _mean_of_some(scores):
    there = scores[~np.isnan(scores)]
    return float(there.mean()) if there.size else float("nan")


# ---- Checks --------------------------------------------------------------------------------------


def _labels(truth, predicted, classes, ignore):
    """Both as int64, the number of classes, and which pixels count. Ignored pixels become class 0."""
    classes = whole_number(classes, "classes", 1, MOST_CLASSES)
    truth, predicted = _whole(truth, "truth"), _whole(predicted, "predicted")
    if truth.shape != predicted.shape:
        raise ValueError(
            f"truth and predicted must have the same shape; got {truth.shape} and {predicted.shape}."
        )
    if ignore is None:
        counted = np.ones(truth.shape, bool)
    else:
        counted = truth != whole_number(ignore, "ignore", None)
    truth, predicted = np.where(counted, truth, 0), np.where(counted, predicted, 0)
    for name, labels in (("truth", truth), ("predicted", predicted)):
        outside = labels[(labels < 0) | (labels >= classes)]
        if outside.size:
            advice = f" To leave such pixels out, write ignore={outside[0]}." if name == "truth" else ""
            raise ValueError(
                f"{name} must hold labels from 0 to {classes - 1}, as classes={classes}; got {outside[0]}.{advice}"
            )
    return truth, predicted, classes, counted


def _whole(value, name):
    labels = finite_array(value, name)
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"{name} must hold whole numbers, one label for each pixel; got {labels.dtype} of shape {labels.shape}."
        )
    if (largest := labels.max()) > LARGEST_LABEL:
        raise ValueError(f"{name} must hold whole numbers up to {LARGEST_LABEL}; got {largest}.")
    return _upright(labels, name).astype(np.int64)


def _mask(value, name):
    mask = plain_array(value, name)
    if mask.dtype != bool:
        raise TypeError(
            f"{name} must be True or False at each pixel; got {mask.dtype}. Write {name} == label."
        )
    return _upright(mask, name)


def _upright(array, name):
    if array.ndim < 2:
        raise ValueError(f"{name} must have shape (..., height, width); got shape {array.shape}.")
    return array


def _distance(value, name):
    distance = real_number(value, name)
    if not 0 <= distance <= 100:
        raise ValueError(f"{name} must be from 0 to 100 pixels; got {value}.")
    return distance


def _confusion(value):
    confusion = _whole(value, "confusion")
    if confusion.ndim != 2 or len(set(confusion.shape)) != 1 or confusion.min() < 0:
        raise ValueError(
            f"confusion must be counts of shape (classes, classes); got shape {confusion.shape}, "
            f"smallest {confusion.min()}."
        )
    return confusion
