/** A process of a launch that writes down which signals reach it, and ends half a second after the first. */

const [file] = Deno.args;
const note = (line: string) =>
  Deno.writeTextFileSync(file, `${Deno.env.get("RANK")} ${line}\n`, { append: true });

for (const signal of ["SIGINT", "SIGTERM", "SIGUSR2"] as const) {
  Deno.addSignalListener(signal, () => {
    note(signal);
    if (signal !== "SIGUSR2") setTimeout(() => Deno.exit(signal === "SIGINT" ? 130 : 143), 500);
  });
}
note(`ready ${Deno.stdout.isTerminal()}`);
setTimeout(() => Deno.exit(9), 20_000);
