/**
 * What the doctor found, in words.
 *
 * @module
 */

import type { BuildRecord } from "../../ffi/locate.ts";
import { cudaRows } from "./cuda_advice.ts";
import type { DoctorReport } from "./doctor.ts";

/** Describes what the doctor found, a line for each thing, and what to do next. */
export function describeReport(report: DoctorReport): string {
  const { system, library, libtorch, cuda } = report;
  const rows: [string, string][] = [
    ["package", `${report.package.version}, from ${report.package.source}`],
    [
      "system",
      `Deno ${system.deno}, ${system.os} ${system.arch}, ${system.processors} processors`,
    ],
    ["cache", report.cache.path + (report.cache.problem ? ` (${report.cache.problem})` : "")],
    [
      "libtorch",
      libtorch ? `${libtorch.version} (${libtorch.variant}), in ${libtorch.path}` : "none yet",
    ],
  ];
  if (report.libtorchProblem) rows.push(["", report.libtorchProblem]);
  rows.push(["library", library.path ?? "none"]);
  if (library.built) rows.push(...originOf(library.built));
  if (library.facts) {
    const { abi, libtorch, cpu, threads } = library.facts;
    rows.push(["", `C interface ${abi}, libtorch ${libtorch}, ${cpu}, ${threads} threads`]);
  }
  if (library.path !== null && library.problem) rows.push(["", library.problem]);
  if (library.path === null) {
    rows.push(
      ["", "looked at:"],
      ...library.searched.map((place): [string, string] => ["", place]),
    );
  }
  rows.push(
    ["compiler", report.compiler ?? "none"],
    ["prebuilt", report.prebuilt ?? "no library was compiled beforehand for this"],
    ["pip", report.pip ?? "none"],
    ["devices", report.devices.join(", ") || "none until the library is there"],
    ["CUDA", `${cuda.available ? "available" : "not available"}: ${cuda.reason}`],
    ...cudaRows(cuda),
  );
  const table = rows.map(([name, text]) =>
    `${name.padEnd(10)}${text.replaceAll("\n", "\n" + " ".repeat(10))}`
  );
  const next = report.next.length > 0
    ? ["Next:", ...report.next.map((step) => `  ${step}`)]
    : ["All is well."];
  return [...table, "", ...next].join("\n");
}

/** Where a library is from. */
function originOf({ date, compiler, prebuilt, files = [] }: BuildRecord): [string, string][] {
  // The record names the library first.
  const sha256 = prebuilt?.sha256 ?? files.at(0)?.sha256;
  const how = prebuilt
    ? `fetched ${date} from ${prebuilt.url}, where it was built with ${compiler}`
    : `built here ${date} with ${compiler}`;
  return [["", how], ...(sha256 ? [["", `SHA-256 ${sha256}`] as [string, string]] : [])];
}
