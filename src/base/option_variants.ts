/**
 * Options that are one of several kinds of object, told apart by a key that only one of them has.
 *
 * @module
 */

import { ArgumentError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { type About, common } from "./option_values.ts";
import {
  type AnyTable,
  isPlainObject,
  type JsonSchema,
  type Option,
  readTable,
  schemaOf,
  unknownName,
  wrong,
} from "./options.ts";

/**
 * An object of the kind whose key it has: with `{ folder: FOLDER, list: LIST }`, `{ folder: "photos" }` is read by FOLDER.
 *
 * @param tables The kinds, each by the key that it alone has.
 * @param about `what` is what they are, for messages.
 */
export function variants<T>(
  tables: Readonly<Record<string, AnyTable>>,
  about: About<T> & { what: string },
): Option<T> {
  const keys = Object.keys(tables);
  const wants = `an object with one of ${keys.join(", ")}`;
  return {
    ...common(about),
    wants,
    get schema(): JsonSchema {
      return {
        anyOf: keys.map((key) => {
          const schema = schemaOf(tables[key]);
          const required = schema.required as string[] | undefined ?? [];
          return { ...schema, required: [...new Set([key, ...required])] };
        }),
      };
    },
    read(value, at) {
      if (!isPlainObject(value)) throw wrong(at, wants, value);
      const given = keys.filter((key) => value[key] !== undefined);
      if (given.length === 1) return readTable(tables[given[0]], value, at) as T;
      if (given.length > 1) {
        throw new ArgumentError(`${at} has ${given.join(" and ")} at once; it must be ${wants}.`);
      }
      const names = Object.keys(value);
      const near = names.find((name) =>
        keys.some((key) => nearest(name, keys, 1)[0] === key && alike(name, key))
      );
      throw near === undefined ? wrong(at, wants, value) : unknownName(at, about.what, near, keys);
    },
  };
}

/** A kind that the schema has once, under `$defs`, and refers to wherever it is used. */
export function shared<T>(kind: Option<T>, name: string): Option<T> {
  const { help, default: value, wants } = kind;
  return {
    help,
    default: value,
    wants,
    schema: { $ref: `#/$defs/${name}` },
    read: (given, at) => kind.read(given, at),
  };
}

/** What is declared later, such as a kind that has parts of its own kind. */
export function lazy<T>(
  make: () => Option<T>,
  about: About<T> & { wants: string; ref: string },
): Option<T> {
  return {
    ...common(about),
    wants: about.wants,
    schema: { $ref: about.ref },
    read: (value, at) => make().read(value, at),
  };
}

/** Whether one may have been meant as the other: most letters are the same. */
function alike(name: string, key: string): boolean {
  const letters = new Set(key.toLowerCase());
  const shared = [...name.toLowerCase()].filter((letter) => letters.has(letter)).length;
  return shared >= Math.min(name.length, key.length) * 0.7;
}
