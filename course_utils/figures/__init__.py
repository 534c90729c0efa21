"""Scenes: arrays in, one picture out. No function here keeps state or knows of widgets."""
