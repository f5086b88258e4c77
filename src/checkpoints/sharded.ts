/**
 * Checkpoints in several files, with an index that tells which tensor lies in which: `*.safetensors.index.json`
 * and `pytorch_model.bin.index.json`.
 *
 * @module
 */

import { type Bad, badFile, type FileReader, quote } from "../archive/file_reader.ts";
import type { WeightsContent, WeightsMetadata } from "./weights_file.ts";
import type { StoredTensor } from "./stored_tensor.ts";

const mostIndexBytes = 2 ** 26;

/** Reads an index and, by `read`, the files that it names. */
export function readSharded(
  file: FileReader,
  read: (path: string) => WeightsContent,
): WeightsContent {
  const bad: Bad = badFile(file.path, "index of a checkpoint");
  const { map, metadata } = parseIndex(file, bad);
  const folder = file.path.slice(
    0,
    Math.max(...["/", "\\"].map((s) => file.path.lastIndexOf(s))) + 1,
  );
  const shards = new Map<string, WeightsContent>();
  const tensors = new Map<string, StoredTensor>();
  const skipped = new Map<string, string>();
  for (const [name, shard] of map) {
    let content = shards.get(shard);
    if (content === undefined) {
      content = read(folder + shard);
      shards.set(shard, content);
    }
    const stored = content.tensors.get(name);
    const why = content.skipped.get(name);
    if (why !== undefined) {
      skipped.set(name, why);
      continue;
    }
    if (stored === undefined) bad(`the tensor ${quote(name)} is not in ${quote(shard)}`);
    tensors.set(name, stored);
  }
  const torch = [...shards.values()].some(({ format }) => format !== "safetensors");
  return { format: torch ? "torch-sharded" : "safetensors-sharded", tensors, skipped, metadata };
}

function parseIndex(
  file: FileReader,
  bad: Bad,
): { map: [string, string][]; metadata: WeightsMetadata } {
  if (file.size > mostIndexBytes) bad(`it has ${file.size} bytes`);
  let index: unknown;
  try {
    index = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(file.read(0, file.size)),
    );
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    bad(`it is not JSON (${error.message.slice(0, 200)})`);
  }
  const { weight_map: map, metadata } = (index ?? {}) as Record<string, unknown>;
  if (typeof map !== "object" || map === null || Array.isArray(map)) bad("it has no weight_map");
  const pairs = Object.entries(map);
  for (const [name, shard] of pairs) {
    // deno-lint-ignore no-control-regex
    if (typeof shard !== "string" || !/^[^/\\:\x00-\x1f]+$/.test(shard) || /^\.+$/.test(shard)) {
      bad(
        `the tensor ${quote(name)} is to be in ${
          quote(String(shard))
        }, which is not a file beside it`,
      );
    }
    if (shard.endsWith(".json")) bad(`it names the index ${quote(shard)} as a file of tensors`);
  }
  const plain = Object.entries(typeof metadata === "object" ? metadata ?? {} : {}).filter(
    ([, value]) => ["string", "number", "boolean"].includes(typeof value),
  );
  return { map: pairs, metadata: Object.fromEntries(plain) };
}
