/**
 * A model card: the README of a repository of the hub.
 *
 * @module
 */

import { crc32Of, crc32Text } from "../base/crc32.ts";
import type { Classifier } from "../nn/classifier.ts";
import { cardHead } from "./card_head.ts";
import * as sections from "./card_sections.ts";
import { licenseStatement } from "./license_notes.ts";
import { block, plainText } from "./markdown.ts";
import type { Provenance } from "./provenance.ts";
import { pythonUse } from "./python_use.ts";

/** What a card says beside what the model and its provenance say. */
export interface ModelCardOptions {
  /** The repository, `org/name`; a place to fill in without it. */
  readonly repository?: string;
  /** The license that the user states. */
  readonly license?: string;
  /** Whether `model.onnx` lies beside the card. */
  readonly hasOnnx?: boolean;
}

/** The repository of a card that does not know it. */
const SOME = "ORGANIZATION/NAME";

/** The model card of a student, and the license that it states; null for none. */
export function modelCard(
  model: Classifier,
  provenance: Provenance,
  options: ModelCardOptions = {},
): { card: string; license: string | null } {
  const { repository = SOME, hasOnnx = false } = options;
  const statement = licenseStatement(provenance.origins);
  const license = options.license ?? statement.license;
  const { code, notes, isTimms } = pythonUse(model, ".", repository);
  const library = isTimms ? "timm" : "apprentice";
  const { hasOrigins } = statement;
  const parts: (readonly [title: string, text: string])[] = [
    ["Use in Python", [...notes, ...(code === null ? [] : [block("python", code)])].join("\n\n")],
    ["Use with apprentice", block("ts", ofThisPackage(repository, model.numClasses > 0))],
    ["Use in the browser, or wherever ONNX runs", hasOnnx ? ofOnnx(model.numClasses > 0) : ""],
    ["Images", sections.images(provenance)],
    ["Results", sections.results(provenance)],
    ["Teachers", sections.teachers(provenance.origins)],
    ["Licenses", sections.licenses(statement, license)],
    ["Recipe", sections.recipeLines(provenance)],
  ];
  const text = [
    cardHead(provenance, { library, license, hasOrigins, hasOnnx }),
    `# ${plainText(repository === SOME ? provenance.name : repository.split("/")[1])}`,
    sections.introduction(provenance),
    ...parts.filter(([, text]) => text !== "").map(([title, text]) => `## ${title}\n\n${text}`),
  ].join("\n\n");
  return { card: `${text}\n\n${markOf(text)}\n`, license };
}

/** Whether a card is as it was written here, so that another one may take its place. */
export function isUntouched(card: string): boolean {
  const at = card.trimEnd().lastIndexOf("\n\n<!-- ");
  return at >= 0 && card.trimEnd().slice(at + 2) === markOf(card.slice(0, at));
}

function markOf(text: string): string {
  const sum = crc32Text(crc32Of(new TextEncoder().encode(text)));
  return `<!-- written by apprentice export: ${sum} -->`;
}

function ofThisPackage(repository: string, isClassifier: boolean): string {
  return isClassifier
    ? `import { evaluation, hub, models } from "jsr:@apprentice/distill";

const { folder } = await hub.resolveHub("hf://${repository}");
using model = models.load(folder);
const { className, probability } = await evaluation.predict(model, "photo.jpg");`
    : `import { teachers, torch } from "jsr:@apprentice/distill";

using model = await teachers.load("hf://${repository}");
const photographs = torch.zeros([2, 256, 256, 3], { dtype: "uint8" });
const { features } = model.run(photographs);`;
}

function ofOnnx(isClassifier: boolean): string {
  const output = isClassifier ? "probabilities" : "features";
  return `\`model.onnx\` takes the bytes of RGB images of any size, and gives ${output}; names of classes and view are in its ` +
    `metadata. ONNX Runtime has it in Python, and in the browser as onnxruntime-web:\n\n` +
    block(
      "python",
      `import numpy, onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession("model.onnx")
pixels = numpy.asarray(Image.open("photo.jpg").convert("RGB"))[None]
[${output}] = session.run(["${output}"], {"pixels": pixels})`,
    );
}
