/**
 * What is known of the license of published weights, without asking anybody.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { ApprenticeError } from "../base/errors.ts";
import { passPermission, readTextFile } from "../base/regular_files.ts";
import { isHubSpec, parseHubSpec, resolveHub, type ResolveHubOptions } from "../hub/mod.ts";
import type { ModelEntry } from "../models/entry.ts";
import { entry, has } from "../models/registry.ts";
import type { License } from "./provenance.ts";

/** No card or config of a model is larger, in bytes. */
const MOST = 1 << 25;

/**
 * The license of what a teacher or initial weights were loaded from: of a name of the registry what is known of its weights;
 * of a repository of the hub what its card or config says, if they are in the cache; of a folder what its own card or config
 * says. Null where nobody says anything; the network is not used.
 *
 * @param source A name of the registry, `hf://org/name`, a file or a folder.
 */
export async function licenseOf(
  source: string,
  hub: ResolveHubOptions = {},
): Promise<License | null> {
  if (isHubSpec(source)) return await ofRepository(source, hub) ?? ofWeights(source);
  const info = await Deno.stat(source).catch(passPermission);
  if (!info) return ofWeights(source);
  const isFolder = info.isDirectory;
  const folder = isFolder ? source : dirname(source);
  const config = await json(join(folder, "config.json"));
  // A file among others may be of anybody, unless its folder is that of one model.
  if (
    !isFolder && (config === null || !/^(open_clip_)?(pytorch_)?model\b/.test(basename(source)))
  ) {
    return null;
  }
  const [card, name] = [await text(join(folder, "README.md")), basename(folder)];
  return ofCard(card, `the card in ${name}`) ?? ofConfig(config, `config.json in ${name}`);
}

async function ofRepository(spec: string, options: ResolveHubOptions): Promise<License | null> {
  const { repo, revision } = parseHubSpec(spec);
  const place = `hf://${repo}${revision === "main" ? "" : `@${encodeURIComponent(revision)}`}`;
  const cached = async (name: string): Promise<string | null> => {
    try {
      const found = await resolveHub(place, { ...options, offline: true, files: [name] });
      return await text(found.file(name));
    } catch (error) {
      if (error instanceof ApprenticeError) return null;
      throw error;
    }
  };
  const own = ofCard(await cached("README.md"), `the card of ${repo}`);
  if (own !== null) return own;
  const config = await cached("config.json");
  return config === null ? null : ofConfig(parse(config), `the config of ${repo}`);
}

/** What is known here of the weights of a name, or of a repository that has a name's weights. */
function ofWeights(source: string): License | null {
  const repo = isHubSpec(source) ? parseHubSpec(source).repo : null;
  const name = repo === null ? source : repo.slice(repo.indexOf("/") + 1);
  if (!has(name)) return null;
  let known: ModelEntry;
  try {
    known = entry(name);
  } catch {
    return null; // A tag that there is not.
  }
  const { license, hub, source: publisher } = known;
  if (license === null || (repo !== null && hub !== repo)) return null;
  return { name: license, from: `what ${publisher.split(/[ ']/)[0]} says of ${known.name}` };
}

/** What a model card says at its head. */
function ofCard(card: string | null, from: string): License | null {
  const head = /^\uFEFF?---\r?\n([^]*?)\r?\n---/.exec(card ?? "")?.[1] ?? "";
  const field = (name: string): string | null => {
    const [, inline, block] =
      new RegExp(`^${name}:[ \\t]*(.*)((?:\\r?\\n[ \\t]*- .*)*)`, "m").exec(head) ?? [];
    const found = inline?.trim() ? inline.replace(/^\[|\]$/g, "").split(",") : block?.split("- ");
    const names = (found ?? []).map((part) => part.replace(/\s#.*/, "").trim())
      .map((part) => part.replace(/^(["'])(.*)\1$/, "$2")).filter((part) => part !== "");
    return names.length === 0 ? null : names.join(", ").slice(0, 200);
  };
  const license = field("license");
  if (license === null) return null;
  return { name: license === "other" ? field("license_name") ?? license : license, from };
}

function ofConfig(config: unknown, from: string): License | null {
  const own = config as { license?: unknown; pretrained_cfg?: { license?: unknown } } | null;
  const name = own?.pretrained_cfg?.license ?? own?.license;
  return typeof name === "string" && name !== "" ? { name: name.slice(0, 200), from } : null;
}

/** A file's text; null if there is none, or it is none. */
async function text(path: string): Promise<string | null> {
  try {
    return await readTextFile(path, MOST);
  } catch (error) {
    if (error instanceof ApprenticeError) return null;
    throw error;
  }
}

async function json(path: string): Promise<unknown> {
  return parse(await text(path) ?? "");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
