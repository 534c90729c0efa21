"""The small networks of lesson 15: the audit, the ledger and the gradient say the same of their merges."""

import numpy as np
import pytest
import torch

from course_utils.exercises.museum.write import apart, seen_at
from course_utils.networks.audit import audit
from course_utils.networks.audited import FPN, UNet, gradient_of, with_equal_weights
from course_utils.places import IMAGE

NETWORKS = {
    "U-Net": UNet(),
    "U-Net, even kernels": UNet(kernel_size=4),
    "U-Net, by corners": UNet(align_corners=True),
    "FPN, by corners": FPN(),
    "FPN, by edges": FPN(align_corners=False),
    "FPN, even kernels": FPN(kernel_size=4, align_corners=False),
}
GRADES = {
    "U-Net": {"note"},
    "U-Net, by corners": {"look"},
    "FPN, by corners": {"look"},
    "FPN, by edges": {"note"},
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_audit_grades_what_the_lesson_says(name):
    report = audit(NETWORKS[name], torch.zeros(1, 3, 64, 64))
    assert {finding.grade for finding in report.findings} == GRADES.get(name, set())
    assert report.complete and len(report.merges) == 3
    if name not in GRADES:
        assert report.verdict == "Every merge was compared, and all maps fit."


def deepest(kernel_size, align_corners, size):
    """Where the ledger puts the two maps of the deepest merge."""
    padding = (kernel_size - 1) // 2
    skip = IMAGE.convolved(kernel_size, 2, padding).convolved(kernel_size, 2, padding)
    up = "align_corners" if align_corners else "half_pixel"
    return skip, skip.convolved(kernel_size, 2, padding).interpolated(size // 8, size // 4, up)


@pytest.mark.parametrize("make", [UNet, FPN])
@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("kernel_size", [3, 4])
def test_gradient_ledger_and_audit_agree(make, kernel_size, align_corners):
    size = 96
    model = with_equal_weights(make(kernel_size, align_corners))
    image = torch.ones(1, 3, size, size, requires_grad=True)
    fine, large, _ = model.merges(image)[0]
    skip, up = deepest(kernel_size, align_corners, size)
    for o in (9, 12, 14):  # far from the padding
        for places, feature in ((skip, fine), (up, large)):
            y, x = seen_at(gradient_of(feature[0, 0, o, o], image))
            assert y == pytest.approx(places.moved(1, o).start, abs=1e-4) == x
    first, last = apart(tuple(skip), tuple(up), size // 4)
    report = audit(make(kernel_size, align_corners), torch.zeros(1, 3, size, size))
    gaps = report.merges[0].gaps
    if not gaps:
        assert first == pytest.approx(0) == last
    for gap in gaps:
        assert (gap.first, gap.last) == pytest.approx((first, last), abs=1e-5)


def test_equal_weights_and_gradients():
    model = with_equal_weights(UNet())
    assert (
        {float(p.detach().min()) for p in model.parameters()}
        == {0.0, 1.0}
        == {float(p.detach().max()) for p in model.parameters()}
    )
    image = torch.ones(1, 3, 16, 16, requires_grad=True)
    gradient = gradient_of(model(image)[0, 0, 8, 8], image)
    assert gradient.shape == (3, 16, 16) and np.isfinite(gradient).all() and gradient.max() > 0
