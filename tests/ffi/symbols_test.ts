import { assert, assertEquals } from "@std/assert";
import { abiVersion, frameSlots, symbols, textBytes } from "../../ffi/symbols.ts";

const read = (name: string) => Deno.readTextFileSync(new URL(`../../${name}`, import.meta.url));
const header = read("native/apprentice.h");

/** What Deno's FFI calls a C type. */
const parameterTypes: Record<string, string> = {
  uint32_t: "u32",
  int32_t: "i32",
  double: "f64",
  "void*": "buffer",
  "const void*": "buffer",
};
const resultTypes: Record<string, string> = { uint32_t: "u32", int32_t: "i32", "void*": "pointer" };

interface Declaration {
  text: string;
  name: string;
  parameters: string[];
  result: string;
}

function declarations(): Declaration[] {
  return [...header.matchAll(/^AP_API ([\w*]+) (\w+)\(([^)]*)\);/gm)].map(
    ([, result, name, list]) => ({
      text: `${result} ${name}(${list})`,
      name,
      parameters: list === "void" ? [] : list.split(",").map((parameter) => {
        const match = /^\s*((?:const )?\w+\*?) \w+$/.exec(parameter);
        assert(match, `${name}: ${parameter}`);
        return match![1];
      }),
      result,
    }),
  );
}

Deno.test("the symbol table has the C header's functions, in their order", () => {
  const names = declarations().map(({ name }) => name);
  assertEquals(names.length, header.match(/^AP_API /gm)!.length);
  assert(names.length > 30);
  assertEquals(Object.keys(symbols), names);
});

Deno.test("the symbol table has the C header's types", () => {
  for (const { name, parameters, result } of declarations()) {
    const symbol = symbols[name as keyof typeof symbols];
    assertEquals(
      [[...symbol.parameters], symbol.result],
      [parameters.map((type) => parameterTypes[type]), resultTypes[result]],
      name,
    );
  }
});

Deno.test("the comments in the symbol table are the C declarations", () => {
  const source = read("ffi/symbols.ts");
  const comments = [...source.matchAll(/^ {2}\/\/ (.*\))$/gm)].map(([, text]) => text);
  assertEquals(comments, declarations().map(({ text }) => text));
});

Deno.test("the constants are the C header's", () => {
  const constant = (name: string) => Number(new RegExp(`#define ${name} (\\d+)`).exec(header)?.[1]);
  assertEquals(abiVersion, constant("AP_ABI_VERSION"));
  assertEquals(frameSlots, constant("AP_FRAME_SLOTS"));
  assertEquals(textBytes, constant("AP_TEXT_BYTES"));
});

Deno.test("every error code of the C header has a meaning in native_error.ts", () => {
  const codes = [...header.matchAll(/^ {2}(AP_ERROR_\w+) = (\d+)/gm)].map(([, , n]) => Number(n));
  assertEquals(codes, Array.from({ length: codes.length }, (_, i) => i + 1));
  const source = read("ffi/native_error.ts");
  const mapped = [...source.matchAll(/^ {2}(\d+): \w+Error,/gm)].map(([, n]) => Number(n));
  // 1, 3, 4, 5 and 7 are told apart by libtorch's words.
  assertEquals(mapped.sort((a, b) => a - b), codes.filter((n) => ![1, 3, 4, 5, 7].includes(n)));
});
