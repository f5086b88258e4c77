import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { isHubSpec, parseHubSpec } from "../../src/hub/names.ts";
import { isSafeETag, isSafePath, plainETag } from "../../src/hub/safe_names.ts";

Deno.test("parseHubSpec reads the forms that Python's huggingface_hub writes", () => {
  const cases: [spec: string, repo: string, revision: string, path: string][] = [
    ["hf://org/name", "org/name", "main", ""],
    ["hf://org/name/", "org/name", "main", ""],
    ["hf://models/org/name", "org/name", "main", ""],
    ["hf://gpt2", "gpt2", "main", ""],
    [
      "hf://timm/vit_small_patch14_dinov2.lvd142m",
      "timm/vit_small_patch14_dinov2.lvd142m",
      "main",
      "",
    ],
    ["hf://org/name@v1.0", "org/name", "v1.0", ""],
    ["hf://gpt2@v1.0", "gpt2", "v1.0", ""],
    ["hf://org/name/onnx/model.onnx", "org/name", "main", "onnx/model.onnx"],
    ["hf://org/name@v1.0/onnx/model.onnx", "org/name", "v1.0", "onnx/model.onnx"],
    ["hf://org/name@refs/pr/10", "org/name", "refs/pr/10", ""],
    ["hf://org/name@refs/pr/10/sub", "org/name", "refs/pr/10", "sub"],
    ["hf://org/name@feature%2Fx/sub", "org/name", "feature/x", "sub"],
  ];
  for (const [spec, repo, revision, path] of cases) {
    assertEquals(parseHubSpec(spec), { repo, revision, path }, spec);
  }
  assertEquals(isHubSpec("hf://a/b"), true);
  assertEquals(isHubSpec("a/b"), false);
});

Deno.test("parseHubSpec refuses what is no repository, and names that leave the cache", () => {
  const specs = [
    "org/name",
    "hf://",
    "hf:///name",
    "hf://org//name",
    "hf://../name",
    "hf://org/..",
    "hf://org/a--b",
    "hf://org/.name",
    "hf://org/name.git",
    "hf://org/na me",
    `hf://org/${"n".repeat(97)}`,
    "hf://datasets/org/name",
    "hf://org/name@",
    "hf://org/name@..",
    "hf://org/name@..%2F..%2Fx",
    "hf://org/name@%zz",
    "hf://org/name@main/../../x",
    "hf://org/name/..",
    "hf://org/name/C:/x",
  ];
  for (const spec of specs) {
    const error = assertThrows(() => parseHubSpec(spec), ArgumentError, undefined, spec);
    assertEquals(error.message.includes("hf://org/name"), true, "the message shows the form");
  }
});

Deno.test("names from a server that leave their folder on some system are not safe", () => {
  for (const name of ["a", "a.b/c-d/e_f", "model-00001-of-00002.safetensors", "ü/名"]) {
    assertEquals(isSafePath(name), true, name);
  }
  const names = ["", "/a", "a/", "a//b", "../a", "a/../b", "..", ".", "./a", "a\\b", "\\\\host\\a"];
  for (const name of [...names, "C:a", "a/D:b", "a\0b", "a\nb", "a".repeat(1001)]) {
    assertEquals(isSafePath(name), false, JSON.stringify(name));
  }
  for (const etag of ["../a", "a/b", "", ".", "..", "a b", "a\\b", "x".repeat(300)]) {
    assertEquals(isSafeETag(etag), false, etag);
  }
  assertEquals(plainETag('W/"abc"'), "abc");
  assertEquals(plainETag('"abc"'), "abc");
  assertEquals(plainETag("abc"), "abc");
});
