/**
 * The file that libtorch is taken from where there is none yet: PyTorch's own CPU build, as a Python
 * wheel, which is a zip archive.
 *
 * @module
 */

import { SetupError } from "../base/errors.ts";

/** A wheel with libtorch, and how to get it. */
export interface Wheel {
  /** The version of libtorch in it. */
  version: string;
  /** What the wheel is built for. */
  variant: string;
  /** The wheel's file name. */
  file: string;
  /** Where to download it. */
  url: string;
  /** The wheel's SHA-256. */
  sha256: string;
  /** How to ask pip for it: the requirement, and the options that say for which system. */
  pip: string[];
}

/** The version that is fetched. */
const VERSION = "2.13.0";

/**
 * The wheel for a system.
 *
 * @throws {SetupError} If no wheel is known for it.
 */
export function wheelFor(os: string = Deno.build.os, arch: string = Deno.build.arch): Wheel {
  if (os === "linux" && arch === "x86_64") {
    const file = `torch-${VERSION}+cpu-cp311-cp311-manylinux_2_28_x86_64.whl`;
    return {
      version: VERSION,
      variant: "cpu",
      file,
      url: `https://download.pytorch.org/whl/cpu/${encodeURIComponent(file)}`,
      sha256: "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
      // Named in full, so that pip takes it for whichever Python it runs on.
      pip: [
        `torch==${VERSION}+cpu`,
        "--python-version=3.11",
        "--implementation=cp",
        "--abi=cp311",
        "--platform=manylinux_2_28_x86_64",
      ],
    };
  }
  throw new SetupError(
    `libtorch cannot be fetched for ${os} ${arch} yet: only the file for linux x86_64 is known by its ` +
      "checksum. Install PyTorch in any other way and set LIBTORCH to it: to an unpacked libtorch, or to " +
      "the torch folder of a Python installation " +
      `(python3 -c "import torch; print(torch.__path__[0])" prints it).`,
  );
}

/**
 * Which files of the wheel are unpacked, and where to. Left out: everything of Python's, static libraries,
 * and libraries that only tests use.
 */
export function unpackedPath(name: string): string | undefined {
  if (/^torch\/(version\.py|include\/.+)$/.test(name)) return name;
  if (/^torch\.libs\/[^/]+$/.test(name)) return name;
  const library = name.match(/^torch\/lib\/([^/]+)$/)?.[1];
  if (library === undefined || /\.(a|lib)$/.test(library)) return undefined;
  return UNUSED_LIBRARIES.test(library) ? undefined : name;
}

const UNUSED_LIBRARIES =
  /^lib(torch_python|shm|aoti_custom_ops|backend_with_compiler|\w+_test|\w*test\w*)\./;
