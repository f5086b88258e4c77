/** The formats of the sub-command `export`: one row for each. @module */

import type { OnnxPort } from "../runs/export_onnx.ts";
import type { rooms } from "./common.ts";

/** What there is to say of an export, by the names of options. */
export interface ExportGiven {
  /** Whether weights are in half precision. */
  readonly float16?: boolean;
  /** Whether what the student wants of images is in the graph. */
  readonly view?: boolean;
  /** The repository that it goes to. */
  readonly push?: string;
  /** Whether that repository is private. */
  readonly private?: boolean;
  /** Whether `model.onnx` goes along. */
  readonly onnx?: boolean;
  /** The license that the card states. */
  readonly license?: string;
}

/** A format that students are exported to. */
export interface ExportFormat {
  /** The format in words, for the help. */
  readonly help: string;
  /** The name of the file or folder, where `--out` says no other. */
  readonly file: string;
  /** The options that it knows. */
  readonly options: readonly (keyof ExportGiven)[];
  /** Writes it to a path; returns lines about what to type next. */
  readonly write: (
    runs: Awaited<ReturnType<typeof rooms>>["runs"],
    source: string,
    path: string,
    given: ExportGiven,
  ) => Promise<readonly string[]>;
}

/** A part of a whole, as it is told. */
const share = (value: number | null): string => value!.toExponential(1);

/** What goes into a file or comes out: `pixels uint8 [batch, height, width, 3]`. */
function described({ name, dtype, shape }: OnnxPort): string {
  return `${name} ${dtype} [${shape.join(", ")}]`;
}

/** All formats by name. */
export const FORMATS: Readonly<Record<string, ExportFormat>> = {
  onnx: {
    help: "one file for ONNX Runtime and what converts ONNX: photographs in, probabilities out",
    file: "student.onnx",
    options: ["float16", "view"],
    write: async (runs, source, path, { float16, view }) => {
      const written = await runs.exportOnnx(source, path, { float16, view });
      const { inputs, outputs, difference, pixelDifference } = written;
      const from = pixelDifference === null ? "" : `, and of bytes by ${share(pixelDifference)}`;
      return [
        `${inputs.map(described).join(", ")} -> ${outputs.map(described).join(", ")}`,
        `outputs differ from the student's by ${share(difference)}${from}`,
      ];
    },
  },
  torchscript: {
    help: "one file for PyTorch, without its code: torch.jit.load",
    file: "student.pt",
    options: [],
    write: async (runs, source, path) => {
      const { difference } = await runs.exportTorchScript(source, path);
      return [
        `outputs differ from the student's by ${share(difference)}`,
        "import torch",
        `model = torch.jit.load("${path}")`,
      ];
    },
  },
  safetensors: {
    help: "model.safetensors and config.json, as timm and torchvision have them",
    file: "safetensors",
    options: ["float16"],
    write: async (runs, source, path, given) => {
      const { python, notes } = await runs.exportSafetensors(source, path, given);
      return [...notes, ...(python ?? "").split("\n").filter((line) => line !== "")];
    },
  },
  hub: {
    help: "a folder ready for a model hub: card, weights, config, recipe, teachers",
    file: "hub",
    options: ["float16", "onnx", "push", "private", "license"],
    write: async (runs, source, path, { push, private: isPrivate, ...given }) => {
      const { keptCard, license } = await runs.exportHub(source, path, {
        ...given,
        repository: push,
      });
      const kept = keptCard ? ["README.md was edited, and is kept as it is"] : [];
      const said = license === null
        ? ["no license is stated: read Licenses in README.md, then choose one with --license"]
        : [];
      if (push === undefined) {
        return [...kept, ...said, `upload it with --push org/name, after a look at README.md`];
      }
      const { url, commit } = await runs.pushToHub(path, push, { private: isPrivate });
      return [...kept, ...said, `uploaded to ${url}, commit ${commit.slice(0, 8)}`];
    },
  },
  web: {
    help: "a folder with a page that classifies photographs in a browser",
    file: "web",
    options: ["float16"],
    write: async (runs, source, path, { float16 }) => {
      await runs.exportWeb(source, path, { float16 });
      return [`python3 -m http.server -d ${path}`, "then open http://localhost:8000"];
    },
  },
};
