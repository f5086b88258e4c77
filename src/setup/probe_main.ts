// The child process of probe.ts: opens the library that it is told of and prints what that says.

import { ApprenticeError } from "../base/errors.ts";
import { libraryFacts } from "./library_facts.ts";

try {
  console.log(Deno.args[0] + JSON.stringify(libraryFacts(JSON.parse(Deno.args[1]))));
} catch (error) {
  if (!(error instanceof ApprenticeError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
