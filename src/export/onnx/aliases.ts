/**
 * Operators that write into a tensor which others share.
 *
 * A graph of ONNX has values, no memory: what is written in place becomes a new value, and whoever shares the old one's
 * memory does not see it.
 *
 * @module
 */

import type { TracedNode } from "../../torch/trace.ts";
import { UntranslatedError } from "./call.ts";

/** Operators whose results share the memory of what they take. */
const VIEWS = new Set(
  ("view reshape flatten unflatten squeeze unsqueeze view_as permute transpose swapaxes t movedim expand expand_as slice narrow " +
    "select split split_with_sizes tensor_split chunk unbind view_as_real view_as_complex alias detach contiguous to")
    .split(" ").map((name) => `aten::${name}`),
);

/** That an operator wrote in place: the value that has what was written. */
interface Writing {
  readonly value: number;
  readonly by: TracedNode;
}

/** A tensor's memory, or a part of another's that no other part overlaps. */
interface Memory {
  /** The memory that it is a part of; null for a tensor of its own. */
  readonly whole: Memory | null;
  /** Who wrote to all of it last. */
  written: Writing | null;
  /** Who wrote to a part of it last. */
  partWritten: Writing | null;
}

/**
 * Checks that nothing is used after it was written to under another name.
 *
 * @throws {UntranslatedError} if something is; the message names operator and module.
 */
export function checkAliases(nodes: readonly TracedNode[]): void {
  const memories = new Map<number, Memory>();
  const own = (whole: Memory | null): Memory => ({ whole, written: null, partWritten: null });
  const memoryOf = (id: number): Memory => {
    let memory = memories.get(id);
    if (memory === undefined) memories.set(id, memory = own(null));
    return memory;
  };
  for (const node of nodes) {
    const [first] = node.inputs;
    if (node.kind === "prim::ListUnpack") {
      for (const { id } of node.outputs) memories.set(id, own(memoryOf(first)));
      continue;
    }
    for (const id of node.inputs) checkCurrent(id, memoryOf(id), node);
    const inPlace = /^aten::.*[^_]_$/.test(node.kind);
    for (const { id } of node.outputs) {
      memories.set(id, inPlace || VIEWS.has(node.kind) ? memoryOf(first) : own(null));
      if (!inPlace) continue;
      const memory = memoryOf(first);
      memory.written = { value: id, by: node };
      for (let { whole } = memory; whole !== null; whole = whole.whole) {
        whole.partWritten = memory.written;
      }
    }
  }
}

/** Checks that a value was made after the last writing. Values are numbered in the order in which they are made. */
function checkCurrent(id: number, memory: Memory, user: TracedNode): void {
  const writings = [memory.written, memory.partWritten];
  for (let { whole } = memory; whole !== null; whole = whole.whole) writings.push(whole.written);
  for (const writing of writings) {
    if (writing === null || id >= writing.value) continue;
    const { kind, module } = writing.by;
    throw new UntranslatedError(
      `The model cannot be exported to ONNX: ${kind} in ${
        module === "" ? "the model itself" : `its module ${module}`
      } writes into a tensor that ${user.kind} uses under another name. Use the operator that does not work in place.`,
    );
  }
}
