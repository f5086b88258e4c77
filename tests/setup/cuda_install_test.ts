/**
 * Set-up for CUDA with wheels of nothing: what is fetched, unpacked, kept, chosen, refused. No GPU and no driver is needed.
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { locate } from "../../ffi/locate.ts";
import { ChecksumError, FileError, SetupError } from "../../src/base/errors.ts";
import { type LibtorchOptions, obtainLibtorch } from "../../src/setup/libtorch.ts";
import { callbackReport, type SetupProgress, silentReport } from "../../src/setup/report.ts";
import { setupIn, type SetupSurroundings } from "../../src/setup/setup.ts";
import type { Wheel } from "../../src/setup/wheel.ts";
import { cudaLibtorchFiles, driverOf, NO_DRIVER, writeCudaWheels } from "./cuda_fakes.ts";
import {
  envOf,
  filesBelow,
  libtorchFiles,
  nativeFiles,
  nobodyThere,
  serve,
  serveFolder,
  temporaryFolder,
  writeFiles,
  writeNative,
  writeWheel,
} from "./fakes.ts";

const noPip = [["no-such-pip"]];

function options(folder: string, wheel: Wheel): LibtorchOptions {
  return { cache: join(folder, "cache"), wheel, pip: noPip, report: silentReport };
}

const unpacked = Object.keys(cudaLibtorchFiles()).map((name) => `libtorch/2.13.0-cu130/${name}`)
  .sort();

Deno.test("obtainLibtorch for CUDA: all wheels in one bar, unpacked side by side, and gone afterwards", async () => {
  using folder = temporaryFolder();
  await using server = serveFolder(join(folder.path, "wheels"));
  const wheel = await writeCudaWheels(join(folder.path, "wheels"), server.base);
  const said: SetupProgress[] = [];
  const report = callbackReport((progress) => said.push(progress));
  const libtorch = await obtainLibtorch({ ...options(folder.path, wheel), report });
  assertEquals(libtorch, {
    path: join(folder.path, "cache/libtorch/2.13.0-cu130/torch"),
    version: "2.13.0",
    variant: "cu130",
  });
  assertEquals(filesBelow(join(folder.path, "cache")), unpacked);
  assertEquals(server.requests.length, 4);
  for (const text of ["Downloading libtorch for CUDA", "Unpacking libtorch"]) {
    const steps = said.filter((progress) => progress.text === text);
    const [{ total }] = steps;
    assert(total! > 0 && steps.every((step) => step.total === total), text);
    assert(steps.every(({ done }, i) => i === 0 || done! >= steps[i - 1].done!), text);
    assertEquals(steps.at(-1)!.done, total, text);
  }
  await obtainLibtorch(options(folder.path, wheel));
  assertEquals(server.requests.length, 4, "the second call fetches nothing");
});

Deno.test("obtainLibtorch for CUDA: what was interrupted goes on where it was, with what is there", async () => {
  using folder = temporaryFolder();
  const wheel = await writeCudaWheels(join(folder.path, "wheels"), "");
  const files = [wheel, ...wheel.beside].map(({ file }) => file);
  let broken = true;
  const asked: string[] = [];
  await using server = serve((request) => {
    const file = new URL(request.url).pathname.slice(1);
    const bytes = Deno.readFileSync(join(folder.path, "wheels", file));
    const from = Number(request.headers.get("range")?.match(/\d+/)?.[0] ?? 0);
    asked.push(`${file} from ${from}`);
    if (broken && file === files[2]) return new Response("", { status: 503 });
    if (!broken || file !== files[1]) {
      return new Response(bytes.slice(from), { status: from > 0 ? 206 : 200 });
    }
    return new Response(bytes, { status: 200 });
  });
  for (const part of [wheel, ...wheel.beside]) part.url = `${server.base}/${part.file}`;
  const { message } = await assertRejects(
    () => obtainLibtorch(options(folder.path, wheel)),
    SetupError,
  );
  for (const part of [files[2], "503", "no-such-pip", "setup --cpu", "LIBTORCH"]) {
    assert(message.includes(part), message);
  }
  const download = join(folder.path, "cache/download");
  assertEquals(
    filesBelow(join(folder.path, "cache")),
    [`download/${files[1]}`, `download/${files[0]}`].sort(),
  );

  // A process that was killed leaves half a file.
  const half = Deno.readFileSync(join(folder.path, "wheels", files[2])).slice(0, 300);
  Deno.writeFileSync(join(download, `${files[2]}.part`), half);
  [broken, asked.length] = [false, 0];
  await obtainLibtorch(options(folder.path, wheel));
  assertEquals(asked, [`${files[2]} from 300`, `${files[3]} from 0`]);
  assertEquals(filesBelow(join(folder.path, "cache")), unpacked);
});

Deno.test("obtainLibtorch for CUDA: a wheel with another checksum is not used, nor kept", async () => {
  using folder = temporaryFolder();
  await using server = serveFolder(join(folder.path, "wheels"));
  const wheel = await writeCudaWheels(join(folder.path, "wheels"), server.base);
  const [{ sha256, file }] = wheel.beside;
  wheel.beside[0].sha256 = "0".repeat(64);
  const { message } = await assertRejects(
    () => obtainLibtorch(options(folder.path, wheel)),
    ChecksumError,
    "apprentice-test-cublas 13.1.1.3 could not be fetched",
  );
  for (const part of [sha256, "0".repeat(64), file]) assert(message.includes(part), message);
  assertEquals(filesBelow(join(folder.path, "cache")), [`download/${wheel.file}`]);
});

Deno.test("obtainLibtorch for CUDA: a disk without room is told before anything is fetched, in bytes", async () => {
  using folder = temporaryFolder();
  await using server = serveFolder(join(folder.path, "wheels"));
  const wheel = await writeCudaWheels(join(folder.path, "wheels"), server.base);
  const sum = (of: "size" | "unpacked") =>
    [wheel, ...wheel.beside].reduce((sum, part) => sum + part[of]!, 0);
  const needed = sum("size") + sum("unpacked") + 256 * 2 ** 20;
  const free = (): number => needed - 1;
  const { message } = await assertRejects(
    () => obtainLibtorch({ ...options(folder.path, wheel), free }),
    FileError,
    `${needed} bytes are needed`,
  );
  for (const part of [`${needed - 1} left`, "APPRENTICE_CACHE", "setup --cpu"]) {
    assert(message.includes(part), message);
  }
  assertEquals(server.requests, []);
  // What is there already is not counted again; a disk that does not tell is taken at its word.
  writeFiles(join(folder.path, "cache/download"), {
    [wheel.file]: Deno.readFileSync(join(folder.path, "wheels", wheel.file)),
  });
  await obtainLibtorch({ ...options(folder.path, wheel), free });
  await obtainLibtorch({ ...options(join(folder.path, "other"), wheel), free: () => null });
});

Deno.test("obtainLibtorch for CUDA: wheels that lack a library are refused by its name, and nothing is left half", async () => {
  using folder = temporaryFolder();
  await using server = serveFolder(join(folder.path, "wheels"));
  const files = cudaLibtorchFiles();
  delete files["nvidia/cu13/lib/libcublasLt.so.13.999"];
  const wheel = await writeCudaWheels(join(folder.path, "wheels"), server.base, files);
  await assertRejects(
    () => obtainLibtorch(options(folder.path, wheel)),
    SetupError,
    "lack libcublasLt.so.13.999",
  );
  const left = filesBelow(join(folder.path, "cache"));
  assertEquals(left.filter((name) => !name.startsWith("download/")), []);
});

Deno.test("obtainLibtorch for CUDA: where the network does not answer pip is asked, and for the others pip alone", async () => {
  using folder = temporaryFolder();
  const wheel = await writeCudaWheels(join(folder.path, "wheels"), nobodyThere());
  for (const part of [wheel, ...wheel.beside]) {
    part.pip = [part.file.split("-").slice(0, 2).join("==").replaceAll("_", "-"), part.file];
  }
  // Does what pip does with these words: puts the file into the folder that it is told.
  const pip = join(folder.path, "pip");
  Deno.writeTextFileSync(
    pip,
    `#!/bin/sh\n[ "$1" = --version ] && exit 0\nfor a; do case $a in --dest=*) d=\${a#--dest=};; esac; done\n` +
      `mkdir -p "$d" && cp "${folder.path}/wheels/$3" "$d/"\n`,
  );
  Deno.chmodSync(pip, 0o755);
  const said: string[] = [];
  const report = callbackReport(({ text }) => said.push(text));
  await obtainLibtorch({ ...options(folder.path, wheel), pip: [[pip]], report });
  assertEquals(filesBelow(join(folder.path, "cache")), unpacked);
  assertEquals(said.filter((text) => text.includes("fetch failed")).length, 1, said.join("\n"));
});

interface Place {
  cache: string;
  variables: Record<string, string | undefined>;
  surroundings: SetupSurroundings;
}

/** A machine with an empty cache, and wheels for both builds to be had. */
async function place(folder: string, base: string): Promise<Place> {
  const cache = join(folder, "cache");
  const variables = { APPRENTICE_CACHE: cache };
  const surroundings: SetupSurroundings = {
    env: envOf(variables),
    source: writeNative(join(folder, "native"), nativeFiles()),
    pip: noPip,
    driver: NO_DRIVER,
    wheel: await writeWheel(join(folder, "wheels"), base),
    cudaWheel: await writeCudaWheels(join(folder, "wheels"), base),
  };
  return { cache, variables, surroundings };
}

Deno.test("setup: --cuda works without a driver, and both builds stay and are changed between without making anything", async () => {
  using folder = temporaryFolder();
  await using server = serveFolder(join(folder.path, "wheels"));
  const { variables, surroundings } = await place(folder.path, server.base);
  const set = (cuda?: boolean) => setupIn(surroundings, { quiet: true, cuda });
  const cpu = await set();
  assertEquals([cpu.libtorch?.variant, cpu.built], ["cpu", true]);
  const cuda = await set(true);
  assertEquals([cuda.libtorch?.variant, cuda.built], ["cu130", true]);
  assertEquals(locate(surroundings).library, cuda.library, "it is the one that is used now");
  assertEquals(await set(), { ...cuda, built: false }, "what is there stays, asked for nothing");
  const requests = server.requests.length;
  for (const [asked, was] of [[false, cpu], [true, cuda], [true, cuda], [false, cpu]] as const) {
    assertEquals(await set(asked), { ...was, built: false });
    assertEquals(locate(surroundings).library, was.library);
  }
  variables.APPRENTICE_CUDA = "1";
  assertEquals((await set()).library, cuda.library);
  variables.APPRENTICE_CUDA = "perhaps";
  await assertRejects(() => set(), SetupError, "APPRENTICE_CUDA");
  assertEquals(server.requests.length, requests);
});

Deno.test("setup: a driver that runs it has CUDA fetched, an older one is told and has the CPU's", async () => {
  for (const major of [13, 12]) {
    using folder = temporaryFolder();
    await using server = serveFolder(join(folder.path, "wheels"));
    const { surroundings } = await place(folder.path, server.base);
    const said: string[] = [];
    const { libtorch } = await setupIn(
      { ...surroundings, driver: driverOf(major === 13 ? "580.65.06" : "535.1", major) },
      { onProgress: ({ text }) => said.push(text) },
    );
    assertEquals(libtorch?.variant, major === 13 ? "cu130" : "cpu");
    const notes = said.filter((text) => text.includes("needs driver 580.65.06"));
    assertEquals(notes.length, major === 13 ? 0 : 1);
    if (major === 12) assertMatch(notes[0], /Taking libtorch for the CPU\.$/);
  }
});

Deno.test("setup: a LIBTORCH for the CPU and --cuda contradict each other", async () => {
  using folder = temporaryFolder();
  const { variables, surroundings } = await place(folder.path, nobodyThere());
  writeFiles(join(folder.path, "torch"), libtorchFiles());
  variables.LIBTORCH = join(folder.path, "torch");
  await assertRejects(() => setupIn(surroundings, { cuda: true }), SetupError, "built for the CPU");
});
