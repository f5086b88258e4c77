/**
 * Whether Python's huggingface_hub reads the cache that is written here, and the other way round:
 *
 *     deno run -A tests/hub/python_check.ts PYTHON
 *
 * with a Python that has huggingface_hub. It speaks to a server on this machine only.
 */

import { assert, assertEquals } from "@std/assert";
import { envOf, filesBelow, temporaryFolder } from "../setup/fakes.ts";
import { resolveHub } from "../../src/hub/mod.ts";
import { Hub, noise, sha256, text } from "./server.ts";

const READ = `
import json, sys
from huggingface_hub import scan_cache_dir, try_to_load_from_cache, _CACHED_NO_EXIST
from huggingface_hub import hf_hub_download, constants
cache = constants.HF_HUB_CACHE
def name(x): return "no_exist" if x is _CACHED_NO_EXIST else x
scan = scan_cache_dir(cache)
print(json.dumps({
  "warnings": [str(w) for w in scan.warnings],
  "repos": [[r.repo_id, r.repo_type, r.size_on_disk, r.nb_files, sorted(r.refs)] for r in scan.repos],
  "found": {f: name(try_to_load_from_cache("org/name", f)) for f in
    ["config.json", "model.safetensors", "preprocessor_config.json", "README.md"]},
  "downloaded": hf_hub_download("org/name", "model.safetensors"),
}))
`;

const DOWNLOAD = `
from huggingface_hub import hf_hub_download, snapshot_download
for f in ["config.json", "model.safetensors"]:
  print(hf_hub_download("org/name", f))
try:
  hf_hub_download("org/name", "preprocessor_config.json")
except Exception as e:
  print(type(e).__name__)
`;

const HOLD = `
import os, sys, time
from huggingface_hub.utils import WeakFileLock
os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
with WeakFileLock(sys.argv[1]):
  print("held", flush=True)
  time.sleep(1)
`;

const python = Deno.args[0] ?? "python3";
await using hub = new Hub();
const files = {
  "README.md": text("# A model"),
  "config.json": text({ architecture: "resnet18" }),
  "model.safetensors": noise(300_000),
};
const commit = hub.add("org/name", files);

function environment(home: string): Record<string, string> {
  return { HF_HOME: home, HF_ENDPOINT: hub.endpoint, HF_TOKEN: "", HF_HUB_DISABLE_XET: "1" };
}

async function run(home: string, code: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: ["-c", code, ...args],
    env: environment(home),
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

// Written here, read there.
{
  using folder = temporaryFolder();
  const model = await resolveHub("hf://org/name", { env: envOf(environment(folder.path)) });
  hub.seen.length = 0;
  const read = JSON.parse(await run(folder.path, READ));
  console.log("huggingface_hub reads what is written here:", read);
  assertEquals(read.warnings, []);
  const size = files["config.json"].length + 300_000;
  assertEquals(read.repos, [["org/name", "model", size, 2, ["main"]]]);
  assertEquals(read.found, {
    "config.json": model.file("config.json"),
    "model.safetensors": model.weights,
    "preprocessor_config.json": "no_exist",
    "README.md": null,
  });
  assertEquals(read.downloaded, model.weights);
  assertEquals(hub.requests(/^GET .*safetensors/), [], "Python downloaded nothing");
}

// Written there, read here, and the same folder of the same files.
{
  using folder = temporaryFolder();
  const env = envOf(environment(folder.path));
  const lines = (await run(folder.path, DOWNLOAD)).split("\n");
  console.log("huggingface_hub wrote:", lines);
  const offline = await resolveHub("hf://org/name", { env, offline: true });
  assertEquals([offline.file("config.json"), offline.weights], lines.slice(0, 2));
  hub.seen.length = 0;
  const online = await resolveHub("hf://org/name", { env });
  assertEquals(online.weights, offline.weights);
  assertEquals(hub.requests(/^HEAD|safetensors/), [], "nothing was downloaded again");
  const theirs = filesBelow(`${folder.path}/hub/models--org--name`);
  using mine = temporaryFolder();
  await resolveHub("hf://org/name", { env: envOf(environment(mine.path)) });
  assertEquals(filesBelow(`${mine.path}/hub/models--org--name`), theirs);
}

// One waits for the other.
{
  using folder = temporaryFolder();
  const lock = `${folder.path}/hub/.locks/models--org--name/${
    sha256(files["model.safetensors"])
  }.lock`;
  const child = new Deno.Command(python, { args: ["-c", HOLD, lock], stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const before = performance.now();
  await resolveHub("hf://org/name", { env: envOf(environment(folder.path)) });
  const waited = performance.now() - before;
  await reader.cancel();
  await child.status;
  console.log(`waited ${waited.toFixed(0)} ms for a lock that Python held for 1 s`);
  assert(waited > 700);
}
console.log("all right", commit);
