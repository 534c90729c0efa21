"""The report as text, table, card and JSON; and the model as it was."""

import dataclasses
import json
import random
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_utils.networks.audit import audit
from course_utils.networks.audited import FPN, UNet
from tests.networks.audit.zoo import (
    CLEAN,
    PLANTED,
    InPlace,
    Ladder,
    Transposed,
    bilinear,
    corners,
    halving,
    image,
)

UNET = Ladder(halving(3, 1), corners)


def test_a_finding_says_where_how_far_why_and_what_would_repair_it():
    """On paper: halvings by 4 x 4 sit at 3.5 + 8 o; between corners 4 become 8, at 3.5 + 8 * 3/7 o, not 1.5 + 4 o."""
    report = audit(UNet(kernel_size=4, align_corners=True), torch.rand(1, 3, 32, 32))
    merge = report.merges[0]
    for gap in merge.gaps:
        assert (gap.first, gap.last) == pytest.approx((1.5 - 3.5, 1.5 + 4 * 7 - (3.5 + 8 * 3)))
    (finding,) = report.findings
    assert (finding.kind, finding.grade, finding.axis, finding.times) == (
        "growing offset",
        "look",
        "y and x",
        3,
    )
    assert finding.first == -finding.last == -3.5
    assert "align_corners=True" in finding.why and "align_corners=False" in finding.repair
    assert report.operators[finding.operators[0]].kind == "interpolate"


def test_the_repair_that_is_named_repairs():
    """kernel 4, padding 1 in place of kernel 3, padding 1; align_corners=False in place of True."""
    report = audit(Ladder(halving(3, 1), bilinear), image(32, 24))
    assert all(
        "kernel 4, padding 1 instead of kernel 3, stride 2, padding 1" in f.repair for f in report.findings
    )
    assert audit(Ladder(halving(4, 1), bilinear), image(32, 24)).findings == ()
    assert (
        audit(Ladder(halving(2, 0), corners), image(32, 24))
        .findings[0]
        .repair.startswith("align_corners=False")
    )
    assert audit(Ladder(halving(2, 0), bilinear), image(32, 24)).findings == ()


def test_text_table_card_and_json_say_the_same():
    report = audit(UNET, image(32, 24))
    assert repr(report) == report.text and report.coverage in report.text and report.verdict in report.text
    for finding in report.findings:
        for part in (finding.why, finding.repair, finding.what):
            assert part in " ".join(report.text.split())
            assert part.replace("'", "&#x27;") in report._repr_html_()
    data = json.loads(report.to_json())
    assert data["coverage"] == {"operators": 4, "known": 4, "merges": 2, "compared": 2}
    assert [f["kind"] for f in data["findings"]] == [f.kind for f in report.findings]
    assert len(report.table().splitlines()) == 1 + len(report.resampling)
    assert len(report.table("merges").splitlines()) == 3 and "stem" in report.table("ledger")
    with pytest.raises(ValueError, match="what must be one of 'operators', 'merges', 'ledger'; got 'op'"):
        report.table("op")


def test_the_ledger_holds_every_named_map():
    report = audit(Ladder(halving(2, 0), bilinear), image(32, 24))
    places = {named.name: named.sources[0].places for named in report.ledger}
    assert places["stem"] == ((0, 1), (0, 1)) and places["down.0"] == ((0.5, 2), (0.5, 2))
    assert places["down.1"] == ((1.5, 4), (1.5, 4)) and len(places) == 4


def test_it_never_says_fits_where_it_does_not_know():
    def unknown(x):
        return F.max_pool2d(torch.fft.fft2(x).abs(), 2) + F.max_pool2d(x, 2)

    report = audit(unknown, image(16, 16))
    assert report.findings == () and not report.complete
    assert (report.known, len(report.resampling), report.compared, len(report.merges)) == (1, 2, 0, 1)
    assert "fit" not in report.verdict and "fft_fft2" in report.text
    assert "not compared" in report.table("merges") and "no" in report.table()


def test_places_from_code_that_torch_does_not_show_are_unknown():
    def elsewhere(x):
        with torch._C.DisableTorchFunction():
            y = x[..., 1:, 1:].clone()
        return F.avg_pool2d(y, 2)

    report = audit(elsewhere, image(17, 17))
    assert report.known == 0 and len(report.resampling) == 1 and not report.complete


class Restless(nn.Module):
    """Changes a buffer and draws random numbers whenever it runs."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(()))
        self.norm, self.drop = nn.BatchNorm2d(1), nn.Dropout(0.5)

    def forward(self, x):
        self.count += 1
        self.count = self.count + 1
        return self.drop(self.norm(x)) + torch.rand(()) + random.random() + np.random.rand()  # noqa: NPY002


def state(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


@pytest.mark.parametrize("fails", [False, True])
def test_the_model_is_left_as_it_was(fails):
    model = nn.Sequential(Restless(), nn.Conv2d(1, 1, 3)).train()
    model[1].eval()  # modes of parts stay too
    before, modes = state(model), [module.training for module in model.modules()]
    buffer = model[0].count
    dice = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
    x = image(2, 2) if fails else image(8, 8)
    if fails:
        with pytest.raises(RuntimeError, match="can't be greater"):
            audit(model, x)
    else:
        audit(model, x)
    assert all(torch.equal(value, before[name]) for name, value in state(model).items())
    assert [module.training for module in model.modules()] == modes and model[0].count is buffer
    assert torch.equal(torch.get_rng_state(), dice[0]) and random.getstate() == dice[1]
    assert (np.random.get_state()[1] == dice[2]).all()  # noqa: NPY002
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert not x.requires_grad and torch.is_grad_enabled()


def test_it_says_the_same_twice_and_the_model_answers_the_same_under_it():
    for model, x in (CLEAN["windows"], CLEAN["tokens"], PLANTED["mixed grid"][:2]):
        first, second = audit(model, x), audit(model, x)
        assert first.text == second.text
        out = []
        with torch.no_grad():
            plain = model(x)
        handle = model.register_forward_hook(lambda module, args, answer, out=out: out.append(answer))
        audit(model, x)
        handle.remove()
        assert torch.equal(out[0], plain)


def test_pictures_of_other_ranks_layouts_and_names():
    assert audit(lambda x: F.max_pool1d(x, 2), torch.rand(1, 2, 8)).known == 1
    last = audit(lambda x: F.avg_pool2d(x.movedim(-1, 1), 2), torch.rand(1, 8, 12, 3), axes=(1, 2))
    assert last.known == 1 and last.operators[0].sizes == {0: (8, 4), 1: (12, 6)}
    named = audit(lambda pixels: F.avg_pool2d(pixels, 2), pixels=image(8, 8))
    assert named.known == 1
    pair = audit(lambda a, b: a + F.pad(b, (1, 0))[..., :-1], image(8, 8), image(8, 8))
    assert pair.findings[0].kind == "constant offset"


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: audit(3, image(4, 4)), TypeError, "model must be a torch module or a function; got 3."),
        (lambda: audit(UNET), ValueError, "got no tensor"),
        (lambda: audit(UNET, torch.zeros(3)), ValueError, r"got \(3,\)"),
        (lambda: audit(UNET, torch.zeros(1, 1, 4, 4, dtype=torch.int64)), ValueError, "floating-point"),
        (lambda: audit(UNET, image(8, 8), axes=(5,)), ValueError, "axes"),
    ],
)
def test_bad_input_is_refused_with_words(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_half_precision_and_other_devices_are_no_obstacle():
    report = audit(
        Transposed(nn.AvgPool2d(2), nn.Upsample(scale_factor=2)).bfloat16(), image(8, 8).bfloat16()
    )
    assert report.complete and report.findings == ()


def test_sentences_are_plain():
    for model, x, *_ in PLANTED.values():
        text = audit(model, x).text
        assert not re.search(r"None|nan|inf\b|\(\)", text), text


def test_padding_counts_with_the_convolution_that_it_stands_before():
    """TensorFlow pads on the right alone, and the kernel then sits to the right of the middle."""

    def padded(widths):
        return lambda x: (
            x + F.interpolate(F.conv2d(F.pad(x, widths), torch.ones(1, 1, 3, 3), stride=2), scale_factor=2)
        )

    right, left = (
        audit(padded(widths), image(16, 16)).findings[0] for widths in ((0, 1, 0, 1), (1, 0, 1, 0))
    )
    assert "0.5 of its input pixels right of the middle" in right.why and right.first == -0.5
    assert "0.5 of its input pixels left of the middle" in left.why and left.first == 0.5
    assert len(right.operators) == 1


def test_the_networks_of_lesson_15_fit_where_they_are_said_to():
    x, odd = torch.rand(1, 3, 64, 64), torch.rand(1, 3, 65, 65)
    assert audit(UNet(kernel_size=4), x).verdict.endswith("all maps fit.")
    assert {finding.kind for finding in audit(FPN(), x).findings} == {"growing offset"}
    assert audit(FPN(), odd).findings == ()  # 3 x 3 halvings and align_corners agree at 8 k + 1


def test_an_offset_is_reported_where_it_arises_and_not_again():
    """A block of resnet-d, and plain residual blocks after it: one merge does not fit, the others add what fits."""
    model = nn.Sequential(InPlace(), Residual(), Residual())
    report = audit(model, image(16, 16))
    assert [bool(merge.gaps) for merge in report.merges] == [True, False, False]
    assert [f.times for f in report.findings if f.kind == "constant offset"] == [1]


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3, padding=1)

    def forward(self, x):
        return x + self.conv(x)


def test_what_both_ways_have_in_common_is_no_cause():
    stem = nn.Conv2d(1, 1, 3, 2, 1)  # sits to the left, and both maps come after it
    report = audit(nn.Sequential(stem, Ladder(halving(2, 0), corners)), image(64, 48))
    gap = next(finding for finding in report.findings if finding.kind == "growing offset")
    assert "kernel 3, stride 2" not in gap.why and "align_corners=True" in gap.why


def test_legacy_nearest_is_measured_from_the_middle():
    (finding,) = audit(lambda x: F.interpolate(x, size=(8, 8)), image(32, 32)).findings
    assert (finding.first, finding.map_first) == (-1.5, -1.5)  # of 4 samples it takes the first


def test_a_canvas_written_through_a_view_is_no_constant():
    def painted(x):
        canvas = torch.zeros_like(x)
        canvas[..., 1:].copy_(x[..., :-1])
        return x + canvas

    report = audit(painted, image(8, 8))
    assert (report.compared, len(report.merges)) == (0, 1) and "written through a view" in report.text


@dataclasses.dataclass
class Answer:
    maps: list
    score: float


def test_answers_in_lists_dictionaries_and_dataclasses_are_looked_at():
    def moved(x):
        return F.pad(x, (1, 0))[..., :-1]

    for wrap, name in (
        (lambda y: [0, y], "the answer[1]"),
        (lambda y: {"scores": y}, "the answer.scores"),
        (lambda y: Answer([y], 1.0), "the answer.maps[0]"),
    ):
        (finding,) = audit(lambda x, wrap=wrap: wrap(moved(x)), image(8, 8)).findings
        assert (finding.kind, finding.where, finding.first) == ("offset of the answer", name, -1.0)


def test_a_size_that_does_not_divide_is_a_matter_of_the_picture_and_of_no_training():
    (finding,) = audit(UNet(kernel_size=4), torch.zeros(1, 3, 90, 90)).findings
    assert finding.repair == "a picture padded to a size that every stride divides"
    assert audit(UNet(kernel_size=4), torch.zeros(1, 3, 96, 96)).findings == ()
    (mixed,) = audit(FPN(), torch.zeros(1, 3, 64, 64)).findings
    assert mixed.repair.endswith("train again after a change")
