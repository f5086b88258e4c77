/**
 * Reads Python's pickle format without being Python: a pickle is a program for a small stack machine, and this
 * machine knows how to make plain values and nothing else. A class or function that the program names is looked
 * up in a table of our own; what is not in there ends the reading. So no code of the file or of Python runs.
 *
 * The machine keeps its own stack, so a pickle's depth costs nothing here, and what it makes is counted.
 *
 * @module
 */

import { type Bad, quote } from "../file_reader.ts";
import { cost, usualBudget } from "./budget.ts";
import type { Cursor } from "./cursor.ts";
import { Machine } from "./machine.ts";
import { op, opName } from "./opcodes.ts";
import { Callable, describe, Ignored, Instance, type PickleValue } from "./values.ts";

/** What a pickle's names stand for. */
export interface Meanings {
  /** The value of a class or function by its full name, such as `collections.OrderedDict`; throws for others. */
  find(name: string): PickleValue;
  /** The value that lies outside of the pickle under this id; absent where there is none. */
  persistent?(id: PickleValue): PickleValue;
}

/** What a pickle may take. */
export interface Limits {
  /** About how many bytes its values may take. */
  readonly bytes: number;
  /** How many values may lie in each other, also those that are thrown away. */
  readonly depth: number;
}

const usualLimits: Limits = { bytes: usualBudget, depth: Infinity };

/** No number in a checkpoint is longer. */
const mostNumberBytes = 64;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads one pickle and leaves the cursor behind it.
 *
 * @param cursor The pickle's bytes.
 * @param meanings What its names stand for.
 * @param bad Throws the error for a pickle that is not sound.
 * @param limits What it may take.
 */
export function unpickle(
  cursor: Cursor,
  meanings: Meanings,
  bad: Bad,
  limits: Limits = usualLimits,
): PickleValue {
  return new Unpickler(cursor, meanings, bad, limits).run();
}

class Unpickler {
  readonly #in: Cursor;
  readonly #meanings: Meanings;
  readonly #bad: Bad;
  readonly #machine: Machine;
  readonly #mostDepth: number;

  constructor(cursor: Cursor, meanings: Meanings, bad: Bad, { bytes, depth }: Limits) {
    this.#in = cursor;
    this.#meanings = meanings;
    this.#bad = bad;
    this.#machine = new Machine(bad, bytes, depth < Infinity);
    this.#mostDepth = depth;
  }

  run(): PickleValue {
    for (;;) {
      const code = this.#in.u8();
      if (code === op.STOP) break;
      this.#step(code);
    }
    const value = this.#machine.pop();
    if (this.#machine.depth() > this.#mostDepth) {
      this.#bad(`its pickle nests its values more than ${this.#mostDepth} deep`);
    }
    return value;
  }

  #step(code: number): void {
    const m = this.#machine;
    switch (code) {
      case op.PROTO: {
        const version = this.#in.u8();
        if (version > 5) this.#bad(`its pickle has the protocol ${version}; the latest is 5`);
        return;
      }
      case op.FRAME:
        if (this.#in.u64() > this.#in.left) this.#bad("its pickle has a frame that is cut off");
        return;
      case op.MARK:
        return m.mark();
      case op.POP:
        return m.drop();
      case op.POP_MARK:
        m.popMark();
        return;
      case op.DUP:
        return m.push(m.top(), 0);

      case op.NONE:
        return m.push(null, 0);
      case op.NEWTRUE:
        return m.push(true, 0);
      case op.NEWFALSE:
        return m.push(false, 0);
      case op.BININT:
        return m.push(this.#in.i32(), 0);
      case op.BININT1:
        return m.push(this.#in.u8(), 0);
      case op.BININT2:
        return m.push(this.#in.u16(), 0);
      case op.LONG1:
        return m.push(this.#long(this.#in.u8()));
      case op.LONG4:
        return m.push(this.#long(this.#in.u32()));
      case op.INT:
        return m.push(this.#numberText());
      case op.LONG:
        return m.push(this.#numberText());
      case op.FLOAT:
        return m.push(this.#floatText());
      case op.BINFLOAT:
        return m.push(this.#in.f64());

      case op.BINUNICODE:
      case op.BINSTRING:
        return this.#text(this.#in.u32());
      case op.SHORT_BINUNICODE:
      case op.SHORT_BINSTRING:
        return this.#text(this.#in.u8());
      case op.BINUNICODE8:
        return this.#text(this.#in.u64());
      case op.BINBYTES:
        return this.#bytes(this.#in.u32());
      case op.SHORT_BINBYTES:
        return this.#bytes(this.#in.u8());
      case op.BINBYTES8:
      case op.BYTEARRAY8:
        return this.#bytes(this.#in.u64());

      case op.EMPTY_LIST:
      case op.EMPTY_TUPLE:
        return m.push([], cost.container);
      case op.EMPTY_DICT:
        return m.push(new Map(), cost.container);
      case op.EMPTY_SET:
        return m.push(new Set(), cost.container);
      case op.LIST:
      case op.TUPLE:
        return m.push(m.popMark(), cost.container);
      case op.TUPLE1:
        return m.tuple(1);
      case op.TUPLE2:
        return m.tuple(2);
      case op.TUPLE3:
        return m.tuple(3);
      case op.DICT: {
        const items = m.popMark();
        const dict: PickleValue = new Map();
        m.push(dict, cost.container);
        return m.setItems(dict, items);
      }
      case op.FROZENSET: {
        const items = m.popMark();
        const set: PickleValue = new Set();
        m.push(set, cost.container);
        return m.addItems(set, items);
      }
      case op.APPEND: {
        const item = m.pop();
        return m.append(m.top(), [item]);
      }
      case op.APPENDS: {
        const items = m.popMark();
        return m.append(m.top(), items);
      }
      case op.SETITEM: {
        const value = m.pop();
        const key = m.pop();
        return m.setItems(m.top(), [key, value]);
      }
      case op.SETITEMS: {
        const items = m.popMark();
        return m.setItems(m.top(), items);
      }
      case op.ADDITEMS: {
        const items = m.popMark();
        return m.addItems(m.top(), items);
      }

      case op.GET:
        return m.get(Number(this.#numberText()));
      case op.BINGET:
        return m.get(this.#in.u8());
      case op.LONG_BINGET:
        return m.get(this.#in.u32());
      case op.PUT:
        return this.#put(Number(this.#numberText()));
      case op.BINPUT:
        return this.#put(this.#in.u8());
      case op.LONG_BINPUT:
        return this.#put(this.#in.u32());
      case op.MEMOIZE:
        return m.putNext();

      case op.GLOBAL:
        return m.push(this.#global(this.#in.line(), this.#in.line()));
      case op.STACK_GLOBAL: {
        const name = m.pop();
        const module = m.pop();
        return m.push(this.#global(module, name));
      }
      case op.REDUCE: {
        const args = m.pop();
        return this.#call(m.pop(), args, code);
      }
      case op.NEWOBJ: {
        const args = m.pop();
        return this.#call(m.pop(), args, code);
      }
      case op.NEWOBJ_EX: {
        const named = m.pop();
        const args = m.pop();
        const type = m.pop();
        if (!(named instanceof Map) || (named.size > 0 && !(type instanceof Ignored))) {
          this.#bad(`its pickle calls ${describe(type)} with arguments by name`);
        }
        return this.#call(type, args, code);
      }
      case op.INST: {
        const type = this.#global(this.#in.line(), this.#in.line());
        return this.#call(type, m.popMark(), code);
      }
      case op.OBJ: {
        const [type, ...args] = m.popMark();
        if (type === undefined) this.#bad("its pickle has an object without a class");
        return this.#call(type, args, code);
      }
      case op.BUILD:
        return this.#build();
      case op.BINPERSID: {
        const id = m.pop();
        if (this.#meanings.persistent === undefined) {
          this.#bad("its pickle refers to something outside of it");
        }
        return m.push(this.#meanings.persistent(id), cost.container);
      }
      default:
        this.#bad(`its pickle has the operation ${opName(code)}, which no checkpoint needs`);
    }
  }

  #long(bytes: number): number | bigint {
    if (bytes > mostNumberBytes) this.#bad(`its pickle has a number of ${bytes} bytes`);
    let value = 0n;
    this.#in.take(bytes).forEach((byte, i) => value |= BigInt(byte) << BigInt(8 * i));
    return plain(BigInt.asIntN(8 * bytes, value));
  }

  #numberText(): number | bigint | boolean {
    const text = this.#in.line(2 * mostNumberBytes);
    // Protocol 1 wrote booleans so.
    if (text === "00" || text === "01") return text === "01";
    if (!/^-?\d+L?$/.test(text)) this.#bad(`its pickle has ${quote(text)} for a whole number`);
    return plain(BigInt(text.replace("L", "")));
  }

  #floatText(): number {
    const text = this.#in.line(2 * mostNumberBytes);
    const special: Record<string, number> = { nan: NaN, inf: Infinity, "-inf": -Infinity };
    const value = Object.hasOwn(special, text) ? special[text] : Number(text.trim() || "x");
    if (Number.isNaN(value) && text !== "nan") {
      this.#bad(`its pickle has ${quote(text)} for a number`);
    }
    return value;
  }

  #text(length: number): void {
    const bytes = this.#sized(length);
    let text: string;
    try {
      text = utf8.decode(bytes.slice());
    } catch {
      return this.#bad("its pickle has a text that is not UTF-8");
    }
    this.#machine.push(text, 0);
  }

  #bytes(length: number): void {
    this.#machine.push(this.#sized(length).slice(), 0);
  }

  #sized(length: number): Uint8Array {
    // First whether they are there: a lying length must not look like a file that is too large.
    if (length <= this.#in.left) this.#machine.budget.spend(cost.string + 2 * length);
    return this.#in.take(length);
  }

  /** Numbers come one after the other. libtorch makes room for all up to the highest. */
  #put(index: number): void {
    if (!(index <= this.#in.at)) this.#bad(`its pickle stores a value under the number ${index}`);
    this.#machine.put(index);
  }

  #global(module: PickleValue, name: PickleValue): PickleValue {
    if (typeof module !== "string" || typeof name !== "string") {
      this.#bad("its pickle names a class or function by something that is not text");
    }
    return this.#meanings.find(`${module}.${name}`);
  }

  #call(target: PickleValue, args: PickleValue, code: number): void {
    if (target instanceof Ignored) return this.#machine.push(target, 0);
    if (!(target instanceof Callable)) {
      this.#bad(`its pickle calls ${describe(target)} (${opName(code)})`);
    }
    if (!Array.isArray(args)) {
      if (target.takesValue) return this.#machine.push(target.apply([args]), cost.container);
      this.#bad(`its pickle calls ${target.what} with ${describe(args)} for arguments`);
    }
    this.#machine.budget.spend(copyCost(args[0]));
    this.#machine.push(target.apply(args), cost.container);
  }

  /** The state of an object that was made. Dicts have attributes, too, such as versions, which nothing here needs. */
  #build(): void {
    const state = this.#machine.pop();
    const target = this.#machine.top();
    if (target instanceof Instance) target.state = state;
    else if (!(target instanceof Map || target instanceof Ignored)) {
      this.#bad(`its pickle sets the state of ${describe(target)} (BUILD)`);
    }
  }
}

/** What a call makes of a list, such as a dict, or of a text is no larger than this. */
function copyCost(value: PickleValue | undefined): number {
  if (Array.isArray(value)) return cost.entry * value.length;
  return typeof value === "string" ? value.length : 0;
}

function plain(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
