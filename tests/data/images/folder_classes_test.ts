// Which folders are classes and which files their images.
import { assertEquals, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { ArgumentError, FormatError } from "../../../src/base/errors.ts";
import { test } from "../../helpers.ts";
import { grayPng, withFiles } from "./pictures.ts";

const gray = grayPng(1);

test("class names given keep their numbers where a folder lacks", async () => {
  const files = {
    "v/a/1.png": gray,
    "v/c/1.png": gray,
    "names.txt": "a\nb\nc\n",
    "v2/d/1.png": gray,
  };
  await withFiles(files, (root) => {
    for (const classNames of [["a", "b", "c"], `${root}/names.txt`]) {
      using photos = new data.ImageFolder(`${root}/v`, { classNames });
      assertEquals([[...photos.labels], photos.classNames], [[0, 2], ["a", "b", "c"]]);
      assertEquals(photos.classCounts(), [1, 0, 1]);
    }
    using turned = new data.ImageFolder(`${root}/v`, { classNames: ["c", "a"] });
    assertEquals([turned.path(0), turned.labels[0]], [`${root}/v/a/1.png`, 1]);
    const open = (path: string, classNames: string[]) => () =>
      new data.ImageFolder(`${root}/${path}`, { classNames });
    assertThrows(open("v", ["a", "b"]), FormatError, '"c" is a folder of no class');
    assertThrows(open("v", ["a", "c", "a"]), FormatError, '"a" more than once');
    assertThrows(open("v2", []), ArgumentError, "empty");
  });
});

test("labelled samples say their class names", () => {
  const samples = data.labelledSamples({
    length: 1,
    imageShape: [1, 1, 1],
    classNames: ["even", "odd"],
    get: () => ({ pixels: new Uint8Array(1), label: 1 }),
  });
  assertEquals(samples.classNames, ["even", "odd"]);
});

test("all of torchvision's endings are taken, in capitals too; others are named, with their count", async () => {
  const endings = ["jpg", "JPEG", "png", "PPM", "bmp", "pgm", "tif", "TIFF", "webp"];
  const files: Record<string, Uint8Array | string> = { "b/.hidden": "", "b/Thumbs.db": "" };
  for (const ending of endings) files[`a/1.${ending}`] = gray;
  for (const name of ["a/2.HEIC", "a/sub/3.heic", "b/notes.txt", "b/README"]) files[name] = "";
  files["top.png"] = files["b/1.png"] = gray;
  await withFiles(files, (root) => {
    const notices: string[] = [];
    const onNotice = (notice: string) => notices.push(notice);
    using photos = new data.ImageFolder(root, { onNotice });
    assertEquals(photos.classCounts(), [endings.length, 1]);
    assertEquals(notices, [
      `${root}: 5 files are left out: 2 .heic, 1 .txt, 1 beside the classes' folders, ` +
      `1 without an ending.`,
    ]);
    using chosen = new data.ImageFolder(root, { extensions: ["HEIC", ".Png"], onNotice });
    assertEquals(chosen.classCounts(), [3, 1]);
  });
});

test("pipes and links to devices are no images; links that go round are refused", async () => {
  await withFiles({ "r/a/1.png": gray, "x/y/1.png": gray, "z/1.png": gray }, async (root) => {
    const { success } = await new Deno.Command("mkfifo", { args: [`${root}/r/a/2.png`] }).output();
    assertEquals(success, true);
    await Deno.symlink("/dev/zero", `${root}/r/a/3.png`);
    await Deno.symlink(`${root}/z`, `${root}/r/a/more`);
    const notices: string[] = [];
    using photos = new data.ImageFolder(`${root}/r`, { onNotice: (text) => notices.push(text) });
    assertEquals(photos.classCounts(), [2]);
    assertEquals(notices.length === 1 && notices[0].includes("2 pipes"), true, notices[0]);
    // Two folders with links to each other.
    await Deno.symlink(`${root}/z`, `${root}/x/y/to-z`);
    await Deno.symlink(`${root}/x`, `${root}/z/to-x`);
    assertThrows(() => new data.ImageFolder(`${root}/x`), FormatError, "leads back");
  });
});
