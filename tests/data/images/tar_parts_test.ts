// Samples of several parts in tar files, by WebDataset's rules.
import { assertEquals, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { FormatError } from "../../../src/base/errors.ts";
import { test } from "../../helpers.ts";
import { grayPng, tar, withFiles } from "./pictures.ts";

const depth = tar([
  ["0001.cls", "1"],
  ["0001.depth.png", grayPng(1)],
  ["0001.jpg", "a photograph"],
  ["x/0002.png", grayPng(2)],
  ["x/0002.cls", "0"],
]);

test("the image is the one called by its kind alone, or the only one, or the option says which", async () => {
  const files = {
    "depth.tar": depth,
    "one.tar": tar([["a.v1.jpg", "1"], ["a.cls", "0"]]),
    "versions.tar": tar([["a.v1.jpg", "1"], ["a.v2.jpg", "2"], ["a.cls", "0"]]),
    "kinds.tar": tar([["a.jpg", "1"], ["a.png", "2"], ["a.cls", "0"]]),
  };
  await withFiles(files, (root) => {
    const open = (name: string, image?: string) =>
      new data.TarShards(`${root}/${name}.tar`, { image });
    for (const image of [undefined, "jpg;png", ".JPG; .PNG"]) {
      using shards = open("depth", image);
      assertEquals([shards.path(0), shards.path(1)], [
        `${root}/depth.tar: 0001.jpg`,
        `${root}/depth.tar: x/0002.png`,
      ]);
      assertEquals([...shards.labels], [1, 0]);
    }
    using one = open("one");
    assertEquals(one.path(0), `${root}/one.tar: a.v1.jpg`);
    assertThrows(
      () => open("versions"),
      FormatError,
      'versions.tar: a has several images: v1.jpg, v2.jpg. Say which one is meant with the option image, such as image: "v1.jpg"',
    );
    assertThrows(() => open("kinds"), FormatError, "several images: jpg, png");
    using second = open("versions", "v2.jpg");
    assertEquals(second.path(0), `${root}/versions.tar: a.v2.jpg`);
    using unlabelled = data.images(`${root}/depth.tar`, { image: "depth.png;png", shuffle: false });
    assertEquals(unlabelled.path(0), `${root}/depth.tar: 0001.depth.png`);
    assertThrows(() => open("depth", "depth.png"), FormatError, "x/0002 has no part depth.png");
  });
});

test("a part that a sample has twice is an error; a key that comes again later is another sample", async () => {
  const files = {
    "twice.tar": tar([["1.png", grayPng(1)], ["1.cls", "0"], ["1.png", grayPng(2)], [
      "1.cls",
      "1",
    ]]),
    "cases.tar": tar([["1.png", grayPng(1)], ["1.PNG", grayPng(2)], ["1.cls", "1"]]),
    "later.tar": tar([
      ...[["1.png", grayPng(1)], ["1.cls", "0"], ["2.png", grayPng(2)], ["2.cls", "1"]],
      ...[["1.png", grayPng(3)], ["1.cls", "2"]],
    ] as [string, string | Uint8Array][]),
    "empty.tar": tar([["1.png", grayPng(1)], ["1.cls", " "]]),
  };
  await withFiles(files, (root) => {
    const open = (name: string) => new data.TarShards(`${root}/${name}.tar`);
    assertThrows(() => open("twice"), FormatError, "the sample 1 has the part png twice");
    assertThrows(() => open("cases"), FormatError, "the part png twice");
    assertThrows(() => open("empty"), FormatError, "label is empty");
    using later = open("later");
    assertEquals([...later.labels], [0, 1, 2]);
  });
});

test("a sample that lacks the photograph does not give its depth in its place", async () => {
  const mixed = tar([
    ...[["1.jpg", "1"], ["1.depth.png", "2"], ["1.cls", "0"]],
    ...[["2.depth.png", "3"], ["2.cls", "1"]],
  ] as [string, string][]);
  await withFiles({ "mixed.tar": mixed }, (root) => {
    const path = `${root}/mixed.tar`;
    assertThrows(
      () => new data.TarShards(path),
      FormatError,
      `depth.png would be the image of ${path}: 2, but ${path}: 1`,
    );
    assertThrows(() => data.images(path), FormatError, "the option image");
    using both = new data.TarShards(path, { image: "jpg;depth.png" });
    assertEquals(both.path(1), `${path}: 2.depth.png`);
  });
});

test("GNU's own format has times where ustar has a name's beginning; short compressed files are named", async () => {
  const gnu = tar([["1.png", grayPng(1)], ["1.cls", "0"]]);
  for (const [at, time] of [[0, "15106521700"], [1024, "15106521701"]] as const) {
    const header = gnu.subarray(at, at + 512);
    header.set(new TextEncoder().encode("ustar  \0"), 257);
    header.set(new TextEncoder().encode(time), 345);
    header.fill(32, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0`), 148);
  }
  const gz = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  await withFiles({ "gnu.tar": gnu, "gz.tar": gz }, (root) => {
    using one = new data.TarShards(`${root}/gnu.tar`);
    assertEquals(one.path(0), `${root}/gnu.tar: 1.png`);
    assertThrows(() => new data.TarShards(`${root}/gz.tar`), FormatError, "is compressed");
  });
});
