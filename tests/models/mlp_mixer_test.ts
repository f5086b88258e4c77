import { MlpMixer } from "../../src/models/mlp_mixer.ts";
import { mlpMixer } from "../../src/models/mlp_mixer_entries.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";

const path = new URL("../golden/parity_mlp_mixer.safetensors", import.meta.url).pathname;
const small = { numClasses: 5, imageSize: 32, patchSize: 8, dim: 24, depth: 3 };
const makers = {
  "mixer": () => new MlpMixer(small),
  "resmlp": () =>
    new MlpMixer({ ...small, kind: "resmlp", dropout: 0.3, dropPath: 0.3, layerScale: 1e-4 }),
};

testParity(path, makers);

test("mixer_s32_224 keeps a backbone's promises", () => {
  assertContract({ family: mlpMixer, name: "mixer_s32_224", size: 224, sides: [7, 7, 7, 7] });
});
