/**
 * The layers of mobile networks' blocks, whatever their publishers call them.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";

/** What a layer does in a block, in this order. */
export const ROLES = ["expand", "middle", "squeeze", "project"] as const;

/** What a layer does in a block. */
export type Role = typeof ROLES[number];

/** Which part of a layer a tensor is of: squeezing has two convolutions, all others one with a norm. */
export type Part = "conv" | "norm" | "reduce" | "excite";

/** A tensor of a block by a publisher's name. */
export interface BlockKey {
  /** The block: its stage and place there, or its place among all blocks alone. */
  readonly block: readonly [stage: number, place: number] | number;
  /** What the layer does; or the layer's place among those of the block. */
  readonly layer: Role | number;
  /** Which part of the layer it is of. */
  readonly part: Part;
  /** What is left of the name: `"weight"`. */
  readonly leaf: string;
}

/** timm's names of convolutions and norms, for each kind of block. */
const KINDS: readonly Readonly<Partial<Record<Role, readonly [conv: string, norm: string]>>>[] = [
  { expand: ["conv_pw", "bn1"], middle: ["conv_dw", "bn2"], project: ["conv_pwl", "bn3"] },
  { middle: ["conv_dw", "bn1"], project: ["conv_pw", "bn2"] },
  { expand: ["conv_exp", "bn1"], project: ["conv_pwl", "bn2"] },
  { expand: ["conv", "bn1"] },
];

const SQUEEZE = { reduce: "se.conv_reduce", excite: "se.conv_expand" } as const;

/** A tensor of a block, with what its name says. */
export type Found = BlockKey & { readonly tensor: Tensor };

/** timm's names of a block's tensors. */
function namesOf(found: readonly Found[]): [string, Tensor][] {
  const layers = [...new Set(found.map(({ layer }) => layer))].sort((a, b) => place(a) - place(b));
  const squeezes = new Set(
    found.filter(({ part }) => part in SQUEEZE).map(({ layer }) => layer),
  );
  const convs = layers.filter((layer) => !squeezes.has(layer));
  const first = found.find(({ layer, part, leaf }) =>
    layer === convs[0] && part === "conv" && leaf === "weight"
  );
  const isDepthwise = first?.tensor.shape[1] === 1;
  const kind = convs.length > 2 ? 0 : convs.length < 2 ? 3 : isDepthwise ? 1 : 2;
  const names = ROLES.flatMap((role) => KINDS[kind][role] === undefined ? [] : [KINDS[kind][role]]);
  return found.flatMap(({ layer, part, leaf, tensor }): [string, Tensor][] => {
    if (part === "reduce" || part === "excite") return [[`${SQUEEZE[part]}.${leaf}`, tensor]];
    const pair = names[convs.indexOf(layer)];
    return pair === undefined ? [] : [[`${pair[part === "conv" ? 0 : 1]}.${leaf}`, tensor]];
  });
}

const place = (layer: Role | number): number =>
  typeof layer === "number" ? layer : ROLES.indexOf(layer);

/**
 * timm's names of all blocks' tensors. Blocks that are only counted are of one stage as long as they give as many
 * channels, or by the depths of all stages.
 */
export function toTimmBlocks(
  keys: readonly Found[],
  depths?: readonly number[],
): Record<string, Tensor> {
  const counted = new Map<number, Found[]>();
  const result: Record<string, Tensor> = {};
  for (const found of Map.groupBy(keys, ({ block }) => String(block)).values()) {
    const { block } = found[0];
    if (typeof block === "number") counted.set(block, found);
    else put(result, block, found);
  }
  const order = [...counted].sort(([a], [b]) => a - b).map(([, found]) => found);
  const places = depths === undefined ? byWidths(order) : byDepths(depths);
  for (const [i, found] of order.entries()) {
    if (i < places.length) put(result, places[i], found);
  }
  return result;
}

function put(
  result: Record<string, Tensor>,
  block: readonly [stage: number, place: number],
  found: readonly Found[],
): void {
  for (const [name, tensor] of namesOf(found)) result[`blocks.${block.join(".")}.${name}`] = tensor;
}

function byDepths(depths: readonly number[]): [number, number][] {
  return depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, i): [number, number] => [stage, i])
  );
}

function byWidths(blocks: readonly (readonly Found[])[]): [number, number][] {
  let [stage, inner, before] = [-1, 0, -1];
  return blocks.map((found): [number, number] => {
    const convs = found.filter(({ part, leaf }) => part === "conv" && leaf === "weight")
      .sort((a, b) => place(a.layer) - place(b.layer));
    const width = convs.at(-1)?.tensor.shape[0] ?? before;
    if (width !== before) [stage, inner, before] = [stage + 1, -1, width];
    return [stage, ++inner];
  });
}

/** A tensor of a block by timm's name. */
export interface OwnKey {
  /** The stage and the place in the stage. */
  readonly block: readonly [stage: number, place: number];
  /** The block's place among all blocks. */
  readonly count: number;
  /** What the layer does. */
  readonly role: Role;
  /** The place of its layer among those that the block has, and how many these are. */
  readonly rank: readonly [place: number, layers: number];
  /** Which part of the layer it is of. */
  readonly part: Part;
  /** What is left of the name. */
  readonly leaf: string;
}

/** What timm's names of blocks' tensors say; other names are not in it. */
export function readTimmBlocks(names: readonly string[]): Map<string, OwnKey> {
  const parsed = names.flatMap((name) => {
    const [, stage, place, layer, leaf] =
      /^blocks\.(\d+)\.(\d+)\.(se\.[a-z_]+|[a-z_0-9]+)\.(.+)$/.exec(name) ?? [];
    return layer === undefined ? [] : [{ name, stage: +stage, place: +place, layer, leaf }];
  });
  const blocks = [...Map.groupBy(parsed, ({ stage, place }) => `${stage}.${place}`).values()]
    .sort(([a], [b]) => a.stage - b.stage || a.place - b.place);
  const result = new Map<string, OwnKey>();
  for (const [count, block] of blocks.entries()) {
    const layers = layersOf(new Set(block.map(({ layer }) => layer)));
    const roles = ROLES.filter((role) => [...layers.values()].some(([own]) => own === role));
    for (const { name, stage, place, layer, leaf } of block) {
      const [role, part] = layers.get(layer) ?? [];
      if (role === undefined || part === undefined) continue;
      const rank = [roles.indexOf(role), roles.length] as const;
      result.set(name, { block: [stage, place], count, role, rank, part, leaf });
    }
  }
  return result;
}

/** What the layers of a block do, by timm's names of them. */
function layersOf(names: ReadonlySet<string>): Map<string, readonly [Role, Part]> {
  const kind = KINDS.find((one) => Object.values(one).every(([conv]) => names.has(conv))) ?? {};
  const result = new Map<string, readonly [Role, Part]>();
  for (const [role, [conv, norm]] of Object.entries(kind)) {
    result.set(conv, [role as Role, "conv"]).set(norm, [role as Role, "norm"]);
  }
  if (names.has(SQUEEZE.reduce)) {
    result.set(SQUEEZE.reduce, ["squeeze", "reduce"]).set(SQUEEZE.excite, ["squeeze", "excite"]);
  }
  return result;
}
