/** Programs that `deno bundle` made one file of: they run where set-up has been done, and say what to do where it has not. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";

const root = fromFileUrl(new URL("../../", import.meta.url));

const program = `
import { data, torch } from ${JSON.stringify(`${root}mod.ts`)};
using photos = new data.ImageFolder(Deno.args[0], { part: { kind: "whole", size: 4 }, workers: 2 });
using batch = await photos.batch(Int32Array.of(0));
console.log(batch.images.shape.join(), torch.scope(() => torch.ones([3]).sum().item()));
`;

/** A red square of 1 x 1 as PNG. */
const red = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC",
);

async function run(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("a bundled program computes and decodes; without set-up it says where to do that", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/photos/red`, { recursive: true });
    await Deno.writeFile(`${folder}/photos/red/1.png`, red);
    await Deno.writeTextFile(`${folder}/program.ts`, program);
    const bundled = `${folder}/bundle/program.js`;
    const made = await run(
      ["bundle", "--quiet", "--config", `${root}deno.json`, "-o", bundled, `${folder}/program.ts`],
    );
    assertEquals(made.code, 0, made.err);

    const ran = await run(["run", "-A", "--quiet", bundled, `${folder}/photos`]);
    assertEquals([ran.code, ran.out], [0, "1,3,4,4 3\n"], ran.err);
    assertStringIncludes(ran.err, "decoded in this thread");

    const elsewhere = { APPRENTICE_CACHE: `${folder}/cache`, APPRENTICE_LIBRARY: "", LIBTORCH: "" };
    const lost = await run(["run", "-A", "--quiet", bundled, `${folder}/photos`], elsewhere);
    assertEquals(lost.code, 1);
    assertStringIncludes(lost.err, "in the folder that this program was bundled from");
    assertStringIncludes(lost.err, "APPRENTICE_LIBRARY");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
