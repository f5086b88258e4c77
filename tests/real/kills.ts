/**
 * Kills a run at random moments and compares what it leaves with an undisturbed one: 40 times while the store is filled, 40
 * times while the student is trained from it.
 *
 *     deno run -A tests/real/kills.ts [times]
 *
 * Exits with 1 if the final weights differ in one bit.
 */

import * as torch from "../../src/torch/mod.ts";

const times = Number(Deno.args[0] ?? 40);
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

/** Does a command again and again, killed at random moments within the time that it takes, until it was killed so often. */
async function disturbed(
  args: readonly string[],
  seconds: number,
): Promise<[kills: number, runs: number]> {
  let [kills, runs] = [0, 0];
  while (kills < times) {
    runs++;
    // Late enough to have begun, and early enough to go on being killed.
    const after = 1000 * (0.3 + Math.random() * Math.min(seconds, 3));
    if (await run(args, after)) break;
    kills++;
  }
  while (!await run(args)) runs++;
  return [kills, runs];
}

async function timed(args: readonly string[]): Promise<number> {
  const start = performance.now();
  await run(args);
  return (performance.now() - start) / 1000;
}

try {
  for (const name of ["calm", "killed"]) {
    await Deno.writeTextFile(`${folder}/${name}.json`, JSON.stringify(recipe(`store-${name}`)));
  }
  const filling = await timed(["store", "fill", `${folder}/calm.json`]);
  const training = await timed(["train", `${folder}/calm.json`, "--out", `${folder}/calm`]);
  console.log(`undisturbed: ${filling.toFixed(1)} s to fill, ${training.toFixed(1)} s to train`);
  const fills = await disturbed(["store", "fill", `${folder}/killed.json`], filling);
  console.log(`filling: killed ${fills[0]} times`);
  const train = ["train", `${folder}/killed.json`, "--out", `${folder}/killed`, "--resume"];
  const trainings = await disturbed(train, training);
  console.log(`training: killed ${trainings[0]} times`);
  const [calm, killed] = ["calm", "killed"].map((name) =>
    torch.loadSafetensors(`${folder}/${name}/student.safetensors`)
  );
  const different = Object.keys(calm).filter((name) =>
    !torch.scope(() => calm[name].equal(killed[name]))
  );
  console.log(
    different.length === 0
      ? `the weights are equal, bit for bit: ${Object.keys(calm).length} tensors`
      : `DIFFERENT: ${different.join(", ")}`,
  );
  if (different.length > 0) Deno.exitCode = 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}
