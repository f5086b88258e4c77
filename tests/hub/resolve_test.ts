import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HubNotFoundError, type HubProgress } from "../../src/hub/mod.ts";
import { filesBelow } from "../setup/fakes.ts";
import { FILES, place } from "./helpers.ts";
import { etagOf, noise, sha256, text, TOKEN } from "./server.ts";

Deno.test("a model comes into the cache in the layout of Python's huggingface_hub", async () => {
  await using p = place();
  const commit = p.hub.add("org/name", FILES);
  const seen: HubProgress[] = [];
  const model = await p.resolve("hf://org/name", { onProgress: (state) => seen.push(state) });
  assertEquals(model.repo, "org/name");
  assertEquals(model.revision, commit);
  assertEquals(model.folder, `${p.repo}/snapshots/${commit}`);
  assertEquals(model.weights, `${model.folder}/model.safetensors`);
  assertEquals(model.config, { architecture: "resnet18" });
  assertEquals(model.preprocessor, null);
  assertEquals(model.cachedBecause, null);
  assertEquals(Deno.readFileSync(model.file("model.safetensors")), FILES["model.safetensors"]);
  assertThrows(() => model.file("README.md"), HubNotFoundError);
  assertThrows(() => model.file("../../refs/main"), HubNotFoundError);

  const config = etagOf(FILES["config.json"]);
  const weights = sha256(FILES["model.safetensors"]);
  assertEquals(
    filesBelow(p.repo),
    [
      `.no_exist/${commit}/open_clip_config.json`,
      `.no_exist/${commit}/preprocessor_config.json`,
      `blobs/${config}`,
      `blobs/${weights}`,
      "refs/main",
      `snapshots/${commit}/config.json`,
      `snapshots/${commit}/model.safetensors`,
    ].sort(),
  );
  assertEquals(Deno.readTextFileSync(`${p.repo}/refs/main`), commit);
  if (Deno.build.os !== "windows") {
    assertEquals(Deno.readLinkSync(model.weights!), `../../blobs/${weights}`);
  }
  assertEquals(seen.at(-1), { file: "model.safetensors", received: 300_000, total: 300_000 });
});

Deno.test("what is in the cache is not asked for again", async () => {
  await using p = place();
  const commit = p.hub.add("org/name", FILES);
  const first = await p.resolve();
  p.hub.seen.length = 0;
  assertEquals((await p.resolve()).weights, first.weights);
  assertEquals(p.hub.requests(), ["GET /api/models/org/name/revision/main"]);
  p.hub.seen.length = 0;
  assertEquals((await p.resolve(`hf://org/name@${commit}`)).weights, first.weights);
  assertEquals(p.hub.requests(), []);
});

Deno.test("a branch that moved is followed; equal contents are kept once", async () => {
  await using p = place();
  const commit = p.hub.add("org/name", FILES);
  await p.resolve();
  const next = "b".repeat(40);
  const { repos } = p.hub;
  repos["org/name"].commits[next] = { ...FILES, "config.json": text({ architecture: "new" }) };
  repos["org/name"].refs = { main: next, "v1/old": commit };
  p.hub.seen.length = 0;
  const model = await p.resolve();
  assertEquals(model.revision, next);
  assertEquals(model.config, { architecture: "new" });
  assertEquals(p.hub.requests(/^GET .*safetensors/), []);
  assertEquals(Deno.readTextFileSync(`${p.repo}/refs/main`), next);
  const old = await p.resolve("hf://org/name@v1%2Fold");
  assertEquals(old.revision, commit);
  assertEquals(Deno.readTextFileSync(`${p.repo}/refs/v1/old`), commit);
});

Deno.test("weights in several files come with their index", async () => {
  await using p = place();
  const shards = { "model-1.safetensors": noise(5000, 2), "model-2.safetensors": noise(5000, 3) };
  const map = { a: "model-1.safetensors", b: "model-2.safetensors" };
  p.hub.add("org/name", {
    "config.json": text({}),
    "preprocessor_config.json": text({ size: 224 }),
    "model.safetensors.index.json": text({ weight_map: map }),
    ...shards,
  });
  const model = await p.resolve();
  assertEquals(model.weights, model.file("model.safetensors.index.json"));
  assertEquals(model.preprocessor, { size: 224 });
  for (const [name, content] of Object.entries(shards)) {
    assertEquals(Deno.readFileSync(model.file(name)), content);
  }
  // Half of them is not the model.
  Deno.removeSync(model.file("model-2.safetensors"));
  await assertRejects(() => p.resolve("hf://org/name", { offline: true }));
  assertEquals((await p.resolve()).weights, model.weights);
});

Deno.test("a folder, a file, or single files of a repository", async () => {
  await using p = place();
  p.hub.add("org/name", {
    "config.json": text({ at: "top" }),
    "onnx/config.json": text({ at: "onnx" }),
    "onnx/model.onnx": noise(5000),
    "vocabulary ü.txt": text("words"),
  });
  const folder = await p.resolve("hf://org/name/onnx");
  assertEquals(folder.config, { at: "onnx" });
  assertEquals(folder.weights, `${folder.folder}/model.onnx`);
  assertEquals(Deno.readFileSync(folder.weights!), noise(5000));
  const file = await p.resolve("hf://org/name@main/onnx/model.onnx");
  assertEquals(file.weights, folder.weights);
  const files = await p.resolve("hf://org/name", { files: ["vocabulary ü.txt"] });
  assertEquals(files.weights, null);
  assertEquals(files.config, null);
  assertEquals(Deno.readTextFileSync(files.file("vocabulary ü.txt")), "words");
});

Deno.test("a repository that was renamed, and one that belongs to nobody", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  p.hub.add("resnet", {}, { movedTo: "org/name" });
  const model = await p.resolve("hf://resnet");
  assert(model.folder.includes("/models--resnet/snapshots/"));
  assertEquals(Deno.readFileSync(model.weights!), FILES["model.safetensors"]);
});

Deno.test("without the network: what is here is used, what is not is an error", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const before = await p.resolve();
  p.hub.seen.length = 0;
  const model = await p.resolve("hf://org/name", { offline: true });
  assertEquals(model.weights, before.weights);
  assertEquals(model.config, before.config);
  assert(model.cachedBecause!.includes("HF_HUB_OFFLINE"));
  assertEquals(p.hub.requests(), []);
});

Deno.test("files are copied where links are switched off", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const env = (name: string): string | undefined =>
    name === "HF_HUB_DISABLE_SYMLINKS" ? "1" : p.options.env!(name);
  const model = await p.resolve("hf://org/name", { env });
  assertEquals(Deno.lstatSync(model.weights!).isSymlink, false);
  assertEquals(Deno.readFileSync(model.weights!), FILES["model.safetensors"]);
});

Deno.test("a link that leads nowhere is mended", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const model = await p.resolve();
  Deno.removeSync(`${p.repo}/blobs/${sha256(FILES["model.safetensors"])}`);
  assertThrows(() => model.file("model.safetensors"), HubNotFoundError);
  const again = await p.resolve();
  assertEquals(Deno.readFileSync(again.weights!), FILES["model.safetensors"]);
});

Deno.test("the token goes to the hub and to no other host, not even back from one", async () => {
  await using p = place();
  p.hub.add("org/name", FILES, { gated: true });
  await p.resolve("hf://org/name", { token: TOKEN });
  const hosts = new Map<string, Set<string | null>>();
  for (const { host, token } of p.hub.seen) {
    hosts.set(host, (hosts.get(host) ?? new Set()).add(token));
  }
  assertEquals(hosts.get("hub"), new Set([TOKEN]));
  assertEquals(hosts.get("cdn"), new Set([null]));

  p.hub.add("org/other", { "config.json": text({}), "model.safetensors": noise(6000) });
  p.hub.seen.length = 0;
  p.hub.trouble = (request) =>
    request.host === "cdn"
      ? new Response(null, { status: 302, headers: { location: `${p.hub.endpoint}/collect` } })
      : undefined;
  await assertRejects(() => p.resolve("hf://org/other", { token: TOKEN }));
  const collected = p.hub.seen.filter(({ path }) => path === "/collect");
  assert(collected.length > 0);
  assert(collected.every(({ token }) => token === null));
});

Deno.test("several calls at once, in one process and in others, download a file once", async () => {
  await using p = place();
  p.hub.add("org/name", { ...FILES, "model.safetensors": noise(2_000_000) });
  const child = new URL("./child.ts", import.meta.url).pathname;
  const others = [1, 2].map(() =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", child, "hf://org/name"],
      env: p.environment,
      stdout: "piped",
      stderr: "piped",
    }).output()
  );
  const mine = [1, 2].map(() => p.resolve());
  for (const { code, stdout, stderr } of await Promise.all(others)) {
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals(new TextDecoder().decode(stdout).trim(), sha256(noise(2_000_000)));
  }
  for (const { weights } of await Promise.all(mine)) {
    assertEquals(Deno.readFileSync(weights!), noise(2_000_000));
  }
  assertEquals(p.hub.seen.filter(({ host }) => host === "cdn").length, 1);
  assertEquals(filesBelow(p.repo).filter((name) => /incomplete|tmp/.test(name)), []);
});

Deno.test("what a killed process downloaded is continued by the next one", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const content = FILES["model.safetensors"];
  p.hub.trouble = ({ host }) =>
    host === "cdn"
      ? new Response(
        new ReadableStream<Uint8Array>({ start: (c) => c.enqueue(content.slice(0, 70_000)) }),
      )
      : undefined;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("./child.ts", import.meta.url).pathname, "hf://org/name"],
    env: p.environment,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const part = `${p.repo}/blobs/${sha256(content)}.incomplete`;
  for (let i = 0; i < 400 && sizeOf(part) < 70_000; i++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill("SIGKILL");
  await child.status;
  p.hub.trouble = () => undefined;
  const model = await p.resolve();
  assertEquals(Deno.readFileSync(model.weights!), content);
  assertEquals(p.hub.seen.at(-1)!.range, "bytes=70000-");
});

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
