/**
 * UNIFORM with eight teachers on MNIST and Fashion-MNIST, without labels.
 *
 *     deno task apprentice train recipes/digits_and_clothes_uniform.ts
 *
 * Expected: 87.8 ± 0.1 % over the 20 classes.
 */
import { digitsAndClothes, type ForSeed } from "./shared/digits_and_clothes.ts";

/** The recipe for a seed. */
export default ({ seed }: ForSeed) =>
  digitsAndClothes({
    name: "digits_and_clothes_uniform",
    title: "student, UNIFORM",
    method: "UNIFORM",
  }, seed);
