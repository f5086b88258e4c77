/**
 * Writes `../operators.gen.ts`: a typed method or function for every operator of the curated list,
 * from the schemas of the libtorch that is loaded. `deno task codegen` runs it.
 *
 * @module
 */

import { check, context, native, open, readText } from "../../../ffi/native.ts";
import { findOperator } from "../core.ts";
import { dtypeFromCode } from "../dtype.ts";
import { functions, methods } from "./curated.ts";
import { type Argument, parseSchema, type Schema } from "./schema.ts";

/** One line of the curated list, with the schemas of its overloads. */
interface Entry {
  base: string;
  doc: string;
  overloads: Schema[];
}

const camel = (name: string) =>
  name.replace(/^_+/, "").replace(/_+(?=\w)([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/** JavaScript's reserved words among libtorch's argument names. */
const argumentName = (name: string) => {
  const js = camel(name);
  return js === "self" ? "self" : ["function", "default", "new", "in"].includes(js) ? `${js}_` : js;
};

function schemaOf(name: string): Schema | undefined {
  let id: number;
  try {
    id = findOperator(name);
  } catch {
    return undefined;
  }
  const [text, kinds] = readText(check(native.ap_op_schema(context, id))).split("\n");
  return parseSchema(text, kinds);
}

function read(list: string): Entry[] {
  return list.trim().split("\n").map((line) => {
    const [base, given, doc] = line.split("|").map((part) => part.trim());
    const wanted = given ? given.split(",").map((o) => o.trim()) : ["", "Tensor", "Scalar"];
    const overloads = wanted.map((o) => schemaOf(`aten::${base}${o ? `.${o}` : ""}`))
      .filter((s) => s !== undefined);
    if (overloads.length === 0 || (given && overloads.length !== wanted.length)) {
      throw new Error(`libtorch lacks an overload of "${line}"`);
    }
    return { base, doc: doc ?? "", overloads };
  });
}

const hidden = new Set(["layout", "pin_memory"]);

/** The TypeScript type of an argument. */
function typeOf(a: Argument): string {
  switch (a.kind) {
    case "T":
      return "Tensor";
    case "t":
      return "Tensor | null";
    case "S":
    case "I":
    case "N":
    case "F":
      return "number";
    case "s":
    case "i":
    case "n":
    case "f":
      return "number | null";
    case "B":
      return "boolean";
    case "b":
      return "boolean | null";
    case "H":
      return "string";
    case "h":
      return "string | null";
    case "Y":
      return "DType";
    case "y":
      return "DType | null";
    case "V":
      return "Device";
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
    case "J":
      return "readonly (Tensor | null)[]";
    case "A":
    case "X":
    case "D":
    case "R":
      return a.length === undefined ? "readonly number[]" : "number | readonly number[]";
    case "a":
    case "x":
    case "d":
      return a.length === undefined
        ? "readonly number[] | null"
        : "number | readonly number[] | null";
    case "C":
      return "readonly boolean[]";
    default:
      throw new Error(`no TypeScript type for kind ${a.kind} of ${a.name}`);
  }
}

/** A default as TypeScript, or undefined for "none". */
function fallbackOf(a: Argument): string | undefined {
  const text = a.fallback;
  if (text === undefined || text === "None" || text === "") return undefined;
  if (text === "True" || text === "False") return text.toLowerCase();
  if (a.kind === "H" || a.kind === "h") return JSON.stringify(text.replaceAll('"', ""));
  if (a.kind === "y") return JSON.stringify(dtypeFromCode(Number(text)));
  if (a.kind === "M") return JSON.stringify("contiguous");
  if (/^\[.*\]$/.test(text)) return text.replace(/\b(True|False)\b/g, (w) => w.toLowerCase());
  if (!Number.isNaN(Number(text))) return String(Number(text));
  if (text === "inf") return "Infinity";
  throw new Error(`cannot read the default ${text} of ${a.name}`);
}

/** The expression and length in slots (or a put function) that writes one argument. */
function writing(a: Argument, value: string): { slot?: string; put?: (at: string) => string } {
  switch (a.kind) {
    case "T":
      return { slot: `${value}.handle` };
    case "t":
    case "g":
      return { slot: `optionalHandle(${value})` };
    case "G":
      return { slot: `${value}.handle` };
    case "S":
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
    case "s":
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
    case "J":
      return { put: (at) => `putOptionalTensors(${at}, ${value})` };
    case "A":
    case "X":
    case "D":
    case "R":
      return {
        put: (at) =>
          a.length === undefined
            ? `putNumbers(${at}, ${value})`
            : `putFixed(${at}, ${value}, ${a.length})`,
      };
    case "a":
    case "x":
    case "d":
      return {
        put: (at) => `putOptionalNumbers(${at}, ${value}${a.length ? `, ${a.length}` : ""})`,
      };
    case "C":
      return { put: (at) => `putBools(${at}, ${value})` };
    case "H":
      return { put: (at) => `putString(${at}, ${value})` };
    case "h":
      return { put: (at) => `putOptionalString(${at}, ${value})` };
    default:
      throw new Error(`cannot write kind ${a.kind}`);
  }
}

/** The TypeScript type of an overload's results. */
function resultType(s: Schema, method: boolean): string {
  const kinds = s.results;
  if (kinds.length === 0) return "void";
  if (kinds.every((k) => k === "!")) {
    return kinds.length > 1 ? "void" : method ? "this" : "Tensor";
  }
  const one = (k: string) => {
    if (k === "T") return "Tensor";
    if (k === "L") return "Tensor[]";
    if (k === "B") return "boolean";
    if ("SINFY".includes(k)) return "number";
    throw new Error(`cannot return kind ${k} of ${s.name}`);
  };
  if (kinds.length === 1) return one(kinds[0]);
  return `[${
    kinds.map((k, i) => `${camel(s.resultNames[i] || `result${i}`)}: ${one(k)}`).join(", ")
  }]`;
}

/** The statements that return an overload's results from the frame. */
function returning(s: Schema, method: boolean): string {
  const kinds = s.results;
  if (kinds.length === 0) return "";
  if (kinds.every((k) => k === "!")) {
    if (kinds.length > 1) return "";
    return method ? "return this;" : `return ${argumentName(s.arguments[0].name)};`;
  }
  if (kinds.length === 1) {
    if (kinds[0] === "T") return "return make($f[0]);";
    if (kinds[0] === "L") return "return makeList();";
    if (kinds[0] === "B") return "return $f[0] !== 0;";
    return "return $f[0];";
  }
  if (!kinds.every((k) => k === "T")) throw new Error(`cannot return ${kinds} of ${s.name}`);
  const ids = kinds.map((_, i) => `$h${i}`);
  return `const ${ids.map((id, i) => `${id} = $f[${i}]`).join(", ")};\nreturn [${
    ids.map((id) => `make(${id})`).join(", ")
  }];`;
}

const names: string[] = [];

function operatorIndex(name: string): number {
  const known = names.indexOf(name);
  if (known >= 0) return known;
  return names.push(name) - 1;
}

/** The body that writes one overload's arguments, calls and returns. */
function body(s: Schema, method: boolean, value: (a: Argument) => string): string {
  const lines: string[] = [];
  const k = operatorIndex(s.name);
  // Looked up before anything is written: a function may be what opens the library, and its frame.
  if (!method) lines.push(`const $id = ids[${k}] || find(${k});`);
  lines.push("const $f = frame;");
  let at: string | number = 0;
  let dynamic = false;
  s.arguments.forEach((a, i) => {
    let w: ReturnType<typeof writing>;
    if (hidden.has(a.name)) w = { slot: "0" };
    else w = writing(a, method && i === 0 ? "this" : value(a));
    if (w.slot !== undefined) {
      lines.push(dynamic ? `$f[$p++] = ${w.slot};` : `$f[${at}] = ${w.slot};`);
      if (!dynamic) at = (at as number) + 1;
    } else {
      lines.push(`${dynamic ? "" : "let "}$p = ${w.put!(dynamic ? "$p" : String(at))};`);
      dynamic = true;
    }
  });
  const id = method ? `ids[${k}] || find(${k})` : "$id";
  lines.push(`const $n = opCall(context, ${id}, ${s.arguments.length});`);
  lines.push("if ($n < 0) fail($n);");
  lines.push(returning(s, method));
  // A last put's return value that nobody reads would be an unused variable.
  const text = lines.join("\n");
  const puts = text.match(/\$p/g)?.length ?? 0;
  return puts === 1
    ? text.replace("let $p = ", "")
    : text.replace(/\$p = (put[^;]*;)(?![\s\S]*\$p)/, "$1");
}

const positional = (s: Schema, method: boolean) =>
  s.arguments.slice(method ? 1 : 0).filter((a) => !a.keyword && !hidden.has(a.name));
const keywords = (s: Schema) => s.arguments.filter((a) => a.keyword && !hidden.has(a.name));

const isNumberKind = (k: string) => "SINF".includes(k);

/** The test that an argument is of the kind that an overload takes at its place. */
function test(a: Argument | undefined, name: string): string {
  if (a === undefined) return `${name} === undefined`;
  const given = testGiven(a, name);
  return a.fallback === undefined ? given : `(${name} === undefined || ${given})`;
}

function testGiven(a: Argument, name: string): string {
  if (isNumberKind(a.kind)) return `typeof ${name} === "number"`;
  if ("sinf".includes(a.kind)) return `(${name} == null || typeof ${name} === "number")`;
  if (a.kind === "T") return `isTensor(${name})`;
  if (a.kind === "t") return `(${name} == null || isTensor(${name}))`;
  if (a.kind === "B") return `typeof ${name} === "boolean"`;
  if (a.kind === "H" || a.kind === "h") return `typeof ${name} === "string"`;
  if (a.kind === "Y") return `typeof ${name} === "string"`;
  if (a.kind === "L") return `Array.isArray(${name})`;
  if (a.length !== undefined) return `(typeof ${name} === "number" || Array.isArray(${name}))`;
  return `Array.isArray(${name})`;
}

/** Whether the argument at place `i` and all after it have a default or may be none. */
function mayBeLeftOut(list: Argument[], i: number): boolean {
  return list.slice(i).every((a) => a.fallback !== undefined || a.kind === a.kind.toLowerCase());
}

/** One parameter list: positional ones, then the options. */
function parameters(overloads: Schema[], method: boolean): string {
  const count = Math.max(...overloads.map((s) => positional(s, method).length));
  const list: string[] = [];
  for (let i = 0; i < count; i++) {
    const here = overloads.map((s) => positional(s, method)[i]);
    const some = here.find((a) => a !== undefined)!;
    const types = [...new Set(here.flatMap((a) => a ? typeOf(a).split(" | ") : []))];
    const optional = overloads.some((s) => mayBeLeftOut(positional(s, method), i));
    const fallback = overloads.length === 1 ? fallbackOf(some) : undefined;
    const name = parameterName(overloads, i, method);
    list.push(
      fallback !== undefined
        ? `${name}: ${types.join(" | ")} = ${fallback}`
        : `${name}${optional ? "?" : ""}: ${types.join(" | ")}`,
    );
  }
  const fields = new Map<string, { types: Set<string>; required: boolean }>();
  for (const s of overloads) {
    for (const a of keywords(s)) {
      const field = fields.get(a.name) ?? { types: new Set(), required: overloads.length === 1 };
      for (const type of typeOf(a).split(" | ")) field.types.add(type);
      if (a.fallback !== undefined || "tginsfbhyvm".includes(a.kind)) field.required = false;
      fields.set(a.name, field);
    }
  }
  if (fields.size > 0) {
    const anyRequired = [...fields.values()].some((f) => f.required);
    list.push(
      `options${anyRequired ? "" : "?"}: { ${
        [...fields].map(([n, f]) =>
          `${argumentName(n)}${f.required ? "" : "?"}: ${[...f.types].join(" | ")}`
        ).join("; ")
      } }`,
    );
  }
  return list.join(", ");
}

function parameterName(overloads: Schema[], i: number, method: boolean): string {
  const found = new Set(
    overloads.map((s) => positional(s, method)[i]).filter((a) => a).map((a) =>
      argumentName(a.name)
    ),
  );
  return [...found].join("Or").replace(/Or([a-z])/g, (_, c: string) => `Or${c.toUpperCase()}`);
}

/** The options that tell an overload from the others. */
function tellingKeywords(s: Schema, overloads: Schema[]): Argument[] {
  return keywords(s).filter((a) =>
    overloads.some((o) => o !== s && !keywords(o).some((b) => b.name === a.name))
  );
}

function emit(entry: Entry, method: boolean): string {
  const { overloads } = entry;
  const name = camel(entry.base);
  const doc = documentation(entry);
  const single = overloads.length === 1 ? overloads[0] : undefined;
  const rest = single && method && shapeOnly(single);
  const keyValue = (a: Argument) => {
    const fallback = fallbackOf(a);
    const given = `options?.${argumentName(a.name)}`;
    const required = single && a.fallback === undefined && !"tginsfbhyvm".includes(a.kind);
    if (required) return `options.${argumentName(a.name)}`;
    if (fallback !== undefined) return `(${given} ?? ${fallback})`;
    return a.kind === a.kind.toLowerCase() ? given : `${given}!`;
  };
  const head = method ? "" : "export function ";

  if (rest) {
    const a = argumentName(single.arguments[1].name);
    return `${doc}\n${name}(...${a}: readonly number[] | [readonly number[]]): ${
      resultType(single, method)
    } {\n${body(single, method, () => `spread(${a})`)}\n}`;
  }
  if (single) {
    return `${doc}\n${head}${name}(${parameters(overloads, method)}): ${
      resultType(single, method)
    } {\n${body(single, method, (a) => a.keyword ? keyValue(a) : argumentName(a.name))}\n}`;
  }

  // The most general overload last, without a test. A tensor is what remains when nothing else fits.
  const rank = (s: Schema) =>
    tellingKeywords(s, overloads).length > 0
      ? 0
      : positional(s, method).some((a) => "Tt".includes(a.kind))
      ? 2
      : 1;
  const ordered = [...overloads].sort((a, b) => rank(a) - rank(b));
  const count = Math.max(...overloads.map((s) => positional(s, method).length));
  const differing = [...Array(count).keys()].filter((i) =>
    new Set(overloads.map((s) => positional(s, method)[i]?.kind ?? "-")).size > 1
  );
  const branches = ordered.map((s, k) => {
    const value = (a: Argument) => {
      if (a.keyword) return keyValue(a);
      const i = positional(s, method).indexOf(a);
      const parameter = parameterName(overloads, i, method);
      const fallback = fallbackOf(a);
      const cast = ` as ${typeOf(a)}${a.fallback !== undefined ? " | undefined" : ""}`;
      return fallback === undefined
        ? `(${parameter}${cast})`
        : `((${parameter}${cast}) ?? ${fallback})`;
    };
    const tests = k === ordered.length - 1 ? [] : [
      ...differing.map((i) => test(positional(s, method)[i], parameterName(overloads, i, method))),
      ...tellingKeywords(s, overloads).map((a) => `options?.${argumentName(a.name)} !== undefined`),
    ];
    const inner = body(s, method, value);
    return tests.length > 0 ? `if (${tests.join(" && ")}) {\n${inner}\n}` : inner;
  });
  const types = [...new Set(overloads.map((s) => resultType(s, method)))];
  if (types.length === 1) {
    return `${doc}\n${head}${name}(${parameters(overloads, method)}): ${types[0]} {\n${
      branches.join("\n")
    }\n}`;
  }
  // Defaults cannot stand in a signature: such parameters are optional there.
  const signatures = overloads.map((s) => {
    const list = positional(s, method).map((a, i) =>
      `${argumentName(a.name)}${mayBeLeftOut(positional(s, method), i) ? "?" : ""}: ${typeOf(a)}`
    );
    const keys = keywords(s).map((a) => `${argumentName(a.name)}?: ${typeOf(a)}`);
    if (keys.length) list.push(`options?: { ${keys.join("; ")} }`);
    return `${doc}\n${head}${name}(${list.join(", ")}): ${resultType(s, method)};`;
  });
  return `${signatures.join("\n")}\n${head}${name}(${parameters(overloads, method)}): ${
    types.join(" | ")
  } {\n${branches.join("\n")}\n}`;
}

/** Whether a method's one argument is a shape or a list of dimensions: then it may be spread. */
function shapeOnly(s: Schema): boolean {
  const list = s.arguments.slice(1);
  return list.length >= 1 && "AX".includes(list[0].kind) && list[0].length === undefined &&
    list.slice(1).every((a) => a.fallback !== undefined && a.kind === "B") && list.length === 1;
}

function documentation(entry: Entry): string {
  const names = entry.overloads.map((s) => `\`${s.name}\``).join(", ");
  return `/** ${entry.doc ? `${entry.doc} ` : ""}(${names}) */`;
}

/** The whole text of the generated file, before formatting. */
export function generate(): string {
  open();
  names.length = 0;
  const methodText = read(methods).map((e) => emit(e, true));
  const functionText = read(functions).map((e) => emit(e, false));
  return `// Generated by \`deno task codegen\` from libtorch's own schemas. Do not edit.
// deno-lint-ignore-file

import { context, fail, frame, opCall } from "../../ffi/native.ts";
import { findOperator, make, makeList, TensorCore } from "./core.ts";
import type { Device } from "./device.ts";
import { type DType, dtypeCode } from "./dtype.ts";
import {
  type MemoryFormat, memoryFormatCode, optionalHandle, putBools, putDevice, putDType, putFixed, putMemoryFormat, putNumbers, putOptional,
  putOptionalBool, putOptionalNumbers, putOptionalString, putOptionalTensors, putString, putTensors,
} from "./frame_arguments.ts";
import type { Generator } from "./random.ts";
import type { Tensor } from "./tensor.ts";

const names = ${JSON.stringify(names)};
const ids = new Int32Array(names.length);

function find(index: number): number {
  return ids[index] = findOperator(names[index]);
}

function isTensor(value: unknown): value is Tensor {
  return value instanceof TensorCore;
}

function spread(values: readonly number[] | readonly [readonly number[]]): readonly number[] {
  return values.length === 1 && typeof values[0] !== "number"
    ? values[0] as readonly number[]
    : values as readonly number[];
}

/** The operators of libtorch that are methods of {@linkcode Tensor}. */
export abstract class TensorOperators extends TensorCore {
${methodText.join("\n\n")}
}

${functionText.join("\n\n")}
`;
}
