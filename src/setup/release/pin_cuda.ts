/**
 * Writes the table of the wheels that libtorch for CUDA is fetched from, `cuda_wheels.json`: asks pip what PyTorch's wheel
 * requires, fetches all of them (5 GB for two processors), and sees that with what is unpacked nothing is missing.
 *
 *     deno run -A src/setup/release/pin_cuda.ts 2.13.0 13.0 FOLDER
 *
 * FOLDER is where the wheels are put; those that are there are not fetched again.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { cudaLibraries } from "../../../ffi/cuda_libraries.ts";
import { FileReader } from "../../archive/file_reader.ts";
import { readZipTable } from "../../archive/zip_table.ts";
import { SetupError } from "../../base/errors.ts";
import { sha256OfFile } from "../../base/file_hashes.ts";
import { makeFolder, writeAtomic } from "../../base/files.ts";
import { runCommand, tailOf } from "../commands.ts";
import { type CudaTable, nvidiaPath, type PinnedWheel } from "../cuda_wheel.ts";
import { nvidiaRequirements, pinnedVersion, type PythonSystem } from "../requirements.ts";
import { unzip } from "../unzip.ts";
import { unpackedPath } from "../wheel.ts";

/** What pip says of a wheel that it would install. */
interface Resolved {
  readonly download_info: {
    readonly url: string;
    readonly archive_info: { readonly hashes: { readonly sha256: string } };
  };
  readonly metadata: { readonly name: string; readonly requires_dist?: readonly string[] };
}

const HOST = "https://files.pythonhosted.org/packages/";

/** Every platform that a wheel for a processor may be named for. */
function platforms(arch: string): string[] {
  const glibc = Array.from({ length: 35 }, (_, i) => `manylinux_2_${39 - i}_${arch}`);
  return [...glibc, `manylinux2014_${arch}`, `manylinux2010_${arch}`, `manylinux1_${arch}`]
    .map((platform) => `--platform=${platform}`);
}

/** Runs pip on PyPI, whatever else is configured. */
async function pip(command: string[], requirements: string[], arch: string): Promise<string> {
  const result = await runCommand([
    "python3",
    "-m",
    "pip",
    ...command,
    "--quiet",
    "--no-deps",
    "--only-binary=:all:",
    "--index-url=https://pypi.org/simple",
    "--python-version=3.11",
    "--implementation=cp",
    "--abi=cp311",
    ...platforms(arch),
    ...requirements,
  ], { env: { PIP_CONFIG_FILE: "/dev/null", PIP_FIND_LINKS: "", PIP_EXTRA_INDEX_URL: "" } });
  if (result?.code !== 0) throw new SetupError(`pip: ${tailOf(result?.stderr ?? "not there", 5)}`);
  return result.stdout;
}

async function resolve(requirements: string[], arch: string): Promise<Resolved[]> {
  const target = await Deno.makeTempDir();
  const dry = ["install", "--dry-run", "--ignore-installed", `--target=${target}`, "--report=-"];
  const text = await pip(dry, requirements, arch);
  await Deno.remove(target, { recursive: true });
  return JSON.parse(text.slice(text.indexOf("{"))).install;
}

/** The text that a wheel's METADATA would have, as far as it is about requirements. */
function metadataOf({ metadata }: Resolved): string {
  return (metadata.requires_dist ?? []).map((line) => `Requires-Dist: ${line}\n`).join("");
}

async function pinSystem(
  version: string,
  system: PythonSystem,
  folder: string,
): Promise<PinnedWheel[]> {
  const { arch } = system;
  const [torch] = await resolve([`torch===${version}`], arch);
  const toolkit = metadataOf(torch).match(/^Requires-Dist: cuda-toolkit.*?(==[\d.]+)/m)?.[1];
  const toolkitText = toolkit && metadataOf((await resolve([`cuda-toolkit${toolkit}`], arch))[0]);
  const requirements = nvidiaRequirements(metadataOf(torch), toolkitText, system)
    .map((requirement) => `${requirement.project}==${pinnedVersion(requirement)}`).sort();
  const wheels = [torch, ...await resolve(requirements, arch)];
  await makeFolder(folder);
  const pinned: PinnedWheel[] = [];
  for (const { download_info: { url, archive_info } } of wheels) {
    if (!url.startsWith(HOST)) throw new SetupError(`${url} is not on PyPI.`);
    const [file, place] = [decodeURIComponent(url.split("/").at(-1)!), url.slice(HOST.length)];
    const path = `${folder}/${file}`;
    const there = await Deno.stat(path).then(() => true, () => false);
    if (!there) await pip(["download", `--dest=${folder}`], [url], arch);
    const { sha256 } = archive_info.hashes;
    if (await sha256OfFile(path) !== sha256) throw new SetupError(`${path} is damaged.`);
    pinned.push({
      file,
      folder: place.slice(0, place.lastIndexOf("/")),
      size: (await Deno.stat(path)).size,
      unpacked: unpackedSize(path),
      sha256,
    });
    console.error(`${arch} ${file}`);
  }
  await checkWhole(pinned.map(({ file }) => `${folder}/${file}`), version);
  return pinned.sort((a, b) =>
    Number(b.file.startsWith("torch-")) - Number(a.file.startsWith("torch-"))
  );
}

const wanted = (name: string): string | undefined => unpackedPath(name) ?? nvidiaPath(name);

function unpackedSize(path: string): number {
  const bad = (what: string): never => {
    throw new SetupError(`${path}: ${what}`);
  };
  using file = new FileReader(path, bad);
  return [...readZipTable(file, bad).values()]
    .filter(({ name }) => !name.endsWith("/") && wanted(name) !== undefined)
    .reduce((sum, { size }) => sum + size, 0);
}

/** Makes sure that every library that libtorch needs is where it looks for it. */
async function checkWhole(wheels: string[], version: string): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: wheels[0].slice(0, wheels[0].lastIndexOf("/")) });
  try {
    for (const wheel of wheels) {
      await unzip(wheel, folder, (name) => name.includes(".so") ? wanted(name) : undefined);
    }
    const libtorch = { path: `${folder}/torch`, version, variant: `cu${cuda.replace(".", "")}` };
    const libraries = cudaLibraries(libtorch, []);
    const missing = libraries.filter(({ reached }) => !reached).map(({ name }) => name);
    if (libraries.length < 10 || missing.length > 0) {
      throw new SetupError(
        `Found ${libraries.length} libraries; missing are ${missing.join(", ")}.`,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const [version, cuda, folder] = Deno.args;
if (folder === undefined) {
  console.error("Say the version of libtorch, that of CUDA, and a folder for the wheels.");
  Deno.exit(2);
}
const systems: Record<string, PinnedWheel[]> = {};
for (const arch of ["x86_64", "aarch64"]) {
  systems[`linux ${arch}`] = await pinSystem(version, { os: "linux", arch }, `${folder}/${arch}`);
}
const table: CudaTable = { version, cuda, systems };
await writeAtomic(
  fileURLToPath(new URL("../cuda_wheels.json", import.meta.url)),
  JSON.stringify(table, null, 2) + "\n",
);
