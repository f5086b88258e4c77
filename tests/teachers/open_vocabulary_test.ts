import { assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ArgumentError, FormatError, ShapeError } from "../../src/base/errors.ts";
import { create } from "../../src/models/create.ts";
import { openClipTokenizer } from "../../src/models/mod.ts";
import {
  describeCard,
  embedTexts,
  loadTextEmbeddings,
  openVocabulary,
  type OpenVocabularyOptions,
  saveTextEmbeddings,
  Shelf,
  teacherCard,
} from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { place } from "../hub/helpers.ts";
import {
  architecture,
  golden,
  pictures,
  prompts,
  textTower,
  wholeClip,
  writeClip,
} from "./clip_files.ts";

const common = { architecture, textTower, device } as const;
const truth = () => torch.loadSafetensors(`${golden}truth.safetensors`, { device });
const names = Object.keys(prompts);

/** Logits by hand: exp(logit_scale) times the cosine of images and OpenCLIP's columns of texts. */
function logitsOf(features: torch.Tensor, columns: torch.Tensor): torch.Tensor {
  const exact = features.to("float64");
  return exact.div(exact.norm(2, [1], true)).matmul(columns).mul(Math.exp(3.2));
}

test("a whole CLIP and classes in words make a teacher that votes as OpenCLIP does", () =>
  inFolder(async (folder) => {
    writeClip(folder);
    using teacher = await openVocabulary({ ...common, source: folder, classes: prompts });
    assertEquals([teacher.kind, teacher.numClasses, teacher.featureDim], ["predictive", 3, 10]);
    assertEquals(teacher.classNames, names);
    assertEquals(teacher.loaded, false);
    torch.scope(() => {
      const state = Object.entries(wholeClip()).filter(([name]) => name.startsWith("visual."));
      using tower = create(architecture, { numClasses: 10 });
      tower.loadStateDict(Object.fromEntries(state.map(([name, t]) => [name.slice(7), t])));
      tower.to(device).eval();
      const channel = (of: readonly number[]) => torch.tensor(of, { device }).reshape([3, 1, 1]);
      const { mean, std } = teacher.view!;
      const images = pictures().div(255).sub(channel(mean)).div(channel(std));
      const { features, logits } = teacher.run(pictures());
      assertClose(features, torch.noGrad(() => tower.forward(images)), { rtol: 1e-4, atol: 1e-5 });
      assertClose(logits, logitsOf(features, truth()["float64/prompts"]), { rtol: 1e-4 });
      const asked = teacher.run(pictures(), { patches: true });
      assertEquals([teacher.patchDim, asked.patches!.shape], [64, [2, 64, 8, 8]]);
      assertClose(asked.logits, logits);
    });
  }));

test("templates make several texts of each class", () =>
  inFolder(async (folder) => {
    const path = writeClip(folder);
    const facts = torch.loadSafetensorsMetadata(`${golden}truth.safetensors`);
    const options = { templates: JSON.parse(facts.templates), classes: JSON.parse(facts.names) };
    using teacher = await openVocabulary({ ...common, ...options, source: path });
    assertEquals(teacher.classNames, ["cat", "dog", "house"]);
    torch.scope(() => {
      const { features, logits } = teacher.run(pictures());
      assertClose(logits, logitsOf(features, truth()["float64/templates"]), { rtol: 1e-4 });
    });
    const made = await embedTexts(path, { ...common, ...options });
    torch.scope(() => {
      const values = torch.tensor(made.values).reshape([made.embedDim, made.numClasses]);
      assertClose(values, truth()["float64/templates"]);
    });
    assertClose(made.logitScale!, Math.exp(3.2));
  }));

test("classes come as a list of texts, by name, or as a list of names and texts", () =>
  inFolder(async (folder) => {
    writeClip(folder);
    const embed = async (classes: OpenVocabularyOptions["classes"]) =>
      await embedTexts(folder, { ...common, classes: classes! });
    const list = await embed(["a photo of a cat", "1", "0"]);
    assertEquals(list.classNames, ["a photo of a cat", "1", "0"]);
    const named = await embed([{ name: "b", texts: "the dog" }, { name: "1", texts: ["a", "b"] }]);
    assertEquals([named.classNames, named.texts], [["b", "1"], [["the dog"], ["a", "b"]]]);
    const same = await embed({ b: ["the dog"], x: ["a", "b"] });
    assertEquals(same.values, named.values);
    assertNotEquals(same.fingerprint, named.fingerprint);
  }));

test("what decides the votes is in the teacher's spec, and nothing else", () =>
  inFolder(async (folder) => {
    writeClip(folder);
    const spec = async (more: Partial<OpenVocabularyOptions> = {}) => {
      using teacher = await openVocabulary({
        ...{ ...common, source: folder, name: "clip", classes: prompts },
        ...more,
      });
      return JSON.stringify(teacher.spec());
    };
    const first = await spec();
    assertEquals(await spec(), first);
    const tokenizer = await openClipTokenizer(`${golden}merges.txt`);
    assertEquals(await spec({ tokenizer }), first);
    assertEquals(await spec({ templates: ["{}"] }), first);
    const reversed = Object.fromEntries(Object.entries(prompts).reverse());
    for (
      const other of [
        { classes: { ...prompts, cat: ["a cat"] } },
        { classes: reversed },
        { templates: ["{}!"] },
        { logitScale: 50 },
        { textTower: { ...textTower, heads: 4 } },
      ]
    ) {
      assertNotEquals(await spec(other), first);
    }
  }));

test("embeddings that were kept make the same teacher without a text tower", () =>
  inFolder(async (folder) => {
    const path = writeClip(folder);
    const made = await embedTexts(path, { ...common, classes: prompts });
    const kept = `${folder}/pets.safetensors`;
    saveTextEmbeddings(kept, made);
    const again = loadTextEmbeddings(kept);
    assertEquals([again.values, again.classNames, again.texts], [
      made.values,
      made.classNames,
      made.texts,
    ]);
    assertClose(again.logitScale!, made.logitScale!);
    torch.scope(() => {
      const images = Object.entries(wholeClip()).filter(([name]) => name.startsWith("visual."));
      torch.saveSafetensors(path, Object.fromEntries(images));
    });
    Deno.removeSync(`${folder}/tokenizer.json`);
    const ways: Partial<OpenVocabularyOptions>[] = [
      { embeddings: kept },
      { embeddings: made },
      {
        embeddings: torch.keep(truth()["float32/prompts"]),
        classes: names,
        logitScale: 24.5325302,
      },
    ];
    for (const way of ways) {
      using teacher = await openVocabulary({ ...common, source: path, ...way });
      assertEquals(teacher.classNames, names);
      torch.scope(() => {
        const { features, logits } = teacher.run(pictures());
        assertClose(logits, logitsOf(features, truth()["float64/prompts"]), { rtol: 1e-4 });
      });
    }
    (ways[2].embeddings as torch.Tensor).dispose();
  }));

test("embeddings that another program wrote need a tensor of the right name, and no more", () =>
  inFolder(async (folder) => {
    const source = writeClip(folder);
    const path = `${folder}/own.safetensors`;
    torch.scope(() =>
      torch.saveSafetensors(path, { text_embeddings: torch.eye(10).narrow(1, 0, 4).clone() })
    );
    using teacher = await openVocabulary({ ...common, source, embeddings: path });
    assertEquals([teacher.numClasses, teacher.classNames], [4, null]);
    using named = await openVocabulary({
      ...{ ...common, source, embeddings: path },
      classes: ["a", "b", "c", "d"],
    });
    assertEquals(named.classNames, ["a", "b", "c", "d"]);
    torch.scope(() => {
      const { features, logits } = named.run(pictures());
      assertClose(
        logits,
        logitsOf(features, torch.eye(10).narrow(1, 0, 4).to({ dtype: "float64", device })),
        {
          rtol: 1e-4,
        },
      );
    });
  }));

test("it is released, loaded again and asked by a shelf like any other", () =>
  inFolder(async (folder) => {
    writeClip(folder);
    const before = torch.memory().tensors;
    const make = (name: string, dtype: "float32" | "bfloat16" = "float32") =>
      openVocabulary({ ...common, source: folder, name, dtype, classes: prompts });
    using shelf = new Shelf([await make("a"), await make("b")], { resident: 1 });
    assertEquals(torch.memory().tensors, before);
    const [a, b] = shelf.teachers;
    torch.scope(() => {
      const first = a.run(pictures()).logits!.toArray();
      b.run(pictures());
      assertEquals([a.loaded, b.loaded], [false, true]);
      assertEquals(a.run(pictures()).logits!.toArray(), first);
    });
    using half = await make("half", "bfloat16");
    torch.scope(() => {
      const { features, logits } = half.run(pictures());
      assertEquals([features.dtype, logits.dtype], ["bfloat16", "float32"]);
      assertClose(logits, logitsOf(features, truth()["float64/prompts"]), { rtol: 1e-4 });
    });
  }));

test("the card says that the vocabulary is open, with its classes", () =>
  inFolder(async (folder) => {
    writeClip(folder);
    using teacher = await openVocabulary({ ...common, source: folder, classes: prompts });
    const card = teacherCard(teacher, { device, rounds: 1 });
    const words = describeCard(card);
    assertStringIncludes(words, "(predictive, open vocabulary)");
    assertStringIncludes(words, "3 by 6 texts: cat, a dog, house");
    assertEquals(card.openVocabulary!.texts, Object.values(prompts));
    using other = await openVocabulary({
      ...{ ...common, source: folder },
      embeddings: { ...await embedTexts(folder, { ...common, classes: ["a\nb"] }), texts: null },
    });
    assertStringIncludes(
      describeCard(teacherCard(other, { device })),
      "1 by embeddings of texts: a b",
    );
  }));

test("a repository of the hub gives weights and vocabulary", async () => {
  await using at = place();
  await inFolder(async (folder) => {
    const path = writeClip(folder);
    const weights = Deno.readFileSync(path);
    const json = Deno.readFileSync(`${golden}tokenizer.json`);
    const vocab = new TextEncoder().encode(
      JSON.stringify(JSON.parse(new TextDecoder().decode(json)).model.vocab),
    );
    const merges = Deno.readFileSync(`${golden}merges.txt`);
    const repository = (files: Record<string, Uint8Array>) => ({
      refs: { main: "a".repeat(40) },
      commits: { ["a".repeat(40)]: files },
    });
    Object.assign(at.hub.repos, {
      "org/name": repository({ "model.safetensors": weights, "tokenizer.json": json }),
      "org/old": repository({
        "a/model.safetensors": weights,
        "a/vocab.json": vocab,
        "a/merges.txt": merges,
      }),
      "org/bare": repository({ "model.safetensors": weights }),
    });
    const options = { ...common, hub: at.options, classes: prompts };
    const specs: unknown[] = [];
    const make = async (source: string, tokenizer?: string) => {
      using teacher = await openVocabulary({ ...options, source, tokenizer });
      specs.push((teacher.spec() as Record<string, unknown>).openVocabulary);
      assertEquals(teacher.facts.source, source);
    };
    await make("hf://org/name");
    await make("hf://org/name@main/model.safetensors");
    await make("hf://org/old@main/a");
    await make("hf://org/old@main/a/model.safetensors", "hf://org/name");
    await make("hf://org/bare", "hf://org/old@main/a/vocab.json");
    await make("hf://org/bare", "hf://org/name@main/tokenizer.json");
    await make("hf://org/bare", `${golden}merges.txt`);
    assertEquals(new Set(specs).size, 1);
    await assertRejects(
      () => make("hf://org/bare"),
      ArgumentError,
      "There is no vocabulary in hf://org/bare: no tokenizer.json, no vocab.json with merges.txt",
    );
    // All of it is here now.
    const offline = { ...at.options, offline: true };
    for (const source of ["hf://org/name", "hf://org/old@main/a"]) {
      using teacher = await openVocabulary({ ...options, hub: offline, source });
      assertEquals(teacher.numClasses, 3);
    }
    await assertRejects(
      () => openVocabulary({ ...options, hub: offline, source: "hf://org/bare" }),
      Error,
      "HF_HUB_OFFLINE",
    );
  });
});

test("OpenCLIP's description counts for OpenCLIP's weights, and tells the text tower's activation", async () => {
  await using at = place();
  const [whole, own] = [Deno.makeTempDirSync(), Deno.makeTempDirSync()];
  try {
    const weights = Deno.readFileSync(writeClip(whole));
    // What timm's repositories have beside weights of its own.
    const config = JSON.stringify({ architecture: "vit_base_patch32_clip_224", num_classes: 512 });
    const openClip = (quick_gelu: boolean) =>
      JSON.stringify({
        model_cfg: {
          ...{ embed_dim: 512, quick_gelu },
          vision_cfg: { image_size: 224, layers: 12, width: 768, patch_size: 32 },
        },
      });
    const bytes = (text: string) => new TextEncoder().encode(text);
    const files = {
      "config.json": bytes(config),
      "open_clip_config.json": bytes(openClip(true)),
      "open_clip_model.safetensors": weights,
      "tokenizer.json": Deno.readFileSync(`${golden}tokenizer.json`),
    };
    at.hub.repos["org/name"] = {
      refs: { main: "a".repeat(40) },
      commits: { ["a".repeat(40)]: files },
    };
    for (const [name, content] of Object.entries(files)) {
      Deno.writeFileSync(`${own}/${name}`, content);
    }
    const heads = { textTower: { heads: 2 }, classes: prompts, device, hub: at.options };
    const right = await embedTexts(whole, { ...common, classes: prompts });
    for (
      const source of [
        "hf://org/name@main/open_clip_model.safetensors",
        `${own}/open_clip_model.safetensors`,
      ]
    ) {
      assertEquals((await embedTexts(source, heads)).values, right.values);
    }
    Deno.writeTextFileSync(`${own}/open_clip_config.json`, openClip(false));
    const other = await embedTexts(`${own}/open_clip_model.safetensors`, heads);
    assertNotEquals(other.values, right.values);
  } finally {
    for (const folder of [whole, own]) Deno.removeSync(folder, { recursive: true });
  }
});

test("what cannot become such a teacher is refused with what is wrong and what to do", () =>
  inFolder(async (folder) => {
    const path = writeClip(folder);
    type Kind = typeof ArgumentError | typeof FormatError | typeof ShapeError;
    const refused = async (
      options: Partial<OpenVocabularyOptions>,
      words: string,
      kind: Kind = ArgumentError,
    ) => {
      const before = torch.memory().tensors;
      const error = await assertRejects(
        () => openVocabulary({ ...common, source: path, ...options }),
        kind,
      );
      assertStringIncludes(error.message, words);
      assertEquals(torch.memory().tensors, before);
    };
    await refused({}, "needs { classes }");
    await refused({ classes: [] }, "There are no classes");
    await refused({ classes: {} }, "There are no classes");
    await refused({ classes: ["a", "a"] }, 'Two classes are "a"');
    await refused({ classes: ["a", " "] }, "classes[1] is a text that is not empty, or a name");
    await refused({ classes: ["a", null] as never }, "classes[1]");
    await refused({ classes: [["a"]] as never }, "classes[0]");
    await refused({ classes: { a: [] } }, 'classes["a"] has no text');
    await refused({ classes: { a: ["x", 5] } as never }, 'classes["a"]');
    await refused({ classes: "cat" as never }, "got string");
    await refused({ classes: prompts, templates: ["a photo"] }, '["a photo"]');
    await refused({ classes: prompts, templates: [] }, "got []");
    await refused({ classes: ["a".repeat(70_000)] }, "at most 65536 characters");
    await refused({ source: 5 as never, classes: prompts }, "got number");
    await refused({ classes: prompts, architecture: "resnet56" }, "does not fit");
    await refused({ classes: prompts, architecture: undefined }, "not clear what architecture");
    const whose = await assertRejects(() => embedTexts(path, { classes: prompts }), ArgumentError);
    assertStringIncludes(whose.message, "It is not clear whose CLIP");
    assertStringIncludes(whose.message, "open_clip_vit_b_32");
    await refused({ classes: prompts, textTower: { heads: 3 } }, "16 cannot be split into 3");
    await refused({ embeddings: 5 as never }, "got number");
    const tensor = torch.keep(torch.ones([12, 3]));
    await refused(
      { embeddings: tensor },
      "embeddings of the texts are 12 wide, so make",
      ShapeError,
    );
    tensor.dispose();
    const file = `${folder}/wrong.safetensors`;
    const write = (
      tensors: Record<string, torch.Tensor>,
      metadata: Record<string, string> = {},
    ) => torch.scope(() => torch.saveSafetensors(file, tensors, metadata));
    const embeddings = { embeddings: file };
    torch.scope(() => write({ other: torch.ones([2]) }));
    await refused(embeddings, 'no tensor "text_embeddings" (E, C)', FormatError);
    torch.scope(() => write({ text_embeddings: torch.ones([10]) }));
    await refused(embeddings, "got [10]", ShapeError);
    torch.scope(() => write({ text_embeddings: torch.zeros([10, 2]) }));
    await refused(embeddings, "class 0 has no direction");
    const two = () => torch.ones([10, 2]);
    for (const classNames of ["[", '["a"]', "[1, 2]", "5"]) {
      torch.scope(() => write({ text_embeddings: two() }, { classNames }));
      await refused(embeddings, "classNames", FormatError);
    }
    torch.scope(() => write({ text_embeddings: two() }, { classNames: '["a","b"]' }));
    await refused({ ...embeddings, classes: ["a", "c"] }, 'number 1 is "b" there, and "c"');
    torch.scope(() => write({ text_embeddings: two() }));
    await refused({ ...embeddings, classes: ["a"] }, "2 classes and 1 names");
    await refused({ ...embeddings, logitScale: -1 }, "got -1");

    Deno.copyFileSync(`${golden}tokenizer.json`, `${folder}/other.json`);
    Deno.removeSync(`${folder}/tokenizer.json`);
    await refused({ classes: prompts }, "There is no vocabulary in");
    await refused({ classes: prompts, tokenizer: folder }, "has no vocabulary", FormatError);
    const tokenizer = `${folder}/other.json`;
    torch.scope(() => writeClip(folder, { "token_embedding.weight": torch.ones([700, 16]) }));
    await refused({ classes: prompts, tokenizer }, "604 tokens, the text tower");
    torch.scope(() => writeClip(folder, { text_projection: torch.ones([16, 12]) }));
    await refused(
      { classes: prompts, tokenizer },
      "fc.weight is [10, 64], must be [12, 64]",
      ShapeError,
    );
    torch.scope(() => writeClip(folder, { logit_scale: torch.ones([2]) }));
    await refused({ classes: prompts }, "is no number", FormatError);
    torch.scope(() => {
      const { logit_scale: _, ...rest } = wholeClip();
      torch.saveSafetensors(path, rest);
    });
    await refused({ classes: prompts }, "Give { logitScale }");
    torch.scope(() => {
      const images = Object.entries(wholeClip()).filter(([name]) => name.startsWith("visual."));
      torch.saveSafetensors(path, Object.fromEntries(images));
    });
    await refused({ classes: prompts }, "has no text tower of a CLIP");
  }));
