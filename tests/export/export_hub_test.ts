import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parse } from "npm:deno-std@1.4.0/yaml/mod.js";
import { ArgumentError } from "../../src/base/errors.ts";
import { HubAccessError } from "../../src/hub/mod.ts";
import { licenseStatement } from "../../src/export/license_notes.ts";
import { modelCard } from "../../src/export/model_card.ts";
import type { Origin, Provenance } from "../../src/export/provenance.ts";
import { openExported } from "../../src/runs/export_source.ts";
import { exportHub, pushToHub, run } from "../../src/runs/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { place } from "../hub/helpers.ts";
import { TOKEN } from "../hub/server.ts";
import { distilled, quiet, supervised } from "../runs/small_recipes.ts";
import { assertClose, inFolder, test } from "../helpers.ts";

// deno-lint-ignore no-explicit-any
const headOf = (card: string): any => parse(/^---\n([^]*?)\n---\n/.exec(card)![1]);

test("a run becomes a folder with card, weights, recipe and teachers, and comes back from a hub", () =>
  inFolder(async (folder) => {
    await using here = place();
    const { hub, options } = here;
    const recipe = distilled({
      epochs: 1,
      teachers: [{
        name: "the | <b>cnn</b>",
        kind: "predictive",
        recipe: supervised({ epochs: 1 }),
      }],
    });
    using done = await run(recipe, quiet(folder));
    const out = `${folder}/hub`;
    const written = await exportHub(`${folder}/runs`, out, { repository: "me/digits" });
    assertEquals(written.files.toSorted(), [
      "README.md",
      "config.json",
      "model.safetensors",
      "recipe.json",
      "teachers.json",
    ]);
    const card = Deno.readTextFileSync(`${out}/README.md`);
    const head = headOf(card);
    assertEquals(head.library_name, "apprentice");
    assertEquals(head.pipeline_tag, "image-classification");
    assertEquals(head.tags, ["image-classification", "apprentice", "knowledge-distillation", "kd"]);
    // Nobody else's weights were used, and nobody chose a license.
    assertEquals(head.license, undefined);
    assertEquals(head["model-index"][0].results[0].dataset, { type: "mnist", name: "mnist" });
    assertEquals(head["model-index"][0].results[0].metrics[0].value, done.evaluation!.overall);
    const percent = `${(100 * done.evaluation!.overall).toFixed(2)} %`;
    assertStringIncludes(card, `**${percent}**`);
    assertStringIncludes(card, "the \\| \\<b\\>cnn\\</b\\>");
    assertStringIncludes(card, 'hub.resolveHub("hf://me/digits")');
    // Nothing tells where the files lay.
    for (const name of written.files) {
      const bytes = Deno.readFileSync(`${out}/${name}`);
      assert(!new TextDecoder().decode(bytes).includes(folder), name);
    }
    const [manifest] = JSON.parse(Deno.readTextFileSync(`${out}/teachers.json`));
    assertEquals(manifest.role, "voting teacher");
    assertEquals(manifest.spec.featureDim, 8);

    const push = { endpoint: hub.endpoint, token: TOKEN, env: options.env, backoff: 1, retries: 0 };
    const pushed = await pushToHub(out, "me/digits", push);
    const { ".gitattributes": _, ...there } = hub.repos["me/digits"].commits[pushed.commit];
    const local = written.files.map((name) => [name, Deno.readFileSync(`${out}/${name}`)]);
    assertEquals(there, Object.fromEntries(local));
    const fetched = await here.resolve("hf://me/digits");
    using again = models.load(fetched.folder);
    using teacher = await teachers.load("hf://me/digits", { hub: options });
    assertEquals(teacher.name, "me/digits");
    assertEquals(again.classNames, done.student.classNames);
    assertEquals(again.view, done.student.view);
    torch.scope(() => {
      const images = torch.randn([2, 1, 28, 28]);
      assertClose(again.forward(images), done.student.forward(images));
      const bytes = torch.randint(0, 256, [2, 28, 28, 1]).to("uint8");
      assertEquals(teacher.run(bytes).features.shape, [2, 8]);
    });
    using reopened = await openExported(fetched.folder);
    assertEquals(reopened.provenance.fingerprint, done.result.fingerprint);
  }));

test("a card that was edited stays; one that was not is written anew", () =>
  inFolder(async (folder) => {
    using student = models.create("mobilenetv3_small_050", { numClasses: 2 });
    assertEquals((await exportHub(student, folder)).keptCard, false);
    // It takes photographs, and what this student wants of them is not known.
    await assertRejects(() => exportHub(student, folder, { onnx: true }), ArgumentError, "view");
    student.view = { size: [32, 32], mean: [0, 0, 0], std: [1, 1, 1] };
    const { files } = await exportHub(student, folder, { onnx: true });
    assert(files.includes("model.onnx"));
    assert(Deno.statSync(`${folder}/model.onnx`).size > 1e6);
    assertEquals((await exportHub(student, folder, { license: "mit" })).keptCard, false);
    const card = Deno.readTextFileSync(`${folder}/README.md`);
    assertEquals(headOf(card).license, "mit");
    assertEquals(headOf(card).library_name, "timm");
    assert(headOf(card).tags.includes("onnx"));
    assertStringIncludes(card, 'InferenceSession("model.onnx")');
    assertEquals(
      JSON.parse(Deno.readTextFileSync(`${folder}/config.json`)).pretrained_cfg.license,
      "mit",
    );
    Deno.writeTextFileSync(`${folder}/README.md`, card.replace("## Licenses", "## My licenses"));
    const kept = await exportHub(student, folder);
    assertEquals(kept.keptCard, true);
    assert(!kept.files.includes("README.md"));
    assertStringIncludes(Deno.readTextFileSync(`${folder}/README.md`), "My licenses");
    await assertRejects(() => exportHub(student, folder, { license: "My own!" }), ArgumentError);
    await assertRejects(() => exportHub(student, folder, { repository: "me" }), ArgumentError);
  }));

const origin = (name: string, license: string | null, more: Partial<Origin> = {}): Origin => ({
  name,
  role: "teacher",
  source: `hf://timm/${name}`,
  architecture: name,
  fingerprint: null,
  license: license === null ? null : { name: license, from: "its card" },
  origins: [],
  ...more,
});

Deno.test("a license is stated only where all of them are known and free", () => {
  const of = (...origins: Origin[]) => licenseStatement(origins).license;
  assertEquals(of(origin("a", "mit"), origin("b", "apache-2.0")), "apache-2.0");
  assertEquals(of(origin("a", "MIT, apache-2.0")), "apache-2.0");
  assertEquals(of(origin("a", "mit"), origin("b", null)), null);
  assertEquals(of(origin("a", "mit"), origin("b", "cc-by-nc-4.0")), null);
  assertEquals(of(origin("a", "some-new-license")), null);
  assertEquals(of(), null);
  // What a recipe trained has no license of its own, but those of its teachers.
  const trained = (...origins: Origin[]) =>
    origin("mine", null, { source: "recipe mine", origins });
  assertEquals(of(trained(), origin("a", "mit")), "mit");
  assertEquals(of(trained(origin("a", "dinov3-license"))), null);
  const statement = licenseStatement([trained(origin("a", "dinov3-license")), origin("b", null)]);
  assertEquals(statement.reserved.map(({ name }) => name), ["a"]);
  assertEquals(statement.unknown, ["b"]);
});

test("the card warns of licenses that reserve rights, and says what initial weights it is of", () => {
  using student = models.create("resnet18", { numClasses: 0 });
  const provenance: Provenance = {
    name: "mine",
    architecture: "resnet18",
    options: {},
    numClasses: 0,
    featureDim: 512,
    parameters: 11_000_000,
    classNames: null,
    view: null,
    recipe: { method: { name: "Uniform" } },
    fingerprint: null,
    origins: [
      origin("vit_small_patch16_dinov3.lvd1689m", "dinov3-license"),
      origin("unknown", null),
      origin("resnet18.a1_in1k", "apache-2.0", { role: "initial weights" }),
    ],
    manifest: null,
    results: null,
    versions: null,
    date: null,
  };
  const { card, license } = modelCard(student, provenance, { repository: "me/mine" });
  assertEquals(license, null);
  const head = headOf(card);
  assertEquals(head.license, "other");
  assertEquals(head.pipeline_tag, "image-feature-extraction");
  assertEquals(head.base_model, ["timm/resnet18.a1_in1k"]);
  assertEquals(head["model-index"], undefined);
  assertStringIncludes(card, "vit\\_small\\_patch16\\_dinov3.lvd1689m (dinov3-license)");
  assertStringIncludes(card, "The license of unknown is not known here.");
  assertStringIncludes(card, "pass on to what is distilled from a model");
  assertStringIncludes(card, 'timm.create_model("hf-hub:me/mine", pretrained=True)');
  // A license that the user states does not hide the others'.
  const stated = modelCard(student, provenance, { license: "mit" }).card;
  assertEquals(headOf(stated).license, "mit");
  assertStringIncludes(stated, "pass on to what is distilled from a model");
});

test("a folder that is no model's is not uploaded", () =>
  inFolder(async (folder) => {
    const env = () => undefined;
    const push = (more = {}) => pushToHub(folder, "me/x", { env, ...more });
    await assertRejects(() => push(), ArgumentError, "it has no README.md");
    Deno.writeTextFileSync(`${folder}/README.md`, "");
    await assertRejects(() => push(), ArgumentError, "it has no model.safetensors or config.json");
    Deno.writeTextFileSync(`${folder}/config.json`, "{}");
    await assertRejects(() => push({ token: false }), HubAccessError, "Set HF_TOKEN");
    Deno.mkdirSync(`${folder}/many`);
    for (let i = 0; i < 501; i++) Deno.writeTextFileSync(`${folder}/many/${i}`, "");
    await assertRejects(() => push(), ArgumentError, "more than 500 files");
  }));
