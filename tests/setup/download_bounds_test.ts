import { assert, assertEquals, assertRejects } from "@std/assert";
import { SetupError } from "../../src/base/errors.ts";
import { download } from "../../src/setup/download.ts";
import { silentReport } from "../../src/setup/report.ts";
import { serve, temporaryFolder } from "./fakes.ts";

/** A body without an end: a piece every so many milliseconds. */
function endless(piece: number, every: number): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setTimeout>;
  return new ReadableStream({
    pull: (controller) =>
      new Promise((resolve) => {
        timer = setTimeout(() => {
          controller.enqueue(new Uint8Array(piece));
          resolve();
        }, every);
      }),
    cancel: () => clearTimeout(timer),
  });
}

Deno.test("download: a body of unknown size ends at the bound, and is not asked for again", async () => {
  using folder = temporaryFolder();
  await using server = serve(() => new Response(endless(1 << 20, 0)));
  const path = `${folder.path}/file`;
  await assertRejects(
    () => download(server.base, path, silentReport, "it", { atMost: 10 << 20 }),
    SetupError,
    "larger than 10485760 bytes",
  );
  assertEquals(server.requests.length, 1);
  assertEquals(Deno.statSync(path).size, 0);
});

Deno.test("download: a size that is too large is refused before a byte is written", async () => {
  using folder = temporaryFolder();
  await using server = serve(() => new Response(new Uint8Array(1000)));
  const path = `${folder.path}/file`;
  await assertRejects(
    () => download(server.base, path, silentReport, "it", { atMost: 999 }),
    SetupError,
    "larger than 999 bytes",
  );
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

Deno.test("download: a drip ends", async () => {
  using folder = temporaryFolder();
  await using server = serve(() => new Response(endless(1, 20)));
  const begun = performance.now();
  await assertRejects(
    () => download(server.base, `${folder.path}/file`, silentReport, "it", { rateWindow: 150 }),
    SetupError,
    "bytes a second came",
  );
  assert(performance.now() - begun < 5000);
});
