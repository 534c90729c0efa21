"""What is wrong with these numbers? General patterns, tried when no known mistake of the exercise fits.

Every pattern looks at all cases at once, ``pairs`` of (expected, got) arrays of equal shape, and speaks only
when it explains every one of them: a pattern that holds in one case by chance must not mislead.
"""

import itertools

import numpy as np

from course_utils.exercises.engine.compare import Finding, close

PRECISION = 1e-3  # relative: closer than this, the idea is right and the arithmetic is not
DIGITS = {3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}


def explain(pairs, tolerance):
    """The first pattern that explains all pairs, as a Finding; a count of what is right when none does."""
    pairs = [(np.asarray(expected, float), np.asarray(got, float)) for expected, got in pairs]
    for pattern in (precision, whole_numbers, rearranged, offset, scale, shifted, borders):
        finding = pattern(pairs, tolerance)
        if finding:
            return finding
    return how_much_is_right(pairs, tolerance)


def about_shapes(pairs, tolerance, loops):
    """What is wrong with the shapes, where it is the same in all (expected, got); None when in doubt.

    ``loops``: whether the code has a loop or a range, of which the end may be wrong.
    """
    if not pairs:
        return None
    if all(expected.ndim == got.ndim > 1 and close(expected.T, got, tolerance) for expected, got in pairs):
        return Finding("transposed", "Your answer is transposed.")
    if all(close(expected.ravel(), got.ravel(), tolerance) for expected, got in pairs):
        return Finding("shape", "The values are right: only the shape is not.")
    if any(expected.ndim != got.ndim for expected, got in pairs):
        return None
    if all(sorted(expected.shape) == sorted(got.shape) for expected, got in pairs):
        flat = all(expected.ndim == 2 for expected, _ in pairs)
        order = " Rows (height) come first, columns (width) second." if flat else ""
        return Finding("axes swapped", f"The same sizes in another order: are axes swapped?{order}")
    more = {int(n) for expected, got in pairs for n in np.subtract(got.shape, expected.shape)}
    if loops and more in ({0, 1}, {1}, {0, -1}, {-1}):
        return Finding(
            "shape", "One too many or one too few: which sizes does your loop or `arange` run over?"
        )
    return None


def truth_values(expected, got):
    """What is wrong with answers that should be True or False."""
    expected, got = [np.asarray(values, float) for values in (expected, got)]
    right = int(np.sum(expected == got))
    if len(set(expected)) > 1 and set(got) in ({0.0}, {1.0}):
        return Finding("always the same", f"Your function says {bool(got[0])} in every case.")
    if right == 0 and set(got) == {0.0, 1.0}:
        return Finding("different", "Your function says True where it should say False, and False for True.")
    return Finding(
        "partly right", f"{right} of {len(got)} answers are right. What do the wrong ones have in common?"
    )


def precision(pairs, tolerance):
    """Right idea, too few digits."""
    if all(close(expected, got, PRECISION) for expected, got in pairs):
        largest = max(np.max(np.abs(got - expected), initial=0) for expected, got in pairs)
        relative = max(np.max(abs(got - want) / (1 + abs(want)), initial=0) for want, got in pairs)
        digits = next((word for n, word in DIGITS.items() if relative > 10.0 ** -(n + 1)), "many")
        return Finding(
            "precision",
            f"Right to about {digits} digits (largest difference {largest:.2g}), but not closer: "
            "is something rounded on the way, or computed in float16 or float32?",
        )
    return None


def whole_numbers(pairs, tolerance):
    """The expected values without their fractions."""
    ways = {
        "truncated": (np.trunc, "cut off after the point, as int() and // do"),
        "rounded down": (np.floor, "rounded down, as floor and // do"),
        "rounded up": (np.ceil, "rounded up"),
        "rounded": (np.round, "rounded to whole numbers"),
        "rounded half up": (lambda v: np.floor(v + 0.5), "rounded to whole numbers"),
    }
    fitting = [name for name, (way, _) in ways.items() if _explains(way, pairs, tolerance)]
    if not fitting:
        return None
    first = fitting[0]
    cut, rounded = (
        first in ("truncated", "rounded down"),
        "rounded" in fitting or "rounded half up" in fitting,
    )
    words = (
        "without their fractions (rounded, or cut off by int() or //)" if cut and rounded else ways[first][1]
    )
    name = "whole numbers" if cut and rounded else first
    return Finding(name, f"Your values are the expected ones, {words}. The fractions are needed.")


def rearranged(pairs, tolerance):
    """The right values in another order: transposed, mirrored, axes swapped."""
    most = max(expected.ndim for expected, _ in pairs)
    if most >= 2 and _explains(np.transpose, pairs, tolerance):
        return Finding(
            "transposed", "Your answer is the expected one transposed: rows and columns have changed places."
        )
    for axis in range(most):
        if _explains(lambda v, axis=axis: np.flip(v, axis) if v.ndim > axis else v, pairs, tolerance):
            along = "" if most == 1 else f" along axis {axis}"
            return Finding(
                "reversed", f"Your answer is the expected one in reverse order{along}: first and last swap."
            )
    if most >= 2 and _explains(np.flip, pairs, tolerance):
        return Finding("reversed", "Your answer is the expected one turned upside down and left to right.")
    for first, second in itertools.combinations(range(most), 2):

        def swap(v, first=first, second=second):
            return np.swapaxes(v, first, second) if v.ndim > second else v

        if _explains(swap, pairs, tolerance):
            return Finding(
                "axes swapped", f"Your answer is the expected one with axes {first} and {second} swapped."
            )
    return None


def offset(pairs, tolerance):
    """Every value too large or too small by the same amount."""
    differences = np.concatenate([(got - expected).ravel() for expected, got in pairs])
    if differences.size < 3 or not close(np.full_like(differences, differences[0]), differences, tolerance):
        return None
    amount = differences[0]
    word = "large" if amount > 0 else "small"
    return Finding("off by a constant", f"Every value is {abs(amount):.6g} too {word}.")


def scale(pairs, tolerance):
    """Every value multiplied by the same factor."""
    expected = np.concatenate([expected.ravel() for expected, _ in pairs])
    got = np.concatenate([got.ravel() for _, got in pairs])
    if np.count_nonzero(expected) < 3:
        return None
    largest = np.argmax(np.abs(expected))
    factor = got[largest] / expected[largest]
    if abs(factor) < tolerance:
        return Finding("zeros", "Every value is 0. Is the result ever written?") if not got.any() else None
    if not close(expected * factor, got, tolerance):
        return None
    if np.isclose(factor, -1):
        return Finding("sign", "Every value has the wrong sign.")
    return Finding("scaled", f"Every value is {factor:.6g} times the expected one.")


def shifted(pairs, tolerance):
    """The right values, one position too early or too late."""
    for axis in range(max(expected.ndim for expected, _ in pairs)):
        for word, early, late in (
            ("late", slice(None, -1), slice(1, None)),
            ("early", slice(1, None), slice(None, -1)),
        ):

            def moved(expected, got, axis=axis, early=early, late=late):
                if expected.ndim <= axis or expected.shape[axis] < 4:
                    return close(expected, got, tolerance)
                front = (slice(None),) * axis
                return close(expected[(*front, early)], got[(*front, late)], tolerance)

            wrong = [pair for pair in pairs if not close(*pair, tolerance)]
            if any(pair[0].ndim > axis and pair[0].shape[axis] >= 4 for pair in wrong) and all(
                moved(*pair) for pair in pairs
            ):
                along = "" if pairs[0][0].ndim == 1 else f" along axis {axis}"
                return Finding("shifted", f"The values are right but come one position too {word}{along}.")
    return None


def borders(pairs, tolerance):
    """Right inside, wrong at some borders: says which."""
    wrong = [~np.isclose(got, expected, rtol=tolerance, atol=tolerance) for expected, got in pairs]
    wrong = [places for places in wrong if places.any()]
    if any(places.ndim == 0 for places in wrong):
        return None  # one number has no border
    large = [places for places in wrong if min(places.shape) >= 3]  # a smaller one has no inside
    covers = [_smallest_cover(places) for places in large]
    if not covers or None in covers:
        return None
    blamed = set().union(*covers)
    inside = sum(int(_without(blamed, np.ones_like(places)).sum()) for places in large)
    if any(_without(blamed, places).any() for places in wrong) or inside <= sum(map(np.sum, large)):
        return None  # more is wrong than inside is right
    names = _join([_side_name(side, max(expected.ndim for expected, _ in pairs)) for side in sorted(blamed)])
    return Finding("border", f"All values are right except in the {names}. What should happen at the border?")


def how_much_is_right(pairs, tolerance):
    """The last word when no pattern fits: how many values agree, in the cases taken together."""
    right = sum(
        int(np.isclose(got, expected, rtol=tolerance, atol=tolerance).sum()) for expected, got in pairs
    )
    total = sum(expected.size for expected, _ in pairs)
    if right == 0:
        return Finding("different", "None of the values agrees yet. Work this case out on paper and compare.")
    return Finding(
        "partly right", f"{right} of {total} values are right. What do the wrong ones have in common?"
    )


def _explains(transform, pairs, tolerance):
    """True when got = transform(expected) in every pair, and in one of them that says something."""
    tells = False
    for expected, got in pairs:
        changed = transform(expected)
        if not close(changed, got, tolerance):
            return False
        tells = tells or not close(changed, expected, tolerance)
    return tells


def _smallest_cover(wrong):
    """The fewest border slices (axis, 0 or -1) that hold every wrong value; None when the inside is wrong."""
    sides = [(axis, end) for axis in range(wrong.ndim) for end in (0, -1)]
    for count in range(1, len(sides) + 1):
        for chosen in itertools.combinations(sides, count):
            if not _without(chosen, wrong).any():
                return set(chosen)
    return None


def _without(sides, wrong):
    """``wrong`` with False on these sides."""
    rest = wrong.copy()
    for axis, end in sides:
        if axis < rest.ndim:
            rest[(slice(None),) * axis + (end,)] = False
    return rest


def _side_name(side, ndim):
    axis, end = side
    place = "first" if end == 0 else "last"
    if ndim == 1:
        return f"{place} value"
    return f"{place} {('row', 'column')[axis]}" if ndim == 2 else f"{place} slice along axis {axis}"


def _join(names):
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and the " + names[-1]
