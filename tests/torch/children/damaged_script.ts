// Loads TorchScript files that were cut and changed at random: each is refused with a FormatError, or gives
// what the whole file gives. Those that were made anew around a changed part, with right checksums, are refused
// or are other programs, which run or fail. What a program prints must not come through.

import { unzipSync, zipSync } from "fflate";
import { ApprenticeError, FormatError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";

const path = await Deno.makeTempFile({ suffix: ".pt" });
const before = torch.memory().tensors;
const result = { refused: 0, harmless: 0, remade: 0, wrong: [] as string[], left: 0 };

function attempt(bytes: Uint8Array, expected: string, what: string): void {
  Deno.writeFileSync(path, bytes);
  torch.scope(() => {
    try {
      using model = torch.loadScript(path);
      const output = String((model.forward(torch.ones([1, 3, 8, 8])) as torch.Tensor).toArray());
      if (output === expected) result.harmless++;
      else result.wrong.push(`${what}: ${output}`);
    } catch (error) {
      if (error instanceof FormatError) result.refused++;
      else result.wrong.push(`${what}: ${error}`);
    }
  });
}

/** Loads and runs a file that is whole but not what PyTorch wrote. */
function attemptRemade(bytes: Uint8Array, what: string): void {
  Deno.writeFileSync(path, bytes);
  result.remade++;
  torch.scope(() => {
    try {
      using model = torch.loadScript(path);
      model.stateDict();
      model.forward(torch.ones([1, 3, 8, 8]));
    } catch (error) {
      if (!(error instanceof ApprenticeError)) result.wrong.push(`${what}: ${error}`);
    }
  });
}

let state = 1;
const random = (below: number) => (state = state * 48271 % 2147483647) % below;

for (const file of Deno.args) {
  const whole = Deno.readFileSync(file);
  const expected = torch.scope(() => {
    using model = torch.loadScript(file);
    if (model.methods.includes("complains")) model.run("complains", torch.ones([1]));
    return String((model.forward(torch.ones([1, 3, 8, 8])) as torch.Tensor).toArray());
  });
  for (let length = 0; length < whole.length; length += 41) {
    attempt(whole.slice(0, length), expected, `${file} cut to ${length}`);
  }
  for (let i = 0; i < 500; i++) {
    const changed = whole.slice();
    const at = random(whole.length);
    changed[at] ^= 1 << random(8);
    attempt(changed, expected, `${file} with byte ${at} changed to ${changed[at]}`);
  }
  for (let i = 0; i < 50; i++) {
    const changed = whole.slice();
    const at = random(whole.length);
    changed.fill(random(256), at, at + 1 + random(200));
    attempt(changed, expected, `${file} overwritten at ${at}`);
  }
  const parts = unzipSync(whole);
  const names = Object.keys(parts).filter((name) => /\.(pkl|py)$/.test(name));
  for (let i = 0; i < 100; i++) {
    const name = names[random(names.length)];
    const changed = parts[name].slice();
    for (let k = random(3); k >= 0; k--) changed[random(changed.length)] ^= 1 << random(8);
    attemptRemade(
      zipSync({ ...parts, [name]: changed }, { level: 0 }),
      `${file} with another ${name}`,
    );
  }
}
await Deno.remove(path);
result.left = torch.memory().tensors - before;
console.log(JSON.stringify(result));
