import { assertEquals, assertRejects } from "@std/assert";
import { encode } from "fast-png";
import { decodeSheet } from "../../../src/data/sources/png_sheet.ts";
import { FormatError } from "../../../src/base/errors.ts";

const PIXELS = Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => (i * 37) % 256);
const SHEET = encode({ width: 4, height: 5, channels: 3, depth: 8, data: PIXELS });

Deno.test("PNG sheet: pixels come out as they went in", async () => {
  assertEquals(Uint8Array.from(await decodeSheet(SHEET, "sheet", 12)), PIXELS);
});

Deno.test("PNG sheet: every truncation is refused", async () => {
  for (let length = 0; length < SHEET.length - 12; length++) {
    await assertRejects(
      () => decodeSheet(SHEET.subarray(0, length), "cut", 12),
      FormatError,
      "cut",
    );
  }
});

Deno.test("PNG sheet: any flipped byte is refused", async () => {
  // All but the signature's tail and what follows the pixels is under a checksum or a fixed value.
  for (let at = 0; at < SHEET.length - 12; at++) {
    const flipped = SHEET.slice();
    flipped[at] ^= 0x10;
    await assertRejects(() => decodeSheet(flipped, "flipped", 12), FormatError, "flipped");
  }
});

Deno.test("PNG sheet: another width, pixel format or size is refused", async () => {
  await assertRejects(() => decodeSheet(SHEET, "sheet", 15), FormatError, "expected 5");
  const gray = encode({ width: 12, height: 5, channels: 1, depth: 8, data: PIXELS });
  await assertRejects(() => decodeSheet(gray, "gray", 36), FormatError, "1 channels");
  const huge = SHEET.slice();
  new DataView(huge.buffer, huge.byteOffset).setUint32(16, 2 ** 31 - 1);
  await assertRejects(() => decodeSheet(huge, "huge", 12), FormatError, "2147483647");
});
