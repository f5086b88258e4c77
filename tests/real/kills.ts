/**
 * Kills a run at random moments and compares what it leaves with an undisturbed one: 40 times while the store is filled, 40
 * times while the student is trained from it, 40 times while a study chooses settings and runs its seeds.
 *
 *     deno run -A tests/real/kills.ts [times] [fill] [train] [compare]      all three by default
 *
 * Exits with 1 if the store, the final weights or the study's tables differ in one bit; times may differ.
 */

import { createHash } from "node:crypto";
import { cacheRoot } from "../../src/base/paths.ts";
import * as torch from "../../src/torch/mod.ts";

const times = Number(Deno.args.find((arg) => /^\d+$/.test(arg)) ?? 40);
const parts = Deno.args.filter((arg) => !/^\d+$/.test(arg));
const isWanted = (part: "fill" | "train" | "compare") => parts.length === 0 || parts.includes(part);
const cli = new URL("../../src/cli/main.ts", import.meta.url).pathname;
const folder = await Deno.makeTempDir();

const images = (take: number) => ({ dataset: "mnist", split: "test", select: [{ take }] });
const teacher = (name: string, seed: number) => ({
  name,
  kind: "predictive",
  recipe: {
    name,
    seed,
    data: { train: images(500) },
    student: { name: "SmallCnn", widths: [16, 32] },
    epochs: 1,
  },
});
const recipe = (store: string) => ({
  name: "killed",
  data: {
    train: { ...images(6000), select: [{ take: 6000 }, { unlabelled: true }] },
    test: images(500),
  },
  augment: [{ name: "randomCrop", padding: 2 }],
  views: 4,
  student: { name: "SmallCnn", widths: [4, 8, 16] },
  teachers: [teacher("one", 1), teacher("two", 2)],
  method: { name: "UNIFORM" },
  schedule: { name: "OneCycle", maxLr: 1e-3 },
  epochs: 24,
  batchSize: 100,
  store: { dtype: "float16", root: `${folder}/${store}` },
});

/** Two methods on the same teachers, trained anew by each study: their folders have other names. */
const study = (which: string) => {
  const { name: _, method: __, ...shared } = recipe(`store-study-${which}`);
  const of = (part: number) => ({
    ...images(2000),
    select: [{ split: [1500, 500, 1000], part }],
  });
  const teachers = [teacher("one", 1), teacher("two", 2)].map((one) => ({
    ...one,
    recipe: { ...one.recipe, name: `${one.name}-${which}-${Deno.pid}`, data: { train: of(2) } },
  }));
  return {
    name: "killed",
    recipe: {
      ...shared,
      data: {
        train: { ...of(0), select: [...of(0).select, { unlabelled: true }] },
        validation: of(1),
        test: { ...images(500), split: "train" },
      },
      teachers,
      epochs: 4,
    },
    variants: [
      { title: "KD", method: "KD", search: { "method.temperature": [1, 2] } },
      { title: "UNIFORM", method: "UNIFORM", search: { "method.beta1": [0.3, 1] } },
    ],
    search: { "optimizer.lr": [1e-3, 4e-3] },
    trials: 3,
    seeds: 2,
  };
};

/** Runs a command; kills it after some milliseconds, if any are given. Returns whether it came to its end. */
async function run(args: readonly string[], after?: number): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", cli, ...args],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const timer = after === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), after);
  const { success, signal, stderr } = await child.output();
  clearTimeout(timer);
  if (!success && signal !== "SIGKILL") throw new Error(new TextDecoder().decode(stderr));
  return success;
}

/**
 * Does a command again and again, killed at random moments of the time that it takes, until it was killed so often; the last
 * time it is left alone. Whenever it comes to its end, what it made is compared, and it begins anew.
 */
async function disturbed(
  args: readonly string[],
  seconds: number,
  ended: (isLast: boolean) => Promise<void>,
): Promise<void> {
  let [kills, ends] = [0, 0];
  while (kills < times) {
    // Late enough to have begun, and early enough for a long one to be killed several times.
    const after = 1000 * (0.3 + Math.random() * Math.min(seconds, 8));
    if (!await run(args, after)) kills++;
    else {
      ends++;
      await ended(false);
    }
  }
  while (!await run(args));
  await ended(true);
  console.log(
    `killed ${kills} times, came to its end ${ends + 1} times, always with the same bits`,
  );
}

/** The fingerprint of all files that end so below a folder. */
async function bitsOf(root: string, ending: string): Promise<string> {
  const files: string[] = [];
  const list = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await list(`${folder}/${name}`);
      else if (name.endsWith(ending)) files.push(`${folder}/${name}`);
    }
  };
  await list(root);
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    hash.update(file.slice(root.length)).update(await Deno.readFile(file));
  }
  return `${files.length} files ${hash.digest("hex")}`;
}

/** What a study says, without how long anything took. */
async function tablesOf(root: string): Promise<string> {
  const json = JSON.parse(await Deno.readTextFile(`${root}/comparison.json`));
  const timeless = JSON.stringify(json, (name, value) => name === "seconds" ? undefined : value);
  const students = await bitsOf(root, "/student.safetensors");
  return `${await Deno.readTextFile(`${root}/comparison.txt`)}\n${timeless}\n${students}`;
}

async function timed(args: readonly string[]): Promise<number> {
  const start = performance.now();
  await run(args);
  return (performance.now() - start) / 1000;
}

const compare = (what: string, is: string, wanted: string) => {
  if (is !== wanted) throw new Error(`${what} DIFFERS: ${is}, undisturbed ${wanted}`);
};

async function killFilling(): Promise<void> {
  const filling = await timed(["store", "fill", `${folder}/calm.json`]);
  const store = (name: string) => bitsOf(`${folder}/store-${name}`, ".safetensors");
  const calm = await store("calm");
  console.log(`filling: ${filling.toFixed(1)} s undisturbed (${calm})`);
  await disturbed(["store", "fill", `${folder}/killed.json`], filling, async (isLast) => {
    compare("The store", await store("killed"), calm);
    if (!isLast) await Deno.remove(`${folder}/store-killed`, { recursive: true });
  });
}

async function killTraining(): Promise<void> {
  await timed(["store", "fill", `${folder}/calm.json`]);
  await timed(["store", "fill", `${folder}/killed.json`]);
  const training = await timed(["train", `${folder}/calm.json`, "--out", `${folder}/calm`]);
  console.log(`training from the store: ${training.toFixed(1)} s undisturbed`);
  const weights = (name: string) =>
    torch.scope(() =>
      Object.entries(torch.loadSafetensors(`${folder}/${name}/student.safetensors`))
        .map(([name, tensor]) => `${name} ${tensor.data()}`).join()
    );
  const calm = weights("calm");
  const train = ["train", `${folder}/killed.json`, "--out", `${folder}/killed`, "--resume"];
  await disturbed(train, training, async (isLast) => {
    compare("The student", weights("killed"), calm);
    if (!isLast) await Deno.remove(`${folder}/killed`, { recursive: true });
  });
}

async function killComparing(): Promise<void> {
  for (const name of ["calm", "killed"]) {
    await Deno.writeTextFile(`${folder}/study-${name}.json`, JSON.stringify(study(name)));
  }
  const args = (
    name: string,
  ) => ["compare", `${folder}/study-${name}.json`, "--quiet", "--out", `${folder}/compare-${name}`];
  const comparing = await timed(args("calm"));
  const calm = await tablesOf(`${folder}/compare-calm`);
  console.log(
    `comparing: ${comparing.toFixed(1)} s undisturbed\n${calm.slice(0, calm.indexOf("{"))}`,
  );
  await disturbed(args("killed"), comparing, async (isLast) => {
    compare("The study", await tablesOf(`${folder}/compare-killed`), calm);
    if (isLast) return;
    await Deno.remove(`${folder}/compare-killed`, { recursive: true });
    await Deno.remove(`${folder}/store-study-killed`, { recursive: true });
  });
}

try {
  for (const name of ["calm", "killed"]) {
    await Deno.writeTextFile(`${folder}/${name}.json`, JSON.stringify(recipe(`store-${name}`)));
  }
  if (isWanted("fill")) await killFilling();
  if (isWanted("train")) await killTraining();
  if (isWanted("compare")) await killComparing();
} finally {
  await Deno.remove(folder, { recursive: true });
  const cache = `${cacheRoot()}/teachers`;
  const own = isWanted("compare") ? [...Deno.readDirSync(cache)] : [];
  for (const { name } of own.filter(({ name }) => name.includes(`-${Deno.pid}-`))) {
    await Deno.remove(`${cache}/${name}`, { recursive: true });
  }
}
