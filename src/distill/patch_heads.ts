/**
 * What a student's last map is taught by the patches of its teachers.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { ModuleList } from "../nn/layers/containers.ts";
import { Module } from "../nn/module.ts";
import { Opinions } from "../teachers/opinions.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { HeadShape } from "./head_shape.ts";
import { matchLoss, type MatchOptions } from "./losses/match.ts";
import { resized, rowsOf } from "./maps.ts";
import type { Standardization } from "./standardization.ts";
import { Standardizers } from "./standardizers.ts";
import { TeacherHeads } from "./teacher_heads.ts";
import { upcast } from "./upcast.ts";
import type { Featured, GroupFeatures } from "./width_groups.ts";

/** The patches of one teacher, as if each were an image's features. */
function patchesOf(opinions: Opinions, name: string): Opinions {
  const patches = opinions.names.includes(name) ? opinions.of(name).patches : undefined;
  return new Opinions(new Map(patches ? [[name, { features: rowsOf(patches) }]] : []));
}

/** Standardizes the patches of one teacher, channel by channel over all places of all images. */
class PatchStandardizer extends Standardizers {
  readonly #name: string;

  constructor(teacher: Featured, mode: Standardization) {
    super([teacher], mode);
    this.#name = teacher.name;
  }

  override observe(opinions: Opinions): void {
    super.observe(patchesOf(opinions, this.#name));
  }

  override of(opinions: Opinions, like: Tensor): (GroupFeatures | null)[] {
    return super.of(patchesOf(opinions, this.#name), like);
  }
}

/**
 * Heads from the student's last map to the patches of those teachers that have some: place by place, in the teacher's grid, to
 * which the student's map is resized (as RADIO does, arXiv 2312.06709).
 */
export class PatchHeads extends Module {
  /** The heads. */
  readonly heads: TeacherHeads;
  /** What standardizes the patches, one for each teacher, in order. */
  readonly standardizers: ModuleList;
  readonly #names: readonly string[];

  /** Makes heads from a map of `inputDim` channels; a teacher's `featureDim` here is its number of channels. */
  constructor(
    teachers: readonly Featured[],
    inputDim: number,
    shape: HeadShape,
    standardize: Standardization,
  ) {
    super();
    this.#names = teachers.map(({ name }) => name);
    this.heads = new TeacherHeads(teachers, inputDim, shape);
    this.standardizers = new ModuleList(
      teachers.map((teacher) => new PatchStandardizer(teacher, standardize)),
    );
  }

  /** Throws: heads to patches are asked with {@linkcode PatchHeads.losses}. @ignore */
  override forward(): never {
    throw new ArgumentError("Heads to patches are asked with losses(map, opinions, options).");
  }

  /** What standardizes the patches of one of these teachers. */
  standardizerOf(name: string): Standardizers {
    return this.standardizers.at(this.#names.indexOf(name)) as Standardizers;
  }

  /** For each teacher whose patches were heard its loss on each image (B), the mean over the places. */
  losses(map: Tensor, opinions: Opinions, options: MatchOptions): Map<string, Tensor> {
    const losses = new Map<string, Tensor>();
    const grids = new Map<string, Tensor>();
    for (const [i, name] of this.#names.entries()) {
      const [group] = (this.standardizers.at(i) as PatchStandardizer).of(opinions, map);
      if (group === null) continue;
      const [count, , height, width] = opinions.of(name).patches!.shape;
      const grid = `${height} ${width}`;
      const own = grids.get(grid) ?? resized(map, height, width);
      grids.set(grid, own);
      const rows = matchLoss(
        upcast(this.heads.predictFor(name, rowsOf(own))),
        group.features.squeeze(0),
        options,
      );
      losses.set(name, rows.reshape([count, -1]).mean(1));
    }
    return losses;
  }
}
