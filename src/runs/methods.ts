/**
 * The methods by name: how recipes have them.
 *
 * @module
 */

import { byName, either, list, nullable, table } from "../base/option_parts.ts";
import { choice, flag, number, whole } from "../base/option_values.ts";
import type { AnyTable, Option } from "../base/options.ts";

/** What a method asks for, and what it is called in code. */
export interface NamedMethod {
  /** The declaration of its options. */
  readonly options: AnyTable;
  /** What the batches are. */
  readonly batches: "labelled" | "unlabelled" | "mixed";
  /** How many teachers there must be at least. */
  readonly teachers: number;
}

const weight = (value: number, help: string) => number({ default: value, min: 0, help });
const temperature = number({ default: 1, above: 0, help: "divides logits before every softmax" });
const distance = choice(["mse", "l1", "cosine"], { default: "mse", help: "how features are compared" });

const shape: Option<unknown> = either<[string, object]>([
  choice(["linear", "mlp"], {}),
  table({
    shape: choice(["linear", "mlp"], { default: "mlp", help: "the kind" }),
    hidden: nullable(whole({ min: 1, help: "the width of the hidden layer" })),
  }, {}),
], { default: "linear", help: "the shape of a projection" });

/** The methods by name. */
export const METHODS: Readonly<Record<string, NamedMethod>> = {
  Supervised: {
    options: {
      labelSmoothing: number({ default: 0, min: 0, max: 1, help: "how much of a target is spread" }),
    },
    batches: "labelled",
    teachers: 0,
  },
};
void byName; void list; void flag; void weight; void temperature; void distance; void shape;
