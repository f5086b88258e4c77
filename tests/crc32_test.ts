import { assertEquals } from "@std/assert";
import { crc32Of, crc32Text } from "../src/base/crc32.ts";

Deno.test("CRC-32: the check value of its definition, in one part and in several", () => {
  const bytes = new TextEncoder().encode("123456789");
  assertEquals(crc32Text(crc32Of(bytes)), "cbf43926");
  assertEquals(crc32Of(bytes.subarray(4), crc32Of(bytes.subarray(0, 4))), crc32Of(bytes));
  assertEquals(crc32Text(crc32Of(new Uint8Array())), "00000000");
});
