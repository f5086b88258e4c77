import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  ApprenticeError,
  ArgumentError,
  DisposedError,
  FileError,
  FormatError,
  ShapeError,
} from "../../src/base/errors.ts";
import { descriptive } from "../../src/teachers/descriptive.ts";
import { classifierOfOnnx, featuresOfOnnx } from "../../src/teachers/from_onnx.ts";
import { openOnnx } from "../../src/teachers/onnx.ts";
import type { OpenOnnxOptions } from "../../src/teachers/onnx_options.ts";
import { readOnnxGraph } from "../../src/teachers/onnx_graph.ts";
import { penultimate } from "../../src/teachers/onnx_taps.ts";
import { predictive } from "../../src/teachers/predictive.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = (name: string) => new URL(`../golden/${name}`, import.meta.url).pathname;
const truth = () => torch.loadSafetensors(golden("onnx.safetensors"), { device });
const open = (name: string, options: OpenOnnxOptions = {}) =>
  openOnnx(golden(name), { threads: 1, ...options });

/** Runs the rest of a test in a scope: what is made after an await has none. */
const scoped = (body: () => void) => torch.scope(body);

test("importing the package loads no ONNX Runtime", async () => {
  const script = `import "${new URL("../../src/teachers/onnx.ts", import.meta.url)}";
    import "${new URL("../../src/teachers/from_onnx.ts", import.meta.url)}";
    const maps = Deno.readTextFileSync("/proc/self/maps");
    console.log(maps.includes("onnxruntime"));`;
  if (Deno.build.os !== "linux") return;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "false\n");
});

test("logits, and the features before them, are PyTorch's", async () => {
  using model = await open("onnx_conv.onnx", { logits: true });
  scoped(() => {
    const want = truth();
    assertEquals(model.inputName, "images");
    assertEquals(model.inputShape, ["batch", 3, 8, 8]);
    assertEquals(model.inputDType, "float32");
    assertEquals(model.outputs, [{ name: "logits", dtype: "float32", shape: ["batch", 5] }]);
    assertEquals([model.featureDim, model.numClasses, model.logits], [6, 5, "logits"]);
    assertEquals(model.imageShape, [3, 8, 8]);
    for (const batch of [3, 1, 2, 3]) {
      const { features, logits } = model.run(want.images.narrow(0, 0, batch));
      assertClose(logits!, want.logits.narrow(0, 0, batch));
      assertClose(features, want.features.narrow(0, 0, batch));
      assertEquals([features.device, features.dtype], [want.images.device, "float32"]);
    }
  });
});

test("without a tap and logits the first output is the features", async () => {
  using model = await open("onnx_conv.onnx");
  scoped(() => {
    const want = truth();
    const { features, logits } = model.run(want.images);
    assertEquals(logits, undefined);
    assertEquals([model.featureDim, model.numClasses], [5, undefined]);
    assertClose(features, want.logits);
  });
});

test("any tensor can be tapped, by its name, its operation's or its module's; maps are averaged", async () => {
  for (const tap of ["/Relu_1_output_0", "/Relu_1"]) {
    using model = await open("onnx_conv.onnx", { tap });
    scoped(() => {
      const want = truth();
      assertEquals([model.tap, model.featureDim], ["/Relu_1_output_0", 6]);
      assertClose(model.run(want.images).features, want.features);
      const maps = model.compute(want.images, [model.tap])[model.tap];
      assertClose(maps, want.maps);
      assertEquals(Object.keys(model.compute(want.images)), ["logits"]);
    });
  }
  using second = await open("onnx_conv.onnx", { tap: "second" });
  assertEquals(second.tap, "/second/Conv_output_0");
});

test("of tokens the class token is taken, or the mean", async () => {
  using model = await open("onnx_tokens.onnx", { tap: "tokens", logits: "logits" });
  using mean = await open("onnx_tokens.onnx", { tap: "tokens", tokens: "mean" });
  using auto = await open("onnx_tokens.onnx", { logits: "logits" });
  scoped(() => {
    const want = truth();
    const { features, logits } = model.run(want.images);
    assertClose(features, want.tokens.select(1, 0));
    assertClose(logits!, want.token_logits);
    assertClose(mean.run(want.images).features, want.tokens.mean(1));
    assertClose(auto.run(want.images).features, want.tokens.select(1, 0));
    assertClose(model.compute(want.images, ["tokens"]).tokens, want.tokens);
  });
});

test("weights in a file of their own are found beside the model, also with a tap", async () => {
  using model = await open("onnx_external.onnx", { tap: "/Relu_1_output_0", logits: "logits" });
  scoped(() => {
    const want = truth();
    const { features, logits } = model.run(want.images);
    assertClose(features, want.features);
    assertClose(logits!, want.logits);
  });
});

test("a model for one image at a time is run for each", async () => {
  using model = await open("onnx_fixed.onnx", { logits: true });
  scoped(() => {
    const want = truth();
    assertEquals(model.inputShape, [1, 3, 8, 8]);
    const { features, logits } = model.run(want.images);
    assertClose(logits!, want.logits);
    assertClose(features, want.features);
  });
});

test("a model in half precision takes and gives numbers as others do", async () => {
  using model = await open("onnx_half.onnx", { logits: true });
  scoped(() => {
    assertEquals(model.inputDType, "float16");
    const { logits } = model.run(truth().images);
    assertEquals([logits!.dtype, logits!.shape], ["float32", [3, 5]]);
    assert(logits!.isfinite().all().item());
    const again = model.run(truth().images.half()).logits!;
    assertClose(again, logits!);
  });
});

test("a disposed model is an error, and can be opened again at once", async () => {
  const model = await open("onnx_conv.onnx", { logits: true });
  model.dispose();
  model.dispose();
  assertEquals(model.isDisposed, true);
  scoped(() => {
    const want = truth();
    assertThrows(() => model.run(want.images), DisposedError, "onnx_conv.onnx");
    using again = model.reopen();
    assertClose(again.run(want.images).logits!, want.logits);
  });
});

test("what cannot be is refused in words", async () => {
  const refused = (name: string, options: OpenOnnxOptions, words: string) =>
    assertRejects(() => open(name, options), ArgumentError, words);
  await refused("onnx_conv.onnx", { tap: "Relu_9_output_0" }, "nearest names are /Relu_1_output_0");
  await refused("onnx_conv.onnx", { tap: "" }, 'no tensor ""');
  await refused("onnx_conv.onnx", { logits: "logit" }, "nearest names are logits");
  await refused("onnx_conv.onnx", { providers: ["abacus"] }, 'no execution provider "abacus"');
  await refused("onnx_conv.onnx", { threads: 0 }, "threads");
  await refused("onnx_conv.onnx", { imageSize: -1 }, "imageSize");
  await refused("onnx_conv.onnx", { tokens: "max" as "mean" }, "tokens");
  await refused("onnx_tokens.onnx", { logits: "tokens" }, "give the one to be taken");
  await assertRejects(
    () => open("onnx_tokens.onnx", { tap: "logits", logits: "/Concat_2_output_0" }),
    ShapeError,
    "Logits are of shape",
  );
  await assertRejects(() => open("absent.onnx"), FileError, "absent.onnx");
  using model = await open("onnx_conv.onnx");
  scoped(() => {
    for (const shape of [[2, 1, 8, 8], [2, 3, 9, 8], [3, 8, 8], [0, 3, 8, 8]]) {
      assertThrows(
        () => model.run(torch.zeros(shape)),
        ShapeError,
        "takes images of shape [B, 3, 8, 8]",
      );
    }
    assertThrows(() => model.run(3 as unknown as torch.Tensor), ArgumentError);
    assertThrows(() => model.compute(torch.zeros([1, 3, 8, 8]), ["maps"]), ArgumentError, '"maps"');
  });
});

test("files that are no model are refused", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/model.onnx`;
    const refused = async (content: Uint8Array | string, words: string) => {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      Deno.writeFileSync(path, bytes);
      const error = await assertRejects(() => openOnnx(path), FormatError, words);
      assertMatch(error.message, /model\.onnx/);
    };
    await refused("", "the file is empty");
    await refused("<html>", "HTML");
    await refused(Deno.readFileSync(golden("script_traced.pt")), "zip archive");
    await refused("version https://git-lfs", "Git LFS");
    await refused(new Uint8Array(1000).fill(0xff), "no ONNX model");
    const whole = Deno.readFileSync(golden("onnx_conv.onnx"));
    await refused(whole.subarray(0, 2000), "no ONNX model");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

test("truncated and changed models are errors or models, and end no process", async () => {
  const script = new URL("children/damaged_onnx.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "-A",
      "--no-check",
      script,
      golden("onnx_conv.onnx"),
      golden("onnx_tokens.onnx"),
    ],
    env: { NO_COLOR: "1", OMP_NUM_THREADS: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals([code, said], [0, ""], said);
  const { refused, opened, wrong } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(wrong, []);
  assert(refused > 100 && opened > 100, `${refused} refused, ${opened} opened`);
});

test("an ONNX model teaches, with features only or with logits", async () => {
  using model = await open("onnx_conv.onnx", { logits: true });
  using plain = await open("onnx_conv.onnx", { tap: "second" });
  scoped(() => {
    const want = truth();
    const votes = predictive({ name: "votes", ...classifierOfOnnx(() => model) }).run(want.images);
    assertClose(votes.logits, want.logits);
    assertClose(votes.features, want.features);
    const looks = descriptive({ name: "looks", ...featuresOfOnnx(plain) });
    assertEquals([looks.featureDim, looks.run(want.images).features.shape], [6, [3, 6]]);
    assertThrows(() => classifierOfOnnx(plain), ArgumentError, "without logits");
  });
});

Deno.test("the layer before the logits is found behind a bias and a softmax, and not guessed", () => {
  const node = (operation: string, inputs: string[], output: string) => ({
    name: "",
    operation,
    inputs,
    outputs: [output],
  });
  const nodes = [
    node("Relu", ["x"], "f"),
    node("MatMul", ["f", "w"], "m"),
    node("Add", ["b", "m"], "a"),
    node("Softmax", ["a"], "p"),
    node("Mul", ["p", "p"], "q"),
    node("Gemm", ["x", "w"], "direct"),
  ];
  const graph = { nodes, outputs: ["p"], constants: new Set<string>() };
  assertEquals(penultimate(graph, "p"), "f");
  assertEquals(penultimate(graph, "m"), "f");
  assertEquals(penultimate(graph, "q"), undefined);
  assertEquals(penultimate(graph, "direct"), undefined);
  assertEquals(penultimate(graph, "absent"), undefined);
  const read = readOnnxGraph(Deno.readFileSync(golden("onnx_conv.onnx")), "");
  assertEquals(read.outputs, ["logits"]);
  assertEquals(read.nodes.map(({ operation }) => operation), [
    "Conv",
    "Relu",
    "Conv",
    "Relu",
    "Constant",
    "ReduceMean",
    "Flatten",
    "Gemm",
  ]);
  assert(ApprenticeError.prototype instanceof Error);
});
