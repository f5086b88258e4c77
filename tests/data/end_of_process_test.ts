import { assertEquals } from "@std/assert";
import { temporaryFolder } from "../setup/fakes.ts";

Deno.test("a process ends well while threads that decoded images are still there", async () => {
  using folder = temporaryFolder();
  const header = "P5 2 2 255\n";
  for (let image = 0; image < 32; image++) {
    Deno.writeTextFileSync(`${folder.path}/${image}.pgm`, `${header}abcd`);
  }
  const main = new URL("../../mod.ts", import.meta.url).href;
  const script = `${folder.path}/script.ts`;
  Deno.writeTextFileSync(
    script,
    `
    import { data } from ${JSON.stringify(main)};
    const part = { kind: "centre", size: 8 } as const;
    const images = data.images(${JSON.stringify(folder.path)}, { part, workers: 4, onNotice() {} });
    const batch = await images.batch(Int32Array.from({ length: 32 }, (_, image) => image));
    console.log(batch.images.shape[0]);`,
  );
  const run = () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", "deno.json", script],
      cwd: new URL("../..", import.meta.url),
    }).output();
  // Two at a time, so that threads end at odd moments.
  for (let round = 0; round < 4; round++) {
    for (const { code, stdout, stderr } of await Promise.all([run(), run()])) {
      assertEquals(new TextDecoder().decode(stdout), "32\n");
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    }
  }
});
