/**
 * A head for each teacher: what agglomerative models are trained with.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import { Backbone } from "../../models/backbone.ts";
import type { Teacher } from "../../teachers/teacher.ts";
import { cat, stack } from "../../torch/operators.gen.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { matchLoss } from "../losses/match.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import { noteTeachers } from "../over_teachers.ts";
import { PatchHeads } from "../patch_heads.ts";
import type { Seen } from "../seen.ts";
import { saveHeads } from "../save_heads.ts";
import { Standardizers } from "../standardizers.ts";
import { Supervision } from "../supervision.ts";
import { dropTeachers } from "../teacher_dropping.ts";
import { TeacherHeads } from "../teacher_heads.ts";
import type { Terms } from "../terms.ts";
import { upcast } from "../upcast.ts";
import { AGGLOMERATIVE_OPTIONS, type AgglomerativeSettings } from "./agglomerative_options.ts";

/** Options of {@linkcode Agglomerative}. */
export interface AgglomerativeOptions extends Learners, AgglomerativeSettings {}

/** What each of N teachers' loss is on each of B images. */
interface Losses {
  /** The teachers, those of one width next to each other. */
  readonly names: readonly string[];
  /** (N, B) */
  readonly values: Tensor;
}

/**
 * Agglomerative distillation, as RADIO (Ranzinger et al. 2023, arXiv 2312.06709), Theia (Shang et al. 2024, arXiv
 * 2407.20179), UNIC (Sariyildiz et al. 2024, arXiv 2408.05088) and DUNE (Sariyildiz et al. 2025, arXiv 2503.14405) have it:
 * the student's features x go through a head for each teacher, into that teacher's own standardized features tᵢ. Nothing is
 * averaged over teachers, so that they need not agree.
 *
 *     L = Σᵢb w_ib · [ 0.9 · (1 - cos(headᵢ(x_b), t_ib)) + 0.1 · smoothL1(headᵢ(x_b) - t_ib) ] + labelled + kd
 *
 * The weights w are equal and sum to 1; in training UNIC's teacher dropping sets some of them to 0 (`dropTeachers`). With the
 * option `patches`, where a teacher has a map and the student one of its last stage, that is matched too, place by place in
 * the teacher's grid, by a head of its own: a teacher's loss is then the weighted mean of both.
 *
 * Terms: `feature`, on all images; of `Supervision`: `labelled` and `kd`. The heads are trained along and thrown away, unless
 * {@linkcode Agglomerative.saveHeads} keeps them.
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(student: nn.Classifier, masters: teachers.Teacher[]): number {
 *   const method = new distill.Agglomerative({ student, teachers: masters, standardize: "running" });
 *   return method.step(new data.UnlabelledBatch(torch.rand([32, 1, 28, 28]))).loss.item();
 * }
 * ```
 */
export class Agglomerative extends Method {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "any" };
  /** The heads from the student's features to the teachers'. */
  readonly heads: TeacherHeads;
  /** What standardizes the teachers' features. */
  readonly standardizers: Standardizers;
  /** The heads from the student's last map to the teachers' patches; null where there is no map, or patches do not count. */
  readonly patchHeads: PatchHeads | null;
  /** What teaches the student's own head. */
  readonly supervision: Supervision;
  readonly #options: Resolved<AgglomerativeSettings>;

  /**
   * Makes a head for each teacher.
   *
   * @throws {ArgumentError} if there is no teacher, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...given }: AgglomerativeOptions) {
    super({ student, teachers, checkFinite });
    const options = this.#options = resolveOptions("Agglomerative", AGGLOMERATIVE_OPTIONS, given);
    const { feature, cosine, smoothL1, head, standardize, patches, keepHeads } = options;
    if (feature === 0 || cosine + smoothL1 === 0) {
      throw new ArgumentError(
        "Agglomerative is told to learn no features: feature is 0, or both cosine and smoothL1 are. Raise one; KD learns " +
          "from votes alone, Supervised from labels.",
      );
    }
    if (keepHeads && standardize === "batch") {
      throw new ArgumentError(
        'Heads are kept with what standardizes features undone, and standardize is "batch", which cannot be undone. Set it ' +
          'to "dataset" or "running", or keepHeads to false.',
      );
    }
    this.heads = new TeacherHeads(this.teachers, student.featureDim, head);
    this.standardizers = new Standardizers(this.teachers, standardize);
    const mapDim = student instanceof Backbone ? student.stageDims.at(-1) : undefined;
    const mapped = patches === 0 || mapDim === undefined ? [] : this.teachers.flatMap(patchesOf);
    this.patchHeads = mapped.length === 0
      ? null
      : new PatchHeads(mapped, mapDim!, head, standardize);
    this.supervision = new Supervision(this.shelf, options);
    this.joinStudent();
  }

  /** What the method asks for: maps too, where the student and a teacher have them. */
  override get needs(): Needs {
    // Undefined while the base class is at work.
    return this.patchHeads ? { ...super.needs, stages: true, patches: true } : super.needs;
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { feature, dropping } = this.#options;
    terms.add("feature", feature, () => {
      const { names, values } = this.#losses(seen);
      noteTeachers(terms, "distance", names, values.detach().mean(1));
      if (!this.training || dropping === 0 || names.length === 1) return values.mean();
      const draws = seen.draws(names.length);
      return dropTeachers(values, { probability: dropping, draws }).mul(values).sum();
    });
    this.supervision.add(seen, terms);
  }

  #losses({ student, opinions }: Seen): Losses {
    const { cosine, smoothL1, patches } = this.#options;
    const options = { cosine, smoothL1 };
    const names: string[] = [];
    const parts: Tensor[] = [];
    for (const [i, group] of this.standardizers.of(opinions, student.features).entries()) {
      if (group === null) continue;
      const predicted = upcast(this.heads.predict(student.features, i, group.places));
      parts.push(matchLoss(predicted, group.features, options));
      names.push(...group.names);
    }
    const pooled = parts.length === 1 ? parts[0] : cat(parts);
    if (this.patchHeads === null) return { names, values: pooled };
    const mapped = this.patchHeads.losses(student.stages.at(-1)!, opinions, options);
    const rows = names.map((name, i) => {
      const [own, map] = [pooled.select(0, i), mapped.get(name)];
      return map === undefined ? own : own.add(map, { alpha: patches }).div(1 + patches);
    });
    return { names, values: stack(rows) };
  }

  /**
   * Writes the heads to a safetensors file, from which {@linkcode loadHeads} reads them: each predicts a teacher's own
   * features, not standardized, from the student's.
   *
   * @throws {ArgumentError} if features are standardized by the batch, which cannot be undone.
   * @throws {FileError} if the file cannot be written; what was there before stays.
   */
  saveHeads(path: string): void {
    saveHeads(path, this);
  }

  /** Whether a run keeps the heads beside the student. */
  get keepsHeads(): boolean {
    return this.#options.keepHeads;
  }

  /** @ignore */
  protected override settings(): Spec {
    // What heads are built like is in what is trained; whether they are kept changes no number.
    const { head: _h, keepHeads: _k, ...options } = this.#options;
    return { ...options };
  }
}

/** A teacher's patches as features of each place. */
function patchesOf({ name, patchDim }: Teacher): { name: string; featureDim: number }[] {
  return patchDim === null ? [] : [{ name, featureDim: patchDim }];
}
