// Small files that claim, or unpack to, more than there is.
import { assert, assertRejects } from "@std/assert";
import { readIdx, readIdxFolder } from "../../../src/data/sources/idx.ts";
import { FormatError } from "../../../src/base/errors.ts";

/** An IDX header and then so many MB of zeros, compressed. */
async function bomb(shape: number[], megabytes: number): Promise<Uint8Array> {
  const header = new Uint8Array(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, i) => new DataView(header.buffer).setUint32(4 + 4 * i, size));
  let left = megabytes;
  const stream = new ReadableStream<BufferSource>({
    start: (controller) => controller.enqueue(header),
    pull: (controller) =>
      left-- > 0 ? controller.enqueue(new Uint8Array(2 ** 20)) : controller.close(),
  });
  const parts = stream.pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(parts).arrayBuffer());
}

/** The most memory that this process ever had, in MB. */
async function peak(): Promise<number> {
  const status = await Deno.readTextFile("/proc/self/status");
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)![1]) / 1024;
}

Deno.test({
  name: "gzip that unpacks to far more than its header says takes no memory for it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const large = await bomb([100, 28, 28], 400);
      await Deno.writeFile(`${folder}/train-images-idx3-ubyte.gz`, large);
      const before = await peak();
      await assertRejects(
        () => readIdx(`${folder}/train-images-idx3-ubyte.gz`),
        FormatError,
        "more than the 78416 bytes",
      );
      const used = await peak() - before;
      assert(used < 100, `${used} MB`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("images that cannot go with the labels are refused by their header", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // As much as it claims, and all the same no file that is wanted.
    await Deno.writeFile(`${folder}/train-images-idx3-ubyte.gz`, await bomb([64, 512, 512], 16));
    await Deno.writeFile(
      `${folder}/train-labels-idx1-ubyte`,
      Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 0, 0),
    );
    const open = (size?: [number, number]) => readIdxFolder(folder, "train", ["a"], size);
    await assertRejects(() => open(), FormatError, "has 2 labels");
    await assertRejects(() => open([28, 28]), FormatError, "images of 512 x 512");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
