/**
 * A model's parameters in groups with options of their own.
 *
 * @module
 */

import type { NamePattern } from "../base/name_pattern.ts";
import { ArgumentError } from "../base/errors.ts";
import { type Resolved, resolveOptions } from "../base/options.ts";
import { freezeMatching } from "../nn/freeze_matching.ts";
import { Module } from "../nn/module.ts";
import { parametersMatching } from "../nn/names_of.ts";
import type { Tensor } from "../torch/mod.ts";
import { layersOf } from "./layers_of.ts";
import {
  type LrRule,
  type ModelGroup,
  PARAM_GROUPS_OPTIONS,
  type ParamGroupsOptions,
} from "./model_groups.ts";

/** Tokens and embeddings of positions, which timm's models exempt from weight decay too. */
const EMBEDDINGS = [
  /(^|\.)(cls_token|dist_token|class_embedding|class_token)$/,
  /(^|\.)(pos_embed|pos_embedding|positional_embedding|position_embedding)$/,
  /(^|\.)(positions|pos_embed_win|relative_position_bias_table|attention_biases|logit_scale)$/,
  // Networks whose biases are a function of positions.
  /(^|\.)(cpb_mlp|rel_pos\.mlp)\./,
];

/**
 * A model's trained parameters in groups for an optimizer: without weight decay on norms and biases, with learning
 * rates by layer or by name. Parameters that require no gradient are in no group. Schedules multiply each group's own
 * rate.
 *
 * @throws {ArgumentError} if an option cannot be used, a pattern matches nothing (with the nearest names), or nothing
 * is left to train.
 *
 * @example
 * ```ts
 * import { models, optim } from "@apprentice/distill";
 *
 * using student = models.create("resnet20", { numClasses: 10 });
 * const groups = optim.paramGroups(student, {
 *   baseLr: 1e-3,
 *   weightDecay: 0.05,
 *   layerDecay: 0.75,
 *   frozen: ["conv1", "bn1"],
 *   lr: [{ match: "fc", scale: 10 }],
 * });
 * using optimizer = new optim.AdamW(groups, { lr: 1e-3 });
 * const schedule = new optim.CosineAnnealing(optimizer, { steps: 1000, warmupSteps: 50 });
 * ```
 */
export function paramGroups(model: Module, options: ParamGroupsOptions = {}): ModelGroup[] {
  if (!(model instanceof Module)) {
    throw new ArgumentError(`paramGroups takes a module, got ${typeof model}.`);
  }
  const all = resolveOptions("paramGroups", PARAM_GROUPS_OPTIONS, options);
  checkRules(all);
  // All names are looked up before anything is frozen.
  const rules = rulesOf(model, all.lr);
  const spared = sparedOf(model, all);
  const layers = all.layerDecay === null ? undefined : layersOf(model, all.layers ?? undefined);
  freezeMatching(model, all.frozen);
  const last = Math.max(0, ...layers?.values() ?? []);

  const groups = new Map<string, ModelGroup>();
  for (const [name, parameter] of model.namedParameters()) {
    if (!parameter.requiresGrad) continue;
    const layer = layers?.get(name);
    const rule = rules.find(({ names }) => names.has(name));
    const decays = !spared(name, parameter);
    const key = [layer, rule?.place, decays].join();
    let group = groups.get(key);
    if (group === undefined) {
      const part = layer === undefined ? 1 : all.layerDecay! ** (last - layer);
      const scale = Math.max(all.minScale, part) * (rule?.scale ?? 1);
      const lr = rule?.lr ?? (all.baseLr === null ? null : all.baseLr * scale);
      const weightDecay = decays ? all.weightDecay : 0;
      group = {
        params: [],
        label: labelOf(layer, rule, decays),
        ...(lr !== null && { lr }),
        ...(weightDecay !== null && { weightDecay }),
      };
      groups.set(key, group);
    }
    group.params.push(parameter);
  }
  if (groups.size > 0) return [...groups.values()];
  throw new ArgumentError(
    `paramGroups: no parameter of this ${model.constructor.name} is trained; all are frozen.`,
  );
}

/** A rule with the names of its parameters. */
interface NamedRule extends LrRule {
  readonly place: number;
  readonly names: ReadonlySet<string>;
}

function rulesOf(model: Module, rules: readonly LrRule[]): NamedRule[] {
  return rules.map((rule, place) => {
    const patterns = Array.isArray(rule.match) ? rule.match : [rule.match];
    return { ...rule, place, names: namesMatching(model, patterns, "a learning rate") };
  });
}

/** Says which parameters have no weight decay. */
function sparedOf(
  model: Module,
  { noDecayOnNormAndBias, noDecay }: Resolved<ParamGroupsOptions>,
): (name: string, parameter: Tensor) => boolean {
  const names = namesMatching(model, noDecay, "noDecay");
  if (!noDecayOnNormAndBias) return () => false;
  return (name, parameter) =>
    parameter.ndim <= 1 || name.endsWith(".bias") || names.has(name) ||
    EMBEDDINGS.some((one) => one.test(name));
}

function namesMatching(
  model: Module,
  patterns: readonly NamePattern[],
  what: string,
): ReadonlySet<string> {
  const asked = `paramGroups: the pattern of ${what}`;
  return new Set(patterns.flatMap((one) => [...parametersMatching(model, one, asked)]));
}

function labelOf(layer: number | undefined, rule: NamedRule | undefined, decays: boolean): string {
  const what = [
    ...(layer === undefined ? [] : [`layer ${layer}`]),
    ...(rule === undefined ? [] : [String(rule.match)]),
  ].join(", ");
  return `${what === "" ? "all" : what}${decays ? "" : " without decay"}`;
}

function checkRules({ baseLr, layerDecay, lr }: Resolved<ParamGroupsOptions>): void {
  lr.forEach((rule, i) => {
    const given = [rule.lr, rule.scale].filter((value) => typeof value === "number").length;
    if (given === 1) return;
    throw new ArgumentError(
      `paramGroups: lr.${i}, the rule for ${rule.match}, has either lr or scale, got ${
        given === 0 ? "neither" : "both"
      }.`,
    );
  });
  const scales = layerDecay !== null || lr.some(({ scale }) => typeof scale === "number");
  if (!scales || baseLr !== null) return;
  throw new ArgumentError(
    "paramGroups: layerDecay and scale multiply a learning rate; give it as baseLr, the same as the optimizer's lr.",
  );
}
