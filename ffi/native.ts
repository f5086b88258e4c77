/**
 * The opened native library: one context for this thread, its argument frame and the C functions.
 *
 * The library is opened at first use, never at import. What hot code needs is exported as plain
 * bindings that are set once, when the library opens: a call site then only ever sees the C function
 * itself, which V8 can call without a detour. Code that may run first calls {@linkcode open}.
 *
 * @module
 */

import { ArgumentError, LibraryError, VersionError } from "../src/base/errors.ts";
import { libraryDamage } from "./library_files.ts";
import { locate, type Located } from "./locate.ts";
import { howToSetUp, setupAdvice } from "./setup_advice.ts";
import { abiVersion, frameSlots, symbols, textBytes } from "./symbols.ts";
import { nativeError } from "./native_error.ts";
import { loadNvidia, missingNvidia } from "./nvidia.ts";
import { lookInto } from "./windows.ts";

type Native = Deno.DynamicLibrary<typeof symbols>["symbols"];

/** The C functions; undefined until {@linkcode open} has run. */
export let native: Native;
/** This thread's context number, the first argument of every C function. */
export let context = 0;
/** This context's argument frame: arguments in, results out. */
export let frame: Float64Array;
/** What follows the frame: at each place, what its slot cannot hold, read as integers. */
export let wideInts: BigInt64Array;
/** The same memory as {@linkcode wideInts}, read as floats. */
export let wideFloats: Float64Array;
/** `ap_op_call`, apart from the others because every operator goes through it. */
export let opCall: (context: number, op: number, given: number) => number;
/** `ap_release_one`. */
export let releaseOne: (context: number, handle: number) => number;

let text: Uint8Array;
let opened = false;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Opens the library, if it is not open yet.
 *
 * @param located Where it is; looked for by default.
 * @throws {LibraryError} when it is missing or cannot be loaded; the message lists where it was
 * looked for and what to run. Also when it or libtorch is seen to be damaged.
 * @throws {Deno.errors.NotCapable} when Deno was not given the permission to read or to load libraries.
 * @throws {VersionError} when it was built for another version of this package.
 */
export function open(located?: Located): void {
  if (opened) return;
  const { library, libtorch, files, searched } = located ?? locate();
  if (library === null) {
    throw new LibraryError(
      `The native library is not built yet. ${howToSetUp()}.\nLooked at:\n` +
        searched.map((place) => `  ${place}`).join("\n"),
    );
  }
  const damage = libraryDamage(library, libtorch?.path, files);
  if (damage !== null) throw new LibraryError(`${damage}. ${mend(libtorch !== undefined)}`);
  spinBriefly();
  if (libtorch !== undefined) {
    loadNvidia(libtorch);
    lookInto(libtorch.path);
  }
  let opening: Deno.DynamicLibrary<typeof symbols>;
  try {
    opening = Deno.dlopen(library, symbols);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const { message } = cause as Error;
    const missing = libtorch === undefined ? null : missingNvidia(message, libtorch);
    throw new LibraryError(
      `The native library ${library} cannot be loaded: ${message}. ` +
        (missing ?? `${setupAdvice(true)} to build it anew.`),
      { cause },
    );
  }
  const found = opening.symbols.ap_abi_version();
  if (found !== abiVersion) {
    throw new VersionError(
      `The native library ${library} speaks version ${found} of the C interface, this package ` +
        `version ${abiVersion}. ${setupAdvice(true)} to build it anew.`,
    );
  }
  const id = opening.symbols.ap_context_open();
  if (id < 0) {
    throw new LibraryError("The native library could not open a context for this thread.");
  }
  native = opening.symbols;
  opCall = native.ap_op_call;
  releaseOne = native.ap_release_one;
  context = id;
  const slots = view(native.ap_context_frame(id), 2 * frameSlots * 8);
  frame = new Float64Array(slots, 0, frameSlots);
  wideInts = new BigInt64Array(slots, frameSlots * 8);
  wideFloats = new Float64Array(slots, frameSlots * 8);
  text = new Uint8Array(view(native.ap_context_text(id), textBytes));
  opened = true;
  // A worker's context goes with the worker: its tensors must not outlive it.
  globalThis.addEventListener("unload", () => native.ap_context_close(context));
}

/** What to do about a damaged library. */
function mend(built: boolean): string {
  return built
    ? `${setupAdvice()} to mend it.`
    : `Put a whole one there, or unset APPRENTICE_LIBRARY. ${setupAdvice()} then.`;
}

/**
 * How often a thread that waits for work looks for it before it sleeps: for as long as operators are apart that follow each
 * other, with what happens between them. To be woken takes longer than most of them: with a fifth of this a network of many
 * small operators took a third longer, also beside busy processes.
 */
const SPINS = "10000";

/**
 * Has threads that wait for work sleep soon. OpenMP's own default is to spin for milliseconds, which on a machine that is busy
 * with anything else takes the processor from the very threads that are waited for: training then is many times slower.
 * Whoever has set one of the variables is obeyed.
 */
function spinBriefly(): void {
  const names = ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"];
  const allowed = names.every((variable) =>
    Deno.permissions.querySync({ name: "env", variable }).state === "granted"
  );
  if (allowed && names.every((name) => Deno.env.get(name) === undefined)) {
    Deno.env.set("GOMP_SPINCOUNT", SPINS);
  }
}

function view(pointer: Deno.PointerValue, bytes: number): ArrayBuffer {
  return Deno.UnsafePointerView.getArrayBuffer(pointer!, bytes);
}

/** Passes a status through, or throws the error that it stands for. */
export function check(status: number): number {
  if (status < 0) fail(status);
  return status;
}

/** Throws the typed error that a negative status and the text buffer describe. */
export function fail(status: number): never {
  throw nativeError(-status, readText(frame[0]));
}

/** `bytes` bytes of the text buffer from `offset` on. */
export function readText(bytes: number, offset = 0): string {
  // The decoder refuses shared or foreign memory in places; a slice is always its own.
  return decoder.decode(text.slice(offset, offset + bytes));
}

/**
 * Writes a string to the text buffer from `offset` on and returns its length in bytes.
 *
 * @throws {ArgumentError} when it does not fit.
 */
export function writeText(value: string, offset = 0): number {
  const { read, written } = encoder.encodeInto(value, text.subarray(offset));
  if (read < value.length) {
    throw new ArgumentError(
      `A text of ${value.length} characters is too long: all texts of a call share ${textBytes} bytes.`,
    );
  }
  return written;
}
