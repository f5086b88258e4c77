// Domains in folders, as OfficeHome has them, and in lists, as DomainNet does.
import { assertEquals, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { ArgumentError, FileError, FormatError } from "../../../src/base/errors.ts";
import { test } from "../../helpers.ts";
import { batchOf } from "../selection/kinds.ts";
import { grayPng, withFiles } from "./pictures.ts";

const reading = { part: { kind: "whole", size: 2 }, workers: 0 } as const;
const office = {
  "Art/Alarm_Clock/00001.png": grayPng(10),
  "Art/Bed/00001.png": grayPng(11),
  "Real World/Alarm_Clock/00001.png": grayPng(20),
  "Real World/Alarm_Clock/00002.png": grayPng(21),
  "Real World/Bed/00001.png": grayPng(22),
  "ImageInfo.csv": "id\n",
  "README.txt": "what this is",
};

/** What is in the images, and the names of their classes. */
async function contentOf(dataset: data.ImageFiles): Promise<[number, string][]> {
  const { numbers, labels } = await batchOf(dataset);
  return numbers.map((number, i) => [number, dataset.classNames[labels[i]]]);
}

test("a domain in folders has the classes of all of them", () =>
  withFiles(office, async (root) => {
    assertEquals(data.domainNames(root), ["Art", "Real World"]);
    using art = data.domainImages(root, "Art", reading);
    using world = data.domainImages(root, "Real World", reading);
    assertEquals([art.name, world.name], ["Art", "Real World"]);
    assertEquals([art.classNames, world.classNames], [["Alarm_Clock", "Bed"], [
      "Alarm_Clock",
      "Bed",
    ]]);
    assertEquals(await contentOf(art), [[10, "Alarm_Clock"], [11, "Bed"]]);
    assertEquals(await contentOf(world), [[20, "Alarm_Clock"], [21, "Alarm_Clock"], [22, "Bed"]]);
    assertThrows(
      () => data.domainImages(root, "art", reading),
      ArgumentError,
      `${root}: there is no domain "art"; did you mean "Art"?`,
    );
    assertThrows(
      () => data.domainImages(root, "Art", { split: "test" }),
      ArgumentError,
      'no domain "Art"',
    );
    assertThrows(() => data.domainImages(`${root}/no`, "Art"), FileError, "/no");
    assertThrows(() => data.domainImages(`${root}/Art/Bed`, "Art"), FormatError, "no domains");
  }));

test("domains whose classes differ are refused with what each lacks, unless others are meant", () => {
  const more = {
    ...office,
    "Clipart/Bed/00001.png": grayPng(30),
    "Clipart/Bottle/00001.png": grayPng(31),
  };
  return withFiles(more, async (root) => {
    for (const domain of ["Art", "Clipart"]) {
      assertThrows(
        () => data.domainImages(root, domain, reading),
        FormatError,
        'Art has no "Bottle"; Clipart has no "Alarm_Clock"; Real World has no "Bottle"',
      );
    }
    using art = data.domainImages(root, "Art", { ...reading, among: ["Real World", "Art"] });
    assertEquals(await contentOf(art), [[10, "Alarm_Clock"], [11, "Bed"]]);
    assertThrows(
      () => data.domainImages(root, "Clipart", { among: ["Art", "Real World"] }),
      ArgumentError,
      "and not Clipart itself",
    );
    assertThrows(
      () => data.domainImages(root, "Art", { among: ["Art", "Photo"] }),
      ArgumentError,
      'no domain "Photo"',
    );
  });
});

const net = {
  "clipart/cup/1.png": grayPng(1),
  "clipart/bed/2.png": grayPng(2),
  "clipart/bed/3.png": grayPng(3),
  "real/cup/1.png": grayPng(4),
  "real/bed/2.png": grayPng(5),
  "clipart_train.txt": "clipart/cup/1.png 1\nclipart/bed/2.png 0\n",
  "clipart_test.txt": "clipart/bed/3.png 0\n",
  "README.txt": "what this is",
  // Numbered the other way round.
  "real_train.txt": "real/cup/1.png 0\n",
  "real_test.txt": "real/bed/2.png 1\n",
};

test("a domain's lists of train and test images agree by name, whatever the numbers", () =>
  withFiles(net, async (root) => {
    const open = (domain: string, split?: "train" | "test") =>
      data.domainImages(root, domain, { ...reading, ...(split && { split }) });
    using train = open("clipart", "train");
    using test = open("clipart", "test");
    using real = open("real", "train");
    using all = open("real");
    for (const dataset of [train, test, real, all]) {
      assertEquals(dataset.classNames, ["bed", "cup"]);
    }
    assertEquals(await contentOf(train), [[1, "cup"], [2, "bed"]]);
    assertEquals(await contentOf(test), [[3, "bed"]]);
    assertEquals(await contentOf(real), [[4, "cup"]]);
    assertEquals(await contentOf(all), [[5, "bed"], [4, "cup"]]);
  }));

test("lists may lie elsewhere, and be of whole domains; classes without folders are numbers", async () => {
  const lists = {
    "images/a.png": grayPng(1),
    "images/b.png": grayPng(2),
    "images/c.png": grayPng(3),
    "lists/Art.txt": "a.png 2\nb.png 10\n",
    "lists/Product.txt": "c.png 10\nc.png 2\n",
    "lists/Sketch.txt": "c.png 3\n",
  };
  await withFiles(lists, async (root) => {
    const open = (domain: string, among?: string[]) =>
      data.domainImages(`${root}/images`, domain, { ...reading, lists: `${root}/lists`, among });
    using art = open("Art", ["Art", "Product"]);
    assertEquals(art.classNames, ["2", "10"]);
    assertEquals(await contentOf(art), [[1, "2"], [2, "10"]]);
    using product = open("Product", ["Art", "Product"]);
    assertEquals(await contentOf(product), [[3, "10"], [3, "2"]]);
    assertThrows(() => open("Art"), FormatError, 'Sketch has no "2", "10"');
  });
  const bad = { "Art.txt": "a.png 0\n", "Clipart.txt": "a.png\n" };
  await withFiles(bad, (root) => {
    assertEquals(data.domainNames(root), ["Art"]);
    assertThrows(() => data.domainImages(root, "Clipart"), FormatError, "there is no label");
    assertThrows(
      () => data.domainImages(root, "Art", { split: "test" }),
      FormatError,
      "no list Art_test.txt",
    );
  });
});
