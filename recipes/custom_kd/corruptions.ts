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
import { adapters, adapting } from "../shared/adapting.ts";
import { lite, probed, STUDENT } from "../shared/cifar10.ts";
import { SEARCH } from "../shared/custom_kd.ts";
import { MIRRORED } from "../shared/shelf.ts";

const EPOCHS = 6;

/** The source's images, the target's, and those to validate on. */
const sizes = [2_000, 2_000, 1_000];
const [source, target, validation] = [0, 1, 2];

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
  batchSize: 64,
  dropLast: true,
};

/** The student on the source alone: its head is what the teacher's features are made to fit. */
const before = ({ train }: runs.DomainData): runs.Recipe => ({
  name: "source_only",
  data: { train },
  student: STUDENT,
  ...learning,
  epochs: 20,
});

/** The study; weights are fetched when it is asked for. */
export default async () => {
  const teacher = await lite("lite0", 96);
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
      data: adapting(source, target),
      student: { ...STUDENT, weights: { recipe: before(source) } },
      teachers: [probed(teacher, { data: source.train })],
      ...learning,
      epochs: EPOCHS,
      evaluation: { every: EPOCHS },
      // The teacher looks at images as they are: it is asked once about each.
      store: { plain: true, dtype: "float16", batchSize: 16 },
    }),
    variants: (source, target) => adapters(source, target, EPOCHS),
    search: SEARCH,
    seeds: 5,
  });
};
