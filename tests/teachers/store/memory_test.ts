import { assert, assertEquals } from "@std/assert";
import * as teachers from "../../../src/teachers/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { temporaryFolder } from "../../setup/fakes.ts";
import { describer, freed, Numbers } from "./stores.ts";

const IMAGES = 2 ** 15;
const WIDTH = 4096;
/** Memory that a process may take for reading it, in bytes: an eighth of the store. */
const LIMIT = IMAGES * WIDTH * 2 / 8;

test("a store of 270 MB is read through with 33 MB of memory", async () => {
  using folder = temporaryFolder();
  const teacher = describer("wide", 1, WIDTH);
  using _ = freed(teacher);
  const store = new teachers.Store({ root: folder.path });
  const description = await teachers.describeEntry(teacher, new Numbers(IMAGES));
  {
    using entry = store.open(description);
    const { shardImages } = description;
    for (const { shard } of entry.missing()) {
      torch.scope(() => {
        const column = torch.arange(shardImages).to("float32").add(shard).reshape([shardImages, 1]);
        entry.writeShard(0, shard, { features: column.expand([shardImages, WIDTH]).div(8192) });
      });
    }
  }
  assert(store.bytes > 8 * LIMIT);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("memory_child.ts", import.meta.url).pathname,
      folder.path,
      String(IMAGES),
      String(WIDTH),
    ],
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  const { kilobytes, sum } = JSON.parse(new TextDecoder().decode(stdout));
  assert(kilobytes * 1024 < LIMIT, `${kilobytes} kB of memory`);
  // Every image once: what was written, rounded to float16.
  let expected = 0;
  for (let i = 0; i < IMAGES; i++) {
    const shard = Math.floor(i / description.shardImages);
    expected += Math.f16round(((i % description.shardImages) + shard) / 8192);
  }
  assert(Math.abs(sum - expected) < 1e-4 * expected, `${sum} and not ${expected}`);
}, { ignore: Deno.build.os !== "linux" });
