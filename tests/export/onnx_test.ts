import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromBinary } from "npm:@bufbuild/protobuf@2.10.2";
import { type ModelProto, ModelProtoSchema } from "npm:onnx-buf@1.20.0-1";
import { encode } from "fast-png";
import { type ApprenticeError, ArgumentError, DTypeError } from "../../src/base/errors.ts";
import { ExportError } from "../../src/export/compare_outputs.ts";
import { UntranslatedError } from "../../src/export/onnx/call.ts";
import { predict } from "../../src/evaluation/predict.ts";
import { create } from "../../src/models/create.ts";
import { Module } from "../../src/nn/mod.ts";
import { exportOnnx } from "../../src/runs/export_onnx.ts";
import { load as loadTeacher } from "../../src/teachers/load.ts";
import { ortRuntime } from "../../src/teachers/onnx_runtime.ts";
import { openSession, runSession } from "../../src/teachers/onnx_session.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, inFolder, test } from "../helpers.ts";
import { FunctionModel } from "./functions.ts";

const runtime = await ortRuntime();

/** The outputs of a file by name, of one input. */
function runOnnx(path: string, input: string, value: Tensor): Record<string, Tensor> {
  const session = openSession(runtime, path, Deno.readFileSync(path), {});
  try {
    const names = session.outputMetadata.map(({ name }) => name);
    assertEquals(session.inputMetadata.map(({ name }) => name), [input]);
    return runSession(session, { [input]: value }, names, path);
  } finally {
    session.dispose();
  }
}

const readOnnx = (path: string): ModelProto =>
  fromBinary(ModelProtoSchema, Deno.readFileSync(path));

/** A small network that knows pets. */
function pets() {
  torch.manualSeed(3);
  const model = create("mobilenetv3_small_050", { numClasses: 2 });
  model.classNames = ["cat", "dog"];
  model.view = {
    size: [40, 32],
    mean: [0.5, 0.4, 0.3],
    std: [0.2, 0.3, 0.4],
    interpolation: "bicubic",
    cropFraction: 0.8,
  };
  return model;
}

test("photographs of any size become the probabilities that predict has", () =>
  inFolder(async (folder) => {
    using model = pets();
    const path = `${folder}/new/pets.onnx`;
    const said = await exportOnnx(model, path);
    assertEquals(said.bytes, Deno.statSync(path).size);
    assert(said.difference! < 1e-5);
    for (const [height, width] of [[90, 61], [47, 140], [32, 200]]) {
      using generator = new torch.Generator(height);
      using pixels = torch.randint(0, 256, [1, height, width, 3], { generator }).to("uint8");
      const png = encode({ width, height, data: pixels.data() as Uint8Array, channels: 3 });
      const { probabilities } = await predict(model, png);
      torch.scope(() => {
        const found = runOnnx(path, "pixels", pixels);
        assertEquals(Object.keys(found), ["probabilities", "features"]);
        assertEquals(found.features.shape, [1, model.featureDim]);
        // Some resized pixels differ by 1 of 255.
        assertClose(found.probabilities.reshape(2), probabilities, { atol: 2e-3 });
      });
    }
  }));

test("gray photographs are what a network of one channel sees", () =>
  inFolder(async (folder) => {
    using model = create("mobilenetv3_small_050", { numClasses: 3, inChannels: 1 });
    model.view = { size: [32, 32], mean: [0.4], std: [0.3] };
    const { pixelDifference } = await exportOnnx(model, `${folder}/gray.onnx`);
    assert(pixelDifference! < 1e-2);
  }));

test("without a view normalized images become logits, for any number of them", () =>
  inFolder(async (folder) => {
    using model = pets();
    const path = `${folder}/pets.onnx`;
    const { pixelDifference } = await exportOnnx(model, path, { view: false });
    assertEquals(pixelDifference, null);
    model.eval();
    for (const batch of [1, 2, 7]) {
      torch.scope(() => {
        const images = torch.randn([batch, 3, 40, 32]);
        const { logits, features } = runOnnx(path, "images", images);
        const right = torch.noGrad(() => model.forward(images));
        assertClose(logits, right, { atol: 1e-5 });
        assertClose(features, torch.noGrad(() => model.features(images)), { atol: 1e-5 });
      });
    }
  }));

test("the file says what the model is, and nothing of this machine", () =>
  inFolder(async (folder) => {
    using model = pets();
    const path = `${folder}/pets.onnx`;
    await exportOnnx(model, path, { metadata: { note: "one" } });
    const file = readOnnx(path);
    const metadata = Object.fromEntries(file.metadataProps.map(({ key, value }) => [key, value]));
    assertEquals(JSON.parse(metadata.classNames), ["cat", "dog"]);
    assertEquals(JSON.parse(metadata.view), model.view as unknown);
    assertEquals(metadata.architecture, "mobilenetv3_small_050");
    assertEquals(metadata.note, "one");
    assertEquals(JSON.parse(metadata.provenance).numClasses, 2);
    assertEquals(file.opsetImport.map(({ domain, version }) => [domain, version]), [["", 18n]]);
    assertEquals(new TextDecoder().decode(Deno.readFileSync(path)).includes(folder), false);
    const weights = file.graph!.initializer.map(({ name }) => name);
    for (const [name] of model.namedParameters()) assert(weights.includes(name), name);
  }));

test("weights in half precision take half the bytes", () =>
  inFolder(async (folder) => {
    using model = pets();
    const whole = await exportOnnx(model, `${folder}/whole.onnx`, { view: false });
    const half = await exportOnnx(model, `${folder}/half.onnx`, { view: false, float16: true });
    assert(half.bytes < 0.6 * whole.bytes);
    assert(half.difference! > whole.difference! && half.difference! < 1e-2);
    using images = torch.ones([1, 3, 40, 32]);
    using logits = runOnnx(half.path, "images", images).logits;
    assertEquals(logits.dtype, "float32");
  }));

test("features alone come of a model without classes, and can be left out of others", () =>
  inFolder(async (folder) => {
    using backbone = create("mobilenetv3_small_050", { numClasses: 0 });
    backbone.view = { size: [32, 32], mean: [0, 0, 0], std: [1, 1, 1] };
    await exportOnnx(backbone, `${folder}/a.onnx`);
    assertEquals(readOnnx(`${folder}/a.onnx`).graph!.output.map(({ name }) => name), ["features"]);
    using model = pets();
    await exportOnnx(model, `${folder}/b.onnx`, { features: false });
    const names = readOnnx(`${folder}/b.onnx`).graph!.output.map(({ name }) => name);
    assertEquals(names, ["probabilities"]);
  }));

test("modules are found in the file by their names", () =>
  inFolder(async (folder) => {
    using model = create("resnet18", { numClasses: 2 });
    model.view = { size: [32, 32], mean: [0, 0, 0], std: [1, 1, 1] };
    const path = `${folder}/resnet.onnx`;
    await exportOnnx(model, path, { view: false });
    using teacher = await loadTeacher(path, { tap: "layer3.1", view: model.view });
    assertEquals(teacher.featureDim, 256);
    using whole = await loadTeacher(path, { kind: "predictive", view: model.view });
    assertEquals([whole.featureDim, whole.numClasses], [512, 2]);
    using images = torch.rand([2, 3, 32, 32]);
    using seen = torch.noGrad(() => teacher.run(images).features);
    model.eval();
    torch.scope(() =>
      torch.noGrad(() => {
        const stage = model.forwardStages(images).stages[2];
        assertClose(seen, stage.mean([2, 3]), { atol: 1e-4, rtol: 1e-4 });
      })
    );
  }));

/** A module that does something in the middle of a model. */
class Odd extends Module {
  readonly #compute: (x: Tensor) => Tensor;
  constructor(compute: (x: Tensor) => Tensor) {
    super();
    this.#compute = compute;
  }
  override forward(x: Tensor): Tensor {
    return this.#compute(x);
  }
}

/** A model in whose module `odd` something is done. */
class OddModel extends FunctionModel {
  readonly odd: Module;
  constructor(compute: (x: Tensor) => Tensor) {
    super((x) => this.odd.forward(x));
    this.odd = new Odd(compute);
  }
}

const refusals: [
  what: string,
  type: new (...args: never[]) => ApprenticeError,
  words: string[],
  compute: (x: Tensor) => Tensor,
][] = [
  [
    "an operator without counterpart",
    UntranslatedError,
    ["aten::lgamma", "odd", "torchscript"],
    (x) => x.lgamma(),
  ],
  [
    "a tensor that is written to under another name",
    UntranslatedError,
    ["aten::add_", "odd", "in place"],
    (x) => {
      const y = x.mul(1);
      y.narrow(3, 0, 2).add_(1);
      return y.mul(2);
    },
  ],
  [
    "a computation that depends on the number of images",
    ArgumentError,
    ["numbers of images", "odd"],
    (x) => x.size(0) > 2 ? x.mul(2) : x.add(2),
  ],
  [
    "a number that follows the batch in another way",
    ArgumentError,
    ["numbers of images", "odd"],
    (x) => x.mul(x.size(0) + 1),
  ],
  [
    "a decision by what is seen",
    ExportError,
    ["differs from the model", "not written"],
    (x) => x.sum().item() as number > 0 ? x.mul(2) : x.sub(1).add(x.mean().item() as number),
  ],
];

for (const [what, type, words, compute] of refusals) {
  test(`${what} is refused, and no file is left`, () =>
    inFolder(async (folder) => {
      using model = new OddModel(compute);
      const refused = exportOnnx(model, `${folder}/odd.onnx`, { view: false });
      const error = await assertRejects(() => refused, type);
      for (const word of words) assertStringIncludes(error.message, word);
      assertEquals([...Deno.readDirSync(folder)], []);
      // What is computed afterwards is recorded nowhere.
      using after = torch.ones([2]).add(1);
      assertEquals(after.toArray(), [2, 2]);
    }));
}

test("what cannot be exported as it is says what to do", () =>
  inFolder(async (folder) => {
    using model = create("mobilenetv3_small_050", { numClasses: 2 });
    const path = `${folder}/a.onnx`;
    const viewless = await assertRejects(
      () => exportOnnx(model, path, { view: true }),
      ArgumentError,
    );
    assertStringIncludes(viewless.message, "model.view");
    model.to("float64");
    const wide = await assertRejects(() => exportOnnx(model, path), DTypeError);
    assertStringIncludes(wide.message, 'model.to("float32")');
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

test("a model that is trained stays in its mode, with its weights", () =>
  inFolder(async (folder) => {
    using model = pets();
    model.train();
    const before = torch.keep(model.parameters()[0].detach().clone());
    const forward = Object.getPrototypeOf(model).forward;
    await exportOnnx(model, `${folder}/a.onnx`, { check: false });
    assertEquals(model.training, true);
    assert(model.modules().every(({ training }) => training));
    assertEquals(Object.getPrototypeOf(model).forward, forward);
    assert(model.parameters()[0].equal(before));
    before.dispose();
  }));
