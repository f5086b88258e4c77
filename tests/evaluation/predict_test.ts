import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fromFileUrl, toFileUrl } from "@std/path";
import { encode } from "fast-png";
import * as data from "../../src/data/mod.ts";
import { ArgumentError, ChecksumError, FileError, FormatError } from "../../src/base/errors.ts";
import { predict } from "../../src/evaluation/mod.ts";
import { crossEntropy } from "../../src/nn/functional/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, inFolder, test } from "../helpers.ts";

const SIDE = 12;
const CLASSES = ["night", "noon", "grass"];

/** A photograph of one color with a little pattern, as a PNG file's bytes. */
function photo(red: number, green: number, blue: number, [width, height] = [20, 16]): Uint8Array {
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    pixels.set([red + i % 7, green + i % 5, blue + i % 3], 3 * i);
  }
  return encode({ width, height, data: pixels, channels: 3, depth: 8 });
}

function net(channels = 3): models.SmallCnn {
  torch.manualSeed(3);
  const model = new models.SmallCnn({ channels, numClasses: 3, widths: [6, 8] });
  model.classNames = CLASSES;
  model.view = {
    size: [SIDE, SIDE],
    mean: channels === 3 ? [0.5, 0.4, 0.3] : [0.5],
    std: channels === 3 ? [0.2, 0.3, 0.25] : [0.2],
    cropFraction: 0.75,
  };
  return model;
}

/** A net that has learnt to tell photographs that are dark, bright and green. */
function trained(): models.SmallCnn {
  const model = net();
  const { view } = model;
  using optimizer = new optim.AdamW(model.parameters(), { lr: 0.02 });
  const colors = torch.tensor([[20, 20, 40], [230, 230, 220], [30, 190, 60]]).reshape([3, 3, 1, 1]);
  const labels = torch.arange(24).remainder(3);
  for (let step = 0; step < 40; step++) {
    torch.scope(() => {
      const noise = torch.randn([24, 3, SIDE, SIDE]).mul(20);
      const pixels = colors.repeat(8, 1, 1, 1).add(noise).clamp(0, 255).to("uint8");
      optimizer.zeroGrad();
      crossEntropy(model.forward(data.applyView(pixels, view)), labels).backward();
      optimizer.step();
    });
  }
  colors.dispose();
  labels.dispose();
  return model.eval() as models.SmallCnn;
}

/** What the model says by hand of pixels (3, H, W) of the view's size. */
const byHand = (model: models.SmallCnn, images: torch.Tensor) =>
  torch.noGrad(() => {
    model.eval();
    const scores = model.forward(data.normalize(model.view!.mean, model.view!.std)(images));
    model.train();
    return scores.softmax(1);
  });

test("a photograph from a path, a URL, bytes or pixels is seen as a data set would show it", () =>
  inFolder(async (folder) => {
    using model = net();
    await Deno.mkdir(`${folder}/x`);
    const path = `${folder}/x/1.png`;
    await Deno.writeFile(path, photo(40, 90, 160));
    await Deno.writeFile(`${folder}/x/2.png`, photo(200, 180, 30, [33, 12]));
    using photos = new data.ImageFolder(folder, {
      part: { kind: "center", size: SIDE, resize: SIDE / 0.75 },
      workers: 0,
    });
    using batch = await photos.batch(Int32Array.of(0, 1));
    const expected = torch.scope(() => byHand(model, batch.images).toArray()) as number[][];

    model.train();
    const one = await predict(model, path);
    assert(model.training);
    assertClose([...one.probabilities], expected[0]);
    const label = expected[0].indexOf(Math.max(...expected[0]));
    assertEquals([one.label, one.className], [label, CLASSES[label]]);
    assertClose(one.probability, expected[0][label]);
    assertEquals(one.guesses.map(({ probability }) => probability).sort((a, b) => b - a), [
      ...one.guesses.map(({ probability }) => probability),
    ]);
    const bytes = await Deno.readFile(path);
    const image = torch.keep(batch.images.select(0, 0));
    const given = [bytes, bytes.buffer, toFileUrl(path), `${folder}/x/2.png`, image];
    const all = await predict(model, given, { batchSize: 3, topK: 2 });
    image.dispose();
    for (const [i, row] of [0, 0, 0, 1, 0].entries()) {
      assertClose([...all[i].probabilities], expected[row]);
      assertEquals(all[i].guesses.length, 2);
    }
    assertEquals(await predict(model, []), []);
  }));

test("a saved model is loaded and predicts rightly in a fresh process, from its file and from a run's folder", () =>
  inFolder(async (folder) => {
    using model = trained();
    const photograph = `${folder}/photo.png`;
    await Deno.writeFile(photograph, photo(10, 200, 60));
    await Deno.mkdir(`${folder}/runs/first`, { recursive: true });
    const recipe = 'export default { student: "SmallCnn" };';
    models.save(`${folder}/runs/first/student.safetensors`, model, {
      metadata: { note: "mine", recipe },
    });
    const expected = await predict(model, photograph);
    const here = (name: string) => fromFileUrl(new URL(name, import.meta.url));
    for (const place of ["runs/first/student.safetensors", "runs/first", "runs/first/"]) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--no-check", "--config", here("../../deno.json")]
          .concat(here("predict_child.ts"), place, photograph),
        cwd: folder,
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      const said = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals([said.className, said.label], [expected.className, expected.label]);
      assertEquals(said.className, "grass");
      assert(said.probabilities[2] > 0.9);
      assertClose(said.probabilities, [...expected.probabilities]);
    }
    const kept = torch.loadSafetensorsMetadata(`${folder}/runs/first/student.safetensors`);
    assertEquals([kept.note, kept.recipe], ["mine", recipe]);
    assertEquals(JSON.parse(kept.view), { ...model.view });
    assertEquals([kept.architecture, kept.classNames], ["SmallCnn", JSON.stringify(CLASSES)]);
  }));

test("a folder without a student is refused with its name", () =>
  inFolder(async (folder) => {
    const error = assertThrows(() => models.load(folder), FileError, "no student.safetensors");
    assert(error.message.includes(folder), error.message);
    assertThrows(() => models.load(`${folder}/none`), FormatError, "none");
    await Deno.mkdir(`${folder}/student.safetensors`);
    assertThrows(() => models.load(folder), FileError, "student.safetensors");
  }));

test("a photograph that is not the view's size is seen as the view says, in colors or gray", async () => {
  using model = net();
  using large = torch.scope(() => torch.rand([3, 31, 19]).mul(255).round().to("uint8"));
  const seen = await predict(model, large);
  const expected = torch.scope(() => {
    const pixels = data.applyView(large.unsqueeze(0), model.view);
    model.eval();
    return torch.noGrad(() => model.forward(pixels).softmax(1)).flatten().toArray();
  }) as number[];
  assertClose([...seen.probabilities], expected);
  // A view that is given counts more than the model's own.
  const other = { size: [8, 8], mean: [0, 0, 0], std: [1, 1, 1] } as const;
  const differently = await predict(model, large, { view: other });
  assert(Math.abs(differently.probabilities[0] - seen.probabilities[0]) > 1e-4);
});

test("gray models are given gray", async () => {
  using model = net(1);
  const { probabilities } = await predict(model, photo(120, 120, 120));
  assertEquals(probabilities.length, 3);
  using colors = torch.randint(0, 256, [3, SIDE, SIDE], { dtype: "uint8" });
  const seen = await predict(model, colors);
  const gray = torch.scope(() =>
    byHand(model, data.convertChannels(colors.unsqueeze(0), 1)).flatten().toArray()
  );
  assertClose([...seen.probabilities], gray as number[]);
});

test("every kind of model of this package is saved and loaded", () =>
  inFolder((folder) => {
    const path = `${folder}/model.safetensors`;
    const made = [
      new models.Mlp({ inputs: 64, numClasses: 3, widths: [5], dropout: 0.25 }),
      new models.SmallCnn({ numClasses: 3, widths: [4, 5] }),
      new models.SmallResNet({ numClasses: 3, widths: [4, 8] }),
      new models.SmallMixer({ imageSize: 8, patchSize: 4, dim: 8, depth: 1, numClasses: 3 }),
      new models.SmallVit({
        imageSize: 8,
        patchSize: 4,
        dim: 8,
        depth: 1,
        heads: 2,
        numClasses: 3,
      }),
      models.create("resnet20", { numClasses: 3 }),
    ];
    for (const model of made) {
      using _ = model;
      models.save(path, model, { classNames: CLASSES });
      using again = models.load(path);
      assertEquals(again.constructor, model.constructor);
      assertEquals([again.training, again.classNames, again.view], [false, CLASSES, null]);
      assertEquals(again.toString(), model.toString());
      const values = ({ stateDict }: { stateDict(): Record<string, torch.Tensor> }, own: object) =>
        Object.entries(stateDict.call(own)).map(([name, tensor]) => [name, tensor.data()]);
      assertEquals(values(again, again), values(model, model));
    }
    return Promise.resolve();
  }));

test("what cannot be saved, loaded or looked at is refused with what to do", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.safetensors`;
    using model = net();
    assertThrows(() => models.save(path, model, { classNames: ["a"] }), ArgumentError, "3 classes");
    const view = { size: [12, 12], mean: [0.5], std: [0] } as const;
    assertThrows(() => models.save(path, model, { view }), ArgumentError, "above 0");
    assertThrows(
      () => models.save(path, model, { metadata: { view: "x" } }),
      ArgumentError,
      "are taken",
    );
    using bare = new models.CifarResNet({ depth: 20, numClasses: 2 } as never);
    assertThrows(() => models.save(path, bare), ArgumentError, "models.create");

    torch.saveSafetensors(path, model.stateDict());
    assertThrows(() => models.load(path), FormatError, "not a model that models.save");
    models.save(path, model);
    const metadata = torch.loadSafetensorsMetadata(path);
    const spoilt: [Record<string, string>, string][] = [
      [{ architecture: "SmallCnm" }, "SmallCnm"],
      [{ options: "[]" }, "its options are []"],
      [{ options: "{" }, "its options cannot be read"],
      [{ options: '{"numClasses":4}' }, "fit"],
      [{ classNames: '["a"]' }, "no 3 names"],
      [{ view: "{}" }, "size"],
    ];
    for (const [change, message] of spoilt) {
      torch.saveSafetensors(path, model.stateDict(), { ...metadata, ...change });
      const error = assertThrows(() => models.load(path), FormatError);
      assert(error.message.includes(message) && error.message.includes(path), error.message);
    }
    models.save(path, model);
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 5] ^= 4;
    await Deno.writeFile(path, bytes);
    assertThrows(() => models.load(path), ChecksumError, path);

    await assertRejects(() => predict(model, `${folder}/none.jpg`), FileError, "none.jpg");
    await assertRejects(() => predict(model, folder), FileError, "no regular file");
    await assertRejects(() => predict(model, Uint8Array.of(1, 2, 3)), FormatError, "photograph 0");
    await assertRejects(() => predict(model, 7 as never), ArgumentError, "path of a file");
    await assertRejects(
      () => predict(model, "https://example.org/a.jpg"),
      ArgumentError,
      "Fetch it",
    );
    await assertRejects(
      () => predict(model, new URL("https://example.org/a.jpg")),
      ArgumentError,
      "Fetch it",
    );
    model.view = null;
    await assertRejects(() => predict(model, photo(1, 2, 3)), ArgumentError, "option view");
  }));

test("models of published weights know what these expect of images", async () =>
  await inFolder((folder) => {
    const path = `${folder}/weights.safetensors`;
    using fresh = models.create("resnet20", { numClasses: 10 });
    assertEquals(fresh.view, null);
    assertEquals(fresh.recipe, { architecture: "resnet20", options: { numClasses: 10 } });
    torch.saveSafetensors(path, fresh.stateDict());
    using model = models.create("resnet20", { numClasses: 10, weights: path });
    const { inputSize, mean, std } = models.entry("resnet20");
    assertEquals(model.view?.size, [inputSize, inputSize]);
    assertEquals([model.view?.mean, model.view?.std], [mean, std]);
    return Promise.resolve();
  }));
