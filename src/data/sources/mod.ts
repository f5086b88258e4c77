/**
 * Where images come from: MNIST, MNIST-M, UCI digits, Fashion-MNIST, CIFAR-10 and CIFAR-100, from packages or from the files
 * they were published as. All of it is plain arrays; nothing here needs libtorch.
 *
 * @module
 */

export * from "./arrays.ts";
export * from "./idx.ts";
export * from "./cifar_binary.ts";
export * from "./cifar100_classes.ts";
export * from "./mnist.ts";
export * from "./fashion_mnist.ts";
export * from "./fashion_mnist_classes.ts";
export * from "./cifar10.ts";
export * from "./mnist_m.ts";
export * from "./uci_digits.ts";
export * from "./load_options.ts";
