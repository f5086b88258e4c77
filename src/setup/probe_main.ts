// The child process of probe.ts: opens the library that APPRENTICE_LIBRARY names and prints what it says.

import { ApprenticeError } from "../base/errors.ts";
import { libraryFacts } from "./library_facts.ts";

try {
  console.log(Deno.args[0] + JSON.stringify(libraryFacts()));
} catch (error) {
  if (!(error instanceof ApprenticeError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
