"""Explorers: controls and a plain function from their values to a scene."""
