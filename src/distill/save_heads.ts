/**
 * Heads from a student to its teachers, into a file.
 *
 * @module
 */

import { noGrad } from "../torch/backward.ts";
import { zeros } from "../torch/creation.ts";
import { saveSafetensors } from "../torch/safetensors.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { HEADS_FORMAT } from "./heads_format.ts";
import type { PatchHeads } from "./patch_heads.ts";
import type { Standardizers } from "./standardizers.ts";
import type { TeacherHeads } from "./teacher_heads.ts";

/** What heads are kept of. */
export interface Headed {
  /** The heads to the teachers' features. */
  readonly heads: TeacherHeads;
  /** What the teachers' features were standardized by. */
  readonly standardizers: Standardizers;
  /** The heads to the teachers' patches, if there are any. */
  readonly patchHeads: PatchHeads | null;
}

/**
 * Writes heads to a safetensors file. What standardized the teachers' features is undone in each head's last layer.
 *
 * @throws {ArgumentError} if features are standardized by the batch, which cannot be undone.
 * @throws {FileError} if the file cannot be written; what was there before stays.
 */
export function saveHeads(path: string, { heads, standardizers, patchHeads }: Headed): void {
  noGrad(() =>
    scope(() => {
      const tensors: Record<string, Tensor> = {};
      const put = (prefix: string, own: TeacherHeads, back: (name: string) => Standardizers) => {
        const names = own.groups.flatMap((group) => group.names);
        for (const [i, name] of names.entries()) {
          const state = headState(own, name, back(name));
          for (const key in state) tensors[`${prefix}.${i}.${key}`] = state[key];
        }
        return names;
      };
      const pooled = put("pooled", heads, () => standardizers);
      const patches = patchHeads === null
        ? []
        : put("patches", patchHeads.heads, (name) => patchHeads.standardizerOf(name));
      const metadata = {
        ...HEADS_FORMAT,
        pooled: JSON.stringify(pooled),
        patches: JSON.stringify(patches),
      };
      saveSafetensors(path, tensors, metadata, { checksums: true });
    })
  );
}

/** One head's own weights, with the last layer's results as the teacher itself would say them. */
function headState(heads: TeacherHeads, name: string, standardizers: Standardizers) {
  const { bank, place } = heads.of(name);
  const state = Object.fromEntries(
    Object.entries(bank.stateDict()).map(([key, all]) => {
      const own = all.select(0, place);
      // A bank keeps its layers' weights transposed.
      return [key, own.shape.length === 2 ? own.t() : own];
    }),
  );
  const { "output.weight": weight, "output.bias": bias } = state;
  const { dtype, device } = bias;
  // An affine map: what it adds to a sum of rows, it adds once.
  const origin = standardizers.restore(name, zeros([1, bias.numel], { dtype, device }));
  state["output.weight"] = standardizers.restore(name, weight.t()).sub(origin).t();
  state["output.bias"] = standardizers.restore(name, bias.unsqueeze(0)).squeeze(0);
  return state;
}
