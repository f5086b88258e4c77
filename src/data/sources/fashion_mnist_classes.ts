/**
 * The names of Fashion-MNIST's classes.
 *
 * @module
 */

/** The names of Fashion-MNIST's classes, in the order of its labels. */
export const FASHION_MNIST_CLASSES: readonly string[] = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];
