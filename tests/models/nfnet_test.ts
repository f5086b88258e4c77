import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { NfNet } from "../../src/models/nfnet.ts";
import { nfnet } from "../../src/models/nfnet_entries.ts";
import type { NfNetOptions } from "../../src/models/nfnet_options.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";

const path = new URL("../golden/parity_nfnet.safetensors", import.meta.url).pathname;

const narrow = { numClasses: 5, depths: [1, 2, 1, 1], dims: [16, 24, 32, 32] } as const;

const quad = (options: Partial<NfNetOptions> = {}) => () =>
  new NfNet({
    ...narrow,
    stem: "quad",
    stemDim: 16,
    lastDim: 40,
    ratio: 0.5,
    groupSize: 8,
    activation: "gelu",
    attention: 0.5,
    extraConv: true,
    ...options,
  });

const resnet = (options: Partial<NfNetOptions> = {}) => () =>
  new NfNet({ ...narrow, stem: "pooled", stemDim: 16, ratio: 0.5, activation: "relu", ...options });

const regnet = () =>
  new NfNet({
    ...narrow,
    stem: "plain",
    widthFactor: 0.75,
    lastDim: 40,
    ratio: 2.25,
    groupSize: 8,
    activation: "silu",
    attention: 0.5,
    regnet: true,
  });

/** Our networks by the names of the golden file. */
const makers: Record<string, () => NfNet> = {
  "DeepMind's": quad({ deepMind: true }),
  "timm's, dropping": quad({ dropout: 0.3, dropPath: 0.5 }),
  "light, ECA": quad({ activation: "silu", attention: "eca" }),
  "RegNet": regnet,
  "ResNet": resnet(),
  "ResNet, squeezing": resnet({ attention: 1 / 16 }),
};

testParity(path, makers);

test("nf_regnet_b0 keeps a backbone's promises", () => {
  assertContract({ family: nfnet, name: "nf_regnet_b0", size: 32, sides: [8, 4, 2, 1] });
});

test("DeepMind's branches start at zero", () => {
  using model = quad({ deepMind: true })();
  const gains = Object.entries(model.stateDict()).filter(([key]) => key.endsWith("skipinit_gain"));
  assertEquals(gains.map(([, gain]) => gain.item()), [0, 0, 0, 0, 0]);
});

test("groups that are wider than a block are refused", () => {
  assertThrows(quad({ groupSize: 64 }), ArgumentError, "groupSize 64");
});
