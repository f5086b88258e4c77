/**
 * The training modes of many modules.
 *
 * @module
 */

/** A module and all below it, as far as modes go. */
interface Moded {
  modules(): Iterable<{ training: boolean }>;
  eval(): unknown;
}

/** Runs `body`, which is synchronous, with a model in evaluation mode; every part of it is in its own mode afterwards. */
export function evaluated<R>(model: Moded, body: () => R): R {
  const restore = rememberModes(model.modules());
  try {
    model.eval();
    return body();
  } finally {
    restore();
  }
}

/** Remembers the modes of modules, each by itself. Returns what puts them back. */
export function rememberModes(modules: Iterable<{ training: boolean }>): () => void {
  const modes = Array.from(modules, (module) => ({ module, training: module.training }));
  return () => {
    for (const { module, training } of modes) module.training = training;
  };
}
