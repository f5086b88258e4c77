/**
 * Writes the TypeScript of one method or function.
 *
 * @module
 */

import { isOperand, products } from "../products.ts";
import { waitingOperators } from "../waits.ts";
import type { Argument, Schema } from "../schema.ts";
import { argumentName, fallbackOf, hidden, mayBeNone, test, typeOf, writing } from "./arguments.ts";
import { camel, type Entry } from "./entries.ts";

/** Gives operators their places in the generated table. */
export interface Table {
  /** The place of an operator, which is put into the table if it is new. */
  place(operator: Schema): number;
}

/** Whether an argument is given in order. One by name that another overload has in order counts, too. */
export function parametersOf(overloads: readonly Schema[], method: boolean): Parameter[] {
  const list: Parameter[] = [];
  const visible = (s: Schema) =>
    s.arguments.slice(method ? 1 : 0).filter((a) => !hidden.has(a.name));
  for (const s of overloads) {
    visible(s).filter((a) => !a.keyword).forEach((a, i) => {
      list[i] ??= { name: "", here: new Map() };
      list[i].here.set(s, a);
    });
  }
  for (const s of overloads) {
    for (const a of visible(s).filter((a) => a.keyword)) {
      const other = list.find((p) =>
        !p.here.has(s) && [...p.here.values()].some((b) => b.name === a.name)
      );
      other?.here.set(s, a);
    }
  }
  for (const p of list) {
    const names = new Set([...p.here.values()].map(argumentName));
    p.name = [...names].join("Or").replace(/Or([a-z])/g, (_, c: string) => `Or${c.toUpperCase()}`);
  }
  return list;
}

/** One parameter in order, and which argument it is in each overload that has it. */
export interface Parameter {
  name: string;
  here: Map<Schema, Argument>;
}

/** What one method or function is made of. */
class Emitter {
  readonly overloads: Schema[];
  readonly parameters: Parameter[];
  readonly single: Schema | undefined;

  constructor(readonly entry: Entry, readonly method: boolean, readonly table: Table) {
    this.overloads = entry.overloads;
    this.parameters = parametersOf(entry.overloads, method);
    this.single = entry.overloads.length === 1 ? entry.overloads[0] : undefined;
  }

  /** The arguments of an overload that come in the options. */
  options(s: Schema): Argument[] {
    const inOrder = new Set(this.parameters.map((p) => p.here.get(s)));
    return s.arguments.slice(this.method ? 1 : 0).filter((a) =>
      !hidden.has(a.name) && !inOrder.has(a)
    );
  }

  /** Whether the parameter at place `i`, and all after it, may be left out of an overload. */
  mayEnd(s: Schema, i: number): boolean {
    return this.parameters.slice(i).every((p) => {
      const a = p.here.get(s);
      return a === undefined || a.fallback !== undefined || mayBeNone(a);
    });
  }

  /** The parameter list for all overloads, or for one of them as a signature. */
  parameterList(overloads: readonly Schema[], signature: boolean): string {
    const list: string[] = [];
    this.parameters.forEach((p, i) => {
      const here = overloads.filter((s) => p.here.has(s));
      if (here.length === 0) return;
      const types = unite(here.map((s) => typeOf(p.here.get(s)!, s.name)));
      const first = p.here.get(here[0])!;
      const name = signature ? argumentName(first) : p.name;
      const fallback = this.single && !signature ? fallbackOf(first) : undefined;
      const optional = overloads.some((s) => this.mayEnd(s, i));
      list.push(
        fallback !== undefined && optional
          ? `${name}: ${types} = ${fallback}`
          : `${name}${optional ? "?" : ""}: ${types}`,
      );
    });
    const fields = new Map<string, { types: string[]; required: boolean }>();
    for (const s of overloads) {
      for (const a of this.options(s)) {
        const field = fields.get(argumentName(a)) ?? { types: [], required: true };
        field.types.push(typeOf(a, s.name));
        field.required &&= overloads.length === 1 && a.fallback === undefined && !mayBeNone(a);
        fields.set(argumentName(a), field);
      }
    }
    if (fields.size > 0) {
      const required = [...fields.values()].some((f) => f.required);
      const text = [...fields].map(([n, f]) => `${n}${f.required ? "" : "?"}: ${unite(f.types)}`);
      list.push(`options${required ? "" : "?"}: { ${text.join("; ")} }`);
    }
    return list.join(", ");
  }

  /** The expression for an argument's value. */
  value(s: Schema, a: Argument): string {
    const fallback = fallbackOf(a);
    const parameter = this.parameters.find((p) => p.here.get(s) === a);
    if (parameter === undefined) {
      const given = `options?.${argumentName(a)}`;
      if (fallback !== undefined) return `(${given} ?? ${fallback})`;
      if (mayBeNone(a)) return given;
      return this.single ? `options.${argumentName(a)}` : `${given}!`;
    }
    if (this.single) return parameter.name;
    const may = a.fallback !== undefined ? " | undefined" : "";
    const cast = `${parameter.name} as ${typeOf(a, s.name)}${may}`;
    return fallback === undefined ? `(${cast})` : `((${cast}) ?? ${fallback})`;
  }

  /** The statements that write an overload's arguments, call it and return its results. */
  body(s: Schema, value: (a: Argument) => string = (a) => this.value(s, a)): string {
    const lines: string[] = [];
    const k = this.table.place(s);
    const lookUp = `ids[${k}] || find(${k})`;
    // A function may be what opens the library, and so the frame; and looking an operator up uses the text
    // buffer, where a string argument lies. Elsewhere it can wait for the call.
    const first = !this.method || s.arguments.some((a) => "Hh".includes(a.kind));
    if (first) lines.push(`const $id = ${lookUp};`);
    lines.push("const $f = frame;");
    let at = 0;
    let place: string | undefined;
    s.arguments.forEach((a, i) => {
      const isThis = this.method && i === 0;
      const w = hidden.has(a.name) ? { slot: "0" } : writing(a, isThis ? "this" : value(a));
      if (w.slot !== undefined && (place === undefined || w.put === undefined)) {
        const here = place === undefined ? String(at++) : "$p++";
        lines.push(`$f[${here}] = ${typeof w.slot === "string" ? w.slot : w.slot(here)};`);
        return;
      }
      lines.push(
        `${place === undefined ? "let $p = " : "$p = "}${w.put!(place ?? String(at))};`,
      );
      place = "$p";
    });
    lines.push(`const $n = opCall(context, ${first ? "$id" : lookUp}, ${s.arguments.length});`);
    lines.push("if ($n < 0) fail($n);");
    if (waitingOperators.has(s.name)) lines.push(this.waits(s, value));
    if (products.has(s.name)) lines.push(...this.watched(s, value));
    else lines.push(...returning(s, this.method));
    return tidy(lines).join("\n");
  }

  /** The statement that tells who watches what is waited for. */
  waits(s: Schema, value: (a: Argument) => string): string {
    const operands = s.arguments.flatMap((a, i) =>
      !"Tt".includes(a.kind) ? [] : [this.method && i === 0 ? "this" : value(a)]
    );
    const last = s.arguments.find(({ name }) => name === "non_blocking");
    const flag = last === undefined ? "" : `, ${value(last)}`;
    return `if (waiting !== null) waiting("${s.name}", [${operands.join(", ")}]${flag});`;
  }

  /** The statements that return a product's result, and tell who watches products of it. */
  watched(s: Schema, value: (a: Argument) => string): string[] {
    const inPlace = s.results[0] === "!";
    const result = inPlace ? this.method ? "this" : argumentName(s.arguments[0]) : "$r";
    const operands = s.arguments.flatMap((a, i) =>
      !isOperand(a.kind) ? [] : [this.method && i === 0 ? "this" : value(a)]
    );
    const made = inPlace ? [] : ["const $r = make($f[0]);"];
    return [
      ...made,
      `if (watcher !== null) watcher("${s.name}", ${result}, [${operands.join(", ")}]);`,
      `return ${result};`,
    ];
  }

  /** The condition under which an overload is meant. */
  condition(s: Schema): string {
    const differing = this.parameters.filter((p) =>
      new Set(this.overloads.map((o) => p.here.get(o)?.kind ?? "-")).size > 1
    );
    return [
      ...differing.map((p) => test(p.here.get(s), p.name)),
      ...this.telling(s).map((a) => `options?.${argumentName(a)} !== undefined`),
    ].join(" && ");
  }

  /** The options that only this overload has and that it cannot do without. */
  telling(s: Schema): Argument[] {
    return this.options(s).filter((a) =>
      a.fallback === undefined &&
      this.overloads.some((o) => o !== s && !this.options(o).some((b) => b.name === a.name))
    );
  }

  /** Overloads in the order that they are tried: what needs an option first, tensors last. */
  ordered(): Schema[] {
    const tensors = (s: Schema) =>
      this.parameters.filter((p) => "Tt".includes(p.here.get(s)?.kind ?? "-")).length;
    const rank = (s: Schema) => this.telling(s).length > 0 ? -1 : tensors(s);
    return [...this.overloads].sort((a, b) => rank(a) - rank(b));
  }

  emit(): string {
    const { single, method, entry } = this;
    const doc = documentation(entry);
    const head = `${method ? "" : "export function "}${entry.name}`;
    const spreading = method ? this.spreading() : undefined;
    if (spreading !== undefined) return `${doc}\n${head}${spreading}`;
    if (single) {
      return `${doc}\n${head}(${this.parameterList([single], false)}): ${
        resultType(single, method)
      } {\n${this.body(single)}\n}`;
    }
    const ordered = this.ordered();
    const branches = ordered.map((s, i) =>
      // The last overload is what remains.
      i === ordered.length - 1 ? this.body(s) : `if (${this.condition(s)}) {\n${this.body(s)}\n}`
    );
    const types = [...new Set(this.overloads.map((s) => resultType(s, method)))];
    const whole = `${head}(${this.parameterList(this.overloads, false)}): ${types.join(" | ")} {\n${
      branches.join("\n")
    }\n}`;
    if (types.length === 1) return `${doc}\n${whole}`;
    const signatures = this.overloads.map((s) =>
      `${doc}\n${head}(${this.parameterList([s], true)}): ${resultType(s, method)};`
    );
    return [...signatures, whole].join("\n");
  }

  /** A method that takes a shape takes it as an array or number by number. */
  spreading(): string | undefined {
    const [shaped, other] = this.overloads;
    if (this.parameters.length !== 1 || this.options(shaped).length > 0) return undefined;
    const a = this.parameters[0].here.get(shaped);
    if (a === undefined || !"AX".includes(a.kind) || a.length !== undefined) return undefined;
    if (a.fallback !== undefined) return undefined;
    const name = argumentName(a);
    const many = this.body(shaped, () => `spread(${name})`);
    const result = resultType(shaped, true);
    if (other === undefined) {
      return `(...${name}: readonly number[] | [readonly number[]]): ${result} {\n${many}\n}`;
    }
    const b = this.parameters[0].here.get(other);
    if (this.overloads.length !== 2 || b?.kind !== "Y") return undefined;
    return `(...${name}: readonly number[] | [readonly number[]] | [DType]): ${result} {
      if (typeof ${name}[0] === "string") {
        ${this.body(other, () => `${name}[0] as DType`)}
      }
      ${this.body(shaped, () => `spread(${name} as readonly number[])`)}
    }`;
  }
}

/** Several types as one, null last. */
function unite(types: readonly string[]): string {
  const all = new Set(types.flatMap((type) => type.split(" | ")));
  const none = all.delete("null");
  return [...all, ...(none ? ["null"] : [])].join(" | ");
}

/** Without a variable for a place that nobody reads. */
function tidy(all: string[]): string[] {
  const lines = all.some((line) => line.includes("$f["))
    ? all
    : all.filter((line) => line !== "const $f = frame;");
  const reads = (line: string) => /\$p(\+\+|[,)])/.test(line);
  return lines.map((line, i) => {
    if (!/^(let )?\$p = /.test(line) || lines.slice(i + 1).some(reads)) return line;
    return line.replace(/^(let )?\$p = /, "");
  }).map((line, i, all) => {
    const changes = all.slice(i + 1).some((l) => /\$p\+\+|^\$p =/.test(l));
    return changes ? line : line.replace(/^let /, "const ");
  });
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
    if (k === "Y") return "DType";
    if ("SINF".includes(k)) return "number";
    throw new Error(`cannot return kind ${k} of ${s.name}`);
  };
  if (kinds.length === 1) return one(kinds[0]);
  const names = kinds.map((_, i) => camel(s.resultNames[i] ?? ""));
  if (names.some((name) => name === "")) throw new Error(`the results of ${s.name} need names`);
  return `[${kinds.map((k, i) => `${names[i]}: ${one(k)}`).join(", ")}]`;
}

/** The statements that return an overload's results from the frame. */
function returning(s: Schema, method: boolean): string[] {
  const kinds = s.results;
  // Said even where nothing comes back: another overload may follow.
  if (kinds.length === 0) return ["return;"];
  if (kinds.every((k) => k === "!")) {
    if (kinds.length > 1) return ["return;"];
    return [method ? "return this;" : `return ${argumentName(s.arguments[0])};`];
  }
  if (kinds.length === 1) {
    if (kinds[0] === "T") return ["return make($f[0]);"];
    if (kinds[0] === "L") return ["return makeList();"];
    if (kinds[0] === "B") return ["return $f[0] !== 0;"];
    if (kinds[0] === "Y") return ["return dtypeFromCode($f[0]);"];
    return ["return $f[0];"];
  }
  if (!kinds.every((k) => k === "T")) throw new Error(`cannot return ${kinds} of ${s.name}`);
  const ids = kinds.map((_, i) => `$h${i}`);
  return [
    `const ${ids.map((id, i) => `${id} = $f[${i}]`).join(", ")};`,
    `return [${ids.map((id) => `make(${id})`).join(", ")}];`,
  ];
}

const lineWidth = 96;

/** The doc comment: what it does, and libtorch's names of it. */
function documentation(entry: Entry): string {
  const names = entry.overloads.map((s) => `\`${s.name}\``).join(", ");
  const short = `/** ${entry.doc} (${names}) */`;
  if (short.length <= lineWidth) return short;
  const lines = [...wrap(entry.doc), "", ...wrap(`libtorch's ${names}.`)];
  return `/**\n${lines.map((line) => ` *${line ? ` ${line}` : ""}`).join("\n")}\n */`;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < lineWidth - 4) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** The TypeScript of one entry, before formatting. */
export function emit(entry: Entry, method: boolean, table: Table): string {
  return new Emitter(entry, method, table).emit();
}
