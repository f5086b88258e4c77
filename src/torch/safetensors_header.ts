/**
 * The header of a safetensors file, with every claim in it checked.
 *
 * @module
 */

import { type DType, dtypes } from "../base/dtypes.ts";

/** Where one tensor of the file lies and what it is. */
export interface Entry {
  /** The tensor's name. */
  name: string;
  /** The tensor's element type; null if there is no such one here. */
  dtype: DType | null;
  /** What the format calls its element type. */
  formatName: string;
  /** The tensor's shape. */
  shape: number[];
  /** The tensor's first byte, counted from the end of the header. */
  begin: number;
  /** The byte after its last. */
  end: number;
}

/** The sizes of the format's element types that there are not here; of others nothing is known. */
const otherBits: Readonly<Record<string, number>> = { F4: 4, F6_E2M3: 6, F6_E3M2: 6 };

/** A header is a table of tables of lists. */
const deepestHeader = 3;

/** More tables and lists than those of any model's tensors. */
const mostParts = 2 ** 22;

/**
 * Parses a header.
 *
 * @param bytes The header's bytes.
 * @param dataBytes How many bytes follow it in the file.
 * @param formatNames The format's names of the dtypes.
 * @param mostDimensions The most dimensions that a tensor may have.
 * @param bad Throws the error for a problem.
 * @returns The tensors in the order of their bytes, and the metadata.
 */
export function parseHeader(
  bytes: Uint8Array,
  dataBytes: number,
  formatNames: Partial<Record<DType, string>>,
  mostDimensions: number,
  bad: (what: string) => never,
): { entries: Entry[]; metadata: Record<string, string> } {
  const header = parseJson(bytes, bad);
  const known = new Map(
    (Object.keys(formatNames) as DType[]).map((dtype) => [formatNames[dtype], dtype]),
  );
  let metadata: Record<string, string> = {};
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = checkMetadata(value, bad);
      continue;
    }
    const where = `its tensor ${JSON.stringify(name)}`;
    if (!isObject(value)) bad(`${where} is described by ${show(value)} instead of an object`);
    const { dtype: dtypeName, shape, data_offsets: offsets } = value as Record<string, unknown>;
    if (typeof dtypeName !== "string" || !/^[A-Z][A-Z0-9_]{0,31}$/.test(dtypeName)) {
      bad(
        `${where} has the dtype ${show(dtypeName)}; what can be read is ${
          [...known.keys()].join(", ")
        }`,
      );
    }
    const dtype = known.get(dtypeName) ?? null;
    if (!isSizes(shape)) bad(`${where} has the shape ${show(shape)}, not a list of whole numbers`);
    if (shape.length > mostDimensions) {
      bad(`${where} has ${shape.length} dimensions; at most ${mostDimensions} are allowed`);
    }
    if (!isSizes(offsets) || offsets.length !== 2) {
      bad(`${where} has the data_offsets ${show(offsets)}, not two whole numbers`);
    }
    const [begin, end] = offsets;
    if (begin > end) bad(`${where} ends at byte ${end}, before its first byte ${begin}`);
    if (end > dataBytes) {
      bad(
        `${where} reaches to byte ${end}, and the file has only ${dataBytes} bytes of tensors: ` +
          "it is truncated or the header lies",
      );
    }
    // Sizes of 0 left out: the others must not overflow what libtorch multiplies them to for the strides.
    const bits = dtype === null ? otherBits[dtypeName] : 8 * dtypes[dtype].bytes;
    const span = Math.ceil(shape.reduce((a, b) => a * Math.max(b, 1), 1) * (bits ?? 1) / 8);
    if (!Number.isSafeInteger(8 * span)) {
      bad(`${where} has the shape ${show(shape)}, which is too large`);
    }
    const needed = shape.includes(0) ? 0 : span;
    if (bits !== undefined && needed !== end - begin) {
      bad(
        `${where} has ${end - begin} bytes; its shape ${show(shape)} and dtype ${dtypeName} ` +
          `need ${needed}`,
      );
    }
    entries.push({ name, dtype, formatName: dtypeName, shape, begin, end });
  }
  checkCover(entries, dataBytes, bad);
  return { entries, metadata };
}

/** The tensors must fill the data from its first byte to its last, none over another. */
function checkCover(entries: Entry[], dataBytes: number, bad: (what: string) => never): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  let last = "";
  for (const { name, begin, end } of entries) {
    if (begin < at) {
      bad(
        `its tensors ${JSON.stringify(last)} and ${JSON.stringify(name)} overlap at byte ${begin}`,
      );
    }
    if (begin > at) {
      bad(`${begin - at} bytes before its tensor ${JSON.stringify(name)} belong to no tensor`);
    }
    at = end;
    last = name;
  }
  if (at < dataBytes) bad(`its last ${dataBytes - at} bytes belong to no tensor`);
}

function parseJson(bytes: Uint8Array, bad: (what: string) => never): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bad("its header is not UTF-8");
  }
  if (!text.startsWith("{")) bad(`its header starts with ${show(text.slice(0, 1))}, not with "{"`);
  checkNesting(text, bad);
  try {
    value = JSON.parse(text);
  } catch (error) {
    return bad(`its header is not JSON (${(error as Error).message.slice(0, 200)})`);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) bad(`its header has ${JSON.stringify(twice)} twice`);
  return value as Record<string, unknown>;
}

/** What parsing makes of a text is many times as large where it nests or has nothing but empty lists. */
function checkNesting(text: string, bad: (what: string) => never): void {
  const marks = /["{}[\]]/g;
  let depth = 0;
  let parts = 0;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    const c = found[0];
    if (c === '"') marks.lastIndex = endOfString(text, found.index);
    else if (c === "}" || c === "]") depth--;
    else if (++depth > deepestHeader) {
      bad(`its header nests its parts more than ${deepestHeader} deep`);
    } else if (++parts > mostParts) bad(`its header has more than ${mostParts} parts`);
  }
}

/** A key that some object of a JSON text has twice: `JSON.parse` would take the last in silence. */
function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | null)[] = [];
  // By leaps and not by characters: this is done once for a file, so the code stays cold.
  const marks = /["{}[\]]/g;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    const c = found[0];
    if (c === "{") open.push(new Set());
    else if (c === "[") open.push(null);
    else if (c !== '"') open.pop();
    else {
      const end = endOfString(text, found.index);
      marks.lastIndex = end;
      const keys = open.at(-1);
      if (!keys) continue;
      let next = end;
      while (" \n\r\t".includes(text[next])) next++;
      if (text[next] !== ":") continue;
      const key = JSON.parse(text.slice(found.index, end)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/** The place after the string of a JSON text that starts with the quote at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1);; quote = text.indexOf('"', quote + 1)) {
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

function checkMetadata(value: unknown, bad: (what: string) => never): Record<string, string> {
  if (!isObject(value)) bad(`its metadata is ${show(value)}, not an object of strings`);
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      bad(`its metadata ${JSON.stringify(name)} is ${show(text)}, not a string`);
    }
  }
  return value as Record<string, string>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
