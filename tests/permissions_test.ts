import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { locate } from "../ffi/locate.ts";
import { cacheRoot } from "../src/base/paths.ts";
import { FILES, place } from "./hub/helpers.ts";
import { TOKEN } from "./hub/server.ts";
import { photographs } from "./runs/photograph_folders.ts";
import { temporaryFolder } from "./setup/fakes.ts";

const root = fromFileUrl(new URL("../", import.meta.url));
const golden = `${root}tests/golden`;

/** The folders that tensors need: this package's native source, the built library, libtorch. */
const libraries = [`${root}native`, cacheRoot(), locate().libtorch?.path].filter(Boolean);
const torchEnv = "APPRENTICE_LIBRARY,APPRENTICE_CACHE,XDG_CACHE_HOME,HOME,LIBTORCH";
const tensors = (...more: string[]): string[] => [
  "--allow-ffi",
  `--allow-env=${torchEnv}`,
  `--allow-read=${[...libraries, ...more].join(",")}`,
];

interface Outcome {
  code: number;
  out: string;
}

/** Runs a script with just these flags. */
async function run(
  code: string,
  flags: readonly string[],
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Outcome> {
  using folder = temporaryFolder();
  const script = `${folder.path}/script.ts`;
  await Deno.writeTextFile(
    script,
    `import { data, hub, models, optim, runs, teachers, torch, train } from "${root}mod.ts";\n` +
      `const [folder] = Deno.args;\n${code}\nconsole.log("done");`,
  );
  const { code: status, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      `--config=${root}deno.json`,
      ...flags,
      script,
      ...args,
    ],
    env: { NO_COLOR: "1", APPRENTICE_CACHE: cacheRoot(), ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code: status, out: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Runs with the flags, and with each of them left out, where Deno's own words must name it. */
async function needsExactly(
  code: string,
  flags: readonly string[],
  args: readonly string[] = [],
  env: Record<string, string> = {},
  fresh: () => void = () => {},
): Promise<void> {
  const all = await run(code, flags, args, env);
  assertEquals(all.code, 0, all.out);
  const outcomes = await Promise.all(flags.map(async (flag) => {
    fresh();
    return [flag, await run(code, flags.filter((other) => other !== flag), args, env)] as const;
  }));
  for (const [flag, { code, out }] of outcomes) {
    assert(code !== 0, `${flag} is not needed`);
    assertStringIncludes(out, "NotCapable", flag);
    assertStringIncludes(out, flag.replace(/=.*/, ""), flag);
  }
}

const TRAIN = `
  torch.manualSeed(0);
  const zeros = torch.zeros([8, 1, 8, 8], { dtype: "uint8" });
  using set = new data.ImageDataset({
    images: zeros, labels: [0, 1, 0, 1, 0, 1, 0, 1], classNames: ["a", "b"],
  });
  using model = new models.SmallCnn({ numClasses: 2, widths: [2, 2, 2] });
  using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const transform = data.normalize([0.5], [0.5]);
  const batches = new data.Loader(set, { batchSize: 4, transform });
  const method = new train.Supervised(model);`;

Deno.test("permissions: tensors need ffi, three folders to read, and a few variables", async () => {
  await needsExactly(`torch.ones([2]).sum().item();`, tensors());
});

Deno.test("permissions: training in memory needs no more than tensors do", async () => {
  const { code, out } = await run(
    `${TRAIN} await train.fit({ method, optimizer, batches, epochs: 1 });`,
    tensors(),
  );
  assertEquals(code, 0, out);
});

Deno.test("permissions: what writes models, checkpoints and runs reads and writes its folder", async () => {
  using folder = temporaryFolder();
  // Of its own for each, so that none goes on with another's checkpoint.
  const code = `${TRAIN}
    const place = folder + "/" + crypto.randomUUID();
    await train.fit({ method, optimizer, batches, epochs: 1, checkpoint: place + "/checkpoint" });
    torch.saveSafetensors(place + "/model.safetensors", model.stateDict());
    const run = await runs.RunFolder.create(place, "run");
    await run.writeJson("config.json", {});
    using log = new train.MetricsLog(run.path("metrics.jsonl"));
    log.log({ step: 1 });`;
  await needsExactly(code, [...tensors(folder.path), `--allow-write=${folder.path}`], [
    folder.path,
  ]);
});

const PHOTOGRAPHS = `
  using set = new data.ImageFolder(folder + "/photos", {
    part: { kind: "center", size: 16 }, workers: Number(Deno.args[1] ?? 0),
  });
  using model = new models.SmallCnn({ numClasses: 3, channels: 3, widths: [2, 2, 2] });
  using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const batches = new data.Loader(set, { batchSize: 3 });
  await train.fit({ method: new train.Supervised(model), optimizer, batches, epochs: 1 });`;

/** Photographs are decoded by a package that looks at the system, and at its own settings. */
const decoded = (...more: string[]): string[] => [
  "--allow-ffi",
  "--allow-env",
  "--allow-sys",
  `--allow-read=${[...libraries, ...more].join(",")}`,
];

Deno.test("permissions: training from photographs asks for the system and for all variables", async () => {
  using folder = temporaryFolder();
  await photographs(`${folder.path}/photos`, 2);
  await needsExactly(PHOTOGRAPHS, decoded(folder.path), [folder.path]);
});

Deno.test("permissions: threads that decode read the package's own files, and say so", async () => {
  using folder = temporaryFolder();
  await photographs(`${folder.path}/photos`, 2);
  const given = [folder.path, "2"];
  const sound = await run(PHOTOGRAPHS, decoded(folder.path, root), given);
  assertEquals(sound.code, 0, sound.out);
  const without = await run(PHOTOGRAPHS, decoded(folder.path), given);
  assert(without.code !== 0);
  const refused = /A decoding worker stopped: Requires read access to "[^"]*decode_worker\.ts"/;
  assertMatch(without.out, refused);
});

Deno.test("permissions: a recipe with a store writes run, cache and store", async () => {
  using folder = temporaryFolder();
  await photographs(`${folder.path}/photos`, 2);
  const code = `
    const photos = (what) => ({ ...what, part: { kind: "center", size: 16 }, workers: 0 });
    const student = { name: "SmallCnn", widths: [2, 2, 2], channels: 3 };
    const labelled = photos({ folder: folder + "/photos" });
    using run = await runs.run({
      data: { train: photos({ images: folder + "/photos" }), test: labelled },
      student,
      teachers: [{ kind: "predictive", recipe: { data: { train: labelled }, student, epochs: 1 } }],
      method: "KD",
      store: { root: folder + "/store" },
      evaluation: { embedding: null },
      epochs: 1,
    }, { out: folder + "/run", cache: folder + "/cache", progress: false });`;
  const write = `--allow-write=${folder.path}`;
  const without = await run(code, decoded(folder.path), [folder.path]);
  assert(without.code !== 0);
  assertStringIncludes(without.out, "NotCapable: Requires write access to");
  const sound = await run(code, [...decoded(folder.path), write], [folder.path]);
  assertEquals(sound.code, 0, sound.out);
});

Deno.test("permissions: exporting a student writes its file, and needs no more than tensors beside that", async () => {
  using folder = temporaryFolder();
  const code = `
    using student = models.create("resnet20", { numClasses: 2 });
    student.view = { size: [32, 32], mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
    models.save(folder + "/student.safetensors", student);
    await runs.exportOnnx(folder + "/student.safetensors", folder + "/student.onnx");
    await runs.exportTorchScript(folder + "/student.safetensors", folder + "/student.pt");
    await runs.exportSafetensors(folder + "/student.safetensors", folder + "/safetensors");`;
  const { code: status, out } = await run(
    code,
    [...tensors(folder.path), `--allow-write=${folder.path}`],
    [folder.path],
  );
  assertEquals(status, 0, out);
});

Deno.test("permissions: a worker of your own reads its file and the package's", async () => {
  using folder = temporaryFolder();
  await Deno.writeTextFile(
    `${folder.path}/worker.ts`,
    `import { torch } from "${root}mod.ts"; self.postMessage(torch.ones([3]).sum().item());`,
  );
  const code = `
    const worker = new Worker("file://" + folder + "/worker.ts", { type: "module" });
    const sum = await new Promise((done, failed) => {
      worker.onmessage = ({ data }) => done(data);
      worker.onerror = ({ message }) => failed(new Error(message));
    });
    worker.terminate();`;
  const sound = await run(code, tensors(folder.path, root), [folder.path]);
  assertEquals(sound.code, 0, sound.out);
  const without = await run(code, tensors(folder.path), [folder.path]);
  assert(without.code !== 0);
  assertStringIncludes(without.out, `Requires read access to "${root}mod.ts"`);
});

Deno.test("permissions: metrics for TensorBoard read and write their folder", async () => {
  using folder = temporaryFolder();
  const code = `
    const place = folder + "/" + crypto.randomUUID();
    Deno.mkdirSync(place);
    using sink = train.metricsTo(place, { csv: true, tensorboard: true });
    sink.log({ step: 1, loss: 2 });`;
  await needsExactly(
    code,
    [`--allow-read=${folder.path}`, `--allow-write=${folder.path}`],
    [folder.path],
  );
});

Deno.test("permissions: a report reads and writes its folder, and its charts ask for variables", async () => {
  using folder = temporaryFolder();
  await needsExactly(
    `await train.writeReport(folder + "/report.html", { title: "A run", sections: [] });`,
    ["--allow-env=NODE_ENV", `--allow-read=${folder.path}`, `--allow-write=${folder.path}`],
    [folder.path],
  );
});

Deno.test("permissions: TorchScript and ONNX need their files to be read", async () => {
  for (
    const [code, file] of [
      ["using _ = torch.loadScript(folder);", "checkpoints/script_clip.pt"],
      [
        "(await teachers.load(folder)).run(torch.rand([1, 3, 8, 8]));",
        "onnx_conv.onnx",
      ],
    ]
  ) {
    const path = `${golden}/${file}`;
    const sound = await run(code, tensors(golden), [path]);
    assertEquals(sound.code, 0, sound.out);
    const without = await run(code, tensors(), [path]);
    assert(without.code !== 0);
    assertStringIncludes(without.out, `NotCapable: Requires read access to "${path}"`);
  }
});

Deno.test("permissions: a hub needs net, its cache to read and write, and its variables", async () => {
  await using p = place();
  p.hub.add("org/name", FILES);
  const home = p.environment.HF_HOME;
  const names = [
    ...[
      "HF_ENDPOINT",
      "HF_HOME",
      "HF_HUB_CACHE",
      "HUGGINGFACE_HUB_CACHE",
      "XDG_CACHE_HOME",
      "HOME",
    ],
    ...["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_OFFLINE"],
    ...["TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_PROGRESS_BARS", "HF_HUB_DISABLE_SYMLINKS"],
    ...["HF_HUB_DISABLE_IMPLICIT_TOKEN", "HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT"],
  ];
  const { hostname } = new URL(p.hub.endpoint);
  await needsExactly(
    `await hub.resolveHub("hf://org/name", { backoff: 1, retries: 0 });`,
    [
      `--allow-net=${hostname}`,
      `--allow-env=${names}`,
      `--allow-read=${home}`,
      `--allow-write=${home}`,
    ],
    [],
    p.environment,
    () => {
      try {
        Deno.removeSync(p.cache, { recursive: true });
      } catch {
        // One that runs beside this one was faster.
      }
    },
  );
});

Deno.test("permissions: an upload needs net, its folder to read, and the hub's variables", async () => {
  await using p = place();
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/README.md`, "# A model");
  Deno.writeTextFileSync(`${folder.path}/config.json`, "{}");
  const names = [
    ...["HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"],
    ...["HF_HUB_DISABLE_PROGRESS_BARS", "HF_HUB_DISABLE_SYMLINKS"],
    ...["HF_HUB_DISABLE_IMPLICIT_TOKEN", "HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT"],
  ];
  await needsExactly(
    `await runs.pushToHub(folder, "me/model", { retries: 0 });`,
    [
      `--allow-net=${new URL(p.hub.endpoint).hostname}`,
      `--allow-env=${names}`,
      `--allow-read=${folder.path}`,
    ],
    [folder.path],
    { ...p.environment, HF_TOKEN: TOKEN },
  );
});

Deno.test("permissions: set-up that has nothing to do reads and asks for variables", async () => {
  const libraryEnv = [torchEnv, "CI", "TERM"].join(",");
  const { code, out } = await run(
    `const { setup } = await import("${root}src/setup/mod.ts"); await setup({ quiet: true });`,
    [
      `--allow-env=${libraryEnv}`,
      `--allow-read=${libraries.join(",")}`,
    ],
  );
  assertEquals(code, 0, out);
});
