/**
 * The values of PyTorch that a pickle may describe. They are descriptions: tensors are made of them
 * later, from bytes that lie outside of the pickle.
 *
 * @module
 */

import type { DType } from "../../base/dtypes.ts";
import { Callable, Opaque } from "../pickle/values.ts";
import type { Arrangement } from "./arrangement.ts";

/** An element type by itself, such as `torch.float16`. */
export class DTypeValue extends Opaque {
  /** The element type. */
  readonly dtype: DType;
  readonly what: string;

  /** Takes the element type. */
  constructor(dtype: DType) {
    super();
    this.dtype = dtype;
    this.what = `torch.${dtype}`;
  }
}

/** A name that stands for itself: an element type that no tensor here has, a layout, a way to quantize. */
export class Named extends Opaque {
  readonly what: string;

  /** Takes its full name. */
  constructor(name: string) {
    super();
    this.what = name;
  }
}

/** A complex number. */
export class Complex extends Opaque {
  /** The real part. */
  readonly real: number;
  /** The imaginary part. */
  readonly imaginary: number;
  readonly what = "a complex number";

  /** Takes both parts. */
  constructor(real: number, imaginary: number) {
    super();
    this.real = real;
    this.imaginary = imaginary;
  }
}

/** A class of storages, such as `torch.FloatStorage`. */
export class StorageType extends Opaque {
  /** The type of its elements; null for storages of mere bytes. */
  readonly dtype: DType | null;
  readonly what = "a storage class";

  /** Takes the type of its elements. */
  constructor(dtype: DType | null) {
    super();
    this.dtype = dtype;
  }
}

/** A storage: the bytes that one or several tensors lie in. */
export class Storage extends Opaque {
  /** The storage's name in the file. */
  readonly key: string;
  /** The type of its elements; null if it is of mere bytes. */
  readonly dtype: DType | null;
  /** Where the storage begins in the bytes of that name. */
  readonly begin: number;
  /** The storage's size in bytes. */
  readonly bytes: number;
  readonly what = "a storage";

  /** Takes its name, the type of its elements, its place and its size. */
  constructor(key: string, dtype: DType | null, begin: number, bytes: number) {
    super();
    this.key = key;
    this.dtype = dtype;
    this.begin = begin;
    this.bytes = bytes;
  }
}

/** A tensor in a storage, with its arrangement checked. */
export class PickledTensor extends Opaque {
  /** The storage that the tensor lies in. */
  readonly storage: Storage;
  /** How the tensor lies there. */
  readonly arrangement: Arrangement;
  readonly what = "a tensor";

  /** Takes its storage and arrangement. */
  constructor(storage: Storage, arrangement: Arrangement) {
    super();
    this.storage = storage;
    this.arrangement = arrangement;
  }
}

/** A tensor that is there and cannot be read. */
export class UnreadableTensor extends Opaque {
  /** Why not: what follows its name in a sentence. */
  readonly why: string;
  readonly what = "a tensor that cannot be read";

  /** Takes why it cannot be read. */
  constructor(why: string) {
    super();
    this.why = why;
  }
}

/** PyTorch's class of tensors or of parameters, which pickles name beside a tensor, or call with one for a parameter. */
export class TensorType extends Callable {
  /** Takes the class's full name and what throws the error for a call that is none of a parameter. */
  constructor(name: string) {
    super(name, (args) => {
      const [data] = args;
      if (data instanceof PickledTensor || data instanceof UnreadableTensor) return data;
      return new UnreadableTensor(`was made by calling ${name}, as PyTorch before 0.2 did`);
    });
  }
}
