/**
 * What the generated code says of one argument: its type, its default, how it gets into the frame, how
 * it is told from that of another overload.
 *
 * @module
 */

import { dtypeFromCode } from "../dtype_codes.ts";
import type { Argument } from "../schema.ts";
import { camel } from "./entries.ts";

/** Arguments that nobody sets from here: they get a 0, for none or false. */
export const hidden: ReadonlySet<string> = new Set(["layout", "pin_memory", "implicit"]);

const reserved = new Set(["function", "default", "new", "in"]);

/** An argument's name in TypeScript. */
export function argumentName(a: Argument): string {
  const name = camel(a.name);
  return name === "self" ? "input" : reserved.has(name) ? `${name}_` : name;
}

/** The strings that an argument may be, by `operator.argument` or `argument`. */
const stringTypes: Record<string, string> = {
  approximate: '"none" | "tanh"',
  indexing: '"ij" | "xy"',
  interpolation: '"linear" | "lower" | "higher" | "midpoint" | "nearest"',
  mode: '"reduced" | "complete" | "r"',
  "aten::pad.mode": '"constant" | "reflect" | "replicate" | "circular"',
  ord: '"fro" | "nuc"',
  p: '"fro" | "nuc"',
  padding: '"same" | "valid"',
  padding_side: '"left" | "right"',
  reduce: '"sum" | "prod" | "mean" | "amax" | "amin"',
  "aten::scatter.reduce": '"add" | "multiply"',
  "aten::scatter_.reduce": '"add" | "multiply"',
  rounding_mode: '"trunc" | "floor"',
  side: '"left" | "right"',
  UPLO: '"L" | "U"',
};

/** The strings that an argument may be; undefined if it may be any. */
export function stringsOf(a: Argument, operator: string): string[] | undefined {
  const type = stringType(a, operator);
  return type === "string" ? undefined : type.split(" | ").map((one) => JSON.parse(one));
}

function stringType(a: Argument, operator: string): string {
  return stringTypes[`${operator.split(".")[0]}.${a.name}`] ?? stringTypes[a.name] ?? "string";
}

const isReduction = (a: Argument) => a.name === "reduction" && a.kind === "I";

/** The TypeScript type of an argument of `operator`. */
export function typeOf(a: Argument, operator: string): string {
  if (isReduction(a)) return "Reduction | number";
  const list = a.length === undefined ? "readonly number[]" : "number | readonly number[]";
  switch (a.kind) {
    case "T":
      return "Tensor";
    case "t":
      return "Tensor | null";
    case "S":
      return "Scalar";
    case "s":
      return "Scalar | null";
    case "I":
    case "N":
    case "F":
      return "number";
    case "i":
    case "n":
    case "f":
      return "number | null";
    case "B":
      return "boolean";
    case "b":
      return "boolean | null";
    case "H":
      return stringType(a, operator);
    case "h":
      return `${stringType(a, operator)} | null`;
    case "Y":
      return "DType";
    case "y":
      return "DType | null";
    case "v":
      return "Device | null";
    case "M":
      return "MemoryFormat";
    case "m":
      return "MemoryFormat | null";
    case "G":
    case "g":
      return "Generator | null";
    case "L":
      return "readonly Tensor[]";
    case "R":
      return "readonly Scalar[]";
    case "A":
    case "X":
      return list;
    case "a":
    case "x":
    case "d":
      return `${list} | null`;
    case "C":
      return "readonly boolean[]";
    default:
      throw new Error(`no TypeScript type for kind ${a.kind} of ${a.name}`);
  }
}

/** Whether an argument without a default may still be left out: the optional kinds. */
export function mayBeNone(a: Argument): boolean {
  return a.kind === a.kind.toLowerCase();
}

/** A default as TypeScript, or undefined for "none". */
export function fallbackOf(a: Argument): string | undefined {
  const text = a.fallback;
  if (text === undefined || text === "None" || text === "") return undefined;
  if (isReduction(a)) return JSON.stringify(["none", "mean", "sum"][Number(text)]);
  if (text === "True" || text === "False") return text.toLowerCase();
  if (a.kind === "H" || a.kind === "h") return JSON.stringify(text.replaceAll('"', ""));
  if (a.kind === "y") return JSON.stringify(dtypeFromCode(Number(text)));
  if (a.kind === "M") return JSON.stringify("contiguous");
  if (/^\[.*\]$/.test(text)) return text.replace(/\b(True|False)\b/g, (w) => w.toLowerCase());
  if (!Number.isNaN(Number(text))) return String(Number(text));
  if (text === "inf") return "Infinity";
  throw new Error(`cannot read the default ${text} of ${a.name}`);
}

/** What writes an argument: the value of one slot, or a call that writes several from a place on. */
export interface Writing {
  /** The expression for the one slot, which is at the place `at`. */
  slot?: string | ((at: string) => string);
  /** The call that writes at the place `at` and returns the next. */
  put?: (at: string) => string;
}

/** How the value of an argument, an expression, gets into the frame. */
export function writing(a: Argument, value: string): Writing {
  if (isReduction(a)) return { slot: `reductionCode(${value})` };
  const length = a.length === undefined ? "" : `, ${a.length}`;
  switch (a.kind) {
    case "T":
      // What is no tensor, undefined too, then reaches the library as no handle, which it refuses in words.
      return { slot: value === "this" ? "this[HANDLE]" : `${value}?.[HANDLE]` };
    case "t":
    case "g":
      return { slot: `optionalHandle(${value})` };
    case "S":
      return {
        slot: (at) => `scalarSlot(${at}, ${value})`,
        put: (at) => `putScalar(${at}, ${value})`,
      };
    case "s":
      return { put: (at) => `putOptionalScalar(${at}, ${value})` };
    case "I":
    case "N":
    case "F":
      return { slot: value };
    case "B":
      return { slot: `${value} ? 1 : 0` };
    case "Y":
      return { slot: `dtypeCode(${value})` };
    case "M":
      return { slot: `memoryFormatCode(${value})` };
    case "i":
    case "n":
    case "f":
      return { put: (at) => `putOptional(${at}, ${value})` };
    case "b":
      return { put: (at) => `putOptionalBool(${at}, ${value})` };
    case "y":
      return { put: (at) => `putDType(${at}, ${value})` };
    case "v":
      return { put: (at) => `putDevice(${at}, ${value})` };
    case "m":
      return { put: (at) => `putMemoryFormat(${at}, ${value})` };
    case "L":
      return { put: (at) => `putTensors(${at}, ${value})` };
    case "R":
      return { put: (at) => `putScalars(${at}, ${value})` };
    case "A":
    case "X":
      return {
        put: (at) => length ? `putFixed(${at}, ${value}${length})` : `putNumbers(${at}, ${value})`,
      };
    case "a":
    case "x":
    case "d":
      return { put: (at) => `putOptionalNumbers(${at}, ${value}${length})` };
    case "C":
      return { put: (at) => `putBools(${at}, ${value})` };
    case "H":
      return { put: (at) => `putString(${at}, ${value})` };
    case "h":
      return { put: (at) => `putOptionalString(${at}, ${value})` };
    default:
      throw new Error(`cannot write kind ${a.kind} of ${a.name}`);
  }
}

/** The test that the parameter `name` is what an overload takes there; undefined if it takes nothing. */
export function test(a: Argument | undefined, name: string): string {
  if (a === undefined) return `${name} === undefined`;
  const given = testGiven(a, name);
  return a.fallback === undefined ? given : `(${name} === undefined || ${given})`;
}

function testGiven(a: Argument, name: string): string {
  if (a.kind === "S") return `isScalar(${name})`;
  if (a.kind === "s") return `(${name} == null || isScalar(${name}))`;
  if ("INF".includes(a.kind)) return `typeof ${name} === "number"`;
  if ("inf".includes(a.kind)) return `(${name} == null || typeof ${name} === "number")`;
  if (a.kind === "T") return `isTensor(${name})`;
  if (a.kind === "t") return `(${name} == null || isTensor(${name}))`;
  if (a.kind === "B") return `typeof ${name} === "boolean"`;
  if ("HhY".includes(a.kind)) return `typeof ${name} === "string"`;
  if (a.kind === "L") return `isTensorList(${name})`;
  if ("AXR".includes(a.kind)) {
    return a.length === undefined
      ? `Array.isArray(${name})`
      : `(typeof ${name} === "number" || Array.isArray(${name}))`;
  }
  if ("axd".includes(a.kind)) {
    return `(${name} == null || typeof ${name} === "number" || Array.isArray(${name}))`;
  }
  throw new Error(`cannot tell kind ${a.kind} of ${a.name} from others`);
}
