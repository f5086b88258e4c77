// Lists of images as OfficeHome and DomainNet have them, and tables.
import { assertEquals, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { ArgumentError, FileError, FormatError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { grayPng, withFiles } from "./pictures.ts";

const images = {
  "data/Art/Alarm Clock/00001.png": grayPng(10),
  "data/Art/Alarm Clock/00002.png": grayPng(20),
  "data/Art/Bed/00001.png": grayPng(30),
};
const options = { part: { kind: "whole", size: 2 }, workers: 0 } as const;

async function firsts(list: data.ImageFiles): Promise<number[]> {
  using batch = await list.batch(Int32Array.from({ length: list.length }, (_, i) => i));
  return torch.scope(() => batch.pixels.flatten(1).select(1, 0).toArray() as number[]);
}

test("a list gives paths, which may have spaces, and labels", async () => {
  const files = {
    ...images,
    "data/art.txt": "Art/Bed/00001.png 1\r\n\r\nArt/Alarm Clock/00001.png 0\n" +
      "Art/Alarm Clock/00002.png\t0",
  };
  await withFiles(files, async (root) => {
    using list = new data.ImageList(`${root}/data/art.txt`, options);
    assertEquals(list.classNames, ["Alarm Clock", "Bed"]);
    assertEquals([...list.labels], [1, 0, 0]);
    assertEquals(await firsts(list), [30, 10, 20]);
    assertEquals(list.path(1), `${root}/data/Art/Alarm Clock/00001.png`);
  });
});

test("the folder and the class names can lie elsewhere", async () => {
  const files = {
    ...images,
    "lists/art.txt": "Art/Bed/00001.png 2\nArt/Bed/00001.png 2\n",
    "lists/names.txt": "clock\nlamp\nbed\n",
    "lists/numbered.txt": "2 bed\n0 clock\n1 desk lamp\n",
    "lists/from_one.txt": "clock 1\ndesk lamp 2\nbed 3\n",
  };
  await withFiles(files, async (root) => {
    const paths: [string | string[], string[]][] = [
      [`${root}/lists/names.txt`, ["clock", "lamp", "bed"]],
      [`${root}/lists/numbered.txt`, ["clock", "desk lamp", "bed"]],
      [`${root}/lists/from_one.txt`, ["clock", "desk lamp", "bed"]],
      [["a", "b", "c", "d"], ["a", "b", "c", "d"]],
    ];
    for (const [classNames, expected] of paths) {
      using list = new data.ImageList(`${root}/lists/art.txt`, {
        ...options,
        root: `${root}/data`,
        classNames,
      });
      assertEquals(list.classNames, expected);
      assertEquals([...list.labels], [2, 2]);
      assertEquals(await firsts(list), [30, 30]);
    }
    // Without names, a class that has no image is called by its number.
    using bare = new data.ImageList(`${root}/lists/art.txt`, { root: `${root}/data` });
    assertEquals(bare.classNames, ["0", "1", "Bed"]);
    assertThrows(
      () => new data.ImageList(`${root}/lists/art.txt`, { classNames: ["a", "b"] }),
      FormatError,
      "line 1: label 2, but there are 2 class names",
    );
  });
});

test("folders that do not tell the classes apart give no names", async () => {
  await withFiles(
    { "a.txt": "x/1.png 0\nx/2.png 1\n", "b.txt": "x/1.png 0\ny/2.png 0\n" },
    (root) => {
      using same = new data.ImageList(`${root}/a.txt`);
      assertEquals(same.classNames, ["0", "1"]);
      using several = new data.ImageList(`${root}/b.txt`);
      assertEquals(several.classNames, ["0"]);
    },
  );
});

test("a table has a header, quotes, and labels that are numbers or names", async () => {
  const files = {
    ...images,
    "data/a.csv":
      'id,path,label\r\n1,"Art/Bed/00001.png",bed\r\n2,Art/Alarm Clock/00001.png,"a ""clock"", or\nnot"\r\n',
    "data/b.tsv": "File\tnumber\nArt/Bed/00001.png\t1\n",
    "data/c.csv": "image,class\nArt/Bed/00001.png,1\nArt/Alarm Clock/00001.png,0",
  };
  await withFiles(files, async (root) => {
    using named = new data.ImageList(`${root}/data/a.csv`, options);
    assertEquals(named.classNames, ['a "clock", or\nnot', "bed"]);
    assertEquals([...named.labels], [1, 0]);
    assertEquals(await firsts(named), [30, 10]);
    using chosen = new data.ImageList(`${root}/data/b.tsv`, { ...options, labelColumn: "number" });
    assertEquals([chosen.length, chosen.labels[0]], [1, 1]);
    using numbered = new data.ImageList(`${root}/data/c.csv`, options);
    assertEquals(numbered.classNames, ["Alarm Clock", "Bed"]);
    assertThrows(() => new data.ImageList(`${root}/data/b.tsv`), ArgumentError, "labelColumn");
    assertThrows(
      () => new data.ImageList(`${root}/data/a.csv`, { pathColumn: "where" }),
      ArgumentError,
      '"where"',
    );
    assertThrows(
      () => new data.ImageList(`${root}/data/a.csv`, { classNames: ["bed"] }),
      FormatError,
      "line 3: there is no class",
    );
  });
});

test("lists that are none are refused, with the line", async () => {
  const files = {
    "empty.txt": "\n",
    "label.txt": "a/1.png 0\na/2.png\n",
    "empty.csv": "",
    "cells.csv": "path,label\na,0\nb\n",
    "quote.csv": 'path,label\n"a,0\n',
    "blank.csv": "path,label\na,\n",
  };
  await withFiles(files, (root) => {
    const open = (name: string) => () => new data.ImageList(`${root}/${name}`);
    assertThrows(open("none.txt"), FileError, "none.txt");
    assertThrows(open("empty.txt"), FormatError, "no images");
    assertThrows(open("label.txt"), FormatError, "line 2");
    assertThrows(open("empty.csv"), FormatError, "empty");
    assertThrows(open("cells.csv"), FormatError, "line 3: 1 cells");
    assertThrows(open("quote.csv"), FormatError, "line 2: a quote");
    assertThrows(open("blank.csv"), FormatError, "line 2");
  });
});
