/**
 * Reading a JSON source file.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";
import { readSourceFile } from "./read_file.ts";

/** No data set's JSON is larger; what it becomes takes many times as much memory. */
const MAX_BYTES = 2 ** 28;

/**
 * Reads and parses a JSON file.
 *
 * @throws {FormatError} If it is missing or not JSON.
 * @throws {FileError} If it cannot be read.
 */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readSourceFile(path, MAX_BYTES));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${path} is not JSON, or truncated: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
