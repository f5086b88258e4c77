/**
 * Compares texts with open_clip at full size: the tokens of some 21,000 strings, by OpenAI's vocabulary out of
 * open_clip_torch's wheel, the embeddings of the text towers of ViT-B/32 and ViT-H/14, and the zero-shot votes of a whole
 * ViT-B/32 in a folder as OpenCLIP's repositories are. Prints the relative difference of each, and exits with 1 if a
 * token differs or anything else by more than 1e-5.
 *
 *     deno run -A tests/parity/clip_text.ts [python]
 *
 * `python` is an interpreter with open_clip_torch, ftfy and regex; see clip_text.py, which it runs.
 *
 * @module
 */

import { ClipTextTower, openClipTokenizer } from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import { openVocabulary } from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";
import { fill } from "./parity.ts";

const [python = "python3"] = Deno.args;
const folder = Deno.makeTempDirSync();
let failed = false;
try {
  const script = new URL("clip_text.py", import.meta.url).pathname;
  const { code } = await new Deno.Command(python, {
    args: [script, folder],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) Deno.exit(code);
  const path = `${folder}/truth.safetensors`;
  const texts: string[] = JSON.parse(Deno.readTextFileSync(`${folder}/texts.json`));
  const truth = torch.loadSafetensors(path);
  const tokenizer = await openClipTokenizer(torch.loadSafetensorsMetadata(path).vocabulary);

  const expected = truth.tokens.toArray() as number[][];
  const wrong: string[] = [];
  const start = performance.now();
  for (const [i, text] of texts.entries()) {
    using found = tokenizer.tokens([text]);
    const row = (found.toArray() as number[][])[0];
    if (row.join() === expected[i].join()) continue;
    const trim = (ids: number[]) => ids.slice(0, ids.indexOf(tokenizer.endToken) + 1).join(" ");
    wrong.push(`${JSON.stringify(text)}\n    ${trim(row)}\n    ${trim(expected[i])}`);
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `tokens: ${wrong.length} of ${texts.length} texts differ (${seconds.toFixed(1)} s)`,
  );
  for (const one of wrong.slice(0, 40)) console.log(`  ${one}`);
  failed ||= wrong.length > 0;

  const compare = (what: string, found: torch.Tensor, right: torch.Tensor): void =>
    torch.scope(() => {
      const [a, b] = [found, right].map((one) => one.to("cpu").to("float64"));
      const difference = a.sub(b).norm().item() as number / (b.norm().item() as number);
      console.log(`${what}: ${difference.toExponential(1)}`);
      failed ||= !(difference <= 1e-5);
    });
  const towers = {
    clip_b_32: {},
    open_clip_h_14: { dim: 1024, depth: 24, embedDim: 1024, activation: "gelu" },
  } as const;
  for (const [name, options] of Object.entries(towers)) {
    torch.noGrad(() =>
      torch.scope(() => {
        using tower = nn.init.skipped(() => new ClipTextTower(options));
        fill(tower.stateDict());
        tower.to(device);
        const tokens = truth.seen.to(device);
        const whole = truth[`${name}/embeddings`];
        compare(`${name}, 77 tokens`, tower.forward(tokens), whole);
        const longest = tokens.argmax(1).max().item() as number + 1;
        compare(`${name}, ${longest} tokens`, tower.forward(tokens.narrow(1, 0, longest)), whole);
        const exact = truth[`${name}/float64`];
        if (exact === undefined) return;
        compare(`${name}, of float64's`, tower.forward(tokens), exact);
        compare(`${name}, in float64`, tower.to("float64").forward(tokens), exact);
      })
    );
  }
  const classes = JSON.parse(Deno.readTextFileSync(`${folder}/classes.json`));
  const begin = performance.now();
  using teacher = await openVocabulary({ source: folder, classes, device });
  const took = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(
    `a teacher of ${teacher.numClasses} classes with 80 texts each was made in ${took} s`,
  );
  torch.scope(() => {
    const { features, logits } = teacher.run(truth["zero_shot/images"].to(device));
    compare("zero-shot features", features, truth["zero_shot/features"]);
    compare("zero-shot logits", logits, truth["zero_shot/logits"]);
  });
  for (const tensor of Object.values(truth)) tensor.dispose();
} finally {
  Deno.removeSync(folder, { recursive: true });
}
if (failed) Deno.exit(1);
