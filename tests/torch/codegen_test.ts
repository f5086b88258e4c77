import { assert, assertEquals, assertThrows } from "@std/assert";
import { camel, readEntries } from "../../src/torch/codegen/entries.ts";
import { generate, generatedFile } from "../../src/torch/codegen/generate.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

// Another version of libtorch may have an argument more here and there.
const version = "2.13.";

test("operators.gen.ts is what `deno task codegen` writes", async (t) => {
  const { libtorch } = torch.buildInfo();
  await t.step({
    name: `regenerated with libtorch ${libtorch}; the committed file is of ${version}x`,
    ignore: !libtorch.startsWith(version),
    async fn() {
      const committed = await Deno.readTextFile(generatedFile);
      assert(
        await generate() === committed,
        "src/torch/operators.gen.ts is out of date: run `deno task codegen`.",
      );
    },
  });
});

test("every generated method and function exists, and has words of its own", async () => {
  const text = await Deno.readTextFile(generatedFile);
  const functions = names(text, /^export function (\w+)\(/);
  const inClass = text.slice(text.indexOf("export abstract class"));
  const methods = names(inClass.slice(0, inClass.indexOf("\n}\n")), /^ {2}(\w+)\(/);
  for (const name of functions) {
    assertEquals(typeof (torch as unknown as Record<string, unknown>)[name], "function", name);
  }
  for (const name of methods) assert(name in torch.Tensor.prototype, name);
  assert(functions.size > 150 && methods.size > 350, `${functions.size}, ${methods.size}`);
});

/** The names that declarations of a text have; a doc comment must stand before each. */
function names(text: string, declaration: RegExp): Set<string> {
  const found = new Set<string>();
  text.split("\n").forEach((line, i, lines) => {
    const name = declaration.exec(line)?.[1];
    if (name === undefined) return;
    // The body of a function with several signatures has none of its own.
    assert(lines[i - 1].endsWith("*/") || lines[i - 1].endsWith(";"), `${name} lacks a comment`);
    found.add(name);
  });
  return found;
}

test("a curated list with a mistake is refused", () => {
  torch.buildInfo();
  assertThrows(() => readEntries("nothing_such || Does nothing."), Error, "nothing_such");
  assertThrows(() => readEntries("add | Tensor,Nothing | Adds."), Error, "Nothing");
  assertThrows(() => readEntries("add || Adds.\nadd || Adds again."), Error, "twice");
  assertThrows(() => readEntries("add_"), Error, "words of its own");
  assertEquals(readEntries("# Heading\nadd || Adds.\nadd_")[1].doc, "The in-place form of `add`.");
});

test("camel: libtorch's names as TypeScript's", () => {
  assertEquals(
    ["add_", "_foreach_add_", "log_softmax", "conv_transpose2d", "nll_loss2d", "LU", "std"].map(
      camel,
    ),
    ["add_", "foreachAdd_", "logSoftmax", "convTranspose2d", "nllLoss2d", "LU", "std"],
  );
});
