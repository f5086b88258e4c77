/**
 * Fitting a file's position embedding to a model.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { type Grid, resamplePositions } from "./positions.ts";

type State = Readonly<Record<string, Tensor>>;

/** What a model has before its patches. */
export interface Prefix {
  /** The model's name, for messages. */
  readonly model: string;
  /** The rows and columns of patches. */
  readonly grid: Grid;
  /** Whether there is a class token. */
  readonly classToken: boolean;
  /** How many registers it has. */
  readonly registers: number;
  /** Whether the registers have positions. */
  readonly positions: boolean;
}

/** The tokens that a file may have before its patches, by timm's names. */
const tokenNames = ["cls_token", "dist_token", "reg_token"];

/**
 * A state dict with timm's names whose position embedding is fitted to a model: interpolated to its grid, and with
 * positions for the tokens before the patches, or without. A token without a position is one whose position is 0, and a
 * position can be added to the token itself: neither changes what is computed.
 *
 * @throws {ShapeError} if the embedding does not fit; says what the file seems to be.
 */
export function fitPositions(state: State, prefix: Prefix): Record<string, Tensor> {
  const given = state["pos_embed"];
  if (given === undefined || given.ndim !== 3) return { ...state };
  const tokens = given.size(1);
  const own = Number(prefix.classToken) + prefix.registers;
  const wanted = prefix.positions ? own : 0;
  const there = tokenNames.reduce((sum, name) => sum + (state[name]?.size(1) ?? 0), 0);
  const result = { ...state };
  torch.noGrad(() => {
    if (isSquare(tokens - wanted)) {
      result["pos_embed"] = resamplePositions(given, prefix.grid, { prefixTokens: wanted });
    } else if (there === own && isSquare(tokens)) {
      const patches = resamplePositions(given, prefix.grid, { prefixTokens: 0 });
      const none = given.newZeros([1, own, given.size(2)]);
      result["pos_embed"] = torch.cat([none, patches], 1);
    } else if (there === own && wanted === 0 && isSquare(tokens - own)) {
      let at = 0;
      for (const name of tokenNames) {
        const token = state[name];
        if (token === undefined) continue;
        const count = token.size(1);
        result[name] = token.add(given.narrow(1, at, count));
        at += count;
      }
      const patches = given.narrow(1, own, tokens - own);
      result["pos_embed"] = resamplePositions(patches, prefix.grid, { prefixTokens: 0 });
    } else throw new ShapeError(misfit(state, tokens, prefix));
  });
  return result;
}

function isSquare(count: number): boolean {
  return count > 0 && Number.isInteger(Math.sqrt(count));
}

/** Why an embedding does not fit, what its file seems to be, and what to do. */
export function misfit(state: State, tokens: number, prefix: Prefix): string {
  const { model, classToken, registers, positions } = prefix;
  const own = [
    ...(classToken ? ["a class token"] : []),
    ...(registers > 0 ? [`${registers} register${registers === 1 ? "" : "s"}`] : []),
  ].join(" and ") || "no token";
  const wanted = positions ? Number(classToken) + registers : 0;
  return `its position embedding has ${tokens} tokens. This ${model} has ${own} before its patches` +
    `${wanted === 0 && own !== "no token" ? ", without positions" : ""}, and ${tokens}${
      wanted === 0 ? "" : ` - ${wanted}`
    } is not the number of patches of a square image. ${guess(state, tokens)}`;
}

/** What a network with so many positions seems to be. */
function guess(state: State, tokens: number): string {
  const before = [0, 1, 2, 3, 4, 5, 6, 8, 9, 16, 17].find((count) => isSquare(tokens - count));
  if (before === undefined) {
    return "No usual number of tokens before the patches makes it one: the file seems to be for images that are not " +
      "square, or not of a vision transformer of this kind. Choose other weights.";
  }
  const registers = state["reg_token"]?.size(1) ?? 0;
  const seems = registers > 0
    ? `one with ${registers} registers (reg_token)${before === 0 ? " that have no positions" : ""}`
    : "dist_token" in state || before === 2
    ? "a distilled DeiT, with a class token and a distillation token"
    : before === 0
    ? "cls_token" in state
      ? "one whose class token has no position, such as FlexiViT"
      : "one without a class token, such as SigLIP"
    : before === 1
    ? "one with a class token"
    : `one with a class token and ${before - 1} registers`;
  const makes = `${tokens}${before === 0 ? "" : ` - ${before}`} is ${Math.sqrt(tokens - before)}²`;
  return `${makes}: the file seems to be of ${seems}. Choose the architecture that it was saved from ` +
    "(models.list() has the names), build a VisionTransformer whose classToken, registers and prefixPositions are " +
    "the file's, or choose other weights.";
}
