import { assertEquals, assertThrows } from "@std/assert";
import { ApprenticeError } from "../../src/base/errors.ts";
import { loadWeights } from "../../src/checkpoints/mod.ts";
import { ConvNeXt } from "../../src/models/convnext.ts";
import type { ConvNeXtOptions } from "../../src/models/convnext_options.ts";
import { convnextDialects, torchvisionConvNeXt } from "../../src/models/dialects/convnext.ts";
import { repVitDialects } from "../../src/models/dialects/repvit.ts";
import { EdgeNeXt } from "../../src/models/edgenext.ts";
import * as models from "../../src/models/mod.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import { ownState } from "../../src/models/published_state.ts";
import { RepVit } from "../../src/models/repvit.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";
import { goldenNames } from "../parity/parity.ts";
import { assertComputesTheSame, stateOf } from "./dialect_records.ts";

const path = new URL("../golden/dialects_convnext.safetensors", import.meta.url).pathname;

const narrow = (options: Partial<ConvNeXtOptions> = {}) => () =>
  new ConvNeXt({ numClasses: 10, depths: [1, 2, 1, 1], dims: [8, 12, 16, 20], ...options });
const asConvolutions = narrow({ asConvolutions: true });
const v2 = { responseNorm: true, layerScale: null } as const;

/** Our networks that take each record. */
const makers: Record<string, (() => Classifier)[]> = {
  "timm's, convolutions": [narrow(), asConvolutions],
  "torchvision's": [narrow(), asConvolutions],
  "Meta's": [narrow(), asConvolutions],
  "Meta's V2": [narrow(v2)],
  "Meta's V2 as convolutions": [narrow({ ...v2, asConvolutions: true }), narrow(v2)],
  "Meta's DINOv3": [narrow({ numClasses: 0 })],
  "transformers'": [narrow()],
  "transformers' V2": [narrow(v2), narrow({ ...v2, asConvolutions: true })],
  "transformers' DINOv3": [narrow({ numClasses: 0 })],
  "open_clip's": [narrow()],
  "open_clip's, hidden layer": [narrow({ headHidden: 24 })],
  "EdgeNeXt's authors'": [
    () => new EdgeNeXt({ numClasses: 10, depths: [1, 2, 1, 1], dims: [8, 16, 20, 28], heads: 2 }),
  ],
  "RepViT's authors'": [
    () => new RepVit({ numClasses: 10, depths: [2, 1, 2], dims: [8, 16, 24] }),
  ],
};

test("the golden file has every record that is compared", () => {
  assertEquals(goldenNames(path).sort(), Object.keys(makers).sort());
});

for (const [record, makes] of Object.entries(makers)) {
  test(`${record} computes the same as ours`, () => {
    for (const make of makes) {
      using model = make();
      assertComputesTheSame(model, path, record);
    }
  });
}

test("every dialect is spoken by one record or more, and each record speaks one", () => {
  const all = [...convnextDialects, ...repVitDialects];
  // timm's names are the network's own.
  const records = goldenNames(path).filter((record) => !record.startsWith("timm's"));
  const spoken = records.map((record) => {
    const keys = new Set(Object.keys(stateOf(path, record).state));
    const found = all.filter((dialect) => dialect.recognizes(keys));
    assertEquals(found.length, 1, record);
    return found[0].name;
  });
  assertEquals(new Set(spoken), new Set(all.map(({ name }) => name)));
});

test("a name that two publishers have means the network that a file is of", () => {
  const timm = ["stem.0.weight", "stages.0.blocks.0.gamma"];
  const torchvision = ["module.features.0.0.weight", "module.features.1.0.layer_scale"];
  const meant = (name: string, names: string[]) => {
    const known = models.entry(name);
    return (known.ofFile?.(names) ?? known).name;
  };
  for (const name of ["convnext_tiny", "torchvision/convnext_tiny"]) {
    assertEquals(meant(name, timm), "convnext_tiny");
    assertEquals(meant(name, torchvision), "torchvision/convnext_tiny");
  }
  assertEquals(meant("convnext_tiny.dinov3_lvd1689m", timm), "convnext_tiny.dinov3_lvd1689m");
});

test("a student is saved in the names of the publisher whose name it has, and loaded again", () => {
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    using student = models.create("convnext_atto_32", { numClasses: 3 });
    student.eval();
    models.save(path, student);
    torch.scope(() => {
      const saved = torch.loadSafetensors(path);
      assertEquals(saved["features.1.0.layer_scale"].shape, [40, 1, 1]);
      assertEquals(Object.keys(saved).some((name) => name.startsWith("stages.")), false);
    });
    using again = models.load(path);
    using plain = models.create("convnext_atto_32", { numClasses: 3, weights: path });
    const images = torch.randn([1, 3, 32, 32]);
    for (const model of [again, plain.eval()]) {
      assertClose(model.forward(images), student.forward(images));
    }
  } finally {
    Deno.removeSync(path);
  }
});

test("a student of a version that had torchvision's names is read as well", () => {
  using model = narrow()();
  const saved = torch.noGrad(() => torchvisionConvNeXt(model.stateDict()));
  const names = (state: Readonly<Record<string, torch.Tensor>>) => Object.keys(state).sort();
  assertEquals(names(ownState(model, saved)), names(model.stateDict()));
  const own = model.stateDict();
  assertEquals(ownState(model, own), own);
});

test("damaged states of all dialects are refused in words", () => {
  const file = Deno.makeTempFileSync({ suffix: ".safetensors" });
  const damages: ((tensor: torch.Tensor) => torch.Tensor)[] = [
    () => torch.zeros([]),
    (tensor) => torch.zeros([1, ...tensor.shape, 1]),
  ];
  try {
    const records = ["Meta's V2", "transformers' DINOv3", "open_clip's", "RepViT's authors'"];
    for (const record of records) {
      const [make] = makers[record];
      const { state } = stateOf(path, record);
      for (const damage of damages) {
        const damaged = Object.entries(state).map(([name, tensor]) => [name, damage(tensor)]);
        torch.saveSafetensors(file, Object.fromEntries(damaged));
        using model = make();
        const dialects = models.dialects;
        assertThrows(() => loadWeights(model, file, { dialects }), ApprenticeError);
      }
    }
  } finally {
    Deno.removeSync(file);
  }
});
