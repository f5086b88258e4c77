// Images without labels: flat and nested folders, lists, tables, tar files, and mixtures of them.
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { ArgumentError, FileError, FormatError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { grayPng, tar, withFiles } from "./pictures.ts";

const options = { part: { kind: "whole", size: 2 }, workers: 0, shuffle: false } as const;

const files = {
  "flat/2.png": grayPng(20),
  "flat/1.PNG": grayPng(10),
  "nested/3.png": grayPng(30),
  "nested/a/b/4.png": grayPng(40),
  "nested/a b/5.png": grayPng(50),
  "nested/.hidden/x.png": grayPng(99),
  "nested/._3.png": "no image",
  "list.txt": "flat/2.png\nnested/a b/5.png\n",
  "labelled.txt": "flat/2.png 3\nflat/1.PNG cat\nflat/1.PNG\n",
  "table.csv": "id,file\n7,flat/1.PNG\n",
  "t-0.tar": tar([["1.png", grayPng(60)], ["1.txt", "a caption"]]),
  "t-1.tar": tar([["1.png", grayPng(70)], ["1.cls", "0"], ["2.png", grayPng(80)]]),
};

async function values(images: data.UnlabelledImageFiles): Promise<number[]> {
  using batch = await images.batch(Int32Array.from({ length: images.length }, (_, i) => i));
  return torch.scope(() => batch.pixels.flatten(1).select(1, 0).toArray() as number[]);
}

test("images come from folders of any depth, lists, tables, tar files, single files", async () => {
  await withFiles(files, async (root) => {
    const cases: [string | string[], number[]][] = [
      ["flat", [10, 20]],
      ["flat/", [10, 20]],
      ["nested", [30, 40, 50]],
      ["list.txt", [20, 50]],
      ["labelled.txt", [20, 10, 10]],
      ["table.csv", [10]],
      ["t-0.tar", [60]],
      ["t-{0..1}.tar", [60, 70, 80]],
      ["t-*.tar", [60, 70, 80]],
      ["nested/a b/5.png", [50]],
      [["t-1.tar", "flat", "list.txt"], [70, 80, 10, 20, 20, 50]],
    ];
    for (const [where, expected] of cases) {
      const paths = [where].flat().map((path) => `${root}/${path}`);
      using images = data.images(paths.length === 1 ? paths[0] : paths, options);
      assert(images instanceof data.UnlabelledImageFiles);
      assertEquals(await values(images), expected, String(where));
    }
  });
});

test("their order is random, by the seed, so that places tell nothing", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`p/${i % 3}/${i}.png`, grayPng(i)]),
  );
  await withFiles(many, async (root) => {
    const orders = new Set<string>();
    for (const seed of [0, 0, 1]) {
      using images = data.images(root, { part: options.part, workers: 0, seed });
      const order = await values(images);
      assertEquals(order.toSorted(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
      orders.add(order.join());
    }
    assertEquals(orders.size, 2);
    assert(!orders.has("0,3,6,1,4,7,2,5,8"));
  });
});

test("a place without images is refused, and labelled data sets say where to go", async () => {
  const more = {
    "none/notes.txt": "",
    "none/x.heic": "",
    "z.tar.gz": new Uint8Array(600).fill(31, 0, 1).fill(139, 1, 2),
  };
  await withFiles({ ...files, ...more }, (root) => {
    const open = (path: string) => () => data.images(path);
    assertThrows(open(`${root}/none`), FormatError, "left out: 1 .heic, 1 .txt");
    assertThrows(open(`${root}/gone`), FileError, "gone");
    assertThrows(open(`${root}/gone-*.tar`), FormatError, "gone-*.tar");
    assertThrows(open(`${root}/z.tar.gz`), FormatError, "is compressed; unpack it");
    assertThrows(() => data.images([]), ArgumentError, "nowhere");
    assertThrows(() => data.images(root, { extensions: [] }), ArgumentError, "extensions");
    const hint = (path: string) => `data.images("${root}/${path}")`;
    assertThrows(() => new data.ImageFolder(`${root}/flat`), FormatError, hint("flat"));
    assertThrows(() => new data.ImageList(`${root}/list.txt`), FormatError, hint("list.txt"));
    assertThrows(() => new data.TarShards(`${root}/t-0.tar`), FormatError, hint("t-0.tar"));
  });
});
