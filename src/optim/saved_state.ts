/**
 * Reading a saved state of an optimizer: all of it is checked before any of it is used.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import type { Tensor } from "../torch/mod.ts";
import { numbersOf, setNumbers } from "./group_numbers.ts";
import type { BaseOptions, FilledGroup, OptimizerState } from "./groups.ts";

/** What a state must fit. */
export interface Fitting<O extends BaseOptions> {
  /** The optimizer's name, for messages. */
  readonly name: string;
  /** The optimizer's parameters. */
  readonly params: readonly Tensor[];
  /** The optimizer's groups. */
  readonly groups: readonly FilledGroup<O>[];
  /** The names that state tensors may have. */
  readonly stateNames: readonly string[];
  /** Throws for options that cannot be used. */
  readonly check: (options: O) => void;
}

/** A state that fits, taken apart. */
export interface SavedState {
  /** The state tensors. */
  readonly tensors: readonly {
    readonly place: number;
    readonly part: string;
    readonly tensor: Tensor;
  }[];
  /** The steps that each parameter has made. */
  readonly steps: readonly number[];
  /** Each group's options as numbers. */
  readonly groups: readonly ReadonlyMap<string, number>[];
}

/**
 * Takes a saved state apart.
 *
 * @throws {ArgumentError} if it is of other groups, another kind of optimizer, or has impossible numbers.
 * @throws {ShapeError} if a tensor is not of its parameter's shape.
 */
export function readState<O extends BaseOptions>(
  state: OptimizerState,
  fitting: Fitting<O>,
): SavedState {
  const { name, params } = fitting;
  const tensors = Object.entries(state.tensors).map(([key, tensor]) => {
    const [, number, part] = /^(\d+)\.(\w+)$/.exec(key) ?? [];
    const param = params[Number(number)];
    if (param === undefined || !fitting.stateNames.includes(part)) {
      throw new ArgumentError(
        `The state's tensor "${key}" is not one of this ${name} of ${params.length} parameters.`,
      );
    }
    const want = param.shape.join(", ");
    const got = tensor.shape.join(", ");
    if (want !== got) {
      throw new ShapeError(`The state's "${key}" is [${got}], its parameter [${want}].`);
    }
    return { place: Number(number), part, tensor };
  });
  const { steps, groups } = readNumbers(state.scalars, fitting);
  const stepped = new Set(tensors.map(({ place }) => place));
  steps.forEach((count, place) => {
    if (count === 0 || stepped.has(place)) return;
    throw new ArgumentError(
      `The state says that parameter ${place} has made ${count} steps, and lacks its tensors ` +
        `(${fitting.stateNames.map((part) => `"${place}.${part}"`).join(", ")}).`,
    );
  });
  return { tensors, steps, groups };
}

function readNumbers<O extends BaseOptions>(
  scalars: Readonly<Record<string, number>>,
  { name, params, groups: own, check }: Fitting<O>,
): Pick<SavedState, "steps" | "groups"> {
  const groups = own.map((group) => new Map(numbersOf(group)));
  const given = new Set<number>();
  const steps = new Array<number>(params.length).fill(0);
  for (const [key, value] of Object.entries(scalars)) {
    const [, place] = /^(\d+)\.step$/.exec(key) ?? [];
    const [, group, option] = /^groups\.(\d+)\.(\w+)$/.exec(key) ?? [];
    if (place !== undefined && Number(place) < steps.length) {
      if (!Number.isSafeInteger(value) || value < 0) {
        throw new ArgumentError(`The state's "${key}" is no count of steps: ${value}.`);
      }
      steps[Number(place)] = value;
    } else if (groups[Number(group)]?.has(option) || (option === "initialLr" && groups[+group])) {
      groups[Number(group)].set(option, value);
      given.add(Number(group));
    } else {
      throw new ArgumentError(
        `The state's number "${key}" is not one of this ${name} of ${own.length} groups.`,
      );
    }
  }
  if (given.size > 0 && given.size < own.length) {
    throw new ArgumentError(
      `The state has ${given.size} groups, this ${name} has ${own.length}; add those that are missing ` +
        `by addParamGroup() after the state is loaded.`,
    );
  }
  groups.forEach((numbers, i) => {
    const filled = { ...own[i] };
    setNumbers(filled, numbers);
    check(filled);
  });
  return { steps, groups };
}
