"""``verify``: what the audit predicts, asked of the gradient, with a verdict for each offset."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from course_utils.networks.audit import audit, verify
from course_utils.networks.audited import FPN, UNet
from course_utils.places import Places
from tests.networks.audit.zoo import CLEAN, PLANTED, Ladder, bilinear, halving, image

FETCHED = {name for name, (model, *_) in PLANTED.items() if getattr(model, "learned", False)}


@pytest.mark.parametrize("name", PLANTED)
def test_no_planted_offset_is_withdrawn(name):
    model, x, kind, _ = PLANTED[name]
    verdicts = {check.verdict for check in verify(model, x).checks}
    assert verdicts <= ({"moved"} if name in FETCHED else {"confirmed", "at the border", "unseen"})
    assert bool(verdicts) == (
        any("offset" in finding.kind for finding in audit(model, x).findings) or "offset" in kind
    )


def test_where_nothing_is_found_nothing_is_asked():
    model, x = CLEAN["tokens"]
    assert verify(model, x).checks == () and str(verify(model, x)) == "There is no offset to verify."


def test_an_offset_that_grows_is_asked_for_at_both_quarters():
    """On paper: 16 samples on pixels 0 to 56 are 56/15 apart, those of the lateral 4: 4/15 more at every sample."""
    checks = verify(FPN(), torch.zeros(1, 3, 64, 64)).checks
    lateral = [check for check in checks if check.sides[0].map == "laterals.2"]
    assert [check.sides[0].index for check in lateral] == [3.5, 10.5]
    for check in lateral:
        predicted, found = check.apart
        assert predicted == pytest.approx(4 / 15 * check.sides[0].index)
        assert found == pytest.approx(predicted, abs=0.01) and check.verdict == "confirmed"


@pytest.mark.parametrize(
    ("kernel_size", "size", "said"),
    [
        (4, 90, "y 10.5 is the mean of the samples 10 and 11 along y:"),  # doubled by edges: two phases
        (3, 96, "y 47.5 is the mean of the samples 44 to 51 along y:"),  # doubled three times: eight
    ],
)
def test_a_sample_between_two_is_explained(kernel_size, size, said):
    assert said in verify(UNet(kernel_size=kernel_size), torch.zeros(1, 3, size, size)).text


def test_where_single_samples_are_asked_nothing_is_said_of_means():
    """A crop: samples of the picture's own size repeat after one."""
    verified = verify(lambda x: x[..., 2:-2, :] + x[..., 4:, :], image(32, 32))
    assert [(check.sides[0].count, check.apart[0]) for check in verified.checks] == [(1, -2.0)]
    assert "mean of the samples" not in verified.text


def test_a_constant_offset_is_asked_for_in_the_middle():
    (deep, *_), *_ = [[c for c in verify(UNet(), torch.zeros(1, 3, 96, 96)).checks if len(c.sides) == 2]]
    assert deep.apart == pytest.approx(
        (3.5, 3.5), abs=0.01
    )  # 1/2 + 1 + 2: half a cell of each of three strides


def test_an_answer_beside_the_picture_is_asked_for_too():
    model, x, *_ = PLANTED["answer beside the picture"]
    (check,) = verify(model, x).checks
    assert (check.where, check.axis, check.verdict) == ("the answer", "y", "confirmed")
    assert check.apart == pytest.approx((-0.5, -0.5), abs=1e-3)


def test_what_the_gradient_does_not_bear_out_is_withdrawn():
    """The report is falsified: one of the two ways begins a quarter of a pixel further right."""
    model, x = Ladder(halving(3, 1), bilinear, levels=1), image(32, 32)
    report = audit(model, x)
    (merge,) = report.merges
    gap = merge.gaps[0]
    one, other = gap.sources
    moved = other._replace(places=tuple(Places(p.start + 0.25, p.jump) for p in other.places))
    falsified = merge._replace(gaps=(gap._replace(sources=(one, moved)),))
    verified = verify(model, x, report=replace(report, merges=(falsified,)))
    assert [check.verdict for check in verified.checks] == ["withdrawn"]
    assert "the audit is wrong there" in verified.text


def test_the_largest_offsets_come_first_and_the_rest_is_counted():
    x = torch.zeros(1, 3, 96, 96)
    every, one = verify(UNet(), x), verify(UNet(), x, most=1)
    assert every.not_asked == 0 and one.checks == every.checks[:1]
    assert one.not_asked == len(every.checks) - 1 and "were not asked for" in one.text
    sizes = [abs(check.apart[0]) for check in every.checks]
    assert sizes == sorted(sizes, reverse=True)
    with pytest.raises(ValueError, match="most"):
        verify(UNet(), x, most=0)


def test_the_network_and_its_input_are_left_as_they_were():
    model, x = UNet().train(), torch.rand(1, 3, 64, 64)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    verify(model, x)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert model.training and not x.requires_grad and x.grad is None
    assert not any(module._forward_hooks for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_map_that_nothing_reaches_is_unseen():
    """The first two channels of four: of what was laid behind them nothing is left."""
    model, x, *_ = PLANTED["3x3 halvings, stacked"]
    verified = verify(model, x)
    assert [check.verdict for check in verified.checks] == ["unseen", "confirmed"]
    assert "unseen: nothing of the picture reaches that map" in verified.text


def test_a_stride_after_copies_picks_some_of_them():
    """Of two copies of sample o, which sit at o - 1/4 and o + 1/4, the middle of the kernel takes the first."""

    def exchanged(x):
        coarse = F.avg_pool2d(x, 2)
        copies = F.interpolate(coarse, scale_factor=2)
        return coarse + F.conv2d(copies, torch.ones(1, 1, 1, 1), stride=2)

    (check,) = verify(exchanged, image(32, 32)).checks
    assert check.verdict == "picked" and check.apart == pytest.approx((0.5, 0.0))


def test_every_verdict_that_is_given_is_explained():
    model, x, *_ = PLANTED["mixed grid, learned flow"]
    text = verify(model, x).text
    assert "moved: a learned flow or attention lies on the way" in text and "at the border:" not in text
