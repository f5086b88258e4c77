import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { openOnnx } from "../../src/teachers/onnx.ts";
import { moduleOutput } from "../../src/teachers/onnx_modules.ts";
import { pythonTexts } from "../../src/teachers/python_texts.ts";
import { modulesAround } from "../../src/teachers/onnx_scopes.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = (name: string) => new URL(`../golden/onnx_taps/${name}`, import.meta.url).pathname;
const truth = () => torch.loadSafetensors(golden("returned.safetensors"), { device });

/** The modules whose tensor cannot be told, by exporter, with a word of the message. */
const unclear: Record<string, Record<string, string>> = {
  older: {
    // An activation that may be in place follows.
    features: "may change it in place",
    "features.conv0": "merged",
    // One module, called twice.
    "block.relu": "called again",
    "blocks.0.relu": "called again",
    "blocks.1.relu": "called again",
    // Merged into the convolution before it.
    "features.norm5": "no tensor",
  },
  dynamo: {
    features: "may change it in place",
    "block.relu": "2 of its tensors",
    "blocks.0.relu": "2 of its tensors",
    "blocks.1.relu": "2 of its tensors",
    "features.conv0": 'merged with the batch norm that follows it, "features.norm5"',
  },
};

for (const exporter of ["older", "dynamo"]) {
  test(`a tap by a module's name is what the module returned, or an error: ${exporter}`, async () => {
    const path = golden(`${exporter}.onnx`);
    const names = torch.scope(() =>
      Object.keys(truth()).flatMap((key) => /^(.*)#0$/.exec(key)?.[1] ?? [])
    );
    assert(names.length > 20);
    for (const name of names) {
      const word = unclear[exporter][name];
      if (word !== undefined) {
        const { message } = await assertRejects(() => openOnnx(path, { tap: name }), ArgumentError);
        assertStringIncludes(message, word, name);
        continue;
      }
      using model = await openOnnx(path, { tap: name, threads: 1 });
      torch.scope(() => {
        const { images, [`${name}#0`]: expected } = truth();
        assertClose(model.compute(images, [model.tap])[model.tap], expected, { atol: 1e-5 });
      });
    }
  });

  test(`names that begin alike, or are no module's, are not mixed up: ${exporter}`, async () => {
    const path = golden(`${exporter}.onnx`);
    for (const tap of ["layer", "blocks", "nor", "conv", "layer1.2", "conv2"]) {
      const { message } = await assertRejects(() => openOnnx(path, { tap }), ArgumentError);
      assertStringIncludes(message, "no tensor");
      assertStringIncludes(message, "The nearest modules are");
    }
    using model = await openOnnx(path, { tap: "blocks/1", threads: 1 });
    using same = await openOnnx(path, { tap: "blocks.1", threads: 1 });
    assertEquals(model.tap, same.tap);
  });
}

for (const exporter of ["older", "dynamo"]) {
  test(`a module that is called twice in a row is an error: ${exporter}`, async () => {
    const path = golden(`twice_${exporter}.onnx`);
    for (
      const tap of [
        "sequential",
        "sequential.0",
        "sequential.1",
        "conv",
        "sigmoid",
        "single",
        "nested",
        "nested.0",
        "nested.1",
        "plain",
        "plain.1",
        "linear",
      ]
    ) {
      const { message } = await assertRejects(
        () => openOnnx(path, { tap }),
        ArgumentError,
        "",
        tap,
      );
      // A part of such a module is followed by other parts, each time.
      const words = tap.includes(".") ? "It cannot be told" : "called again";
      assertStringIncludes(message, words, tap);
    }
    using model = await openOnnx(path, { tap: "once", threads: 1 });
    torch.scope(() => {
      const { images, once } = torch.loadSafetensors(golden("twice.safetensors"), { device });
      assertClose(model.compute(images, [model.tap])[model.tap], once, { atol: 1e-6 });
    });
  });
}

test("features of a norm over the last dimension are averaged over rows and columns", async () => {
  for (const exporter of ["older", "dynamo"]) {
    using model = await openOnnx(golden(`${exporter}.onnx`), { tap: "norm", threads: 1 });
    torch.scope(() => {
      const { images, "norm#0": norm } = truth();
      assertEquals(model.featureDim, 4);
      assertClose(model.run(images).features, norm.mean([1, 2]), { atol: 1e-5 });
    });
  }
});

Deno.test("the modules around an operation are read from its name", () => {
  const around = (name: string) =>
    modulesAround({ name, operation: "Conv", inputs: [], outputs: [] });
  assertEquals(around("/features/features.3/features.3.0/attn/qkv/MatMul"), [
    "features",
    "features.3",
    "features.3.0",
    "features.3.0.attn",
    "features.3.0.attn.qkv",
  ]);
  assertEquals(around("/layers.0/blocks.1/norm/Add_1"), [
    "layers.0",
    "layers.0.blocks.1",
    "layers.0.blocks.1.norm",
  ]);
  assertEquals(around("/layer10/layer10.0/Conv"), ["layer10", "layer10.0"]);
  assertEquals([around("/Relu"), around("Conv_0")], [[], undefined]);
});

Deno.test("an activation that a quantizer made part of its rounding is neither left out nor added", () => {
  const graph = (tensor: string) => ({
    nodes: [
      {
        ...{ name: "a", operation: "Conv", inputs: ["x", "block.conv1.weight"], outputs: [tensor] },
        scopes: ["", "block", "block.bn1", "batch_norm"],
      },
      { name: "q", operation: "QuantizeLinear", inputs: [tensor, "s"], outputs: ["q"] },
      { name: "d", operation: "DequantizeLinear", inputs: ["q", "s"], outputs: ["d"] },
      {
        ...{ name: "b", operation: "Conv", inputs: ["d", "conv2.weight"], outputs: ["y"] },
        scopes: ["", "conv2", "conv"],
      },
    ],
    outputs: ["y"],
    constants: new Set(["block.conv1.weight", "conv2.weight", "s"]),
  });
  const find = (tensor: string, name: string) => moduleOutput(graph(tensor), name, "m.onnx");
  // The module around it may end in the activation; the batch norm may have it in it, or not.
  assertEquals(find("relu_1", "block"), "d");
  assertThrows(() => find("relu_1", "block.bn1"), ArgumentError, "part of the rounding");
  assertEquals(find("getitem", "block"), "d");
  assertEquals(find("getitem", "block.bn1"), "getitem");
  assertThrows(() => find("getitem", "block.conv1"), ArgumentError, 'follows it, "block.bn1"');
});

Deno.test("lists of names are read as Python prints them", () => {
  assertEquals(pythonTexts(`['', 'layer1', "it's", 'a\\'b"c', 'a\\\\b', '\\xfc\\u00fc\\n']`), [
    ...["", "layer1", "it's", `a'b"c`, "a\\b", "üü\n"],
  ]);
  assertEquals(pythonTexts("[]"), []);
  for (const text of ["", "x", "[", "['a'", "['a' 'b']", "[a]", "['a', ", `['${"a".repeat(1e6)}`]) {
    assertEquals(pythonTexts(text), undefined);
  }
  assertEquals(pythonTexts(`['${"a".repeat(1e6)}']`)?.[0].length, 1e6);
});
