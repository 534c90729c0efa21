"""The audit: hand it any torch network, and it says where every map's pixels sit and which maps do not fit.

    from course_utils.networks.audit import audit, verify

    audit(model, torch.rand(1, 3, 224, 224))
    verify(model, torch.rand(1, 3, 224, 224))      # asks the gradient whether it is true

or, for people who never open a lesson, ``python -m course_utils audit module:callable --input 1,3,224,224``.

It follows one forward pass, see ``watch``, with the one rule of ``course_utils.places``: an operator whose output o
looks at its input around a * o + b turns (start, jump) into (start + jump * b, jump * a). ``windows``,
``enlarging``, ``grids``, ``shapes``, ``slices``, ``moves``, ``joining`` and ``products`` say what each function of
torch does to places; ``merges`` compares maps that are added or laid side by side; ``rows`` follows several maps in
one row of tokens; ``causes`` and ``findings`` put it into words; ``witness`` asks the gradient whether it is true,
and ``verify`` does so for all that was found.

What it cannot know. Where attention or a learned flow really fetches from: the queries' own places and the regular
grid are what is written down. Copies, made by nearest or a transposed convolution, count with their mean place. A
stride right after them picks some, and which, depends on the weights: HRNet and RT-DETR do that, and there the
gradient sits beside the mean. Products of two maps at many shifts, laid side by side, are a search and no offset. An
audit holds for the sizes that it has seen.
"""

from course_utils.networks.audit import (  # noqa: F401, they register their rules
    enlarging,
    grids,
    joining,
    moves,
    products,
    shapes,
    slices,
    windows,
)
from course_utils.networks.audit.findings import Finding
from course_utils.networks.audit.report import Report
from course_utils.networks.audit.run import audit
from course_utils.networks.audit.verify import verify

__all__ = ["Finding", "Report", "audit", "verify"]
