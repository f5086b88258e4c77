/** Studies over domains from the command line, killed and gone on with. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inFolder } from "../helpers.ts";

const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;
const mod = new URL("../../mod.ts", import.meta.url).href;

/** Two domains of digits. */
const STUDY = `
import { runs } from ${JSON.stringify(mod)};

const digits = (...select) => ({ dataset: "mnist", split: "test", select });
const domain = (...select) => ({
  train: digits(...select, { split: [300, 100], part: 0 }),
  test: digits(...select, { split: [300, 100], part: 1 }),
});
const learning = { optimizer: { name: "AdamW", lr: 0.01 }, epochs: 2, batchSize: 20, threads: 1 };

export default runs.domains({
  name: "tiny",
  domains: { clear: domain(), pale: domain({ corrupt: "contrast", severity: 5 }) },
  recipe: (source, target) => ({
    data: { train: source.train, test: target.test },
    student: { name: "SmallCnn", widths: [4, 8] },
    ...learning,
  }),
  variants: [{ title: "slow" }, { title: "fast", optimizer: { name: "AdamW", lr: 0.02 } }],
  seeds: 2,
});
`;

/** Runs the command line, killed after some milliseconds if any are given. */
async function apprentice(args: readonly string[], after?: number) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", main, ...args],
    env: { NO_COLOR: "1", OMP_NUM_THREADS: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = after === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), after);
  const { code, signal, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, signal, out: text(stdout), errors: text(stderr) };
}

Deno.test("a study over domains that is killed again and again comes to the same table", () =>
  inFolder(async (folder) => {
    const path = `${folder}/study.ts`;
    await Deno.writeTextFile(path, STUDY);
    const args = (out: string) => ["domains", path, "--out", `${folder}/${out}`, "--quiet"];
    const calm = await apprentice(args("calm"));
    assertEquals(calm.code, 0, calm.errors);
    for (const text of ["clear → pale", "pale → clear", "mean", "slow", "over 2 seeds", "±"]) {
      assertStringIncludes(calm.out, text);
    }
    let kills = 0;
    for (let after = 1500;; after += 700) {
      const { code, signal, errors } = await apprentice(args("killed"), after);
      if (code === 0) break;
      assertEquals(signal, "SIGKILL", errors);
      kills++;
    }
    assert(kills > 0);
    const table = (out: string) => Deno.readTextFile(`${folder}/${out}/comparison.txt`);
    assertEquals(await table("killed"), await table("calm"));

    const fewer = ["--pair", "pale:clear", "--only", "fast", "--seeds", "1"];
    const one = await apprentice([...args("calm"), ...fewer]);
    assertEquals(one.code, 0, one.errors);
    assert(!one.out.includes("clear → pale") && !one.out.includes("slow"));
    const wrong = await apprentice([...args("calm"), "--pair", "pale-clear"]);
    assertStringIncludes(wrong.errors, 'such as clear:pale, of clear, pale; got "pale-clear"');
    const compared = await apprentice(["compare", path]);
    assertStringIncludes(compared.errors, "is a study over domains, not one recipe. Give it to");
  }));
