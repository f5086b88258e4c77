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

/** All formats by name. */
export const FORMATS: Readonly<Record<string, ExportFormat>> = {
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
