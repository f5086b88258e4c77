/**
 * What a Python package requires, read from its metadata: how the packages of NVIDIA's libraries that belong to a build of
 * libtorch are known.
 *
 * @module
 */

import { FormatError } from "../base/errors.ts";

/** A package that another one requires. */
export interface Requirement {
  /** The package's name, in lower case with `-`. */
  readonly project: string;
  /** The parts of it that are wanted. */
  readonly extras: readonly string[];
  /** Which versions will do: `"==13.0.3"`, `"<14,>=13.0.88"`, or empty. */
  readonly versions: string;
}

/** What the conditions of requirements are about. */
export interface PythonSystem {
  /** The system, as `Deno.build.os` names it. */
  readonly os: string;
  /** The processor, as `Deno.build.arch` names it. */
  readonly arch: string;
}

/** Python's own names for systems: `platform_system` and `sys_platform`. */
const SYSTEM_NAMES: Readonly<Record<string, readonly [string, string]>> = {
  linux: ["Linux", "linux"],
  windows: ["Windows", "win32"],
  darwin: ["Darwin", "darwin"],
};

/** The Python that a wheel is taken for. None of it is run. */
const PYTHON = "3.11";

/**
 * What a package requires on a system.
 *
 * @param metadata The text of the package's `METADATA`.
 * @param extras The parts of the package that are wanted.
 * @throws {FormatError} If a line cannot be read.
 */
export function requirementsOf(
  metadata: string,
  { os, arch }: PythonSystem,
  extras: readonly string[] = [],
): Requirement[] {
  const [platformSystem, sysPlatform] = SYSTEM_NAMES[os] ?? [os, os];
  const machine = os === "windows" && arch === "x86_64" ? "AMD64" : arch;
  const values: Record<string, string> = {
    platform_system: platformSystem,
    sys_platform: sysPlatform,
    platform_machine: os === "darwin" && arch === "aarch64" ? "arm64" : machine,
    python_version: PYTHON,
    implementation_name: "cpython",
    platform_python_implementation: "CPython",
  };
  const found = new Map<string, Requirement>();
  for (const [, line] of metadata.matchAll(/^Requires-Dist:[ \t]*(.+?)[ \t]*\r?$/gm)) {
    const parts = /^([A-Za-z\d._-]+)\s*(?:\[([^\]]*)\])?\s*\(?([^;()]*?)\)?\s*(?:;\s*(.+))?$/.exec(
      line,
    );
    if (parts === null) throw new FormatError(`The requirement "${line}" cannot be read.`);
    const [, name, wanted = "", versions, condition] = parts;
    const holds = condition === undefined ||
      ["", ...extras].some((extra) => conditionHolds(condition, { ...values, extra }));
    if (!holds) continue;
    const project = name.toLowerCase().replace(/[-_.]+/g, "-");
    found.set(project, {
      project,
      extras: wanted.split(",").map((extra) => extra.trim()).filter((extra) => extra !== ""),
      versions: versions.replace(/\s+/g, ""),
    });
  }
  return [...found.values()];
}

/** The packages of a build of PyTorch that have no library that libtorch needs. */
const UNUSED = /^nvidia-nvtx\b/;

/**
 * NVIDIA's packages that a build of PyTorch for CUDA requires, without those that libtorch does not use: Python's bindings,
 * the compiler of kernels in Python (Triton), marks for profilers.
 *
 * @param torch The text of PyTorch's `METADATA`.
 * @param toolkit The text of `METADATA` of the package `cuda-toolkit`, which stands for parts of CUDA from CUDA 13 on.
 * @throws {FormatError} If a line cannot be read.
 */
export function nvidiaRequirements(
  torch: string,
  toolkit: string | undefined,
  system: PythonSystem,
): Requirement[] {
  return requirementsOf(torch, system).flatMap((requirement) => {
    if (requirement.project !== "cuda-toolkit") return [requirement];
    return toolkit === undefined ? [] : requirementsOf(toolkit, system, requirement.extras);
  }).filter(({ project }) => project.startsWith("nvidia-") && !UNUSED.test(project));
}

/** The version that a requirement is taken at: the one it names, or the lowest, which libtorch was built with. */
export function pinnedVersion({ project, versions }: Requirement): string {
  const version = /(?:==|>=)([\d.]+?)(?:\.\*)?(?:,|$)/.exec(versions)?.[1];
  if (version === undefined) {
    throw new FormatError(`The requirement ${project}${versions} names no version to take.`);
  }
  return version;
}

type Values = Readonly<Record<string, string>>;

/** Whether a requirement's condition holds: comparisons, joined by `and` and `or`, with parentheses. */
function conditionHolds(condition: string, values: Values): boolean {
  const tokens = condition.match(/"[^"]*"|'[^']*'|[<>=!~]=?=?|\(|\)|[\w.]+|\S/g) ?? [];
  let at = 0;
  const bad = (): never => {
    throw new FormatError(`The condition "${condition}" of a requirement cannot be read.`);
  };
  const term = (): string => {
    const token = tokens[at++] ?? bad();
    if (/^["']/.test(token)) return token.slice(1, -1);
    return values[token] ?? bad();
  };
  const comparison = (): boolean => {
    if (tokens[at] === "(") {
      at++;
      const inner = either();
      return tokens[at++] === ")" ? inner : bad();
    }
    const left = term();
    const operator = tokens[at++];
    const right = term();
    const order = compare(left, right);
    switch (operator) {
      case "==":
        return order === 0;
      case "!=":
        return order !== 0;
      case "<":
        return order < 0;
      case "<=":
        return order <= 0;
      case ">":
        return order > 0;
      case ">=":
        return order >= 0;
      default:
        return bad();
    }
  };
  const both = (): boolean => {
    let holds = comparison();
    // Read to the end, whatever it is: what follows has to be understood, too.
    while (tokens[at] === "and" && ++at) holds = comparison() && holds;
    return holds;
  };
  const either = (): boolean => {
    let holds = both();
    while (tokens[at] === "or" && ++at) holds = both() || holds;
    return holds;
  };
  const holds = either();
  return at === tokens.length ? holds : bad();
}

/** Orders versions by their numbers, other texts by their letters. */
function compare(left: string, right: string): number {
  const numbers = /^\d+(\.\d+)*$/;
  if (!numbers.test(left) || !numbers.test(right)) return left < right ? -1 : Number(left > right);
  const [a, b] = [left, right].map((text) => text.split(".").map(Number));
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
