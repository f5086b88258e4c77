import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ArgumentError, ChecksumError, FileError, FormatError } from "../../src/base/errors.ts";
import {
  HubAccessError,
  HubError,
  HubNotFoundError,
  HubOfflineError,
  type HubProgress,
  HubUnavailableError,
} from "../../src/hub/mod.ts";
import { filesBelow, nobodyThere } from "../setup/fakes.ts";
import { FILES, place } from "./helpers.ts";
import { broken, noise, part, sha256, text, TOKEN } from "./server.ts";

const WEIGHTS = FILES["model.safetensors"];

Deno.test("a gated repository says so, and what to do", async () => {
  await using p = place();
  p.hub.add("org/name", FILES, { gated: true });
  const none = await assertRejects(() => p.resolve(), HubAccessError, "gated");
  assertEquals(none.status, 401);
  assertStringIncludes(none.message, "set HF_TOKEN");
  assertStringIncludes(none.message, `${p.hub.endpoint}/org/name`);
  p.hub.trouble = ({ path }) =>
    path.includes("/resolve/")
      ? new Response(null, { status: 403, headers: { "x-error-code": "GatedRepo" } })
      : undefined;
  const wrong = await assertRejects(
    () => p.resolve("hf://org/name", { token: TOKEN }),
    HubAccessError,
    "does not allow it",
  );
  assertEquals(wrong.status, 403);
  assertEquals(wrong.message.includes(TOKEN), false, "a token is never shown");
});

Deno.test("a private or missing repository, a wrong token, a missing revision, folder, file", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  p.hub.add("org/secret", FILES, { private: true });
  const refused = (spec: string, token?: string): Promise<unknown> => p.resolve(spec, { token });
  for (const spec of ["hf://org/none", "hf://org/secret"]) {
    const error = await assertRejects(() => refused(spec), HubAccessError, "private");
    assertStringIncludes(error.message, "HF_TOKEN");
  }
  await refused("hf://org/secret", TOKEN);
  const bad = await assertRejects(() => refused("hf://org/name", "hf_bad"), HubAccessError);
  assertStringIncludes(bad.message, "Invalid credentials");
  assertStringIncludes(bad.message, "option token");
  await assertRejects(() => refused("hf://org/none", TOKEN), HubNotFoundError, "org/none");
  await assertRejects(() => refused("hf://org/name@v9"), HubNotFoundError, "org/name@v9");
  await assertRejects(() => refused("hf://org/name/none"), HubNotFoundError, "none");
  await assertRejects(
    () => p.resolve("hf://org/name", { files: ["none"] }),
    HubNotFoundError,
    "README.md",
  );
  // Refusals are answers: asking again would not help.
  assertEquals(p.hub.requests(/revision\/v9/).length, 1);
});

Deno.test("a hub that is busy is asked again, but not for ever and not too soon", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  let refusals = [429, 503, 502, 500];
  p.hub.trouble = ({ host }) => {
    if (host !== "hub" || refusals.length === 0 || p.hub.seen.length % 2 === 0) return;
    return new Response(null, { status: refusals.shift(), headers: { "retry-after": "0" } });
  };
  assertEquals(Deno.readFileSync((await p.resolve()).weights!), WEIGHTS);
  assertEquals(refusals, []);

  refusals = Array(9).fill(503);
  p.hub.trouble = () => new Response(null, { status: refusals.shift() });
  const error = await assertRejects(() => p.resolve("hf://org/b"), HubUnavailableError, "503");
  assertEquals(error.status, 503);
  assertEquals(refusals.length, 6, "one try and two more");

  p.hub.trouble = () => new Response(null, { status: 429, headers: { "retry-after": "3600" } });
  p.hub.seen.length = 0;
  const limit = await assertRejects(() => p.resolve("hf://org/b"), HubUnavailableError, "3600 s");
  assertEquals(limit.retryAfter, 3600);
  assertEquals(p.hub.seen.length, 1);
});

Deno.test("a hub that is away: what is here is used, with the reason", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const before = await p.resolve();
  const away = { endpoint: nobodyThere() };
  const model = await p.resolve("hf://org/name", away);
  assertEquals(model.weights, before.weights);
  assertStringIncludes(model.cachedBecause!, away.endpoint);
  p.hub.trouble = () => new Response("<html>log in</html>", { status: 200 });
  assertEquals((await p.resolve()).weights, before.weights);
  p.hub.trouble = () => new Response(null, { status: 401 });
  assertEquals((await p.resolve()).weights, before.weights);
  // That it is gone is an answer.
  p.hub.trouble = () => new Response(null, { status: 404 });
  await assertRejects(() => p.resolve(), HubNotFoundError);
});

Deno.test("nothing here and no hub", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  await assertRejects(
    () => p.resolve("hf://org/name", { offline: true }),
    HubOfflineError,
    "HF_HUB_OFFLINE",
  );
  assertEquals(p.hub.seen, []);
  await assertRejects(
    () => p.resolve("hf://org/name", { endpoint: nobodyThere() }),
    HubUnavailableError,
    "cannot be reached",
  );
  // Something that is no hub.
  const answers = ["<html>log in</html>", "[]", "null", '{"sha":"../../x","siblings":[]}', "{}"];
  for (const answer of answers) {
    p.hub.trouble = () => new Response(answer);
    await assertRejects(() => p.resolve(), HubError, "HF_ENDPOINT", answer);
  }
  assertEquals(Deno.statSync(p.cache.replace(/\/hub$/, "")).isDirectory, true);
  await assertRejects(() => Deno.stat(p.cache), Deno.errors.NotFound);
});

Deno.test("a connection that drops half way is taken up where it was", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  let left = 2;
  p.hub.trouble = ({ host, range }, content) =>
    host === "cdn" && left-- > 0 ? broken(content!, range, 100_000) : undefined;
  const model = await p.resolve();
  assertEquals(Deno.readFileSync(model.weights!), WEIGHTS);
  const ranges = p.hub.seen.filter(({ host }) => host === "cdn").map(({ range }) => range);
  assertEquals(ranges, [null, "bytes=100000-", "bytes=200000-"]);
});

Deno.test("a connection that drops too often: the next call goes on", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  p.hub.trouble = ({ host, range }, content) =>
    host === "cdn" ? broken(content!, range, 50_000) : undefined;
  await assertRejects(() => p.resolve(), HubUnavailableError);
  const part = `${p.repo}/blobs/${sha256(WEIGHTS)}.incomplete`;
  assertEquals(Deno.statSync(part).size, 150_000);
  await assertRejects(() => p.resolve("hf://org/name", { offline: true }), HubOfflineError);
  p.hub.trouble = () => undefined;
  p.hub.seen.length = 0;
  const states: HubProgress[] = [];
  const model = await p.resolve("hf://org/name", { onProgress: (state) => states.push(state) });
  assertEquals(Deno.readFileSync(model.weights!), WEIGHTS);
  assertEquals(p.hub.seen.find(({ host }) => host === "cdn")!.range, "bytes=150000-");
  assertEquals(states[0].received, 150_000);
  assertEquals(filesBelow(p.repo).filter((name) => name.endsWith(".incomplete")), []);
});

Deno.test("servers that cannot continue, or continue elsewhere, do not spoil the file", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const path = `${p.repo}/blobs/${sha256(WEIGHTS)}.incomplete`;
  const left = (bytes: Uint8Array): void => {
    Deno.removeSync(p.cache, { recursive: true });
    Deno.mkdirSync(`${p.repo}/blobs`, { recursive: true });
    Deno.writeFileSync(path, bytes);
  };
  Deno.mkdirSync(p.cache);
  const check = async (): Promise<void> =>
    assertEquals(Deno.readFileSync((await p.resolve()).weights!), WEIGHTS);

  left(WEIGHTS.slice(0, 1000));
  p.hub.trouble = ({ host }, content) => host === "cdn" ? part(content!, null) : undefined;
  await check();

  left(WEIGHTS.slice(0, 1000));
  p.hub.trouble = ({ host, range }, content) =>
    host === "cdn" && range ? part(content!, "bytes=500-") : undefined;
  await check();

  left(WEIGHTS.slice(0, 1000));
  p.hub.trouble = ({ host, range }) =>
    host === "cdn" && range ? new Response(null, { status: 416 }) : undefined;
  await check();

  p.hub.trouble = () => undefined;
  // Another file's beginning; longer than the file; all of it already.
  for (const bytes of [noise(1000, 9), noise(400_000, 9), noise(300_000, 9), WEIGHTS]) {
    left(bytes);
    await check();
  }
});

Deno.test("what is not what the hub said is not used", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  p.hub.trouble = ({ host, range }) => host === "cdn" ? part(noise(300_000, 5), range) : undefined;
  await assertRejects(() => p.resolve(), ChecksumError, "model.safetensors");
  p.hub.trouble = ({ path, method }) =>
    method === "GET" && path.endsWith("config.json")
      ? part(text({ architecture: "resnet81" }), null)
      : undefined;
  Deno.removeSync(p.cache, { recursive: true });
  await assertRejects(() => p.resolve(), ChecksumError, "config.json");
  // More bytes than were announced are not even kept.
  p.hub.trouble = ({ host }) => host === "cdn" ? part(noise(400_000, 5), null) : undefined;
  await assertRejects(() => p.resolve(), HubError, "more of model.safetensors");
  const blobs = filesBelow(`${p.repo}/blobs`).filter((name) => name.startsWith(sha256(WEIGHTS)));
  for (const name of blobs) assertEquals(Deno.statSync(`${p.repo}/blobs/${name}`).size, 0);
  p.hub.trouble = () => undefined;
  assertEquals(Deno.readFileSync((await p.resolve()).weights!), WEIGHTS);
});

Deno.test("a hub that hangs is given up, wherever it hangs", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const soon = { answerTimeout: 60, idleTimeout: 60, retries: 0 };
  const stuck = (bytes: Uint8Array): Response =>
    new Response(
      new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes) }),
      { headers: { "content-length": "300000" } },
    );
  const places: [string, (host: string, method: string) => boolean][] = [
    ["list", (host) => host === "hub"],
    ["head", (_, method) => method === "HEAD"],
    ["file", (host) => host === "cdn"],
  ];
  for (const [what, there] of places) {
    p.hub.trouble = ({ host, method }) => there(host, method) ? p.hub.hang() : undefined;
    await assertRejects(
      () => p.resolve("hf://org/name", soon),
      HubUnavailableError,
      "nothing came for 0.06 s",
      what,
    );
  }
  p.hub.trouble = ({ path }) => path.startsWith("/api/") ? stuck(text("{")) : undefined;
  await assertRejects(() => p.resolve("hf://org/name", soon), HubUnavailableError, "nothing came");
  p.hub.trouble = ({ host }) => host === "cdn" ? stuck(WEIGHTS.slice(0, 1000)) : undefined;
  await assertRejects(() => p.resolve("hf://org/name", soon), HubUnavailableError, "nothing came");
});

Deno.test("an abort ends it at once with its reason, and what came is kept", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const reason = new Error("enough");
  await assertRejects(
    () => p.resolve("hf://org/name", { signal: AbortSignal.abort(reason) }),
    Error,
    "enough",
  );
  assertEquals(p.hub.seen, []);

  const controller = new AbortController();
  p.hub.trouble = ({ host }, content) =>
    host === "cdn"
      ? new Response(
        new ReadableStream<Uint8Array>({ start: (c) => c.enqueue(content!.slice(0, 70_000)) }),
      )
      : undefined;
  const onProgress = ({ file, received }: HubProgress): void => {
    if (file === "model.safetensors" && received === 70_000) controller.abort(reason);
  };
  const error = await assertRejects(() =>
    p.resolve("hf://org/name", { onProgress, signal: controller.signal })
  );
  assertEquals(error, reason);
  assertEquals(Deno.statSync(`${p.repo}/blobs/${sha256(WEIGHTS)}.incomplete`).size, 70_000);

  // While it waits for a busy hub.
  const second = new AbortController();
  p.hub.trouble = () => {
    setTimeout(() => second.abort(reason), 5);
    return new Response(null, { status: 503, headers: { "retry-after": "30" } });
  };
  const before = performance.now();
  await assertRejects(() => p.resolve("hf://org/name", { signal: second.signal }), Error, "enough");
  assert(performance.now() - before < 5000);
});

Deno.test("names from the hub stay in the cache", async () => {
  await using p = place();
  const outside = `${p.cache}/../outside`;
  p.hub.add("org/name", {
    "model.safetensors.index.json": text({ weight_map: { a: "../../../../../outside" } }),
    "../../../../../outside": text("bad"),
  });
  await assertRejects(() => p.resolve(), FormatError, "outside");
  await assertRejects(
    () => p.resolve("hf://org/name", { files: ["../../../../../outside"] }),
    ArgumentError,
  );
  p.hub.add("org/other", FILES);
  p.hub.trouble = ({ method }) =>
    method === "HEAD"
      ? new Response(null, { headers: { etag: '"../../../outside"', "content-length": "3" } })
      : undefined;
  await assertRejects(() => p.resolve("hf://org/other"), HubError, "cannot be a file's name");
  p.hub.trouble = ({ method }) =>
    method === "HEAD" ? new Response(null, { headers: { "content-length": "3" } }) : undefined;
  await assertRejects(() => p.resolve("hf://org/other"), HubError, "no ETag");
  await assertRejects(() => Deno.stat(outside), Deno.errors.NotFound);
});

Deno.test("redirects in a circle and to other protocols are refused", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const to = (location: string): Response =>
    new Response(null, { status: 302, headers: { location } });
  p.hub.trouble = ({ path }) => to(path);
  await assertRejects(() => p.resolve(), HubError, "circle");
  for (const location of ["file:///etc/passwd", "data:text/plain,x", "ftp://x/"]) {
    p.hub.trouble = ({ host }) => host === "cdn" ? to(location) : undefined;
    const error = await assertRejects(() => p.resolve(), HubError, "not secure");
    assertEquals(error.message.includes("s3cret"), false, "signatures are not shown");
  }
});

Deno.test("no room, and a cache that cannot be written", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const big = { "x-linked-etag": `"${sha256(WEIGHTS)}"`, "x-linked-size": "999999999999999" };
  p.hub.trouble = ({ method, path }) =>
    method === "HEAD" && path.endsWith("model.safetensors")
      ? new Response(null, { status: 302, headers: { ...big, location: p.hub.cdn } })
      : undefined;
  const room = await assertRejects(() => p.resolve(), FileError, "No room");
  assertStringIncludes(room.message, "HF_HOME");
  p.hub.trouble = () => undefined;
  Deno.writeTextFileSync(`${p.cache}/file`, "");
  const cacheDir = `${p.cache}/file/below`;
  const error = await assertRejects(() => p.resolve("hf://org/name", { cacheDir }), FileError);
  assertStringIncludes(error.message, cacheDir);
});

Deno.test("damaged files of the cache are errors, not crashes", async () => {
  await using p = place();
  p.hub.add("org/name", { ...FILES, "config.json": text("{not json") });
  await assertRejects(() => p.resolve(), FormatError, "config.json is not JSON");
  await assertRejects(() => p.resolve("hf://org/name", { offline: true }), FormatError);
});
