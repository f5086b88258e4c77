/** What can be reached from a value, for tests that something cannot. */
import * as data from "../../src/data/mod.ts";
import * as torch from "../../src/torch/mod.ts";

/** What {@linkcode reachable} found. */
export interface Reached {
  /** All tensors. */
  readonly tensors: ReadonlySet<torch.Tensor>;
  /** All labelled data sets and batches. */
  readonly labelled: readonly object[];
  /** All arrays of at least so many values. */
  readonly lists: readonly ArrayLike<unknown>[];
}

/** Walks through everything that a value leads to by its properties, getters and accessors of prototypes included. */
export function reachable(start: object, least: number): Reached {
  const tensors = new Set<torch.Tensor>();
  const labelled: object[] = [];
  const lists: ArrayLike<unknown>[] = [];
  const seen = new Set<object>([Object.prototype, Function.prototype, Array.prototype]);
  const read = (value: object, from: object): void => {
    for (const key of Reflect.ownKeys(from)) {
      const property = Object.getOwnPropertyDescriptor(from, key)!;
      if ("value" in property) {
        // What a prototype's methods lead to is the same for all objects.
        if (from === value) walk(property.value);
      } else if (key !== "__proto__") {
        try {
          walk(Reflect.get(from, key, value));
        } catch {
          // A getter that cannot be asked leads nowhere.
        }
      }
    }
  };
  const walk = (value: unknown): void => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
    if (seen.has(value)) return;
    seen.add(value);
    if (value instanceof torch.Tensor) return void tensors.add(value);
    if (value instanceof data.ImageDataset || value instanceof data.LabelledBatch) {
      labelled.push(value);
    }
    if ((Array.isArray(value) || ArrayBuffer.isView(value)) && "length" in value) {
      if (value.length as number >= least) return void lists.push(value as ArrayLike<unknown>);
    }
    for (
      let from: object | null = value;
      from !== null && from !== Object.prototype && from !== Function.prototype;
      from = Object.getPrototypeOf(from)
    ) read(value, from);
    if (value instanceof Map || value instanceof Set) { for (const item of value) walk(item); }
  };
  walk(start);
  return { tensors, labelled, lists };
}
