/**
 * Does the gain over plain feature distillation grow with the teacher's size, and with the gap between its architecture and the
 * student's? Three sizes of one family, and three other families, trained on 24,000 images of Fashion-MNIST, teach the same small CNN
 * ten labels a class, on 6,000 images without labels.
 *
 *     deno task apprentice compare recipes/custom_kd/teachers.ts
 *     deno task apprentice compare recipes/custom_kd/teachers.ts --trials 5
 *
 * The teachers are the same ones for all seeds; a seed decides which images have labels.
 *
 * Unless trials are asked for, methods have the settings that those of few_labels.ts chose.
 *
 * Expected: see docs/custom_kd.md.
 */
import { runs } from "../../mod.ts";
import { choosing } from "../shared/choosing.ts";
import { customKD, fitNet, SEARCH } from "../shared/custom_kd.ts";
import { fewLabels, type Large, large } from "../shared/few_labels.ts";

const EPOCHS = 12;

const resnet = (width: number): Large => ({
  name: `ResNet ${width}`,
  network: { name: "SmallResNet", widths: [width, 2 * width, 4 * width], stride: 2 },
});

/** The three sizes, then the other families: the student is a CNN. */
const TEACHERS: readonly Large[] = [
  resnet(8),
  resnet(16),
  resnet(32),
  { name: "CNN", network: { name: "SmallCnn", widths: [32, 64, 128] } },
  { name: "Mixer", network: { name: "SmallMixer", dim: 64 } },
  { name: "ViT", network: { name: "SmallVit", dim: 64, depth: 3 } },
];

const methods = [fitNet(100), customKD({ epochs: EPOCHS })];

/** The teacher in a recipe. */
const teacher = (given: Large) => (
  { name: given.name, recipe: large(0, { ...given, name: given.name.replace(" ", "_") }) }
);

/** The recipe for a seed. */
function recipe(seed: number): runs.Recipe {
  const { data, ...whole } = fewLabels(seed, { epochs: EPOCHS }, 0);
  const { train } = data;
  const half = choosing(train, { take: 6_000 });
  return { ...whole, data: { ...data, train: half }, evaluation: { every: EPOCHS } };
}

/** The study for a seed. */
export default ({ seed }: runs.RecipeOptions): runs.Study =>
  runs.study({
    name: "teachers",
    recipe: recipe(seed),
    variants: TEACHERS.flatMap((given) =>
      methods.map((method): runs.Variant => ({
        ...method,
        title: `${method.title}, ${given.name}`,
        teachers: [teacher(given)],
      }))
    ),
    search: SEARCH,
    seeds: 5,
  });
