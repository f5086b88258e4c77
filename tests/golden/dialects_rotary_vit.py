"""Writes what DINOv3, EVA, the Perception Encoder and AIMv2 compute by other names than timm's, and those names.

python tests/golden/dialects_rotary_vit.py OUT

Values are functions of the names that a state dict has (see parity.py), so only names, shapes and results are kept.
"""

import json
import sys

import parity
import timm
import torch
import transformers
from foreign_names import from_files, images, own, record
from safetensors.torch import save_file
from timm.models.eva import checkpoint_filter_fn as eva_filter
from timm.models.vision_transformer import checkpoint_filter_fn as vit_filter

SIZE = 32


@torch.no_grad()
def through_timm(name, state_of, translate=eva_filter, zero=(), **options):
    """timm's model with a state by its publisher's names, which timm itself translates; `zero` names what is zero."""
    model = timm.create_model(name, num_classes=0, embed_dim=24, depth=2, num_heads=2, **options)
    state = {key: torch.zeros(value) for key, value in state_of(model.state_dict()).items()}
    parity.fill_state(state)
    for key in state:
        if key.endswith(zero):
            state[key].zero_()
    model.load_state_dict(translate(dict(state), model), strict=True)
    return record(state, model.eval()(images(SIZE)), SIZE)


def shapes(state):
    return {name: tuple(value.shape) for name, value in state.items()}


def meta_dinov3(state):
    """By the names of Meta's DINOv3: all biases in one, with a mask for the keys', and what only training has."""
    result = {"mask_token": (1, 24), "rope_embed.periods": (3,), "local_cls_norm.weight": (24,)}
    for name, shape in shapes(state).items():
        if name.endswith("v_bias") or name.endswith("q_bias"):
            continue
        if name.endswith("attn.qkv.weight"):
            layer = name.removesuffix("weight")
            result |= {layer + "bias": (72,), layer + "bias_mask": (72,)}
        for ours, theirs in {
            "reg_token": "storage_tokens", "gamma_1": "ls1.gamma", "gamma_2": "ls2.gamma",
            "mlp.fc1_g": "mlp.w1", "mlp.fc1_x": "mlp.w2",
        }.items():  # fmt: skip
            name = name.replace(ours, theirs)
        result[name.replace("mlp.fc2", "mlp.w3") if "mlp.fc1_g.weight" in str(list(state)) else name] = shape
    return result


def baai(prefix, more=()):
    """By the names of BAAI's EVA-02, with what timm leaves out."""

    def rename(state):
        packed = any(name.endswith("mlp.fc1.weight") for name in state)
        result = {"rope.freqs_cos": (4, 12), "blocks.0.attn.rope.freqs_sin": (4, 12)}
        result |= dict(more)
        for name, shape in shapes(state).items():
            for ours, theirs in {
                "q_proj.bias": "q_bias", "v_proj.bias": "v_bias", "mlp.norm": "mlp.ffn_ln",
                "attn.norm": "attn.inner_attn_ln", "mlp.fc1_g": "mlp.w1", "mlp.fc1_x": "mlp.w2",
                "mlp.fc1.": "mlp.w12." if packed else "mlp.fc1.", "mlp.fc2": "mlp.w3", "fc_norm": "norm",
            }.items():  # fmt: skip
                if ours == "fc_norm" and "mask_token" not in result:
                    continue
                name = name.replace(ours, theirs)
            result[name] = shape
        named = {prefix + name: shape for name, shape in result.items()}
        return {**named, "logit_scale": (1,)} if prefix else named

    return rename


def meta_pe(prefix):
    """By the names of Meta's Perception Encoder."""

    def rename(state):
        result = {}
        for name, shape in shapes(state).items():
            for ours, theirs in {
                "patch_embed.proj": "conv1", "pos_embed": "positional_embedding", "cls_token": "class_embedding",
                "attn_pool.latent": "attn_pool.probe", "attn_pool.norm": "attn_pool.layernorm",
                "attn_pool.proj": "attn_pool.attn.out_proj", "norm_pre": "ln_pre", "blocks.": "transformer.resblocks.",
                ".norm1": ".ln_1", ".norm2": ".ln_2", ".gamma_1": ".ls_1.gamma", ".gamma_2": ".ls_2.gamma",
                "qkv.": "in_proj_", ".attn.proj": ".attn.out_proj", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj",
            }.items():  # fmt: skip
                name = name.replace(ours, theirs)
            if name.startswith("norm."):
                name = name.replace("norm.", "ln_post.")
            if name.startswith("attn_pool.q."):
                continue
            if name.startswith("attn_pool.kv."):
                name = name.replace("attn_pool.kv.", "attn_pool.attn.in_proj_")
                shape = (36 * 2, *shape[1:])
            if name in ("positional_embedding", "class_embedding"):
                shape = shape[1:] if name == "positional_embedding" else shape[2:]
            result[prefix + name] = shape
        if prefix:
            result |= {"logit_scale": (), "transformer.resblocks.0.ln_1.weight": (8,), "positional_embedding": (4, 8)}
        return result

    return rename


def apple(state):
    """By the names of Apple's AIMv2."""
    result = {}
    for name, shape in shapes(state).items():
        for ours, theirs in {
            "mlp.fc1_g": "mlp.fc1", "mlp.fc1_x": "mlp.fc3", ".norm1": ".norm_1", ".norm2": ".norm_2",
            "patch_embed.": "preprocessor.patchifier.", "pos_embed": "preprocessor.pos_embed",
            "blocks.": "trunk.blocks.",
        }.items():  # fmt: skip
            name = name.replace(ours, theirs)
        result["trunk.post_trunk_norm.weight" if name == "norm.weight" else name] = shape
    return result


t = transformers
narrow = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "patch_size": 16, "image_size": SIZE}
dinov3 = t.DINOv3ViTConfig(**narrow, intermediate_size=96, num_register_tokens=4)
gated = t.DINOv3ViTConfig(
    **narrow, intermediate_size=96, num_register_tokens=4, use_gated_mlp=True, hidden_act="silu", query_bias=False,
    value_bias=False,
)  # fmt: skip
aim = t.Aimv2VisionConfig(**narrow, intermediate_size=66)
text = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8, "vocab_size": 9}
whole_aim = t.Aimv2Config(vision_config=aim.to_dict(), text_config={**text, "eos_token_id": 1}, projection_dim=10)

first = lambda model, images: model(images).pooler_output  # noqa: E731
mean = lambda model, images: model(images).last_hidden_state.mean(1)  # noqa: E731
of_vision = lambda model, images: model.vision_model(images).last_hidden_state.mean(1)  # noqa: E731
masked = {"mask_token": (1, 1, 24), "lm_head.weight": (8, 24), "lm_head.bias": (8,)}
at = {"img_size": SIZE}

records = {
    "DINOv3ViTModel": from_files(t.DINOv3ViTModel(dinov3), SIZE, first),
    "DINOv3ViTModel, modules": own(t.DINOv3ViTModel(dinov3), SIZE, first),
    "DINOv3ViTModel, gated": from_files(t.DINOv3ViTModel(gated), SIZE, first),
    "Meta's DINOv3": through_timm("vit_small_patch16_dinov3_qkvb", meta_dinov3),
    "Meta's DINOv3, biases of zeros": through_timm("vit_small_patch16_dinov3", meta_dinov3, zero=("attn.qkv.bias",)),
    "Meta's DINOv3, gated": through_timm("vit_small_plus_patch16_dinov3_qkvb", meta_dinov3),
    "BAAI's EVA-02": through_timm("eva02_base_patch14_224", baai(""), patch_size=16, **at),
    "BAAI's EVA-02, pre-trained": through_timm("eva02_tiny_patch14_224", baai("", masked), patch_size=16, **at),
    "BAAI's EVA-02 CLIP": through_timm("eva02_base_patch16_clip_224", baai("visual."), **at),
    "Meta's Perception Encoder": through_timm(
        "vit_pe_core_base_patch16_224", meta_pe(""), attn_pool_num_heads=4, **at
    ),
    "Meta's Perception Encoder, with text": through_timm(
        "vit_pe_core_base_patch16_224", meta_pe("visual."), attn_pool_num_heads=4, **at
    ),
    "Meta's Perception Encoder, language": through_timm(
        "vit_pe_lang_gigantic_patch14_448", meta_pe(""), patch_size=16, **at
    ),
    "Meta's Perception Encoder, spatial": through_timm("vit_pe_spatial_tiny_patch16_512", meta_pe(""), **at),
    "Aimv2VisionModel": from_files(t.Aimv2VisionModel(aim), SIZE, mean),
    "Aimv2Model": from_files(t.Aimv2Model(whole_aim), SIZE, of_vision),
    "Apple's AIMv2": through_timm("aimv2_large_patch14_224", apple, vit_filter, patch_size=16, **at),
}
tensors = {f"{name}/output": value["output"] for name, (value, _) in records.items()}
save_file(tensors, sys.argv[1], metadata={name: json.dumps(facts) for name, (_, facts) in records.items()})
