/**
 * Freezing parts of a model by their names.
 *
 * @module
 */

import type { NamePattern } from "../base/name_pattern.ts";
import { matcherOf } from "../base/match_names.ts";
import { Module } from "./module.ts";
import { parametersMatching } from "./names_of.ts";
import { ArgumentError } from "../base/errors.ts";
import type { Tensor } from "../torch/mod.ts";

/** What {@linkcode freezeMatching} froze. */
export interface FrozenParts {
  /** The names of the parameters that are not trained any more. */
  readonly names: readonly string[];
  /** Puts back how it was before: what was trained is trained, and every part is in the mode last asked for. */
  undo(): void;
}

/**
 * Freezes the parts of a model that patterns of names mean: their parameters are not trained, and modules all of whose
 * parameters are frozen are a fixed function as after {@linkcode Module.freeze} (batch norms use and keep their
 * statistics, dropout is off, whatever `train()` is called with).
 *
 * A pattern is the name of a module, which means all in it, or of a parameter; `*` stands for anything. Make the
 * optimizer afterwards, of the parameters that still require gradients (`optim.paramGroups` takes only those).
 *
 * @throws {ArgumentError} if a pattern matches nothing; the message has the nearest names. Nothing is frozen then.
 *
 * @example
 * ```ts
 * import { models, nn } from "@apprentice/distill";
 *
 * using student = models.create("resnet20", { numClasses: 10 });
 * const frozen = nn.freezeMatching(student, ["conv1", "bn1", /^layer[12]\./]);
 * student.train();
 * frozen.names.length; // 42: the stem's 3, and 39 of two stages
 * frozen.undo();
 * ```
 */
export function freezeMatching(
  model: Module,
  patterns: NamePattern | readonly NamePattern[],
): FrozenParts {
  if (!(model instanceof Module)) {
    throw new ArgumentError(`freezeMatching takes a module, got ${typeof model}.`);
  }
  const list = Array.isArray(patterns) ? patterns : [patterns as NamePattern];
  const parameters = new Map(model.namedParameters());
  const names = new Set(
    list.flatMap((one) => [...parametersMatching(model, one, "freezeMatching: the pattern")]),
  );
  const chosen = new Set([...names].map((name) => parameters.get(name)!));
  const matchers = list.map(matcherOf);
  const before = stateOf(model);
  const whole = new Set<Module>();
  for (const [name, module] of model.namedModules()) {
    const own = module.parameters();
    const asked = name !== "" && matchers.some((matches) => matches(name));
    if (!(own.length > 0 ? own.every((one) => chosen.has(one)) : asked)) continue;
    for (const part of module.modules()) whole.add(part);
    module.freeze();
  }
  for (const parameter of chosen) parameter.requiresGrad = false;
  return {
    names: [...parameters.keys()].filter((name) => names.has(name)),
    undo: () => putBack(before, whole, chosen),
  };
}

/** What is frozen and what is trained, the modules in the order of the tree. */
interface State {
  readonly frozen: ReadonlyMap<Module, boolean>;
  readonly trained: ReadonlyMap<Tensor, boolean>;
}

function stateOf(model: Module): State {
  return {
    frozen: new Map(model.modules().map((module) => [module, module.frozen])),
    trained: new Map(model.parameters().map((one) => [one, one.requiresGrad])),
  };
}

function putBack(before: State, whole: ReadonlySet<Module>, chosen: ReadonlySet<Tensor>): void {
  const now = new Map([...before.trained.keys()].map((one) => [one, one.requiresGrad]));
  // Parents come first: what is said of a part is said after what its parent says of it.
  for (const [module, frozen] of before.frozen) {
    if (!whole.has(module)) continue;
    if (frozen) module.freeze();
    else module.unfreeze();
    const own = module.parameters();
    const held = own.length > 0 && own.every((one) => before.trained.get(one) === false);
    if (!frozen && held && module.children().length === 0) module.requiresGrad_(false);
  }
  for (const [parameter, trained] of before.trained) {
    // A parameter that was not frozen here is as its user has it by now.
    parameter.requiresGrad = chosen.has(parameter) ? trained : now.get(parameter)!;
  }
}
