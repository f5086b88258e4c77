/** Numbers that programs are given. */

/** The value of `--name=4` on the command line. */
export function option(name: string, otherwise: number): number {
  const given = Deno.args.find((arg) => arg.startsWith(`--${name}=`));
  return given === undefined ? otherwise : Number(given.split("=")[1]);
}
