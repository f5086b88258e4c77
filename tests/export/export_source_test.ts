import { assertEquals } from "@std/assert";
import { briefProvenance } from "../../src/export/provenance.ts";
import { licenseOf } from "../../src/export/licenses.ts";
import * as models from "../../src/models/mod.ts";
import { openExported } from "../../src/runs/export_source.ts";
import { run } from "../../src/runs/mod.ts";
import { distilled, quiet, supervised } from "../runs/small_recipes.ts";
import { inFolder, test } from "../helpers.ts";

test("a run's folder tells of its student, teachers, results and versions", () =>
  inFolder(async (folder) => {
    const first = quiet(folder, "first");
    using _first = await run(supervised({ name: "cnn", epochs: 1 }), first);
    const recipe = distilled({
      epochs: 1,
      student: { name: "SmallCnn", widths: [4, 8], weights: `${folder}/first` },
      teachers: [
        { name: "cnn", kind: "predictive", run: `${folder}/first` },
        { kind: "predictive", recipe: supervised({ name: "other", epochs: 1, seed: 4 }) },
      ],
    });
    using done = await run(recipe, quiet(folder));
    using opened = await openExported(`${folder}/runs`);
    const { student, provenance } = opened;
    assertEquals(student.training, false);
    assertEquals(provenance.name, "distilled");
    assertEquals(provenance.architecture, "SmallCnn");
    assertEquals(provenance.options!.widths, [4, 8]);
    assertEquals(provenance.view, done.student.view);
    assertEquals(provenance.recipe, JSON.parse(JSON.stringify(done.recipe)));
    assertEquals(provenance.fingerprint, done.result.fingerprint);
    assertEquals(
      provenance.origins.map(({ name, role, source, architecture }) => [
        ...[name, role, source, architecture],
      ]),
      [
        ["cnn", "voting teacher", `${folder}/first`, "SmallCnn"],
        ["other", "voting teacher", "recipe other", "SmallCnn"],
        ["first", "initial weights", `${folder}/first`, "SmallCnn"],
      ],
    );
    assertEquals(provenance.origins.map(({ fingerprint }) => fingerprint), [
      ...JSON.parse(Deno.readTextFileSync(`${folder}/runs/teachers.json`))
        .map(({ fingerprint }: { fingerprint: string }) => fingerprint),
      null,
    ]);
    assertEquals(provenance.results!.map(({ kind }) => kind).at(-1), "student");
    assertEquals(provenance.results!.at(-1)!.accuracy, done.evaluation!.overall);
    assertEquals(provenance.results!.at(-1)!.images, 200);
    assertEquals(typeof provenance.versions!.libtorch, "string");

    const brief = briefProvenance(provenance);
    assertEquals(brief.method, "KD");
    assertEquals((brief.origins as { source: string }[])[0].source, "…/first");
    assertEquals(JSON.stringify(brief).includes(folder), false);

    // The file alone says as much as its metadata, and where it is the run's own, all.
    using alone = await openExported(`${folder}/runs/student.safetensors`);
    assertEquals(alone.provenance, provenance);
    Deno.copyFileSync(`${folder}/runs/student.safetensors`, `${folder}/mine.safetensors`);
    using copied = await openExported(`${folder}/mine.safetensors`);
    assertEquals(copied.provenance.recipe, provenance.recipe);
    assertEquals(copied.provenance.results, null);

    // A run that goes on there with other teachers has no results of this student.
    Deno.writeTextFileSync(
      `${folder}/runs/result.json`,
      JSON.stringify({ ...done.result, fingerprint: "another" }),
    );
    using stale = await openExported(`${folder}/runs`);
    assertEquals(stale.provenance.results, null);
    assertEquals(stale.provenance.manifest, null);
  }));

test("a model in memory is lent, and gets its modes back", async () => {
  using model = new models.SmallCnn({ numClasses: 3, widths: [4] });
  model.train();
  model.head.eval();
  {
    using opened = await openExported(model);
    assertEquals(opened.student, model);
    assertEquals(model.training, false);
    assertEquals(opened.provenance.recipe, null);
    assertEquals(opened.provenance.name, "SmallCnn");
  }
  assertEquals([model.training, model.head.training], [true, false]);
});

Deno.test("licenses: names of the registry, cards and configs of cached repositories and folders", () =>
  inFolder(async (folder) => {
    const env = (name: string) => name === "HF_HUB_CACHE" ? `${folder}/hub` : undefined;
    const of = async (source: string) => (await licenseOf(source, { env }))?.name ?? null;
    const cached = (repo: string, files: Record<string, string>) => {
      const place = `${folder}/hub/models--${repo.replace("/", "--")}`;
      const commit = "a".repeat(40);
      Deno.mkdirSync(`${place}/snapshots/${commit}`, { recursive: true });
      Deno.mkdirSync(`${place}/refs`);
      Deno.writeTextFileSync(`${place}/refs/main`, commit);
      for (const [name, text] of Object.entries(files)) {
        Deno.writeTextFileSync(`${place}/snapshots/${commit}/${name}`, text);
      }
    };
    assertEquals(await of("convnextv2_atto.fcmae_ft_in1k"), "cc-by-nc-4.0");
    assertEquals(await of("resnet50.no_such_tag"), null);
    assertEquals(await of("hf://timm/vit_small_patch16_dinov3.lvd1689m"), "dinov3-license");
    // A repository of the same name by somebody else is somebody else's.
    assertEquals(await of("hf://me/vit_small_patch16_dinov3.lvd1689m"), null);
    cached("me/one", { "README.md": "---\ntags: [a]\nlicense: 'mit' # sure\n---\nlicense: gpl\n" });
    assertEquals(await licenseOf("hf://me/one", { env }), {
      name: "mit",
      from: "the card of me/one",
    });
    cached("me/two", {
      "README.md": "---\r\nlicense:\r\n- apache-2.0\r\n- mit\r\ntags:\r\n- x\r\n---\r\n",
    });
    assertEquals(await of("hf://me/two"), "apache-2.0, mit");
    cached("me/other", {
      "README.md": "---\nlicense: other\nlicense_name: some-research-license\n---\n",
    });
    assertEquals(await of("hf://me/other"), "some-research-license");
    cached("me/config", {
      "README.md": "No head.",
      "config.json": '{"pretrained_cfg":{"license":"bsd"}}',
    });
    assertEquals(await of("hf://me/config"), "bsd");

    Deno.mkdirSync(`${folder}/model`);
    Deno.writeTextFileSync(`${folder}/model/config.json`, "{}");
    Deno.writeTextFileSync(`${folder}/model/README.md`, "---\nlicense: openrail\n---\n");
    Deno.writeTextFileSync(`${folder}/model/model.safetensors`, "");
    Deno.writeTextFileSync(`${folder}/model/resnet18-f37072fd.pth`, "");
    assertEquals(await of(`${folder}/model`), "openrail");
    assertEquals(await of(`${folder}/model/model.safetensors`), "openrail");
    // What somebody put beside it is not of this folder's model.
    assertEquals(await of(`${folder}/model/resnet18-f37072fd.pth`), null);
  }));
