import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { parse } from "@std/yaml";
import { isSupportedVersion, NEWEST_LIBTORCH, OLDEST_LIBTORCH } from "../../ffi/libtorch.ts";
import { wheelFor } from "../../src/setup/wheel.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, string>;
}

interface Job {
  needs?: string | string[];
  uses?: string;
  permissions?: Record<string, string>;
  steps?: Step[];
  strategy?: { matrix: { libtorch?: string[]; system: Record<string, string>[] } };
}

interface Workflow {
  permissions: Record<string, string>;
  env: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = `${root}.github/workflows`;
const texts = new Map(
  [...Deno.readDirSync(folder)].map(({ name }) => [
    name,
    Deno.readTextFileSync(`${folder}/${name}`),
  ]),
);
const workflows = new Map(
  [...texts].map(([name, text]) => [name, parse(text) as unknown as Workflow]),
);
const jobs = [...workflows].flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => ({ file, name, job }))
);
const steps = jobs.flatMap(({ job }) => job.steps ?? []);

const isThere = (path: string): boolean => {
  try {
    return Deno.statSync(`${root}${path}`) !== undefined;
  } catch {
    return false;
  }
};

Deno.test("workflows: every task, script and folder that they name is there", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));
  let seen = 0;
  for (const { run } of steps) {
    for (const [, task] of (run ?? "").matchAll(/deno task ([\w:]+)/g)) {
      assert(task in tasks, task);
      seen++;
    }
    for (const [path] of (run ?? "").matchAll(/\b(?:src|tests|examples)\/[\w./-]*/g)) {
      assert(isThere(path), path);
      seen++;
    }
  }
  assert(seen >= 10, `${seen} were found`);
});

Deno.test("workflows: actions are pinned to a commit, with its version, and are the same everywhere", () => {
  const pins = new Map<string, string>();
  for (const text of texts.values()) {
    for (const [, action, pin] of text.matchAll(/uses: ([\w./-]+)(.*)/g)) {
      if (action.startsWith("./")) {
        assert(isThere(action.slice(2)), action);
        continue;
      }
      assert(/^@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(pin), `${action}${pin}`);
      assertEquals(pins.get(action) ?? pin, pin, action);
      pins.set(action, pin);
    }
  }
  assertEquals([...pins.keys()].sort(), [
    "actions/checkout",
    "actions/download-artifact",
    "actions/upload-artifact",
    "denoland/setup-deno",
  ]);
  assertEquals(new Set([...workflows.values()].map(({ env }) => env.DENO)).size, 1);
});

Deno.test("workflows: one job may write, another one may speak for the repository, the rest reads", () => {
  const granted = jobs.flatMap(({ name, job }) =>
    Object.entries(job.permissions ?? {}).filter(([, right]) => right === "write")
      .map(([what]) => `${name}: ${what}`)
  );
  assertEquals(granted, ["release: contents", "publish: id-token"]);
  for (const [file, { permissions }] of workflows) {
    assert(Object.values(permissions).every((right) => right === "read"), file);
  }
});

Deno.test("workflows: a job waits for jobs that there are, and nothing is published before the rest passed", () => {
  for (const { file, name, job } of jobs) {
    for (const needed of [job.needs ?? []].flat()) {
      assert(needed in workflows.get(file)!.jobs, `${file}, ${name}: ${needed}`);
    }
  }
  const { publish, release, ci, native } = workflows.get("publish.yml")!.jobs;
  assertEquals([publish.needs, release.needs], ["release", ["ci", "native"]]);
  assertEquals([ci.needs, native.needs], ["check", "check"]);
});

Deno.test("workflows: libraries are compiled for every libtorch that is supported, and on every system with a wheel", () => {
  const { libtorch, system } = workflows.get("native.yml")!.jobs.build.strategy!.matrix;
  assert(libtorch!.every((version) => typeof version === "string" && isSupportedVersion(version)));
  const minors = new Set(libtorch!.map((version) => Number(version.split(".")[1])));
  const [oldest, newest] = [OLDEST_LIBTORCH, NEWEST_LIBTORCH].map((version) =>
    Number(version.split(".")[1])
  );
  assertEquals(
    [...minors].sort((a, b) => a - b),
    Array.from({ length: newest - oldest + 1 }, (_, i) => oldest + i),
  );
  assert(libtorch!.includes(wheelFor("linux", "x86_64").version));
  const names = { x64: "x86_64", arm64: "aarch64" } as Record<string, string>;
  for (const { name } of system) {
    const [os, arch] = name.split("-");
    // Throws if there is none.
    wheelFor(os === "macos" ? "darwin" : os, names[arch]);
  }
  assertEquals(system.map(({ name }) => name), [
    "linux-x64",
    "linux-x64-cuda",
    "linux-arm64",
    "macos-arm64",
    "windows-x64",
  ]);
});
