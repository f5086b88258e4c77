import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { SetupError } from "../../src/base/errors.ts";
import { download } from "../../src/setup/download.ts";
import { callbackReport, type SetupProgress, silentReport } from "../../src/setup/report.ts";
import { serve, temporaryFolder } from "./fakes.ts";

const content = crypto.getRandomValues(new Uint8Array(60_000));

/** The rest of `content` as the request asks for it, cut off after `limit` bytes. */
function answer(request: Request, limit = Infinity): Response {
  const from = Number(request.headers.get("range")?.match(/bytes=(\d+)-/)?.[1] ?? 0);
  if (from >= content.length) return new Response(null, { status: 416 });
  const rest = content.slice(from);
  const headers = { "content-length": String(rest.length) };
  const status = from > 0 ? 206 : 200;
  if (rest.length <= limit) return new Response(rest, { status, headers });
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(rest.slice(0, limit));
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.error(new Error("dropped"));
    },
  });
  return new Response(body, { status, headers });
}

Deno.test("download: the file arrives whole, and its size is told", async () => {
  using folder = temporaryFolder();
  await using server = serve((request) => answer(request));
  const said: SetupProgress[] = [];
  const path = join(folder.path, "file.part");
  await download(`${server.base}/file`, path, callbackReport((p) => said.push(p)), "Getting it");
  assertEquals(Deno.readFileSync(path), content);
  assertEquals(said.at(-1), { text: "Getting it", done: 60_000, total: 60_000, unit: "bytes" });
});

Deno.test("download: a connection that drops is taken up where it broke off", async () => {
  using folder = temporaryFolder();
  const ranges: (string | null)[] = [];
  await using server = serve((request) => {
    ranges.push(request.headers.get("range"));
    return answer(request, 25_000);
  });
  const path = join(folder.path, "file.part");
  await download(`${server.base}/file`, path, silentReport, "Getting it");
  assertEquals(Deno.readFileSync(path), content);
  assertEquals(ranges, [null, "bytes=25000-", "bytes=50000-"]);
});

Deno.test("download: a connection that keeps dropping gives up with a SetupError", async () => {
  using folder = temporaryFolder();
  await using server = serve((request) => answer(request, 1000));
  const path = join(folder.path, "file.part");
  const error = await assertRejects(
    () => download(`${server.base}/file`, path, silentReport, "", { retries: 2 }),
    SetupError,
  );
  assert(error.message.includes(server.base), error.message);
  assertEquals(server.requests.length, 3);
});

Deno.test("download: what an earlier call left is continued, also if it is all there", async () => {
  using folder = temporaryFolder();
  await using server = serve((request) => answer(request));
  const path = join(folder.path, "file.part");
  for (const have of [40_000, 60_000]) {
    Deno.writeFileSync(path, content.subarray(0, have));
    await download(`${server.base}/file`, path, silentReport, "Getting it");
    assertEquals(Deno.readFileSync(path), content);
  }
});

Deno.test("download: a server that cannot continue sends it anew", async () => {
  using folder = temporaryFolder();
  await using server = serve(() => new Response(content));
  const path = join(folder.path, "file.part");
  Deno.writeFileSync(path, new Uint8Array(70_000).fill(7));
  await download(`${server.base}/file`, path, silentReport, "Getting it");
  assertEquals(Deno.readFileSync(path), content);
});

Deno.test("download: a refusal is told with its status", async () => {
  using folder = temporaryFolder();
  await using server = serve(() => new Response("gone", { status: 404 }));
  await assertRejects(
    () => download(`${server.base}/file`, join(folder.path, "file.part"), silentReport, ""),
    SetupError,
    "404",
  );
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

Deno.test("download: where nothing listens it fails at once, and where nothing answers soon", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "file.part");
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  const began = performance.now();
  const error = await assertRejects(
    () => download(`http://127.0.0.1:${port}/`, path, silentReport, "", { connectTimeout: 300 }),
    SetupError,
  );
  assert(error.message.includes("no answer within 0.3 s"), error.message);
  listener.close();
  await assertRejects(
    () => download(`http://127.0.0.1:${port}/`, path, silentReport, "", { connectTimeout: 300 }),
    SetupError,
    `127.0.0.1:${port}`,
  );
  assert(performance.now() - began < 3000);
});

Deno.test("download: a connection that falls silent counts as lost", async () => {
  using folder = temporaryFolder();
  let silent = true;
  await using server = serve((request) => {
    if (!silent) return answer(request);
    silent = false;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(content.slice(0, 1000)),
    });
    return new Response(body, { headers: { "content-length": String(content.length) } });
  });
  const path = join(folder.path, "file.part");
  await download(`${server.base}/file`, path, silentReport, "", { idleTimeout: 200 });
  assertEquals(Deno.readFileSync(path), content);
});
