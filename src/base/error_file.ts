/**
 * The file in which a process that is one of several writes what it failed of, so that whoever started them can
 * tell the cause from its consequences.
 *
 * torchrun names it in `TORCHELASTIC_ERROR_FILE` and says how it looks; `apprentice launch` does the same.
 *
 * @module
 */

import { writeAtomicSync } from "./files.ts";
import { isPlainObject } from "./options.ts";
import { readEnv } from "./read_env.ts";

/** The variable that names the file. */
export const ERROR_FILE = "TORCHELASTIC_ERROR_FILE";

/** What was written by {@linkcode recordError}. */
export interface RecordedError {
  /** The error's class and message: `"ArgumentError: there is no …"`. */
  readonly text: string;
  /** The rank that failed, if the error says so: it may be another than the one that wrote this. */
  readonly rank: number | null;
}

/** Writes an error where `TORCHELASTIC_ERROR_FILE` says; does nothing where that is not set or not possible. */
export function recordError(error: unknown): void {
  const path = readEnv(ERROR_FILE);
  if (!path) return;
  const { name, message, stack, rank } = error instanceof Error
    ? error as Error & { rank?: unknown }
    : { name: "Error", message: String(error), stack: undefined, rank: undefined };
  const text = `${name}: ${message}`;
  const record = {
    message: {
      message: text,
      extraInfo: {
        // torchrun shows this under the name of a Python call stack, and wants whole seconds.
        py_callstack: stack?.includes(message) ? stack : text,
        timestamp: String(Math.floor(Date.now() / 1000)),
        rank: typeof rank === "number" ? rank : null,
      },
    },
  };
  try {
    writeAtomicSync(path, JSON.stringify(record));
  } catch {
    // The error itself is on its way to the user; that it could not be written down as well helps nobody.
  }
}

/** Reads what {@linkcode recordError}, or a Python program, wrote; null if there is nothing that can be read. */
export function readErrorFile(path: string): RecordedError | null {
  let record: unknown;
  try {
    record = JSON.parse(Deno.readTextFileSync(path));
  } catch {
    return null;
  }
  const told = isPlainObject(record) ? record.message : undefined;
  if (typeof told === "string") return { text: told, rank: null };
  if (!isPlainObject(told) || typeof told.message !== "string") return null;
  const rank = isPlainObject(told.extraInfo) ? told.extraInfo.rank : null;
  return { text: told.message, rank: typeof rank === "number" ? rank : null };
}
