"""Where a learner stands among the steps of one picture after the other."""

from __future__ import annotations


class Standing:
    """Another picture stands at the step of the same name, else at the last step of that kind, else at its end.

    opens_at   name of the step at which the first picture opens. Names are such as "shuffle-1"; "shuffle" is a kind
    stage      given once there is one
    """

    def __init__(self, opens_at: str):
        self.opens_at, self.stage, self.steps = (
            opens_at,
            None,
            None,
        )  # no steps until the first picture is drawn

    def stand(self, scene, _) -> int:
        """The step at which ``scene`` is to stand; for ``Explorer(stand=...)``."""
        name = self.opens_at if self.steps is None else self.steps[min(self.stage.step, len(self.steps) - 1)]
        self.steps = list(scene.steps)
        if name in self.steps:
            return self.steps.index(name)
        kind = name.partition("-")[0]
        return max(
            (i for i, step in enumerate(self.steps) if step.startswith(kind)), default=len(self.steps) - 1
        )
