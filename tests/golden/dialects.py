"""Writes what models compute whose parameters other publishers name otherwise, and those names.

python tests/golden/dialects.py OUT

Values are functions of the names that a file has (see parity.py), so only names, shapes and results are kept.
"""

import json
import sys

import parity
import torch
import torchvision
import transformers
from foreign_names import from_files, images, own, record
from safetensors.torch import save_file
from timm.layers import SwiGLUPacked
from timm.models import vision_transformer

SIZE = 16
narrow = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "patch_size": 8}
vision = {**narrow, "intermediate_size": 48, "image_size": SIZE}
torch.manual_seed(0)


def filled(state):
    state = {name: value.clone() for name, value in state.items()}
    parity.fill_state(state)
    return state


@torch.no_grad()
def through_timm(model, state, size=SIZE):
    """timm's model with a state that its own loading translates."""
    state = filled(state)
    model.load_state_dict(vision_transformer.checkpoint_filter_fn(dict(state), model))
    return record(state, model.eval()(images(size)), size)


def narrow_timm(**options):
    return vision_transformer.VisionTransformer(
        **{"img_size": SIZE, "patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 2, "mlp_ratio": 2, **options}
    )


def meta_dinov2(**options):
    """Parameters by the names of Meta's DINOv2: positions of the class token, and a mask token."""
    state = narrow_timm(num_classes=0, init_values=1e-5, **options).state_dict()
    renamed = {}
    for name, value in state.items():
        name = name.replace("reg_token", "register_tokens")
        if "mlp_layer" in options:
            name = name.replace("mlp.fc1", "mlp.w12").replace("mlp.fc2", "mlp.w3")
        if name == "pos_embed" and "reg_tokens" in options:
            value = torch.zeros(1, value.shape[1] + 1, 24)
        renamed[name] = value
    return {**renamed, "mask_token": torch.zeros(1, 24)}


def openai_tower():
    """Parameters by the names of OpenAI's CLIP, with a little of its text tower."""
    state = {"class_embedding": (24,), "positional_embedding": (5, 24), "proj": (24, 10), "conv1.weight": (24, 3, 8, 8)}
    for norm in ["ln_pre", "ln_post"]:
        state |= {f"{norm}.weight": (24,), f"{norm}.bias": (24,)}
    for i in range(2):
        layers = {
            "attn.in_proj_weight": (72, 24), "attn.in_proj_bias": (72,), "attn.out_proj.weight": (24, 24),
            "attn.out_proj.bias": (24,), "ln_1.weight": (24,), "ln_1.bias": (24,), "ln_2.weight": (24,),
            "ln_2.bias": (24,), "mlp.c_fc.weight": (48, 24), "mlp.c_fc.bias": (48,), "mlp.c_proj.weight": (24, 48),
            "mlp.c_proj.bias": (24,),
        }  # fmt: skip
        state |= {f"transformer.resblocks.{i}.{name}": shape for name, shape in layers.items()}
    whole = {f"visual.{name}": torch.zeros(shape) for name, shape in state.items()}
    text = {"logit_scale": (), "positional_embedding": (7, 8), "transformer.resblocks.0.ln_1.weight": (8,)}
    return {**whole, **{name: torch.zeros(shape) for name, shape in text.items()}}


clip_timm = {
    "num_classes": 10,
    "pre_norm": True,
    "norm_layer": lambda dim, **_: torch.nn.LayerNorm(dim, eps=1e-5),
    "act_layer": "quick_gelu",
}
dinov2 = {**narrow, "mlp_ratio": 2, "image_size": SIZE}
registers = {"reg_tokens": 4, "no_embed_class": True}
gated = {"mlp_layer": SwiGLUPacked, "act_layer": torch.nn.SiLU, "mlp_ratio": 64 / 24}
trunk = narrow_timm(num_classes=10).state_dict()
trunk = {f"visual.trunk.{name}": value for name, value in trunk.items() if not name.startswith("head.")}
projection = {"visual.head.proj.weight": torch.zeros(10, 24), "logit_scale": torch.zeros(())}

t = transformers
first = lambda model, images: model(images).last_hidden_state[:, 0]  # noqa: E731
pooled = lambda model, images: model(images).pooler_output  # noqa: E731
embedded = lambda model, images: model(images).image_embeds  # noqa: E731
logits = lambda model, images: model(images).logits  # noqa: E731


def of_clip(model, images):
    features = model.get_image_features(images)
    return features if isinstance(features, torch.Tensor) else features.pooler_output


vit = t.ViTConfig(**vision, layer_norm_eps=1e-6)
swiglu = t.Dinov2Config(**dinov2, use_swiglu_ffn=True)
clip = t.CLIPVisionConfig(**vision, projection_dim=10)
text = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8, "vocab_size": 9}
text |= {"max_position_embeddings": 4, "bos_token_id": 0, "eos_token_id": 1}
whole_clip = t.CLIPConfig(vision_config=vision, text_config=text, projection_dim=10)

records = {
    "ViTModel": from_files(t.ViTModel(vit), SIZE, first),
    "ViTModel, modules": own(t.ViTModel(vit, add_pooling_layer=False), SIZE, first),
    "ViTForImageClassification": from_files(
        t.ViTForImageClassification(t.ViTConfig(**vision, layer_norm_eps=1e-6, num_labels=10)), SIZE, logits
    ),
    "Dinov2Model": from_files(t.Dinov2Model(t.Dinov2Config(**dinov2)), SIZE, pooled),
    "Dinov2Model, gated": from_files(t.Dinov2Model(swiglu), SIZE, pooled),
    "Dinov2Model, gated, modules": own(t.Dinov2Model(swiglu), SIZE, pooled),
    "Dinov2WithRegistersModel": from_files(
        t.Dinov2WithRegistersModel(t.Dinov2WithRegistersConfig(**dinov2)), SIZE, pooled
    ),
    "CLIPVisionModelWithProjection": from_files(t.CLIPVisionModelWithProjection(clip), SIZE, embedded),
    "CLIPVisionModel": from_files(t.CLIPVisionModel(clip), SIZE, pooled),
    "CLIPModel": from_files(t.CLIPModel(whole_clip), SIZE, of_clip),
    "torchvision": own(
        torchvision.models.VisionTransformer(SIZE, 8, 2, 2, 24, 48, num_classes=10), SIZE
    ),
    "Meta's DINOv2": through_timm(narrow_timm(num_classes=0, init_values=1e-5), meta_dinov2()),
    "Meta's DINOv2, registers, gated": through_timm(
        narrow_timm(num_classes=0, init_values=1e-5, **registers, **gated), meta_dinov2(**registers, **gated)
    ),
    "Meta's DINOv2, other size": through_timm(
        narrow_timm(num_classes=0, init_values=1e-5, img_size=24), meta_dinov2(img_size=40), 24
    ),
    "OpenAI's CLIP": through_timm(narrow_timm(**clip_timm), openai_tower()),
    "OpenAI's CLIP, other size": through_timm(narrow_timm(**clip_timm, img_size=32), openai_tower(), 32),
    "OpenCLIP with timm's trunk": through_timm(narrow_timm(num_classes=10), {**trunk, **projection}),
}
tensors = {f"{name}/output": value["output"] for name, (value, _) in records.items()}
save_file(tensors, sys.argv[1], metadata={name: json.dumps(facts) for name, (_, facts) in records.items()})
