/**
 * What a pickle can hold here.
 *
 * @module
 */

/**
 * A value of a pickle: None is null, lists and tuples are arrays, dicts are maps. Whatever else a file may hold
 * is an {@linkcode Opaque}.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | Opaque;

/** A value that is not one of Python's plain ones. */
export abstract class Opaque {
  /** What the value is, for messages. */
  abstract readonly what: string;
}

/** A class or function that a pickle may name, as what it does here. */
export class Callable extends Opaque {
  readonly what: string;
  /** Makes the value that a call in the pickle stands for. */
  readonly apply: (args: PickleValue[]) => PickleValue;
  /** Whether the callable may be called with a value that is no tuple, as TorchScript does with the classes of enums. */
  readonly takesValue: boolean;

  /** Takes its full name in Python and what it does here. */
  constructor(name: string, apply: (args: PickleValue[]) => PickleValue, takesValue = false) {
    super();
    this.what = name;
    this.apply = apply;
    this.takesValue = takesValue;
  }
}

/** Stands where an object of a class lies that the user chose to leave out. */
export class Ignored extends Opaque {
  readonly what: string;

  /** Takes the class's full name. */
  constructor(name: string) {
    super();
    this.what = name;
  }
}

/** An object of a class that a program brings with it. Nothing is known of it but its attributes. */
export class Instance extends Opaque {
  readonly what: string;
  /** The arguments that the instance was made of. */
  readonly args: PickleValue[];
  /** What the instance was set to: its attributes by name, mostly. */
  state: PickleValue = null;

  /** Takes the class's full name and what the object is made of. */
  constructor(name: string, args: PickleValue[] = []) {
    super();
    this.what = name;
    this.args = args;
  }
}

/** What a value is, for messages. */
export function describe(value: PickleValue): string {
  if (value === null) return "None";
  if (value instanceof Opaque) return value.what;
  if (Array.isArray(value)) return "a list";
  if (value instanceof Map) return "a dict";
  if (value instanceof Set) return "a set";
  if (value instanceof Uint8Array) return "bytes";
  return `a ${typeof value}`;
}
