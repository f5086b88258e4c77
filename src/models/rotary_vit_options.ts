/**
 * What the vision transformers with rotary positions can be made with.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { checkRotary, type RotaryOptions } from "./parts/rotary.ts";
import { checkSharedHeads } from "./parts/rotary_attention.ts";
import { checkHeads } from "./parts/self_attention.ts";
import {
  checkCounts,
  checkFactors,
  checkList,
  checkParameterCount,
  checkSmall,
  countPatches,
} from "./parts/size_checks.ts";

/** Options of {@linkcode RotaryVit}. */
export interface RotaryVitOptions {
  /** The number of classes; 0 for no head: the logits are then the features. */
  numClasses: number;
  /** Height and width of the images that learned positions are for; 224 by default. */
  imageSize?: number;
  /** Channels of the images; 3 by default. */
  inChannels?: number;
  /** Height and width of a patch; 16 by default. */
  patchSize?: number;
  /** The width of the tokens, D; 768 by default. */
  dim?: number;
  /** The number of blocks; 12 by default. */
  depth?: number;
  /** The number of attention heads; 12 by default. */
  heads?: number;
  /** The heads of keys and values of each block, where queries share them (with `separate`). */
  kvHeads?: readonly number[];
  /** Whether queries, keys and values have a layer each; false by default. */
  separate?: boolean;
  /** Which of them have biases: all, none, or all but the keys, which is the default. */
  qkvBias?: boolean | "withoutKeys";
  /** Whether attentions end with biases; true by default. */
  projBias?: boolean;
  /** The hidden width of the blocks' MLPs over that of the tokens; 4 by default. */
  mlpRatio?: number;
  /** What the hidden width is rounded up to a multiple of; 1 by default. */
  hiddenMultiple?: number;
  /** The MLPs: with GELU (the default), gated with gates and values in one layer, or in two. */
  mlp?: "gelu" | "packedSwiglu" | "swiglu";
  /** Whether the layers of `"swiglu"` have biases; true by default. */
  mlpBias?: boolean;
  /** Whether queries and keys are normalized, head by head; false by default. */
  qkNorm?: boolean;
  /** Whether there is a norm of the joined heads in the attention; false by default. */
  attentionNorm?: boolean;
  /** Whether there is a norm of the hidden layer in MLPs of `"swiglu"`; false by default. */
  mlpNorm?: boolean;
  /** What learned scales of the residual branches start with; there are none by default. */
  layerScale?: number;
  /** Whether the MLPs' branches have such scales too; true by default. */
  mlpScale?: boolean;
  /** Whether there is a class token; true by default. */
  classToken?: boolean;
  /** The number of register tokens; 0 by default. */
  registers?: number;
  /** Whether there is a learned position embedding; true by default. */
  positions?: boolean;
  /** Whether class token and registers have position embeddings too; true by default. */
  prefixPositions?: boolean;
  /** How queries and keys are turned by positions; they are not by default. */
  rotary?: RotaryOptions;
  /** Whether the norms of a block come after its parts, before these are added; false by default. */
  postNorm?: boolean;
  /** Whether the tokens are normalized before the blocks, and patches have no bias; false by default. */
  preNorm?: boolean;
  /** Whether patches are normalized before they have positions; false by default. */
  patchNorm?: boolean;
  /** The norms: with mean and bias (`"layer"`, the default), or without (`"rms"`). */
  norm?: "layer" | "rms";
  /** What the norms add to the variance; 1e-6 by default. */
  eps?: number;
  /** What the features are: the mean of the patches (the default), the class token, or an attention's answer (`"map"`). */
  pool?: "avg" | "token" | "map";
  /** The heads of the attention that pools; `heads` by default. */
  poolHeads?: number;
  /** Whether the last norm is of the tokens, of the pooled features (of `"avg"` by default), or left out. */
  lastNorm?: "tokens" | "pooled" | "none";
  /**
   * The initial weights: `"eva"` has smaller ones in deeper blocks and in the head (the default), `"vit"` has open gates.
   */
  init?: "eva" | "vit";
  /** Whether images of other sizes are taken; true by default without learned positions, which are interpolated. */
  dynamicImageSize?: boolean;
  /** The probability of dropout before the head; 0 by default. */
  dropout?: number;
  /** The probability that the last block's branches are left out; 0 by default. */
  dropPath?: number;
}

/** The most values of all parameters: DINOv3's largest has 6.7e9. */
const mostParameters = 2 ** 33;

/** Options with what stands for those that are absent. */
export type CheckedRotaryVit =
  & Required<Omit<RotaryVitOptions, "kvHeads" | "layerScale" | "rotary">>
  & Pick<RotaryVitOptions, "kvHeads" | "layerScale" | "rotary">
  & { readonly patches: number; readonly hidden: number };

/**
 * Checks the options that a network's size comes from.
 *
 * @throws {ArgumentError} naming the network and the option.
 */
export function checkRotaryVit(name: string, options: RotaryVitOptions): CheckedRotaryVit {
  const { pool = "avg", positions = true, heads = 12 } = options;
  const all = {
    imageSize: 224,
    inChannels: 3,
    patchSize: 16,
    dim: 768,
    depth: 12,
    separate: false,
    qkvBias: "withoutKeys" as const,
    projBias: true,
    mlpRatio: 4,
    hiddenMultiple: 1,
    mlp: "gelu" as const,
    mlpBias: true,
    qkNorm: false,
    attentionNorm: false,
    mlpNorm: false,
    mlpScale: true,
    classToken: true,
    registers: 0,
    prefixPositions: true,
    postNorm: false,
    preNorm: false,
    patchNorm: false,
    norm: "layer" as const,
    eps: 1e-6,
    lastNorm: pool === "avg" ? "pooled" as const : "tokens" as const,
    init: "eva" as const,
    dynamicImageSize: !positions,
    dropout: 0,
    dropPath: 0,
    ...given(options),
    pool,
    positions,
    heads,
    poolHeads: options.poolHeads ?? heads,
  };
  const { dim, depth, registers, mlpRatio, hiddenMultiple, imageSize, patchSize } = all;
  checkCounts(name, { dim, depth, heads, poolHeads: all.poolHeads, hiddenMultiple, patchSize });
  checkCounts(name, { registers }, 0);
  checkFactors(name, { mlpRatio });
  const { layerScale, eps, kvHeads } = all;
  checkSmall(name, { eps, ...(layerScale === undefined ? {} : { layerScale }) });
  checkHeads(name, dim, heads);
  if (pool === "map") checkHeads(name, dim, all.poolHeads);
  if (kvHeads !== undefined) {
    checkList(name, "kvHeads", kvHeads, depth);
    for (const count of kvHeads) checkSharedHeads(name, heads, count, all.separate);
  }
  if (all.rotary !== undefined) checkRotary(name, dim / heads, all.rotary);
  checkChoices(name, all);
  const patches = positions ? countPatches(name, imageSize, patchSize) : 0;
  const wanted = Math.trunc(dim * mlpRatio);
  const hidden = Math.ceil(wanted / hiddenMultiple) * hiddenMultiple;
  checkCounts(name, { "dim times mlpRatio": Math.min(hidden, 1) });
  const { inChannels, numClasses } = all;
  const layers = all.mlp === "gelu" ? 2 : 3;
  checkParameterCount(
    name,
    depth * (4 * dim * dim + layers * dim * hidden) +
      dim * (patches + registers + inChannels * patchSize ** 2 + numClasses),
    { imageSize, patchSize, inChannels, dim, depth, mlpRatio, registers, numClasses },
    mostParameters,
  );
  return { ...all, patches, hidden };
}

/** Options that are given: those that are undefined are not. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as T;
}

function checkChoices(
  name: string,
  { pool, classToken, mlp, norm, lastNorm }: Required<
    Pick<RotaryVitOptions, "pool" | "classToken" | "mlp" | "norm" | "lastNorm">
  >,
): void {
  if (!["avg", "map"].includes(pool) && (pool !== "token" || !classToken)) {
    throw new ArgumentError(
      `${name}: pool is "avg", "map", or "token" where there is a class token, got "${pool}".`,
    );
  }
  const choices = {
    mlp: [mlp, ["gelu", "packedSwiglu", "swiglu"]],
    norm: [norm, ["layer", "rms"]],
    lastNorm: [lastNorm, ["tokens", "pooled", "none"]],
  } as const;
  for (const [option, [value, known]] of Object.entries(choices)) {
    if ((known as readonly string[]).includes(value)) continue;
    throw new ArgumentError(`${name}: ${option} is one of ${known.join(", ")}, got "${value}".`);
  }
}
