/**
 * How an AVIF file says that it is to be turned: its decoders always do so.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import type { Pixels } from "./resize_part.ts";

/** A turn of the first picture, in the order that decoders take. */
export interface Turn {
  /** How many quarters it is turned, against the clock. */
  readonly quarters: number;
  /** Whether the picture is then mirrored, top to bottom or left to right. */
  readonly mirror: "none" | "rows" | "columns";
}

interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The turn of an AVIF file's main picture; none if the file says nothing of it or is not as it should be. */
export function turnOf(bytes: Uint8Array): Turn {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const none: Turn = { quarters: 0, mirror: "none" };
  try {
    const meta = find(view, { start: 0, end: bytes.length }, "meta");
    if (meta === undefined) return none;
    const inside = { start: meta.start + 4, end: meta.end };
    const pitm = find(view, inside, "pitm");
    const iprp = find(view, inside, "iprp");
    const ipco = iprp && find(view, iprp, "ipco");
    const ipma = iprp && find(view, iprp, "ipma");
    if (pitm === undefined || ipco === undefined || ipma === undefined) return none;
    const main = view.getUint8(pitm.start) === 0
      ? view.getUint16(pitm.start + 4)
      : view.getUint32(pitm.start + 4);
    const properties = [...boxes(view, ipco)];
    let { quarters, mirror } = none;
    for (const number of associated(view, ipma, main)) {
      const property = properties[number - 1];
      if (property?.type === "irot") quarters = view.getUint8(property.start) & 3;
      if (property?.type === "imir") {
        mirror = view.getUint8(property.start) & 1 ? "columns" : "rows";
      }
    }
    return { quarters, mirror };
  } catch {
    // A file that ends too early: decoding it will say so.
    return none;
  }
}

function* boxes(view: DataView, { start, end }: { start: number; end: number }): Generator<Box> {
  for (let at = start; at + 8 <= end;) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
    const length = size === 0 ? end - at : size;
    if (length < 8 || at + length > end) return;
    yield { type, start: at + 8, end: at + length };
    at += length;
  }
}

function find(view: DataView, within: { start: number; end: number }, type: string) {
  return [...boxes(view, within)].find((box) => box.type === type);
}

/** The numbers of the properties of an item. */
function associated(view: DataView, { start, end }: Box, item: number): number[] {
  const [version, twoBytes] = [view.getUint8(start), view.getUint8(start + 3) & 1];
  const count = view.getUint32(start + 4);
  for (let i = 0, at = start + 8; i < count && at < end; i++) {
    const id = version === 0 ? view.getUint16(at) : view.getUint32(at);
    at += version === 0 ? 2 : 4;
    const length = view.getUint8(at++);
    const numbers = Array.from(
      { length },
      (_, k) => twoBytes ? view.getUint16(at + 2 * k) & 0x7fff : view.getUint8(at + k) & 0x7f,
    );
    if (id === item) return numbers;
    at += length * (twoBytes ? 2 : 1);
  }
  return [];
}

/** The pixels as they were before a turn. */
export function turnBack(pixels: Pixels, { quarters, mirror }: Turn): Pixels {
  const { data, width, height } = pixels;
  const turned = quarters % 2 === 1;
  const result = {
    data: new Uint8Array(data.length),
    width: turned ? height : width,
    height: turned ? width : height,
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + x);
      const row = mirror === "rows" ? height - 1 - y : y;
      const column = mirror === "columns" ? width - 1 - x : x;
      // A quarter against the clock had moved (row, column) to (width - 1 - column, row): this goes back.
      const [r, c] = [
        [row, column],
        [column, height - 1 - row],
        [height - 1 - row, width - 1 - column],
        [width - 1 - column, row],
      ][quarters];
      const to = 3 * (r * result.width + c);
      result.data[to] = data[from];
      result.data[to + 1] = data[from + 1];
      result.data[to + 2] = data[from + 2];
    }
  }
  return result;
}
