import { MBConvNet, type MBConvNetOptions } from "../../src/models/mb_conv_net.ts";
import {
  activatedSeparable,
  attention,
  conv,
  fused,
  mbConv,
  separable,
  type Stages,
  universal,
} from "../../src/models/parts/mobile/rows.ts";
import { withSpaceToDepth } from "../../src/models/parts/mobile/scale.ts";
import { SQUEEZE_V3 } from "../../src/models/parts/mobile/squeeze_v3.ts";
import { TENSORFLOW } from "../../src/models/parts/mobile/tensorflow.ts";
import { testParity } from "../parity/test_parity.ts";

const path = new URL("../golden/parity_mb_conv.safetensors", import.meta.url).pathname;

const net = (stages: Stages, options: Partial<MBConvNetOptions> = {}): MBConvNet =>
  new MBConvNet({ numClasses: 5, stem: { width: 8 }, stages, head: { width: 40 }, ...options });

const quarter = { squeeze: 1 / 4 };
const relu = { activation: "relu" } as const;
const pooledFirst = { width: 40, pooledFirst: true };
const last = {
  head: pooledFirst,
  squeeze: { of: "middle", gate: "sigmoid", round: Math.round },
} as const;
const both = { expandKernel: [1, 1], projectKernel: [1, 1] };

const v2: Stages = [
  [conv(3, 8, 2, 1, { shortcut: true })],
  [fused(2, 3, 16, 2, 2)],
  [mbConv(3, 5, 24, 2, 2, quarter)],
  [separable(3, 24, 1, 1, quarter)],
  [mbConv(2, 3, 24, 1, 2)],
];
const v3: Stages = [
  [separable(3, 8, 1, 2, { ...quarter, ...relu })],
  [mbConv(2.5, 3, 16, 2, 2, relu)],
  [mbConv(3, 5, 24, 2, 2, quarter)],
  [mbConv(2, 3, 24, 1, 2)],
  [conv(1, 48, 1, 1)],
];
const v4: Stages = [
  [fused(2, 3, 16, 1, 2)],
  [
    universal([3, 5], 3, 16, 1, 2),
    attention(2, 8, 16, 2),
    attention(2, 8, 16, 2),
    universal([0, 3], 2, 16),
  ],
  [universal([3, 0], 2, 24), attention(4, 8, 24), universal([0, 0], 2, 24)],
  [universal([0, 3], 2, 24, 1, 2)],
  [universal([3, 0], 2, 24, 1, 2)],
  [conv(1, 32, 1, 1)],
];
const halved: Stages = [
  [conv(3, 8, 1, 2)],
  [fused(2, 3, 16, 1, 2)],
  [mbConv(2, 3, 16, 1, 2, quarter)],
  [universal([3, 5], 2, 16, 1, 2)],
];
const mixed: Stages = [
  [separable(3, 16, 1, 1)],
  [mbConv(3, [3, 5, 7], 24, 2, 2, { squeeze: 1 / 2, activation: "silu", ...both })],
  [mbConv(2, [3, 5, 7, 9, 11], 24, 1, 2)],
  [mbConv(2, 3, 24, 1, 2)],
];
const depth: Stages = withSpaceToDepth([
  [separable(3, 8, 2, 1, quarter)],
  [fused(4, 3, 16, 2, 2, { ...quarter, ...relu })],
  [mbConv(3, 5, 24, 1, 2)],
  [mbConv(2, 3, 24, 1, 2)],
  [mbConv(2, 3, 24, 1, 2)],
]);
const grouped: Stages = [
  [activatedSeparable(3, 16, 2, 2)],
  [fused(2, 3, 16, 2, 2, { groupSize: 8 })],
  [mbConv(2, 3, 24, 1, 2, { groupSize: 4, shortcut: false })],
  [fused(2, 3, 16, 1, 2)],
];

/** Our networks by the names of the golden file. */
const makers: Record<string, () => MBConvNet> = {
  "conv, fused, squeezed": () => net(v2, { activation: "silu", dropout: 0.3, dropPath: 0.5 }),
  "as TensorFlow": () => net(v2, { activation: "silu", ...TENSORFLOW }),
  "pooled first": () =>
    net(v3, {
      activation: "hardswish",
      squeeze: SQUEEZE_V3,
      head: pooledFirst,
    }),
  "universal, attention": () =>
    net(v4, {
      activation: "gelu",
      layerScale: 1e-5,
      dropPath: 0.4,
      head: { ...pooledFirst, normed: true },
    }),
  "halved by means": () => net(halved, { antialias: "mean", ...last }),
  "blurred": () => net(halved, { antialias: "blur", ...last }),
  "mixed kernels, as TensorFlow": () => net(mixed, TENSORFLOW),
  "space to depth": () => net(depth, { activation: "silu" }),
  "global context": () =>
    net([...v2.slice(0, 3), ...v2.slice(4)], {
      activation: "silu",
      squeeze: { of: "input", gate: "sigmoid", round: Math.round, attends: true },
    }),
  "grouped, no head": () => net(grouped, { activation: "relu6", head: { width: 0 } }),
};

testParity(path, makers);
