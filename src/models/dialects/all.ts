/**
 * All dialects of published weights.
 *
 * @module
 */

import { aimv2Dialects } from "./aimv2.ts";
import { beitDialects } from "./beit.ts";
import { clipDialects } from "./clip.ts";
import { convnextDialects } from "./convnext.ts";
import { deitDialects } from "./deit.ts";
import { densenetDialects } from "./densenet.ts";
import type { Dialect } from "./dialect_type.ts";
import { dinov3Dialects } from "./dinov3.ts";
import { efficientformerV2Dialects } from "./efficientformer_v2.ts";
import { efficientvitDialects } from "./efficientvit.ts";
import { evaDialects } from "./eva.ts";
import { hieraDialects } from "./hiera.ts";
import { levitDialects } from "./levit.ts";
import { maxvitDialects } from "./maxvit.ts";
import { metaformerDialects } from "./metaformer.ts";
import { mobileDialects } from "./mobile.ts";
import { mobilevitDialects } from "./mobilevit.ts";
import { perceptionEncoderDialects } from "./perception_encoder.ts";
import { reparameterizedDialects } from "./reparameterized.ts";
import { repVitDialects } from "./repvit.ts";
import { residualDialects } from "./residual.ts";
import { radioDialects } from "./radio.ts";
import { siglipDialects } from "./siglip.ts";
import { swinDialects } from "./swin.ts";
import { tinyVitDialects } from "./tiny_vit.ts";
import { vggDialects } from "./vgg.ts";
import { vitDialects } from "./vit.ts";

/** All dialects. Of several that recognize the same keys the first is right if the model's own are not known. */
export const dialects: readonly Dialect[] = [
  ...perceptionEncoderDialects,
  ...clipDialects,
  ...dinov3Dialects,
  ...evaDialects,
  ...vggDialects,
  ...siglipDialects,
  ...beitDialects,
  ...vitDialects,
  ...aimv2Dialects,
  ...convnextDialects,
  ...deitDialects,
  ...densenetDialects,
  ...repVitDialects,
  ...reparameterizedDialects,
  ...residualDialects,
  ...hieraDialects,
  ...maxvitDialects,
  ...metaformerDialects,
  ...mobileDialects,
  ...efficientformerV2Dialects,
  ...efficientvitDialects,
  ...levitDialects,
  ...mobilevitDialects,
  ...radioDialects,
  ...swinDialects,
  ...tinyVitDialects,
];
