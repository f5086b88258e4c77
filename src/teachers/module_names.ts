/**
 * Names of modules, as users give them.
 *
 * @module
 */

/**
 * The module of a name, also without what the names of all modules begin with, as those of a model do that lies in
 * another one: `layer4` is `model.layer4` where there is nothing beside `model`. Slashes, as ONNX has them in the names of
 * operations, are dots.
 *
 * @param all The names of a model's modules, as PyTorch's `named_modules()` has them.
 * @param name The name wanted.
 * @returns The whole name; undefined if there is none.
 */
export function findModule(all: Iterable<string>, name: string): string | undefined {
  const names = new Set(all);
  const wanted = name.replaceAll("/", ".").replace(/^\.|\.$/g, "");
  if (wanted === "") return undefined;
  if (names.has(wanted)) return wanted;
  const [first = ""] = names;
  const parts = first.split(".");
  for (let count = 1; count < parts.length; count++) {
    const prefix = parts.slice(0, count).join(".");
    const isShared = [...names].every((one) =>
      prefix.startsWith(`${one}.`) || one === prefix || one.startsWith(`${prefix}.`)
    );
    if (!isShared) return undefined;
    if (names.has(`${prefix}.${wanted}`)) return `${prefix}.${wanted}`;
  }
  return undefined;
}
