/**
 * PyTorch's format before version 1.6: five pickles in a row (a magic number, the protocol, the machine, the
 * value, the names of its storages), then the storages: each its number of elements and its bytes.
 *
 * @module
 */

import { type Bad, badFile, type FileReader, quote } from "../archive/file_reader.ts";
import { Cursor } from "../archive/pickle/cursor.ts";
import { describe, type PickleValue } from "../archive/pickle/values.ts";
import { Names } from "../archive/pytorch/names.ts";
import { type StorageClaim, storageClaim } from "../archive/pytorch/storage.ts";
import { Storage } from "../archive/pytorch/values.ts";
import { MappedFile } from "./bytes.ts";
import type { WeightsContent } from "./weights_file.ts";
import { namedTensors } from "./torch_tree.ts";

const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/** Reads the names and places of the tensors in a file of torch.save. */
export function readTorchLegacy(file: FileReader, ignore: readonly string[]): WeightsContent {
  const { path } = file;
  const bad = badFile(path, "PyTorch checkpoint");
  const cursor = new Cursor((at, length) => file.read(at, length), 0, file.size, bad);
  const names = new Names(path, bad, "saved", ignore);
  const read = (persistent?: (id: PickleValue) => Storage) => names.read(cursor, persistent);
  if (read() !== magic) {
    bad(
      "it is a pickle, but not one of torch.save: other pickles hold objects of other programs. " +
        "Save the weights with torch.save or as safetensors",
    );
  }
  const version = read();
  if (version !== protocol) {
    bad(
      `its protocol is ${
        typeof version === "number" ? version : describe(version)
      }; what can be read is ${protocol}`,
    );
  }
  checkMachine(read(), bad);

  const claims = new Map<string, StorageClaim>();
  const persistent = (id: PickleValue): Storage => {
    const claim = storageClaim(id, bad);
    const { key, dtype, bytes } = claim;
    const known = claims.get(key);
    if (known === undefined) claims.set(key, claim);
    else if (known.bytes !== bytes || known.dtype !== dtype) {
      bad(`the storage ${quote(key)} has two sizes or types`);
    }
    return partOf(claim, bad);
  };
  const value = read(persistent);
  const begins = readStorages(read(), claims, cursor, bad);
  const source = new MappedFile(path, file.size);
  const place = ({ key }: Storage) => ({ source, begin: begins.get(key)! });
  return { format: "torch-legacy", ...namedTensors(value, place, bad, false) };
}

function checkMachine(machine: PickleValue, bad: Bad): void {
  if (!(machine instanceof Map)) bad("it does not say what machine wrote it");
  if (machine.get("little_endian") !== true) {
    bad("it was written with its bytes in big-endian order; only little-endian order can be read");
  }
}

/** A storage, or the part of it that the id speaks of. */
function partOf(claim: StorageClaim, bad: Bad): Storage {
  const { key, dtype, itemBytes, bytes, view } = claim;
  if (view === null) return new Storage(key, dtype, 0, bytes);
  const [, first, count] = Array.isArray(view) ? view : [];
  if (
    typeof first !== "number" || typeof count !== "number" || !Number.isSafeInteger(first) ||
    !Number.isSafeInteger(count) || first < 0 || count < 0 || (first + count) * itemBytes > bytes
  ) {
    bad(`a part of the storage ${quote(key)} leaves it`);
  }
  return new Storage(key, dtype, first * itemBytes, count * itemBytes);
}

/** Where each storage's bytes begin. */
function readStorages(
  keys: PickleValue,
  claims: ReadonlyMap<string, StorageClaim>,
  cursor: Cursor,
  bad: Bad,
): Map<string, number> {
  if (!Array.isArray(keys)) bad("the names of its storages are missing");
  const begins = new Map<string, number>();
  for (const key of keys) {
    const claim = typeof key === "string" ? claims.get(key) : undefined;
    if (claim === undefined || begins.has(claim.key)) {
      bad("the names of its storages are not those of its tensors");
    }
    const count = cursor.u64();
    if (count * claim.itemBytes !== claim.bytes) {
      bad(`the storage ${quote(claim.key)} has ${count} elements and not those it claims`);
    }
    if (claim.bytes > cursor.left) {
      bad(
        `the storage ${quote(claim.key)} claims ${claim.bytes} bytes where ${cursor.left} are left`,
      );
    }
    begins.set(claim.key, cursor.at);
    cursor.skip(claim.bytes);
  }
  if (begins.size !== claims.size) bad("some of its storages are missing");
  return begins;
}
