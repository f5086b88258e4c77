/**
 * Tensors in what a TorchScript module returns.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { ScriptModule } from "../torch/script_module.ts";
import type { ScriptInput, ScriptOutput } from "../torch/script_types.ts";
import { Tensor } from "../torch/tensor.ts";

/** A place in a module. */
export interface ScriptPlace {
  /** The method that is run. */
  readonly method: string;
  /** The module whose result it is, if it is not the method's. */
  readonly module?: string;
  /** The keys and indices that lead to it. */
  readonly at: readonly (string | number)[];
}

/**
 * Runs a module, each method once, and takes the tensors at some places.
 *
 * @throws {ArgumentError} if at one of them there is no tensor, or are several; the message says what there is.
 */
export function takeTensors(
  own: ScriptModule,
  places: readonly ScriptPlace[],
  input: ScriptInput,
): Tensor[] {
  const inner = places.flatMap(({ module }) => module === undefined ? [] : [module]);
  const outputs = new Map<string, ScriptOutput>();
  let returned: Record<string, ScriptOutput[]> = {};
  if (inner.length > 0) {
    const observed = own.observe([...new Set(inner)], input);
    returned = observed.returned;
    outputs.set("forward", observed.output);
  }
  return places.map((place) => {
    const { method, module } = place;
    if (module !== undefined) return pick(own, onlyCall(own, module, returned[module]), place);
    if (!outputs.has(method)) outputs.set(method, own.run(method, input));
    return pick(own, outputs.get(method)!, place);
  });
}

/** What a module returned that was called once. */
function onlyCall(own: ScriptModule, module: string, calls: readonly ScriptOutput[]): ScriptOutput {
  const why = calls.length === 0
    ? "forward() does not call it"
    : calls.length > 1
    ? `forward() calls it ${calls.length} times`
    : calls[0] === null
    ? "it returned nothing, as one does that did nothing when the model was traced"
    : undefined;
  if (why === undefined) return calls[0];
  throw new ArgumentError(
    `The module "${module}" of ${own.path} cannot be tapped: ${why}. Give the module around it or the one before it.`,
  );
}

/** What messages call a place. */
export function nameOf({ method, module, at }: ScriptPlace): string {
  const keys = at.map((key) => `[${JSON.stringify(key)}]`).join("");
  return (module === undefined ? `${method}()` : `the module "${module}"`) + keys;
}

function pick(own: ScriptModule, output: ScriptOutput, place: ScriptPlace): Tensor {
  let value: ScriptOutput | undefined = output;
  for (const key of place.at) {
    value = isContainer(value) && Object.hasOwn(value, key)
      ? (value as Record<string | number, ScriptOutput>)[key]
      : undefined;
  }
  // A named tuple may have an optional part, say, which is None in evaluation.
  const found = tensorsIn(value);
  if (found.length === 1) return found[0];
  const [key] = place.at;
  const whole = place.module === undefined ? `${place.method}()` : `The module "${place.module}"`;
  throw new ArgumentError(
    `${own.path} has ${found.length === 0 ? "no tensor" : "several tensors"} at ${
      nameOf(place)
    }. ${whole} returns ${describe(output)}; the model's methods are ${own.methods.join(", ")}${
      modulesLike(own, typeof key === "string" ? key : "")
    }. Say where the tensor is: ${
      found.length === 0 ? "a method, a module" : "a key, an index"
    } or { method, module, at: [keys and indices] }.`,
  );
}

function modulesLike(own: ScriptModule, name: string): string {
  const { modules } = own;
  if (modules.length === 0) return ", and there are no modules in it, as after freezing";
  if (name === "") return `, and there are ${modules.length} modules in it`;
  return `, the nearest of its ${modules.length} modules ${nearest(name, modules, 4).join(", ")}`;
}

/** The tensors in a structure, in order; of many, two. */
export function tensorsIn(value: ScriptOutput | undefined): Tensor[] {
  if (value instanceof Tensor) return [value];
  const found: Tensor[] = [];
  for (const part of isContainer(value) ? Object.values(value) : []) {
    found.push(...tensorsIn(part));
    if (found.length > 1) break;
  }
  return found;
}

/** Whether a value has others in it. */
export function isContainer(
  value: ScriptOutput | undefined,
): value is ScriptOutput[] | Record<string, ScriptOutput> {
  return typeof value === "object" && value !== null && !(value instanceof Tensor);
}

/** A structure in short: `{ features: [1, 512], stages: [[1, 64, 8, 8], [1, 128, 4, 4]] }`. */
function describe(value: ScriptOutput, depth = 0): string {
  if (value instanceof Tensor) return `a tensor [${value.shape.join(", ")}]`;
  if (!isContainer(value)) return value === null ? "None" : `a ${typeof value}`;
  if (depth > 2) return "…";
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map((item) => describe(item, depth + 1));
    return `[${shown.join(", ")}${value.length > 8 ? ", …" : ""}]`;
  }
  const entries = Object.entries(value);
  const shown = entries.slice(0, 8).map(([key, item]) => `${key}: ${describe(item, depth + 1)}`);
  return `{ ${shown.join(", ")}${entries.length > 8 ? ", …" : ""} }`;
}
