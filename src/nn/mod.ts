/**
 * Layers, models and losses, by PyTorch's names, with PyTorch's initial weights and state-dict keys.
 *
 * @module
 */

export * from "./classifier.ts";
export * as functional from "./functional/mod.ts";
export * as init from "./init.ts";
export * from "./layers/adaptive_avg_pool.ts";
export * from "./layers/adaptive_max_pool.ts";
export * from "./layers/attention.ts";
export * from "./layers/avg_pool.ts";
export * from "./layers/batch_norm.ts";
export * from "./layers/batch_norm_options.ts";
export * from "./layers/circular_padding.ts";
export * from "./layers/constant_padding.ts";
export * from "./layers/containers.ts";
export * from "./layers/conv.ts";
export * from "./layers/conv_options.ts";
export * from "./layers/conv_transpose.ts";
export * from "./layers/conv_transpose_options.ts";
export * from "./layers/dropout.ts";
export * from "./layers/embedding.ts";
export * from "./layers/end_sizes.ts";
export * from "./layers/exponential_units.ts";
export * from "./layers/fold.ts";
export * from "./layers/group_norm.ts";
export * from "./layers/hard_activations.ts";
export * from "./layers/instance_norm.ts";
export * from "./layers/instance_norm_options.ts";
export * from "./layers/layer_norm.ts";
export * from "./layers/layer_norm_2d.ts";
export * from "./layers/linear.ts";
export * from "./layers/local_response_norm.ts";
export * from "./layers/losses.ts";
export * from "./layers/max_pool.ts";
export * from "./layers/max_unpool.ts";
export * from "./layers/module_dict.ts";
export * from "./layers/parameter_dict.ts";
export * from "./layers/parameter_list.ts";
export * from "./layers/pool_options.ts";
export * from "./layers/rearranging.ts";
export * from "./layers/rectifiers.ts";
export * from "./layers/reflection_padding.ts";
export * from "./layers/replication_padding.ts";
export * from "./layers/rms_norm.ts";
export * from "./layers/shaping.ts";
export * from "./layers/sigmoids.ts";
export * from "./layers/smooth_activations.ts";
export * from "./layers/softmax.ts";
export * from "./layers/sync_batch_norm.ts";
export * from "./layers/transformer.ts";
export * from "./layers/upsample.ts";
export * from "./pair.ts";
export * from "./with_sharers.ts";
export * from "./triple.ts";
export * from "./module.ts";
export * from "./to_options.ts";
export * from "./load_report.ts";
export * from "./freeze_matching.ts";
export * from "../base/name_pattern.ts";
