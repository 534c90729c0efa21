"""Labelled street-like scenes, deterministic by seed, with exact masks at any resolution."""
