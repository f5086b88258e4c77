// The child process of probe.ts: opens the library that APPRENTICE_LIBRARY names and prints what it says.

import { check, context, native, open, readText } from "../../ffi/native.ts";
import { ApprenticeError } from "../base/errors.ts";
import type { LibraryFacts } from "./probe.ts";

const CUDA = 1; // libtorch's number for this type of device

try {
  open();
  const { abi, libtorch, cpu } = JSON.parse(readText(check(native.ap_build_info(context))));
  const facts: LibraryFacts = {
    abi,
    libtorch,
    cpu,
    threads: check(native.ap_threads(context, 0)),
    cudaDevices: check(native.ap_device_count(context, CUDA)),
  };
  console.log(Deno.args[0] + JSON.stringify(facts));
} catch (error) {
  if (!(error instanceof ApprenticeError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
