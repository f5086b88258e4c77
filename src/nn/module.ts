/**
 * The base of every layer and model.
 *
 * @module
 */

import { ArgumentError, DTypeError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import type { Device, DType, Tensor } from "../torch/mod.ts";
import { targetOptions } from "../torch/target.ts";
import { containsItself, reachable, walk, within } from "./module_tree.ts";
import { move } from "./move.ts";
import type { ModuleToOptions } from "./to_options.ts";
import { loadStateDict } from "./state_dict.ts";
import type { LoadReport } from "./load_report.ts";

/** How {@linkcode Module.registerBuffer} treats a buffer. */
export interface BufferOptions {
  /** Whether the buffer is part of the state dict; true by default. */
  persistent?: boolean;
  /** Whether a state dict without this buffer still loads; false by default. */
  optional?: boolean;
}

/** A buffer: a tensor that belongs to a module's state but is not trained. */
interface Buffer {
  readonly tensor: Tensor;
  readonly persistent: boolean;
  readonly optional: boolean;
}

/**
 * The base of every layer and model: named parameters and buffers, children, training mode, and a
 * state dict with PyTorch's key names.
 *
 * A subclass makes its parts in its constructor or as fields. Modules in own enumerable fields, and
 * arrays of modules in them, are children under the field's name, in the order of the fields (as in
 * PyTorch, a field that holds a module makes it a child; keep others in a `#private` field).
 * {@linkcode Module.registerModule} gives a child another name, and comes before those. Parameters
 * and buffers are always registered, and live until {@linkcode Module.dispose}, outside every scope.
 *
 * Modules are made on the CPU in float32, with the same random numbers as PyTorch: one seed gives
 * the same weights. {@linkcode Module.to} moves them.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(4, 8);
 *   output = new nn.Linear(8, 2);
 *   override forward(x: torch.Tensor): torch.Tensor {
 *     return this.output.forward(this.hidden.forward(x).relu());
 *   }
 * }
 * using net = new Net();
 * Object.keys(net.stateDict()); // hidden.weight, hidden.bias, output.weight, output.bias
 * ```
 */
export abstract class Module implements Disposable {
  /** Whether the module is in training mode, which Dropout and BatchNorm depend on. */
  training = true;

  readonly #parameters = new Map<string, Tensor>();
  readonly #buffers = new Map<string, Buffer>();
  readonly #modules = new Map<string, Module>();
  #frozen = false;
  /** Whether the parameters of this module were last said to stay as they are. */
  #untrained = false;
  /** The mode that was last asked for while the module is frozen. */
  #asked = true;
  /** How tensors of four dimensions were last asked to lie. */
  #memoryFormat: "contiguous" | "channelsLast" = "contiguous";

  /** Computes the output. Subclasses may declare the inputs they take more exactly. */
  abstract forward(...inputs: Tensor[]): Tensor;

  /**
   * Makes `tensor` a parameter: it is trained, and lives until {@linkcode Module.dispose}. Returns it.
   *
   * @throws {ArgumentError} if the name is empty, holds a dot or is taken, or if the tensor is the
   * result of a recorded operation.
   * @throws {DTypeError} if the tensor is not of a floating-point dtype.
   */
  registerParameter(name: string, tensor: Tensor): Tensor {
    this.#checkName(name);
    checkTensor(name, tensor);
    if (!tensor.isLeaf) {
      throw new ArgumentError(
        `The parameter "${name}" was computed by recorded operations; give its detach().`,
      );
    }
    const dtype = tensor.dtype;
    if (!torch.isFloatingPoint(dtype)) {
      throw new DTypeError(`The parameter "${name}" must be of a float dtype, got ${dtype}.`);
    }
    this.#parameters.set(name, torch.keep(tensor).requiresGrad_());
    return tensor;
  }

  /**
   * Makes `tensor` a buffer: part of the state, moved with the module, not trained. Returns it.
   *
   * @throws {ArgumentError} if the name is empty, holds a dot or is taken.
   */
  registerBuffer(name: string, tensor: Tensor, options: BufferOptions = {}): Tensor {
    this.#checkName(name);
    checkTensor(name, tensor);
    this.#buffers.set(name, {
      tensor: torch.keep(tensor),
      persistent: options.persistent ?? true,
      optional: options.optional ?? false,
    });
    return tensor;
  }

  /**
   * Makes `module` a child with a name of its own choosing. Returns it.
   *
   * @throws {ArgumentError} if the name is empty, holds a dot or is taken, or if the module contains this one.
   */
  registerModule<M extends Module>(name: string, module: M): M {
    this.#checkName(name);
    if (!(module instanceof Module)) {
      throw new ArgumentError(`The part "${name}" must be a module, got ${typeof module}.`);
    }
    if (reachable<Module>(module).has(this)) throw containsItself(this, "", name);
    this.#modules.set(name, module);
    return module;
  }

  #checkName(name: string): void {
    if (name === "" || name.includes(".")) {
      throw new ArgumentError(`A part's name is not empty and has no dots, got "${name}".`);
    }
    if (this.#parameters.has(name) || this.#buffers.has(name) || this.#modules.has(name)) {
      throw new ArgumentError(`The name "${name}" is taken in this ${this.constructor.name}.`);
    }
  }

  /** The direct children with their names, in order. */
  namedChildren(): [string, Module][] {
    const found = [...this.#modules];
    const seen = new Set(this.#modules.values());
    const add = (name: string, module: Module): void => {
      if (seen.has(module)) return;
      seen.add(module);
      found.push([name, module]);
    };
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module) add(name, value);
      else if (Array.isArray(value)) {
        value.forEach((item, i) => item instanceof Module && add(`${name}.${i}`, item));
      }
    }
    return found;
  }

  /** The direct children, in order. */
  children(): Module[] {
    return this.namedChildren().map(([, module]) => module);
  }

  /**
   * This module (its name is "") and all below it, each once, with their dotted names.
   *
   * @throws {ArgumentError} if a module contains itself.
   */
  namedModules(): [string, Module][] {
    const found: [string, Module][] = [];
    const seen = new Set<Module>();
    walk<Module>(this, (module, name) => {
      if (seen.has(module)) return false;
      seen.add(module);
      found.push([name, module]);
    });
    return found;
  }

  /** This module and all below it, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** All parameters with their dotted names; one that is shared comes once. */
  namedParameters(): [string, Tensor][] {
    const found: [string, Tensor][] = [];
    const seen = new Set<Tensor>();
    for (const [prefix, module] of this.namedModules()) {
      for (const [name, tensor] of module.#parameters) {
        if (seen.has(tensor)) continue;
        seen.add(tensor);
        found.push([prefix === "" ? name : `${prefix}.${name}`, tensor]);
      }
    }
    return found;
  }

  /** All parameters, in the order of PyTorch; one that is shared comes once. */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, tensor]) => tensor);
  }

  /** All buffers with their dotted names, those outside the state dict included. */
  namedBuffers(): [string, Tensor][] {
    const found: [string, Tensor][] = [];
    for (const [prefix, module] of this.namedModules()) {
      for (const [name, { tensor }] of module.#buffers) {
        found.push([prefix === "" ? name : `${prefix}.${name}`, tensor]);
      }
    }
    return found;
  }

  /** The number of trained values. */
  numParameters(): number {
    return this.parameters().reduce((sum, tensor) => sum + tensor.numel, 0);
  }

  /**
   * The parameters and persistent buffers by PyTorch's key names. The tensors are the module's own,
   * not copies.
   */
  stateDict(): Record<string, Tensor> {
    const state: Record<string, Tensor> = {};
    this.#collectState(state);
    return state;
  }

  #collectState(state: Record<string, Tensor>, optional?: Set<string>): void {
    walk<Module>(this, (module, name) => {
      const prefix = name === "" ? "" : `${name}.`;
      for (const [key, tensor] of module.#parameters) state[prefix + key] = tensor;
      for (const [key, buffer] of module.#buffers) {
        if (!buffer.persistent) continue;
        state[prefix + key] = buffer.tensor;
        if (buffer.optional) optional?.add(prefix + key);
      }
    });
  }

  /**
   * Copies the values of `state` into the module's own tensors, which keep their device and dtype.
   * Nothing is copied unless everything fits. `strict: false` passes over keys that one side lacks.
   *
   * @returns The keys that were missing and unexpected.
   * @throws {ArgumentError} if keys are missing or unexpected (unless `strict` is false).
   * @throws {ShapeError} if keys fit but shapes differ.
   */
  loadStateDict(
    state: Readonly<Record<string, Tensor>>,
    options: { strict?: boolean } = {},
  ): LoadReport {
    const own: Record<string, Tensor> = {};
    const optional = new Set<string>();
    this.#collectState(own, optional);
    return loadStateDict(this.constructor.name, own, state, optional, options.strict ?? true);
  }

  /** Sets the training mode of this module and all below it; those that are frozen stay in evaluation mode. */
  train(on = true): this {
    return within(this, () => {
      if (this.#frozen) this.#asked = on;
      this.training = on && !this.#frozen;
      for (const child of this.children()) child.train(on);
      return this;
    });
  }

  /** Same as `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Sets whether the parameters of this module and all below it are trained. Batch norms whose parameters are not
   * trained hold their running statistics, and normalize by them in training too; all else depends on the mode, as
   * in PyTorch. `true` undoes {@linkcode Module.freeze}.
   */
  requiresGrad_(on = true): this {
    for (const module of this.modules()) {
      module.#untrained = !on;
      if (on && module.#frozen) {
        module.#frozen = false;
        module.training = module.#asked;
      }
    }
    for (const parameter of this.parameters()) parameter.requiresGrad = on;
    return this;
  }

  /**
   * Makes this module and all below it a fixed function: no parameter is trained, batch norms use and keep their
   * running statistics, and dropout and stochastic depth are off, whatever {@linkcode Module.train} is called with,
   * on this module or on one that it is part of. {@linkcode Module.unfreeze} undoes it, also of a part alone. A state
   * dict does not say what is frozen.
   *
   * @example
   * ```ts
   * import { models, torch } from "@apprentice/distill";
   *
   * using student = models.create("resnet18", { numClasses: 10 });
   * student.freeze();
   * student.head.unfreeze(); // only the head is trained
   * student.train();
   * student.forward(torch.randn([2, 3, 32, 32])).requiresGrad; // true
   * ```
   */
  freeze(): this {
    this.requiresGrad_(false);
    for (const module of this.modules()) {
      if (!module.#frozen) module.#asked = module.training;
      module.#frozen = true;
      module.training = false;
    }
    return this;
  }

  /**
   * Undoes {@linkcode Module.freeze}: all parameters are trained, and every module is in the mode that it was last
   * told to be in.
   */
  unfreeze(): this {
    return this.requiresGrad_(true);
  }

  /** Whether this module is frozen. Parts of it need not be. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /** Whether running statistics follow what is seen: in training, unless the parameters are not trained. */
  protected get updatesStatistics(): boolean {
    return this.training && !this.#untrained;
  }

  /** How {@linkcode Module.to} last put tensors of four dimensions; images that lie so, too, are computed with at once. */
  get memoryFormat(): "contiguous" | "channelsLast" {
    return this.#memoryFormat;
  }

  /** Takes the gradients off all parameters. */
  zeroGrad(): void {
    torch.clearGrads(this.parameters());
  }

  /**
   * Moves parameters, their gradients and buffers to a device, a dtype, a memory format, in place. The tensor
   * objects stay the same, so references to them (an optimizer's) stay good; only floating-point
   * tensors change dtype. Optimizers already hold state on the old device: move first.
   *
   * @throws {ArgumentError} if the target is no device, dtype or options.
   * @throws {DTypeError} if the dtype is not a floating-point one.
   * @throws {DeviceError} if there is no such device.
   */
  to(target: Device | DType | ModuleToOptions): this {
    const options = targetOptions<ModuleToOptions>(target);
    const { dtype, memoryFormat } = options;
    if (dtype !== undefined && !torch.isFloatingPoint(dtype)) {
      throw new DTypeError(`A module's dtype is a floating-point one, got ${dtype}.`);
    }
    if (![undefined, "contiguous", "channelsLast"].includes(memoryFormat)) {
      throw new ArgumentError(
        `A memoryFormat is "contiguous" or "channelsLast", got "${memoryFormat}".`,
      );
    }
    torch.noGrad(() => {
      for (const tensor of this.parameters()) move(tensor, options, true);
      for (const [, tensor] of this.namedBuffers()) move(tensor, options, false);
    });
    if (memoryFormat !== undefined) {
      for (const module of reachable<Module>(this)) module.#memoryFormat = memoryFormat;
    }
    return this;
  }

  /** Frees all parameters and buffers. The module cannot be used afterwards. */
  dispose(): void {
    // Also of a module that contains itself.
    for (const module of reachable<Module>(this)) {
      for (const tensor of module.#parameters.values()) tensor.dispose();
      for (const { tensor } of module.#buffers.values()) tensor.dispose();
    }
  }

  /** Same as {@linkcode Module.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** What {@linkcode Module.toString} shows in parentheses: the options of a layer. */
  protected describe(): string {
    return "";
  }

  /** The module and its children, as PyTorch prints them. */
  toString(): string {
    const children = this.namedChildren();
    const head = `${this.constructor.name}(${this.describe()}`;
    if (children.length === 0) return `${head})`;
    const lines = within(
      this,
      () =>
        children.map(([name, child]) =>
          `  (${name}): ${child.toString().replaceAll("\n", "\n  ")}`
        ),
    );
    return `${head}\n${lines.join("\n")}\n)`;
  }

  /** What `console.log` shows. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

function checkTensor(name: string, value: unknown): void {
  if (value instanceof torch.Tensor) return;
  throw new ArgumentError(`The part "${name}" must be a tensor, got ${typeof value}.`);
}
