/**
 * Options that are made of others: lists, tables within tables, things with a name and options of their own.
 *
 * @module
 */

import { type About, common, number, type Range } from "./option_values.ts";
import {
  type AnyTable,
  isPlainObject,
  type JsonSchema,
  type Option,
  type OptionTable,
  readTable,
  type Resolved,
  schemaOf,
  unknownName,
  wrong,
} from "./options.ts";

/** A list whose entries are all of one kind; `length` says how many, `least` how many at least. */
export function list<T>(
  of: Option<T>,
  about: About<readonly T[]> & { length?: number; least?: number; wants?: string },
): Option<T[]> {
  const { length, least = length ?? 0 } = about;
  const count = length !== undefined ? ` of ${length}` : least > 0 ? ` of at least ${least}` : "";
  const wants = about.wants ?? `a list${count}, each ${of.wants}`;
  return {
    ...common(about),
    wants,
    schema: {
      type: "array",
      items: of.schema,
      ...(least > 0 && { minItems: least }),
      ...(length !== undefined && { maxItems: length }),
    },
    read(value, at) {
      const good = Array.isArray(value) && value.length >= least &&
        (length === undefined || value.length === length);
      if (!good) throw wrong(at, wants, value);
      if (about.wants === undefined) {
        // Holes are no values either.
        return Array.from(value, (part, i) => of.read(part, `${at}[${i}]`));
      }
      try {
        return Array.from(value, (part) => of.read(part, at));
      } catch {
        throw wrong(at, wants, value);
      }
    },
  };
}

/** Two of a kind, such as a height and a width. */
export function pair<T>(
  of: Option<T>,
  about: About<readonly [T, T]> & { wants?: string },
): Option<[T, T]> {
  return list(of, { ...about, length: 2 }) as Option<[T, T]>;
}

/** The least and the largest of a kind of number, such as `[0.08, 1]`. */
export function span(
  about: About<readonly [number, number]> & Range,
): Option<[number, number]> {
  const { help, default: value, ...range } = about;
  const of = number(range);
  const wants = `two numbers, the least first, each ${of.wants}`;
  const both = pair(of, { help, default: value, wants });
  return {
    ...both,
    read(given, at) {
      const [least, most] = both.read(given, at);
      if (least > most) throw wrong(at, wants, given);
      return [least, most];
    },
  };
}

/** Values by names that are free, such as those of teachers. */
export function byName<T>(
  of: Option<T>,
  about: About<Readonly<Record<string, T>>>,
): Option<Record<string, T>> {
  const wants = `an object by name, each ${of.wants}`;
  return {
    ...common(about),
    wants,
    schema: { type: "object", additionalProperties: of.schema },
    read(value, at) {
      if (!isPlainObject(value)) throw wrong(at, wants, value);
      return Object.fromEntries(
        Object.entries(value).map(([name, part]) => [name, of.read(part, `${at}.${name}`)]),
      );
    },
  };
}

/** An object with options of its own. */
export function table<O>(
  options: OptionTable<O>,
  about: About<Partial<O>>,
): Option<Resolved<O>> {
  return {
    ...common(about),
    wants: `an object with ${Object.keys(options).join(", ")}`,
    schema: schemaOf(options),
    read: (value, at) => readTable(options, value, at),
  };
}

/** A thing by its name, with its options beside the name. */
export type Named = { readonly name: string } & Readonly<Record<string, unknown>>;

/**
 * `{ name: "AdamW", lr: 1e-3 }`, or `"AdamW"` for one with nothing but defaults. `key` is what the name stands under
 * (`name` by default), `what` what the things are, for messages.
 */
export function named<T = Named>(
  tables: Readonly<Record<string, AnyTable>>,
  about: About<string | T> & { what: string; key?: string },
): Option<T> {
  const { what, key = "name" } = about;
  const names = Object.keys(tables);
  const some = names.length > 12 ? `${names.slice(0, 12).join(", ")}, …` : names.join(", ");
  const wants = `an object with a ${key} (${some}) and options`;
  return {
    ...common(about),
    wants,
    get schema(): JsonSchema {
      // Things that share a table share a part of the schema.
      const groups = new Map<AnyTable, string[]>();
      for (const name of names) groups.set(tables[name], [...groups.get(tables[name]) ?? [], name]);
      const parts = [...groups].map(([table, some]) => withName(key, some, schemaOf(table)));
      return { anyOf: [{ enum: names }, ...parts] };
    },
    read(given, at) {
      const value = typeof given === "string" ? { [key]: given } : given;
      if (!isPlainObject(value)) throw wrong(at, wants, value);
      const { [key]: name, ...options } = value;
      if (typeof name !== "string") throw wrong(`${at}.${key}`, wants, name);
      if (!Object.hasOwn(tables, name)) throw unknownName(at, what, name, names);
      return { [key]: name, ...readTable(tables[name], options, at) } as T;
    },
  };
}

/** One of several kinds: the first that takes the value; else the message of the kind that the value looks like. */
export function either<T extends readonly unknown[]>(
  kinds: { readonly [K in keyof T]: Option<T[K]> },
  about: About<T[number]>,
): Option<T[number]> {
  const all = kinds as readonly Option<T[number]>[];
  const wants = all.map((kind) => kind.wants).join(", or ");
  return {
    ...common(about),
    wants,
    get schema(): JsonSchema {
      return { anyOf: all.map((kind) => kind.schema) };
    },
    read(value, at) {
      const type = Array.isArray(value) ? "array" : typeof value;
      const alike = all.filter((kind) => kind.schema.type === type);
      if (alike.length === 1) return alike[0].read(value, at);
      for (const kind of all) {
        try {
          return kind.read(value, at);
        } catch {
          // Another may take it.
        }
      }
      throw wrong(at, wants, value);
    },
  };
}

/** What may also be null, which it is by default unless `about` says otherwise: off, or as the rest decides. */
export function nullable<T>(kind: Option<T>, about: About<T> = {}): Option<T | null> {
  return {
    help: about.help ?? kind.help,
    default: about.default ?? null,
    wants: `${kind.wants} or null`,
    get schema(): JsonSchema {
      return { anyOf: [kind.schema, { type: "null" }] };
    },
    read: (value, at) => value === null ? null : kind.read(value, at),
  };
}

function withName(key: string, names: readonly string[], schema: JsonSchema): JsonSchema {
  const { properties, required = [] } = schema as {
    properties: Record<string, JsonSchema>;
    required?: string[];
  };
  const name = names.length === 1 ? { const: names[0] } : { enum: [...names] };
  return {
    ...schema,
    properties: { [key]: name, ...properties },
    required: [key, ...required],
  };
}
