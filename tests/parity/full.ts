/**
 * Compares architectures at their full size, gradients of all parameters included, with their publishers' own
 * code, and prints a table of the largest relative differences.
 *
 *     deno run -A tests/parity/full.ts [python] [pattern]
 *
 * `python` is an interpreter with torch, torchvision, timm and transformers; `pattern` chooses architectures, as
 * `models.list` does.
 *
 * @module
 */

import { entry, list } from "../../src/models/registry.ts";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";
import { compare } from "./parity.ts";

/** Which script in tests/golden knows an architecture. */
const scripts: readonly [RegExp, string][] = [
  [/^(resnet(20|56)|wrn_)/, "cifar"],
  [/^(resnet(18|34|50|101|152)|wide_resnet50_2)$/, "resnet"],
  [/^resnest/, "resnest"],
  [/^((se|eca|wide_)?resne[tx]|senet)/, "resnets"],
  [/^fastvit/, "fastvit"],
  [/^(gernet|gcres|eca_res|regnetz_[bcde])/, "byob"],
  [/^hgnet/, "hgnet"],
  [/^legacy_se/, "legacy_senet"],
  [/^regnet[xyvz]_/, "regnet"],
  [/^(repvgg|mobileone)_/, "repvgg"],
  [/^mobilenet_v3/, "mobilenet_v3"],
  [/^(tf_)?efficientnet_lite/, "timm"],
  [/^(torchvision\/efficientnet|(mobilenet|efficientnet)_v2)/, "mobile_torchvision"],
  [/^efficientnet-lite-pytorch/, "efficientnet_lite"],
  [
    /^(tf_|test_|gc_)?(efficientnet|mobilenet|mixnet|lcnet|(se)?mnasnet|fbnet|spnas|tinynet)/,
    "mb_conv",
  ],
  [/^ghostnet/, "ghostnet"],
  [/^(torchvision\/convnext|convnext_(atto|femto)_32$)/, "convnext_torchvision"],
  [/^efficientformerv2/, "efficientformer_v2"],
  [/^efficientvit_[bl]/, "efficientvit_mit"],
  [/^efficientvit_m/, "efficientvit_msra"],
  [/^convnext/, "convnext"],
  [/^densenet/, "densenet"],
  [/^repvit/, "repvit"],
  [/^edgenext/, "edgenext"],
  [/^(dm_|eca_)?nf/, "nfnet"],
  [/^swin/, "swin"],
  [/^hiera/, "hiera"],
  [/^(ca|conv|pool)former/, "metaformer"],
  [/^tiny_vit/, "tiny_vit"],
  [/^(maxx?vit|coatne)/, "maxvit"],
  [/^(open_)?clip/, "clip"],
  [/^beit(v2)?_/, "beit"],
  [/^levit/, "levit"],
  [/^mobilevit/, "mobilevit"],
  [/^deit/, "deit"],
  [/^(aimv2|eva02|eva_giant|vit_pe_|vit_.*_(dinov3|lingbot|rope_|sapiens))/, "rotary_vit"],
  [/^naflexvit/, "naflexvit"],
  [/^(vit|flexivit|eva_large|beit3|test_vit)/, "vit"],
];

const [python = "python3", pattern = "*"] = Deno.args;
const folder = Deno.makeTempDirSync();
try {
  for (const name of list(pattern)) {
    const script = scripts.find(([names]) => names.test(name))?.[1];
    if (script === undefined) throw new Error(`No script in tests/golden is known for ${name}.`);
    const path = `${folder}/model.safetensors`;
    const golden = new URL(`../golden/parity_${script}.py`, import.meta.url).pathname;
    const { code, stderr } = await new Deno.Command(python, {
      args: [golden, "--full", name.replace(/^.*\//, ""), path],
    }).output();
    if (code !== 0) {
      const reason = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
      console.log(`${name.padEnd(44)} not compared: ${reason}`);
      continue;
    }
    const [record] = Object.keys(torch.loadSafetensorsMetadata(path));
    const known = entry(name);
    using output = torch.loadSafetensors(path, { names: [`${record}/eval`] })[`${record}/eval`];
    // CIFAR's have ten classes there, not ImageNet's thousand.
    using model = known.build({ numClasses: known.numClasses === 0 ? 0 : output.shape[1] });
    model.to(device);
    const found = compare(model, path, record, 0, known.published);
    const shown = (["eval", "train", "gradients"] as const)
      .map((part) => `${part} ${found[part].toExponential(1)}`);
    console.log(`${name.padEnd(44)} ${shown.join("  ")}  ${found.worst}`);
    Deno.removeSync(path);
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}
