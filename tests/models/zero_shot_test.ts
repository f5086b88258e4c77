import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { loadWeights } from "../../src/checkpoints/mod.ts";
import { ClipImageTower } from "../../src/models/clip.ts";
import { dialects } from "../../src/models/dialects/all.ts";
import { SmallCnn } from "../../src/models/small/cnn.ts";
import { CosineHead, ZeroShotClassifier } from "../../src/models/zero_shot.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = (name: string) =>
  new URL(`../golden/clip_text/${name}.safetensors`, import.meta.url).pathname;

/** The image tower of the golden checkpoint. */
function tower(): ClipImageTower {
  const made = new ClipImageTower({
    ...{ numClasses: 0, imageSize: 16, patchSize: 8, dim: 16, depth: 2, heads: 2, embedDim: 10 },
  });
  loadWeights(made, golden("checkpoint"), { dialects });
  made.view = {
    size: [16, 16],
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  };
  return made.to(device).eval() as ClipImageTower;
}

test("a zero-shot classifier gives OpenCLIP's logits", () => {
  const known = torch.loadSafetensors(golden("truth"), { device });
  const channels = (numbers: readonly number[]) =>
    torch.tensor(numbers, { device }).reshape([3, 1, 1]);
  for (const set of ["templates", "prompts"]) {
    using classifier = new ZeroShotClassifier(tower(), {
      // Whatever their length is.
      textEmbeddings: known[`float32/${set}`].mul(3),
      logitScale: Math.exp(3.2),
      classNames: ["cat", "dog", "house"],
    });
    classifier.to(device);
    const { mean, std } = classifier.view!;
    const images = known.pixels.div(255).sub(channels(mean)).div(channels(std));
    assertClose(classifier.features(images), known["float32/images"], { atol: 1e-5 });
    assertClose(classifier.forward(images), known[`float64/${set}/logits`], { rtol: 1e-4 });
    assertEquals([classifier.featureDim, classifier.numClasses], [10, 3]);
    assertEquals(classifier.classNames, ["cat", "dog", "house"]);
  }
});

test("logits are the scale times the cosine, whatever the features are computed in", () => {
  using head = new CosineHead({ textEmbeddings: torch.tensor([[3, 0], [4, 2]]), logitScale: 10 });
  assertClose(head.textEmbeddings, [[0.6, 0], [0.8, 1]]);
  const features = torch.tensor([[1, 0], [0, -5], [3, 4], [0, 0]]);
  const right = [[6, 0], [-8, -10], [10, 8], [0, 0]];
  for (const dtype of ["float32", "float64", "bfloat16", "float16"] as const) {
    const logits = head.forward(features.to(dtype));
    assertEquals(logits.dtype, dtype === "float64" ? "float64" : "float32");
    assertClose(logits, right);
  }
  assertEquals(head.parameters().length, 0);
  assertEquals(Object.keys(head.stateDict()), ["text_embeddings"]);
});

test("embeddings that no classes can be are refused", () => {
  const refused = (
    textEmbeddings: unknown,
    words: string,
    kind: typeof ArgumentError | typeof ShapeError = ArgumentError,
    logitScale = 100,
  ) => {
    const options = { textEmbeddings: textEmbeddings as torch.Tensor, logitScale };
    const error = assertThrows(() => new CosineHead(options), kind);
    assertStringIncludes(error.message, words);
  };
  refused([[1]], "a tensor (E, C), got object");
  refused(torch.ones([3]), "got [3]", ShapeError);
  refused(torch.ones([3, 0]), "got [3, 0]", ShapeError);
  refused(torch.tensor([[1, 0], [1, 0]]), "class 1 has no direction: its length is 0");
  refused(torch.tensor([[1, 1], [NaN, 1]]), "class 0 has no direction: its length is NaN");
  for (const scale of [0, -1, NaN, Infinity]) {
    refused(torch.ones([2, 2]), `got ${scale}`, ArgumentError, scale);
  }
});

test("embeddings of another width and names of another number are refused", () => {
  using images = tower();
  const make = (shape: number[], classNames?: string[]) => () =>
    new ZeroShotClassifier(images, {
      textEmbeddings: torch.ones(shape),
      logitScale: 100,
      classNames,
    });
  assertStringIncludes(
    assertThrows(make([12, 3]), ShapeError).message,
    "10 wide, the text embeddings [12, 3] are of width 12. Make them with the text tower",
  );
  assertStringIncludes(assertThrows(make([3, 10]), ShapeError).message, "Transpose them");
  assertStringIncludes(
    assertThrows(make([10, 3], ["cat"]), ArgumentError).message,
    "3 classes and 1 names",
  );
});

test("a tower whose head is the projection gives the embeddings by it", () => {
  const net = new SmallCnn({ numClasses: 4, channels: 3, widths: [8] });
  using classifier = new ZeroShotClassifier(net, {
    textEmbeddings: torch.eye(4),
    logitScale: 1,
  });
  classifier.to(device).eval();
  assertEquals([classifier.featureDim, classifier.numClasses], [4, 4]);
  assertEquals(classifier.classNames, null);
  const images = torch.rand([2, 3, 8, 8], { device });
  const embeddings = classifier.features(images);
  const { stages, features } = classifier.forwardStages(images);
  assertClose(features, embeddings);
  assertEquals(stages.map(({ shape }) => shape[1]), classifier.stageDims);
  assertClose(embeddings, net.forward(images));
  assertClose(classifier.forward(images), embeddings.div(embeddings.norm(2, [1], true)));
});
