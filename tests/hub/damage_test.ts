import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ChecksumError, FormatError } from "../../src/base/errors.ts";
import {
  HubError,
  type HubSnapshot,
  HubUnavailableError,
  type VerifiedFile,
  verify,
} from "../../src/hub/mod.ts";
import { FILES, type Place, place } from "./helpers.ts";
import { noise, part, sha256, text } from "./server.ts";

const WEIGHTS = FILES["model.safetensors"];

/** Changes the content that a name leads to, in place, as a failing disk does. */
function change(model: HubSnapshot, name: string, how: (bytes: Uint8Array) => Uint8Array): void {
  const path = Deno.realPathSync(`${model.folder}/${name}`);
  Deno.writeFileSync(path, how(Deno.readFileSync(path)));
}

const flip = (bytes: Uint8Array): Uint8Array => bytes.with(bytes.length >> 1, 255);

const checkAll = (p: Place, spec?: string, remove = false): Promise<VerifiedFile[]> =>
  verify(spec, { env: p.options.env, remove });

Deno.test("a truncated file of the cache is noticed at its next use and fetched anew", async () => {
  for (const links of [true, false]) {
    await using p = place();
    const commit = p.hub.add("org/name", FILES);
    const env = (name: string): string | undefined =>
      name === "HF_HUB_DISABLE_SYMLINKS" && !links ? "1" : p.options.env!(name);
    for (const name of ["model.safetensors", "config.json"]) {
      const model = await p.resolve("hf://org/name", { env });
      for (const how of [(b: Uint8Array) => b.slice(0, b.length >> 1), () => new Uint8Array()]) {
        change(model, name, how);
        const error = await assertRejects(
          () => p.resolve("hf://org/name", { env, offline: true }),
          ChecksumError,
          "is damaged: it has",
        );
        assertStringIncludes(error.message, name);
        // Also where a commit is named and no hub would be asked.
        const again = await p.resolve(`hf://org/name@${commit}`, { env });
        assertEquals(Deno.readFileSync(`${again.folder}/${name}`), FILES[name]);
      }
    }
  }
});

Deno.test("a damaged file and no hub: an error that says both", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  change(await p.resolve(), "model.safetensors", (bytes) => bytes.slice(1));
  p.hub.trouble = () => new Response(null, { status: 503 });
  const error = await assertRejects(() => p.resolve(), ChecksumError, "it has 299999 bytes");
  assertStringIncludes(error.message, "503");
});

Deno.test("verify finds a flipped bit in small and large files, and removes them when asked", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  p.hub.add("org/other", { ...FILES, "model.safetensors": noise(9000, 7) });
  const model = await p.resolve();
  await p.resolve("hf://org/other");
  const sound = await checkAll(p);
  assertEquals(sound.map(({ state, by }) => `${state} ${by}`).sort(), [
    "sound git",
    "sound git",
    "sound sha256",
    "sound sha256",
  ]);
  for (const name of ["config.json", "model.safetensors"]) change(model, name, flip);
  // Sizes are right: a use does not see it.
  await p.resolve("hf://org/name", { offline: true }).catch((error) => {
    assert(error instanceof FormatError, "the config's JSON may have suffered");
  });
  const damaged = await checkAll(p, "hf://org/name");
  assertEquals(damaged.map(({ file, state }) => `${file} ${state}`), [
    "config.json damaged",
    "model.safetensors damaged",
  ]);
  assertStringIncludes(damaged[1].problem!, sha256(WEIGHTS));
  assertEquals((await checkAll(p, "hf://org/other")).every(({ state }) => state === "sound"), true);
  assertEquals((await checkAll(p, "hf://org/name/config.json", true)).length, 1);
  assertEquals((await checkAll(p, "hf://org/name")).map(({ file }) => file), ["model.safetensors"]);
  await checkAll(p, `hf://org/name@main`, true);
  const again = await p.resolve();
  assertEquals(Deno.readFileSync(again.weights!), WEIGHTS);
});

Deno.test("what Python downloaded is verified by the name of its content", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const model = await p.resolve();
  await Deno.remove(`${p.cache}/.locks`, { recursive: true });
  change(model, "model.safetensors", flip);
  assertEquals(
    (await checkAll(p)).map(({ state, by }) => `${state} ${by}`),
    ["sound git", "damaged sha256"],
  );
});

Deno.test("an ETag that is no checksum: that is said, and later damage is found", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  p.hub.trouble = ({ path, range }) => {
    if (!path.endsWith("config.json")) return;
    return part(FILES["config.json"], range, { etag: '"opaque-1"' });
  };
  const model = await p.resolve();
  assertEquals(model.unchecked, ["config.json"]);
  assertEquals((await checkAll(p)).map(({ by }) => by), ["arrival", "sha256"]);
  change(model, "config.json", flip);
  assertEquals((await checkAll(p))[0].state, "damaged");
});

Deno.test("other bytes of the same size under the same ETag that is no checksum are kept apart", async () => {
  await using p = place();
  const files: Record<string, Uint8Array> = {
    ...FILES,
    "config.json": text({ a: 1 }),
    "preprocessor_config.json": text({ b: 2 }),
  };
  p.hub.add("org/name", files);
  p.hub.trouble = ({ path, range }) => {
    const name = path.split("/").at(-1)!;
    if (name.endsWith("config.json")) return part(files[name], range, { etag: '"one"' });
  };
  const model = await p.resolve();
  assertEquals([model.config, model.preprocessor], [{ a: 1 }, { b: 2 }]);
  assertEquals(model.unchecked, ["config.json", "preprocessor_config.json"]);
});

Deno.test("a body of unknown size ends at a bound", async () => {
  await using p = place();
  p.hub.add("org/name", { ...FILES, "config.json": text("{}") });
  let sent = 0;
  p.hub.trouble = ({ path }) => {
    if (!path.endsWith("config.json")) return;
    const piece = new Uint8Array(64 << 20);
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += piece.length;
        controller.enqueue(piece);
      },
    });
    return new Response(body, { headers: { etag: '"endless"' } });
  };
  await assertRejects(() => p.resolve(), HubError, "does not say how large config.json is");
  assert(sent < 2 ** 30, `${sent} bytes`);
  assertEquals([...Deno.readDirSync(`${p.repo}/blobs`)], []);
});

/** Sends one byte every few milliseconds, without an end. */
function drip(content: Uint8Array): Response {
  let timer: ReturnType<typeof setInterval>;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      timer = setInterval(() => controller.enqueue(new Uint8Array(1)), 20);
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(body, { headers: { "content-length": String(content.length) } });
}

Deno.test("a drip ends by the least rate, and by the time that all may take", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  p.hub.trouble = ({ host }, content) => host === "cdn" ? drip(content!) : undefined;
  await assertRejects(
    () => p.resolve("hf://org/name", { idleTimeout: 5000, rateWindow: 200, retries: 1 }),
    HubUnavailableError,
    "is too slow: only",
  );
  const begun = performance.now();
  await assertRejects(
    () => p.resolve("hf://org/name", { idleTimeout: 5000, timeout: 400 }),
    HubUnavailableError,
    "did not arrive within 0.4 s",
  );
  assert(performance.now() - begun < 3000);
  p.hub.trouble = () => undefined;
  assertEquals(Deno.readFileSync((await p.resolve()).weights!), WEIGHTS);
});

Deno.test("downloads that killed processes left are removed when they are old", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const blobs = `${p.repo}/blobs`;
  Deno.mkdirSync(blobs, { recursive: true });
  const hours = { "young.0123abcd.incomplete": 0, "old.0123abcd.incomplete": 2 };
  const more = { "resumable.incomplete": 2, "given-up.incomplete": 24 * 8, "done": 24 * 8 };
  for (const [name, age] of Object.entries({ ...hours, ...more })) {
    Deno.writeTextFileSync(`${blobs}/${name}`, "part");
    const at = new Date(Date.now() - age * 3600_000);
    Deno.utimeSync(`${blobs}/${name}`, at, at);
  }
  await p.resolve();
  const left = [...Deno.readDirSync(blobs)].map(({ name }) => name);
  assertEquals(
    left.filter((name) => !/^[0-9a-f]{40}/.test(name)).sort(),
    ["done", "resumable.incomplete", "young.0123abcd.incomplete"],
  );
});
