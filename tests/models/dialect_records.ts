/**
 * States of other publishers' models, and what their own code computed with them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { dialects } from "../../src/models/dialects/all.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";
import { fill, uniform } from "../parity/parity.ts";

/** A publisher's state dict. */
export type State = Record<string, torch.Tensor>;

/** A publisher's state dict, filled as its golden record says. */
export function stateOf(path: string, record: string): { state: State; size: number } {
  const facts = JSON.parse(torch.loadSafetensorsMetadata(path)[record]);
  const state: State = {};
  for (const line of facts.state as string[]) {
    const at = line.indexOf(" ");
    state[line.slice(0, at)] = torch.zeros(JSON.parse(line.slice(at + 1)));
  }
  fill(state);
  return { state, size: facts.size };
}

/** A model that fits positions for images of another size to its own. */
type Adapting = Classifier & { adaptState?(state: Readonly<State>): State };

/** A state dict of any publisher as one of `model`. What nobody recognizes is passed on as it is. */
export function translateFor(model: Adapting, state: Readonly<State>): State {
  const keys = new Set(Object.keys(state));
  const own = new Set(Object.keys(model.stateDict()));
  const dialect = dialects.find((one) => one.recognizes(keys, own));
  const translated = dialect ? dialect.translate(state) : { ...state };
  return model.adaptState?.(translated) ?? translated;
}

/**
 * Asserts that our model, with a record's state, computes what its publisher's code did, in the dtype that it did: where
 * rounding grows from layer to layer, that is float64.
 */
export function assertComputesTheSame(model: Classifier, path: string, record: string): void {
  const { state, size } = stateOf(path, record);
  model.loadStateDict(translateFor(model, state));
  const expected = torch.loadSafetensors(path)[`${record}/output`];
  const { dtype } = expected;
  model.to({ device, dtype }).eval();
  const images = uniform("images", [2, 3, size, size]).mul(2).to({ device, dtype });
  const output = torch.noGrad(() => model.forward(images)).cpu();
  assertEquals(output.shape, expected.shape);
  const difference = output.sub(expected).norm().item() / expected.norm().item();
  assert(difference < 1e-5, `differs by ${difference}`);
}
