import { assertEquals, assertStringIncludes } from "@std/assert";
import sharp from "npm:sharp@^0.34.5";
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
    const part = { kind: "center", size: 8 } as const;
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
  for (let round = 0; round < 2; round++) {
    for (const { code, stdout, stderr } of await Promise.all([run(), run()])) {
      assertEquals(new TextDecoder().decode(stdout), "32\n");
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    }
  }
});

Deno.test("images that are still being decoded at dispose() and at an error's end do no harm", async () => {
  using folder = temporaryFolder();
  await Promise.all(Array.from({ length: 8 }, async (_, image) => {
    const background = { r: 30 * image, g: 0, b: 0 };
    const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
    const picture = sharp({
      create: { width: 1200, height: 1200, channels: 3, background, noise },
    });
    await picture.png({ compressionLevel: 1 }).toFile(`${folder.path}/${image}.png`);
  }));
  const main = new URL("../../mod.ts", import.meta.url).href;
  const script = `${folder.path}/script.ts`;
  Deno.writeTextFileSync(
    script,
    `
    import { data } from ${JSON.stringify(main)};
    const part = { kind: "center", size: 64 } as const;
    for (let time = 0; time < 6; time++) {
      const images = data.images(${
      JSON.stringify(folder.path)
    }, { part, workers: 2, onNotice() {} });
      const batch = images.batch(Int32Array.from({ length: 8 }, (_, image) => image));
      const name = batch.then(() => "decoded", (error) => error.name);
      await new Promise((done) => setTimeout(done, 200 + 30 * time));
      images.dispose();
      await name;
    }
    const images = data.images(${JSON.stringify(folder.path)}, { part, workers: 2, onNotice() {} });
    images.batch(Int32Array.from({ length: 8 }, (_, image) => image));
    await new Promise((done) => setTimeout(done, 300));
    console.log("end");
    throw new Error("the program's own");`,
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", "deno.json", script],
    cwd: new URL("../..", import.meta.url),
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "end\n");
  assertStringIncludes(new TextDecoder().decode(stderr), "the program's own");
  assertEquals(code, 1);
});
