/**
 * Models as TorchScript files.
 *
 * @module
 */

import { rename } from "node:fs/promises";
import { makeFolder, removeTemporaries, temporaryName } from "../base/files.ts";
