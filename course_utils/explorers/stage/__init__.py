"""The stage and what stands around it: the one widget of our own, controls, pictures sent ahead or kept."""

from course_utils.explorers.stage.controls import Numbers, choice, slider, switch, toggle
from course_utils.explorers.stage.explorer import Explorer
from course_utils.explorers.stage.stage import Stage

__all__ = ["Explorer", "Numbers", "Stage", "choice", "slider", "switch", "toggle"]
