"""Writes what hierarchical networks compute whose parameters are not named as timm's, and those names.

python tests/golden/dialects_hier.py OUT PUBLISHERS

PUBLISHERS is a folder with what publishers wrote themselves: `metaformer_baselines.py` (sail-sg/metaformer; `to_2tuple` comes from `timm.layers` now),
`tiny_vit.py` (wkcn/TinyViT), the package `hiera` (facebookresearch/hiera). Values are functions of the names that a
state dict has (see parity.py), so only names, shapes and results are kept.
"""

import re
import sys

sys.path.insert(0, sys.argv[2])

import parity  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from foreign_names import from_files, images, record  # noqa: E402
from timm.models.metaformer import GroupNorm1, MetaFormer, nn  # noqa: E402
from timm.models.metaformer import checkpoint_filter_fn as metaformer_filter  # noqa: E402
from timm.models.swin_transformer_v2 import SwinTransformerV2  # noqa: E402
from timm.models.swin_transformer_v2 import checkpoint_filter_fn as swin_filter  # noqa: E402
from torchvision.models.maxvit import MaxVit  # noqa: E402
from torchvision.models.swin_transformer import PatchMergingV2, SwinTransformer, SwinTransformerBlockV2  # noqa: E402

import hiera  # noqa: E402
import metaformer_baselines as baselines  # noqa: E402
import tiny_vit  # noqa: E402

COMPUTED = ("relative_coords_table",)


@torch.no_grad()
def own(model, size):
    """A model by its own names, without what follows from sizes."""
    parity.fill(model)
    state = {name: value for name, value in model.state_dict().items() if not name.endswith(COMPUTED)}
    return record(state, model.eval()(images(size)), size)


@torch.no_grad()
def renamed(model, size, rename, translate):
    """timm's model with the names of the original release, which timm itself translates back."""
    original = {rename(name): value.clone() for name, value in model.state_dict().items()}
    parity.fill_state(original)
    model.load_state_dict(translate(original, model), strict=True)
    return record(original, model.eval()(images(size)), size)


def swin_original(name):
    name = re.sub(r"^layers\.(\d+)\.downsample", lambda m: f"layers.{int(m.group(1)) - 1}.downsample", name)
    return name.replace("head.fc.", "head.")


def poolformer_original(name):
    name = re.sub(r"^stages\.(\d+)\.blocks\.", lambda m: f"network.{2 * int(m.group(1))}.", name)
    name = re.sub(r"^stages\.(\d+)\.downsample\.conv", lambda m: f"network.{2 * int(m.group(1)) - 1}.proj", name)
    name = re.sub(r"layer_scale(\d)\.scale", r"layer_scale_\1", name)
    return name.replace("stem.conv", "patch_embed.proj").replace("head.norm", "norm").replace("head.fc", "head")


swin = {"embed_dim": 8, "depths": [2, 1, 2], "num_heads": [1, 2, 4], "num_classes": 10}
second = {"block": SwinTransformerBlockV2, "downsample_layer": PatchMergingV2}
stages = {"depths": [1, 1, 2, 1], "num_classes": 10}
pool = MetaFormer(
    dims=(8, 12, 16, 20), downsample_norm=None, mlp_act=nn.GELU, mlp_bias=True, norm_layers=GroupNorm1,
    layer_scale_init_values=1e-5, res_scale_init_values=None, use_mlp_head=False, **stages,
)
mixers = [baselines.SepConv, baselines.SepConv, baselines.Attention, baselines.Attention]
swinv2_config = transformers.Swinv2Config(
    image_size=64, embed_dim=8, depths=[2, 1, 2], num_heads=[1, 2, 4], window_size=4, num_labels=10
)
hiera_config = transformers.HieraConfig(
    image_size=[64, 64], embed_dim=8, depths=[1, 2, 2, 1], num_heads=[1, 2, 4, 8], num_labels=10
)
meta = hiera.Hiera(input_size=(64, 64), embed_dim=8, num_heads=1, stages=(1, 2, 2, 1), num_classes=10)
# It gives probabilities in evaluation.
meta.head.act_func = nn.Identity()

parity.save(
    sys.argv[1],
    {
        "torchvision's Swin": own(SwinTransformer([4, 4], swin["embed_dim"], swin["depths"], swin["num_heads"], [7, 7], num_classes=10), 60),
        "torchvision's Swin, version 2": own(
            SwinTransformer([4, 4], swin["embed_dim"], swin["depths"], swin["num_heads"], [4, 4], num_classes=10, **second), 60
        ),
        "Microsoft's Swin, version 2": renamed(
            SwinTransformerV2(64, window_size=4, pretrained_window_sizes=(0, 0, 0), **swin), 64, swin_original, swin_filter
        ),
        "transformers' Swin, version 2": from_files(transformers.Swinv2ForImageClassification(swinv2_config), 64),
        "torchvision's MaxViT": own(MaxVit((64, 64), 8, 2, [32, 64], [1, 2], 32, 0.2, num_classes=10), 64),
        "Meta's Hiera": own(meta, 64),
        "transformers' Hiera": from_files(transformers.HieraForImageClassification(hiera_config), 64),
        "PoolFormer's own": renamed(pool, 64, poolformer_original, metaformer_filter),
        "the MetaFormer baselines' own": own(
            baselines.MetaFormer(
                dims=[8, 12, 32, 64], token_mixers=mixers, head_fn=baselines.MlpHead, **stages
            ),
            64,
        ),
        "the MetaFormer baselines' own, pooling": own(
            baselines.MetaFormer(
                dims=[8, 12, 16, 20], token_mixers=baselines.Pooling,
                norm_layers=baselines.partial(baselines.LayerNormGeneral, normalized_dim=(1, 2, 3), eps=1e-6, bias=False),
                **stages,
            ),
            64,
        ),
        "Microsoft's TinyViT": own(
            tiny_vit.TinyViT(
                img_size=64, num_classes=10, embed_dims=[8, 16, 24], depths=[1, 2, 1], num_heads=[1, 2, 3],
                window_sizes=[7, 4, 4],
            ),
            64,
        ),
    },
)
