// Small image files for tests: what Pillow wrote, and folders and tar files of them.
import * as torch from "../../../src/torch/mod.ts";

const golden = new URL("../../golden/image_transforms.safetensors", import.meta.url).pathname;

/** Everything in the golden file. */
export function loadGolden(): Record<string, torch.Tensor> {
  return torch.loadSafetensors(golden);
}

/** The bytes of a picture of Pillow's. */
export function picture(name: string): Uint8Array<ArrayBuffer> {
  return torch.scope(() => loadGolden()[`file/${name}`].data() as Uint8Array<ArrayBuffer>);
}

/** Writes files below a new folder, runs `body` with the folder, and removes it. */
export async function withFiles(
  files: Record<string, Uint8Array | string>,
  body: (root: string) => void | Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, content] of Object.entries(files)) {
      const whole = `${root}/${path}`;
      await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(whole, content);
      else await Deno.writeFile(whole, content);
    }
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** A PNG file of 2 x 2 pixels of one gray value, written by hand. */
export function grayPng(value: number): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array([0, value, value, 0, value, value]);
  return png(2, 2, raw);
}

/** A PNG file that claims a size, with the given bytes of rows. */
export function png(width: number, height: number, raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  // zlib without compression: one stored block.
  const data = new Uint8Array(raw.length + 11);
  data.set([
    0x78,
    1,
    1,
    raw.length & 255,
    raw.length >> 8,
    ~raw.length & 255,
    ~raw.length >> 8 & 255,
  ]);
  data.set(raw, 7);
  let [a, b] = [1, 0];
  for (const byte of raw) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  new DataView(data.buffer).setUint32(raw.length + 7, (b << 16 | a) >>> 0);
  const parts = [chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", new Uint8Array(0))];
  return new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, ...parts.flatMap((part) => [...part])]);
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  let crc = ~0;
  for (const byte of bytes.subarray(4, content.length + 8)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  view.setUint32(content.length + 8, ~crc >>> 0);
  return bytes;
}

/** A tar file of these files in this order. */
export function tar(files: [name: string, content: Uint8Array | string][]): Uint8Array {
  const parts = files.flatMap(([name, content]) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return [header(name, bytes.length), padded(bytes)];
  });
  return join([...parts, new Uint8Array(1024)]);
}

export function header(name: string, length: number, type = "0"): Uint8Array {
  const block = new Uint8Array(512);
  const write = (text: string, at: number) => block.set(new TextEncoder().encode(text), at);
  write(name, 0);
  write(length.toString(8).padStart(11, "0"), 124);
  write("        ", 148);
  write(type, 156);
  write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  write(`${sum.toString(8).padStart(6, "0")}\0`, 148);
  return block;
}

export function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
  whole.set(bytes);
  return whole;
}

export function join(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
