import { assert, assertEquals } from "@std/assert";
import { entry, list } from "../../src/models/registry.ts";
import { test } from "../helpers.ts";

/**
 * 120 of timm's names that its own documentation, courses and published code use most. There is no count of downloads to
 * go by: the list was made before it was looked what is there.
 */
const MOST_USED = `
resnet18 resnet34 resnet50 resnet101 resnet152 resnet50d wide_resnet50_2 resnext50_32x4d resnext101_32x8d
seresnet50 seresnext50_32x4d ecaresnet50d resnetrs50 resnest50d resnetv2_50x1_bit resnetv2_101x1_bit
regnety_002 regnety_008 regnety_016 regnety_032 regnety_160
densenet121 densenet161 densenet169 densenet201 vgg11_bn vgg16 vgg16_bn vgg19
inception_v3 inception_v4 inception_resnet_v2 xception41 legacy_xception
mobilenetv2_100 mobilenetv3_small_050 mobilenetv3_small_100 mobilenetv3_large_100 tf_mobilenetv3_large_100
mobilenetv4_conv_small mobilenetv4_conv_medium mobilenetv4_hybrid_medium
efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4 efficientnet_lite0
tf_efficientnet_b0 tf_efficientnet_b4 tf_efficientnet_b5 tf_efficientnet_b7 tf_efficientnet_lite0
tf_efficientnetv2_s tf_efficientnetv2_m tf_efficientnetv2_b0
mnasnet_100 semnasnet_100 lcnet_050 ghostnet_100 rexnet_100 hrnet_w18 res2net50_26w_4s cspdarknet53
repvgg_a2 mobileone_s0 fastvit_t8 edgenext_small repvit_m1 hgnetv2_b0 dm_nfnet_f0 eca_nfnet_l0
convnext_atto convnext_tiny convnext_small convnext_base convnext_large convnextv2_atto convnextv2_tiny convnextv2_base
vit_tiny_patch16_224 vit_small_patch16_224 vit_base_patch16_224 vit_base_patch32_224 vit_large_patch16_224
vit_base_patch16_384 vit_small_patch14_dinov2 vit_base_patch14_dinov2 vit_large_patch14_dinov2
vit_small_patch14_reg4_dinov2 vit_small_patch16_dinov3 vit_base_patch16_dinov3 vit_large_patch16_dinov3
vit_base_patch16_clip_224 vit_large_patch14_clip_224 vit_base_patch16_siglip_224 vit_so400m_patch14_siglip_384
deit_tiny_patch16_224 deit_small_patch16_224 deit_base_patch16_224 deit3_base_patch16_224 beit_base_patch16_224
beitv2_base_patch16_224 eva02_tiny_patch14_224 eva02_base_patch14_448 eva02_large_patch14_448
swin_tiny_patch4_window7_224 swin_base_patch4_window7_224 swinv2_tiny_window8_256 maxvit_tiny_tf_224
hiera_base_224 caformer_s18 mixer_b16_224 levit_256 mobilevit_s mobilevitv2_100 tiny_vit_21m_224 efficientvit_b0
efficientformerv2_s0 xcit_small_12_p16_224
`.trim().split(/\s+/);

/** Those that are not here: architectures of their own, each for few weights. */
const MISSING = [
  "inception_v4",
  "inception_resnet_v2",
  "xception41",
  "legacy_xception",
  "rexnet_100",
  "hrnet_w18",
  "res2net50_26w_4s",
  "cspdarknet53",
  "xcit_small_12_p16_224",
];

test("of timm's most used names all but a few are in the registry, and say what their weights want", () => {
  const known = new Set(list());
  assertEquals(new Set(MOST_USED).size, MOST_USED.length);
  assertEquals(MOST_USED.filter((name) => !known.has(name)), MISSING);
  for (const name of MOST_USED.filter((one) => known.has(one))) {
    const { inputSize, license, stageDims, stageReductions } = entry(name);
    assert(inputSize >= 160 && license !== null, name);
    assertEquals(stageDims.length, stageReductions.length, name);
  }
});
