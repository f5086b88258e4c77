/**
 * Other publishers' names of mobile networks, made timm's: for {@linkcode MBConvNet}; and the other way about.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, renamed } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";
import { type Found, readTimmBlocks, toTimmBlocks } from "./mobile_layers.ts";
import type { Publisher } from "./mobile_publisher.ts";
import {
  EFFICIENTNET_PYTORCH,
  TRANSFORMERS_EFFICIENTNET,
  TRANSFORMERS_V2,
} from "./mobile_publishers.ts";
import { TORCHVISION_EFFICIENTNET, TORCHVISION_V2, TORCHVISION_V3 } from "./mobile_torchvision.ts";

type State = Readonly<Record<string, Tensor>>;

/** A state dict by timm's names. */
function fromPublisher(state: State, publisher: Publisher): Record<string, Tensor> {
  const { read, rules, depths, prefix = "" } = publisher;
  const result: Record<string, Tensor> = {};
  const blocks: Found[] = [];
  for (const [key, tensor] of Object.entries(state)) {
    const name = key.startsWith(prefix) ? key.slice(prefix.length) : key;
    const found = read(name);
    if (found !== null) blocks.push({ ...found, tensor });
    else result[renamed(name, rules) ?? name] = tensor;
  }
  const last = result["conv_head.weight"];
  if (last?.ndim === 2) result["conv_head.weight"] = last.reshape(...last.shape, 1, 1);
  return { ...result, ...toTimmBlocks(blocks, depths) };
}

/** A state dict by timm's names, of all tensors or of some, by a publisher's. */
function toPublisher(state: State, publisher: Publisher): Record<string, Tensor> {
  const { write, outside, prefix = "", isLinear = false } = publisher;
  const blocks = readTimmBlocks(Object.keys(state));
  const all = [...blocks.values()];
  const names = outside({
    stages: 1 + Math.max(...all.map(({ block: [stage] }) => stage)),
    blocks: 1 + Math.max(...all.map(({ count }) => count)),
  });
  return Object.fromEntries(
    Object.entries(state).map(([key, tensor]): [string, Tensor] => {
      const block = blocks.get(key);
      if (block !== undefined) return [prefix + write(block), tensor];
      const at = key.lastIndexOf(".");
      const [layer, leaf] = [key.slice(0, at), key.slice(at + 1)];
      const name = `${names[layer] ?? layer}.${leaf}`;
      if (layer === "classifier") return [name, tensor];
      const isFlat = isLinear && key === "conv_head.weight";
      return [prefix + name, isFlat ? tensor.flatten(1) : tensor];
    }),
  );
}

function isMobile(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined || own.has("conv_stem.weight");
}

const publishers = [
  TORCHVISION_EFFICIENTNET,
  TORCHVISION_V2,
  TORCHVISION_V3,
  EFFICIENTNET_PYTORCH,
  TRANSFORMERS_EFFICIENTNET,
  TRANSFORMERS_V2,
];

/** The dialects that become timm's names. */
export const mobileDialects: readonly Dialect[] = publishers.map((publisher) => ({
  name: publisher.name,
  recognizes: (keys, own) => isMobile(own) && hasEndings(keys, ...publisher.endings),
  translate: (state) => fromPublisher(state, publisher),
}));

/** What makes a state dict of timm's names one of a publisher's. */
type Published = (state: State) => Record<string, Tensor>;

const published = (publisher: Publisher): Published => (state) => toPublisher(state, publisher);

/** With the names of torchvision's EfficientNets. */
export const asTorchvisionEfficientNet: Published = published(TORCHVISION_EFFICIENTNET);

/** With the names of torchvision's MobileNetV2. */
export const asTorchvisionV2: Published = published(TORCHVISION_V2);

/** With the names of torchvision's MobileNetV3. */
export const asTorchvisionV3: Published = published(TORCHVISION_V3);

/** With the names of the package efficientnet-lite-pytorch. */
export const asEfficientNetPytorch: Published = published(EFFICIENTNET_PYTORCH);

/** With the names of transformers' MobileNetV2. */
export const asTransformersV2: Published = published(TRANSFORMERS_V2);
