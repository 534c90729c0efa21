"""Every planted finding is found with its grade; every clean twin stays silent, and all of it is known."""

import pytest

from course_utils.networks.audit import audit
from tests.networks.audit.zoo import CLEAN, PLANTED


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_network_stays_silent(name):
    report = audit(*CLEAN[name])
    assert report.findings == () and report.surprises == (), report
    assert report.complete and report.verdict == "Every merge was compared, and all maps fit.", report


@pytest.mark.parametrize("name", PLANTED)
def test_what_was_planted_is_found(name):
    model, image, kind, grade = PLANTED[name]
    report = audit(model, image)
    assert (kind, grade) in {(finding.kind, finding.grade) for finding in report.findings}, report
    assert report.surprises == ()
    for finding in report.findings:
        assert finding.what and finding.why and finding.repair, finding
