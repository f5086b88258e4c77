import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ApprenticeError } from "../../src/base/errors.ts";
import { openWeights } from "../../src/checkpoints/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { golden, inFolder } from "./folders.ts";

const mostBytes = 2 ** 27;

/** The same numbers on every machine. */
function randomNumbers(seed: number): (n: number) => number {
  let state = seed;
  return (n) => (state = (state * 48271) % 2147483647) % n;
}

/** Reads all tensors of a checkpoint; returns whether that went well. Only this package's errors may come. */
function reads(path: string, what: string): boolean {
  return torch.scope(() => {
    try {
      using checkpoint = openWeights(path);
      for (const name of checkpoint.names) {
        const tensor = checkpoint.tensor(name);
        // Touches every byte of it; some element types have no operators.
        const bytes = torch.call(
          "aten::view.dtype",
          tensor.contiguous().flatten(),
          "uint8",
        ) as torch.Tensor;
        assert(bytes.numel <= mostBytes, `${what}: ${name} has ${bytes.numel} bytes`);
        bytes.sum();
        tensor.dispose();
      }
      return true;
    } catch (error) {
      if (error instanceof ApprenticeError) return false;
      throw new Error(`${what}: ${error}`, { cause: error });
    }
  });
}

const kinds: [name: string, file: string, target: string, times: number][] = [
  ["safetensors", "../torch_all_dtypes.safetensors", "x.safetensors", 700],
  ["the zip format", "training.pth", "x.pth", 700],
  ["the zip format with all element types", "dtypes_v3.pth", "x.pth", 500],
  ["a packed archive", "views_deflated.pth", "x.pth", 500],
  ["the old format", "training_legacy.pth", "x.pth", 700],
  ["the old format, protocol 4", "training_legacy_protocol4.pth", "x.pth", 400],
  ["views in the zip format", "views.pth", "x.pth", 400],
  ["a TorchScript file", "script_parts.pt", "x.pt", 400],
  ["a packed TorchScript file", "script_deflated.pt", "x.pt", 200],
];

for (const [name, file, target, times] of kinds) {
  test(`damage to ${name} gives tensors of plausible size or an error of ours`, () => {
    const whole = Deno.readFileSync(golden(file));
    const random = randomNumbers(1 + times);
    inFolder((folder) => {
      const path = join(folder, target);
      Deno.writeFileSync(path, whole);
      assert(reads(path, "the sound file"));
      const before = Deno.memoryUsage().rss;
      let refused = 0;
      for (let i = 0; i < times; i++) {
        const bytes = whole.slice();
        for (let k = random(4); k >= 0; k--) bytes[random(bytes.length)] ^= 1 << random(8);
        Deno.writeFileSync(path, bytes);
        if (!reads(path, `${file}, ${i}`)) refused++;
      }
      // Damage to weights and to padding goes unnoticed, as it must.
      assert(refused > times / 10 && refused < times, `${refused} of ${times}`);
      assert(Deno.memoryUsage().rss - before < 2 ** 28);
    });
  });
}

test("damage to an index gives tensors or an error of ours", () => {
  const random = randomNumbers(7);
  inFolder((folder) => {
    torch.saveSafetensors(join(folder, "m-1.safetensors"), { a: torch.ones([2]) });
    torch.saveSafetensors(join(folder, "m-2.safetensors"), { b: torch.ones([2]) });
    const path = join(folder, "model.safetensors.index.json");
    const whole = new TextEncoder().encode(
      '{"metadata":{"total_size":16},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}',
    );
    let refused = 0;
    for (let i = 0; i < 500; i++) {
      const bytes = whole.slice();
      for (let k = random(3); k >= 0; k--) bytes[random(bytes.length)] ^= 1 << random(8);
      Deno.writeFileSync(path, bytes);
      if (!reads(path, `index, ${i}`)) refused++;
    }
    assert(refused > 300, `${refused}`);
    assertEquals([...Deno.readDirSync(folder)].length, 3);
  });
});
