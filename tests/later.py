"""Cases for CI's second run only: the usual run takes others of their kind."""

import pytest


def later(*values, **more):
    """``pytest.param`` of a case that the usual run leaves out."""
    return pytest.param(*values, marks=pytest.mark.thorough(only=True), **more)


def keep(cases, kept):
    """The cases, those whose number is not in ``kept`` for the second run only."""
    cases = [case if isinstance(case, tuple) else (case,) for case in cases]
    assert max(kept) < len(cases), f"there are {len(cases)} cases, none has the number {max(kept)}"
    return [pytest.param(*case) if number in kept else later(*case) for number, case in enumerate(cases)]
