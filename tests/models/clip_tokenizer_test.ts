import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, FormatError } from "../../src/base/errors.ts";
import { type ClipTokenizer, openClipTokenizer } from "../../src/models/text/clip_tokenizer.ts";
import * as torch from "../../src/torch/mod.ts";
import { inFolder, test } from "../helpers.ts";

const folder = new URL("../golden/clip_text/", import.meta.url).pathname;
const truth = () => torch.loadSafetensors(`${folder}truth.safetensors`);
const facts = torch.loadSafetensorsMetadata(`${folder}truth.safetensors`);
const texts: string[] = JSON.parse(facts.texts);
const tokenizerJson = () => JSON.parse(Deno.readTextFileSync(`${folder}tokenizer.json`));

/** Whether a tokenizer makes OpenCLIP's tokens of all texts. */
function assertTokens(tokenizer: ClipTokenizer): void {
  torch.scope(() => {
    const known = truth();
    assertEquals(tokenizer.tokens(texts).toArray(), known.tokens.toArray());
    assertEquals(tokenizer.tokens(texts, 20).toArray(), known.tokens20.toArray());
  });
}

test("tokens are OpenCLIP's, by every file that the vocabulary comes in", () =>
  inFolder(async (own) => {
    const copy = (name: string) => Deno.copyFileSync(`${folder}${name}`, `${own}/${name}`);
    const found = await openClipTokenizer(`${folder}tokenizer.json`);
    assertEquals([found.vocabSize, found.startToken, found.endToken], [604, 602, 603]);
    assertTokens(found);
    const prints = new Set([found.fingerprint]);
    const by = async (path: string, vocabSize?: number) => {
      const tokenizer = await openClipTokenizer(path, { vocabSize });
      assertTokens(tokenizer);
      prints.add(tokenizer.fingerprint);
    };
    await by(folder);
    copy("merges.txt");
    await by(`${own}/merges.txt`);
    await by(own);
    Deno.writeTextFileSync(`${own}/vocab.json`, JSON.stringify(tokenizerJson().model.vocab));
    await by(`${own}/vocab.json`);
    await by(own);
    // OpenAI's list goes on behind what CLIP uses, is packed, and begins with the name of its file.
    const more = Deno.readTextFileSync(`${own}/merges.txt`)
      .replace("#version: 0.2", '"list.txt#version: 0.2').replaceAll("\n", "\r\n") +
      "q x\r\nqx z\r\n";
    const packed = new Blob([more]).stream().pipeThrough(new CompressionStream("gzip"));
    Deno.writeFileSync(
      `${own}/list.txt.gz`,
      new Uint8Array(await new Response(packed).arrayBuffer()),
    );
    await by(`${own}/list.txt.gz`, 604);
    assertEquals(prints.size, 1);
    const longer = await openClipTokenizer(`${own}/list.txt.gz`);
    assertEquals(longer.vocabSize, 606);
    assertEquals(longer.fingerprint === found.fingerprint, false);
  }));

test("a text that is too long is cut off, and ends all the same", async () => {
  const tokenizer = await openClipTokenizer(folder);
  torch.scope(() => {
    const [row] = tokenizer.tokens(["a cat ".repeat(40)], 8).toArray() as number[][];
    assertEquals([row.length, row[0], row[7]], [8, 602, 603]);
    assertEquals(row.slice(1, 7), tokenizer.encode("a cat a cat a cat"));
    const [least] = tokenizer.tokens(["a cat"], 2).toArray() as number[][];
    assertEquals(least, [602, 603]);
    assertEquals(tokenizer.tokens([], 5).shape, [0, 5]);
  });
});

test("the names of the tokens that begin and end are text like any other", async () => {
  const tokenizer = await openClipTokenizer(folder);
  const tokens = tokenizer.encode("<|endoftext|><end_of_text><|startoftext|>");
  assertEquals(tokens.some((token) => token >= 602), false);
});

test("texts that are none, or longer than any, are refused", async () => {
  const tokenizer = await openClipTokenizer(folder);
  assertThrows(() => tokenizer.encode(5 as unknown as string), ArgumentError, "got number");
  assertThrows(() => tokenizer.encode("a".repeat(2 ** 16 + 1)), ArgumentError, "65537");
  assertEquals(tokenizer.encode("a".repeat(2 ** 16)).length > 1000, true);
  for (const length of [1, 1.5, NaN, 2 ** 17]) {
    assertThrows(() => tokenizer.tokens(["a"], length), ArgumentError, "context length");
  }
  // Half of a pair of surrogates is no character.
  assertEquals(tokenizer.encode("a\ud83d"), tokenizer.encode("a\ufffd"));
});

test("a damaged or hostile vocabulary is an error that says what is wrong", () =>
  inFolder(async (own) => {
    const path = `${own}/tokenizer.json`;
    const refused = async (text: string, words: string) => {
      Deno.writeTextFileSync(path, text);
      const error = await assertRejects(() => openClipTokenizer(path), FormatError);
      assertStringIncludes(error.message, path);
      assertStringIncludes(error.message, words);
    };
    // deno-lint-ignore no-explicit-any
    const changed = (change: (json: any) => void) => {
      const json = tokenizerJson();
      change(json);
      return JSON.stringify(json);
    };
    await refused("", "no merges");
    await refused("{", "is not JSON");
    await refused("{".repeat(100_000), "is not JSON");
    await refused("{}", "no merges.txt beside it");
    await refused("a b c\n", "not two tokens");
    await refused("a b\nzz y\n", '"zz"');
    await refused('{"model": {}}', "marks a word's end");
    await refused(changed((j) => j.model.type = "Unigram"), '"Unigram", not "BPE"');
    await refused(changed((j) => j.model.end_of_word_suffix = null), '"null"');
    await refused(changed((j) => j.model.byte_fallback = true), "byte_fallback");
    await refused(changed((j) => j.normalizer = null), "does not make letters small");
    await refused(changed((j) => j.pre_tokenizer = { type: "Metaspace" }), "not one of bytes");
    await refused(changed((j) => j.model.merges = 5), "no list of merges");
    await refused(changed((j) => j.model.merges[3] = ["a", 5]), "the 4. is");
    await refused(changed((j) => j.model.merges[3] = "a b c"), "the 4. is");
    await refused(changed((j) => j.model.merges[3] = null), "the 4. is");
    await refused(changed((j) => j.model.merges[3] = ["a", "qqq"]), '"qqq"');
    await refused(changed((j) => j.model.vocab = ["a"]), "no vocabulary by name");
    await refused(changed((j) => j.model.vocab.a = -1), 'the number of "a" is "-1"');
    await refused(changed((j) => j.model.vocab.a = 1e12), 'the number of "a"');
    await refused(changed((j) => j.model.vocab.a = "x"), 'the number of "a" is "x"');
    await refused(changed((j) => j.model.vocab.a = { valueOf: 1 }), 'the number of "a"');
    await refused(changed((j) => j.model.vocab.a = 5), "two tokens have the number 5");
    await refused(changed((j) => delete j.model.vocab["a"]), 'lacks "a"');
    await refused(changed((j) => j.added_tokens.push(null)), "adds a token that has no content");
    await refused(changed((j) => j.added_tokens.push({ content: "x" })), '"x"');
    await refused(
      changed((j) => j.added_tokens.push({ content: "<pad>", id: 700 })),
      "is 603, not the last one, 700",
    );
    await refused(
      changed((j) => {
        j.added_tokens = [];
        delete j.model.vocab["<|endoftext|>"];
      }),
      "no tokens <|startoftext|> and <|endoftext|>",
    );
    await assertRejects(() => openClipTokenizer(`${own}/nix.json`), FormatError, "no file");
    Deno.removeSync(path);
    await assertRejects(() => openClipTokenizer(own), FormatError, "has no vocabulary");
    await assertRejects(
      () => openClipTokenizer(`${folder}merges.txt`, { vocabSize: 49408 }),
      FormatError,
      "the text tower has 49408",
    );
    Deno.writeFileSync(`${own}/list.gz`, Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3));
    await assertRejects(() => openClipTokenizer(`${own}/list.gz`), FormatError, "unpacked");
  }));

test("a pattern in a tokenizer.json is never run, nor are keys that objects have of their own", () =>
  inFolder(async (own) => {
    const json = tokenizerJson();
    const path = `${own}/tokenizer.json`;
    const endless = { Regex: "(a+)+$" };
    json.normalizer.normalizers.push({ type: "Replace", pattern: endless, content: "" });
    json.pre_tokenizer.pretokenizers.unshift({
      type: "Split",
      pattern: endless,
      behavior: "Removed",
    });
    json.post_processor = { type: "TemplateProcessing", single: 5 };
    json.decoder = { type: "nothing" };
    json.model.vocab["constructor"] = 604;
    json.added_tokens[1].id = json.model.vocab["<|endoftext|>"] = 606;
    const text = JSON.stringify(json).replace(
      '"constructor":604',
      '"constructor":604,"__proto__":605',
    );
    Deno.writeTextFileSync(path, text);
    const tokenizer = await openClipTokenizer(path);
    assertEquals(tokenizer.endToken, 606);
    const start = performance.now();
    assertEquals(tokenizer.encode("a".repeat(5000) + "!").length > 1000, true);
    assertEquals(performance.now() - start < 2000, true);
    assertEquals(
      tokenizer.encode("constructor __proto__").every((id) => Number.isInteger(id)),
      true,
    );
  }));

test("a packed list that unpacks to more than any is refused", () =>
  inFolder(async (own) => {
    const path = `${own}/bomb.gz`;
    const zeros = new Blob([new Uint8Array(80 << 20)]).stream();
    const packed = await new Response(zeros.pipeThrough(new CompressionStream("gzip")))
      .arrayBuffer();
    Deno.writeFileSync(path, new Uint8Array(packed));
    await assertRejects(() => openClipTokenizer(path), FormatError, "unpacked");
  }));
