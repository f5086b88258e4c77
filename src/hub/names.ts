/**
 * Names on a hub: of repositories, revisions and files. What comes from outside becomes part of a path on this
 * machine, so it is checked before.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { repositoryProblem } from "./repository_name.ts";
import { isSafePath } from "./safe_names.ts";

/** A place on a hub. */
export interface HubSpec {
  /** The repository: `"org/name"`, or `"name"` for the few that belong to nobody. */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** A file or folder in it; empty for all of it. */
  readonly path: string;
}

const PREFIX = "hf://";

/** Says that a repository of models is meant; the hub's other kinds have no weights. */
const MODELS = "models/";
const OTHER_KINDS = /^(datasets|spaces|kernels|buckets)\//;

/** Revisions with a slash that are known, so that it does not begin the path. */
const REFERENCE = /^refs\/(?:convert\/[\w.-]+|pr\/\d+)(?=\/|$)/;

const FORM = `the form is hf://org/name, hf://org/name@revision or hf://org/name@revision/path, ` +
  `with a slash in the revision as %2F`;

/** Whether a name is one that {@linkcode parseHubSpec} reads. */
export function isHubSpec(spec: string): boolean {
  return spec.startsWith(PREFIX);
}

/**
 * Reads `hf://[models/]org/name[@revision][/path]`, which Python's huggingface_hub reads the same way.
 *
 * @throws {ArgumentError} If it has another form.
 */
export function parseHubSpec(spec: string): HubSpec {
  const wrong = (why: string): ArgumentError =>
    new ArgumentError(`"${spec}" is no place on a hub: ${why}; ${FORM}.`);
  if (!isHubSpec(spec)) throw wrong(`it does not begin with ${PREFIX}`);
  let rest = spec.slice(PREFIX.length);
  if (OTHER_KINDS.test(rest)) throw wrong("only repositories of models can be read");
  if (rest.startsWith(MODELS)) rest = rest.slice(MODELS.length);
  if (rest.endsWith("/")) rest = rest.slice(0, -1);

  let repo: string, revision = "main", path = "";
  const at = rest.indexOf("@");
  if (at >= 0) {
    repo = rest.slice(0, at);
    rest = rest.slice(at + 1);
    const known = REFERENCE.exec(rest)?.[0];
    const slash = known !== undefined ? known.length : rest.indexOf("/");
    const end = slash < 0 ? rest.length : slash;
    try {
      revision = decodeURIComponent(rest.slice(0, end));
    } catch {
      throw wrong(`the revision "${rest.slice(0, end)}" is badly encoded`);
    }
    path = rest.slice(end + 1);
  } else {
    const parts = rest.split("/");
    repo = parts.slice(0, 2).join("/");
    path = parts.slice(2).join("/");
  }

  const badRepo = repositoryProblem(repo);
  if (badRepo !== null) throw wrong(badRepo);
  if (!isSafePath(revision)) throw wrong(`"${revision}" cannot be a revision`);
  if (path !== "" && !isSafePath(path)) throw wrong(`"${path}" cannot be a path in a repository`);
  return { repo, revision, path };
}
