import { assert } from "@std/assert";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";
import { stateOf } from "../models/dialect_records.ts";

const path = new URL("../golden/dialects_hybrids.safetensors", import.meta.url).pathname;

const config = {
  model_type: "mobilevit",
  architectures: ["MobileViTForImageClassification"],
  hidden_sizes: [64, 80, 96],
  neck_hidden_sizes: [16, 16, 24, 48, 64, 80, 320],
  expand_ratio: 2,
  id2label: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i, `class ${i}`])),
};

/** transformers' description of images, which has the channels turned round or not. */
const processor = (flips: boolean) => ({
  image_processor_type: "MobileViTImageProcessor",
  size: { shortest_edge: 64 },
  crop_size: { height: 64, width: 64 },
  do_center_crop: true,
  do_flip_channel_order: flips,
});

test("a teacher for images of blue, green and red sees its publisher's images", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const { state } = stateOf(path, "transformers' MobileViT");
    torch.saveSafetensors(`${folder}/model.safetensors`, state);
    Deno.writeTextFileSync(`${folder}/config.json`, JSON.stringify(config));
    // Red fades from left to right, and blue from top to bottom.
    const ramp = torch.arange(0, 256, 4).reshape(1, 1, 64, 1).expand([2, 64, 64, 1]);
    const images = torch.cat([ramp, ramp.mul(0), ramp.transpose(1, 2)], 3).to("uint8");
    const logits = async (flips: boolean, given: torch.Tensor): Promise<torch.Tensor> => {
      const description = JSON.stringify(processor(flips));
      Deno.writeTextFileSync(`${folder}/preprocessor_config.json`, description);
      using teacher = await teachers.load(folder, { kind: "predictive" });
      return teacher.run(given).logits!;
    };
    const plain = await logits(false, images);
    const flipped = await logits(true, images);
    assertClose(flipped, await logits(false, images.flip([3])), { atol: 1e-5 });
    const difference = flipped.sub(plain).norm().div(plain.norm()).item() as number;
    assert(difference > 1e-4, `${difference}`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
