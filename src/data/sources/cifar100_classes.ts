/**
 * The names of CIFAR-100's classes.
 *
 * @module
 */

/** The names of CIFAR-100's 20 coarse classes, in the order of its coarse labels, each with its five fine ones. */
const GROUPS: Readonly<Record<string, string>> = {
  aquatic_mammals: "beaver dolphin otter seal whale",
  fish: "aquarium_fish flatfish ray shark trout",
  flowers: "orchid poppy rose sunflower tulip",
  food_containers: "bottle bowl can cup plate",
  fruit_and_vegetables: "apple mushroom orange pear sweet_pepper",
  household_electrical_devices: "clock keyboard lamp telephone television",
  household_furniture: "bed chair couch table wardrobe",
  insects: "bee beetle butterfly caterpillar cockroach",
  large_carnivores: "bear leopard lion tiger wolf",
  "large_man-made_outdoor_things": "bridge castle house road skyscraper",
  large_natural_outdoor_scenes: "cloud forest mountain plain sea",
  large_omnivores_and_herbivores: "camel cattle chimpanzee elephant kangaroo",
  medium_mammals: "fox porcupine possum raccoon skunk",
  "non-insect_invertebrates": "crab lobster snail spider worm",
  people: "baby boy girl man woman",
  reptiles: "crocodile dinosaur lizard snake turtle",
  small_mammals: "hamster mouse rabbit shrew squirrel",
  trees: "maple_tree oak_tree palm_tree pine_tree willow_tree",
  vehicles_1: "bicycle bus motorcycle pickup_truck train",
  vehicles_2: "lawn_mower rocket streetcar tank tractor",
};

/** The names of CIFAR-100's 20 coarse classes, in the order of its coarse labels. */
export const CIFAR100_COARSE_CLASSES: readonly string[] = Object.keys(GROUPS);

/** The names of CIFAR-100's 100 classes, in the order of its fine labels: that of the alphabet. */
export const CIFAR100_CLASSES: readonly string[] = Object.values(GROUPS)
  .flatMap((names) => names.split(" ")).sort();
