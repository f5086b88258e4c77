/** The layers of a bank, side by side there, and by themselves, as `nn.Linear` and `nn.LayerNorm` have them. */

import * as torch from "../../src/torch/mod.ts";
import type { Tensors } from "./twins.ts";

/** A layer's matrix as a bank has it, or back; vectors as they are. */
const turned = (own: torch.Tensor): torch.Tensor => own.shape.length === 2 ? own.t() : own;

/** What a bank has of modules' states. */
export function bankState(states: readonly Tensors[]): Tensors {
  const stacked = (key: string) => torch.stack(states.map((state) => turned(state[key])));
  return Object.fromEntries(Object.keys(states[0]).map((key) => [key, stacked(key)]));
}

/** The state of the module at a place, of a bank's. */
export function layerState(bank: Tensors, place: number): Tensors {
  return Object.fromEntries(
    Object.entries(bank).map(([key, all]) => [key, turned(all.select(0, place))]),
  );
}
