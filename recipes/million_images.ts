/**
 * A hundred public teachers for a million photographs: what `docs/million_images.md` plans.
 *
 *     deno task apprentice store plan recipes/million_images.ts --images 1e6 --gpus 8 --gpu a100
 *
 * Plans need neither the photographs nor the weights. To be filled it wants photographs in `photos/`, and fetches 70 GB of weights
 * from the hub: `store fill recipes/million_images.ts --part 1/8` on the first of eight machines.
 */
import { runs } from "../mod.ts";

/** Architectures, and the tags of their weights. */
const SHELF: Readonly<Record<string, readonly string[]>> = {
  vit_small_patch16_224: ["augreg_in21k_ft_in1k", "augreg_in1k", "augreg_in21k", "dino"],
  vit_base_patch16_224: [
    ...["augreg2_in21k_ft_in1k", "augreg_in21k_ft_in1k", "orig_in21k_ft_in1k", "augreg_in1k"],
    ...["orig_in21k", "augreg_in21k", "sam_in1k", "bamboo", "dino", "mae"],
  ],
  vit_large_patch16_224: ["augreg_in21k_ft_in1k", "orig_in21k", "augreg_in21k", "mae"],
  vit_small_patch14_dinov2: ["lvd142m"],
  vit_base_patch14_dinov2: ["lvd142m"],
  vit_large_patch14_dinov2: ["lvd142m"],
  vit_giant_patch14_dinov2: ["lvd142m"],
  vit_small_patch16_dinov3: ["lvd1689m"],
  vit_base_patch16_dinov3: ["lvd1689m"],
  vit_large_patch16_dinov3: ["lvd1689m", "sat493m"],
  vit_huge_plus_patch16_dinov3: ["lvd1689m"],
  vit_base_patch16_clip_224: [
    ...["laion2b_ft_in12k_in1k", "openai_ft_in12k_in1k", "laion2b_ft_in1k", "openai_ft_in1k"],
    ...["laion2b_ft_in12k", "openai_ft_in12k", "laion2b", "laion400m_e32", "datacompxl", "dfn2b"],
  ],
  vit_large_patch14_clip_224: [
    ...["laion2b_ft_in12k_in1k", "openai_ft_in12k_in1k", "laion2b_ft_in1k", "openai_ft_in1k"],
    ...["laion2b_ft_in12k", "openai_ft_in12k", "laion2b", "laion400m_e32", "datacompxl", "dfn2b"],
  ],
  vit_huge_patch14_clip_224: ["laion2b_ft_in12k_in1k", "laion2b_ft_in1k", "laion2b", "dfn5b"],
  vit_base_patch16_siglip_224: ["v2_webli", "webli"],
  vit_so400m_patch14_siglip_224: ["v2_webli", "webli"],
  beitv2_large_patch16_224: ["in1k_ft_in22k_in1k", "in1k_ft_in1k", "in1k_ft_in22k"],
  deit3_large_patch16_224: ["fb_in1k", "fb_in22k_ft_in1k"],
  eva02_large_patch14_224: ["mim_in22k", "mim_m38m"],
  swin_base_patch4_window7_224: ["ms_in22k_ft_in1k", "ms_in1k", "ms_in22k"],
  swin_large_patch4_window7_224: ["ms_in22k_ft_in1k", "ms_in22k"],
  convnext_tiny: ["in12k_ft_in1k", "in12k", "fb_in22k_ft_in1k", "fb_in1k", "fb_in22k"],
  convnext_small: ["in12k_ft_in1k", "in12k", "fb_in22k_ft_in1k", "fb_in1k", "fb_in22k"],
  convnext_base: ["fb_in22k_ft_in1k", "fb_in1k", "fb_in22k", "dinov3_lvd1689m"],
  convnext_large: ["fb_in22k_ft_in1k", "fb_in1k", "fb_in22k", "dinov3_lvd1689m"],
  resnet50: ["tv_in1k", "a1_in1k", "a1h_in1k", "a2_in1k", "a3_in1k", "b1k_in1k", "b2k_in1k"],
  resnet101: ["tv_in1k", "a1h_in1k", "a1_in1k", "a2_in1k"],
  resnet152: ["tv_in1k", "a1h_in1k", "a1_in1k", "a2_in1k"],
};

/** DINOv2 was published for 518 pixels, at which it costs six times as much. */
const view = { size: [224, 224] } as const;

export default runs.recipe({
  name: "million_images",
  data: { train: { images: "photos" } },
  student: { name: "resnet50", numClasses: 0 },
  teachers: Object.entries(SHELF).flatMap(([architecture, tags]) =>
    tags.map((tag): NonNullable<runs.Recipe["teachers"]>[number] => ({
      source: `${architecture}.${tag}`,
      ...(architecture.endsWith("dinov2") && { view }),
    }))
  ),
  method: "UNIFORM",
  optimizer: { name: "AdamW", lr: 1e-3 },
  epochs: 100,
  batchSize: 1024,
  views: 2,
  store: {},
  resident: 1,
  autocast: "bfloat16",
  device: "cuda",
});
