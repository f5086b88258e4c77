/**
 * `apprentice launch` with real processes: what they are told, how their output and signals travel, and that none is left
 * behind however they or the launcher end.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { inFolder } from "../helpers.ts";

const main = fromFileUrl(new URL("../../src/cli/main.ts", import.meta.url));
const child = fromFileUrl(new URL("launch_child.ts", import.meta.url));
const deno = Deno.execPath();
/** A program that says which signals reach it. */
const signalled = (file: string) => [deno, "run", "--no-config", "--no-lock", "-A", child, file];
const script = (text: string) => ["sh", "-c", text];

function start(args: string[], options: Deno.CommandOptions = {}): Deno.ChildProcess {
  return new Deno.Command(deno, {
    args: ["run", "-A", main, "launch", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
    env: { NO_COLOR: "1", ...options.env },
  }).spawn();
}

interface Ended {
  code: number;
  out: string;
  errors: string;
}

async function launch(args: string[], options: Deno.CommandOptions = {}): Promise<Ended> {
  const { code, stdout, stderr } = await start(args, options).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), errors: text(stderr) };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds, for ten seconds at most. */
async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!holds()) {
    assert(performance.now() < end, what);
    await pause(30);
  }
}

function linesOf(file: string): string[] {
  try {
    return Deno.readTextFileSync(file).trim().split("\n");
  } catch {
    return [];
  }
}

/** Whether a process of this number runs; one that has ended and that nobody has asked about does not. */
function runs(pid: number): boolean {
  try {
    return !/\) [ZX]/.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

function test(name: string, work: () => Promise<void>, ignore = false): void {
  Deno.test({ name: `launch: ${name}`, ignore: ignore || Deno.build.os === "windows", fn: work });
}

test("every process gets the variables that torchrun sets", () =>
  inFolder(async (folder) => {
    const { code, errors } = await launch(
      ["-n", "2", "--", ...script(`env > ${folder}/$RANK`)],
      { env: { OMP_NUM_THREADS: "3", RANK: "77" } },
    );
    assertEquals(code, 0, errors);
    const [first, second] = ["0", "1"].map((rank) =>
      Object.fromEntries(linesOf(`${folder}/${rank}`).map((line) => line.split(/=(.*)/s)))
    );
    // What `torchrun --no-python --nproc-per-node 2 env` of torch 2.13 printed, but for the values of the last four: it
    // has localhost, a store of its own, and other folders.
    const shared = {
      WORLD_SIZE: "2",
      LOCAL_WORLD_SIZE: "2",
      ROLE_WORLD_SIZE: "2",
      GROUP_WORLD_SIZE: "1",
      GROUP_RANK: "0",
      ROLE_NAME: "default",
      TORCHELASTIC_MAX_RESTARTS: "0",
      TORCHELASTIC_RESTART_COUNT: "0",
      TORCH_NCCL_ASYNC_ERROR_HANDLING: "1",
      OMP_NUM_THREADS: "3",
      MASTER_ADDR: "127.0.0.1",
      TORCHELASTIC_USE_AGENT_STORE: "False",
      TORCHELASTIC_RUN_ID: "none",
    };
    for (const [rank, variables] of [first, second].entries()) {
      const own = { RANK: `${rank}`, LOCAL_RANK: `${rank}`, ROLE_RANK: `${rank}` };
      for (const [name, value] of Object.entries({ ...shared, ...own })) {
        assertEquals(variables[name], value, name);
      }
      assertMatch(variables.TORCHELASTIC_ERROR_FILE, new RegExp(`/rank_${rank}\\.json$`));
    }
    assertEquals(first.MASTER_PORT, second.MASTER_PORT);
    assert(Number(first.MASTER_PORT) > 1023);
  }));

test("several machines count through, and share the cores among the processes of each", () =>
  inFolder(async (folder) => {
    const say =
      "echo $RANK $LOCAL_RANK $GROUP_RANK $WORLD_SIZE $GROUP_WORLD_SIZE $MASTER_ADDR:$MASTER_PORT " +
      `$OMP_NUM_THREADS > ${folder}/$RANK`;
    const where = ["--nnodes", "2", "--master-addr", "10.0.0.5", "--master-port", "29517"];
    for (const node of ["0", "1"]) {
      const args = ["-n", "2", ...where, "--node-rank", node, ...script(say)];
      const { code, errors } = await launch(args);
      assertEquals(code, 0, errors);
    }
    const told = [0, 1, 2, 3].map((rank) => linesOf(`${folder}/${rank}`)[0]);
    const threads = told[0].split(" ").at(-1);
    assert(
      Number(threads) >= 1 && Number(threads) <= Math.max(1, navigator.hardwareConcurrency / 2),
    );
    const ends = `10.0.0.5:29517 ${threads}`;
    assertEquals(told, [
      `0 0 0 4 2 ${ends}`,
      `1 1 0 4 2 ${ends}`,
      `2 0 1 4 2 ${ends}`,
      `3 1 1 4 2 ${ends}`,
    ]);
  }));

test("when one fails the others are ended, and who, how and why is said", () =>
  inFolder(async (folder) => {
    const began = performance.now();
    const { code, out, errors } = await launch([
      "-n",
      "3",
      "--",
      ...script(
        `echo $$ >> ${folder}/pids; [ $RANK = 0 ] && echo hello; ` +
          "[ $RANK = 1 ] && { echo working; sleep 0.3; echo first >&2; echo 'Error: no disk' >&2; exit 3; }; exec sleep 60",
      ),
    ]);
    assertEquals([code, out], [3, "hello\n"]);
    assertStringIncludes(
      errors,
      "launch: rank 1 of 3 ended with exit code 3.\n[rank 1] first\n[rank 1] Error: no disk\n" +
        "Ended because of this: ranks 0 and 2.\n",
    );
    assert(!errors.includes("working"));
    assert(performance.now() - began < 20_000);
    const pids = linesOf(`${folder}/pids`).map(Number);
    assertEquals([pids.length, pids.filter(runs)], [3, []]);
  }));

test("who lost a connection and died first is named, and who knows the cause is quoted", async () => {
  const { code, errors } = await launch([
    "-n",
    "3",
    ...script(
      "[ $RANK = 1 ] && { echo 'RuntimeError: Connection closed by peer' >&2; exit 4; }; " +
        "[ $RANK = 2 ] && { sleep 0.4; echo 'DistributedError: Rank 2 has other data' >&2; exit 1; }; exec sleep 60",
    ),
  ]);
  assertEquals(code, 4);
  assertStringIncludes(
    errors,
    "launch: rank 1 of 3 ended with exit code 4, because of rank 2, which ended with exit code 1.\n" +
      "[rank 2] DistributedError: Rank 2 has other data\nEnded because of this: rank 0.\n",
  );
});

test("a rank that a signal ends is a failure, and one that ignores SIGTERM is killed", async () => {
  const { code, errors } = await launch([
    "-n",
    "2",
    "--grace",
    "0.5",
    ...script("[ $RANK = 1 ] && kill -SEGV $$; trap '' TERM; sleep 60; sleep 60"),
  ]);
  assertEquals(code, 139);
  assertStringIncludes(errors, "launch: rank 1 of 2 was ended by SIGSEGV.\nIt said nothing.\n");
  assertStringIncludes(errors, "Killed, as SIGTERM did not end it: rank 0.");
});

test("one that is done does not end the others", async () => {
  const { code, out, errors } = await launch(
    ["-n", "2", "--verbose", ...script("[ $RANK = 0 ] && exit 0; sleep 1.5; echo later")],
  );
  assertEquals([code, out], [0, "[rank 1] later\n"], errors);
});

test("a command of this package fails with its own error, which is told once", async () => {
  const { code, errors } = await launch(["-n", "2", "--", "train", "/no/recipe.json"]);
  assertEquals(code, 1);
  const told = errors.slice(errors.indexOf("launch:"));
  assertMatch(
    told,
    /^launch: rank [01] of 2 ended with exit code 1\.\n\[rank [01]\] FileError: There is no recipe at \/no\/recipe\.json.*\nRank [01] ended with exit code 1, too\.\n$/,
  );
});

test("the first rank's input and output are the launcher's own, byte for byte", async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 256);
  const process = start(["-n", "2", "--", ...script("cat; echo secret")], { stdin: "piped" });
  const output = process.output();
  const writer = process.stdin.getWriter();
  await writer.write(bytes);
  await writer.close();
  const { code, stdout, stderr } = await output;
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  assertEquals(stdout.slice(0, -7), bytes);
  assertEquals(new TextDecoder().decode(stdout.slice(-7)), "secret\n");
});

test("with --verbose the others' lines are shown, each with its rank", async () => {
  const { code, out, errors } = await launch([
    "-n",
    "2",
    "--verbose",
    ...script("echo out; printf 'no end' >&2"),
  ]);
  assertEquals(code, 0);
  assertEquals(out.split("\n").sort(), ["", "[rank 1] out", "out"]);
  assertStringIncludes(errors, "[rank 1] no end\n");
});

test("a rank that floods its output holds nobody up, and its last words are kept", async () => {
  const { code, out, errors } = await launch([
    "-n",
    "2",
    ...script(
      "[ $RANK = 0 ] && { echo mine; exit 0; }; yes 'a line of a flood that nobody reads' | head -c 100000000; " +
        "echo 'that was all' >&2; exit 5",
    ),
  ]);
  assertEquals([code, out], [5, "mine\n"]);
  assertStringIncludes(errors, "[rank 1] that was all\n");
  assert(!errors.includes("flood"));
});

for (
  const [signal, received, expected] of [
    ["SIGINT", "SIGINT", 130],
    ["SIGTERM", "SIGTERM", 143],
    ["SIGHUP", "SIGTERM", 143],
  ] as const
) {
  test(`${signal} to the launcher reaches every rank once as ${received}, and is no failure`, () =>
    inFolder(async (folder) => {
      const file = `${folder}/signals`;
      const process = start(["-n", "2", "--", ...signalled(file)]);
      await until(() => linesOf(file).length === 2, "the ranks did not start");
      process.kill("SIGUSR2");
      await until(() => linesOf(file).length === 4, "SIGUSR2 was not passed on");
      process.kill(signal);
      const { code, stderr } = await process.output();
      assertEquals([code, new TextDecoder().decode(stderr)], [expected, ""]);
      const lines = [0, 1].flatMap((rank) => [
        `${rank} ready false`,
        `${rank} SIGUSR2`,
        `${rank} ${received}`,
      ]);
      assertEquals(linesOf(file).sort(), lines.sort());
    }));
}

test("a third Ctrl-C kills those who take no notice", () =>
  inFolder(async (folder) => {
    const stubborn = `trap '' INT; echo $$ >> ${folder}/pids; sleep 60; sleep 60; sleep 60`;
    const process = start(["-n", "2", ...script(stubborn)]);
    const pids = () => linesOf(`${folder}/pids`).map(Number);
    await until(() => pids().length === 2, "the ranks did not start");
    for (let i = 0; i < 3; i++) {
      assertEquals(pids().filter(runs).length, 2);
      process.kill("SIGINT");
      await pause(200);
    }
    assertEquals((await process.output()).code, 137);
    assertEquals(pids().filter(runs), []);
  }));

test("where one dies of a signal the others are not waited for without end", () =>
  inFolder(async (folder) => {
    // As one that has not come further than to start, and one that waits for it within native code.
    const words = `[ $RANK = 1 ] || trap '' INT; echo $$ >> ${folder}/pids; exec sleep 60`;
    const process = start(["-n", "2", "--grace", "0.5", ...script(words)]);
    const pids = () => linesOf(`${folder}/pids`).map(Number);
    await until(() => pids().length === 2, "the ranks did not start");
    await pause(200);
    process.kill("SIGINT");
    const { code, stderr } = await process.output();
    assertEquals([code, new TextDecoder().decode(stderr)], [130, ""]);
  }));

/** `script` of util-linux runs a command on a terminal of its own. */
const hasTerminal = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" })
    .output().then(({ success }) => success, () => false);

test(
  "Ctrl-C at a terminal reaches every rank once; the first rank sees the terminal",
  () =>
    inFolder(async (folder) => {
      const file = `${folder}/signals`;
      const words = [deno, "run", "-A", main, "launch", "-n", "2", "--", ...signalled(file)];
      const process = new Deno.Command("script", {
        args: ["-qec", words.map((word) => `'${word}'`).join(" "), "/dev/null"],
        env: { NO_COLOR: "1", SHELL: "/bin/sh" },
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn();
      const terminal = process.stdin.getWriter();
      await until(() => linesOf(file).length === 2, "the ranks did not start");
      await terminal.write(Uint8Array.of(3));
      const { code } = await process.status;
      await terminal.close().catch(() => {});
      assertEquals(code, 130);
      assertEquals(
        linesOf(file).sort(),
        ["0 SIGINT", "0 ready true", "1 SIGINT", "1 ready false"],
      );
    }),
  !hasTerminal,
);

test("Ctrl-Z stops all, and they go on together", () =>
  inFolder(async (folder) => {
    const process = start(["-n", "2", ...script(`echo $$ >> ${folder}/pids; exec sleep 60`)]);
    const pids = () => linesOf(`${folder}/pids`).map(Number);
    await until(() => pids().length === 2, "the ranks did not start");
    const all = [process.pid, ...pids()];
    const stopped = (pid: number) => /\) T/.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
    process.kill("SIGTSTP");
    await until(() => all.every(stopped), "not all stopped");
    process.kill("SIGCONT");
    await until(() => !all.some(stopped), "not all went on");
    process.kill("SIGTERM");
    assertEquals((await process.output()).code, 143);
    assertEquals(pids().filter(runs), []);
  }), Deno.build.os !== "linux");

test(
  "when the launcher itself is killed, nobody is left behind, nor what they started",
  () =>
    inFolder(async (folder) => {
      const process = start([
        "-n",
        "2",
        "--grace",
        "1",
        // The first ends when asked; the second does not, and has a child of its own.
        ...script(
          `echo $$ >> ${folder}/pids; [ $RANK = 0 ] && exec sleep 60; trap '' TERM; ` +
            `sleep 60 & echo $! >> ${folder}/pids; wait; sleep 60`,
        ),
      ], { env: { TMPDIR: folder } });
      const pids = () => linesOf(`${folder}/pids`).map(Number);
      await until(() => pids().length === 3, "the ranks did not start");
      const temporary = () =>
        [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory);
      assertEquals(temporary().length, 1);
      assertEquals(pids().filter(runs).length, 3);
      await pause(300);
      process.kill("SIGKILL");
      await process.output();
      await until(() => !pids().some(runs), "a process is left");
      await until(() => temporary().length === 0, "the temporary folder is left");
    }),
  Deno.build.os !== "linux",
);

test("what a rank leaves behind ends with the launch", () =>
  inFolder(async (folder) => {
    const { code } = await launch([
      "-n",
      "1",
      ...script(`sleep 60 >/dev/null 2>&1 & echo $! > ${folder}/pid; exit 0`),
    ]);
    assertEquals(code, 0);
    assertEquals(linesOf(`${folder}/pid`).map(Number).filter(runs), []);
  }), Deno.build.os !== "linux");

test("what stands in the way is said, and nothing is started", async () => {
  const say = script("echo started");
  const refusals: [args: string[], message: string, env?: Record<string, string>][] = [
    [["-n", "2", ...say], "already a process of a launch (LOCAL_RANK is 1", { LOCAL_RANK: "1" }],
    [["-n", "1", "--master-port", "70000", ...say], "it is a port from 1 to 65535"],
    [["-n", "1", "tarin"], 'no program "tarin", nor a command of apprentice (did you mean train'],
  ];
  for (const [args, message, env] of refusals) {
    const { code, out, errors } = await launch(args, { env });
    assertEquals([code, out], [1, ""], errors);
    assertStringIncludes(errors, message);
  }
});
