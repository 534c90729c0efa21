"""From one library's answer to another's, one decision at a time.

    >>> from course_utils.recipes import recipe
    >>> pillow, torch = recipe("pillow", "bilinear"), recipe("torch", "bilinear")
    >>> acting(torch, pillow)
    ['antialias', 'border']
    >>> ramp = np.arange(8.0)
    >>> for step in walk(torch, pillow, ramp, (3,)):
    ...     print(f"{step.field:10} {step.alone:.3f} {step.left:.3f}")
    antialias  0.129 0.129
    border     0.272 0.000

The two differ by 0.272. Switched alone, the antialias leaves 0.129 of that, and the border changes nothing: torch's
two taps do not reach beyond it. Switched after the antialias, it explains the rest.
"""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from course_utils.recipes import Recipe, differences, resize_by
from course_utils.validation import one_of, resizable, shown

NO_SAY = ("size_rule", "follows", "aspect", "axes")
"""Fields that decide on a size or read a factor: where the sizes are given, they change nothing."""


@dataclass(frozen=True)
class Step:
    """One decision switched, on the way from a to b.

    field     its name
    old, new  what a says, and what b says
    recipe    a with this and all earlier decisions switched
    left      the largest difference from b's result that this recipe leaves; NaN where it has none
    alone     the same where this decision alone is switched

    A mixture may have no result: a narrow kernel has none where it meets no sample.
    """

    field: str
    old: object
    new: object
    recipe: Recipe
    left: float
    alone: float


def switched(a, b, names):
    """Recipe a with the fields of these names from b.

    >>> from course_utils.recipes import recipe
    >>> switched(recipe("torch", "bicubic"), recipe("pillow", "bicubic"), ["kernel"]).kernel
    cubic(a=-0.5)
    """
    _two_recipes(a, b)
    names = [one_of(name, "a name", _FIELDS) for name in names]
    return dataclasses.replace(a, **{name: getattr(b, name) for name in names})


def acting(a, b, dtype=float):
    """Names of the fields in which two recipes differ and that can change a result of given sizes.

    ``dtype`` of the array: rounding acts on uint8 only. ``pick`` acts where a kernel picks samples. ``arithmetic``
    acts there, where pixels are counted, where a kernel jumps as the box does, and on uint8: only there a rounding
    error can become a whole step.

    >>> from course_utils.recipes import recipe
    >>> acting(recipe("opencv", "linear"), recipe("torch", "bilinear"))
    []
    >>> acting(recipe("opencv", "linear"), recipe("torch", "bilinear"), np.uint8)
    ['arithmetic', 'rounding']
    >>> acting(recipe("torch", "linear"), recipe("pillow", "box"))
    ['kernel', 'antialias', 'border', 'arithmetic']
    """
    names = [name for name in differences(a, b) if name not in NO_SAY]
    readings = {a.kernel.reading, b.kernel.reading}
    if np.dtype(dtype) != np.uint8:
        names = [name for name in names if name != "rounding"]
    if "pick" not in readings:
        names = [name for name in names if name != "pick"]
    keeps_samples = all(each.kernel.keeps_samples for each in (a, b))
    weighs_floats = readings == {"weigh"} and keeps_samples and np.dtype(dtype) != np.uint8
    if "arithmetic" in names and weighs_floats and not any(_jumps(each.kernel) for each in (a, b)):
        names.remove("arithmetic")
    if keeps_samples:
        names = [name for name in names if name != "skip_same_size"]
    if all(each.border != "constant" and each.extrapolate for each in (a, b)):
        names = [name for name in names if name != "fill"]
    return names


def _jumps(kernel):
    """Has the kernel a jump? Halved again and again, a piece keeps the jump in it and loses every slope."""
    reach, width = math.ceil(64 * kernel.support + 1) / 64, 1 / 64
    starts = np.arange(-reach, reach, width)
    left, right = kernel(starts), kernel(starts + width)
    for _ in range(36):
        width /= 2
        middle = kernel(starts + width)
        is_first = np.abs(middle - left) > np.abs(right - middle)
        starts = np.where(is_first, starts, starts + width)
        left, right = np.where(is_first, left, middle), np.where(is_first, middle, right)
    return bool(np.abs(right - left).max() > 1e-6)


def largest_difference(a, b, array, out_sizes, axes=None):
    """The largest absolute difference between what two recipes make of an array.

    >>> from course_utils.recipes import recipe
    >>> largest_difference(recipe("torch", "area"), recipe("opencv", "area"), np.arange(0, 16, 4, np.uint8), (3,))
    1.0
    """
    _two_recipes(a, b)
    return _apart(resize_by(a, array, out_sizes, axes=axes), resize_by(b, array, out_sizes, axes=axes))


def walk(a, b, array, out_sizes, axes=None, names=None):
    """From a to b, switching one field after the other: a tuple of Steps, the last of which leaves nothing.

    names   the fields in the order in which they are switched; without them, all that act on this array.
            Raises ValueError where they do not lead to b's result

    Arrays and sizes are as in ``recipes.resize_by``.
    """
    _two_recipes(a, b)
    array = resizable(array, "array")
    names = acting(a, b, array.dtype) if names is None else list(names)
    goal = resize_by(b, array, out_sizes, axes=axes)

    def left(made):
        try:
            return _apart(resize_by(made, array, out_sizes, axes=axes), goal)
        except ValueError:  # b's result is there, so that array and sizes are none to refuse
            return float("nan")

    steps = []
    for count, name in enumerate(names, 1):
        made = switched(a, b, names[:count])
        steps.append(
            Step(name, getattr(a, name), getattr(b, name), made, left(made), left(switched(a, b, [name])))
        )
    rest = steps[-1].left if steps else left(a)
    eps = np.finfo(goal.dtype if goal.dtype.kind == "f" else float).eps
    if not rest <= max(1e-9, 4 * eps) * max(1.0, float(np.abs(goal).max())):
        raise ValueError(
            f"Switching {shown(names)} leaves a difference of {rest:g} between {a} and {b}. These fields act: "
            f"{acting(a, b, array.dtype)}."
        )
    return tuple(steps)


def _apart(one, other):
    return float(np.abs(one.astype(float) - other.astype(float)).max())


_FIELDS = tuple(field.name for field in dataclasses.fields(Recipe))


def _two_recipes(a, b):
    differences(a, b)  # refuses what is no recipe, by name
