import { loadWeights } from "../../src/checkpoints/mod.ts";
import { InceptionV3 } from "../../src/models/inception_v3.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";
import { assertParity, compare } from "../parity/parity.ts";
import { assertContract } from "./backbone_contract.ts";
import { inceptionV3 } from "../../src/models/inception_v3_entries.ts";

const path = new URL("../golden/parity_inception_v3.safetensors", import.meta.url).pathname;

test("Inception-v3: outputs and gradients are timm's", () => {
  using model = new InceptionV3({ numClasses: 5, dropout: 0.3 });
  assertParity(compare(model, path, "inception_v3"));
});

test("inception_v3 keeps a backbone's promises", () => {
  assertContract({ family: inceptionV3, name: "inception_v3", size: 96, sides: [20, 9, 4, 1] });
});

test("the second classifier of torchvision's file is passed over", () => {
  using model = new InceptionV3({ numClasses: 3 }).eval();
  const file = Deno.makeTempFileSync({ suffix: ".safetensors" });
  torch.saveSafetensors(file, {
    ...model.stateDict(),
    "AuxLogits.conv0.conv.weight": torch.zeros([128, 768, 1, 1]),
    "AuxLogits.fc.bias": torch.zeros([3]),
  });
  using other = new InceptionV3({ numClasses: 3 }).eval();
  loadWeights(other, file);
  Deno.removeSync(file);
  const images = torch.randn([1, 3, 96, 96]);
  torch.noGrad(() => assertClose(other.forward(images), model.forward(images)));
});
