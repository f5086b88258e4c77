import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  ArgumentError,
  DTypeError,
  FormatError,
  IndexError,
  ShapeError,
} from "../../src/base/errors.ts";
import { loadWeights, openWeights } from "../../src/checkpoints/mod.ts";
import { ClipImageTower } from "../../src/models/clip.ts";
import { type ClipTextOptions, ClipTextTower } from "../../src/models/clip_text.ts";
import { dialects } from "../../src/models/dialects/all.ts";
import { loadClipText, type LoadClipTextOptions } from "../../src/models/load_clip_text.ts";
import { logitScaleIn } from "../../src/models/logit_scale.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { uniform } from "../parity/parity.ts";

const golden = (name: string) =>
  new URL(`../golden/clip_text/${name}.safetensors`, import.meta.url).pathname;
const checkpoint = golden("checkpoint");
const truth = () => torch.loadSafetensors(golden("truth"), { device });
const load = (path = checkpoint, options: LoadClipTextOptions = {}) =>
  loadClipText(path, { heads: 2, ...options });

test("the text tower of a whole CLIP gives OpenCLIP's embeddings", () => {
  const known = truth();
  using tower = load();
  assertEquals(
    [tower.vocabSize, tower.contextLength, tower.embedDim, tower.training],
    [604, 20, 10, false],
  );
  tower.to(device);
  assertClose(tower.forward(known.tokens20), known["float32/texts"]);
  tower.to("float64");
  const limit = { rtol: 1e-12, atol: 1e-12 };
  assertClose(tower.forward(known.tokens20), known["float64/texts"], limit);
  assertClose(tower.forward(known.tokens20.to("int32")), known["float64/texts"], limit);
});

test("what stands after a text's last token changes nothing", () => {
  const known = truth();
  using tower = load();
  tower.to({ device, dtype: "float64" });
  const texts = known.tokens20.narrow(0, 0, 2);
  const length = texts.argmax(1).max().item() as number + 1;
  assertEquals(length < 20, true);
  const whole = tower.forward(texts);
  assertClose(tower.forward(texts.narrow(1, 0, length)), whole, { rtol: 1e-12 });
  const others = texts.clone();
  others.narrow(1, length, 20 - length).fill_(7);
  assertClose(tower.forward(others), whole, { rtol: 1e-12 });
});

test("transformers' CLIP gives the same embeddings and logits as transformers", () => {
  const known = torch.loadSafetensors(golden("transformers"));
  const state = Object.fromEntries(
    Object.entries(known).filter(([name]) => name.startsWith("state/"))
      .map(([name, tensor]) => [name.slice(6), tensor]),
  );
  return inFolder((folder) => {
    const path = `${folder}/model.safetensors`;
    torch.saveSafetensors(path, state);
    using tower = load(path);
    tower.to({ device, dtype: "float64" });
    const embeddings = tower.forward(known.tokens.to(device));
    const normalized = embeddings.div(embeddings.norm(2, [1], true));
    assertClose(normalized, known.texts, { rtol: 1e-9 });
    using file = openWeights(path);
    assertClose(logitScaleIn(file)!, Math.exp(2.5));
    using images = new ClipImageTower({
      ...{ numClasses: 0, imageSize: 16, patchSize: 8, dim: 16, depth: 2, heads: 2, mlpRatio: 2 },
      embedDim: 6,
    });
    loadWeights(images, path, { dialects });
    images.to({ device, dtype: "float64" }).eval();
    const seen = images.features(
      uniform("images", [2, 3, 16, 16]).to({ device, dtype: "float64" }),
    );
    const logits = seen.div(seen.norm(2, [1], true)).matmul(normalized.t()).mul(
      logitScaleIn(file)!,
    );
    assertClose(logits, known.logits, { rtol: 1e-6 });
  });
});

test("the tower is found whatever stands before its names", () => {
  const state = torch.loadSafetensors(checkpoint);
  const isText = (name: string) => !/^(visual\.|logit_scale$)/.test(name);
  const named = (rename: (name: string) => string) =>
    Object.fromEntries(Object.entries(state).map(([name, tensor]) => [rename(name), tensor]));
  const files: Record<string, Record<string, torch.Tensor>> = {
    module: named((name) => `module.${name}`),
    // OpenCLIP's CustomTextCLIP.
    text: named((name) => isText(name) ? `text.${name}` : name),
    nested: named((name) => `state_dict.${isText(name) ? `module.text.${name}` : name}`),
    mask: { ...state, "transformer.resblocks.0.attn_mask": torch.zeros([20, 20]) },
    // What OpenAI's archives have beside parameters.
    numbers: { ...state, context_length: torch.tensor(20), vocab_size: torch.tensor(604) },
  };
  return inFolder((folder) => {
    using right = load();
    const tokens = truth().tokens20.to("cpu");
    for (const [name, tensors] of Object.entries(files)) {
      const path = `${folder}/${name}.safetensors`;
      torch.saveSafetensors(path, tensors);
      using tower = load(path);
      assertEquals(tower.forward(tokens).toArray(), right.forward(tokens).toArray(), name);
      using file = openWeights(path);
      assertClose(logitScaleIn(file)!, Math.exp(3.2));
    }
  });
});

test("of several towers in a file one is chosen by its prefix", () => {
  const state = torch.loadSafetensors(checkpoint);
  const both = Object.fromEntries(
    Object.entries(state).flatMap(([name, tensor]) => [
      [`model.${name}`, tensor],
      [`ema.${name}`, tensor.mul(0.5)],
    ]),
  );
  return inFolder((folder) => {
    const path = `${folder}/two.safetensors`;
    torch.saveSafetensors(path, both);
    const error = assertThrows(() => load(path), ArgumentError);
    assertStringIncludes(error.message, '2 text towers, under the names "ema.", "model."');
    using tower = load(path, { prefix: "ema." });
    assertClose(tower.projection, state.text_projection.mul(0.5));
    // As it is given for the image tower.
    using other = load(path, { prefix: "model.visual." });
    assertClose(other.projection, state.text_projection);
    using file = openWeights(path);
    assertEquals(logitScaleIn(file), null);
  });
});

test("the logit scale is exp of the file's, at most 100", () =>
  inFolder((folder) => {
    const scale = (value: torch.Tensor) => {
      const path = `${folder}/scale.safetensors`;
      torch.saveSafetensors(path, { logit_scale: value });
      using file = openWeights(path);
      return logitScaleIn(file);
    };
    assertClose(scale(torch.tensor(2))!, Math.exp(2));
    assertClose(scale(torch.tensor([2], { dtype: "float16" }))!, Math.exp(2));
    assertEquals(scale(torch.tensor(4.7)), 100);
    assertThrows(() => scale(torch.tensor(NaN)), FormatError, "NaN");
    assertThrows(() => scale(torch.tensor([1, 2])), FormatError, "[2]");
  }));

test("files without a text tower of CLIP's kind are refused with what they lack", () =>
  inFolder((folder) => {
    const state = torch.loadSafetensors(checkpoint);
    const refused = (tensors: Record<string, torch.Tensor>, words: string) => {
      const path = `${folder}/wrong.safetensors`;
      torch.saveSafetensors(path, tensors);
      const error = assertThrows(() => load(path), ArgumentError);
      assertStringIncludes(error.message, words);
    };
    const without = (pattern: RegExp) =>
      Object.fromEntries(Object.entries(state).filter(([name]) => !pattern.test(name)));
    refused({ "visual.conv1.weight": torch.ones([1]) }, "has no text tower of a CLIP");
    refused(without(/^text_projection/), '"text_projection" is not there');
    refused({ ...state, text_projection: torch.ones([3]) }, "is [3], no matrix");
    refused(without(/resblocks/), "transformer.resblocks.0.mlp.c_fc.weight");
    refused(without(/resblocks\.1\.ln_1/), "missing: transformer.resblocks.1.ln_1");
    // OpenCLIP's CoCa looks at a token of its own.
    const coca = Object.fromEntries(
      Object.entries(without(/^(visual|logit)/)).map(([name, tensor]) => [`text.${name}`, tensor]),
    );
    refused({ ...coca, "text.cls_emb": torch.ones([16]) }, "unexpected: cls_emb");
    const path = `${folder}/damaged.safetensors`;
    Deno.writeTextFileSync(path, "nothing");
    assertThrows(() => load(path), FormatError);
  }));

test("tokens that cannot be are refused", () => {
  using tower = load();
  const tokens = (rows: number[][]) => torch.tensor(rows, { dtype: "int64" });
  assertThrows(() => tower.forward(tokens([[602, 604, 603]])), IndexError, "604");
  assertThrows(() => tower.forward(torch.tensor([602], { dtype: "int64" })), ShapeError, "[1]");
  assertThrows(() => tower.forward(torch.zeros([1, 21], { dtype: "int64" })), ShapeError, "20");
  assertThrows(() => tower.forward(torch.zeros([1, 0], { dtype: "int64" })), ShapeError, "[1, 0]");
  assertThrows(() => tower.forward(torch.ones([1, 3])), DTypeError, "float32");
});

test("a fresh tower has OpenAI's initial weights, learns, and refuses options by name", () => {
  torch.manualSeed(0);
  using tower = new ClipTextTower({ vocabSize: 2000, dim: 128, depth: 2, embedDim: 32 });
  const std = (tensor: torch.Tensor) => tensor.std().item() as number;
  const state = tower.stateDict();
  const block = "transformer.resblocks.1";
  const wanted: Record<string, number> = {
    "token_embedding.weight": 0.02,
    "positional_embedding": 0.01,
    "text_projection": 128 ** -0.5,
    [`${block}.attn.in_proj_weight`]: 128 ** -0.5,
    [`${block}.attn.out_proj.weight`]: 128 ** -0.5 * 4 ** -0.5,
    [`${block}.mlp.c_fc.weight`]: 256 ** -0.5,
    [`${block}.mlp.c_proj.weight`]: 128 ** -0.5 * 4 ** -0.5,
  };
  for (const [name, value] of Object.entries(wanted)) {
    assertClose(std(state[name]) / value, 1, { atol: 0.03 });
  }
  tower.forward(torch.tensor([[1, 5, 1999]], { dtype: "int64" })).sum().backward();
  for (const [name, parameter] of tower.namedParameters()) {
    assertEquals(parameter.grad?.isfinite().all().item(), 1, name);
  }
  const wrong: [ClipTextOptions, string][] = [
    [{ dim: 100, heads: 3 }, "100 cannot be split into 3"],
    [{ vocabSize: 0 }, "vocabSize"],
    [{ contextLength: 1.5 }, "contextLength"],
    [{ activation: "relu" as "gelu" }, "relu"],
    [{ vocabSize: 2 ** 20, dim: 2 ** 15 }, "parameters"],
  ];
  for (const [options, words] of wrong) {
    assertThrows(() => new ClipTextTower(options), ArgumentError, words);
  }
});
