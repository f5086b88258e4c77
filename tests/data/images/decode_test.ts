// Decoding against Pillow, parts against torchvision on Pillow's images.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { drawRectangle, partSettings, planCut } from "../../../src/data/images/crop.ts";
import { Decoder } from "../../../src/data/images/decoder.ts";
import { cutOut, resizePart } from "../../../src/data/images/resize_part.ts";
import { openTurboJpeg } from "../../../src/data/images/turbo_jpeg.ts";
import { RandomSequence } from "../../../src/data/philox.ts";
import { decodingSequence } from "../../../src/data/image_sequence.ts";
import { ArgumentError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { loadGolden, picture, png } from "./pictures.ts";

const none = () => new RandomSequence(0, 0, 0);

async function decode(
  bytes: Uint8Array<ArrayBuffer>,
  part: data.ImagePart,
  { orient = false, maxPixels = 1e6, random = none } = {},
): Promise<Uint8Array> {
  const decoder = await Decoder.open({
    part: partSettings(part),
    orient,
    maxPixels,
    timeLimit: 60,
  });
  const into = new Uint8Array(decoder.size);
  await decoder.decode(bytes, random, into);
  return into;
}

function distances(actual: Uint8Array, expected: Uint8Array): { largest: number; mean: number } {
  assertEquals(actual.length, expected.length);
  let [largest, sum] = [0, 0];
  actual.forEach((value, i) => {
    const distance = Math.abs(value - expected[i]);
    largest = Math.max(largest, distance);
    sum += distance;
  });
  return { largest, mean: sum / actual.length };
}

function close(actual: Uint8Array, expected: Uint8Array, name: string): void {
  const { largest } = distances(actual, expected);
  assert(largest <= 1, `${name}: ${largest}`);
}

/** The pixels of (3, H, W) row by row. */
function byRows(planes: Uint8Array, height: number, width: number): Uint8Array {
  return torch.scope(() => {
    const image = torch.tensor(planes, { shape: [3, height, width] });
    return image.permute(1, 2, 0).contiguous().data() as Uint8Array;
  });
}

/** Everything in the golden file as plain bytes, for code that waits. */
function truth(): Record<string, Uint8Array<ArrayBuffer>> {
  return torch.scope(() =>
    Object.fromEntries(
      Object.entries(loadGolden()).filter(([, value]) => value.dtype === "uint8")
        .map(([name, value]) => [name, value.data() as Uint8Array<ArrayBuffer>]),
    )
  );
}

test("every kind of file becomes the 8-bit RGB that Pillow makes of it", async () => {
  const golden = truth();
  const whole = { kind: "whole", size: [33, 44] } as const;
  const names = Object.keys(golden).filter((name) => name.startsWith("file/"));
  assertEquals(names.length, 13);
  for (const name of names) {
    const expected = golden[name.replace("file", "decoded")];
    const actual = await decode(golden[name], whole);
    if (name === "file/cmyk.jpg") close(actual, expected, name);
    else assertEquals(actual, expected, name);
  }
});

test("libjpeg-turbo decodes JPEG to Pillow's pixels, and leaves the rest to sharp", async () => {
  const golden = truth();
  const turbo = await openTurboJpeg();
  if (turbo === undefined) return assert(Deno.build.os !== "linux");
  const pixels = new Uint8Array(33 * 44 * 3);
  const room = ({ width, height }: { width: number; height: number }) => {
    assertEquals([width, height], [44, 33]);
    return pixels;
  };
  for (const name of ["color.jpg", "full.jpg", "progressive.jpg", "gray.jpg"]) {
    assert(turbo.decode(golden[`file/${name}`], room), name);
    assertEquals(pixels, byRows(golden[`decoded/${name}`], 33, 44), name);
  }
  const file = golden["file/color.jpg"];
  assert(!turbo.decode(file, () => undefined));
  assert(!turbo.decode(file, () => pixels.subarray(1)));
  assert(!turbo.decode(file.slice(0, file.length / 2), room));
  for (const name of ["color.png", "cmyk.jpg"]) assert(!turbo.decode(golden[`file/${name}`], room));
});

test("EXIF's orientation is passed over, as in torchvision, or followed", async () => {
  const golden = truth();
  const [file, expected] = [golden["file/turned.jpg"], golden["decoded/turned.jpg"]];
  const plain = await decode(file, { kind: "whole", size: [33, 44] });
  assertEquals(plain, expected);
  const upright = await decode(file, { kind: "whole", size: [44, 33] }, { orient: true });
  const turned = torch.tensor(plain, { shape: [3, 33, 44] }).rot90(-1, [1, 2]);
  assertEquals(upright, turned.contiguous().data());
  turned.dispose();
});

test("parts are torchvision's with Pillow, to 1 of 255", async () => {
  const golden = truth();
  const file = golden["file/color.png"];
  const shape = { whole: [15, 23], larger: [50, 47], crop: [12, 13] } as const;
  for (const interpolation of ["bilinear", "bicubic"] as const) {
    for (const name of ["whole", "larger"] as const) {
      const part = { kind: "whole", size: shape[name], interpolation } as const;
      close(await decode(file, part), golden[`part/${name}/${interpolation}`], name);
    }
    const center = { kind: "center", size: [16, 21], resize: 24, interpolation } as const;
    close(await decode(file, center), golden[`part/center/${interpolation}`], "center");
    // A rectangle of ours, from the same pixels.
    const settings = partSettings({ kind: "whole", size: [12, 13], interpolation });
    const at = { left: 8, top: 5, width: 31, height: 22 };
    const cut = { ...at, toWidth: 13, toHeight: 12, x: 0, y: 0, flip: false };
    const image = { data: byRows(golden["decoded/color.png"], 33, 44), width: 44, height: 33 };
    const part = cutOut(image, cut);
    const into = new Uint8Array(3 * 12 * 13);
    resizePart(part, cut, settings, into);
    close(into, golden[`part/crop/${interpolation}`], "crop");
    const flipped = new Uint8Array(into.length);
    resizePart(part, { ...cut, flip: true }, settings, flipped);
    for (let row = 0; row < 36; row++) {
      assertEquals(
        flipped.slice(13 * row, 13 * row + 13),
        into.slice(13 * row, 13 * row + 13).reverse(),
      );
    }
  }
});

test("a tall image's middle is torchvision's", () => {
  const golden = truth();
  const turned = torch.scope(() => {
    const image = torch.tensor(golden["decoded/color.png"], { shape: [3, 33, 44] });
    return image.rot90(1, [1, 2]).contiguous().data() as Uint8Array;
  });
  const settings = partSettings({ kind: "center", size: 21, resize: 24 });
  const into = new Uint8Array(3 * 21 * 21);
  const image = { data: byRows(turned, 44, 33), width: 33, height: 44 };
  resizePart(image, planCut(settings, 33, 44, none()), settings, into);
  close(into, golden["part/tall/bilinear"], "tall");
});

test("an image that has its size already is only rearranged, in this thread", () => {
  const golden = truth();
  const planes = golden["decoded/color.png"];
  const image = { data: byRows(planes, 33, 44), width: 44, height: 33 };
  const settings = partSettings({ kind: "center", size: [20, 30], resize: 33 });
  const into = new Uint8Array(3 * 20 * 30);
  const cut = planCut(settings, 44, 33, none());
  assertEquals([cut.toWidth, cut.toHeight], [44, 33]);
  for (const flip of [false, true]) {
    resizePart(image, { ...cut, flip }, settings, into);
    const expected = torch.scope(() => {
      const whole = torch.tensor(planes, { shape: [3, 33, 44] });
      const middle = whole.narrow(1, 6, 20).narrow(2, 7, 30);
      return (flip ? middle.flip(2) : middle).contiguous().data() as Uint8Array;
    });
    assertEquals(into, expected);
  }
});

test("a random part is that of its rectangle, flipped or not", async () => {
  const golden = truth();
  const part = { kind: "random", size: [12, 13], scale: [0.3, 0.9] } as const;
  const seen = new Set<boolean>();
  for (let image = 0; image < 12; image++) {
    const random = () => decodingSequence(3, 1, image);
    const actual = await decode(golden["file/color.png"], part, { random });
    const cut = planCut(partSettings(part), 44, 33, random());
    seen.add(cut.flip);
    const expected = torch.scope(() => {
      const whole = torch.tensor(golden["decoded/color.png"], { shape: [1, 3, 33, 44] });
      const inside = whole.narrow(2, cut.top, cut.height).narrow(3, cut.left, cut.width);
      const resized = data.resizeImages(inside, [12, 13]);
      return (cut.flip ? resized.flip(3) : resized).contiguous().data() as Uint8Array;
    });
    // PyTorch rounds once, Pillow after each direction.
    assert(distances(actual, expected).largest <= 1);
  }
  assertEquals(seen.size, 2);
});

test("rectangles have the areas, shapes and places that are wanted", () => {
  const [width, height] = [500, 375];
  const count = 4000;
  const random = new RandomSequence(1, 2, 3);
  const next = () => random.next53() / 2 ** 53;
  const sums = { area: 0, shape: 0, left: 0, top: 0 };
  for (let i = 0; i < count; i++) {
    const part = drawRectangle(width, height, [0.1, 0.4], [0.75, 4 / 3], next);
    assert(part.left >= 0 && part.left + part.width <= width);
    assert(part.top >= 0 && part.top + part.height <= height);
    const area = part.width * part.height / (width * height);
    const shape = Math.log(part.width / part.height) / Math.log(4 / 3);
    assert(area > 0.098 && area < 0.402 && Math.abs(shape) < 1.03, `${area} ${shape}`);
    sums.area += area / count;
    sums.shape += shape / count;
    sums.left += part.left / (width - part.width || 1) / count;
    sums.top += part.top / (height - part.height || 1) / count;
  }
  // Five deviations of means of even numbers.
  const slack = (range: number) => 5 * range / Math.sqrt(12 * count);
  assert(Math.abs(sums.area - 0.25) < slack(0.3), `${sums.area}`);
  assert(Math.abs(sums.shape) < slack(2), `${sums.shape}`);
  assert(Math.abs(sums.left - 0.5) < slack(1) + 0.005, `${sums.left}`);
  assert(Math.abs(sums.top - 0.5) < slack(1) + 0.005, `${sums.top}`);
});

test("where no rectangle fits, it is the largest allowed one in the middle", () => {
  const next = () => 0.5;
  // Ten times as wide as high: no part of 90 % of the area is nearly square.
  assertEquals(drawRectangle(1000, 100, [0.9, 1], [0.75, 4 / 3], next), {
    left: 433,
    top: 0,
    width: 133,
    height: 100,
  });
  assertEquals(drawRectangle(100, 1000, [0.9, 1], [0.75, 4 / 3], next).height, 133);
});

test("a large JPEG of which little is wanted is decoded at a lower resolution", async () => {
  const { default: sharp } = await import("npm:sharp@^0.34.5");
  // Smooth, so that half a pixel of the result makes little difference.
  const coarse = await sharp(picture("color.png")).resize(8, 6).png().toBuffer();
  const small = sharp(coarse).resize(1600, 1200, { kernel: "cubic" });
  const large = new Uint8Array(await small.jpeg({ quality: 95 }).toBuffer());
  const part = { kind: "random", size: 40, scale: [0.6, 0.9], flip: 1 } as const;
  for (let image = 0; image < 3; image++) {
    const random = () => decodingSequence(0, 0, image);
    const actual = await decode(large, part, { maxPixels: 1e7, random });
    const cut = planCut(partSettings(part), 1600, 1200, random());
    assert(cut.width / 40 > 9);
    // In full, then resized: the same but for half a pixel and the edges that rings are seen at.
    const { left, top, width, height } = cut;
    const full = await sharp(large).extract({ left, top, width, height }).raw().toBuffer();
    const expected = torch.scope(() => {
      const pixels = torch.tensor(new Uint8Array(full), { shape: [1, height, width, 3] });
      const resized = data.resizeImages(pixels.permute(0, 3, 1, 2).contiguous(), 40);
      return resized.flip(3).contiguous().data() as Uint8Array;
    });
    const { mean } = distances(actual, expected);
    assert(mean < 2, `${mean}`);
  }
});

test("what is no image, damaged or too large is refused, and nothing crashes", async () => {
  const part = { kind: "whole", size: 8 } as const;
  const jpeg = picture("color.jpg");
  const cases: [string, Uint8Array<ArrayBuffer>][] = [
    ["empty", new Uint8Array(0)],
    ["text", new TextEncoder().encode("not an image")],
    [
      "a drawing",
      new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
    ["cut short", jpeg.slice(0, jpeg.length / 2)],
    ["a header alone", jpeg.slice(0, 20)],
    ["a PNG without pixels", png(100, 100, new Uint8Array(0))],
  ];
  for (const [name, bytes] of cases) {
    await assertRejects(() => decode(bytes, part), Error, undefined, name);
  }
  // 60,000 x 60,000 pixels in a few bytes.
  const bomb = png(60_000, 60_000, new Uint8Array(10));
  await assertRejects(() => decode(bomb, part, { maxPixels: 178_956_970 }), Error, "pixel limit");
  // The same as TIFF, of which nothing but tags is there, and as GIF.
  const tags = [[256, 60_000], [257, 60_000], [258, 8], [262, 1], [273, 8], [278, 60_000], [
    279,
    9,
  ]];
  const tiff = new DataView(new ArrayBuffer(10 + 12 * tags.length + 4));
  [0x49492a00, 0x08000000].forEach((word, i) => tiff.setUint32(4 * i, word));
  tiff.setUint16(8, tags.length, true);
  tags.forEach(([tag, value], i) => {
    const at = 10 + 12 * i;
    tiff.setUint16(at, tag, true);
    tiff.setUint16(at + 2, 4, true);
    tiff.setUint32(at + 4, 1, true);
    tiff.setUint32(at + 8, value, true);
  });
  const gif = new TextEncoder().encode(
    "GIF89a\x60\x7d\x60\x7d\0\0\0,\0\0\0\0\x60\x7d\x60\x7d\0\x02\0;",
  );
  for (const file of [new Uint8Array(tiff.buffer), gif]) {
    await assertRejects(() => decode(file, part, { maxPixels: 178_956_970 }), Error, "pixel limit");
  }
  const huge = jpeg.slice();
  const at = huge.findIndex((byte, i) => byte === 0xff && huge[i + 1] === 0xc0);
  huge.set([0xf0, 0, 0xf0, 0], at + 5);
  const refused = decode(huge, part, { maxPixels: 178_956_970 });
  await assertRejects(() => refused, Error, "pixel limit");
  // A line of 1 x 2000 pixels, whose shorter side is to become 1000.
  const line = png(2000, 1, new Uint8Array(6001));
  const long = decode(line, { kind: "center", size: 1000, resize: 1000 });
  await assertRejects(() => long, Error, "2000000 x 1000");
  // Any byte may be wrong.
  const random = new RandomSequence(5, 6, 7);
  for (let i = 0; i < 60; i++) {
    const broken = jpeg.slice();
    for (let flips = 0; flips < 3; flips++) {
      broken[random.below(broken.length)] ^= 1 << random.below(8);
    }
    await decode(broken, part).catch(() => {});
  }
});

test("parts that cannot be are refused", () => {
  const wrong: [data.ImagePart, string][] = [
    [{ kind: "whole", size: 0 }, "size"],
    [{ kind: "whole", size: [3, 1.5] }, "1.5"],
    [{ kind: "center", size: 224, resize: 200 }, "224"],
    [{ kind: "random", size: 8, scale: [0, 1] }, "scales"],
    [{ kind: "random", size: 8, ratio: [2, 1] }, "ratios"],
    [{ kind: "random", size: 8, flip: 2 }, "probability"],
    [{ kind: "middle", size: 8 } as unknown as data.ImagePart, "middle"],
    [{ kind: "whole", size: 8, interpolation: "nearest" } as unknown as data.ImagePart, "nearest"],
  ];
  for (const [part, message] of wrong) {
    assertThrows(() => partSettings(part), ArgumentError, message);
  }
});
