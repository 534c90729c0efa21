"""Scores of a segmentation: intersection over union, boundaries, thin structures."""
