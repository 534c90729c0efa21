"""Audit public networks with random weights and write down what was found.

    python -m data.audit_table             every network of the list; prints
    python -m data.audit_table smp timm    the networks of these packages only
    python -m data.audit_table --record    and writes audit_table.json; networks recorded by the same versions are
                                           kept, so a run that was interrupted goes on

It wants the packages of the extra ``audit`` in pyproject.toml, which neither the lessons nor the tests need. No
weights are downloaded: where pixels sit does not depend on them. Where torch is a CPU build and torchvision is not,
torchvision's compiled operators are missing, and networks that call them are left out.
"""

import argparse
import importlib
import importlib.metadata
import json
import resource
import time
import warnings
from pathlib import Path

import torch

from course_utils.files import write_whole
from course_utils.networks.audit import audit
from course_utils.networks.audit.witness import confirm
from course_utils.networks.records import table, write_record
from course_utils.networks.training import seeded

HERE = Path(__file__).parent
RECORD, TEXT = HERE / "audit_table.json", HERE / "audit_table.md"
COMMAND = "python -m data.audit_table --record"
NAMES = {
    "smp": "segmentation_models_pytorch", "timm": "timm", "hf": "transformers", "monai": "monai", "kornia": "kornia",
    "tv": "torchvision",
}  # fmt: skip
PACKAGES = {
    "smp": "segmentation-models-pytorch", "timm": "timm", "hf": "transformers", "monai": "monai", "kornia": "kornia",
    "tv": "torchvision",
}  # fmt: skip
COLUMNS = (
    "network",
    "input",
    "bug",
    "look",
    "note",
    "operators",
    "known",
    "merges",
    "compared",
    "largest",
    "gradient",
    "seconds",
)


def smp(name, encoder, **settings):
    """A decoder of segmentation-models-pytorch on an encoder."""
    import segmentation_models_pytorch as package

    return getattr(package, name)(encoder, encoder_weights=None, classes=3, **settings)


def timm(name, **settings):
    """A backbone of timm that returns its maps."""
    import timm as package

    return package.create_model(name, pretrained=False, **settings)


def hf(model, config, **settings):
    """A network of transformers, from a configuration."""
    import transformers

    return getattr(transformers, model)(getattr(transformers, config)(**settings))


def hf_on(model, config, backbone, **settings):
    """A network of transformers on one of its backbones."""
    import transformers

    inner = getattr(transformers, backbone.pop("config"))(**backbone)
    return getattr(transformers, model)(getattr(transformers, config)(backbone_config=inner, **settings))


def monai(name, **settings):
    """A network of monai."""
    from monai.networks import nets

    return getattr(nets, name)(**settings)


def kornia(name, **settings):
    """A network of kornia."""
    import kornia.feature

    return getattr(kornia.feature, name)(**settings)


def tv(name, **settings):
    """A network of torchvision."""
    import torchvision

    part = "segmentation" if name.startswith(("fcn", "deeplab", "lraspp")) else None
    part = "optical_flow" if name.startswith("raft") else part
    room = torchvision.models if part is None else getattr(torchvision.models, part)
    extra = {"weights_backbone": None} if part == "segmentation" else {}
    return getattr(room, name)(weights=None, **extra, **settings)


MAKERS = {"smp": smp, "timm": timm, "hf": hf, "hf_on": hf_on, "monai": monai, "kornia": kornia, "tv": tv}
DECODERS = "Unet UnetPlusPlus MAnet Linknet FPN PSPNet PAN DeepLabV3 DeepLabV3Plus UPerNet".split()
ENCODERS = (
    "resnet34 mobilenet_v2 vgg11 densenet121 efficientnet-b0 tu-convnext_atto mit_b0 timm-regnetx_002 "
    "tu-hrnet_w18_small"
).split()
BACKBONES = (
    "resnet18 resnet18d resnet50d seresnext26d_32x4d dla34 hrnet_w18_small convnext_atto efficientnet_b0 "
    "tf_efficientnet_b0 mobilenetv3_small_100 regnetx_002 regnety_002 densenet121 vgg11 cspresnet50 res2net50_26w_4s "
    "nfnet_l0 ghostnet_100 repvgg_a0 fastvit_t8 mobileone_s0 edgenext_xx_small pvt_v2_b0"
).split()
RGB, GRAY = (1, 3, 128, 128), (1, 1, 128, 128)
FEATURES = {"features_only": True}
UNETS = {"spatial_dims": 2, "in_channels": 1, "out_channels": 2}
SMALL_VIT = {"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 64}


def networks():
    """(package, label, kind of maker, positional settings, named ones, the inputs' shapes by name or position)."""
    listed = []

    def add(maker, *args, shape=RGB, label=None, inputs=None, **settings):
        package = maker.partition("_")[0]
        label = label or " ".join(map(str, args))
        listed.append((package, label, maker, args, settings, inputs or [shape]))

    for name in DECODERS:
        add("smp", name, "resnet18")
    for encoder in ENCODERS:
        add("smp", "Unet", encoder)
    add("smp", "FPN", "mit_b0")
    add("smp", "Segformer", "mit_b0")
    add("smp", "DPT", "tu-vit_tiny_patch16_224", shape=(1, 3, 224, 224))

    for name in BACKBONES:
        add("timm", name, **FEATURES)
    add("timm", "maxvit_pico_rw_256", shape=(1, 3, 256, 256), **FEATURES)
    add("timm", "efficientformerv2_s0", shape=(1, 3, 224, 224), **FEATURES)
    add("timm", "swin_tiny_patch4_window7_224", shape=(1, 3, 224, 224), **FEATURES)
    add("timm", "vit_tiny_patch16_224", shape=(1, 3, 224, 224), **FEATURES)
    add("timm", "inception_v3", shape=(1, 3, 224, 224), **FEATURES)

    vit = {**SMALL_VIT, "image_size": 128, "patch_size": 16}
    add("hf", "SegformerForSemanticSegmentation", "SegformerConfig", label="SegFormer")
    add("hf", "GLPNForDepthEstimation", "GLPNConfig", label="GLPN")
    add("hf_on", "UperNetForSemanticSegmentation", "UperNetConfig", label="UperNet, ConvNeXt",
        backbone={"config": "ConvNextConfig", "depths": [1, 1, 1, 1], "hidden_sizes": [16, 32, 64, 128],
                  "out_features": ["stage1", "stage2", "stage3", "stage4"]},
        hidden_size=32, auxiliary_in_channels=64)  # fmt: skip
    add("hf_on", "UperNetForSemanticSegmentation", "UperNetConfig", label="UperNet, Swin", shape=(1, 3, 224, 224),
        backbone={"config": "SwinConfig", "embed_dim": 16, "depths": [1, 1, 2, 1], "num_heads": [1, 2, 4, 8],
                  "out_features": ["stage1", "stage2", "stage3", "stage4"]},
        hidden_size=32, auxiliary_in_channels=64)  # fmt: skip
    add("hf", "BeitForSemanticSegmentation", "BeitConfig", label="BEiT", **vit, use_relative_position_bias=True,
        out_indices=[1, 2, 3, 4])  # fmt: skip
    add("hf", "DPTForSemanticSegmentation", "DPTConfig", label="DPT", **vit, backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[16, 32, 32, 32], fusion_hidden_size=32, is_hybrid=False)  # fmt: skip
    add("hf_on", "DepthAnythingForDepthEstimation", "DepthAnythingConfig", label="Depth Anything",
        shape=(1, 3, 140, 140),
        backbone={"config": "Dinov2Config", "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2,
                  "image_size": 140, "patch_size": 14, "out_indices": [1, 2, 3, 4], "reshape_hidden_states": False,
                  "apply_layernorm": True},
        neck_hidden_sizes=[16, 32, 32, 32], fusion_hidden_size=32, reassemble_hidden_size=32)  # fmt: skip
    resnet = {
        "embedding_size": 16,
        "hidden_sizes": [16, 32, 32, 64],
        "depths": [1, 1, 1, 1],
        "layer_type": "basic",
    }
    stages = ["stage1", "stage2", "stage3", "stage4"]
    heads = {
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "decoder_layers": 2,
        "num_queries": 5,
    }
    add("hf_on", "Mask2FormerForUniversalSegmentation", "Mask2FormerConfig", label="Mask2Former",
        backbone={"config": "ResNetConfig", **resnet, "out_features": stages}, feature_size=32, mask_feature_size=32,
        hidden_dim=32, encoder_feedforward_dim=64, encoder_layers=2, decoder_layers=2, num_attention_heads=2,
        dim_feedforward=64, num_queries=5)  # fmt: skip
    add("hf_on", "DeformableDetrModel", "DeformableDetrConfig", label="Deformable DETR", shape=(1, 3, 256, 256),
        backbone={"config": "ResNetConfig", **resnet, "out_features": stages[1:]}, use_timm_backbone=False,
        d_model=32, encoder_layers=2, encoder_ffn_dim=64, decoder_ffn_dim=64, **heads)  # fmt: skip
    add("hf_on", "RTDetrModel", "RTDetrConfig", label="RT-DETR", shape=(1, 3, 256, 256),
        backbone={"config": "RTDetrResNetConfig", **resnet, "out_features": stages[1:]}, encoder_hidden_dim=32,
        encoder_in_channels=[32, 32, 64], encoder_ffn_dim=64, d_model=32, decoder_in_channels=[32, 32, 32],
        decoder_ffn_dim=64, **heads)  # fmt: skip
    add("hf", "MobileViTForSemanticSegmentation", "MobileViTConfig", label="MobileViT DeepLabV3")
    add("hf", "MobileViTV2ForSemanticSegmentation", "MobileViTV2Config", label="MobileViTV2")
    add("hf", "MobileNetV2ForSemanticSegmentation", "MobileNetV2Config", label="MobileNetV2 DeepLabV3+")
    add("hf", "Swin2SRForImageSuperResolution", "Swin2SRConfig", label="Swin2SR", shape=(1, 3, 64, 64),
        embed_dim=24, depths=[2, 2], num_heads=[2, 2])  # fmt: skip
    add("hf", "PvtForImageClassification", "PvtConfig", label="PVT", image_size=128)
    add("hf", "ResNetModel", "ResNetConfig", label="ResNet", depths=[1, 1, 1, 1])
    add("hf", "ConvNextModel", "ConvNextConfig", label="ConvNeXt", depths=[1, 1, 1, 1])
    add(
        "hf",
        "SwinModel",
        "SwinConfig",
        label="Swin",
        shape=(1, 3, 224, 224),
        embed_dim=24,
        depths=[2, 2, 2, 2],
    )
    add("hf", "LevitModel", "LevitConfig", label="LeViT", shape=(1, 3, 224, 224))
    add("hf", "CvtModel", "CvtConfig", label="CvT")
    for up in ("nontrainable", "deconv", "pixelshuffle"):
        add("monai", "BasicUNet", label=f"BasicUNet {up}", shape=(1, 1, 64, 64), spatial_dims=2, upsample=up)
    unet = {**UNETS, "channels": (8, 16, 32), "strides": (2, 2)}
    add("monai", "UNet", label="UNet", shape=(1, 1, 64, 64), **unet)
    add("monai", "UNet", label="UNet, residual", shape=(1, 1, 64, 64), num_res_units=2, **unet)
    add("monai", "AttentionUnet", label="AttentionUnet", shape=(1, 1, 64, 64), **unet)
    add("monai", "DynUNet", label="DynUNet", shape=(1, 1, 64, 64), kernel_size=[3, 3, 3], strides=[1, 2, 2],
        upsample_kernel_size=[2, 2], **UNETS)  # fmt: skip
    add("monai", "SegResNet", label="SegResNet", shape=(1, 1, 64, 64), spatial_dims=2, init_filters=8)
    add("monai", "VNet", label="VNet, 3-D", shape=(1, 1, 32, 32, 32))
    add("monai", "HighResNet", label="HighResNet", shape=(1, 1, 64, 64), **UNETS)
    add("monai", "UNETR", label="UNETR", shape=GRAY, img_size=128, spatial_dims=2, in_channels=1, out_channels=2,
        hidden_size=48, mlp_dim=64, num_heads=4, feature_size=8)  # fmt: skip
    add("monai", "SwinUNETR", label="SwinUNETR", shape=GRAY, spatial_dims=2, in_channels=1, out_channels=2,
        feature_size=12)  # fmt: skip
    add("monai", "FlexibleUNet", label="FlexibleUNet", in_channels=3, out_channels=2, backbone="efficientnet-b0",
        spatial_dims=2)  # fmt: skip

    add("kornia", "DISK", shape=RGB)
    add("kornia", "LoFTR", pretrained=None, label="LoFTR",
        inputs=[{"data.image0": GRAY, "data.image1": GRAY}])  # fmt: skip

    for name in ("resnet18", "vgg11", "squeezenet1_1", "convnext_tiny", "swin_t"):
        add("tv", name, shape=(1, 3, 224, 224))
    for name in ("fcn_resnet50", "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large"):
        add("tv", name)
    add("tv", "raft_small", inputs=[(1, 3, 128, 128), (1, 3, 128, 128)])
    return listed


def images(inputs):
    """Random images of these shapes: (by position, by name); ``data.image0`` is an entry of a dictionary."""
    positional, named = [], {}
    for each in inputs:
        if isinstance(each, dict):
            folder = {}
            for name, shape in each.items():
                folder[name.partition(".")[2]] = torch.rand(shape)
            positional.append(folder)
        else:
            positional.append(torch.rand(each))
    return positional, named


def audited(package, label, maker, args, settings, inputs):
    """One network's row, and its findings."""
    with seeded(0), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MAKERS[maker](*args, **settings)
        positional, named = images(inputs)
        with torch.no_grad():
            model.eval()
            begin = time.process_time()
            model(*positional, **named)
            plain = time.process_time() - begin
        begin = time.process_time()
        report = audit(model, *positional, **named)
        seconds = time.process_time() - begin
    gaps = [number for number, merge in enumerate(report.merges) if merge.gaps]
    worst = max(gaps, key=lambda n: max(abs(gap.worst) for gap in report.merges[n].gaps), default=None)
    asked = (
        []
        if worst is None
        else confirm(model, *positional, merge=worst, report=report, taps="middle", **named)
    )
    offsets = [f for f in report.findings if "offset" in f.kind]
    largest = max(offsets, key=lambda f: max(abs(f.first), abs(f.last)), default=None)
    row = {
        "network": f"{PACKAGES[package]}: {label}",
        "input": " x ".join(map(str, report.inputs[0][2:])),
        **{grade: len(report.graded(grade)) for grade in ("bug", "look", "note")},
        "operators": len(report.resampling), "known": report.known,
        "merges": len(report.merges), "compared": report.compared,
        "largest": f"{largest.first:+.1f} .. {largest.last:+.1f} px" if largest else "-",
        "gradient": _in_words(asked),
        "seconds": round(seconds, 2), "without": round(plain, 2), "MB": _megabytes(),
    }  # fmt: skip
    details = {
        "findings": [f"{f.grade}: {f.kind}, {f.where or 'the model'}: {f.what}" for f in report.findings],
        "unknown": report.unknown,
        "reasons": sorted({merge.lost for merge in report.merges if merge.lost})[:3],
        "asked": [
            {
                "map": each.map,
                "axis": each.axis,
                "index": each.index,
                "predicted": round(each.predicted, 3),
                "measured": None if each.measured != each.measured else round(each.measured, 3),
                "cut": each.cut,
            }
            for each in asked
        ],
        "surprises": [" ".join(map(str, each)) for each in report.surprises],
    }
    return row, details


def _in_words(asked):
    """How many sides of the largest gap sit where the gradient says, but for those that the border cuts."""
    whole = [each for each in asked if not each.cut]
    if not asked:
        return "-"
    return f"{sum(each.agrees for each in whole)} of {len(whole)}" if whole else "cut"


def _megabytes():
    """The most memory that this process has held so far, with the network and torch itself."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def versions():
    """The packages' versions; one that is not here is left out."""
    found = {}
    for name in PACKAGES.values():
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", nargs="*", help=f"of {', '.join(PACKAGES)}; all when none is named")
    parser.add_argument("--record", action="store_true", help="write audit_table.json beside this file")
    parser.add_argument("--only", metavar="WORD", help="networks with this word in their label")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after so much processor time")
    chosen = parser.parse_args(arguments)
    _stand_in_for_torchvision()
    kept = _kept() if chosen.record else {}
    begin, result = 0.0, dict(kept)
    for network in networks():
        name = f"{PACKAGES[network[0]]}: {network[1]}"
        if (chosen.packages and network[0] not in chosen.packages) or (
            chosen.only and chosen.only not in network[1]
        ):
            continue
        if name in result or (begin and time.process_time() - begin > chosen.seconds):
            continue
        try:
            row, details = audited(*network)
        except (
            Exception
        ) as error:  # a network that cannot be made or run here is named, and nothing is claimed
            print(f"{name}: left out, {type(error).__name__}: {str(error)[:300]}", flush=True)
            continue
        begin = begin or time.process_time()  # the first one also loads its package
        result[name] = {"row": row, **details}
        print(table([row], COLUMNS).splitlines()[1], *details["surprises"], sep="\n   ", flush=True)
        if chosen.record:
            _write(result)


def _stand_in_for_torchvision(kept=[]):  # noqa: B006, the library must live as long as the process
    """Names for the compiled operators that torchvision asks for when it is imported; none is called."""
    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        kept.append(library)


def _kept():
    """What was recorded by the same versions of everything."""
    if not RECORD.is_file():
        return {}
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    same = record["result"]["packages"] == versions() and record["versions"]["torch"] == torch.__version__
    return record["result"]["networks"] if same else {}


def _write(networks):
    total = sum(each["row"]["seconds"] for each in networks.values())
    result = {
        "rows": [each["row"] for each in networks.values()], "packages": versions(), "networks": networks,
        "note": "Random weights, one thread. Seconds of processor time; without: a plain pass before the audit; "
        "MB: the most memory that the process had held by then.",
    }  # fmt: skip
    write_record(RECORD, result, COMMAND, total, "cpu")
    write_whole(TEXT, text(json.loads(RECORD.read_text(encoding="utf-8"))).encode())


def text(record):
    """The record as Markdown, for reading: what was found in each network, the table, and how it was made."""
    result = record["result"]
    made = ", ".join(f"{name} {version}" for name, version in result["packages"].items())
    lines = [
        "# Public networks, audited", "",
        f"`{record['command']}`, {record['date']}, {record['device']}; torch {record['versions']['torch']}, {made}.",
        f"{result['note']} *largest*: the largest offset between maps or of the answer, in image px, at the first "
        "and the last pixel. *gradient*: on how many of its sides, per axis, the gradient's center of mass agrees to "
        "a hundredth of a pixel, where the picture is large enough. A note is no bug: training learns around it.",
        "", f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}",
    ]  # fmt: skip
    lines += [f"| {' | '.join(str(row[name]) for name in COLUMNS)} |" for row in result["rows"]]
    lines += ["", "## Bugs, and what to look at", ""]
    for name, each in result["networks"].items():
        graver = [finding for finding in each["findings"] if not finding.startswith("note")]
        lines += [f"- **{name}**", *(f"  - {finding}" for finding in graver)] if graver else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
