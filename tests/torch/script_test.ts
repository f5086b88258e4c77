import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { unzipSync, zipSync } from "fflate";
import {
  ArgumentError,
  DeviceError,
  DisposedError,
  DTypeError,
  FileError,
  FormatError,
  ShapeError,
  TorchError,
} from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test, type Values } from "../helpers.ts";

const golden = (name: string) => new URL(`../golden/${name}`, import.meta.url).pathname;
const traced = golden("script_traced.pt");
const scripted = golden("script_scripted.pt");
const truth = () => torch.loadSafetensors(golden("script.safetensors"), { device });
const load = (path = scripted) => torch.loadScript(path, { device });
const close = (actual: unknown, expected: torch.Tensor) => assertClose(actual as Values, expected);

test("a traced module gives PyTorch's output", () => {
  const { images, traced: expected } = truth();
  using model = load(traced);
  assertEquals(model.methods, ["forward"]);
  assertMatch(model.schema("forward"), /^forward\(.* self, Tensor x\) -> Tensor$/);
  for (let i = 0; i < 3; i++) close(model.forward(images), expected);
});

test("methods of a scripted module return tensors, tuples, lists and dictionaries", () => {
  const want = truth();
  using model = load();
  assert(["forward", "features", "pair", "record"].every((name) => model.methods.includes(name)));
  close(model.forward(want.images), want.forward);
  close(model.run("features", want.images), want.features);
  const pair = model.run("pair", want.images) as torch.Tensor[];
  assertEquals(pair.length, 2);
  close(pair[0], want.features);
  close(pair[1], want.forward);
  const stages = model.run("stages", want.images) as torch.Tensor[];
  assertEquals(stages.length, 2);
  close(stages[0], want.stage0);
  close(stages[1], want.stage1);
  const record = model.run("record", want.images) as Record<string, torch.Tensor>;
  assertEquals(Object.keys(record), ["features", "logits"]);
  close(record.features, want.features);
  close(record.logits, want.forward);
});

test("named tuples, nested structures, None, strings and numbers come back", () => {
  const { small } = truth();
  using model = load();
  const named = model.run("named", small) as { x: torch.Tensor; size: number };
  assertEquals(Object.keys(named), ["x", "size"]);
  assertEquals([named.x.item(), named.size], [15, 2]);
  const nested = model.run("nested", small) as [{ a: torch.Tensor[] }, ...unknown[]];
  assertEquals(nested.slice(1), [null, "grün", 3, 0.5, true]);
  close(nested[0].a[0], small);
  close(nested[0].a[1], small.add(1));
  const numbered = model.run("numbered", small) as Record<string, torch.Tensor>;
  assertEquals(Object.keys(numbered), ["3", "7"]);
  close(numbered[7], small.mul(2));
});

test("arguments have defaults, may be left out, and are of every kind", () => {
  const want = truth();
  using model = load();
  const { small } = want;
  close(model.run("arguments", small), want.arguments_default);
  close(model.run("arguments", small, undefined, 1), want.arguments_default);
  close(
    model.run("arguments", small, 0.5, 3, true, "sub", [3, 2], torch.ones([2], { device })),
    want.arguments_all,
  );
  close(
    model.run("arguments", small, undefined, undefined, undefined, "add", null),
    small.mul(2).add(1),
  );
  const two = torch.full([], 2, { device });
  close(model.run("containers", [small, small], { a: two }, [3, 0.25]), want.containers);
  const kinds = [1, 0.5, "text", small, null].map((value) => model.run("anything", value));
  assertEquals(kinds, ["int", "float", "str", "tensor", "other"]);
});

test("wrong arguments are errors that name the argument and the signature", () => {
  const { small } = truth();
  using model = load();
  const fails = (method: string, inputs: torch.ScriptInput[], words: string) =>
    assertThrows(() => model.run(method, ...inputs), ArgumentError, words);
  fails("logits", [small], 'no method "logits"; it has forward, ');
  fails("forward", [], "argument 1 (x) is missing\n  in forward of ");
  fails("forward", [undefined], "argument 1 (x) is missing");
  fails("forward", [small, small], "takes 1 arguments, got 2");
  fails("forward", ["small"], "argument 1 (x) must be Tensor");
  fails("forward", [null], "argument 1 (x) must be Tensor");
  fails("forward", [[small]], "argument 1 (x) must be Tensor");
  fails("arguments", [small, "2"], "argument 2 (scale) must be float");
  fails("arguments", [small, 1, 0.5], "argument 3 (shift) expected a whole number, got 0.5");
  fails("arguments", [small, 1, 1, 1], "argument 4 (flag) must be bool");
  fails("arguments", [small, 1, 1, true, "add", [1, "x"]], "argument 6 (sizes) must be int");
  fails("containers", [[small], { a: small }, [3]], "argument 3 (pair) must be Tuple[int, float]");
  fails("containers", [[small], [small], [3, 1]], "argument 2 (named) must be Dict[str, Tensor]");
  fails("forward", [new Map() as unknown as torch.ScriptInput], "got Map");
  fails("forward", [(() => 1) as unknown as torch.ScriptInput], "got function");
  const endless: unknown[] = [];
  endless.push(endless);
  fails("anything", [endless as torch.ScriptInput], "nested too deeply");
  fails("containers", [new Array(70_000).fill(small)], "too many parts");
  const message = assertThrows(() => model.run("forward", 1)).message;
  assertMatch(message, /forward\(__torch__\.Outputs self, Tensor x\) -> Tensor/);
});

test("what goes wrong in the program comes as an error with its place in the program", () => {
  const { small, images } = truth();
  using model = load();
  const raised = assertThrows(() => model.run("fails", small), TorchError);
  assertMatch(
    raised.message,
    /^[\w.]*ValueError: seven is wanted\n {2}in fails of .*\nTrace/,
  );
  const shape = assertThrows(() => model.run("mismatch", images), ShapeError);
  assertMatch(shape.message, /^[^\n]*shape '\[7\]'[^\n]*\n {2}in mismatch of /);
  assertThrows(() => model.run("large"), TorchError, "9007199254740993 is beyond 2^53");
  close(model.forward(images), truth().forward);
});

test("parameters and buffers have PyTorch's names and values, and are the module's own", () => {
  const want = truth();
  using model = load();
  const state = model.stateDict();
  const names = Object.keys(want).filter((name) => name.startsWith("state.")).map((n) =>
    n.slice(6)
  );
  assertEquals(Object.keys(state).sort(), names.sort());
  for (const name of names) {
    assertEquals(state[name].dtype, want[`state.${name}`].dtype, name);
    close(state[name], want[`state.${name}`]);
  }
  const parameters = model.namedParameters();
  assertEquals(parameters.map(([name]) => name).sort(), [
    "bn.bias",
    "bn.weight",
    "conv.bias",
    "conv.weight",
    "fc.bias",
    "fc.weight",
  ]);
  assertEquals(model.namedBuffers().length + parameters.length, names.length);
  torch.noGrad(() => state["fc.bias"].add_(1));
  close(model.forward(want.images), want.forward.add(1));
});

test("a module switches between training and evaluation", () => {
  const want = truth();
  using model = load();
  assertEquals(model.training, false);
  assertEquals(model.train().training, true);
  close(model.forward(want.images), want.train);
  assertEquals(model.eval().training, false);
  assertEquals(model.stateDict()["bn.num_batches_tracked"].item(), 1);
});

test("a module becomes another dtype; whole numbers stay whole", () => {
  const want = truth();
  using model = load();
  assertEquals(model.to("float64"), model);
  const state = model.stateDict();
  assertEquals(state["conv.weight"].dtype, "float64");
  assertEquals(state["bn.num_batches_tracked"].dtype, "int64");
  const output = model.forward(want.images.double()) as torch.Tensor;
  assertEquals(output.dtype, "float64");
  assertClose(output, want.double, { rtol: 1e-12, atol: 1e-12 });
  model.to({ dtype: "float32", device });
  close(model.forward(want.images), want.forward);
  assertThrows(() => model.to("int64"), DTypeError, "int64");
  assertThrows(() => model.to("float33" as torch.DType), DeviceError, "float33");
  assertThrows(() => model.to("cuda:63"), DeviceError);
  close(model.forward(want.images), want.forward);
  assertThrows(() => torch.loadScript(traced, { device: "cuda:63" }), DeviceError);
});

test("gradients flow to the module's parameters and inputs", () => {
  using model = load();
  const x = torch.rand([2, 3, 8, 8], { device }).requiresGrad_();
  (model.forward(x) as torch.Tensor).sum().backward();
  assertEquals(x.grad!.shape, [2, 3, 8, 8]);
  assertClose(model.stateDict()["fc.bias"].grad!, [2, 2, 2, 2, 2]);
  assertEquals(
    torch.noGrad(() => (model.forward(x) as torch.Tensor).requiresGrad),
    false,
  );
});

test("outputs belong to the scope, the module to nobody but its holder", () => {
  const before = torch.memory().tensors;
  const model = torch.scope(() => load());
  const x = torch.rand([1, 3, 8, 8], { device });
  const alive = torch.memory().tensors;
  torch.scope(() => {
    model.run("stages", x);
    model.stateDict();
    assert(torch.memory().tensors >= alive + 12);
  });
  assertEquals(torch.memory().tensors, alive);
  const kept = torch.scope(() => model.run("record", x)) as Record<string, torch.Tensor>;
  assertEquals(kept.features.shape, [1, 4]);
  assertEquals(model.isDisposed, false);
  model.dispose();
  model.dispose();
  assertEquals(model.isDisposed, true);
  // The outputs live on without the module.
  assertEquals(kept.logits.shape, [1, 5]);
  assertThrows(() => model.forward(x), DisposedError, "TorchScript module was disposed of");
  assertThrows(() => model.stateDict(), DisposedError);
  assertThrows(() => model.eval(), DisposedError);
  assertThrows(() => model.to("float64"), DisposedError);
  kept.features.dispose();
  using other = load();
  assertThrows(() => other.forward(kept.features), DisposedError);
  assert(torch.memory().tensors > before);
});

test("files that are something else are refused by what they are", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/model.pt`;
    const refused = (content: Uint8Array | string, words: string) => {
      Deno.writeFileSync(
        path,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
      assertThrows(() => load(path), FormatError, words);
    };
    const empty = new Uint8Array(0);
    const zip = (...names: string[]) =>
      zipSync(Object.fromEntries(names.map((name) => [name, empty])), { level: 0 });
    refused("", "an empty file");
    refused("<!DOCTYPE html>", "HTML");
    refused("version https://git-lfs.github.com/spec/v1\n", "Git LFS");
    refused(new Uint8Array([0x80, 2, 0x8a, 10]), "pickle");
    refused("just text", "not a zip archive");
    refused("\x08\x08\x12\x07pytorch", "ONNX");
    refused(Deno.readFileSync(golden("script.safetensors")), "safetensors");
    refused(zip("archive/data.pkl", "archive/version"), "a PyTorch checkpoint");
    refused(zip("notes.txt"), "a zip archive with something else in it");
    refused(zip("a/data.pkl", "a/constants.pkl", "b/code/x.py"), "something else");
    const whole = ["a/data.pkl", "a/constants.pkl", "a/code/x.py"];
    refused(zip(...whole), "in data.pkl, it ends early");
    refused(zip(...whole, "a/model.json"), "before 1.4");
    refused(zip(...whole, "a/CODE/x.py"), "capitals");
    const none = new Uint8Array([0x80, 2, 0x4e, 0x2e]); // None
    refused(
      zipSync({ "a/data.pkl": none, "a/constants.pkl": none, "a/code/x.py": empty }),
      "libtorch cannot load",
    );
    assertThrows(() => load(`${folder}/absent.pt`), FileError, "absent.pt");
    assertThrows(() => load(folder), FileError, folder);
    assertThrows(() => load(3 as unknown as string), ArgumentError, "path");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

test("archives whose tensors reach beyond their data are refused", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/model.pt`;
    const parts = unzipSync(Deno.readFileSync(traced));
    const name = "script_traced/data.pkl";
    const latin = (bytes: Uint8Array) => Array.from(bytes, (b) => String.fromCharCode(b)).join("");
    const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
    const refused = (from: string, to: string, words: string) => {
      const pickle = latin(parts[name]);
      assert(pickle.includes(from));
      const changed = bytes(pickle.replace(from, to));
      Deno.writeFileSync(path, zipSync({ ...parts, [name]: changed }, { level: 0 }));
      assertThrows(() => load(path), FormatError, words);
    };
    // The convolution's weight: 108 elements, shape (4, 3, 3, 3), strides (27, 9, 3, 1).
    refused("Kl", "J\0\0\0\x7f", 'the storage "1" claims 8522825728 bytes, and its file has 432');
    refused("Kl", "Km", 'the storage "1" claims 436 bytes, and its file has 432');
    refused("Kl", "J\xff\xff\xff\xff", 'the storage "1" claims -1 elements');
    refused("(K\x04K\x03K\x03K\x03t", "(K\x05K\x03K\x03K\x03t", "leaves its storage of 432 bytes");
    refused("(K\x1bK\tK\x03K\x01t", "(K\x1cK\tK\x03K\x01t", "leaves its storage of 432 bytes");
    refused("(K\x1bK\tK\x03K\x01t", "(K\x1bK\tK\x03t", "do not fit together");
    refused("\x80\x02", "\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R0", '"os.system"');
    // A tensor that is made in a roundabout way is looked at as well.
    const [from, to] = ["_rebuild_tensor_v2", "_rebuild_sparse_tensor"];
    refused(from, to, "torch._utils._rebuild_sparse_tensor");
    refused(
      "torch._utils\n_rebuild_tensor_v2",
      "torch._tensor\n_rebuild_from_type_v2",
      "attributes",
    );
    // The same archive put together again, without a change, is fine.
    Deno.writeFileSync(path, zipSync(parts));
    using model = load(path);
    const { images, traced: expected } = truth();
    close(model.forward(images), expected);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

test("truncated and changed files are refused, or give what the whole file gives", async () => {
  const script = new URL("children/damaged_script.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, traced, scripted],
    env: { NO_COLOR: "1", OMP_NUM_THREADS: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals([code, said], [0, ""], said);
  const { refused, harmless, remade, wrong, left } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(wrong, []);
  assertEquals(left, 0);
  // Changes of dates and of the gaps between parts change nothing.
  assertEquals(remade, 200);
  assert(refused > 1000 && harmless < refused / 5, `${refused} refused, ${harmless} harmless`);
});
