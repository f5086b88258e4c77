// Opens ONNX models that were cut and changed at random: each is an error of ours, or is opened and runs or
// fails with an error of ours. ONNX files have no checksum, so changed weights make just another model.

import { ApprenticeError } from "../../../src/base/errors.ts";
import { openOnnx } from "../../../src/teachers/onnx.ts";

const path = await Deno.makeTempFile({ suffix: ".onnx" });
const log = Deno.env.get("LOG");
const result = { refused: 0, opened: 0, wrong: [] as string[] };

async function attempt(bytes: Uint8Array, what: string): Promise<void> {
  Deno.writeFileSync(path, bytes);
  if (log) Deno.writeFileSync(log, bytes);
  try {
    (await openOnnx(path, { threads: 1, logits: "logits", imageSize: 8 })).dispose();
    result.opened++;
  } catch (error) {
    if (error instanceof ApprenticeError) result.refused++;
    else result.wrong.push(`${what}: ${error}`);
  }
}

let state = 1;
const random = (below: number) => (state = state * 48271 % 2147483647) % below;
const rounds = Number(Deno.env.get("ROUNDS") ?? 200);
const step = Number(Deno.env.get("STEP") ?? 97);

for (const file of Deno.args) {
  const whole = Deno.readFileSync(file);
  for (let length = 0; length < whole.length; length += step) {
    await attempt(whole.slice(0, length), `${file} cut to ${length}`);
  }
  for (let i = 0; i < rounds; i++) {
    const changed = whole.slice();
    const at = random(whole.length);
    changed[at] ^= 1 << random(8);
    await attempt(changed, `${file} with byte ${at} changed to ${changed[at]}`);
  }
}
await Deno.remove(path);
console.log(JSON.stringify(result));
