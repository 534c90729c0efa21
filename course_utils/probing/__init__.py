"""Probing: what any function from array to array does to its pixels, found out by calling it."""

from course_utils.probing.linearity import Linearity, numbers_apart
from course_utils.probing.operators import Probe, Taps, check_linearity, jacobian, operator_matrix, probe

__all__ = [
    "Linearity", "Probe", "Taps", "check_linearity", "jacobian", "numbers_apart", "operator_matrix", "probe",
]  # fmt: skip
