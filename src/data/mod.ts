/**
 * Images: data sets, loading them in batches, and transforms of whole batches.
 *
 * `mnist`, `fashionMnist` and `cifar10` give an `ImageDataset`; `joinDatasets` makes several into one;
 * its `unlabelled()` is what a student may be trained on; a `Loader` makes batches of either. `ImageFolder`,
 * `ImageList` and `TarShards` decode labelled image files, `images` those without labels.
 *
 * @module
 */

export { Batch, LabelledBatch, UnlabelledBatch } from "./batch.ts";
export {
  convertChannels,
  type Interpolation,
  resizeImages,
  type ResizeOptions,
} from "./convert.ts";
export type { BatchContext, Dataset } from "./dataset.ts";
export { Epoch } from "./epoch.ts";
export {
  type DatasetSource,
  ImageDataset,
  type ImageDatasetParts,
  type OfClassesOptions,
  type UnlabelledOptions,
} from "./image_dataset.ts";
export {
  type CentrePart,
  type ImagePart,
  type RandomResizedPart,
  type WholeImage,
} from "./images/crop.ts";
export {
  DecodedImages,
  type ImageReadOptions,
  type SkippedImage,
} from "./images/decoded_images.ts";
export { ImageFiles, type ImageFilesParts, UnlabelledImageFiles } from "./images/image_files.ts";
export { IMAGE_EXTENSIONS } from "./images/extensions.ts";
export { ImageFolder, type ImageFolderOptions } from "./images/image_folder.ts";
export { ImageList, type ImageListOptions } from "./images/image_list.ts";
export { TarShards, type TarShardsOptions } from "./images/tar_shards.ts";
export type { ImageSource } from "./images/image_source.ts";
export type { ImageBytes } from "./images/decode_tasks.ts";
export { images, type ImagesOptions } from "./images/images.ts";
export { joinDatasets, type JoinOptions } from "./join.ts";
export { type EpochOptions, Loader, type LoaderOptions } from "./loader.ts";
export { cifar10, fashionMnist, mnist } from "./named.ts";
export {
  type LabelledSample,
  labelledSamples,
  type LabelledSampleSource,
  type Sample,
  type SampleSource,
  unlabelledSamples,
} from "./samples.ts";
export { shuffledOrder } from "./shuffle.ts";
export * from "./sources/mod.ts";
export {
  type ChannelStatistics,
  channelStatistics,
  CIFAR10_STATISTICS,
  FASHION_MNIST_STATISTICS,
  MNIST_STATISTICS,
} from "./statistics.ts";
export * from "./transforms/mod.ts";
export type { Photograph } from "./images/decode_one.ts";
export type { View } from "./view.ts";
export { UnlabelledImages } from "./unlabelled_images.ts";
export type { WholeNumbers } from "./whole_numbers.ts";
export { PairedBatch, PairedLoader, zipLoaders } from "./zip_loaders.ts";
