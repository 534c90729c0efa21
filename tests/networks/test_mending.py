"""What mending costs: the same weights under another setting, the command that records it, and the record."""

import json

import pytest
import torch

from course_utils.museum import recorded_mending
from course_utils.networks import alignment_study as study
from course_utils.networks.mending_study import CHANGES, CORNERS, EDGES, SHIFTED, as_another, rows
from course_utils.networks.records import read_record
from course_utils.networks.segmentation import Budget
from data import mending

TINY = Budget(train=8, test=4, size=32, steps=2, batch=4)
IMAGES = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("before", [EDGES, CORNERS, SHIFTED])
@pytest.mark.parametrize("after", [EDGES, CORNERS, SHIFTED])
def test_only_settings_differ(before, after):
    """The weights are the trained ones, and a change back gives the answers from before."""
    model = study.network(before, 3, TINY).eval()
    other = as_another(model, after, TINY)
    theirs = dict(model.named_parameters())
    for name, weight in other.named_parameters():
        if weight.requires_grad:
            assert torch.equal(weight, theirs[name])
    with torch.no_grad():
        assert torch.equal(other(IMAGES), model(IMAGES)) == (before == after)
        assert torch.equal(as_another(other, before, TINY)(IMAGES), model(IMAGES))


def test_weights_that_are_missing_are_refused():
    with pytest.raises(ValueError, match="'flow' has weights that this model lacks"):
        as_another(study.network(EDGES, 0, TINY), "flow", TINY)


def test_the_command_records_every_change(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(mending, "OUT", tmp_path / "mending.json")
    mending.main(["--record", "--seeds", "2"], TINY)
    record = json.loads(mending.OUT.read_text(encoding="utf-8"))
    assert record["command"] == "python -m data.mending --record --seeds 2"
    assert list(record["result"]["scores"]) == list(CHANGES)
    assert all(len(values) == 2 for values in record["result"]["scores"].values())
    assert "mending.json written" in capsys.readouterr().out


def test_the_record_is_of_the_usual_command_and_its_table_is_of_its_scores():
    record = read_record("mending")
    assert record["command"] == "python -m data.mending --record"
    assert record["result"]["rows"] == rows(recorded_mending())
    assert all(len(values) == mending.SEEDS for values in recorded_mending().values())
    unchanged = [row["trained, then used"] for row in record["result"]["rows"] if row["changed by"] == "-"]
    assert unchanged == ["by edges", "by edges, the offset taken out before", "by corners"]
