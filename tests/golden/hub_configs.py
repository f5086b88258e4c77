"""Writes hub_configs.json: descriptions of models as timm and transformers write them for a hub, and what these
libraries then do.

For each: the file(s), the architecture that it is here (checked: timm's or torchvision's model of that name has as many
parameters), the number of classes, and what the library's own preprocessing makes of images:

- `size`: height and width of what comes out,
- `cover`: the part of a photograph of 300 x 400 pixels that is seen, as [top, bottom, left, right] of it,
- `black`, `white`: what 0 and 255 become, for each channel.

    python tests/golden/hub_configs.py tests/golden/hub_configs.json
"""

import json
import re
import sys
import tempfile

import publishers  # noqa: F401  (before timm and transformers)
import numpy as np
import timm
import torch
import torchvision
import transformers
from PIL import Image
from timm.data import create_transform, resolve_data_config
from timm.models._hub import load_cfg_from_json, save_config_for_hf

HEIGHT, WIDTH = 300, 400


def photographs():
    """Ramps of rows and columns, black, white."""
    rows = np.broadcast_to(np.linspace(0, 255, HEIGHT)[:, None], (HEIGHT, WIDTH))
    columns = np.broadcast_to(np.linspace(0, 255, WIDTH)[None, :], (HEIGHT, WIDTH))
    flat = [np.full((HEIGHT, WIDTH), value) for value in (0, 255)]
    for plane in (rows, columns, *flat):
        yield Image.fromarray(np.stack([plane] * 3, -1).round().astype(np.uint8))


def truth(transform):
    """What a preprocessing does, seen from outside."""
    rows, columns, black, white = (np.asarray(transform(image), dtype=np.float64) for image in photographs())
    zero, one = black[:, 0, 0], white[:, 0, 0]

    def part(ramp):
        values = (ramp[0] - zero[0]) / (one[0] - zero[0])
        return [float(values[0, 0]), float(values[-1, -1])]

    # The middle of the outermost pixels, so half a pixel less than the edge on each side.
    return {
        "size": list(rows.shape[1:]),
        "cover": [round(value, 4) for value in (*part(rows), *part(columns))],
        "black": [round(float(value), 5) for value in zero],
        "white": [round(float(value), 5) for value in one],
    }


def of_timm(name, architecture=None, **options):
    model = timm.create_model(name, pretrained=False, **options)
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        config = {"label_names": ["cat", "dog"], "label_descriptions": {"cat": "a cat"}}
        save_config_for_hf(model, file.name, model_config=config if model.num_classes == 2 else None)
        config = json.load(open(file.name))
    cfg = resolve_data_config(pretrained_cfg=config["pretrained_cfg"])
    transform = create_transform(**cfg, is_training=False)
    return {
        "name": name,
        "config": config,
        "architecture": architecture or name.split(".")[0],
        "imageSize": sized(name, model, config),
        "numClasses": model.num_classes,
        "interpolation": cfg["interpolation"],
        **truth(transform),
    }


def sized(name, model, config):
    """The side of the images of architectures whose parameters depend on it, where a description has it."""
    if name.startswith(("vit_", "deit", "beit", "flexivit", "eva")):
        return model.patch_embed.img_size[0]
    if re.match("swin|hiera|maxx?vit|coatne", name) is None:
        return None
    return config["model_args"]["img_size"][0]


def count(model, without=()):
    return sum(p.numel() for n, p in model.named_parameters() if not any(part in n for part in without))


def of_transformers(repo, kind, config, architecture, twin, processor=None, published=None, without=()):
    """`twin`: makes the model of the same name of timm or torchvision. `published`: the repository's own old file."""
    config.architectures = [kind]
    with torch.device("meta"):
        model = getattr(transformers, kind)(config)
        if twin is not None:
            theirs, ours = count(model, without), count(twin())
            assert theirs == ours, (repo, theirs, ours)
    processed = processor
    if published is not None:
        processed = getattr(transformers, published["feature_extractor_type"].replace("FeatureExtractor", "ImageProcessor"))
        processed = processed.from_dict(published)
    result = {
        "name": repo,
        "config": json.loads(config.to_json_string(use_diff=True)),
        "preprocessor": published or (json.loads(processor.to_json_string()) if processor else None),
        "architecture": architecture,
        "imageSize": image_size_of(config),
        "numClasses": config.num_labels if "ForImageClassification" in kind else 0,
    }
    for table in (result["config"], result["config"].get("vision_config", {}), result["config"].get("text_config", {})):
        table.pop("transformers_version", None)
        for key in ("stage_names", "label2id"):
            table.pop(key, None)
    result["config"].pop("text_config", None)
    if processed is not None:
        names = {0: "nearest", 2: "bilinear", 3: "bicubic"}
        result["interpolation"] = names[int(processed.resample)]
        result.update(truth(lambda image: processed(image, return_tensors="np")["pixel_values"][0]))
    return result


def image_size_of(config):
    """Of those whose parameters depend on it."""
    dino = ("dinov2", "dinov2_with_registers")
    siglip = ("siglip", "siglip_vision_model")
    positions = ("vit", "deit", "beit", "levit", *dino, *siglip, "clip", "clip_vision_model", "aimv2_vision_model", "hiera")
    if config.model_type not in positions:
        return None
    size = getattr(config, "vision_config", config).image_size
    return size if isinstance(size, int) else size[0]


def by_timm(name, **options):
    return lambda: timm.create_model(name, pretrained=False, **options)


def on_meta(name):
    """One that is too large to be made."""

    def make():
        with torch.device("meta"):
            return timm.create_model(name, pretrained=False)

    return make


def by_torchvision(name, **options):
    return lambda: getattr(torchvision.models, name)(**options)


def vit(**options):
    return transformers.ViTImageProcessor(**options)


imagenet = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
# transformers' own names for layers that the twins do not have, or that have no gradient there.
pooled = ("pooler", "mask_token")
registered = (*pooled, "position_embeddings", "cls_token", "register_tokens")
dinov2_processor = transformers.BitImageProcessor(
    size={"shortest_edge": 256}, crop_size={"height": 224, "width": 224}, resample=3, **imagenet
)


def clip_vision(**options):
    return transformers.CLIPVisionConfig(**options)


def dinov2_registers():
    model = timm.create_model("vit_small_patch14_reg4_dinov2", pretrained=False)
    for name in ("pos_embed", "cls_token", "reg_token"):
        setattr(model, name, None)
    return model


def levit_of_one_head():
    model = timm.create_model("levit_256", pretrained=False)
    model.head_dist = None
    return model


def main(path):
    clip_processor = transformers.CLIPImageProcessor()
    large = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
    so400m = {
        "hidden_size": 1152, "num_hidden_layers": 27, "num_attention_heads": 16, "intermediate_size": 4304, "patch_size": 16,
    }
    cases = [
        of_timm("vit_small_patch14_dinov2.lvd142m"),
        of_timm("resnet18.a1_in1k"),
        of_timm("resnet50.tv_in1k"),
        of_timm("convnext_tiny.fb_in1k"),
        of_timm("swin_tiny_patch4_window7_224.ms_in1k"),
        of_timm("hiera_tiny_224.mae_in1k_ft_in1k"),
        of_timm("coatnet_0_rw_224.sw_in1k"),
        of_timm("tf_efficientnet_lite0.in1k"),
        of_timm("vit_tiny_patch16_224.augreg_in21k_ft_in1k", num_classes=2, img_size=64),
        of_timm("vit_base_patch32_clip_quickgelu_224.openai"),
        of_timm("eva02_tiny_patch14_336.mim_in22k_ft_in1k"),
        of_timm("vit_base_patch16_siglip_224.webli", num_classes=0),
        of_transformers(
            "facebook/dinov2-small", "Dinov2Model",
            transformers.Dinov2Config(hidden_size=384, num_attention_heads=6, image_size=518),
            "vit_small_patch14_dinov2", by_timm("vit_small_patch14_dinov2"), dinov2_processor, without=pooled,
        ),
        of_transformers(
            "facebook/dinov2-giant", "Dinov2Model",
            transformers.Dinov2Config(
                hidden_size=1536, num_hidden_layers=40, num_attention_heads=24, image_size=518, use_swiglu_ffn=True
            ),
            "vit_giant_patch14_dinov2", by_timm("vit_giant_patch14_dinov2"), without=pooled,
        ),
        of_transformers(
            "facebook/dinov2-with-registers-small", "Dinov2WithRegistersModel",
            transformers.Dinov2WithRegistersConfig(
                hidden_size=384, num_attention_heads=6, image_size=518, patch_size=14
            ),
            "vit_small_patch14_reg4_dinov2", dinov2_registers, dinov2_processor, without=registered,
        ),
        of_transformers(
            "google/vit-base-patch16-224", "ViTForImageClassification", transformers.ViTConfig(num_labels=1000),
            "vit_base_patch16_224", by_timm("vit_base_patch16_224"),
            published={
                "do_normalize": True, "do_resize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "size": 224,
                "feature_extractor_type": "ViTFeatureExtractor",
            },
        ),
        of_transformers(
            "a/vit-small-with-names", "ViTForImageClassification",
            transformers.ViTConfig(
                hidden_size=384, num_attention_heads=6, intermediate_size=1536, image_size=384, patch_size=32,
                id2label={0: "cat", 1: "dog", 2: "fish"}, label2id={"cat": 0, "dog": 1, "fish": 2},
            ),
            "vit_small_patch32_384", by_timm("vit_small_patch32_384", num_classes=3),
            vit(size={"height": 384, "width": 384}, resample=3, do_normalize=False),
        ),
        of_transformers(
            "facebook/dino-vits8", "ViTModel",
            transformers.ViTConfig(hidden_size=384, num_attention_heads=6, intermediate_size=1536, patch_size=8),
            "vit_small_patch8_224", by_timm("vit_small_patch8_224", num_classes=0), vit(resample=2, **imagenet),
            without=pooled,
        ),
        of_transformers(
            "openai/clip-vit-base-patch32", "CLIPModel", transformers.CLIPConfig(), "clip_vit_b_32", None,
            published={
                "crop_size": 224, "do_center_crop": True, "do_normalize": True, "do_resize": True,
                "feature_extractor_type": "CLIPFeatureExtractor", "image_mean": [0.48145466, 0.4578275, 0.40821073],
                "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "size": 224,
            },
        ),
        of_transformers(
            "openai/clip-vit-large-patch14-336", "CLIPVisionModelWithProjection",
            clip_vision(image_size=336, patch_size=14, projection_dim=768, **large), "clip_vit_l_14_336", None,
            transformers.CLIPImageProcessor(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}),
        ),
        of_transformers(
            "a/clip-tower-without-projection", "CLIPVisionModel", clip_vision(patch_size=16),
            "vit_base_patch16_clip_quickgelu_224",
            by_timm("vit_base_patch16_clip_quickgelu_224", num_classes=0), clip_processor,
        ),
        of_transformers(
            "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "CLIPModel",
            transformers.CLIPConfig(vision_config={"hidden_act": "gelu"}), "open_clip_vit_b_32", None, clip_processor,
        ),
        of_transformers(
            "a/vit-of-another-size", "ViTModel", transformers.ViTConfig(image_size=256), "vit_base_patch16_224",
            by_timm("vit_base_patch16_224", num_classes=0, img_size=256), without=pooled,
        ),
        of_transformers(
            "facebook/dinov3-vits16-pretrain-lvd1689m", "DINOv3ViTModel",
            transformers.DINOv3ViTConfig(num_register_tokens=4, pos_embed_rescale=2.0),
            "vit_small_patch16_dinov3_qkvb", by_timm("vit_small_patch16_dinov3_qkvb"),
            transformers.DINOv3ViTImageProcessor(), without=pooled,
        ),
        of_transformers(
            "facebook/dinov3-vits16plus-pretrain-lvd1689m", "DINOv3ViTModel",
            transformers.DINOv3ViTConfig(num_register_tokens=4, use_gated_mlp=True, hidden_act="silu"),
            "vit_small_plus_patch16_dinov3_qkvb", by_timm("vit_small_plus_patch16_dinov3_qkvb"), without=pooled,
        ),
        of_transformers(
            "facebook/dinov3-vit7b16-pretrain-lvd1689m", "DINOv3ViTModel",
            transformers.DINOv3ViTConfig(
                hidden_size=4096, num_hidden_layers=40, num_attention_heads=32, intermediate_size=8192,
                num_register_tokens=4, use_gated_mlp=True, hidden_act="silu", query_bias=False, value_bias=False,
            ),
            "vit_7b_patch16_dinov3", on_meta("vit_7b_patch16_dinov3"), without=pooled,
        ),
        of_transformers(
            "a/dinov3-without-registers", "DINOv3ViTModel", transformers.DINOv3ViTConfig(), None, None,
        ),
        of_transformers(
            "apple/aimv2-huge-patch14-336", "Aimv2VisionModel",
            transformers.Aimv2VisionConfig(
                hidden_size=1536, num_attention_heads=12, intermediate_size=4096, image_size=336, use_head=False
            ),
            "aimv2_huge_patch14_336", on_meta("aimv2_huge_patch14_336"),
            transformers.CLIPImageProcessor(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}),
        ),
        of_transformers(
            "a/aimv2-with-its-pooling", "Aimv2VisionModel", transformers.Aimv2VisionConfig(), None, None,
        ),
        of_transformers(
            "microsoft/resnet-50", "ResNetForImageClassification", transformers.ResNetConfig(num_labels=1000),
            "resnet50", by_torchvision("resnet50"),
            published={
                "crop_pct": 0.875, "do_normalize": True, "do_resize": True,
                "feature_extractor_type": "ConvNextFeatureExtractor", "resample": 3, "size": 224, **imagenet,
            },
        ),
        of_transformers(
            "microsoft/resnet-18", "ResNetForImageClassification",
            transformers.ResNetConfig(
                num_labels=1000, layer_type="basic", depths=[2, 2, 2, 2], hidden_sizes=[64, 128, 256, 512]
            ),
            "resnet18", by_torchvision("resnet18"), transformers.ConvNextImageProcessor(size={"shortest_edge": 224}),
        ),
        of_transformers(
            "facebook/regnet-y-320-seer", "RegNetModel",
            transformers.RegNetConfig(depths=[2, 5, 12, 1], hidden_sizes=[232, 696, 1392, 3712], groups_width=232),
            "regnety_320", by_timm("regnety_320", num_classes=0), transformers.ConvNextImageProcessor(
                size={"shortest_edge": 224}, **imagenet
            ),
        ),
        of_transformers(
            "facebook/regnet-x-002", "RegNetForImageClassification",
            transformers.RegNetConfig(
                num_labels=1000, depths=[1, 1, 4, 7], hidden_sizes=[24, 56, 152, 368], groups_width=8, layer_type="x"
            ),
            "regnetx_002", by_timm("regnetx_002"),
        ),
        of_transformers(
            "facebook/regnet-y-10b-seer", "RegNetModel",
            transformers.RegNetConfig(
                depths=[2, 7, 17, 1], hidden_sizes=[2020, 4040, 11110, 28280], groups_width=1010
            ),
            None, None,
        ),
        of_transformers(
            "facebook/convnext-small-224", "ConvNextForImageClassification",
            transformers.ConvNextConfig(num_labels=1000, depths=[3, 3, 27, 3]),
            "convnext_small", by_torchvision("convnext_small"),
            transformers.ConvNextImageProcessor(size={"shortest_edge": 384}, **imagenet),
        ),
        of_transformers(
            "facebook/convnextv2-atto-1k-224", "ConvNextV2ForImageClassification",
            transformers.ConvNextV2Config(num_labels=1000, depths=[2, 2, 6, 2], hidden_sizes=[40, 80, 160, 320]),
            "convnextv2_atto", by_timm("convnextv2_atto"),
            transformers.ConvNextImageProcessor(size={"shortest_edge": 224}, **imagenet),
        ),
        of_transformers(
            "facebook/dinov3-convnext-tiny-pretrain-lvd1689m", "DINOv3ConvNextModel",
            transformers.DINOv3ConvNextConfig(), "convnext_tiny", by_timm("convnext_tiny", num_classes=0),
            transformers.DINOv3ViTImageProcessor(),
        ),
        of_transformers(
            "microsoft/swin-base-patch4-window7-224", "SwinForImageClassification",
            transformers.SwinConfig(num_labels=1000, embed_dim=128, depths=[2, 2, 18, 2], num_heads=[4, 8, 16, 32]),
            "swin_base_patch4_window7_224", by_timm("swin_base_patch4_window7_224"), vit(resample=3, **imagenet),
            without=pooled,
        ),
        of_transformers(
            "facebook/levit-128S", "LevitForImageClassificationWithTeacher",
            transformers.LevitConfig(num_labels=1000, num_attention_heads=[4, 6, 8], depths=[2, 3, 4]),
            "levit_128s", by_timm("levit_128s"),
            published={
                "do_center_crop": True, "do_normalize": True, "do_resize": True,
                "feature_extractor_type": "LevitFeatureExtractor", "resample": 3, "size": 224, **imagenet,
            },
        ),
        of_transformers(
            "a/levit-of-one-head", "LevitForImageClassification",
            transformers.LevitConfig(
                num_labels=1000, hidden_sizes=[256, 384, 512], num_attention_heads=[4, 6, 8], key_dim=[32, 32, 32]
            ),
            "levit_256", levit_of_one_head, transformers.LevitImageProcessor(),
        ),
        of_transformers(
            "a/levit-of-no-size", "LevitModel", transformers.LevitConfig(hidden_sizes=[128, 256, 512]), None, None
        ),
        of_transformers(
            "apple/mobilevit-xx-small", "MobileViTForImageClassification",
            transformers.MobileViTConfig(
                num_labels=1000, hidden_sizes=[64, 80, 96], neck_hidden_sizes=[16, 16, 24, 48, 64, 80, 320],
                expand_ratio=2.0,
            ),
            "mobilevit_xxs", by_timm("mobilevit_xxs"),
            published={
                "crop_size": {"height": 256, "width": 256}, "do_center_crop": True, "do_flip_channel_order": True,
                "do_resize": True, "feature_extractor_type": "MobileViTFeatureExtractor", "resample": 2,
                "size": {"shortest_edge": 288},
            },
        ),
        of_transformers(
            "apple/mobilevitv2-0.75", "MobileViTV2ForImageClassification",
            transformers.MobileViTV2Config(num_labels=1000, width_multiplier=0.75),
            "mobilevitv2_075", by_timm("mobilevitv2_075"),
            transformers.MobileViTImageProcessor(size={"shortest_edge": 288}),
        ),
        of_transformers(
            "microsoft/swin-base-patch4-window12-384", "SwinForImageClassification",
            transformers.SwinConfig(
                num_labels=1000, image_size=384, embed_dim=128, depths=[2, 2, 18, 2], num_heads=[4, 8, 16, 32],
                window_size=12,
            ),
            "swin_base_patch4_window12_384", by_timm("swin_base_patch4_window12_384"), without=pooled,
        ),
        of_transformers(
            "microsoft/swinv2-tiny-patch4-window8-256", "Swinv2ForImageClassification",
            transformers.Swinv2Config(num_labels=1000, image_size=256, window_size=8),
            "swinv2_tiny_window8_256", by_timm("swinv2_tiny_window8_256"), vit(resample=3, **imagenet), without=pooled,
        ),
        of_transformers(
            "microsoft/swinv2-base-patch4-window12to16-192to256-22kto1k-ft", "Swinv2ForImageClassification",
            transformers.Swinv2Config(
                num_labels=1000, image_size=256, embed_dim=128, depths=[2, 2, 18, 2], num_heads=[4, 8, 16, 32],
                window_size=16, pretrained_window_sizes=[12, 12, 12, 6],
            ),
            "swinv2_base_window12to16_192to256", by_timm("swinv2_base_window12to16_192to256"), without=pooled,
        ),
        of_transformers(
            "facebook/hiera-tiny-224-in1k-hf", "HieraForImageClassification",
            transformers.HieraConfig(num_labels=1000, depths=[1, 2, 7, 2]), "hiera_tiny_224", by_timm("hiera_tiny_224"),
            transformers.BitImageProcessor(
                size={"shortest_edge": 256}, crop_size={"height": 224, "width": 224}, resample=3, **imagenet
            ),
        ),
        of_transformers(
            "facebook/dinov2-small-imagenet1k-1-layer", "Dinov2ForImageClassification",
            transformers.Dinov2Config(hidden_size=384, num_attention_heads=6, num_labels=1000), None, None,
        ),
        of_transformers(
            "google/siglip-base-patch16-224", "SiglipVisionModel", transformers.SiglipVisionConfig(),
            "vit_base_patch16_siglip_224", by_timm("vit_base_patch16_siglip_224", num_classes=0),
            transformers.SiglipImageProcessor(size={"height": 224, "width": 224}),
        ),
        of_transformers(
            "google/siglip-so400m-patch14-384", "SiglipModel",
            transformers.SiglipConfig(vision_config={**so400m, "patch_size": 14, "image_size": 384}),
            "vit_so400m_patch14_siglip_384", None, transformers.SiglipImageProcessor(size={"height": 384, "width": 384}),
        ),
        of_transformers(
            "a/siglip-of-another-size", "SiglipVisionModel", transformers.SiglipVisionConfig(image_size=320),
            "vit_base_patch16_siglip_224", by_timm("vit_base_patch16_siglip_224", num_classes=0, img_size=320),
        ),
        of_transformers(
            "a/siglip-with-a-classifier", "SiglipForImageClassification",
            transformers.SiglipConfig(vision_config={"vision_use_head": False}, num_labels=3),
            "vit_base_patch16_siglip_gap_224", None,
        ),
        of_transformers(
            "google/siglip2-base-patch16-naflex", "Siglip2VisionModel", transformers.Siglip2VisionConfig(),
            "naflexvit_base_patch16_siglip", by_timm("naflexvit_base_patch16_siglip"),
        ),
        of_transformers(
            "google/siglip2-so400m-patch16-naflex", "Siglip2Model", transformers.Siglip2Config(vision_config=so400m),
            "naflexvit_so400m_patch16_siglip", None,
        ),
        of_transformers(
            "facebook/deit-base-distilled-patch16-384", "DeiTForImageClassificationWithTeacher",
            transformers.DeiTConfig(num_labels=1000, image_size=384),
            "deit_base_distilled_patch16_384", by_timm("deit_base_distilled_patch16_384"),
            transformers.DeiTImageProcessor(size={"height": 438, "width": 438}, crop_size={"height": 384, "width": 384}),
        ),
        of_transformers(
            "a/deit-without-a-teacher", "DeiTForImageClassification", transformers.DeiTConfig(num_labels=1000),
            None, None,
            transformers.DeiTImageProcessor(size={"height": 256, "width": 256}, crop_size={"height": 224, "width": 224}),
        ),
        of_transformers(
            "google/efficientnet-b0", "EfficientNetForImageClassification",
            transformers.EfficientNetConfig(
                num_labels=1000, width_coefficient=1.0, depth_coefficient=1.0, hidden_dim=1280, image_size=224
            ),
            "tf_efficientnet_b0", by_timm("tf_efficientnet_b0"),
            transformers.EfficientNetImageProcessor(
                size={"height": 224, "width": 224}, resample=2,
                image_mean=imagenet["image_mean"], image_std=[0.47853944, 0.4732864, 0.47434163],
            ),
        ),
        of_transformers(
            "google/mobilenet_v2_1.0_224", "MobileNetV2ForImageClassification",
            transformers.MobileNetV2Config(num_labels=1001),
            "transformers/mobilenet_v2_100", by_timm("mobilenetv2_100", num_classes=1001),
            transformers.MobileNetV2ImageProcessor(),
        ),
        of_transformers(
            "google/mobilenet_v2_0.35_96", "MobileNetV2Model", transformers.MobileNetV2Config(depth_multiplier=0.35),
            "transformers/mobilenet_v2_035", by_timm("mobilenetv2_035", num_classes=0),
        ),
        of_transformers(
            "a/mobilenet-without-tf-padding", "MobileNetV2Model", transformers.MobileNetV2Config(tf_padding=False),
            None, None,
        ),
        of_transformers(
            "microsoft/beit-base-patch16-224", "BeitForImageClassification",
            transformers.BeitConfig(num_labels=1000, use_relative_position_bias=True),
            "beit_base_patch16_224", by_timm("beit_base_patch16_224"),
        ),
        of_transformers(
            "microsoft/beit-large-patch16-512", "BeitModel",
            transformers.BeitConfig(use_relative_position_bias=True, image_size=512, **large),
            "beit_large_patch16_512", by_timm("beit_large_patch16_512", num_classes=0),
        ),
        of_transformers(
            "a/beit-with-positions", "BeitModel", transformers.BeitConfig(use_absolute_position_embeddings=True), None, None
        ),
        of_transformers(
            "nvidia/C-RADIOv4-H-by-transformers", "RadioModel", transformers.RadioConfig(), "c-radio_v4-h", None,
            transformers.CLIPImageProcessor(
                size={"height": 512, "width": 512}, do_center_crop=False, do_normalize=False, resample=3
            ),
        ),
        of_transformers(
            "a/radio-of-other-tokens", "RadioModel", transformers.RadioConfig(num_registers=5), None, None
        ),
    ]
    for case in cases:
        labels = case["config"].get("id2label")
        if labels is not None and labels.get("0") == "LABEL_0":
            # A thousand lines that say nothing; the first ones stand for them.
            case["config"]["id2label"] = {key: labels[key] for key in list(labels)[:5]}
            case["numClasses"] = min(case["numClasses"], 5)
    json.dump(cases, open(path, "w"), indent=1)


main(sys.argv[1])
