import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openWeights } from "../src/checkpoints/mod.ts";
import { FileError } from "../src/base/errors.ts";
import { load } from "../src/teachers/load.ts";
import { openOnnx } from "../src/teachers/mod.ts";
import * as torch from "../src/torch/mod.ts";
import { MetricsLog, readMetrics } from "../src/report/metrics.ts";
import { temporaryFolder } from "./setup/fakes.ts";

/** Makes a FIFO and links to it and to a device, under names that end in `ending`. */
function specialFiles(folder: string, ending: string): string[] {
  const at = (name: string): string => `${folder}/${name}${ending}`;
  assertEquals(new Deno.Command("mkfifo", { args: [at("fifo")] }).outputSync().code, 0);
  Deno.symlinkSync(at("fifo"), at("to-fifo"));
  Deno.symlinkSync("/dev/zero", at("to-zero"));
  return [at("fifo"), at("to-fifo"), at("to-zero")];
}

Deno.test("no reader waits at a FIFO or reads a device: weights, programs, metrics", async () => {
  const readers: Record<string, ((path: string) => unknown)[]> = {
    ".safetensors": [torch.loadSafetensors, torch.loadSafetensorsMetadata, openWeights, load],
    ".pth": [openWeights, load],
    ".pt": [torch.loadScript, load],
    ".index.json": [openWeights],
    ".onnx": [openOnnx, load],
    ".jsonl": [readMetrics, (path) => new MetricsLog(path, { resume: true })],
  };
  for (const [ending, list] of Object.entries(readers)) {
    using folder = temporaryFolder();
    for (const path of specialFiles(folder.path, ending)) {
      for (const read of list) {
        const error = await assertRejects(async () => await read(path), FileError, "not a file");
        assert(error.message.includes(path), error.message);
      }
    }
  }
});

Deno.test("a FIFO as shard, as weights of a folder and as its config is refused", async () => {
  for (const name of ["shard.safetensors", "model.safetensors", "config.json"]) {
    using folder = temporaryFolder();
    const at = (file: string): string => `${folder.path}/${file}`;
    new Deno.Command("mkfifo", { args: [at(name)] }).outputSync();
    if (name === "shard.safetensors") {
      const index = { weight_map: { weight: name } };
      Deno.writeTextFileSync(at("model.safetensors.index.json"), JSON.stringify(index));
    } else if (name === "config.json") {
      torch.scope(() => torch.saveSafetensors(at("model.safetensors"), { a: torch.ones([1]) }));
    }
    await assertRejects(
      () => load(folder.path, { architecture: "resnet18" }),
      FileError,
      `${name}: it is a FIFO`,
    );
  }
});

Deno.test("saveSafetensors: a link stays and what it leads to is written; a device is refused", () => {
  using folder = temporaryFolder();
  const [link, target] = [`${folder.path}/link`, `${folder.path}/target`];
  Deno.symlinkSync("target", link);
  torch.scope(() => {
    torch.saveSafetensors(link, { a: torch.ones([2]) });
    assert(Deno.lstatSync(link).isSymlink);
    assertEquals([...torch.loadSafetensors(target).a.data()], [1, 1]);
    for (const path of specialFiles(folder.path, "")) {
      const before = Deno.lstatSync(path).ino;
      assertThrows(
        () => torch.saveSafetensors(path, { a: torch.ones([2]) }),
        FileError,
        "not a file",
      );
      assertEquals(Deno.lstatSync(path).ino, before);
    }
  });
});
