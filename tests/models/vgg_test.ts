import { assertEquals } from "@std/assert";
import { loadWeights } from "../../src/checkpoints/mod.ts";
import { dialects } from "../../src/models/dialects/all.ts";
import { torchvisionVgg } from "../../src/models/dialects/vgg.ts";
import { Vgg } from "../../src/models/vgg.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";

const path = new URL("../golden/parity_vgg.safetensors", import.meta.url).pathname;
const small = { numClasses: 5, depths: [1, 1, 2, 2, 2], hidden: 40 };
const makers = {
  "plain": () => new Vgg(small),
  "with norms": () => new Vgg({ ...small, norm: true, dropout: 0.3 }),
};

testParity(path, makers);

test("a VGG goes to torchvision's names and back, as that has fully connected layers", () => {
  using model = new Vgg({ ...small, norm: true }).eval();
  const published = torchvisionVgg(model.stateDict());
  assertEquals(published["classifier.0.weight"].shape, [40, 512 * 49]);
  assertEquals(published["classifier.3.weight"].shape, [4096, 40]);
  assertEquals(published["classifier.6.weight"].shape, [5, 4096]);
  const file = Deno.makeTempFileSync({ suffix: ".safetensors" });
  torch.saveSafetensors(file, published);
  using other = new Vgg({ ...small, norm: true }).eval();
  assertEquals(loadWeights(other, file, { dialects }).dialect, "torchvision's VGG");
  Deno.removeSync(file);
  const images = torch.randn([1, 3, 64, 64]);
  torch.noGrad(() => assertClose(other.forward(images), model.forward(images)));
});
