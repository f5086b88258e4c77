import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { strToU8, zipSync } from "fflate";
import { FormatError } from "../../src/base/errors.ts";
import { unzip } from "../../src/setup/unzip.ts";
import { filesBelow, temporaryFolder } from "./fakes.ts";

const all = (name: string): string => name;

/** Something that packs well and is larger than one read. */
function patterned(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * i) >> 8);
}

function archiveOf(folder: string, bytes: Uint8Array): string {
  const path = join(folder, "a.zip");
  Deno.writeFileSync(path, bytes);
  return path;
}

Deno.test("unzip: stored and deflated files come out as they went in", async () => {
  using folder = temporaryFolder();
  const big = patterned(3_000_000);
  const noise = crypto.getRandomValues(new Uint8Array(60_000));
  const archive = archiveOf(
    folder.path,
    zipSync({
      "torch/lib/big.so": [big, { level: 6 }],
      "torch/lib/noise.bin": [noise, { level: 0 }],
      "torch/empty.txt": [new Uint8Array(0), { level: 0 }],
      "torch/left_out.py": strToU8("no"),
    }),
  );
  const out = join(folder.path, "out");
  const progress: [number, number][] = [];
  const count = await unzip(
    archive,
    out,
    (name) => name.endsWith(".py") ? undefined : name.replace("torch/", ""),
    (done, total) => progress.push([done, total]),
  );
  assertEquals(count, 3);
  assertEquals(filesBelow(out), ["empty.txt", "lib/big.so", "lib/noise.bin"]);
  assert(Deno.readFileSync(join(out, "lib/big.so")).every((byte, i) => byte === big[i]));
  assertEquals(Deno.readFileSync(join(out, "lib/noise.bin")), noise);
  assertEquals(progress.at(-1), [3_060_000, 3_060_000]);
});

Deno.test("unzip: an archive cut off anywhere is refused", async () => {
  using folder = temporaryFolder();
  const whole = zipSync({ "a.bin": patterned(5000), "b.txt": strToU8("hello") });
  for (const length of [0, 1, 21, 22, 100, 1000, whole.length - 23, whole.length - 1]) {
    const archive = archiveOf(folder.path, whole.subarray(0, length));
    const error = await assertRejects(
      () => unzip(archive, join(folder.path, `out${length}`), all),
      FormatError,
    );
    assert(error.message.includes(archive), error.message);
  }
});

Deno.test("unzip: a path that leads out of the folder is refused before anything is written", async () => {
  using folder = temporaryFolder();
  for (
    const name of ["../evil", "a/../../evil", "/evil", "a//evil", "a\\..\\evil", "C:evil", "./a"]
  ) {
    const archive = archiveOf(
      folder.path,
      zipSync({ "good.txt": strToU8("good"), [name]: strToU8("evil") }),
    );
    await assertRejects(
      () => unzip(archive, join(folder.path, "out"), all),
      FormatError,
      "leads out",
    );
  }
  assertEquals(filesBelow(folder.path), ["a.zip"]);
});

/** Where in an archive the n-th byte sequence `PK..` of a kind begins. */
function find(bytes: Uint8Array, kind: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i + 4 <= bytes.length; i++) if (view.getUint32(i, true) === kind) return i;
  throw new Error("not found");
}
const ENTRY = 0x02014b50;
const END = 0x06054b50;

const lies: [string, (bytes: Uint8Array, view: DataView) => void][] = [
  ["a size that is too small", (b, v) => v.setUint32(find(b, ENTRY) + 24, 10, true)],
  ["a size that is too large", (b, v) => v.setUint32(find(b, ENTRY) + 24, 9999, true)],
  ["a packed size beyond the end", (b, v) => v.setUint32(find(b, ENTRY) + 20, 1 << 30, true)],
  ["a position beyond the end", (b, v) => v.setUint32(find(b, ENTRY) + 42, 0xfffffff0, true)],
  ["a position inside a file", (b, v) => v.setUint32(find(b, ENTRY) + 42, 7, true)],
  ["a name longer than the table", (b, v) => v.setUint16(find(b, ENTRY) + 28, 0xffff, true)],
  ["more entries than there are", (b, v) => v.setUint16(find(b, END) + 10, 9, true)],
  ["a table beyond the end", (b, v) => v.setUint32(find(b, END) + 16, 1 << 30, true)],
  ["an encrypted file", (b, v) => v.setUint16(find(b, ENTRY) + 8, 1, true)],
  ["an unknown way of packing", (b, v) => v.setUint16(find(b, ENTRY) + 10, 99, true)],
  ["zip64", (b, v) => v.setUint16(find(b, END) + 10, 0xffff, true)],
  ["damaged packed data", (b) => b.fill(0xff, 40, 60)],
];

for (const [name, spoil] of lies) {
  Deno.test(`unzip: ${name} is refused`, async () => {
    using folder = temporaryFolder();
    const bytes = zipSync({ "a.bin": patterned(5000) });
    spoil(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
    const archive = archiveOf(folder.path, bytes);
    await assertRejects(() => unzip(archive, join(folder.path, "out"), all), FormatError);
  });
}
