/** The formats of the sub-command `export`: one row for each. @module */

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

/** All formats by name. */
export const FORMATS: Readonly<Record<string, ExportFormat>> = {
  onnx: {
    help: "one file for ONNX Runtime and what converts ONNX: photographs in, probabilities out",
    file: "student.onnx",
    options: ["float16", "view"],
    write: async (runs, source, path, { float16, view }) => {
      const { difference, pixelDifference } = await runs.exportOnnx(source, path, {
        float16,
        view,
      });
      const from = pixelDifference === null ? "" : `, and of bytes by ${share(pixelDifference)}`;
      return [`outputs differ from the student's by ${share(difference)}${from}`];
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
};
