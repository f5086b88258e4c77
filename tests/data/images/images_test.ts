import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { FileError, FormatError } from "../../../src/errors.ts";
import { test } from "../../helpers.ts";
import { greyPng, tar, withFiles } from "./pictures.ts";

const part = { kind: "whole", size: 2 } as const;

/** The grey values of all images, sorted. */
async function greys(images: data.UnlabelledImageFiles): Promise<number[]> {
  using batch = await images.batch(Int32Array.from({ length: images.length }, (_, i) => i));
  return (batch.images.index("...", 0, 0, 0).toArray() as number[]).sort((a, b) => a - b);
}

test("images() opens folders, lists and shards without labels", async () => {
  const files = {
    "flat/1.png": greyPng(1),
    "flat/2.PNG": greyPng(2),
    "nested/a/1.png": greyPng(1),
    "nested/b/c/2.png": greyPng(2),
    "nested/3.png": greyPng(3),
    "paths.txt": "flat/1.png\n\nflat/2.PNG\n",
    "labelled.txt": "flat/1.png 7\nflat/2.PNG 3\n",
    "table.csv": "image,caption\nflat/1.png,one\nflat/2.PNG,two\n",
    "captions.tar": tar([["1.png", greyPng(1)], ["1.txt", "a"], ["2.png", greyPng(2)]]),
  };
  await withFiles(files, async (root) => {
    for (const name of ["flat", "paths.txt", "labelled.txt", "table.csv", "captions.tar"]) {
      using images = data.images(`${root}/${name}`, { workers: 0, part });
      assertEquals(await greys(images), [1, 2], name);
    }
    using nested = data.images(`${root}/nested`, { workers: 0, part });
    assertEquals(await greys(nested), [1, 2, 3]);
    using ordered = data.images(`${root}/nested`, { workers: 0, part, shuffle: false });
    assert(ordered.path(0).endsWith("nested/3.png"));
    const bad: [string, string][] = [["flat", "data.images("], ["paths.txt", "data.images()"]];
    assertThrows(() => new data.ImageFolder(`${root}/${bad[0][0]}`), FormatError, bad[0][1]);
    assertThrows(() => new data.ImageList(`${root}/${bad[1][0]}`), FormatError, bad[1][1]);
    assertThrows(() => new data.TarShards(`${root}/captions.tar`), FormatError, "data.images()");
    assertThrows(() => data.images(`${root}/none`), FileError, "none");
  });
});

test("files that are passed over are counted in a warning", async () => {
  const files = {
    "a/1.png": greyPng(1),
    "a/2.mp4": "",
    "a/3.MP4": "",
    "a/x.txt": "",
    "a/.hidden": "",
  };
  await withFiles(files, (root) => {
    const said: string[] = [];
    const warn = console.warn;
    console.warn = (text: string) => said.push(text);
    try {
      using _folder = new data.ImageFolder(root, { workers: 0, name: "photos" });
      using _images = data.images(`${root}/a`, { workers: 0, name: "all" });
    } finally {
      console.warn = warn;
    }
    assertEquals(said.map((text) => text.split(":")[0]), [
      "photos",
      "all",
    ]);
    for (const text of said) {
      assert(text.includes(": passed over 2 .mp4, 1 .txt, which"), text);
    }
  });
});

test("pipes and devices are refused, not read", async () => {
  await withFiles({ "a/1.png": greyPng(1), "zero.csv": "" }, async (root) => {
    const pipe = await new Deno.Command("mkfifo", {
      args: [`${root}/a/pipe.png`, `${root}/pipe.tar`],
    })
      .output();
    assert(pipe.success);
    await Deno.symlink("/dev/zero", `${root}/a/zero.png`);
    await Deno.remove(`${root}/zero.csv`);
    await Deno.symlink("/dev/zero", `${root}/zero.csv`);
    using folder = data.images(`${root}/a`, { workers: 0, part });
    assertEquals(folder.length, 1);
    await Deno.writeTextFile(`${root}/list.txt`, "a/pipe.png 0\na/zero.png 0\n");
    using list = new data.ImageList(`${root}/list.txt`, { workers: 0, part });
    await assertRejects(() => list.batch(Int32Array.of(0)), FileError, "it is a FIFO");
    await assertRejects(() => list.batch(Int32Array.of(1)), FileError, "it is a device");
    assertThrows(() => new data.TarShards(`${root}/pipe.tar`), FileError, "it is a FIFO");
    assertThrows(() => new data.ImageList(`${root}/zero.csv`), FileError, "it is a device");
  });
});

test("what was not permitted stays that, and names the permission", async () => {
  const mod = new URL("../../../mod.ts", import.meta.url).href;
  await withFiles({ "a/1.png": greyPng(1) }, async (root) => {
    const script = `import { data } from "${mod}";
      try { data.images("${root}/a", { workers: 0 }); } catch (error) { console.log(error.name, error.message); }
      try { await data.mnist("train", { cache: "${root}/none" }); } catch (error) { console.log(error.name); }`;
    await Deno.writeTextFile(`${root}/script.ts`, script);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "--allow-env", "--allow-ffi", `${root}/script.ts`],
      stderr: "null",
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assert(lines[0].startsWith("NotCapable") && lines[0].includes("--allow-read"), lines[0]);
    assertEquals(lines[1], "NotCapable");
  });
});
