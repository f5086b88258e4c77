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
  hub: {
    help: "a folder ready for a model hub: card, weights, config, recipe, teachers",
    file: "hub",
    options: ["float16", "push", "private", "license"],
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
};
