/**
 * A TorchScript module that was loaded.
 *
 * @module
 */

import { check, context, native, readText, releaseOne, writeText } from "../../ffi/native.ts";
import { ArgumentError, DTypeError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { Device } from "./device.ts";
import { deviceCode } from "./device_codes.ts";
import { type DType, isFloatingPoint } from "./dtype.ts";
import { dtypeCode } from "./dtype_codes.ts";
import { runScript, scriptTensors } from "./script_calls.ts";
import type { ScriptInput, ScriptOutput } from "./script_types.ts";
import { targetOptions } from "./target.ts";
import type { Tensor } from "./tensor.ts";

// The safety net for modules that are never disposed of.
const net = new FinalizationRegistry<number>((handle) => releaseOne(context, handle));

/** Where and as what {@linkcode ScriptModule.to} moves a module. */
export interface ScriptToOptions {
  /** The device wanted; unchanged if absent. */
  device?: Device;
  /** The dtype wanted of floating-point tensors; unchanged if absent. */
  dtype?: DType;
}

/**
 * A TorchScript module: weights and code, run by libtorch. Get one with `loadScript`.
 *
 * Its memory is native. It is freed by {@linkcode ScriptModule.dispose}, at the end of the block of its `using`,
 * or some time after nothing refers to it any more.
 */
export class ScriptModule implements Disposable {
  /** The file that it was loaded from. */
  readonly path: string;
  /** The names of the methods that can be run. */
  readonly methods: readonly string[];

  readonly #handle: number;
  readonly #schemas: readonly string[];
  /** The numbers of the methods that observe, by the names of the modules that they observe. */
  readonly #observing = new Map<string, number>();
  #modules: readonly string[] | undefined;

  /** Use `loadScript`. @ignore */
  constructor(path: string, handle: number) {
    this.path = path;
    this.#handle = handle;
    net.register(this, handle, this);
    const schemas: string[] = [];
    for (let bytes = 1; bytes > 0;) {
      bytes = check(native.ap_script_method(context, handle, schemas.length));
      if (bytes > 0) schemas.push(readText(bytes));
    }
    this.#schemas = schemas;
    this.methods = schemas.map((schema) => schema.slice(0, schema.indexOf("(")));
  }

  /**
   * A method's signature as libtorch writes it: `"features(__torch__.Net self, Tensor x) -> Tensor"`.
   *
   * @throws {ArgumentError} if there is no such method.
   */
  schema(method: string): string {
    return this.#schemas[this.#find(method)];
  }

  /**
   * Runs a method.
   *
   * @param method Its name.
   * @param inputs Its arguments, in order; what is left out or undefined takes its default.
   * @returns What the method returns. Its tensors belong to the scope that is open, as every new tensor does.
   * @throws {ArgumentError} if there is no such method, or an argument is missing or of another type.
   * @throws {DisposedError} if the module or a tensor was disposed of.
   *
   * @example
   * ```ts ignore
   * const { features } = model.run("record", images) as Record<string, torch.Tensor>;
   * ```
   */
  run(method: string, ...inputs: ScriptInput[]): ScriptOutput {
    const index = this.#find(method);
    return runScript(this.#handle, index, this.#schemas[index], inputs, this.path);
  }

  /** Runs the method `forward`. */
  forward(...inputs: ScriptInput[]): ScriptOutput {
    return this.run("forward", ...inputs);
  }

  /**
   * The names of the modules in this one, as PyTorch's `named_modules()` has them: `"layer1.0.conv1"`. A module that
   * was frozen has lost most or all of them.
   */
  get modules(): readonly string[] {
    if (this.#modules !== undefined) return this.#modules;
    const names: string[] = [];
    for (let bytes = 1; bytes > 0;) {
      bytes = check(native.ap_script_module(context, this.#handle, names.length));
      if (bytes > 0) names.push(readText(bytes));
    }
    return this.#modules = names;
  }

  /**
   * Runs `forward` and tells, too, what modules in this one returned, as a forward hook in Python does.
   *
   * @param modules The names of the modules.
   * @param inputs As for {@linkcode ScriptModule.run}.
   * @returns What `forward` returned; and by name what each module did, once for each call of it: none where it was not
   * called. A tensor is as it was then, whatever was done to it in place later; tensors in tuples, lists and dictionaries
   * are not copied.
   * @throws {ArgumentError} if there is no such module, or an argument is missing or of another type.
   *
   * @example
   * ```ts ignore
   * const { output, returned } = model.observe(["layer4", "global_pool"], images);
   * const [maps] = returned.layer4 as torch.Tensor[];
   * ```
   */
  observe(
    modules: readonly string[],
    ...inputs: ScriptInput[]
  ): { output: ScriptOutput; returned: Record<string, ScriptOutput[]> } {
    for (const name of modules) this.#checkModule(name);
    const schema = this.schema("forward");
    const names = modules.join("\n");
    let index = this.#observing.get(names);
    if (index === undefined) {
      index = check(native.ap_script_record(context, this.#handle, writeText(names)));
      this.#observing.set(names, index);
    }
    const said = runScript(this.#handle, index, schema, inputs, this.path);
    const [output, ...lists] = said as ScriptOutput[];
    const returned = modules.map((name, i) => [name, lists[i] as ScriptOutput[]] as const);
    return { output, returned: Object.fromEntries(returned) };
  }

  #checkModule(name: string): void {
    if (this.modules.includes(name)) return;
    const near = nearest(name, this.modules, 5).join(", ");
    throw new ArgumentError(
      `There is no module "${name}" in the TorchScript module ${this.path}, which has ${
        near === "" ? "none" : `${this.modules.length}; the nearest are ${near}`
      }.`,
    );
  }

  #find(method: string): number {
    const index = this.methods.indexOf(method);
    if (index >= 0) return index;
    const names = this.methods.slice(0, 30).join(", ");
    const more = this.methods.length > 30 ? `, and ${this.methods.length - 30} others` : "";
    throw new ArgumentError(
      `The TorchScript module ${this.path} has no method "${method}"; it has ${
        names || "none"
      }${more}.`,
    );
  }

  /** Whether the module is in training mode; one that was frozen never is. */
  get training(): boolean {
    return check(native.ap_script_train(context, this.#handle, -1)) === 1;
  }

  /**
   * Switches to training mode, or with `false` to evaluation mode, and returns this module. One that was traced computes
   * as it did when it was traced, in either.
   *
   * @throws {ArgumentError} if it is to train and was frozen, which keeps it in evaluation mode.
   */
  train(on = true): this {
    check(native.ap_script_train(context, this.#handle, on ? 1 : 0));
    return this;
  }

  /** Switches to evaluation mode and returns this module. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Moves parameters and buffers to another device, or makes the floating-point ones another dtype, in place, and
   * returns this module. Devices and dtypes that are written into the code, as tracing does with those of
   * tensors that the model makes itself, stay: load on the device that it was traced on, where it matters.
   */
  to(target: Device | DType | ScriptToOptions): this {
    const { device, dtype } = targetOptions<ScriptToOptions>(target);
    if (dtype !== undefined && !isFloatingPoint(dtype)) {
      throw new DTypeError(`A module's dtype is a floating-point one, got ${dtype}.`);
    }
    check(
      native.ap_script_to(
        context,
        this.#handle,
        device === undefined ? -1 : deviceCode(device),
        dtype === undefined ? -1 : dtypeCode(dtype),
      ),
    );
    return this;
  }

  /** The module's parameters, with their names. Every call makes new tensor objects of the same memory. */
  namedParameters(): [string, Tensor][] {
    return scriptTensors(this.#handle, this.path).filter(([, , buffer]) => !buffer).map((
      [name, tensor],
    ) => [name, tensor]);
  }

  /** The module's buffers, such as a batch norm's statistics, with their names, as {@linkcode ScriptModule.namedParameters}. */
  namedBuffers(): [string, Tensor][] {
    return scriptTensors(this.#handle, this.path).filter(([, , buffer]) => buffer).map((
      [name, tensor],
    ) => [name, tensor]);
  }

  /** The module's parameters and buffers by name, as {@linkcode ScriptModule.namedParameters}. */
  stateDict(): Record<string, Tensor> {
    return Object.fromEntries(
      scriptTensors(this.#handle, this.path).map(([name, tensor]) => [name, tensor]),
    );
  }

  /** Whether the module was disposed of. */
  get isDisposed(): boolean {
    return native.ap_script_method(context, this.#handle, 0) < 0;
  }

  /** Frees the module now. Later uses throw a `DisposedError`; disposing again does nothing. */
  dispose(): void {
    net.unregister(this);
    releaseOne(context, this.#handle);
  }

  /** Same as {@linkcode ScriptModule.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
