/**
 * Runs `overhead.ts` and `overhead.py` by turns and prints the ratio of the best times.
 *
 *     deno run -A tests/bench/overhead_compare.ts [python] [rounds]
 *
 * `python` is an interpreter with the same version of torch installed.
 *
 * @module
 */

type Times = Record<string, Record<string, number>>;

const [python = "python3", rounds = "4"] = Deno.args;
const here = new URL(".", import.meta.url).pathname;
const commands = [
  [Deno.execPath(), "run", "-A", `${here}overhead.ts`],
  [python, `${here}overhead.py`],
];
const bests: Times[] = [{}, {}];
for (let round = 0; round < Number(rounds); round++) {
  for (const [who, [command, ...args]] of commands.entries()) {
    const { stdout } = await new Deno.Command(command, { args, stderr: "inherit" }).output();
    const times = JSON.parse(new TextDecoder().decode(stdout)) as Times;
    for (const [mode, ops] of Object.entries(times)) {
      for (const [op, time] of Object.entries(ops)) {
        const seen = (bests[who][mode] ??= {})[op] ?? Infinity;
        bests[who][mode][op] = Math.min(seen, time);
      }
    }
  }
}
for (const [mode, ops] of Object.entries(bests[0])) {
  for (const [op, time] of Object.entries(ops)) {
    const other = bests[1][mode][op];
    console.log(
      `${mode.padEnd(14)} ${op.padEnd(7)} ${time.toFixed(3)} us  PyTorch ${other.toFixed(3)} us  ratio ${
        (time / other).toFixed(2)
      }`,
    );
  }
}
