/** Another process that wants a model: prints the SHA-256 of its weights. */

import { resolveHub } from "../../src/hub/mod.ts";
import { sha256 } from "./server.ts";

const { weights } = await resolveHub(Deno.args[0]);
console.log(sha256(Deno.readFileSync(weights!)));
