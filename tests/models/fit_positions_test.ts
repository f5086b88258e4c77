import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { loadWeights } from "../../src/checkpoints/mod.ts";
import { ApprenticeError, ShapeError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";

const shape = { numClasses: 3, patchSize: 4, dim: 8, depth: 1, heads: 2 };

function vit(options: Partial<models.VitOptions>): models.VisionTransformer {
  return new models.VisionTransformer({ ...shape, imageSize: 16, ...options }).eval();
}

type State = Record<string, Tensor>;

/** Saves a state dict and loads the file into a model. */
function through(state: State, model: models.Backbone): models.Backbone {
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    torch.saveSafetensors(path, state);
    loadWeights(model, path, { dialects: models.dialects });
    return model;
  } finally {
    Deno.removeSync(path);
  }
}

const images = (): Tensor => torch.arange(2 * 3 * 256).float().sin().reshape(2, 3, 16, 16);

/** A model whose tokens and positions are not near 0. */
function lively(options: Partial<models.VitOptions>): models.VisionTransformer {
  const model = vit(options);
  torch.noGrad(() => {
    for (const name of ["cls_token", "reg_token", "pos_embed"]) model.stateDict()[name]?.normal_();
  });
  return model;
}

test("positions of the tokens before the patches on one side only: the outputs are the same", () => {
  for (const registers of [0, 3]) {
    using without = lively({ registers, prefixPositions: false });
    using given = through(without.stateDict(), vit({ registers }));
    assertClose(given.forward(images()), without.forward(images()));

    using withThem = lively({ registers });
    using folded = through(withThem.stateDict(), vit({ registers, prefixPositions: false }));
    assertClose(folded.forward(images()), withThem.forward(images()));
  }
});

test("positions of another grid are interpolated with and without tokens before the patches", () => {
  using model = lively({ imageSize: 24, prefixPositions: false });
  using other = through(model.stateDict(), vit({}));
  const state = other.stateDict()["pos_embed"];
  assertEquals(state.shape, [1, 17, 8]);
  assertClose(state.narrow(1, 0, 1), torch.zeros([1, 1, 8]));
  using same = through(model.stateDict(), vit({ prefixPositions: false }));
  assertClose(same.stateDict()["pos_embed"], state.narrow(1, 1, 16));
});

/** The state of a model with another number of positions. */
function withTokens(tokens: number, change: (state: State) => void = () => {}): State {
  using model = vit({});
  const state: State = { ...model.stateDict(), pos_embed: torch.zeros([1, tokens, 8]) };
  for (const [name, tensor] of Object.entries(state)) state[name] = tensor.detach().clone();
  change(state);
  return state;
}

test("positions that do not fit: the error names file and model, and says what the file seems to be", () => {
  const cases: [State, Partial<models.VitOptions>, string[]][] = [
    [
      withTokens(196, (state) => delete state["cls_token"]),
      {},
      ["196 tokens", "a class token before its patches", "196 is 14²", "such as SigLIP"],
    ],
    [
      withTokens(198, (state) => state["dist_token"] = torch.zeros([1, 1, 8])),
      {},
      ["198 - 1 is not the number", "198 - 2 is 14²", "distilled DeiT"],
    ],
    [
      withTokens(225),
      { registers: 4 },
      ["a class token and 4 registers", "225 is 15²", "FlexiViT"],
    ],
    [withTokens(201), {}, ["201 - 5 is 14²", "a class token and 4 registers"]],
    [withTokens(197), { classToken: false }, ["no token before", "197 - 1 is 14²"]],
    [withTokens(210), {}, ["No usual number of tokens"]],
  ];
  for (const [state, options, messages] of cases) {
    using model = vit(options);
    const before = model.stateDict()["pos_embed"].toArray();
    const error = assertThrows(() => through(state, model), ShapeError);
    for (const message of [...messages, ".safetensors does not fit this VisionTransformer"]) {
      assertStringIncludes(error.message, message);
    }
    assertEquals(model.stateDict()["pos_embed"].toArray(), before);
  }
});

test("FlexiViT's, with a class token that has no position, load into a plain transformer", () => {
  using loaded = through(withTokens(225), vit({}));
  assertEquals(loaded.stateDict()["pos_embed"].shape, [1, 17, 8]);
});

test("a file with registers for a model without: the error names them, the file and the model", () => {
  using registers = lively({ registers: 4, prefixPositions: false });
  using plain = vit({});
  const error = assertThrows(() => through(registers.stateDict(), plain), ApprenticeError);
  for (const part of ["reg_token", ".safetensors", "VisionTransformer"]) {
    assertStringIncludes(error.message, part);
  }
});

test("a CLIP tower's positions that do not fit are explained too", () => {
  const options = { ...shape, imageSize: 16, embedDim: 4 };
  using tower = new models.ClipImageTower(options);
  const state = { ...tower.stateDict(), positional_embedding: torch.zeros([196, 8]) };
  const error = assertThrows(() => through(state, tower), ShapeError);
  for (const part of ["this ClipImageTower", "196 is 14²", ".safetensors"]) {
    assertStringIncludes(error.message, part);
  }
});
