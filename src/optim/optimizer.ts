/**
 * What all optimizers share: parameter groups, gradients, state that is saved and loaded.
 *
 * @module
 */

import { ArgumentError, DeviceError, ShapeError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import { Tensor } from "../torch/mod.ts";
import { checkNonNegative } from "./check_number.ts";
import { numbersOf, setNumbers } from "./group_numbers.ts";
import type { BaseOptions, FilledGroup, OptimizerState, ParamGroup } from "./groups.ts";
import { checkParameters } from "./parameters.ts";
import { readState } from "./saved_state.ts";
import type { StepGiven } from "./step_given.ts";

/** Parameters of one group that lie on one device in one dtype: what one native call takes. */
interface Chunk<O extends BaseOptions> {
  readonly group: FilledGroup<O>;
  /** The places of its parameters among all. */
  readonly places: readonly number[];
  readonly device: string;
  readonly dtype: string;
}

/** As many parameters as one native call has room for, with all their state. */
const mostPerCall = 8192;

/**
 * The base of the optimizers.
 *
 * A step is one native call for all parameters that share options, device and dtype. Parameters
 * without a gradient are passed over, and their state stays as it is. A sparse gradient counts as the
 * dense one of the same values. The optimizer's own tensors live outside every scope until
 * {@linkcode Optimizer.dispose}.
 */
export abstract class Optimizer<O extends BaseOptions = BaseOptions> implements Disposable {
  /** The groups with all options filled in. Options may be changed between steps. */
  readonly paramGroups: FilledGroup<O>[];
  /** All parameters, group after group. */
  readonly #params: Tensor[];
  #chunks: Chunk<O>[] | null = null;
  /** State tensors by name, then by the place of the parameter. */
  readonly #state = new Map<string, (Tensor | undefined)[]>();
  readonly #steps: number[];
  readonly #defaults: O;
  readonly #check: (options: O) => void;
  /** How the parameters lay in memory at the last step. */
  #layout: number | null = null;
  /** What the step under way was given. */
  #given: StepGiven = {};

  /** Checks and keeps the groups. `check` throws for options that cannot be used. @ignore */
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<O>[],
    defaults: O,
    check: (options: O) => void,
  ) {
    const name = new.target.name;
    if (!Array.isArray(params)) {
      throw new ArgumentError(
        `${name} takes a list of tensors or of groups, got ${typeof params}.`,
      );
    }
    const plain = params.length === 0 || params[0] instanceof Tensor;
    const groups = plain ? [{ params } as unknown as ParamGroup<O>] : params as ParamGroup<O>[];
    check(defaults);
    this.#defaults = defaults;
    this.#check = check;
    this.paramGroups = groups.map((group, i) => this.#filled(group, `element ${i}`));
    this.#params = this.paramGroups.flatMap((group) => group.params);
    this.#steps = new Array(this.#params.length).fill(0);
    if (this.#params.length === 0) {
      throw new ArgumentError(`${name} got no parameters; pass model.parameters().`);
    }
    checkParameters(name, this.#params);
  }

  /** A group with the optimizer's options where it has none of its own. */
  #filled(group: ParamGroup<O>, what: string): FilledGroup<O> {
    if (!Array.isArray(group?.params)) {
      throw new ArgumentError(
        `${this.constructor.name}: ${what} is neither a tensor nor a group { params: [...] }.`,
      );
    }
    const given = Object.entries(group).filter(([, value]) => value !== undefined);
    const filled: FilledGroup<O> = {
      ...this.#defaults,
      ...Object.fromEntries(given),
      params: [...group.params],
    };
    this.#check(filled);
    return filled;
  }

  /**
   * Adds parameters, such as those of layers that are trained from now on; their step counts start at 0.
   *
   * @throws {ArgumentError} if an option cannot be used, or a parameter cannot be trained or is there already.
   *
   * @example
   * ```ts
   * import { nn, optim } from "@apprentice/distill";
   *
   * using head = new nn.Linear(4, 2);
   * using body = new nn.Linear(4, 4);
   * using optimizer = new optim.SGD(head.parameters(), { lr: 0.1 });
   * optimizer.addParamGroup({ params: body.parameters(), lr: 0.01 });
   * ```
   */
  addParamGroup(group: ParamGroup<O>): void {
    const filled = this.#filled(group, "what addParamGroup() got");
    checkParameters(this.constructor.name, filled.params, this.#params);
    this.paramGroups.push(filled);
    for (const param of filled.params) {
      this.#params.push(param);
      this.#steps.push(0);
      for (const tensors of this.#state.values()) tensors.push(undefined);
    }
    this.#chunks = null;
    this.#layout = null;
  }

  /** The learning rate of the first group. Setting it sets that of all groups. */
  get lr(): number {
    return this.paramGroups[0].lr;
  }
  set lr(value: number) {
    checkNonNegative(this.constructor.name, "lr", value);
    for (const group of this.paramGroups) group.lr = value;
  }

  /**
   * Changes every parameter that has a gradient.
   *
   * @param given What lies on a card and decides the step; nothing as a rule.
   * @throws {ArgumentError} if an option has been changed to one that cannot be used, or a gradient is not of its
   * parameter's shape, dtype and device.
   * @throws {DeviceError} if parameters have moved away from their state.
   */
  step(given: StepGiven = {}): void {
    this.#given = given;
    // Bound once: a step makes no closures.
    torch.scope(this.#inScope);
  }

  /** What the step under way was given. */
  protected get given(): StepGiven {
    return this.#given;
  }

  /** The learning rate of a group as a tensor, if the step was given one. */
  protected rateOf(group: FilledGroup<O>): Tensor | undefined {
    return this.#given.rates?.[this.paramGroups.indexOf(group)];
  }

  /** Brings {@linkcode Optimizer.steps} up to date, where steps were counted on the device. Waits for it. */
  protected settleSteps(): void {}

  readonly #inScope = (): void => torch.noGrad(this.#update);

  readonly #update = (): void => {
    const params = this.#params;
    // Options may have been changed: one that cannot be used would spoil the parameters for good.
    for (const group of this.paramGroups) this.#check(group);
    const { grads, layout } = torch.stepGradsOf(params);
    if (layout !== this.#layout) this.#settle(layout);
    const chunks = this.#chunks ??= this.#split();
    for (const chunk of chunks) {
      const places = chunk.places;
      // Without gaps, which is what training looks like, nothing is picked or copied.
      if (places.length === params.length && !grads.includes(null)) {
        this.update(chunk.group, places, params, grads as Tensor[]);
        continue;
      }
      const present = places.filter((place) => grads[place] !== null);
      if (present.length === 0) continue;
      this.update(
        chunk.group,
        present,
        present.map((place) => params[place]),
        present.map((place) => grads[place]!),
      );
    }
  };

  /**
   * Updates `params` by `grads`; `places` are their places among all parameters. Runs without
   * recording gradients, in a scope.
   */
  protected abstract update(
    group: FilledGroup<O>,
    places: readonly number[],
    params: readonly Tensor[],
    grads: readonly Tensor[],
  ): void;

  /** The state tensors with this name, by place; undefined until a parameter's first step. */
  protected state(name: string): (Tensor | undefined)[] {
    let tensors = this.#state.get(name);
    if (tensors === undefined) {
      tensors = new Array<Tensor | undefined>(this.#params.length).fill(undefined);
      this.#state.set(name, tensors);
    }
    return tensors;
  }

  /** The state tensors of some places, made as zeros where there are none yet. */
  protected stateOf(name: string, places: readonly number[]): readonly Tensor[] {
    const all = this.state(name);
    for (const place of places) {
      all[place] ??= torch.keep(torch.zerosLike(this.#params[place]));
    }
    return places.length === all.length ? all as Tensor[] : places.map((place) => all[place]!);
  }

  /** How many steps each parameter has made, by place. */
  protected get steps(): number[] {
    return this.#steps;
  }

  /** The names of state tensors that a saved state may hold. */
  protected abstract readonly stateNames: readonly string[];

  #split(): Chunk<O>[] {
    const chunks: Chunk<O>[] = [];
    let place = 0;
    for (const group of this.paramGroups) {
      const open = new Map<string, number[]>();
      for (const param of group.params) {
        const { device, dtype } = param;
        const key = `${device} ${dtype}`;
        let places = open.get(key);
        if (places === undefined || places.length === mostPerCall) {
          places = [];
          open.set(key, places);
          chunks.push({ group, places, device, dtype });
        }
        places.push(place++);
      }
    }
    return chunks;
  }

  /** Parameters lie otherwise than at the last step: checks that they can, and lets their state lie as they do. */
  #settle(layout: number): void {
    const hasState = this.#state.values().some((tensors) => tensors.some(Boolean));
    if (!hasState) this.#chunks = null;
    for (const { places, device, dtype } of this.#chunks ?? []) {
      for (const place of places) {
        const param = this.#params[place];
        if (param.device === device && param.dtype === dtype) continue;
        throw new DeviceError(
          `Parameter ${place} was ${dtype} on ${device} at the first step and is ${param.dtype} on ${param.device} ` +
            `now. Move the model first, then make a new ${this.constructor.name} and load the state into it.`,
        );
      }
    }
    for (const [name, tensors] of this.#state) {
      tensors.forEach((tensor, place) => {
        if (tensor === undefined) return;
        const param = this.#params[place];
        const same = (a: readonly number[], b: readonly number[]) => a.join() === b.join();
        if (!same(tensor.shape, param.shape)) {
          throw new ShapeError(
            `Parameter ${place} is [${param.shape.join(", ")}] now, its ${name} [${
              tensor.shape.join(", ")
            }]. Make a new ${this.constructor.name} for it.`,
          );
        }
        if (same(tensor.strides, param.strides)) return;
        tensors[place] = torch.keep(torch.emptyLike(param).copy_(tensor));
        tensor.dispose();
      });
    }
    this.#layout = layout;
  }

  /** Takes the gradients off all parameters, in one native call. */
  zeroGrad(): void {
    torch.clearGrads(this.#params);
  }

  /** The state to save; put it back with {@linkcode Optimizer.loadStateDict}. */
  stateDict(): OptimizerState {
    this.settleSteps();
    const tensors: Record<string, Tensor> = {};
    const scalars: Record<string, number> = {};
    for (let place = 0; place < this.#params.length; place++) {
      for (const [name, all] of this.#state) {
        const tensor = all[place];
        if (tensor !== undefined) tensors[`${place}.${name}`] = tensor;
      }
      if (this.#steps[place] > 0) scalars[`${place}.step`] = this.#steps[place];
    }
    this.paramGroups.forEach((group, i) => {
      for (const [key, value] of numbersOf(group)) scalars[`groups.${i}.${key}`] = value;
    });
    return { tensors, scalars };
  }

  /**
   * Goes on from a saved state: the following steps give the same numbers as if there had been no
   * break. The tensors are copied.
   *
   * @throws {ArgumentError} if the state belongs to other groups or another kind of optimizer.
   * @throws {ShapeError} if a tensor is not of its parameter's shape.
   */
  loadStateDict(state: OptimizerState): void {
    const saved = readState<O>(state, {
      name: this.constructor.name,
      params: this.#params,
      groups: this.paramGroups,
      stateNames: this.stateNames,
      check: this.#check,
    });
    // All of it fits: from here on nothing can fail halfway.
    this.settleSteps();
    this.#free();
    this.#steps.splice(0, saved.steps.length, ...saved.steps);
    torch.scope(() =>
      torch.noGrad(() => {
        for (const { place, part, tensor } of saved.tensors) {
          this.state(part)[place] = torch.keep(
            torch.emptyLike(this.#params[place]).copy_(tensor),
          );
        }
      })
    );
    this.paramGroups.forEach((group, i) => setNumbers(group, saved.groups[i]));
    this.#chunks = null;
    this.#layout = null;
  }

  #free(): void {
    for (const tensors of this.#state.values()) {
      for (const tensor of tensors) tensor?.dispose();
    }
    this.#state.clear();
  }

  /** Frees the optimizer's own tensors. The parameters stay. */
  dispose(): void {
    this.#free();
  }

  /** Same as {@linkcode Optimizer.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
