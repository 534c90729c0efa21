"""Exercises that answer back: check, hint, solution, predictions, and progress that is never lost."""
