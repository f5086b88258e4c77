import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  type CachedLayout,
  ensureWritable,
  newCachedFile,
  readCachedFile,
  writeCachedFile,
} from "../../../src/data/sources/cached_images.ts";
import { ChecksumError, FileError } from "../../../src/base/errors.ts";
import { inFolder } from "../../helpers.ts";

/** Two images of 2 x 2, pixels 1 to 8, labels 1 and 0; the sum is `sha256sum`'s. */
const LAYOUT: CachedLayout = {
  source: "npm:toy@1.0.0",
  converter: 1,
  shape: [2, 2, 2, 1],
  sha256: "798836a887296b6ddf8e6962e1b4a25403dd55984f310e318966350001f294f2",
};

function filled(layout = LAYOUT) {
  const file = newCachedFile(layout);
  file.images.set([1, 2, 3, 4, 5, 6, 7, 8]);
  file.labels.set([1, 0]);
  return file;
}

async function assertDamaged(path: string, what: string): Promise<void> {
  const { file, damage } = await readCachedFile(path, LAYOUT);
  assert(file === undefined && damage, what);
}

Deno.test("cached images: what is written comes back, and is safetensors", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "new", "toy.safetensors");
    assertEquals(await readCachedFile(path, LAYOUT), {});
    await writeCachedFile(path, LAYOUT, filled());
    const { file, damage } = await readCachedFile(path, LAYOUT);
    assertEquals(damage, undefined);
    assertEquals([...file!.images], [1, 2, 3, 4, 5, 6, 7, 8]);
    assertEquals([...file!.labels], [1, 0]);

    const bytes = await Deno.readFile(path);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    assertEquals(length % 8, 0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    assertEquals(header.images, { dtype: "U8", shape: [2, 2, 2, 1], data_offsets: [0, 8] });
    assertEquals(header.labels, { dtype: "U8", shape: [2], data_offsets: [8, 10] });
    assertEquals(bytes.length, 8 + length + 10);
  });
});

Deno.test("cached images: any flipped byte and any truncation is found", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "toy.safetensors");
    const { bytes } = filled();
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice();
      flipped[at] ^= 1;
      await Deno.writeFile(path, flipped);
      await assertDamaged(path, `byte ${at}`);
    }
    for (const length of [0, 1, 8, bytes.length - 1]) {
      await Deno.writeFile(path, bytes.subarray(0, length));
      await assertDamaged(path, `${length} bytes`);
    }
    await Deno.writeFile(path, Uint8Array.from([...bytes, 0]));
    await assertDamaged(path, "one byte more");
    await Deno.remove(path);
    await Deno.mkdir(path);
    await assertDamaged(path, "a folder");
  });
});

Deno.test("cached images: the wrong images are not written", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "toy.safetensors");
    const file = filled();
    file.images[3] = 0;
    await assertRejects(() => writeCachedFile(path, LAYOUT, file), ChecksumError, "npm:toy@1.0.0");
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("cached images: a place that cannot be written says what to do", async () => {
  await inFolder(async (folder) => {
    const blocker = join(folder, "file");
    await Deno.writeTextFile(blocker, "in the way");
    const inside = join(blocker, "datasets");
    await assertRejects(() => ensureWritable(inside), FileError, "APPRENTICE_CACHE");
    await assertRejects(
      () => writeCachedFile(join(inside, "toy"), LAYOUT, filled()),
      FileError,
      "APPRENTICE_CACHE",
    );
    await ensureWritable(join(folder, "a", "b"));
    assertEquals([...Deno.readDirSync(join(folder, "a", "b"))], []);
  });
});
