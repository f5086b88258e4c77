/**
 * Images: data sets, loading them in batches, and transforms of whole batches.
 *
 * `mnist`, `mnistM`, `uciDigits`, `fashionMnist`, `cifar10` and `cifar100` give an `ImageDataset`; `ImageFolder`, `ImageList` and `TarShards` decode labelled
 * image files, `images` those without labels; `labelledSamples` reads anything else. From each of them images are chosen
 * in the same way: `subset`, `take`, `split`, `ofClasses`, `balancedSubset`, `stratifiedSubset`, `selectListed`.
 * `joinDatasets` and `concatenateDatasets` make several into one; its `unlabelled()` is what a student may be trained on; a
 * `Loader` makes batches of either.
 *
 * @module
 */

export * from "./apply_view.ts";
export * from "./batch.ts";
export * from "./image_random.ts";
export * from "./pixel_source.ts";
export * from "./convert.ts";
export * from "./dataset.ts";
export * from "./epoch.ts";
export * from "./image_dataset.ts";
export * from "./image_random.ts";
export * from "./images/image_part.ts";
export * from "./images/decoded_images.ts";
export * from "./images/image_files.ts";
export * from "./images/read_options.ts";
export * from "./images/unlabelled_image_files.ts";
export * from "./images/image_extensions.ts";
export * from "./images/image_folder.ts";
export * from "./images/image_list.ts";
export * from "./images/domain_images.ts";
export * from "./images/tar_shards.ts";
export * from "./images/image_source.ts";
export * from "./images/image_bytes.ts";
export * from "./images/images.ts";
export * from "./label_map.ts";
export * from "./label_space.ts";
export * from "./loader.ts";
export type { MatchOptions } from "./match_classes.ts";
export * from "./mixed_batch.ts";
export * from "./named.ts";
export * from "./labelled_samples.ts";
export * from "./sample_source.ts";
export * from "./samples.ts";
export * from "./selection/mod.ts";
export type { Share } from "./share.ts";
export * from "./shuffled_order.ts";
export * from "./sources/mod.ts";
export * from "./statistics.ts";
export * from "./transforms/mod.ts";
export * from "./images/photograph.ts";
export * from "./view.ts";
export * from "./unlabelled_images.ts";
export * from "./unlabelled_samples.ts";
export * from "./whole_numbers.ts";
export * from "./zip_loaders.ts";
