import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { FormatError } from "../../src/base/errors.ts";
import { openWeights } from "../../src/checkpoints/mod.ts";
import { op, opName } from "../../src/archive/pickle/opcodes.ts";
import { test } from "../helpers.ts";
import { inFolder } from "./folders.ts";
import {
  bytes,
  data,
  dict,
  global,
  int,
  joined,
  little,
  type Part,
  pickle,
  tensor,
  text,
  torchLegacy,
  torchZip,
  tuple,
  zip,
  type ZipEnd,
  type ZipFile,
} from "./hostile.ts";

/** Memory of this process in MiB. */
const memory = (): number => Deno.memoryUsage().rss / 2 ** 20;

/** Asserts that a file is refused with words, quickly and without much memory; and that no tensor is left. */
function assertRefused(content: Uint8Array, ...words: string[]): void {
  inFolder((folder) => {
    const path = join(folder, "hostile.pth");
    Deno.writeFileSync(path, content);
    const before = memory();
    const start = performance.now();
    const { message } = assertThrows(() => openWeights(path), FormatError);
    for (const word of [path, ...words]) assertStringIncludes(message, word);
    assert(message.length < 1500, message);
    assert(performance.now() - start < 5000);
    assert(memory() - before < 600, `${memory() - before} MiB`);
  });
}

test("the hand-written files are sound where they do not lie", () => {
  inFolder((folder) => {
    const path = join(folder, "sound.pth");
    const large: ZipFile[] = [
      { name: "x/data.pkl", content: pickle(dict("w", tensor())), zip64: true },
      { name: "x/data/0", content: data, zip64: true, deflate: true },
    ];
    for (
      const content of [
        torchZip(pickle(dict("w", tensor()))),
        torchLegacy(pickle(dict("w", tensor({}, true)))),
        zip(large, { zip64: true }),
      ]
    ) {
      Deno.writeFileSync(path, content);
      using checkpoint = openWeights(path);
      assertEquals(checkpoint.names, ["w"]);
      assertEquals(checkpoint.tensor("w").toArray(), [[1, 2], [3, 4]]);
    }
  });
});

const marker = Deno.makeTempFileSync();
Deno.removeSync(marker);
const shell = text(`touch ${marker}`);

/** Pickles that make Python run code, and the name that must be in the refusal. */
const attacks: [name: string, program: Part, word: string][] = [
  ["os.system", [global("os", "system"), tuple(shell), op.REDUCE], "os.system"],
  ["posix.system", [global("posix", "system"), tuple(shell), op.REDUCE], "posix.system"],
  ["nt.system", [global("nt", "system"), tuple(shell), op.REDUCE], "nt.system"],
  [
    "subprocess",
    [global("subprocess", "Popen"), tuple([op.MARK, shell, op.LIST]), op.REDUCE],
    "Popen",
  ],
  ["eval", [global("builtins", "eval"), tuple(text("1")), op.REDUCE], "builtins.eval"],
  ["eval of Python 2", [global("__builtin__", "eval"), tuple(text("1")), op.REDUCE], "eval"],
  ["exec", [global("builtins", "exec"), tuple(text("1")), op.REDUCE], "builtins.exec"],
  ["getattr", [global("builtins", "getattr"), op.EMPTY_TUPLE, op.REDUCE], "getattr"],
  ["importlib", [global("importlib", "import_module"), op.EMPTY_TUPLE, op.REDUCE], "importlib"],
  ["torch.load", [global("torch", "load"), tuple(shell), op.REDUCE], "torch.load"],
  ["torch.hub", [global("torch.hub", "load"), tuple(shell), op.REDUCE], "torch.hub.load"],
  ["a JIT compiler", [global("torch.jit", "load"), tuple(shell), op.REDUCE], "torch.jit.load"],
  ["numpy's unpickler", [global("numpy", "load"), tuple(shell), op.REDUCE], "numpy.load"],
  ["operator", [global("operator", "attrgetter"), tuple(shell), op.REDUCE], "operator.attrgetter"],
  ["partial", [global("functools", "partial"), op.EMPTY_TUPLE, op.REDUCE], "functools.partial"],
  ["STACK_GLOBAL", [text("os"), text("system"), op.STACK_GLOBAL], "os.system"],
  ["a dotted name", [text("torch"), text("os.system"), op.STACK_GLOBAL], "torch.os.system"],
  ["INST", [op.MARK, shell, op.INST, "os\nsystem\n"], "os.system"],
  ["OBJ", [op.MARK, global("os", "system"), shell, op.OBJ], "os.system"],
  ["NEWOBJ", [global("os", "popen"), tuple(shell), op.NEWOBJ], "os.popen"],
  ["NEWOBJ_EX", [global("os", "popen"), tuple(shell), op.EMPTY_DICT, op.NEWOBJ_EX], "os.popen"],
  [
    "a class with __setstate__",
    [global("evil", "State"), op.EMPTY_TUPLE, op.NEWOBJ, op.EMPTY_DICT, op.BUILD],
    "evil.State",
  ],
  ["a name of JavaScript", [global("collections", "__proto__")], "__proto__"],
  ["another", [global("torch", "constructor")], "torch.constructor"],
  ["odd characters in a name", [global("o\x1b[31ms", "system\x00")], "\\u001b"],
  ["a long name", [global("a".repeat(400), "b")], "…"],
];
for (const [name, program, word] of attacks) {
  test(`a pickle that runs code by ${name} is refused by its name`, () => {
    assertRefused(torchZip(pickle(program)), word);
    assertRefused(torchLegacy(pickle(program)), word);
    // Also where nothing but the file's head is read yet, and deep inside of a dict.
    assertRefused(torchLegacy(pickle(tensor()), { machine: pickle(program) }), word);
    assertRefused(torchZip(pickle(dict("state_dict", dict("w", program)))), word);
    assertEquals(
      [...Deno.readDirSync(join(marker, ".."))].some((e) => marker.endsWith(e.name)),
      false,
    );
  });
}

test("what may be named does only what it is there for", () => {
  const ordered = global("collections", "OrderedDict");
  const rebuild = global("torch._utils", "_rebuild_tensor_v2");
  const refused: [Part, string][] = [
    [[ordered, tuple(int(1)), op.REDUCE], "dict of"],
    [[ordered, tuple(tuple(int(1))), op.REDUCE], "pairs"],
    [[ordered, op.NONE, op.REDUCE], "for arguments"],
    [[text("x"), op.EMPTY_TUPLE, op.REDUCE], "calls a string"],
    [[rebuild, op.EMPTY_TUPLE, op.REDUCE], "storage is None"],
    [[rebuild, tuple(text("os")), op.REDUCE], "storage is a string"],
    [[rebuild, op.EMPTY_DICT, op.BUILD], "BUILD"],
    [[tensor(), op.EMPTY_DICT, op.BUILD], "sets the state of a tensor"],
    [
      [global("torch._utils", "_rebuild_parameter"), tuple(text("x")), op.REDUCE],
      "parameter's data",
    ],
    [
      [global("torch._tensor", "_rebuild_from_type_v2"), tuple(rebuild, ordered), op.REDUCE],
      "attributes",
    ],
    [[global("_codecs", "encode"), tuple(text("x"), text("rot13")), op.REDUCE], "Latin-1"],
    [[global("builtins", "bytearray"), tuple(int(1_000_000_000)), op.REDUCE], "bytes of"],
    [[global("builtins", "set"), tuple(int(1)), op.REDUCE], "set of"],
    [[global("torch", "FloatStorage"), op.EMPTY_TUPLE, op.REDUCE], "calls a storage class"],
    [[global("torch", "float32"), op.EMPTY_TUPLE, op.REDUCE], "calls torch.float32"],
    [
      [ordered, op.EMPTY_TUPLE, [op.EMPTY_DICT, int(1), int(2), op.SETITEM], op.NEWOBJ_EX],
      "by name",
    ],
  ];
  for (const [program, word] of refused) assertRefused(torchZip(pickle(program)), word);
});

const malformed: [name: string, program: Part, word: string][] = [
  ["nothing on the stack", [], "not there"],
  ["an unknown operation", [0xff], opName(0xff)],
  ["EXT1", [op.EXT1, 1], "EXT1"],
  ["EXT2", [op.EXT2, 1, 0], "EXT2"],
  ["EXT4", [op.EXT4, 1, 0, 0, 0], "EXT4"],
  ["NEXT_BUFFER", [op.NEXT_BUFFER], "NEXT_BUFFER"],
  ["a text id", [op.PERSID, "1\n"], "PERSID"],
  ["protocol 200", [op.PROTO, 200], "protocol 200"],
  ["a frame beyond the end", [op.FRAME, little(2 ** 40, 8)], "cut off"],
  ["a mark that is missing", [op.TUPLE], "mark"],
  ["a value below its mark", [int(1), op.MARK, op.TUPLE1], "not there"],
  ["a key without a value", [op.EMPTY_DICT, op.MARK, int(1), op.SETITEMS], "without a value"],
  ["an item of a number", [int(1), int(1), int(1), op.SETITEM], "sets items of a number"],
  ["an append to a text", [text("x"), int(1), op.APPEND], "appends to a string"],
  ["a memo that is empty", [op.BINGET, 7], "value 7"],
  ["a text of 4 GB", [op.BINUNICODE, little(2 ** 32 - 1, 4)], "claims"],
  ["a text of 2^63 bytes", [op.BINUNICODE8, little(2n ** 63n, 8)], "claims"],
  ["bytes of 1 TB", [op.BINBYTES8, little(2 ** 40, 8)], "claims"],
  ["a bytearray of 1 TB", [op.BYTEARRAY8, little(2 ** 40, 8)], "claims"],
  ["a number of 4 GB", [op.LONG4, little(2 ** 32 - 1, 4)], "number of"],
  ["a number of 200 bytes", [op.LONG1, 200, new Uint8Array(200)], "number of"],
  ["a number that is text", [op.INT, "eval\n"], '"eval"'],
  ["a long line", [op.INT, "1".repeat(10_000), "\n"], "longer"],
  ["a text that is not UTF-8", [op.SHORT_BINUNICODE, 1, 0xff], "UTF-8"],
];
for (const [name, program, word] of malformed) {
  test(`a pickle with ${name} is a FormatError`, () => {
    assertRefused(torchZip(pickle(program)), word);
    assertRefused(torchLegacy(pickle(program)), word);
  });
}

const lies: [name: string, value: Part, ...words: string[]][] = [
  ["a storage that is not there", tensor({ key: text("1") }), '"1"'],
  ["a storage outside of its folder", tensor({ key: text("../data.pkl") }), "claims 16 bytes"],
  ["a storage without a name", tensor({ key: int(0) }), "no proper name"],
  ["more elements than the storage has", tensor({ count: int(5) }), "claims 20 bytes"],
  ["2^52 elements", tensor({ count: int(2 ** 52) }), "claims"],
  ["-4 elements", tensor({ count: int(-4) }), "-4"],
  ["half an element", tensor({ count: [op.BINFLOAT, 0x3f, 0xe0, little(0, 6)] }), "0.5"],
  ["a list for a number of elements", tensor({ count: [op.EMPTY_LIST] }), "claims"],
  ["another type for its elements", tensor({ type: global("torch", "DoubleStorage") }), "32 bytes"],
  ["a class that is no storage's", tensor({ type: global("torch", "Size") }), "storage's class"],
  ["a shape beyond its storage", tensor({ shape: tuple(int(3), int(2)) }), "leaves its storage"],
  ["an offset beyond its storage", tensor({ offset: int(1) }), "leaves its storage"],
  ["a negative offset", tensor({ offset: int(-1) }), "whole numbers"],
  ["negative strides", tensor({ strides: tuple(int(-2), int(1)) }), "whole numbers"],
  ["a negative size", tensor({ shape: tuple(int(-2), int(2)) }), "whole numbers"],
  ["strides beyond its storage", tensor({ strides: tuple(int(2 ** 40), int(1)) }), "leaves"],
  ["too few strides", tensor({ strides: tuple(int(1)) }), "fit together"],
  ["a size that is text", tensor({ shape: text("22") }), "whole numbers"],
  [
    "sizes whose product overflows",
    tensor({
      shape: tuple(int(0), int(2 ** 40), int(2 ** 40)),
      strides: tuple(int(0), int(0), int(0)),
    }),
    "too large",
  ],
  [
    "a terabyte by repetition",
    tensor({ shape: tuple(int(2 ** 38)), strides: tuple(int(0)) }),
    "too often",
  ],
  [
    "65 dimensions",
    tensor({
      shape: tuple(new Array(65).fill(int(1))),
      strides: tuple(new Array(65).fill(int(1))),
    }),
    "whole numbers",
  ],
  ["an id that is a text", tensor({ id: text("storage") }), "outside of it"],
  ["an id of a module", tensor({ id: tuple(text("module"), text("x")) }), "state_dict()"],
  ["an id that is cut short", tensor({ id: tuple(text("storage")) }), "class is None"],
  [
    "a part of another storage",
    tensor({
      id: tuple(
        text("storage"),
        global("torch", "FloatStorage"),
        text("0"),
        text("cpu"),
        int(4),
        tuple(text("1"), int(3), int(4)),
      ),
    }),
    "part of",
  ],
];
for (const [name, value, ...words] of lies) {
  test(`a tensor that claims ${name} is a FormatError`, () => {
    assertRefused(torchZip(pickle(dict("w", value))), ...words);
    inFolder((folder) => {
      const path = join(folder, "hostile.pth");
      Deno.writeFileSync(path, torchLegacy(pickle(dict("w", value))));
      assertThrows(() => openWeights(path), FormatError, path);
    });
  });
}

test("an old file whose head or storages lie is a FormatError", () => {
  const program = pickle(dict("w", tensor({}, true)));
  const keys = (...names: string[]) => pickle(op.EMPTY_LIST, op.MARK, names.map(text), op.APPENDS);
  const cases: [Parameters<typeof torchLegacy>[1], string][] = [
    [{ magic: pickle(int(7)) }, "not one of torch.save"],
    [{ protocol: pickle(int(1000)) }, "protocol is 1000"],
    [{ machine: pickle(dict("little_endian", [op.NEWFALSE])) }, "big-endian"],
    [{ machine: pickle(op.EMPTY_LIST) }, "machine"],
    [{ keys: pickle(op.NONE) }, "names of its storages"],
    [{ keys: keys() }, "missing"],
    [{ keys: keys("1") }, "not those"],
    [{ keys: keys("0", "0") }, "not those"],
    [{ storages: [little(5, 8), data] }, "5 elements"],
    [{ storages: [little(2n ** 63n, 8), data] }, "elements"],
    [{ storages: [little(4, 8), data.subarray(0, 15)] }, "15 are left"],
    [{ storages: [] }, "left"],
  ];
  for (const [parts, word] of cases) assertRefused(torchLegacy(program, parts), word);
});

const honest: ZipFile = { name: "x/data.pkl", content: pickle(dict("w", tensor())) };
const storage: ZipFile = { name: "x/data/0", content: data };
const zeros = new Uint8Array(2 ** 25);

const archives: [name: string, files: ZipFile[], end: ZipEnd | undefined, ...words: string[]][] = [
  ["a path above", [honest, storage, { ...storage, name: "../x" }], {}, "../x", "own folder"],
  ["a path above, further down", [{ ...storage, name: "x/../../y" }], {}, "own folder"],
  ["an absolute path", [honest, { ...storage, name: "/etc/x" }], {}, "/etc/x"],
  ["a drive", [honest, { ...storage, name: "c:x" }], {}, "c:x"],
  ["a backslash", [honest, { ...storage, name: "x\\..\\y" }], {}, "own folder"],
  ["a NUL in a path", [honest, { ...storage, name: "x/\0" }], {}, "own folder"],
  ["a name twice", [honest, storage, storage], {}, "twice"],
  ["two pickles", [honest, storage, { ...honest, name: "y/data.pkl" }], {}, "several files"],
  ["no pickle", [storage], {}, "no file data.pkl"],
  [
    "overlapping files",
    [honest, storage, { ...storage, name: "x/data/1", offset: 4 }],
    {},
    "overlap",
  ],
  ["a file over the table", [honest, { ...storage, offset: 10_000 }], {}, "outside"],
  [
    "a file that calls itself else",
    [honest, { ...storage, ownName: "x/data/9" }],
    {},
    "calls itself",
  ],
  ["a wrong place", [{ ...honest, offset: 1 }, storage], {}, "not where"],
  ["encryption", [{ ...honest, flags: 1 }, storage], {}, "encrypted"],
  ["an unknown method", [{ ...honest, method: 12 }, storage], {}, "method 12"],
  ["a stored file of two sizes", [honest, { ...storage, size: 2 ** 30 }], {}, "claims"],
  ["a size beyond the file", [honest, { ...storage, size: 999, packedSize: 999 }], {}, "outside"],
  [
    "a bomb",
    [{ name: "x/data.pkl", content: zeros, deflate: true }, storage],
    {},
    "claims to unpack",
  ],
  [
    "a bomb that hides its size",
    [{ name: "x/data.pkl", content: zeros, deflate: true, size: 100 }, storage],
    {},
    "does not unpack to the 100 bytes",
  ],
  [
    "a packed file that is damaged",
    [{ name: "x/data.pkl", content: data, method: 8 }, storage],
    {},
    "does not unpack",
  ],
  ["a file too few in the table", [honest, storage], { count: 1 }, "no file"],
  ["a file too many in the table", [honest, storage], { count: 3 }, "entry 2"],
  ["a table elsewhere", [honest, storage], { tableAt: 0 }, "entry 0"],
  ["a table outside", [honest, storage], { tableAt: 2 ** 31 }, "outside"],
  ["a huge table", [honest, storage], { zip64: true, tableBytes: 2n ** 62n }, "2^53"],
  ["a far table", [honest, storage], { zip64: true, tableAt: 2n ** 50n }, "outside"],
  ["2^40 files", [honest, storage], { zip64: true, count: 2 ** 40 }, "more than any"],
  ["several parts", [honest, storage], { disk: 1 }, "several parts"],
  [
    "big-endian bytes",
    [honest, storage, { name: "x/byteorder", content: bytes("big") }],
    {},
    '"big"',
  ],
  [
    "a long byte order",
    [honest, storage, { name: "x/byteorder", content: new Uint8Array(101) }],
    {},
    "101 bytes",
  ],
  ["a program", [honest, storage, { ...honest, name: "x/constants.pkl" }], {}, "TorchScript"],
];
for (const [name, files, end, ...words] of archives) {
  test(`an archive with ${name} is a FormatError`, () => {
    assertRefused(zip(files, end), ...words);
  });
}

const instance = (...state: Part[]): Part => [
  global("__torch__.torch.nn", "Module"),
  op.EMPTY_TUPLE,
  op.NEWOBJ,
  op.EMPTY_DICT,
  state,
  op.BUILD,
];
const script = (program: Part, more: readonly ZipFile[] = []) =>
  torchZip(pickle(program), [{ name: "x/constants.pkl", content: bytes(op.STOP) }, ...more]);
const set = (key: string, value: Part): Part => [text(key), value, op.SETITEM];

test("classes of a program are inert, and only in TorchScript archives", () => {
  inFolder((folder) => {
    const path = join(folder, "hostile.pt");
    const inner = instance(set("w", tensor()), set("list", tuple(tensor())));
    const shared = [set("a", [inner, op.BINPUT, 1]), set("b", [op.BINGET, 1]), set("n", int(3))];
    Deno.writeFileSync(path, script(instance(shared)));
    using checkpoint = openWeights(path);
    assertEquals([checkpoint.names, checkpoint.metadata], [["a.w", "b.w"], { n: 3 }]);
    assertEquals(checkpoint.tensor("b.w").toArray(), [[1, 2], [3, 4]]);
  });
  assertRefused(torchZip(pickle(instance(set("w", tensor())))), "__torch__.torch.nn.Module");
  assertRefused(torchLegacy(pickle(instance(set("w", tensor())))), "__torch__.torch.nn.Module");
});

test("a TorchScript archive that lies or wants more than weights is refused", () => {
  for (const [name, program, word] of attacks) {
    assertRefused(script(instance(set(name, program))), word);
  }
  for (const [name, value, ...words] of lies) {
    assertRefused(script(instance(set(name, value))), ...words);
  }
  assertRefused(script(dict("w", tensor())), "TorchScript", "a dict");
  // Modules within modules: 10^30 ways to the bottom, or none.
  let deep = [instance(set("w", tensor())), op.BINPUT, 0] as Part;
  for (let i = 1; i < 30; i++) {
    const ten = Array.from({ length: 10 }, (_, k) => set(`${k}`, [op.BINGET, i - 1]));
    deep = [deep, op.POP, instance(ten), op.BINPUT, i];
  }
  const start = performance.now();
  assertRefused(script(deep), "attributes");
  // Each module is looked at once; a million ways to some of them take a second.
  assert(performance.now() - start < 500);
  const cycle = [
    global("__torch__", "M"),
    op.EMPTY_TUPLE,
    op.NEWOBJ,
    op.BINPUT,
    0,
    dict("self", [op.BINGET, 0]),
    op.BUILD,
  ];
  assertRefused(script(cycle), "deep");
  assertRefused(
    script(instance(set("a.w", tensor()), set("a", instance(set("w", tensor()))))),
    '"a.w"',
  );
});

test("a pickle that stores a value under a number far beyond the others is refused", () => {
  const far = [int(1), op.LONG_BINPUT, little(2 ** 31, 4)];
  assertRefused(torchZip(pickle(far)), "number 2147483648");
});

test("archives that other readers would read in another way are refused", () => {
  const sound = zip([honest, storage]);
  const changed = (at: number, ...values: number[]): Uint8Array => {
    const copy = sound.slice();
    copy.set(values, at);
    return copy;
  };
  const table = sound.findIndex((_, i) => sound[i] === 0x50 && sound[i + 2] === 1);
  assertRefused(changed(table + 38, 0x10), "folder");
  assertRefused(changed(table + 34, 1), "several parts");
  assertRefused(changed(table + 9, 0x20), "encrypted");
  assertRefused(changed(8, 8), "not what the table says");
  assertRefused(changed(14, 1), "not what the table says");
  // A comment that ends like an archive.
  const end = sound.slice(-22);
  const comment = sound.slice();
  comment.set([30, 0], sound.length - 2);
  assertRefused(joined([comment, end.subarray(0, 20), new Uint8Array(10).fill(1)]), "missing");
  assertRefused(joined([sound.subarray(0, -22), new Uint8Array(4), end]), "belong to no file");
});

test("a storage that is a bomb is refused when it is unpacked", () => {
  inFolder((folder) => {
    const path = join(folder, "bomb.pth");
    Deno.writeFileSync(
      path,
      zip([honest, { name: "x/data/0", content: zeros, deflate: true, size: 16 }]),
    );
    using checkpoint = openWeights(path);
    const before = memory();
    assertThrows(() => checkpoint.tensor("w"), FormatError, "does not unpack");
    assert(memory() - before < 100);
  });
});

test("a pickle that makes much out of little is refused", () => {
  const many = (code: number, count: number) => new Uint8Array(count).fill(code);
  const bombs = [
    pickle(op.MARK, op.STOP),
    joined([pickle(op.MARK).subarray(0, 3), many(op.EMPTY_DICT, 2_000_000)]),
    joined([pickle(op.MARK).subarray(0, 3), many(op.MARK, 9_000_000)]),
    joined([pickle(int(1)).subarray(0, -1), many(op.DUP, 9_000_000)]),
    joined([pickle(int(1)).subarray(0, -1), many(op.MEMOIZE, 3_000_000)]),
  ];
  assertRefused(torchZip(bombs[0]), "not there");
  for (const bomb of bombs.slice(1)) assertRefused(torchZip(bomb), "makes values of more than");
  // The same text over and over, appended to itself by the memo, costs each time.
  const copies: Part = [
    global("builtins", "set"),
    tuple([op.BINGET, 0]),
    op.REDUCE,
    op.POP,
  ];
  const list = [op.EMPTY_LIST, op.BINPUT, 0, op.MARK, new Array(1000).fill(op.NONE), op.APPENDS];
  const sets = joined([
    pickle(list).subarray(0, -1),
    ...new Array(3_000).fill(bytes(copies)),
    bytes(op.STOP),
  ]);
  assertRefused(torchZip(sets), "makes values of more than");
});

test("shared and cyclic values are read once; deep ones are refused", () => {
  inFolder((folder) => {
    const path = join(folder, "laughs.pth");
    // Each list holds the last ten times: 10^40 ways to the bottom.
    const laughs: Part[] = [op.EMPTY_LIST, op.BINPUT, 0];
    for (let i = 0; i < 25; i++) {
      laughs.push([op.MARK, new Array(10).fill([op.BINGET, i]), op.LIST, op.BINPUT, i + 1]);
    }
    Deno.writeFileSync(path, torchZip(pickle(op.EMPTY_DICT, op.MARK, text("a"), laughs, op.DICT)));
    assertThrows(() => openWeights(path), FormatError);
    Deno.writeFileSync(path, torchZip(pickle(laughs)));
    assertEquals(openWeights(path).names, []);
    // Where a message or a call would have them written out.
    const all = tuple(laughs);
    const device = [global("torch", "device"), tuple(all), op.REDUCE];
    assertRefused(torchZip(pickle(device)), "device");
    assertRefused(torchZip(pickle(tensor({ count: all }))), "a list");
    assertRefused(torchZip(pickle(tensor({ key: all }))), "proper name");
    assertRefused(torchZip(pickle(tensor({ shape: all }))), "whole numbers");
    assertRefused(torchLegacy(pickle(tensor()), { magic: pickle(all) }), "not one of");
    assertRefused(torchLegacy(pickle(tensor()), { protocol: pickle(all) }), "a list");
    const cycle = [op.EMPTY_DICT, op.BINPUT, 0, text("self"), op.BINGET, 0, op.SETITEM];
    Deno.writeFileSync(path, torchZip(pickle(cycle, text("w"), tensor(), op.SETITEM)));
    assertEquals(openWeights(path).names, ["w"]);
  });
  const deep = (depth: number): Part => [
    new Array(depth).fill(op.EMPTY_LIST),
    new Array(depth - 1).fill(op.APPEND),
  ];
  assertRefused(torchZip(pickle(deep(100_000))), "deep");
  const nothing = { keys: pickle(op.EMPTY_LIST), storages: [] };
  assertRefused(torchLegacy(pickle(deep(100_000)), nothing), "deep");
});

test("two tensors of one name are refused", () => {
  const inner = dict("b", tensor());
  assertRefused(
    torchZip(
      pickle(op.EMPTY_DICT, text("a"), inner, op.SETITEM, text("a.b"), tensor(), op.SETITEM),
    ),
    '"a.b"',
  );
});
