// Lists of file names, as ImageNet's 1 % and 10 % come.
import { assertEquals, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { FileError, FormatError } from "../../../src/base/errors.ts";
import { test } from "../../helpers.ts";
import { grayPng, tar, withFiles } from "../images/pictures.ts";
import { batchOf, numbersIn } from "./kinds.ts";

const part = { part: { kind: "whole", size: 2 }, workers: 0 } as const;
const files = {
  "train/n01440764/n01440764_10026.JPEG": grayPng(10),
  "train/n01440764/n01440764_10027.JPEG": grayPng(11),
  "train/n01443537/n01443537_2.JPEG": grayPng(20),
  "train/n01443537/n01443537_22.JPEG": grayPng(21),
  "1percent.txt": "n01443537_2.JPEG\r\nn01440764_10027.JPEG\n",
};

test("a list names images of a folder; the rest is what remains", async () => {
  await withFiles(files, async (root) => {
    using photos = new data.ImageFolder(`${root}/train`, part);
    const { listed, rest } = data.selectListed(photos, `${root}/1percent.txt`);
    assertEquals(await batchOf(listed), { numbers: [20, 11], labels: [1, 0] });
    assertEquals(await batchOf(rest), { numbers: [10, 21], labels: [0, 1] });
    using student = rest.unlabelled();
    assertEquals((await numbersIn(student)).toSorted(), [10, 21]);
    listed.dispose();
    rest.dispose();
  });
});

test("names may have folders; a class before the underscore tells equal names apart", async () => {
  const more = {
    "p/cat/cat_1.png": grayPng(1),
    "p/dog/cat_1.png": grayPng(2),
    "p/dog/1.png": grayPng(3),
    "p/cat/1.png": grayPng(4),
    "class.txt": "cat_1.png\n",
    "folders.csv": "id,file\n7,dog/cat_1.png\n8,./cat/1.png\n9,/p/dog/1.png\n",
    "both.txt": "cat_1.png\n1.png\n",
    "t.tar": tar([["a/x.png", grayPng(5)], ["a/x.cls", "0"], ["b.png", grayPng(6)], [
      "b.cls",
      "0",
    ]]),
    "tar.txt": "b.png\nx.png\n",
  };
  await withFiles(more, async (root) => {
    using photos = new data.ImageFolder(`${root}/p`, part);
    const numbers = async (dataset: data.ImageFiles, list: string) => {
      const { listed, rest } = data.selectListed(dataset, `${root}/${list}`);
      const found = await numbersIn(listed);
      listed.dispose();
      rest.dispose();
      return found;
    };
    assertEquals(await numbers(photos, "class.txt"), [1]);
    assertEquals(await numbers(photos, "folders.csv"), [2, 4, 3]);
    using shards = new data.TarShards(`${root}/t.tar`, part);
    assertEquals(await numbers(shards, "tar.txt"), [6, 5]);
    assertThrows(
      () => data.selectListed(photos, `${root}/both.txt`),
      FormatError,
      "both.txt, line 2: 1.png is the name of 2 images",
    );
  });
});

test("lists that do not fit are refused by line, and name what is not there", async () => {
  const gone = Array.from({ length: 7 }, (_, i) => `n01440764_${i}.JPEG`);
  const lists = {
    "gone.txt": `n01443537_2.JPEG\n${gone.join("\n")}\n`,
    "class.txt": "n01440764_2.JPEG\n",
    "twice.txt": "n01443537_2.JPEG\nn01443537/n01443537_2.JPEG\n",
    "none.txt": "\n",
  };
  await withFiles({ ...files, ...lists }, (root) => {
    using photos = new data.ImageFolder(`${root}/train`, { ...part, name: "photos" });
    const select = (name: string) => () => data.selectListed(photos, `${root}/${name}`);
    assertThrows(
      select("gone.txt"),
      FormatError,
      `photos does not have 7 of the 8 images listed: n01440764_0.JPEG (${root}/gone.txt, line 2)`,
    );
    assertThrows(select("gone.txt"), FormatError, "line 6) and 2 more. Check");
    assertThrows(select("class.txt"), FormatError, "1 of the 1 images listed");
    assertThrows(select("twice.txt"), FormatError, `line 2: n01443537/n01443537_2.JPEG is the`);
    assertThrows(select("none.txt"), FormatError, "lists no images");
    assertThrows(select("missing.txt"), FileError, "missing.txt");
  });
});
