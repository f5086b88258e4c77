import { assert, assertEquals } from "@std/assert";
import { loadWeights } from "../../src/checkpoints/mod.ts";
import * as models from "../../src/models/mod.ts";
import { skipped } from "../../src/nn/init.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";

interface Facts {
  count: number;
  sha256: string;
}

/** What `golden/publisher_keys.py` found in torchvision, by its names. */
const golden: { torchvision: Record<string, Facts> } = JSON.parse(
  Deno.readTextFileSync(new URL("../golden/publisher_keys.json", import.meta.url)),
);

async function factsOf(state: Readonly<Record<string, torch.Tensor>>): Promise<Facts> {
  const lines = Object.entries(state)
    .map(([key, tensor]) => `${key} [${tensor.shape.join(",")}]`).sort();
  const bytes = new TextEncoder().encode(lines.join("\n"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { count: lines.length, sha256: hash.toHex().slice(0, 16) };
}

test("a model by torchvision's name has its names of parameters, and shapes", async () => {
  const all = new Set(models.list());
  for (const [name, facts] of Object.entries(golden.torchvision)) {
    const ours = [`torchvision/${name}`, name].find((one) => all.has(one));
    if (ours === undefined) continue;
    const known = models.entry(ours);
    using model = skipped(() => known.build({ numClasses: 10 }));
    const state = torch.noGrad(() => (known.published ?? ((own) => own))(model.stateDict()));
    assertEquals(await factsOf(state), facts, name);
  }
  for (const name of all) {
    if (models.entry(name).source !== "torchvision") continue;
    assert(name.replace(/^torchvision\//, "") in golden.torchvision, name);
  }
});

const shape = { numClasses: 3, dim: 16, depths: [1, 2, 1, 1], heads: [1, 2, 4, 8], window: 4 };

test("a Swin loads timm's files of all its versions", () => {
  using model = new models.Swin(shape).eval();
  torch.noGrad(() => {
    for (const tensor of model.parameters()) tensor.normal_(0, 0.2);
  });
  const images = torch.randn([2, 3, 40, 40]);
  const expected = model.forward(images);
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    // Files of older versions of timm hold what can be computed, too.
    torch.saveSafetensors(path, {
      ...model.stateDict(),
      "layers.1.blocks.0.attn.relative_position_index": torch.zeros([16, 16]),
      "layers.1.blocks.1.attn_mask": torch.zeros([4, 16, 16]),
    });
    using again = new models.Swin(shape).eval();
    assertEquals(loadWeights(again, path, { dialects: models.dialects }).unexpected, []);
    assertClose(again.forward(images), expected);

    // Older ones still, and Microsoft's: a stage ends with what halves its map.
    const old = Object.fromEntries(
      Object.entries(model.stateDict()).map(([key, tensor]) => [
        key.replace(/^layers\.(\d)\.downsample/, (_, i) => `layers.${i - 1}.downsample`)
          .replace(/^head\.fc\./, "head."),
        tensor,
      ]),
    );
    torch.saveSafetensors(path, old);
    using fromOld = new models.Swin(shape).eval();
    const { dialect } = loadWeights(fromOld, path, { dialects: models.dialects });
    assertEquals(dialect, "Microsoft's Swin");
    assertClose(fromOld.forward(images), expected);
  } finally {
    Deno.removeSync(path);
  }
});

test("a head by timm's name can be left fresh, and be none", () => {
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    using model = new models.Swin(shape);
    torch.saveSafetensors(path, model.stateDict());
    using other = new models.Swin({ ...shape, numClasses: 7 });
    const { missing } = loadWeights(other, path, { dialects: models.dialects, head: "fit" });
    assertEquals(missing, []);
    using none = new models.Swin({ ...shape, numClasses: 0 }).eval();
    assertEquals(none.forward(torch.zeros([1, 3, 32, 32])).shape, [1, 128]);
  } finally {
    Deno.removeSync(path);
  }
});
