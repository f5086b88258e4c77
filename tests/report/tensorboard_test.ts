import { assertEquals } from "@std/assert";
import { crc32c, frame, payloadsOf } from "../../src/report/tensorboard/records.ts";
import {
  restartEvent,
  scalarsEvent,
  scalarsOf,
  versionEvent,
  wallTimeOf,
} from "../../src/report/tensorboard/events.ts";

/** Made by TensorBoard's own messages and writer: tests/golden/event_files.py. */
const golden: {
  wallTime: number;
  version: string;
  restart: string;
  cases: { step: number; scalars: [string, number][]; hex: string }[];
} = JSON.parse(
  await Deno.readTextFile(new URL("../golden/event_files.json", import.meta.url)),
);

/** protobuf leaves out a field that is 0, which we write: `step: 0` is the two bytes 10 00. */
const withoutStep = (event: Uint8Array) =>
  Uint8Array.of(...event.subarray(0, 9), ...event.subarray(11));

Deno.test("CRC-32C gives the check value of its definition and those of RFC 3720", () => {
  assertEquals(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assertEquals(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assertEquals(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assertEquals(crc32c(new Uint8Array()), 0);
});

Deno.test("events are TensorBoard's, byte for byte", () => {
  const { wallTime, cases } = golden;
  for (const { step, scalars, hex } of cases) {
    assertEquals(frame(scalarsEvent(wallTime, step, scalars)).toHex(), hex, `step ${step}`);
  }
  assertEquals(frame(withoutStep(versionEvent(wallTime))).toHex(), golden.version);
  assertEquals(frame(withoutStep(restartEvent(wallTime))).toHex(), golden.restart);
});

Deno.test("wherever a file is cut or damaged, the records before that are read", () => {
  const payloads = [versionEvent(1), scalarsEvent(2, 5, [["a", 1]]), scalarsEvent(3, 6, [])];
  const frames = payloads.map(frame);
  const file = Uint8Array.from(frames.flatMap((bytes) => [...bytes]));
  const ends = frames.map((_, i) => frames.slice(0, i + 1).reduce((sum, f) => sum + f.length, 0));
  assertEquals(Array.from(payloadsOf(file), wallTimeOf), [1, 2, 3]);
  for (let length = 0; length <= file.length; length++) {
    const whole = ends.filter((end) => end <= length).length;
    assertEquals([...payloadsOf(file.subarray(0, length))].length, whole, `${length} bytes`);
    if (length === file.length) continue;
    const damaged = file.slice();
    damaged[length] ^= 64;
    const before = ends.filter((end) => end <= length).length;
    assertEquals([...payloadsOf(damaged)].length, before, `byte ${length} damaged`);
  }
});

Deno.test("numbers become scalars named after run, event and field; nothing else does", () => {
  assertEquals(
    scalarsOf({ run: "student", event: "steps", step: 7, loss: 1, note: "x", ok: true, l: [1] }),
    [["student/loss", 1]],
  );
  assertEquals(scalarsOf({ run: "student", event: "epoch", step: 7, loss: NaN }), [
    ["student/epoch/loss", NaN],
  ]);
  assertEquals(scalarsOf({ step: 0, loss: 2, none: null }), [["loss", 2]]);
  for (const step of [-1, 0.5, NaN, Infinity, 2 ** 53, "3", null]) {
    assertEquals(scalarsOf({ step, loss: 1 }), [], `step ${step}`);
  }
  assertEquals(scalarsOf({ loss: 1 }), []);
});
