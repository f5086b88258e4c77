// Labels that are numbers, names or both, in lists, tables and shards alike.
import { assertEquals, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { FormatError } from "../../../src/base/errors.ts";
import { test } from "../../helpers.ts";
import { grayPng, tar, withFiles } from "./pictures.ts";

type Options = { classNames?: string[] };
interface Read {
  labels: number[];
  names: readonly string[];
  notices: string[];
}

/** The same labels as a list, a table, `.cls` files and `.json` files; what all four make of them. */
async function read(labels: string[], options: Options = {}): Promise<Read> {
  const files = {
    "a.txt": labels.map((label, i) => `im/${i}.png ${label}\n`).join(""),
    "a.csv": `path,label\n${labels.map((label, i) => `im/${i}.png,${label}\n`).join("")}`,
    "cls.tar": tar(labels.flatMap((label, i) => [[`${i}.png`, grayPng(1)], [`${i}.cls`, label]])),
    "json.tar": tar(labels.flatMap((label, i) => [
      [`${i}.png`, grayPng(1)],
      [`${i}.json`, JSON.stringify({ label: Number.isNaN(Number(label)) ? label : Number(label) })],
    ])),
  };
  const found: Read[] = [];
  await withFiles(files, (root) => {
    for (const name of Object.keys(files)) {
      const notices: string[] = [];
      const onNotice = (notice: string) => notices.push(notice.replaceAll(root, ""));
      const kind = name.endsWith(".tar") ? data.TarShards : data.ImageList;
      using images = new kind(`${root}/${name}`, { ...options, onNotice });
      found.push({ labels: [...images.labels], names: images.classNames, notices });
    }
  });
  for (const { labels, names, notices } of found) {
    assertEquals([labels, names.join(), notices.length], [
      found[0].labels,
      found[0].names.join(),
      found[0].notices.length,
    ]);
  }
  return found[0];
}

test("whole numbers are classes' numbers, however they are written", async () => {
  const twelve = Array.from({ length: 12 }, (_, i) => i);
  for (const write of [String, (i: number) => `${i}.0`, (i: number) => `${i}.`]) {
    const { labels, names, notices } = await read(twelve.map(write));
    assertEquals([labels, names, notices], [twelve, twelve.map(String), []]);
  }
  const mixed = await read(["10", "2.0", "1e1", "+3", "-0"]);
  assertEquals([mixed.labels, mixed.names.length], [[10, 2, 10, 3, 0], 11]);
  assertEquals((await read(["1.0", "0"], { classNames: ["cat", "dog"] })).labels, [1, 0]);
});

test("other numbers are names in the order of their size, and that is said", async () => {
  const { labels, names, notices } = await read(["10", "-1", "2", "10", "9"]);
  assertEquals([labels, names], [[3, 0, 1, 3, 2], ["-1", "2", "9", "10"]]);
  assertEquals(
    notices[0].startsWith(
      "/a.txt, line 2: the label -1 cannot be a class's number, so the labels are names of " +
        "classes, in the order of their size: -1 is class 0, 2 is class 1,",
    ),
    true,
    notices[0],
  );
  const large = await read(["10000000", "9", "1e7"]);
  assertEquals([large.labels, large.names], [[1, 0, 1], ["9", "10000000"]]);
  const halves = await read(["10", "9.5", "1.0"]);
  assertEquals([halves.labels, halves.names], [[2, 1, 0], ["1", "9.5", "10"]]);
});

test("numbers beyond 2^53 stay apart", async () => {
  const files = {
    "a.csv": "path,label\na,9007199254740993\nb,9007199254740992\n",
    "a.tar": tar([
      ["1.png", grayPng(1)],
      ["1.json", '{"label": 9007199254740993}'],
      ["2.png", grayPng(1)],
      ["2.json", '{"label": 9007199254740992}'],
    ]),
  };
  await withFiles(files, (root) => {
    using list = new data.ImageList(`${root}/a.csv`, { onNotice: () => {} });
    using shards = new data.TarShards(`${root}/a.tar`, { onNotice: () => {} });
    for (const images of [list, shards]) {
      assertEquals([...images.labels], [1, 0]);
      assertEquals(images.classNames, ["9007199254740992", "9007199254740993"]);
    }
  });
});

test("numbers among names are an error that names both, unless the names are given", async () => {
  const files = { "a.csv": "path,label\na,3\nb,3\nc,three\n" };
  await withFiles(files, (root) => {
    assertThrows(
      () => new data.ImageList(`${root}/a.csv`),
      FormatError,
      `${root}/a.csv, line 2 has "3", ${root}/a.csv, line 4 has "three"`,
    );
  });
  const given = await read(["707", "DC-3"], { classNames: ["DC-3", "707"] });
  assertEquals([given.labels, given.names], [[1, 0], ["DC-3", "707"]]);
});

test("class names that are numbers name the labels, as in the set they come from", async () => {
  const training = await read(["-1", "3", "7"]);
  const part = await read(["7.0", "3"], { classNames: [...training.names] });
  assertEquals([part.labels, part.names], [[2, 1], ["-1", "3", "7"]]);
  // Others are counted, not named.
  assertEquals((await read(["1", "0"], { classNames: ["3", "8"] })).labels, [1, 0]);
});

test("a label that is no class is refused", async () => {
  await withFiles({ "a.txt": "1.png 0\n2.png 2\n3.png -1\n", "b.txt": "1.png cat\n" }, (root) => {
    const open = (name: string, classNames: string[]) => () =>
      new data.ImageList(`${root}/${name}`, { classNames });
    assertThrows(open("a.txt", ["x", "y", "z"]), FormatError, "line 3: label -1");
    assertThrows(open("b.txt", ["dog"]), FormatError, 'line 1: there is no class "cat"');
    assertThrows(open("b.txt", ["cat", "cat"]), FormatError, "several classes");
  });
});
