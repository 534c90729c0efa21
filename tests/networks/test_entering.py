"""Bring your own: three upsamplers as a new user writes them take part; what cannot is refused in words."""

from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_utils import shootout as numerics
from course_utils.networks import entering, shootout
from course_utils.networks.entering import audit, enter, maker
from course_utils.networks.segmentation import Budget
from course_utils.networks.shootout import Labels, Pictures, run
from course_utils.networks.superresolution import Pair, bicubic, score

LABELS = Labels(Budget(train=8, test=15, size=32, steps=2, batch=4, rate=1e-2))
PICTURES = Pictures(steps=2, patch=8, batch=2)


RECORD = {
    "rows": [
        {
            "upsampler": name, "parameters": 0, "mean IoU": 80.0 + gain, "gain": gain, "±": 0.1,
            "ahead": "3 of 3", "seeds": 3,
        }
        for name, gain in (("flow", 5.0), ("bicubic", 2.5), ("bilinear", 0.0), ("nearest", -8.0))
    ]
}  # fmt: skip


@pytest.fixture(autouse=True)
def record(monkeypatch):
    """A record of four, so that a longer one changes nothing here."""
    monkeypatch.setattr(entering, "recorded", lambda task: RECORD)


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch):
    """A part of each picture is scored: whole ones take most of the time."""
    part, twice = (..., slice(100, 136), slice(100, 136)), (..., slice(200, 272), slice(200, 272))
    small = [Pair(pair.name, pair.low[part], pair.high[twice]) for pair in shootout._unseen()]
    monkeypatch.setattr(shootout, "_unseen", lambda: small)
    monkeypatch.setattr(shootout, "_bicubic_scores", lambda: score(partial(bicubic, factor=2), small))
    monkeypatch.setattr(Pictures, "EDGE", ("camera", slice(8, 56), slice(8, 56)))


# ---- As a new user writes them -------------------------------------------------------------------


def just_bicubic(coarse, fine):
    return F.interpolate(coarse, size=fine.shape[-2:], mode="bicubic")


class TwoLayers(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.a = nn.Conv2d(channels, 24, 3, padding=1)
        self.b = nn.ConvTranspose2d(24, channels, 4, 2, 1)

    def forward(self, coarse, fine):
        return self.b(F.relu(self.a(coarse)))


class LikeTheGuide(nn.Module):
    """Joint bilateral: coarse neighbors count as far as the guide looks alike there."""

    def __init__(self, channels, sharpness=2.0):
        super().__init__()
        self.sharpness = nn.Parameter(torch.tensor(sharpness))

    def forward(self, coarse, fine):
        n, _, h, w = coarse.shape
        guide = F.avg_pool2d(fine, 2)

        def neighbors(x):
            patches = F.unfold(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3).reshape(n, -1, 9, h, w)
            return patches.repeat_interleave(2, -1).repeat_interleave(2, -2)

        unlike = (neighbors(guide) - fine[:, :, None]).square().mean(1)
        weights = (-self.sharpness * unlike).softmax(1)
        return (neighbors(coarse) * weights[:, None]).sum(2)


@pytest.mark.parametrize(
    "theirs, looks",
    [(just_bicubic, False), (TwoLayers, False), (LikeTheGuide, True)],
    ids=["function", "class", "class that looks"],
)
def test_a_new_user_joins_both_tables(theirs, looks):
    entry = enter(theirs, tasks=(LABELS, PICTURES), seeds=(0, 1))
    assert entry.refused == "" and entry.name == theirs.__name__
    assert ("It looks at the fine map." in entry.notes) == looks
    for task in numerics.TASKS:
        own = entry.rows[task]
        assert own["upsampler"] == entry.name and own["seeds"] == 2
        joined = entry.joined(task)
        assert own in joined and len(joined) == 5
        assert entry.places[task].count == len(joined)
        assert entry.edges[task].dtype == np.uint8
        assert f"{entry.places[task]}." in repr(entry)
    assert entry.cost.parameters == sum(each.numel() for each in _parameters(theirs))
    assert str(entry.cost.parameters) in repr(entry).replace(",", "")


def _parameters(theirs):
    return theirs(16).parameters() if isinstance(theirs, type) else ()


def test_bicubic_of_a_learner_is_bicubic_of_the_course():
    entry = enter(just_bicubic, "mine", (LABELS,))
    ours = run(LABELS, "bicubic", 0)
    assert next(each for each in entry.runs if each["contender"] == "mine")["mean IoU"] == pytest.approx(
        ours.scores["mean IoU"], abs=1e-3
    )
    assert entry.name == "mine" and set(entry.rows) == {"labels"}


@pytest.mark.parametrize(
    "theirs",
    [
        TwoLayers,
        TwoLayers(16),
        lambda channels: TwoLayers(channels),
        lambda channels: just_bicubic,
        lambda coarse, fine, mode="bicubic": just_bicubic(coarse, fine),
    ],
    ids=["class", "module", "function that makes one", "function that makes a function", "function"],
)
def test_whatever_form_it_has(theirs):
    make, notes = audit(theirs)
    one, other = make(16), make(16)
    assert one is not other
    coarse, fine = torch.rand(1, 16, 3, 2), torch.rand(1, 16, 6, 4)
    assert one(coarse, fine).shape == (1, 16, 6, 4)
    assert notes


# ---- What is refused -----------------------------------------------------------------------------


def bilinear(coarse, fine):
    return F.interpolate(coarse, size=fine.shape[-2:], mode="bilinear")


class Unnamed(nn.Module):
    def __init__(self, channels, width, depth):
        super().__init__()


class Huge(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(300_000))


def in_numpy(coarse, fine):
    return torch.tensor(np.asarray(coarse).repeat(2, -1).repeat(2, -2))


def scribbles(coarse, fine):
    coarse *= 2
    return bilinear(coarse, fine)


REFUSED = {
    "a number": (3, "It must be a function of"),
    "no arguments": (lambda: None, "It needs 0 arguments"),
    "too many arguments": (lambda a, b, c: a, r"It needs 3 arguments; a function of \(coarse, fine\)"),
    "a class of three": (Unnamed, "It needs 3 arguments; a class that is made with the number of channels"),
    "makes a number": (lambda channels: 3, "Called with the number of channels it returned 3"),
    "cannot be made": (
        lambda channels: nn.Conv2d(channels, channels, -1)[0],
        "Making it for 16 channels failed",
    ),
    "too large": (Huge, "It has 300,000 parameters"),
    "crashes": (lambda coarse, fine: coarse + fine, r"it failed\. RuntimeError: The size of tensor"),
    "nothing": (lambda coarse, fine: None, "It must return a tensor; got NoneType"),
    "not larger": (lambda coarse, fine: coarse, r"It made \(2, 16, 5, 7\)"),
    "height and width": (lambda coarse, fine: bilinear(coarse, fine).mT, r"It made \(2, 16, 14, 10\)"),
    "another dtype": (lambda coarse, fine: bilinear(coarse, fine).double(), "It must keep the dtype"),
    "NaN": (lambda coarse, fine: bilinear(coarse, fine).log(), "NaN or infinity"),
    "writes": (scribbles, "It writes into the maps"),
    "random": (lambda coarse, fine: bilinear(coarse, fine) + torch.rand(()), "Asked twice, it gives two"),
    "over the batch": (
        lambda coarse, fine: bilinear(coarse - coarse.mean(0), fine),
        "other pictures of the batch",
    ),
    "detached": (lambda coarse, fine: bilinear(coarse.detach(), fine), "No gradient reaches the coarse map"),
    "fine alone": (lambda coarse, fine: fine * 1, "No gradient reaches the coarse map"),
    "in NumPy": (in_numpy, "NumPy knows no gradients"),
    "steep": (
        lambda coarse, fine: bilinear(coarse, fine).abs().add(0 * coarse.sum().sub(coarse.sum()).sqrt()),
        "NaN",
    ),
}


@pytest.mark.parametrize("theirs, sentence", REFUSED.values(), ids=REFUSED)
def test_what_cannot_take_part_is_told_why(theirs, sentence):
    entry = enter(theirs, "mine", (LABELS,))
    assert not entry.rows
    with pytest.raises(entering.Refused, match=sentence):
        audit(theirs)
    assert repr(entry) == f"mine cannot take part. {entry.refused}"


def test_what_would_take_too_long_is_told_so():
    entry = enter(bilinear, tasks=(LABELS,), patience=0)
    assert "0 are allowed" in entry.refused and "patience" in entry.refused
    assert enter(bilinear, tasks=(LABELS,), patience=1e9).refused == ""


def test_what_breaks_in_training_is_told():
    class Late(nn.Module):
        def forward(self, coarse, fine):
            if self.training and len(coarse) == 4:
                raise RuntimeError("no more")
            return bilinear(coarse, fine)

    assert enter(Late, tasks=(LABELS,)).refused == "In training it failed. RuntimeError: no more"


def test_a_training_that_is_stopped_gives_no_row(monkeypatch):
    monkeypatch.setattr(entering, "run", lambda *args, **more: run(*args, **more)._replace(stopped=True))
    assert enter(bilinear, tasks=(LABELS,)).refused == "Its training was stopped before its end."


# ---- What is noted -------------------------------------------------------------------------------


class Idle(nn.Module):
    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, coarse, fine):
        return bilinear(coarse, fine)


def test_what_is_worth_knowing_is_noted():
    def notes(theirs):
        return " ".join(audit(theirs)[1])

    assert notes(bilinear) == "It does not look at the fine map."
    assert "1 of its 1 parameter tensors get no gradient" in notes(Idle)
    assert "are not read at all" in notes(every_other)
    assert "A flat map of 1 does not stay flat" in notes(with_holes)


def every_other(coarse, fine):
    return bilinear(coarse[..., ::2], fine)


def with_holes(coarse, fine):
    return F.conv_transpose2d(coarse, torch.eye(16)[:, :, None, None], stride=2, output_padding=1)


def test_a_module_that_was_made_is_copied_and_keeps_its_weights():
    module = TwoLayers(16)
    before = module.a.weight.detach().clone()
    make = maker(module)
    with torch.no_grad():
        make(16).a.weight.zero_()
    assert torch.equal(module.a.weight, before)
