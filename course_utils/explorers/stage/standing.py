"""Where a learner stands among the steps of one picture after the other."""

from __future__ import annotations


class Standing:
    """A picture stands at the step that the learner last went to, wherever other pictures stood in between.

    Without that step it stands at its last one of the same kind ("shuffle" of "shuffle-3"), else at its end. stage.js
    does the same with pictures that were sent ahead.

    opens_at   name of the step at which the first picture opens; "" for its first step
    stage      given by the explorer
    """

    follows = ""  # a control whose numbers, pulled, move the step as well

    def __init__(self, opens_at: str = ""):
        self.wanted, self.stage = opens_at, None
        self.at, self.steps = 0, ()  # of the last picture with steps

    def __call__(self, scene, values) -> int:
        """The step at which ``scene`` is to stand; called after ``look_back``."""
        self.steps = list(scene.steps)
        self.wanted = self.wanted or self.steps[0]
        self.at = step_in(self.steps, self.wanted)
        return self.at

    def look_back(self):
        """Read from the stage whether the learner has gone to another step of the last picture."""
        if self.steps and self.stage.step != self.at:
            self.at = self.stage.step
            self.wanted = self.steps[min(self.at, len(self.steps) - 1)]

    def room(self, scene, values) -> str | None:
        """Between pictures of one room the browser finds the step by its name; None where only Python finds it."""
        return ""

    def told(self, scene, values) -> dict:
        """What the browser needs for finding the step of a picture that was sent ahead."""
        by_name = scene.step is None  # the scene does not say it itself
        return {"room": self.room(scene, values) if by_name else None, "follows": self.follows}

    def place(self) -> dict:
        """Where the learner stands, for the browser to go on from."""
        return {"wanted": self.wanted, "at": self.at}


def step_in(steps, name) -> int:
    """
    >>> step_in(["window-0", "window-1", "shuffle-0"], "window-5"), step_in(["a-0", "b-0"], "c-0")
    (1, 1)
    """
    if name in steps:
        return steps.index(name)
    alike = [i for i, step in enumerate(steps) if step.partition("-")[0] == name.partition("-")[0]]
    return alike[-1] if alike else len(steps) - 1
