// The folder that a page is written to: what is in it, and what it is not written over.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ArgumentError, FileError, FormatError } from "../../src/base/errors.ts";
import { writeWeb } from "../../src/export/web/write_web.ts";
import { originFacts } from "../../src/export/web/facts.ts";
import { RUNTIME_FILES, runtimeFolder } from "../../src/export/web/runtime_files.ts";
import { SmallCnn } from "../../src/models/small/cnn.ts";
import { inFolder, test } from "../helpers.ts";
import { colorModel } from "./colors.ts";

const writeNothing = (path: string) => Deno.writeFile(path, new Uint8Array(796));
const refuse = () => Promise.reject(new Error("The model must not be written."));

test("the folder has the page, the model, what runs it, and the license of that", async () => {
  await inFolder(async (folder) => {
    using model = colorModel();
    const site = `${folder}/new/site`;
    const { files } = await writeWeb(model, writeNothing, site, {
      title: `"Colors" & <more>`,
      facts: [["Teachers", "a <i>teacher</i>"]],
    });
    assertEquals(Object.keys(files).sort(), [
      "LICENSES.txt",
      "index.html",
      "model.onnx",
      "onnxruntime/ort-wasm-simd-threaded.js",
      "onnxruntime/ort-wasm-simd-threaded.wasm",
      "onnxruntime/ort.wasm.min.js",
      "page.js",
      "worker.js",
    ]);
    for (const [name, bytes] of Object.entries(files)) {
      assertEquals((await Deno.stat(`${site}/${name}`)).size, bytes, name);
    }
    const page = await Deno.readTextFile(`${site}/index.html`);
    assertStringIncludes(page, "<title>&quot;Colors&quot; &amp; &lt;more&gt;</title>");
    for (
      const said of [
        "SmallCnn",
        ">99<",
        "796 bytes",
        "32 × 32 pixels",
        "a &lt;i&gt;teacher&lt;/i&gt;",
      ]
    ) {
      assertStringIncludes(page, said);
    }
    assertStringIncludes(await Deno.readTextFile(`${site}/LICENSES.txt`), "Microsoft Corporation");

    model.classNames = null;
    await writeWeb(model, writeNothing, site);
    const again = await Deno.readTextFile(`${site}/index.html`);
    assertStringIncludes(again, "<title>Which of 3 classes?</title>");
    assert(!again.includes("Teachers"));
  });
});

test("a folder with anything else stays as it is", async () => {
  await inFolder(async (folder) => {
    using model = colorModel();
    await Deno.writeTextFile(`${folder}/index.html`, "<h1>My own page</h1>");
    const to = (place: string) => writeWeb(model, refuse, place);
    await assertRejects(() => to(folder), FileError, "index.html");
    await assertRejects(() => to(`${folder}/index.html`), FileError, "is a file");
    await assertRejects(() => to("."), FileError, "that this runs in");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["index.html"]);

    const site = `${folder}/site`;
    await writeWeb(model, writeNothing, `${site}/`);
    await assertRejects(() => to(site), Error, "must not be written");
    assertEquals((await Deno.stat(`${site}/model.onnx`)).size, 796);
    assertEquals([...Deno.readDirSync(folder)].length, 2);
  });
});

test("a model without classes, and one that wants nothing of images, get no page", async () => {
  await inFolder(async (folder) => {
    using model = new SmallCnn({ channels: 3, numClasses: 3, widths: [3] });
    const write = (given: SmallCnn) => writeWeb(given, refuse, `${folder}/site`);
    await assertRejects(() => write(model), ArgumentError, "Set its view (size, mean and std)");
    const features = Object.create(model, { numClasses: { value: 0 } });
    await assertRejects(() => write(features), ArgumentError, "give it a classifier first");
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});

test("what runs the model may come from a folder, of one version alone", async () => {
  const fetched = await runtimeFolder();
  await inFolder(async (folder) => {
    await assertRejects(() => runtimeFolder(folder), FileError, "npm pack onnxruntime-web@");
    await Deno.mkdir(`${folder}/dist`);
    for (const name of Object.values(RUNTIME_FILES)) {
      await Deno.symlink(`${fetched}/${name}`, `${folder}/dist/${name}`);
    }
    assertEquals(await runtimeFolder(folder), `${folder}/dist`);
    assertEquals(await runtimeFolder(`${folder}/dist`), `${folder}/dist`);
    const script = `${folder}/dist/ort.wasm.min.mjs`;
    const older = (await Deno.readTextFile(script)).replace(/v\d+\.\d+\.\d+/, "v1.17.3");
    await Deno.remove(script);
    await Deno.writeTextFile(script, older);
    await assertRejects(() => runtimeFolder(folder), FormatError, "has onnxruntime-web 1.17.3");
  });
});

test("a page says where its model comes from, and nothing of this machine", () => {
  const origin = { source: "", architecture: null, fingerprint: null, origins: [] };
  const result = {
    name: "student",
    kind: "student",
    parameters: 9,
    images: 1234,
    accuracy: 0.8765,
  };
  const provenance = {
    ...{ name: "digits", architecture: "SmallCnn", options: null, numClasses: 2, featureDim: 3 },
    ...{ parameters: 9, classNames: null, view: null, fingerprint: null, manifest: null },
    ...{
      versions: null,
      date: "2026-01-31T14:25:01.000Z",
      recipe: { method: { name: "UNIFORM" } },
    },
    origins: [
      { ...origin, name: "wise", role: "teacher", license: { name: "mit", from: "its page" } },
      { ...origin, name: "/home/somebody/wiser.onnx", role: "voting teacher", license: null },
      { ...origin, name: "plain", role: "initial weights", license: null },
    ] as const,
    results: [{ ...result, name: "wise", kind: "predictive", accuracy: 1 }, result],
  };
  assertEquals(originFacts(provenance), [
    ["Name", "digits"],
    ["Learned by", "UNIFORM"],
    ["Teachers", "wise (mit), …/wiser.onnx"],
    ["Began with", "plain"],
    ["Accuracy", "87.6 % of 1,234 test images"],
    ["Made on", "2026-01-31"],
  ]);
  const nothing = { recipe: null, origins: [], results: null };
  assertEquals(originFacts({ ...provenance, ...nothing }), []);
});
