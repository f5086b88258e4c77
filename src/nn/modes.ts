/**
 * The training modes of many modules.
 *
 * @module
 */

/** Remembers the modes of modules, each by itself. Returns what puts them back. */
export function rememberModes(modules: Iterable<{ training: boolean }>): () => void {
  const modes = Array.from(modules, (module) => ({ module, training: module.training }));
  return () => {
    for (const { module, training } of modes) module.training = training;
  };
}
