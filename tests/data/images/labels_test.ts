import { assertEquals, assertThrows } from "@std/assert";
import { resolveLabels } from "../../../src/data/images/class_names.ts";
import * as data from "../../../src/data/mod.ts";
import { FormatError } from "../../../src/errors.ts";
import { test } from "../../helpers.ts";
import { greyPng, tar, withFiles } from "./pictures.ts";

function resolve(labels: string[], classNames?: string[]) {
  const images = labels.map((label, row) => ({ label, place: `list, line ${row + 1}` }));
  const resolved = resolveLabels(images, classNames);
  return [[...resolved.labels], resolved.classNames];
}

const twelve = Array.from({ length: 12 }, (_, i) => i);

Deno.test("labels that are whole numbers are the numbers of classes, however they are written", () => {
  const names = twelve.map(String);
  assertEquals(resolve(twelve.map(String)), [twelve, names]);
  assertEquals(resolve(twelve.map((i) => `${i}.0`)), [twelve, names]);
  assertEquals(resolve(twelve.map((i) => i % 2 ? `${i}` : `${i}.`)), [twelve, names]);
  assertEquals(resolve(["1e1", "+2", "-0"]), [[10, 2, 0], names.slice(0, 11)]);
  assertEquals(resolve(["0", "2.0"], ["a", "b", "c"]), [[0, 2], ["a", "b", "c"]]);
});

Deno.test("numbers that cannot be those of classes are classes in numeric order", () => {
  assertEquals(resolve(["-1", "10", "2", "2.0"]), [[0, 2, 1, 1], ["-1", "2", "10"]]);
  assertEquals(resolve(["10000000", "9", "-0.0"]), [[2, 1, 0], ["0", "9", "10000000"]]);
  assertEquals(resolve(["0.5", "0.25"]), [[1, 0], ["0.25", "0.5"]]);
});

Deno.test("numbers among names are an error that shows one of each, unless the names are given", () => {
  assertThrows(
    () => resolve(["2", "cat", "10"]),
    FormatError,
    'list, line 1 has the label 2, a number, and list, line 2 the label "cat", a name',
  );
  assertThrows(() => resolve(["nan", "1.0"]), FormatError, '"nan"');
  assertEquals(resolve(["2", "cat"], ["cat", "2"]), [[1, 0], ["cat", "2"]]);
  assertEquals(resolve(["b", "a", "b"]), [[1, 0, 1], ["a", "b"]]);
  assertThrows(() => resolve(["5"], ["a"]), FormatError, "there are 1 class names");
});

test("lists, tables and shards number labels alike", async () => {
  const values = [0, 1, 2, 10, 11];
  const images = Object.fromEntries(values.map((i) => [`im/${i}.png`, greyPng(i)]));
  const lines = (separator: string) =>
    values.map((i) => `im/${i}.png${separator}${i}.0\n`).join("");
  const files = {
    ...images,
    "list.txt": lines(" "),
    "list.csv": `path,label\n${lines(",")}`,
    "quoted.csv": `path,label\n${values.map((i) => `im/${i}.png,"${i}.0"\n`).join("")}`,
    "cls.tar": tar(values.flatMap((i): [string, Uint8Array | string][] => [
      [`${i}.png`, greyPng(i)],
      [`${i}.cls`, `${i}.0`],
    ])),
    "json.tar": tar(values.flatMap((i): [string, Uint8Array | string][] => [
      [`${i}.png`, greyPng(i)],
      [`${i}.json`, `{"label": ${i === 0 ? "-0.0" : i}}`],
    ])),
  };
  await withFiles(files, (root) => {
    for (const name of ["list.txt", "list.csv", "quoted.csv"]) {
      using list = new data.ImageList(`${root}/${name}`, { workers: 0 });
      assertEquals([...list.labels], values, name);
    }
    for (const name of ["cls.tar", "json.tar"]) {
      using shards = new data.TarShards(`${root}/${name}`, { workers: 0 });
      assertEquals([...shards.labels], values, name);
    }
  });
});

test("classes can be given, so that one without images shifts no other", async () => {
  const files = {
    "val/bird/1.png": greyPng(1),
    "val/dog/1.png": greyPng(2),
    "list.txt": "val/dog/1.png 2\n",
  };
  await withFiles(files, (root) => {
    const classNames = ["bird", "cat", "dog"];
    using folder = new data.ImageFolder(`${root}/val`, { classNames, workers: 0 });
    assertEquals([folder.classNames, [...folder.labels]], [classNames, [0, 2]]);
    assertEquals(folder.classCounts(), [1, 0, 1]);
    using list = new data.ImageList(`${root}/list.txt`, { classNames, workers: 0 });
    assertEquals([list.classNames, [...list.labels]], [classNames, [2]]);
    assertThrows(
      () => new data.ImageFolder(`${root}/val`, { classNames: ["bird", "cat"] }),
      FormatError,
      "not among the 2 class names given: dog",
    );
  });
});

test("of a tar sample the image is what is called by its kind; what is ambiguous is an error", async () => {
  const png = greyPng;
  const files = {
    "depth.tar": tar([["1.cls", "0"], ["1.depth.png", png(9)], ["1.png", png(5)]]),
    "one.tar": tar([["1.v1.png", png(5)], ["1.cls", "0"]]),
    "two.tar": tar([["1.v1.png", png(5)], ["1.v2.png", png(6)], ["1.cls", "0"]]),
    "kinds.tar": tar([["1.png", png(5)], ["1.webp", png(6)], ["1.cls", "0"]]),
    "twice.tar": tar([["1.png", png(5)], ["1.cls", "0"], ["1.png", png(6)], ["1.cls", "1"]]),
  };
  await withFiles(files, async (root) => {
    const part = { kind: "whole", size: 2 } as const;
    const first = async (name: string, image?: string) => {
      using shards = new data.TarShards(`${root}/${name}`, { workers: 0, part, image });
      using batch = await shards.batch(Int32Array.of(0));
      return batch.images.index(0, 0, 0, 0).item();
    };
    assertEquals(await first("depth.tar"), 5);
    assertEquals(await first("depth.tar", "depth.png"), 9);
    assertEquals(await first("one.tar"), 5);
    assertEquals(await first("two.tar", "v2.png"), 6);
    const open = (name: string, image?: string) => () =>
      new data.TarShards(`${root}/${name}`, { workers: 0, image });
    assertThrows(open("two.tar"), FormatError, "several images: v1.png, v2.png");
    assertThrows(open("kinds.tar"), FormatError, 'image: "png"');
    assertThrows(open("twice.tar"), FormatError, "1 has two files .png");
    assertThrows(open("one.tar", "jpg"), FormatError, "has no part jpg; it has v1.png, cls");
  });
});
