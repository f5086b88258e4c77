/**
 * The file that libtorch is taken from where there is none yet: PyTorch's own CPU build, as a Python
 * wheel, which is a zip archive.
 *
 * @module
 */

import { SetupError } from "../base/errors.ts";

/** A wheel and how to get it. */
export interface WheelFile {
  /** The wheel's file name. */
  file: string;
  /** Where to download it. */
  url: string;
  /** The wheel's SHA-256. */
  sha256: string;
  /** How to ask pip for it: the requirement, and the options that say for which system. */
  pip: string[];
  /** The wheel's size in bytes, where that is known beforehand. */
  size?: number;
  /** The bytes of what is unpacked of it, where that is known beforehand. */
  unpacked?: number;
}

/** The wheel with libtorch, and those that it needs beside it. */
export interface Wheel extends WheelFile {
  /** The version of libtorch in it. */
  version: string;
  /** What the wheel is built for. */
  variant: string;
  /** The wheels with NVIDIA's libraries, for a build for CUDA. */
  beside?: readonly WheelFile[];
}

/** The version that is fetched. */
const VERSION = "2.13.0";

/** What tells the wheels of one version apart. */
interface System {
  /** What `Deno.build` calls the system. */
  readonly os: string;
  /** What `Deno.build` calls the processor. */
  readonly arch: string;
  /** What Python calls both. */
  readonly platform: string;
  /** What stands behind the version, where one index holds several builds. */
  readonly local: string;
  /** The wheel's SHA-256. */
  readonly sha256: string;
}

/** The systems whose wheel is known. All hold a build for the CPU; that of macOS has Apple's GPU, too. */
const SYSTEMS: readonly System[] = [
  {
    os: "linux",
    arch: "x86_64",
    platform: "manylinux_2_28_x86_64",
    local: "+cpu",
    sha256: "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
  },
  {
    os: "linux",
    arch: "aarch64",
    platform: "manylinux_2_28_aarch64",
    local: "+cpu",
    sha256: "84453b69508ec79902f899c5ed9495acb9e2bbe9fda5f1d5d6f19e3c3842e1a7",
  },
  {
    os: "darwin",
    arch: "aarch64",
    platform: "macosx_14_0_arm64",
    local: "",
    sha256: "e76f9bcecc52b8ff711239a2f7547d5353df95878ab232f0773c1d95928b92f8",
  },
  {
    os: "windows",
    arch: "x86_64",
    platform: "win_amd64",
    local: "+cpu",
    sha256: "10717d8b3b67c45a4788bf7ffc0bab1ea1e5ebbedd24466be6100102d141fac1",
  },
];

/**
 * The wheel for a system.
 *
 * @throws {SetupError} If no wheel is known for it.
 */
export function wheelFor(os: string = Deno.build.os, arch: string = Deno.build.arch): Wheel {
  const system = SYSTEMS.find((known) => known.os === os && known.arch === arch);
  if (system) {
    const { platform, local, sha256 } = system;
    const file = `torch-${VERSION}${local}-cp311-cp311-${platform}.whl`;
    return {
      version: VERSION,
      variant: "cpu",
      file,
      url: `https://download.pytorch.org/whl/cpu/${encodeURIComponent(file)}`,
      sha256,
      // Named in full, so that pip takes it for whichever Python it runs on.
      pip: [
        `torch==${VERSION}${local}`,
        "--python-version=3.11",
        "--implementation=cp",
        "--abi=cp311",
        `--platform=${platform}`,
      ],
    };
  }
  const known = SYSTEMS.map((system) => `${system.os} ${system.arch}`).join(", ");
  throw new SetupError(
    `libtorch cannot be fetched for ${os} ${arch}: only the files for ${known} are known by their ` +
      "checksums. Install PyTorch in any other way and set LIBTORCH to it: to an unpacked libtorch, or to " +
      "the torch folder of a Python installation " +
      `(python3 -c "import torch; print(torch.__path__[0])" prints it).`,
  );
}

/**
 * Which files of the wheel are unpacked, and where to. Left out: everything of Python's, static libraries,
 * and libraries that only tests use. On Windows, what is linked to is named by import libraries, which stay.
 */
export function unpackedPath(name: string): string | undefined {
  if (/^torch\/(version\.py|include\/.+)$/.test(name)) return name;
  if (/^torch\.libs\/[^/]+$/.test(name)) return name;
  const library = name.match(/^torch\/lib\/([^/]+)$/)?.[1];
  if (library === undefined || /\.(a|lib)$/.test(library) && !LINKED_TO.test(library)) {
    return undefined;
  }
  return UNUSED_LIBRARIES.test(library) ? undefined : name;
}

const LINKED_TO = /^(torch_cpu|torch_cuda|c10|c10_cuda)\.lib$/;

const UNUSED_LIBRARIES =
  /^(?:lib)?(torch_python|shm|aoti_custom_ops|backend_with_compiler|\w+_test|\w*test\w*)\./;
