"""Writes what DeiTs, BEiTs, SigLIPs and RADIOs compute whose parameters are not named as timm's, and those names.

python tests/golden/dialects_plain.py OUT

Values are functions of the names that a state dict has (see parity.py), so only names, shapes and results are kept.
"""

import json
import sys

import parity
import timm
import torch
import transformers as t
from foreign_names import from_files, images, own, record
from safetensors.torch import save_file
from timm.models.beit import checkpoint_filter_fn as beit_filter
from timm.models.deit import checkpoint_filter_fn as deit_filter

SIZE = 16
narrow = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "patch_size": 8, "num_labels": 5}
vision = {**narrow, "intermediate_size": 48, "image_size": SIZE}
of_timm = {"img_size": SIZE, "patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 2, "mlp_ratio": 2}
torch.manual_seed(0)


def filled(state):
    state = {name: value.clone() for name, value in state.items()}
    parity.fill_state(state)
    return state


@torch.no_grad()
def through_timm(model, state, translate, size=SIZE):
    """timm's model with a state that its own loading translates."""
    state = filled(state)
    model.load_state_dict(translate(dict(state), model))
    return record(state, model.eval()(images(size)), size)


def deit3():
    """Parameters by the names of Meta's DeiT III."""
    model = timm.create_model("deit3_small_patch16_224", num_classes=5, **of_timm)
    state = {name.replace("ls1.gamma", "gamma_1").replace("ls2.gamma", "gamma_2"): value
             for name, value in model.state_dict().items()}  # fmt: skip
    return through_timm(model, state, lambda state, model: deit_filter(state, model, adapt_layer_scale=True))


def beit(size, given):
    """Parameters by the names of Microsoft's BEiT, of images of another size."""
    options = {**of_timm, "num_classes": 5}
    other = timm.create_model("beit_base_patch16_224", **{**options, "img_size": given}).state_dict()
    model = timm.create_model("beit_base_patch16_224", **{**options, "img_size": size})
    tokens = (given // 8) ** 2 + 1
    index = {f"blocks.{i}.attn.relative_position_index": torch.zeros(tokens, tokens, dtype=torch.long) for i in range(2)}
    return through_timm(model, {**other, **index}, beit_filter, size)


def packed(size=SIZE):
    """What a NaFlex model of transformers takes: the pixels of patches, a mask, the grid."""
    patches = images(size).unfold(2, 8, 8).unfold(3, 8, 8).permute(0, 2, 3, 4, 5, 1)
    rows, columns = patches.shape[1:3]
    patches = patches.reshape(2, rows * columns, -1)
    shape = torch.tensor([[rows, columns]] * 2)
    return {
        "pixel_values": patches,
        "pixel_attention_mask": torch.ones(patches.shape[:2], dtype=torch.long),
        "spatial_shapes": shape,
    }


logits = lambda model, images: model(images).logits  # noqa: E731
pooled = lambda model, images: model(images).pooler_output  # noqa: E731
summary = lambda model, images: model(images).summary  # noqa: E731


def of_siglip(model, images):
    features = model.get_image_features(images)
    return features if isinstance(features, torch.Tensor) else features.pooler_output


@torch.no_grad()
def mean(model, images):
    """The mean of the patches after the last norm."""
    return model(images).last_hidden_state.mean(1)


def of_flexible(model, images):
    return model(**packed()).pooler_output


text = {"hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8, "vocab_size": 9}
whole = t.SiglipConfig(vision_config=vision, text_config={**text, "max_position_embeddings": 4})
beit_config = t.BeitConfig(**vision, use_relative_position_bias=True, layer_norm_eps=1e-6, layer_scale_init_value=0.1)
shared = t.BeitConfig(**vision, use_shared_relative_position_bias=True, layer_norm_eps=1e-6)
deit_config = t.DeiTConfig(**vision, layer_norm_eps=1e-6)
siglip2 = t.Siglip2VisionConfig(**{**vision, "num_patches": 9})
radio = t.RadioConfig(
    **{key: value for key, value in narrow.items() if key != "num_labels"}, mlp_ratio=2.0, image_size=SIZE, max_img_size=32,
    layerscale_value=1.0,
)
records = {
    "DeiTForImageClassificationWithTeacher": from_files(
        t.DeiTForImageClassificationWithTeacher(deit_config), SIZE, logits
    ),
    "Meta's DeiT III": deit3(),
    "BeitForImageClassification": from_files(t.BeitForImageClassification(beit_config), SIZE, logits),
    "BeitModel, modules": own(t.BeitModel(beit_config), SIZE, pooled),
    "BeitModel, shared positions": from_files(t.BeitModel(shared), SIZE, pooled),
    "Microsoft's BEiT": beit(16, 16),
    "Microsoft's BEiT, other size": beit(24, 16),
    "SiglipVisionModel": from_files(t.SiglipVisionModel(t.SiglipVisionConfig(**vision)), SIZE, pooled),
    "SiglipVisionModel, the mean": from_files(t.SiglipVisionModel(t.SiglipVisionConfig(**vision)), SIZE, mean),
    "SiglipModel": from_files(t.SiglipModel(whole), SIZE, of_siglip),
    "Siglip2VisionModel": from_files(t.Siglip2VisionModel(siglip2), SIZE, of_flexible),
    "RadioModel": from_files(t.RadioModel(radio), SIZE, summary),
    "RadioModel, modules": own(t.RadioModel(radio), SIZE, summary),
}
tensors = {f"{name}/output": value["output"] for name, (value, _) in records.items()}
save_file(tensors, sys.argv[1], metadata={name: json.dumps(facts) for name, (_, facts) in records.items()})
