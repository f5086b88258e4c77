/**
 * The place where the guide's blocks run: a folder with what its pages speak of, a hub of their teachers, and a command
 * line that has `apprentice` on it.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { cacheRoot } from "../../src/base/paths.ts";
import * as models from "../../src/models/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { Hub, text } from "../hub/server.ts";
import { photographs } from "../runs/photograph_folders.ts";
import { temporaryFolder } from "../setup/fakes.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What the photographs of the guide show. */
export const THINGS = ["airplane", "automobile", "bird", "cat", "deer"];
/** The teacher of the guide that comes from the hub. */
const HUB_TEACHER = "timm/vit_small_patch14_dinov2.lvd142m";

/** What one program came to. */
export interface Outcome {
  readonly code: number;
  /** What it printed, on both channels. */
  readonly printed: string;
}

/** Everything that all pages share; each page has a folder of its own. */
export class Readers implements AsyncDisposable {
  readonly #folder = temporaryFolder();
  readonly #hub = new Hub();

  /** Puts commands, teachers and a cache in place. */
  static async make(): Promise<Readers> {
    const readers = new Readers();
    await readers.#commands();
    await readers.#teachers();
    await readers.#cache();
    return readers;
  }

  get #shared(): string {
    return this.#folder.path;
  }

  /** `apprentice`, and a `deno` that has the checkout in the place of the published package. */
  async #commands(): Promise<void> {
    const bin = `${this.#shared}/bin`;
    await Deno.mkdir(bin);
    const here = `--config='${root}deno.json'`;
    const scripts = {
      // The picture of features takes seconds a run; labels that are few would be shown two hundred times.
      apprentice: `more=()
        case "$1" in
          train) more=(--set evaluation.embedding=null) ;;
          distill)
            more=(--set evaluation.embedding=null)
            [[ "$*" == *--labelled* ]] && more+=(--set student.weights.recipe.data.train.select=[])
            [ -n "$READ_SHORTLY" ] && more+=(--size 56 --epochs 1) ;;
        esac
        exec '${Deno.execPath()}' run -A --no-check '${root}src/cli/main.ts' "$@" "\${more[@]}"`,
      deno: `given=()
        for each in "$@"; do case "$each" in
          jsr:@apprentice/distill/cli) given+=('${root}src/cli/main.ts') ;;
          *) given+=("$each") ;;
        esac; done
        case "$1" in
          add) exit 0 ;;
          run|install) exec '${Deno.execPath()}' "$1" --quiet --no-check ${here} "\${given[@]:1}" ;;
          check) exec '${Deno.execPath()}' "$1" --quiet ${here} "\${given[@]:1}" ;;
        esac
        exec '${Deno.execPath()}' "\${given[@]}"`,
    };
    for (const [name, script] of Object.entries(scripts)) {
      await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
    }
  }

  /** Networks of the true architectures, which know nothing: one in a file, one on the hub. */
  async #teachers(): Promise<void> {
    torch.scope(() => {
      torch.manualSeed(0);
      using lite = models.create("efficientnet-lite-pytorch/efficientnet_lite0");
      torch.saveSafetensors(this.#file, models.publishedState(lite));
      using vit = models.create("vit_small_patch14_dinov2");
      torch.saveSafetensors(`${this.#shared}/vit.safetensors`, models.publishedState(vit));
    });
    const config = { architecture: "vit_small_patch14_dinov2", num_classes: 0, num_features: 384 };
    this.#hub.add(HUB_TEACHER, {
      "config.json": text(config),
      "model.safetensors": await Deno.readFile(`${this.#shared}/vit.safetensors`),
    });
  }

  get #file(): string {
    return `${this.#shared}/efficientnet-lite0.pth`;
  }

  /** A cache of its own, in which what is fetched and built is that of all tests. */
  async #cache(): Promise<void> {
    const cache = `${this.#shared}/cache`;
    await Deno.mkdir(cache);
    for (const name of ["libtorch", "native", "datasets"]) {
      const shared = `${cacheRoot()}/${name}`;
      await Deno.mkdir(shared, { recursive: true });
      await Deno.symlink(shared, `${cache}/${name}`);
    }
  }

  /** A folder with nothing in it. */
  async emptyFolder(name: string): Promise<string> {
    await Deno.mkdir(`${this.#shared}/${name}`);
    return `${this.#shared}/${name}`;
  }

  /** A folder for one page, with photographs and the file of a teacher in it. */
  async folder(page: string): Promise<string> {
    const folder = `${this.#shared}/${page}`;
    const names = THINGS;
    await photographs(`${folder}/labelled`, 2, { names });
    await photographs(`${folder}/test`, 3, { names, light: 0.8 });
    await photographs(`${folder}/drawings`, 3, { names, light: 0.5 });
    await photographs(`${folder}/photos`, 4, { names, light: 0.8 });
    await Deno.copyFile(`${folder}/test/cat/cat_0.png`, `${folder}/photo.png`);
    await Deno.link(this.#file, `${folder}/efficientnet-lite0.pth`);
    return folder;
  }

  /**
   * Runs a script of the shell in a page's folder, as one who reads it would; or `shortly`, with small images and one epoch
   * where `distill` would take an hour.
   */
  async run(folder: string, script: string, shortly = false): Promise<Outcome> {
    const { code, stdout } = await new Deno.Command("bash", {
      args: ["-euo", "pipefail", "-c", `exec 2>&1\n${script}`],
      cwd: folder,
      env: {
        NO_COLOR: "1",
        // Two pages at a time have a processor each.
        OMP_NUM_THREADS: "1",
        READ_SHORTLY: shortly ? "1" : "",
        PATH: `${this.#shared}/bin:${this.#shared}/deno/bin:${Deno.env.get("PATH")}`,
        DENO_INSTALL_ROOT: `${this.#shared}/deno`,
        APPRENTICE_CACHE: `${this.#shared}/cache`,
        HF_HOME: `${this.#shared}/hub`,
        HF_ENDPOINT: this.#hub.endpoint,
        HF_HUB_DISABLE_PROGRESS_BARS: "1",
      },
      stdin: "null",
    }).output();
    return { code, printed: new TextDecoder().decode(stdout) };
  }

  /** Takes everything away. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hub[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}
