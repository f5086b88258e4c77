/**
 * What `all.sh` does, part by part.
 *
 * @module
 */

/** How much is done: all on a card, or the same code in small on the processor. */
export type Size = "full" | "small" | "tiny";

/** A command with a time limit. */
export interface Part {
  /** The name of the part, of its log, and what `--parts` names; a group's name before a slash. */
  readonly name: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** After how many seconds it is ended. */
  readonly limit: number;
  /** Variables that it is given. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is read of it: the counts of tests, or the JSON that it prints last. */
  readonly gives: "text" | "tests" | "figures";
}

/** What decides the parts. */
export interface Setting {
  /** How much. */
  readonly size: Size;
  /** Where. */
  readonly device: string;
  /** A Python with the same torch, if there is one. */
  readonly python: string | null;
  /** Where counts of tests are written. */
  readonly folder: string;
}

/** The folders of tests whose tensors lie where APPRENTICE_TEST_DEVICE says, with their limits in seconds. */
const rooms: Readonly<Record<string, number>> = {
  torch: 150,
  nn: 120,
  optim: 60,
  data: 90,
  models: 240,
  distill: 90,
  train: 90,
  teachers: 120,
  evaluation: 60,
  checkpoints: 60,
  runs: 240,
};

/** Operators that end a card's use by the whole process where an index is out of range, which is what is tried. */
const kills =
  "index|gather|scatter|take|embedding|nll|cross_entropy|one_hot|bincount|multinomial|" +
  "searchsorted|bucketize|put|ctc|unpool|histc|kthvalue|repeat_interleave|binomial|bernoulli|cdist";

const benchmarks: readonly (readonly [what: string, ...rest: string[]])[] = [
  ["resnet"],
  ["uniform", "8"],
  ["uniform", "128"],
  ["custom-kd"],
];

/** All parts, in order. */
export function partsOf({ size, device, python, folder }: Setting): Part[] {
  const deno = (...args: string[]) => [Deno.execPath(), ...args];
  const run = (script: string, ...args: string[]) =>
    deno("run", "-A", "--no-check", "--cached-only", script, ...args);
  const onDevice = { APPRENTICE_TEST_DEVICE: device, NVIDIA_TF32_OVERRIDE: "0" };
  const tests = (name: string, limit: number, ...paths: string[]): Part => ({
    name,
    command: deno(
      ...["test", "-A", "--no-check", "--cached-only", `--junit-path=${folder}/${slug(name)}.xml`],
      ...paths,
    ),
    limit,
    env: onDevice,
    gives: "tests",
  });
  const isTiny = size === "tiny";
  const list: Part[] = [
    { name: "setup", command: run("src/cli/main.ts", "setup"), limit: 300, gives: "text" },
    { name: "doctor", command: run("src/cli/main.ts", "doctor"), limit: 60, gives: "text" },
  ];
  if (size === "full") {
    list.push(tests("gpu", 180, "tests/gpu"));
    for (const [room, limit] of Object.entries(rooms)) {
      list.push(tests(`suite/${room}`, limit, `tests/${room}`));
    }
  } else {
    const few = ["tests/optim/clip_test.ts", "tests/torch/synchronizations_test.ts"];
    list.push(tests("suite/few", 120, ...few));
  }
  const steps = { full: "4000", small: "200", tiny: "100" }[size];
  list.push({
    name: "memory",
    command: run("tests/bench/long_run.ts", steps),
    limit: 120,
    env: onDevice,
    gives: "text",
  });
  const calls = { full: "20000", small: "10000", tiny: null }[size];
  if (calls !== null) {
    list.push({
      name: "fuzz",
      command: run("tests/fuzz/run.ts", calls, "1", `^(?!.*(${kills}))`),
      limit: 150,
      env: onDevice,
      gives: "text",
    });
  }
  const few = size === "full" ? "full" : "small";
  for (const [what, ...rest] of isTiny ? [["uniform", "8"] as const] : benchmarks) {
    // 128 teachers take the processor a minute.
    if (size === "small" && rest[0] === "128") continue;
    const title = ["steps", [what, ...rest].join("-")].join("/");
    const given = [what, device, few, ...rest];
    const part = (name: string, command: readonly string[]): Part => ({
      name: `${title}/${name}`,
      command,
      limit: 150,
      gives: "figures",
    });
    list.push(part("ours", run("tests/gpu/bench/steps.ts", ...given)));
    if (!isTiny) {
      list.push(part("captured", run("tests/gpu/bench/steps.ts", ...given, "captured")));
    }
    if (python !== null && !isTiny) {
      list.push(part("pytorch", [python, "tests/gpu/bench/steps.py", ...given]));
    }
  }
  if (!isTiny) {
    const overhead = (name: string, command: readonly string[]): Part => ({
      name: `overhead/${name}`,
      command,
      limit: 90,
      gives: "figures",
    });
    list.push(overhead("ours", run("tests/bench/overhead.ts", device)));
    if (python !== null) {
      list.push(overhead("pytorch", [python, "tests/bench/overhead.py", device]));
    }
  }
  return list;
}

/** A part's name as that of a file. */
export function slug(name: string): string {
  return name.replaceAll("/", "-");
}
