"""The recorded table of public networks: what it claims as a whole, and that the command that made it is there."""

import json
from pathlib import Path

import pytest

from course_utils.networks.records import read_record
from data import audit_table

RECORD = read_record("audit_table")
NETWORKS = RECORD["result"]["networks"]
ROWS = [each["row"] for each in NETWORKS.values()]
README = (Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8")


def row(name):
    return NETWORKS[name]["row"]


def test_at_least_sixty_public_networks_and_no_failure_of_the_audit():
    assert len(ROWS) >= 60 and len(ROWS) == len(set(NETWORKS))
    assert all(each["surprises"] == [] for each in NETWORKS.values())
    assert RECORD["command"] == audit_table.COMMAND and RECORD["date"]
    assert set(RECORD["result"]["packages"]) == set(audit_table.PACKAGES.values())


def test_the_text_is_made_from_the_record():
    assert audit_table.TEXT.read_text(encoding="utf-8") == audit_table.text(RECORD)


def test_every_listed_network_is_recorded_and_no_other():
    listed = [f"{audit_table.PACKAGES[package]}: {label}" for package, label, *_ in audit_table.networks()]
    assert sorted(listed) == sorted(NETWORKS)


def test_rows_and_findings_say_the_same():
    for each in NETWORKS.values():
        for grade in ("bug", "look", "note"):
            assert each["row"][grade] == sum(text.startswith(f"{grade}: ") for text in each["findings"])
        assert 0 <= each["row"]["known"] <= each["row"]["operators"]
        assert 0 <= each["row"]["compared"] <= each["row"]["merges"]


@pytest.mark.parametrize(
    "name, largest",
    [
        ("segmentation-models-pytorch: Unet resnet18", 15.0),  # 1 + 2 + 4 + 8: half a cell of each of four strides
        ("transformers: SegFormer", 14.0),  # 2 + 4 + 8
        ("timm: resnet18d", 14.0),
        ("monai: DynUNet", 1.5),  # 1/2 + 1
        ("kornia: LoFTR", 6.0),
    ],
)  # fmt: skip
def test_offsets_that_can_be_summed_on_paper(name, largest):
    values = [abs(float(part.removesuffix(" px"))) for part in row(name)["largest"].split(" .. ")]
    assert max(values) == largest


def test_networks_whose_kernels_equal_their_strides_fit():
    for name in ("segmentation-models-pytorch: Unet vgg11", "timm: convnext_atto", "monai: BasicUNet deconv",
                 "transformers: UperNet, ConvNeXt", "transformers: Swin"):  # fmt: skip
        assert not any("offset" in text for text in NETWORKS[name]["findings"]), name


def test_the_gradient_confirms_the_largest_gap_wherever_it_can_be_asked():
    """But for HRNet and RT-DETR: they enlarge by copies and then stride over them; the place of copies is a mean."""
    asked = {name: [a for a in each["asked"] if not a["cut"]] for name, each in NETWORKS.items()}
    asked = {name: each for name, each in asked.items() if each}
    off = {
        name for name, each in asked.items() if any(abs(a["predicted"] - a["measured"]) >= 0.01 for a in each)
    }
    assert len(asked) >= 25
    assert all("hrnet" in name or name.endswith("RT-DETR") for name in off)


def test_tokens_of_several_maps_are_followed_through_an_encoder_and_parted_again():
    whole = row("transformers: Mask2Former")
    assert (whole["known"], whole["compared"]) == (whole["operators"], whole["merges"])
    assert whole["largest"] == "+2.0 .. +2.0 px" and whole["gradient"] == "4 of 4"
    for name in ("transformers: Deformable DETR", "transformers: RT-DETR"):
        assert 0 < row(name)["known"] < row(name)["operators"]  # a decoder's queries look where they like


def test_the_sentence_of_the_readme_is_what_was_recorded():
    offsets = [each for each in ROWS if each["largest"] != "-"]
    growing = [
        name for name, each in NETWORKS.items() if any("growing offset" in text for text in each["findings"])
    ]
    sentence = (
        f"Of {len(ROWS)} public networks, {len(offsets)} have maps or answers that do not fit, "
        f"{len(growing)} of them by an offset that grows"
    )
    assert sentence in README, sentence


def test_the_command_knows_its_networks_without_their_packages():
    for _, label, maker, args, settings, inputs in audit_table.networks():
        assert maker in audit_table.MAKERS and label and inputs
        json.dumps([args, settings])
        positional, named = audit_table.images(inputs)
        assert positional or named
