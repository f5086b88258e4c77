/**
 * Runs a program here and its twin in Python by turns, because these machines' speed drifts.
 *
 * @module
 */

/** What a program prints: figures by name, in groups. */
export type Figures = Record<string, number>;

/** Runs both programs `rounds` times by turns; returns each one's best figures. */
export async function alternate(
  script: string,
  python: string,
  rounds: number,
  better: (a: number, b: number) => number,
  args: string[] = [],
): Promise<{ ours: Figures; theirs: Figures }> {
  const here = new URL(".", import.meta.url).pathname;
  const commands = [
    [Deno.execPath(), "run", "-A", `${here}${script}.ts`, ...args],
    [python, `${here}${script}.py`, ...args],
  ];
  const bests: Figures[] = [{}, {}];
  for (let round = 0; round < rounds; round++) {
    for (const [who, [command, ...rest]] of commands.entries()) {
      const { stdout, success } = await new Deno.Command(command, { args: rest, stderr: "inherit" })
        .output();
      if (!success) throw new Error(`${command} ${rest.join(" ")} failed`);
      const figures = JSON.parse(new TextDecoder().decode(stdout)) as Figures;
      for (const [name, value] of Object.entries(figures)) {
        bests[who][name] = name in bests[who] ? better(bests[who][name], value) : value;
      }
    }
  }
  return { ours: bests[0], theirs: bests[1] };
}
