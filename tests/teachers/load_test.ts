import { assertEquals, assertRejects } from "@std/assert";
import { op } from "../../src/archive/pickle/opcodes.ts";
import { ArgumentError, FileError, FormatError, ShapeError } from "../../src/base/errors.ts";
import { create } from "../../src/models/create.ts";
import { load, type LoadTeacherOptions, Shelf } from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import * as hostile from "../checkpoints/hostile.ts";
import { int, pickle, tensor, tuple, zip, type ZipFile } from "../checkpoints/hostile.ts";
import { assertClose, device, test } from "../helpers.ts";
import { place } from "../hub/helpers.ts";
import { text } from "../hub/server.ts";

const golden = (name: string) => new URL(`../golden/${name}`, import.meta.url).pathname;
const on: LoadTeacherOptions = { device };

/** A folder that goes with the test. */
function folder(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Writes a model's weights to a file and returns them. */
function write(path: string, name = "resnet20", numClasses?: number): torch.Tensor {
  using model = create(name, { numClasses });
  model.eval();
  torch.saveSafetensors(path, model.stateDict());
  const images = torch.arange(2 * 3 * 32 * 32).reshape([2, 3, 32, 32]).remainder(251).div(255);
  return torch.keep(torch.noGrad(() => model.forward(normalized(images))));
}

const images = (): torch.Tensor =>
  torch.arange(2 * 3 * 32 * 32).reshape([2, 3, 32, 32]).remainder(251).to({
    dtype: "uint8",
    device,
  });

/** As CIFAR-10's publishers do. */
function normalized(values: torch.Tensor): torch.Tensor {
  const channel = (numbers: number[]) => torch.tensor(numbers).reshape([3, 1, 1]);
  return values.sub(channel([0.4914, 0.4822, 0.4465])).div(channel([0.2470, 0.2435, 0.2616]));
}

test("a file named after its architecture is a teacher in one line", async () => {
  using temporary = folder();
  const path = `${temporary.path}/resnet20-12ab34.safetensors`;
  using expected = write(path);
  using teacher = await load(path, { ...on, kind: "predictive" });
  assertEquals(teacher.loaded, false);
  torch.scope(() => {
    const output = teacher.run(images());
    assertEquals(output.features.shape, [2, 64]);
    assertClose(output.logits, expected, { rtol: 1e-4, atol: 1e-4 });
  });
  assertEquals(teacher.facts.architecture, "resnet20");
  // Where its features are is not to be said.
  for (const place of [{ tap: "layer3" }, { logits: "fc" }, { tokens: "mean" as const }]) {
    await assertRejects(() => load(path, { ...on, ...place }), ArgumentError, "holds weights");
  }
});

test("rows of pixels and other sizes are images too", async () => {
  using temporary = folder();
  const path = `${temporary.path}/resnet20.safetensors`;
  write(path).dispose();
  using teacher = await load(path, on);
  torch.scope(() => {
    const upright = teacher.run(images()).features;
    assertClose(teacher.run(images().permute(0, 2, 3, 1).contiguous()).features, upright);
    const large = torch.zeros([1, 48, 64, 3], { dtype: "uint8", device });
    assertEquals(teacher.run(large).features.shape, [1, 64]);
  });
});

test("a folder's config.json says what its weights are", async () => {
  using temporary = folder();
  write(`${temporary.path}/model.safetensors`, "resnet18", 7).dispose();
  const pretrained_cfg = {
    input_size: [3, 40, 40],
    crop_pct: 0.95,
    interpolation: "bicubic",
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
    num_classes: 7,
  };
  const config = { architecture: "resnet18", num_classes: 7, num_features: 512, pretrained_cfg };
  Deno.writeTextFileSync(`${temporary.path}/config.json`, JSON.stringify(config));
  using teacher = await load(temporary.path, { ...on, kind: "predictive" });
  assertEquals(teacher.numClasses, 7);
  assertEquals(teacher.view!.size, [40, 40]);
  assertEquals(teacher.view!.interpolation, "bicubic");
  assertEquals(teacher.view!.cropFraction, 0.95);
  torch.scope(() => assertEquals(teacher.run(images()).logits.shape, [2, 7]));
});

test("a repository of the hub is a teacher in one line", async () => {
  await using hub = place();
  using temporary = folder();
  const path = `${temporary.path}/model.safetensors`;
  using expected = write(path);
  hub.hub.repos["org/name"] = {
    refs: { main: "a".repeat(40) },
    commits: {
      ["a".repeat(40)]: {
        "config.json": text({ architecture: "resnet20", num_classes: 10 }),
        "model.safetensors": Deno.readFileSync(path),
      },
    },
  };
  using teacher = await load("hf://org/name", { ...on, kind: "predictive", hub: hub.options });
  assertEquals(teacher.name, "org/name");
  torch.scope(() =>
    assertClose(teacher.run(images()).logits, expected, {
      rtol: 1e-4,
      atol: 1e-4,
    })
  );
});

test("a TorchScript file is a teacher, by its methods", async () => {
  const view = { size: [8, 8] as const };
  using teacher = await load(golden("script_scripted.pt"), {
    ...on,
    view,
    tap: "features",
    kind: "predictive",
  });
  assertEquals([teacher.kind, teacher.featureDim], ["predictive", 4]);
  torch.scope(() => {
    const output = teacher.run(images());
    assertEquals([output.features.shape, output.logits.shape], [[2, 4], [2, 5]]);
    teacher.release();
    assertClose(teacher.run(images()).features, output.features);
  });
  await assertRejects(
    () => load(golden("script_scripted.pt"), { ...on, view, tap: "fatures" }),
    ArgumentError,
    "features",
  );
});

/** Writes a state dict as a TorchScript archive, with a program that cannot run. */
function writeScript(path: string, state: Record<string, torch.Tensor>): void {
  const files: ZipFile[] = [{ name: "x/constants.pkl", content: pickle(op.EMPTY_TUPLE) }];
  const attributes = Object.entries(state).map(([name, value], i) => {
    const { buffer } = value.data() as Float32Array<ArrayBuffer>;
    files.push({ name: `x/data/${i}`, content: new Uint8Array(buffer) });
    const type = hostile.global("torch", value.dtype === "int64" ? "LongStorage" : "FloatStorage");
    const strides = value.shape.map((_, at) =>
      value.shape.slice(at + 1).reduce((a, b) => a * b, 1)
    );
    const [shape, steps] = [value.shape, strides].map((sizes) => tuple(...sizes.map(int)));
    const claim = { type, key: hostile.text(`${i}`), count: int(value.numel), shape };
    return [hostile.text(name), tensor({ ...claim, strides: steps }), op.SETITEM];
  });
  const module = [hostile.global("__torch__", "Net"), op.EMPTY_TUPLE, op.NEWOBJ];
  const program = pickle(module, op.EMPTY_DICT, attributes, op.BUILD);
  files.push({ name: "x/data.pkl", content: program });
  files.push({ name: "x/code/__torch__.py", content: new TextEncoder().encode("no program") });
  Deno.writeFileSync(path, zip(files));
}

test("a TorchScript file with { architecture } gives its weights, and its program is not run", async () => {
  using temporary = folder();
  using expected = write(`${temporary.path}/resnet20.safetensors`);
  const path = `${temporary.path}/resnet20.pt`;
  writeScript(path, torch.loadSafetensors(`${temporary.path}/resnet20.safetensors`));
  const options = { ...on, kind: "predictive" } as const;
  await assertRejects(() => load(path, options), FormatError);
  using teacher = await load(path, { ...options, architecture: "resnet20" });
  torch.scope(() =>
    assertClose(teacher.run(images()).logits, expected, { rtol: 1e-4, atol: 1e-4 })
  );
});

test("an ONNX model is a teacher, by any tensor in it", async () => {
  using teacher = await load(golden("onnx_conv.onnx"), { ...on, kind: "predictive" });
  torch.scope(() => {
    const output = teacher.run(images());
    assertEquals([output.features.shape, output.logits.shape], [[2, 6], [2, 5]]);
    teacher.release();
    assertEquals(teacher.loaded, false);
    assertClose(teacher.run(images()).features, output.features);
  });
  await assertRejects(
    () => load(golden("onnx_conv.onnx"), { ...on, tap: "nix" }),
    ArgumentError,
    '"nix"',
  );
});

test("loaded teachers take turns in memory, and say the same each time", async () => {
  using temporary = folder();
  const paths = ["a", "b"].map((name) => `${temporary.path}/${name}.safetensors`);
  for (const path of paths) write(path).dispose();
  const options = { ...on, architecture: "resnet20" };
  const both = [
    await load(paths[0], { ...options, name: "a" }),
    await load(paths[1], { ...options, name: "b" }),
  ];
  using shelf = new Shelf(both, { resident: 1 });
  torch.scope(() => {
    const first = shelf.teachers.map((teacher) => teacher.run(images()).features);
    assertEquals(shelf.teachers.map(({ loaded }) => loaded), [false, true]);
    const again = shelf.teachers.map((teacher) => teacher.run(images()).features);
    first.forEach((features, i) => assertEquals(features.toArray(), again[i].toArray()));
  });
});

test("what is no teacher is refused before anything is run", async () => {
  using temporary = folder();
  const path = `${temporary.path}/resnet20.safetensors`;
  write(path).dispose();
  const nameless = `${temporary.path}/weights.safetensors`;
  Deno.copyFileSync(path, nameless);
  await assertRejects(() => load(`${temporary.path}/nix`), FileError, "hf://organization/name");
  await assertRejects(() => load(nameless), ArgumentError, "models.list()");
  await assertRejects(
    () => load(nameless, { architecture: "resnet2" }),
    ArgumentError,
    "resnet20",
  );
  await assertRejects(
    () => load(nameless, { architecture: "resnet56" }),
    ArgumentError,
    "missing",
  );
  await assertRejects(
    () => load(nameless, { architecture: "resnet20", kind: "predictive", numClasses: 3 }),
    ShapeError,
    "fc.weight is [10, 64], must be [3, 64]",
  );
  await assertRejects(() => load(path, { kind: "wise" as "predictive" }), ArgumentError, "wise");
  Deno.writeTextFileSync(`${temporary.path}/resnet20.pth`, "<html>404</html>");
  await assertRejects(() => load(`${temporary.path}/resnet20.pth`), FormatError);
  await assertRejects(() => load(golden("script.safetensors")), ArgumentError);
});
