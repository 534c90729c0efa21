"""What tests, benchmark, hub and publishing share; no lesson needs it.

lab      a real JupyterLab in a real browser
lite     the browser edition in a real browser
texts    what two runs of a lesson said, compared
run      a notebook in a kernel of its own, as it is and solved
watch    inside that kernel: every control moved, every error noticed
roads    how long a lesson takes, from what is in it
tables   the tables of lessons in README and lesson 00
"""

import os
import random

THOROUGH = bool(os.environ.get("COURSE_THOROUGH"))
"""As in CI's second run: the tests marked "thorough" go through all of what they otherwise take a part of."""


def some(cases, every):
    """All cases of a thorough run; otherwise one in ``every``, drawn once and for all, in their order."""
    cases = list(cases)
    drawn = random.Random(0).sample(range(len(cases)), len(cases) if THOROUGH else -(-len(cases) // every))
    return [cases[number] for number in sorted(drawn)]
