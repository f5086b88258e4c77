// Tar files as WebDataset lays them out: tar's own program writes them, damaged ones are refused.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { expandPaths } from "../../../src/data/images/shard_paths.ts";
import { readTar } from "../../../src/data/images/tar_index.ts";
import { ArgumentError, FileError, FormatError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { grayPng, header, join, picture, tar, withFiles } from "./pictures.ts";

const options = { part: { kind: "whole", size: 2 }, workers: 0 } as const;

async function firsts(shards: data.ImageFiles, indices: number[]): Promise<number[]> {
  using batch = await shards.batch(Int32Array.from(indices));
  return torch.scope(() => batch.pixels.flatten(1).select(1, 0).toArray() as number[]);
}

test("samples are files of one name; images are read in any order from any shard", async () => {
  const files = {
    "t-000.tar": tar([
      ["0001.png", grayPng(10)],
      ["0001.cls", "1\n"],
      ["0001.txt", "a caption"],
      ["0002.cls", "0"],
      ["0002.PNG", grayPng(20)],
      ["._0002.png", "something else"],
    ]),
    "t-001.tar": tar([
      ["dir/0001.json", '{"label": 2}'],
      ["dir/0001.png", grayPng(30)],
      ["dir/0002.a.jpg", picture("color.jpg")],
      ["dir/0002.json", '{"caption": "no label here"}'],
      ["dir/0002.cls", "1"],
    ]),
  };
  await withFiles(files, async (root) => {
    for (const workers of [0, 2]) {
      using shards = new data.TarShards(`${root}/t-{000..001}.tar`, { ...options, workers });
      assertEquals(shards.shards, [`${root}/t-000.tar`, `${root}/t-001.tar`]);
      assertEquals([...shards.labels], [1, 0, 2, 1]);
      assertEquals(shards.classNames, ["0", "1", "2"]);
      assertEquals(shards.path(2), `${root}/t-001.tar: dir/0001.png`);
      assertEquals(await firsts(shards, [2, 0, 1, 2]), [30, 10, 20, 30]);
      const loader = new data.Loader(shards, { batchSize: 3, shuffle: true });
      let seen = 0;
      for await (using batch of loader.epoch(0)) seen += batch.pixels.size(0);
      assertEquals(seen, 4);
    }
  });
});

test("labels may be names", async () => {
  const shard = tar([
    ["1.png", grayPng(1)],
    ["1.cls", "dog"],
    ["2.png", grayPng(2)],
    ["2.json", '{"species": "cat"}'],
  ]);
  await withFiles({ "a.tar": shard }, (root) => {
    using shards = new data.TarShards(`${root}/*.tar`, { ...options, labelKey: "species" });
    assertEquals([shards.classNames, [...shards.labels]], [["cat", "dog"], [1, 0]]);
    using given = new data.TarShards([`${root}/a.tar`], {
      labelKey: "species",
      classNames: ["dog", "fox", "cat"],
    });
    assertEquals([...given.labels], [0, 2]);
  });
});

test("the tar program's formats are read, with names of any length", async () => {
  const long = `${"folder-with-a-long-name/".repeat(9)}picture-of-something`;
  const files = {
    [`in/${long}.png`]: grayPng(40),
    [`in/${long}.cls`]: "3",
    "in/\u00e4.png": grayPng(50),
    "in/\u00e4.cls": "1",
  };
  await withFiles(files, async (root) => {
    for (const format of ["gnu", "pax", "ustar"]) {
      const path = `${root}/${format}.tar`;
      const names = [`${long}.png`, `${long}.cls`, "\u00e4.png", "\u00e4.cls"];
      const { success } = await new Deno.Command("tar", {
        args: [`--format=${format}`, "-cf", path, "-C", `${root}/in`, ...names],
      }).output();
      assert(success);
      using shards = new data.TarShards(path, options);
      assertEquals([...shards.labels], [3, 1], format);
      assertEquals(shards.path(0), `${path}: ${long}.png`);
      assertEquals(await firsts(shards, [1, 0]), [50, 40]);
    }
  });
});

test("shards that are damaged are refused, with where", async () => {
  const good = tar([["1.png", grayPng(1)], ["1.cls", "0"]]);
  const broken = good.slice();
  broken[3] ^= 1;
  const files: Record<string, Uint8Array | string> = {
    "cut.tar": good.slice(0, 600),
    "endless.tar": good.slice(0, good.length - 1024),
    "broken.tar": broken,
    "text.tar": "not a tar file ".repeat(50),
    "zipped.tar": new Uint8Array([0x1f, 0x8b, ...good.slice(2)]),
    "empty.tar": new Uint8Array(1024),
    "huge.tar": join([header("1.png", 8 ** 10), new Uint8Array(1024)]),
    "name.tar": join([header("x", 100_000, "L"), new Uint8Array(102_400)]),
    "label.tar": tar([["1.png", grayPng(1)], ["2.png", grayPng(1)], ["2.cls", "0"]]),
    "image.tar": tar([["1.cls", "0"]]),
    "json.tar": tar([["1.png", grayPng(1)], ["1.json", "{"]]),
    "bad image.tar": tar([["1.png", "no picture"], ["1.cls", "0"]]),
  };
  await withFiles(files, async (root) => {
    const open = (name: string) => () => new data.TarShards(`${root}/${name}.tar`, options);
    assertThrows(open("none"), FileError, "none.tar");
    assertThrows(open("cut"), FormatError, "ends after 600 bytes");
    assertThrows(open("endless"), FormatError, "cut short");
    assertThrows(open("broken"), FormatError, "damaged");
    assertThrows(open("text"), FormatError, "no tar file");
    assertThrows(open("zipped"), FormatError, "compressed");
    assertThrows(open("empty"), FormatError, "no samples");
    assertThrows(open("huge"), FormatError, "more than there are");
    assertThrows(open("name"), FormatError, "100000 bytes");
    assertThrows(open("label"), FormatError, "label.tar: 1 has no label");
    assertThrows(open("image"), FormatError, "1 has no image");
    assertThrows(open("json"), FormatError, "1.json is not JSON");
    using shards = open("bad image")();
    await assertRejects(() => shards.batch(Int32Array.of(0)), FormatError, "bad image.tar: 1.png");
    // A shard that became shorter after it was opened.
    await Deno.writeFile(`${root}/shrinks.tar`, good);
    using shrinks = open("shrinks")();
    await Deno.truncate(`${root}/shrinks.tar`, 520);
    await assertRejects(() => shrinks.batch(Int32Array.of(0)), FileError, "too early");
  });
});

test("any damage to a tar file's headers ends in an error or an index, never in more", async () => {
  const good = tar([["1.png", grayPng(1)], ["1.cls", "0"], ["2.png", grayPng(2)]]);
  await withFiles({}, async (root) => {
    const path = `${root}/broken.tar`;
    for (let i = 0; i < 200; i++) {
      const broken = good.slice();
      broken[i * 37 % 512] ^= 1 << i % 8;
      await Deno.writeFile(path, broken);
      try {
        readTar(path, ({ offset, length }) => assert(offset + length <= good.length));
      } catch (error) {
        assert(error instanceof FormatError, String(error));
      }
    }
  });
});

test("patterns stand for paths", async () => {
  assertEquals(expandPaths("a-{008..011}.tar"), [
    "a-008.tar",
    "a-009.tar",
    "a-010.tar",
    "a-011.tar",
  ]);
  assertEquals(expandPaths("{x,y}/{1..2}.tar"), ["x/1.tar", "x/2.tar", "y/1.tar", "y/2.tar"]);
  assertEquals(expandPaths("plain.tar"), ["plain.tar"]);
  assertThrows(() => expandPaths("{2..1}.tar"), ArgumentError, "goes up");
  assertThrows(() => expandPaths("{0..99999999}.tar"), ArgumentError, "range");
  assertThrows(() => expandPaths("{x}.tar"), ArgumentError, "braces");
  await withFiles({ "b.1.tar": "", "a.1.tar": "", "a.2": "", "aXtar": "" }, (root) => {
    assertEquals(expandPaths(`${root}/*.tar`), [`${root}/a.1.tar`, `${root}/b.1.tar`]);
    assertThrows(() => expandPaths(`${root}/c*.tar`), FormatError, "c*.tar");
    assertThrows(() => expandPaths(`${root}/none/*.tar`), FileError, "none");
  });
});
