/** The sub-command `teachers`. @module */

import { Command } from "./commander.ts";
import { JSON_TEXT, rooms } from "./common.ts";

/** `teachers <spec...>`: loads teachers, runs one image through each, and prints what they are. */
export function teachersCommand(): Command<[string[]]> {
  return new Command("teachers")
    .description("load a teacher, run one image through it and say what it is")
    .argument("<spec...>", "hf://org/name, a file or a folder")
    .option("--architecture <name>", "the architecture, for a file that does not tell")
    .option("--classes <count>", "the number of classes of its head", Number)
    .option("--tap <name>", "the module, tensor, method or output to take features from")
    .option("--logits <name>", "where its logits are, in ONNX and TorchScript")
    .option("--tokens <which>", "class or mean: what becomes of tokens, in ONNX and TorchScript")
    .option("--predictive", "it gives logits in the student's label space")
    .option("--prompts <text...>", "classes in words, for a CLIP; or a .json file with them")
    .option("--templates <text...>", "what each is put into: 'a photo of a {}.'")
    .option("--tokenizer <path>", "their vocabulary, where it is not beside the weights")
    .option("--embeddings <path>", "embeddings of the classes' texts in place of these")
    .option("--device <device>", "where it runs", "cpu")
    .option(...JSON_TEXT)
    .action(async (specs: string[], options) => {
      const { teachers } = await rooms();
      for (const spec of specs) {
        const { architecture, prompts, templates, tokenizer, embeddings } = options;
        const device = options.device as "cpu";
        const classes = prompts && await teachers.readClassTexts(prompts);
        using teacher = classes || embeddings
          ? await teachers.openVocabulary({
            ...{ source: spec, classes, templates, tokenizer, embeddings },
            ...{ architecture, device },
          })
          : await teachers.load(spec, {
            kind: options.predictive ? "predictive" : "descriptive",
            architecture,
            numClasses: options.classes,
            tap: options.tap,
            logits: options.logits,
            tokens: options.tokens as "class" | "mean" | undefined,
            device,
          });
        const card = teachers.teacherCard(teacher, { device });
        console.log(options.json ? JSON.stringify(card, null, 2) : teachers.describeCard(card));
      }
    }) as Command<[string[]]>;
}
