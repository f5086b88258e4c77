/**
 * Architectures: published ones, by their published names and with their publishers' parameter names, and small ones
 * for small images.
 *
 * {@linkcode list} has the names, {@linkcode create} makes a model, {@linkcode summary} says what it costs.
 *
 * @module
 */

export * from "./adapted_radio.ts";
export * from "./backbone.ts";
export * from "./beit.ts";
export * from "./beit_options.ts";
export * from "./byob.ts";
export * from "./byob_options.ts";
export * from "./cifar_resnet.ts";
export * from "./clip.ts";
export * from "./clip_text.ts";
export * from "./convnext.ts";
export * from "./convnext_options.ts";
export * from "./create.ts";
export * from "./deit.ts";
export * from "./densenet.ts";
export * from "./dialects/all.ts";
export * from "./dialects/dialect_type.ts";
export * from "./edgenext.ts";
export * from "./edgenext_options.ts";
export * from "./efficientformer_v2.ts";
export * from "./efficientvit_mit.ts";
export * from "./efficientvit_msra.ts";
export * from "./entry.ts";
export * from "./fastvit.ts";
export * from "./fold.ts";
export * from "./forward_costs.ts";
export * from "./ghostnet.ts";
export * from "./hgnet.ts";
export * from "./hiera.ts";
export * from "./hiera_options.ts";
export * from "./inception_v3.ts";
export * from "./legacy_senet.ts";
export * from "./levit.ts";
export * from "./load_clip_text.ts";
export * from "./maxvit.ts";
export * from "./maxvit_options.ts";
export * from "./mb_conv_net.ts";
export * from "./metaformer.ts";
export * from "./mlp_mixer.ts";
export * from "./load_radio_adaptor.ts";
export * from "./mobileone.ts";
export * from "./mobilevit.ts";
export * from "./naflexvit.ts";
export * from "./nfnet.ts";
export * from "./nfnet_options.ts";
export * from "./published_state.ts";
export * from "./published_weights.ts";
export * from "./radio.ts";
export * from "./radio_adaptor.ts";
export * from "./radio_options.ts";
export * from "./registry.ts";
export * from "./regnet.ts";
export * from "./rep_net.ts";
export * from "./repvgg.ts";
export * from "./repvit.ts";
export * from "./resnet.ts";
export * from "./resnetv2.ts";
export * from "./rotary_vit.ts";
export * from "./rotary_vit_options.ts";
export * from "./saved.ts";
export * from "./small/cnn.ts";
export * from "./small/mixer.ts";
export * from "./small/mlp.ts";
export * from "./small/resnet.ts";
export * from "./small/vit.ts";
export * from "./summary.ts";
export * from "./summary_row.ts";
export * from "./swin.ts";
export * from "./swin_options.ts";
export * from "./text/clip_tokenizer.ts";
export * from "./tiny_vit.ts";
export * from "./vgg.ts";
export * from "./vit.ts";
export * from "./vit_options.ts";
export * from "./vit_trunk.ts";
export * from "./weights_facts.ts";
export * from "./wide_resnet.ts";
export * from "./zero_shot.ts";
