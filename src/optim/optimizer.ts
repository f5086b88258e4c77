/**
 * What all optimisers share: parameter groups, gradients, state that is saved and loaded.
 *
 * @module
 */

import { ArgumentError, DeviceError, ShapeError } from "../errors.ts";
import * as torch from "../torch/mod.ts";
import { Tensor } from "../torch/mod.ts";

/** Options that every optimiser has. */
export interface BaseOptions {
  /** The learning rate. */
  lr: number;
}

/** Parameters with options of their own, which take the place of the optimiser's. */
export type ParamGroup<O extends BaseOptions = BaseOptions> = Partial<O> & {
  /** The parameters of this group. */
  params: readonly Tensor[];
};

/** A group as the optimiser holds it: all options filled in. Changing one takes effect at the next step. */
export type FilledGroup<O extends BaseOptions = BaseOptions> = O & {
  /** The parameters of this group. */
  readonly params: readonly Tensor[];
  /** The learning rate that schedules start from; set by the first of them. */
  initialLr?: number;
};

/** An optimiser's state: what it takes to go on with the same numbers. */
export interface OptimizerState {
  /** The tensors, such as `0.momentum_buffer` for the first parameter's; not copies. */
  tensors: Record<string, Tensor>;
  /** Step counts (`0.step`) and the groups' options (`groups.0.lr`; false is 0, true is 1). */
  scalars: Record<string, number>;
}

/** Parameters of one group that lie on one device in one dtype: what one native call takes. */
interface Chunk<O extends BaseOptions> {
  readonly group: FilledGroup<O>;
  /** The places of its parameters among all. */
  readonly places: readonly number[];
  readonly device: string;
  readonly dtype: string;
}

/**
 * The base of the optimisers.
 *
 * A step is one native call for all parameters that share options, device and dtype. Parameters
 * without a gradient are passed over. The optimiser's own tensors live outside every scope until
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
    this.paramGroups = groups.map((group, i) => {
      if (!Array.isArray(group?.params)) {
        throw new ArgumentError(
          `${name}: element ${i} is neither a tensor nor a group { params: [...] }.`,
        );
      }
      const given = Object.entries(group).filter(([, value]) => value !== undefined);
      const filled = {
        ...defaults,
        ...Object.fromEntries(given),
        params: [...group.params],
      };
      check(filled);
      return filled;
    });
    this.#params = this.paramGroups.flatMap((group) => group.params);
    this.#steps = new Array(this.#params.length).fill(0);
    if (this.#params.length === 0) {
      throw new ArgumentError(`${name} got no parameters; pass model.parameters().`);
    }
    checkParameters(name, this.#params);
  }

  /** The learning rate of the first group. Setting it sets that of all groups. */
  get lr(): number {
    return this.paramGroups[0].lr;
  }
  set lr(value: number) {
    checkNonNegative(this.constructor.name, "lr", value);
    for (const group of this.paramGroups) group.lr = value;
  }

  /** Changes every parameter that has a gradient. */
  step(): void {
    // Bound once: a step makes no closures.
    torch.scope(this.#inScope);
  }

  readonly #inScope = (): void => torch.noGrad(this.#update);

  readonly #update = (): void => {
    const chunks = this.#chunks ??= this.#split();
    const params = this.#params;
    const grads = torch.gradsOf(params);
    try {
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
    } catch (error) {
      this.#checkMoved(chunks);
      throw error;
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
    const chunks = new Map<string, { group: FilledGroup<O>; places: number[] }>();
    let place = 0;
    this.paramGroups.forEach((group, i) => {
      for (const param of group.params) {
        const key = `${i} ${param.device} ${param.dtype}`;
        const chunk = chunks.get(key);
        if (chunk) chunk.places.push(place);
        else chunks.set(key, { group, places: [place] });
        place++;
      }
    });
    return Array.from(chunks, ([key, chunk]) => {
      const [, device, dtype] = key.split(" ");
      return { ...chunk, device, dtype };
    });
  }

  #checkMoved(chunks: readonly Chunk<O>[]): void {
    for (const { places, device, dtype } of chunks) {
      for (const place of places) {
        const param = this.#params[place];
        if (param.isDisposed || (param.device === device && param.dtype === dtype)) continue;
        throw new DeviceError(
          `Parameter ${place} was ${dtype} on ${device} at the first step and is ${param.dtype} on ${param.device} ` +
            `now. Move the model first, then make a new ${this.constructor.name} and load the state into it.`,
        );
      }
    }
  }

  /** Takes the gradients off all parameters, in one native call. */
  zeroGrad(): void {
    torch.clearGrads(this.#params);
  }

  /** The state to save; put it back with {@linkcode Optimizer.loadStateDict}. */
  stateDict(): OptimizerState {
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
   * @throws {ArgumentError} if the state belongs to other groups or another kind of optimiser.
   * @throws {ShapeError} if a tensor is not of its parameter's shape.
   */
  loadStateDict(state: OptimizerState): void {
    const name = this.constructor.name;
    const places = new Map<string, { place: number; part: string; tensor: Tensor }>();
    for (const [key, tensor] of Object.entries(state.tensors)) {
      const [, number, part] = /^(\d+)\.(\w+)$/.exec(key) ?? [];
      const param = this.#params[Number(number)];
      if (param === undefined || !this.stateNames.includes(part)) {
        throw new ArgumentError(
          `The state's tensor "${key}" is not one of this ${name} of ${this.#params.length} parameters.`,
        );
      }
      const want = param.shape.join(", ");
      const got = tensor.shape.join(", ");
      if (want !== got) {
        throw new ShapeError(`The state's "${key}" is [${got}], its parameter [${want}].`);
      }
      places.set(key, { place: Number(number), part, tensor });
    }
    const groups = this.paramGroups.map((group) => new Map(numbersOf(group)));
    const steps = new Array<number>(this.#params.length).fill(0);
    for (const [key, value] of Object.entries(state.scalars)) {
      const [, place] = /^(\d+)\.step$/.exec(key) ?? [];
      const [, group, option] = /^groups\.(\d+)\.(\w+)$/.exec(key) ?? [];
      if (place !== undefined && Number(place) < steps.length) steps[Number(place)] = value;
      else if (groups[Number(group)]?.has(option) || option === "initialLr") {
        groups[Number(group)].set(option, value);
      } else {
        throw new ArgumentError(
          `The state's number "${key}" is not one of this ${name} of ${this.paramGroups.length} groups.`,
        );
      }
    }
    // All of it fits: from here on nothing can fail halfway.
    this.#free();
    this.#steps.splice(0, steps.length, ...steps);
    torch.scope(() =>
      torch.noGrad(() => {
        for (const { place, part, tensor } of places.values()) {
          this.state(part)[place] = torch.keep(
            torch.emptyLike(this.#params[place]).copy_(tensor),
          );
        }
      })
    );
    this.paramGroups.forEach((group, i) => setNumbers(group, groups[i]));
    this.#chunks = null;
  }

  #free(): void {
    for (const tensors of this.#state.values()) {
      for (const tensor of tensors) tensor?.dispose();
    }
    this.#state.clear();
  }

  /** Frees the optimiser's own tensors. The parameters stay. */
  dispose(): void {
    this.#free();
  }

  /** Same as {@linkcode Optimizer.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A group's options as numbers: booleans as 0 and 1, the pair of betas as beta1 and beta2. */
function numbersOf(group: object): [string, number][] {
  const found: [string, number][] = [];
  for (const [key, value] of Object.entries(group)) {
    if (typeof value === "number") found.push([key, value]);
    else if (typeof value === "boolean") found.push([key, value ? 1 : 0]);
    else if (key === "betas") found.push(["beta1", value[0]], ["beta2", value[1]]);
  }
  return found;
}

function setNumbers(group: object, numbers: ReadonlyMap<string, number>): void {
  const target = group as Record<string, unknown>;
  for (const [key, value] of numbers) {
    if (key === "beta1") target.betas = [value, (target.betas as number[])[1]];
    else if (key === "beta2") target.betas = [(target.betas as number[])[0], value];
    else target[key] = typeof target[key] === "boolean" ? value !== 0 : value;
  }
}

function checkParameters(name: string, params: readonly Tensor[]): void {
  const seen = new Set<Tensor>();
  params.forEach((param, i) => {
    const fault = !(param instanceof Tensor)
      ? `is a ${typeof param}, not a tensor`
      : seen.has(param)
      ? "is there twice"
      : !torch.isFloatingPoint(param.dtype)
      ? `is of dtype ${param.dtype}; only floating-point tensors can be trained`
      : !param.isLeaf
      ? "is the result of an operation; only leaf tensors can be trained (take its detach())"
      : !isDense(param)
      ? "is a view with gaps or overlaps in memory; take its clone()"
      : null;
    if (fault !== null) throw new ArgumentError(`${name}: parameter ${i} ${fault}.`);
    seen.add(param);
  });
}

/** Whether a tensor's elements fill one stretch of memory, in any order: native steps run along it. */
function isDense(tensor: Tensor): boolean {
  const strides = tensor.strides;
  const dims = tensor.shape
    .map((size, i) => ({ size, stride: strides[i] }))
    .filter(({ size }) => size !== 1)
    .sort((a, b) => a.stride - b.stride);
  let expected = 1;
  for (const { size, stride } of dims) {
    if (size !== 0 && stride !== expected) return false;
    expected *= size;
  }
  return true;
}

/**
 * Checks that an option is a finite number of at least 0.
 *
 * @throws {ArgumentError} if not.
 */
export function checkNonNegative(optimizer: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0)) {
    throw new ArgumentError(`${optimizer}: ${name} must be a number of at least 0, got ${value}.`);
  }
}
