/**
 * The colors of ImageNet.
 *
 * @module
 */

/** The mean of ImageNet's channels, as torchvision and timm use it. */
export const IMAGENET_MEAN: readonly [number, number, number] = [0.485, 0.456, 0.406];

/** The standard deviation of ImageNet's channels, as torchvision and timm use it. */
export const IMAGENET_STD: readonly [number, number, number] = [0.229, 0.224, 0.225];
