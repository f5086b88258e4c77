import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { unzipSync, zipSync } from "fflate";
import { op } from "../../src/archive/pickle/opcodes.ts";
import { FormatError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { bytes, global, joined, little, pickle, text, tuple } from "../checkpoints/hostile.ts";
import { test } from "../helpers.ts";

const traced = new URL("../golden/script_traced.pt", import.meta.url).pathname;
const parts = unzipSync(Deno.readFileSync(traced));
const main = "script_traced/code/__torch__.py";
const code = new TextDecoder().decode(parts[main]);
const encode = (source: string) => new TextEncoder().encode(source);

/** The archive with other parts, loaded. */
function load(changes: Record<string, Uint8Array>, packed = false): void {
  const path = Deno.makeTempFileSync({ suffix: ".pt" });
  try {
    Deno.writeFileSync(path, zipSync({ ...parts, ...changes }, { level: packed ? 9 : 0 }));
    using _model = torch.loadScript(path);
  } finally {
    Deno.removeSync(path);
  }
}

function assertRefused(changes: Record<string, Uint8Array>, word: string, packed = false): void {
  const before = Deno.memoryUsage().rss;
  const start = performance.now();
  const { message } = assertThrows(() => load(changes, packed), FormatError);
  assertStringIncludes(message, word);
  assert(message.length < 500, message);
  assert(performance.now() - start < 5000);
  assert(Deno.memoryUsage().rss - before < 500 * 2 ** 20);
}

/** The program with more in the body of its method. */
const body = (lines: string) => ({
  [main]: encode(code.replace("    fc = self.fc\n", `    fc = self.fc\n${lines}`)),
});
const expression = (value: string) => body(`    zz = ${value}\n`);
const field = (type: string) => ({
  [main]: encode(code.replace("  training : bool\n", `  training : bool\n  t : ${type}\n`)),
});
const n = 20_000;
const deep = (open: string, inner: string, close: string) =>
  open.repeat(n) + inner + close.repeat(n);

const nested: [name: string, changes: Record<string, Uint8Array>][] = [
  ["brackets", expression(deep("(", "1", ")"))],
  ["brackets that stay open", expression("(".repeat(n))],
  ["lists", expression(deep("[", "1", "]"))],
  ["dicts", expression(deep("{1:", "1", "}"))],
  ["calls", expression(deep("int(", "1", ")"))],
  ["sums", expression("1" + "+1".repeat(n))],
  ["sums over lines that go on", expression("1" + " \\\n + 1".repeat(n))],
  ["powers", expression("1" + "**1".repeat(n))],
  ["comparisons", expression("1" + " < 1".repeat(n))],
  ["conditions", expression("True" + " and True".repeat(n))],
  ["negations", expression("not ".repeat(n) + "True")],
  ["choices", expression("1 if True else ".repeat(n) + "2")],
  ["attributes", expression("x" + ".a".repeat(n))],
  ["places", expression("x" + "[0]".repeat(n))],
  ["calls in a row", expression("x" + "()".repeat(n))],
  ["texts in a row", expression('"a" '.repeat(n))],
  [
    "blocks",
    body(Array.from({ length: 2000 }, (_, i) => `${" ".repeat(4 + i)}if True:\n`).join("")),
  ],
  ["branches", body("    if True:\n      pass\n" + "    elif True:\n      pass\n".repeat(n))],
  ["types", field(deep("List[", "int", "]"))],
  ["types in a comment", body(`    # type: (${deep("List[", "int", "]")}) -> int\n`)],
  ["default values", {
    [main]: encode(code.replace("x: Tensor)", `x: int=${deep("(", "1", ")")})`)),
  }],
];
for (const [name, changes] of nested) {
  test(`a TorchScript file with code of 20,000 ${name} is refused`, () => {
    assertRefused(changes, "nested more deeply");
  });
}

test("a TorchScript file with code of too many lines, items or words is refused", () => {
  assertRefused(body("\n".repeat(n)), "lines without code");
  assertRefused(body("    # x\n".repeat(n)), "lines without code");
  assertRefused(expression(`[${"\n".repeat(n)}1]`), "lines without code");
  assertRefused(expression(`[${"1,".repeat(100_000)}]`), "items");
  assertRefused(body("    y=x+x\n".repeat(100_000)), "words", true);
});

test("a TorchScript file whose classes or functions build upon each other without end is refused", () => {
  const chain = (name: (i: number) => string, one: (own: string, next: string) => string) =>
    Array.from({ length: 3000 }, (_, i) => one(name(i), name(i + 1))).join("");
  const classes = (dot: string) =>
    chain((i) => `C${i}`, (own, next) => `class ${own}:\n  c : (__torch__${dot}${next})\n`);
  const functions = chain(
    (i) => `f${i}`,
    (own, next) => `def ${own}(x: int) -> int:\n  return __torch__.${next}(x)\n`,
  );
  for (const more of [classes("."), classes(" . "), classes("\n."), functions]) {
    assertRefused({ [main]: encode(code + more) }, "build upon each other");
  }
  // Many that lead to one are no chain, and neither is a class that names itself.
  load({
    [main]: encode(
      code + Array.from({ length: 500 }, (_, i) =>
        `def g${i}(x: int) -> int:\n  return __torch__.g500(x)\n`).join("") +
        "def g500(x: int) -> int:\n  return x\n",
    ),
  });
  assertRefused({ "script_traced/code/.py": encode("class A:\n  a : int\n") }, "no module");
});

test("a TorchScript file with a text of millions of characters in its code is refused", () => {
  assertRefused(expression(`"${"a".repeat(2 ** 23)}"`), "names or texts", true);
});

test("a TorchScript file whose tuples hold each other without end is refused", () => {
  const tuples = (fields: (inner: string) => string, count: number) =>
    Array.from(
      { length: count },
      (_, i) => `class N${i}(NamedTuple):\n${fields(i === 0 ? "int" : `__torch__.N${i - 1}`)}`,
    ).join("");
  const taking = (type: string, more = "") => ({
    [main]: encode(
      more +
        code.replace(
          "  def forward(",
          `  def other(self: __torch__.Small, y: ${type}) -> int:\n    return 1\n  def forward(`,
        ),
    ),
  });
  const twice = (inner: string) => `  a : ${inner}\n  b : ${inner}\n`;
  for (
    const fields of [
      twice,
      (inner: string) => twice(`List[${inner}]`),
      (inner: string) => twice(`Dict[str, Optional[${inner}]]`),
      (inner: string) => twice(inner.replace(".", " . # a\n  ")),
      (inner: string) => `  a : Tuple[${inner}, ${inner}]\n`,
      // By depth alone, where nothing is there twice.
      (inner: string) => `  a : Tuple[Tuple[${inner}]]\n`,
    ]
  ) assertRefused(taking("__torch__.N15", tuples(fields, 16)), "tuples within tuples");
  assertRefused(taking("Tuple[".repeat(40) + "int" + "]".repeat(40)), "tuples within tuples");
  assertRefused(expression("(".repeat(40) + "1" + ",)".repeat(40)), "tuples within tuples");
  const steps = (one: (before: string, i: number) => string) =>
    body(`    z0 = (1, 2)\n${Array.from({ length: 40 }, (_, i) => one(`z${i}`, i + 1)).join("")}`);
  assertRefused(steps((z, i) => `    z${i} = (${z}, ${z})\n`), "tuples within tuples");
  assertRefused(steps((z, i) => `    z${i} = (${z}, 1)\n`), "tuples within tuples");
  assertRefused(steps((z, i) => `    z${i} = (\n      (${z}),)\n`), "tuples within tuples");
  assertRefused(steps((z, i) => `    a = ${z}\n    z${i} = (a, a)\n`), "tuples within tuples");
  // As a recurrent network does whose steps were written out.
  load(steps((z, i) => `    a, b, = ${z}\n    z${i} = (b, a)\n`));
  load(steps((z, i) => `    a = ${z}[0]\n    z${i} = (a, torch.len([${z}, ${z}]))\n`));
  const functions = Array.from(
    { length: 16 },
    (_, i) => `def g${i}(x: int):\n  return (${i === 0 ? "1, 1" : `__torch__.g${i - 1}(x), 1`})\n`,
  );
  assertRefused({ [main]: encode(code + functions.join("")) }, "does not say what it returns");
  // What is forked is a function in the function.
  const forked = (i: number) =>
    `    def __forked_function${i}():\n      return (x, 1)\n    f${i} = fork(__forked_function${i})\n`;
  load(body(forked(0) + forked(1)));
  const tag = (type: string) =>
    pickle(
      global("torch.jit._pickle", "restore_type_tag"),
      tuple(op.EMPTY_LIST, text(type)),
      op.REDUCE,
    );
  assertRefused(
    { "script_traced/constants.pkl": tag("Tuple[".repeat(40) + "int" + "]".repeat(40)) },
    "tuples within tuples",
  );
  // As large as the state that a language model hands on, and classes, which are not written out.
  const state = `Tuple[${"Tuple[Tensor, Tensor, Tensor, Tensor], ".repeat(96)}int]`;
  load(taking(state));
  load(taking("__torch__.N3", tuples(twice, 4)));
  const classes = Array.from(
    { length: 16 },
    (_, i) => `class C${i}(Module):\n${twice(i === 0 ? "int" : `__torch__.C${i - 1}`)}`,
  );
  load(taking("__torch__.C15", classes.join("")));
});

test("no comment or quote hides code from the check of a TorchScript file", () => {
  const hidden = `    zz = ${deep("(", "1", ")")}\n`;
  for (const comment of ["# type", "#type:", "#  type:", "#\ttype:", "# types:", "#"]) {
    assertRefused(body(`    ${comment} '''\n${hidden}    ${comment} '''\n`), "nested more deeply");
    assertRefused(body(`    ${comment} '\\\n${hidden}`), "nested more deeply");
  }
});

test("a TorchScript file whose methods call each other in a long row is refused", () => {
  const methods = (call: (next: string) => string) =>
    Array.from(
      { length: 3000 },
      (_, i) =>
        `  def m${i}(self: __torch__.Chain,\n    x: int) -> int:\n    return ${
          call(`m${i + 1}`)
        }\n`,
    )
      .join("");
  const calls = [
    (next: string) => `(self).${next}(x, )`,
    (next: string) => `self.${next}(x)`,
    (next: string) => `((self). # a\n ${next})(x)`,
  ];
  for (const call of calls) {
    const chain = `class Chain(Module):\n  training : bool\n${methods(call)}`;
    assertRefused({ [main]: encode(code + chain) }, "build upon each other");
    // What follows under a name that differs by capitals alone takes its place nowhere.
    assertRefused(
      { [main]: encode(code + chain + "class chain(Module):\n  training : bool\n") },
      "build upon each other",
    );
  }
  // Many that call one are no row.
  const flat = Array.from(
    { length: 500 },
    (_, i) =>
      `  def n${i}(self: __torch__.Flat,\n    x: int) -> int:\n    return (self).last(x, )\n`,
  ).join("");
  load({
    [main]: encode(
      `${code}class Flat(Module):\n  training : bool\n${flat}` +
        "  def last(self: __torch__.Flat,\n    x: int) -> int:\n    return x\n",
    ),
  });
});

test("no name hides that the methods or functions of a TorchScript file build upon each other", () => {
  const methods = (call: (i: number) => string) =>
    "class Chain(Module):\n  training : bool\n" +
    Array.from({ length: 3000 }, (_, i) =>
      `  def m${i}(self: __torch__.Chain) -> int:\n    return ${call(i + 1)}()\n`).join("");
  const functions = (depth: number, more = "") =>
    Array.from(
      { length: 190 },
      (_, i) =>
        `def f${i}(x: Tensor) -> Tensor:\n  ${more}return ${"torch.neg(".repeat(depth)}` +
        `__torch__.f${i + 1}(x)${")".repeat(depth)}\n`,
    ).join("");
  for (
    const more of [
      methods((i) => `getattr(self, "m${i}")`),
      methods((i) => `getattr(self, "\\x6d${i}")`),
      // A few steps, each nested deeply.
      functions(70),
      functions(1, `y = '''\ndef fake(x: int) -> int:\n'''\n  `),
    ]
  ) assertRefused({ [main]: encode(code + more) }, "build upon each other");
});

test("a TorchScript file with a value that is in itself is refused", () => {
  const cycle = bytes(op.PROTO, 2, op.EMPTY_LIST, op.BINPUT, 0, op.BINGET, 0, op.APPEND);
  for (const part of ["data", "constants"]) {
    const program = joined([cycle, bytes(op.TUPLE1, op.STOP)]);
    assertRefused({ [`script_traced/${part}.pkl`]: program }, `in ${part}.pkl, it nests`);
  }
});

const tuples = (depth: number) =>
  joined([
    bytes(op.PROTO, 2, op.EMPTY_TUPLE),
    new Uint8Array(depth).fill(op.TUPLE1),
    bytes(op.STOP),
  ]);
const lists = (depth: number) =>
  joined([
    bytes(op.PROTO, 2),
    new Uint8Array(depth).fill(op.EMPTY_LIST),
    new Uint8Array(depth - 1).fill(op.APPEND),
    bytes(op.STOP),
  ]);

test("a TorchScript file whose pickles nest their values deeply is refused", () => {
  for (const part of ["data", "constants"]) {
    for (const program of [tuples(200_000), lists(200_000)]) {
      assertRefused({ [`script_traced/${part}.pkl`]: program }, `in ${part}.pkl, it nests`);
    }
  }
  // What is thrown away, what a class of the program is made of, and what is set as its state.
  const inner = tuples(100_000).subarray(2, -1);
  const thrown = joined([bytes(op.PROTO, 2), inner, bytes(op.POP, op.EMPTY_TUPLE, op.STOP)]);
  assertRefused({ "script_traced/constants.pkl": thrown }, "nests");
  const step = bytes(op.BINPUT, 0, op.POP, global("m", "C"), op.BINGET, 0, op.TUPLE1, op.REDUCE);
  const objects = joined([
    bytes(op.PROTO, 2, op.EMPTY_TUPLE),
    ...new Array(20_000).fill(step),
    bytes(op.STOP),
  ]);
  assertRefused({ "script_traced/constants.pkl": objects }, "nests");
  const type = deep("List[", "int", "]");
  const tag = pickle(
    global("torch.jit._pickle", "restore_type_tag"),
    tuple(op.EMPTY_LIST, text(type)),
    op.REDUCE,
  );
  assertRefused({ "script_traced/constants.pkl": tag }, "a type of 120003 characters");
  const short = pickle(
    global("torch.jit._pickle", "restore_type_tag"),
    tuple(op.EMPTY_LIST, text(type.slice(0, 5000))),
    op.REDUCE,
  );
  assertRefused({ "script_traced/constants.pkl": short }, "nested more deeply");
});

test("pickles beside the two that libtorch reads do no harm, whatever is in them", () => {
  for (const part of ["code/__torch__.py.debug_pkl", "traced_inputs.pkl", "other.pkl"]) {
    load({ [`script_traced/${part}`]: tuples(200_000) });
  }
});

test("a small TorchScript file that becomes large is refused", () => {
  const many = (code: number) =>
    joined([
      bytes(op.PROTO, 2, op.MARK),
      new Uint8Array(2 ** 24 - 100).fill(code),
      bytes(op.TUPLE, op.STOP),
    ]);
  for (const code of [op.EMPTY_DICT, op.EMPTY_LIST, op.NONE]) {
    assertRefused({ "script_traced/constants.pkl": many(code) }, "makes values of more than", true);
  }
  assertRefused({ [main]: new Uint8Array(2 ** 24 - 100).fill(40) }, "nested", true);
  const some = new Uint8Array(2 ** 23);
  assertRefused(
    {
      "script_traced/a": some,
      "script_traced/b": some,
      "script_traced/c": some,
    },
    "unpack to much more",
    true,
  );
  // One storage of 8 MiB, named again and again.
  const id = tuple(text("storage"), global("torch", "FloatStorage"), text("0"), text("cpu"), [
    op.BININT,
    little(2 ** 21, 4),
  ]);
  const again = joined([
    pickle(id, op.BINPUT, 0).subarray(0, -1),
    ...new Array(50).fill(bytes(op.BINGET, 0, op.BINPERSID)),
    bytes(op.STOP),
  ]);
  assertRefused(
    { "script_traced/data.pkl": again, "script_traced/data/0": some },
    "again and again",
  );
});

test("code near the bounds is compiled, on a worker's small stack too", async () => {
  const path = Deno.makeTempFileSync({ suffix: ".pt" });
  const programs = [
    expression("(".repeat(100) + "1" + ")".repeat(100)),
    expression("[".repeat(100) + "1" + "]".repeat(100)),
    expression("1" + "+1".repeat(280)),
    expression("True" + " and True".repeat(280)),
    body("    # x\n".repeat(490)),
  ];
  const worker = new Worker(new URL("children/load_script.ts", import.meta.url).href, {
    type: "module",
  });
  try {
    for (const changes of programs) {
      Deno.writeFileSync(path, zipSync({ ...parts, ...changes }, { level: 0 }));
      const said = await new Promise((resolve, reject) => {
        worker.onmessage = (event) => resolve(event.data);
        worker.onerror = reject;
        worker.postMessage(path);
      });
      assertEquals(said, [1, 5]);
    }
  } finally {
    worker.terminate();
    Deno.removeSync(path);
  }
});
