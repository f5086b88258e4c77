/**
 * Follows the pickles of a TorchScript archive as far as to see what tensors they make. libtorch believes the sizes
 * in them: a tensor that reaches beyond its data would read other memory.
 *
 * @module
 */

/** What a pickle makes, as far as it matters here: anything else is null. */
type Value = number | string | Global | Storage | Value[] | null;

class Global {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

class Storage {
  readonly elements: number;

  constructor(elements: number) {
    this.elements = elements;
  }
}

/** Bytes of an element, by the name of its storage. */
const elementBytes: Record<string, number> = {
  DoubleStorage: 8,
  FloatStorage: 4,
  HalfStorage: 2,
  BFloat16Storage: 2,
  LongStorage: 8,
  IntStorage: 4,
  ShortStorage: 2,
  CharStorage: 1,
  ByteStorage: 1,
  BoolStorage: 1,
  ComplexHalfStorage: 4,
  ComplexFloatStorage: 8,
  ComplexDoubleStorage: 16,
  QInt8Storage: 1,
  QUInt8Storage: 1,
  QInt32Storage: 4,
  Float8_e4m3fnStorage: 1,
  Float8_e5m2Storage: 1,
  UInt16Storage: 2,
  UInt32Storage: 4,
  UInt64Storage: 8,
};

const MARK = Symbol("mark");

/**
 * Checks that every tensor in a pickle lies within its data.
 *
 * @param bytes The pickle.
 * @param dataSize The size in bytes of the data of this name; undefined if there is none.
 * @returns What is wrong, or undefined.
 */
export function checkPickle(
  bytes: Uint8Array<ArrayBuffer>,
  dataSize: (key: string) => number | undefined,
): string | undefined {
  try {
    follow(new Input(bytes), dataSize);
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

class Refused extends Error {}

class Input {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number(bytes: 1 | 2 | 4, signed = false): number {
    const at = this.#at;
    this.take(bytes);
    if (bytes === 1) return this.#view.getUint8(at);
    if (bytes === 2) return this.#view.getUint16(at, true);
    return signed ? this.#view.getInt32(at, true) : this.#view.getUint32(at, true);
  }

  /** A whole number of up to 8 bytes. */
  long(length: number): number {
    if (length > 8) throw new Refused("a number is too long");
    const value = this.take(length);
    let sum = 0n;
    for (let i = length; i-- > 0;) sum = sum << 8n | BigInt(value[i]);
    return Number(BigInt.asIntN(8 * length, sum));
  }

  take(length: number): Uint8Array<ArrayBuffer> {
    if (length > this.#bytes.length - this.#at) throw new Refused("it ends early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw new Refused("it ends early");
    const line = this.text(end - this.#at);
    this.#at++;
    return line;
  }
}

/** Does what libtorch's unpickler does; an instruction that this one has not is refused, as it is there. */
function follow(input: Input, dataSize: (key: string) => number | undefined): void {
  const stack: (Value | typeof MARK)[] = [];
  const memo = new Map<number, Value>();
  const pop = (): Value => {
    const value = stack.pop();
    if (value === undefined || value === MARK) throw new Refused("a value lacks");
    return value as Value;
  };
  const popToMark = (): Value[] => {
    const at = stack.lastIndexOf(MARK);
    if (at < 0) throw new Refused("a mark lacks");
    return stack.splice(at).slice(1) as Value[];
  };
  const top = (): Value => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const recall = (index: number): void => {
    const value = memo.get(index);
    if (value === undefined) throw new Refused("it refers to nothing");
    stack.push(value);
  };
  const tuple = (length: number): void => {
    const values = Array.from({ length }, pop);
    stack.push(values.reverse());
  };
  for (;;) {
    const code = input.number(1);
    switch (String.fromCharCode(code)) {
      case "\x80": // PROTO
        input.number(1);
        break;
      case ".": // STOP
        return;
      case "(":
        stack.push(MARK);
        break;
      case "N": // None, true, false
      case "\x88":
      case "\x89":
      case "}": // an empty dictionary
        stack.push(null);
        break;
      case "]": // an empty list, an empty tuple
      case ")":
        stack.push([]);
        break;
      case "K":
        stack.push(input.number(1));
        break;
      case "M":
        stack.push(input.number(2));
        break;
      case "J":
        stack.push(input.number(4, true));
        break;
      case "\x8a":
        stack.push(input.long(input.number(1)));
        break;
      case "G": // a float
        input.take(8);
        stack.push(null);
        break;
      case "X":
        stack.push(input.text(input.number(4)));
        break;
      case "q":
        memo.set(input.number(1), top());
        break;
      case "r":
        memo.set(input.number(4), top());
        break;
      case "h":
        recall(input.number(1));
        break;
      case "j":
        recall(input.number(4));
        break;
      case "t": // a tuple, a list of what follows the mark
      case "l":
        stack.push(popToMark());
        break;
      case "\x85":
        tuple(1);
        break;
      case "\x86":
        tuple(2);
        break;
      case "\x87":
        tuple(3);
        break;
      case "d": // a dictionary of what follows the mark
        popToMark();
        stack.push(null);
        break;
      case "e": // more items for a list or dictionary; what is in lists does not matter
      case "u":
        popToMark();
        break;
      case "a":
        pop();
        break;
      case "s":
        pop();
        pop();
        break;
      case "c":
        stack.push(new Global(`${input.line()}.${input.line()}`));
        break;
      case "\x81": // NEWOBJ leaves the class for BUILD
        pop();
        break;
      case "R": // REDUCE, BUILD
      case "b": {
        const given = pop();
        const made = pop();
        if (!(made instanceof Global)) throw new Refused("it calls what is no function");
        if (/_rebuild_\w*tensor/.test(made.name)) checkTensor(given);
        stack.push(null);
        break;
      }
      case "Q":
        stack.push(storage(pop(), dataSize));
        break;
      default:
        throw new Refused(`it has the instruction ${code}, which is not used there`);
    }
  }
}

/** A storage from its description: "storage", its type, its name, its device, its number of elements. */
function storage(id: Value, dataSize: (key: string) => number | undefined): Storage {
  const [kind, type, key, , elements] = Array.isArray(id) ? id : [];
  const [module, name] = type instanceof Global ? type.name.split(".") : [];
  if (kind !== "storage" || module !== "torch" || typeof key !== "string" || !isCount(elements)) {
    throw new Refused("it describes data in another way");
  }
  const bytes = Object.hasOwn(elementBytes, name) ? elementBytes[name] : undefined;
  if (bytes === undefined) throw new Refused(`it has data of the unknown type ${type}`);
  const size = dataSize(key) ?? (elements === 0 ? 0 : -1);
  if (elements * bytes > size) throw new Refused(`the data "${key}" are fewer than it says`);
  return new Storage(elements);
}

/** Compares a tensor's offset, sizes and strides with its storage. */
function checkTensor(given: Value): void {
  const [data, offset, sizes, strides] = Array.isArray(given) ? given : [];
  // Tensors without data of their own, such as sparse ones, are made of others.
  if (!(data instanceof Storage)) throw new Refused("it has a tensor of another kind");
  const counts = (value: Value): value is number[] => Array.isArray(value) && value.every(isCount);
  if (
    !isCount(offset) || !counts(sizes) || !counts(strides) || sizes.length !== strides.length
  ) throw new Refused("it describes a tensor in another way");
  if (sizes.includes(0)) return;
  const last = sizes.reduce((sum, size, i) => sum + (size - 1) * strides[i], offset);
  if (!(last < data.elements)) throw new Refused("a tensor reaches beyond its data");
}

function isCount(value: Value | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
