/**
 * TorchScript: models that PyTorch wrote to a file together with their code.
 *
 * @module
 */

import { context, frame, native, open, readText, writeText } from "../../ffi/native.ts";
import { nativeError } from "../../ffi/native_error.ts";
import {
  type ApprenticeError,
  ArgumentError,
  DeviceError,
  FormatError,
  OutOfMemoryError,
} from "../base/errors.ts";
import type { Device } from "./device.ts";
import { deviceCode } from "./device_codes.ts";
import { checkScriptArchive } from "./script_archive.ts";
import { ScriptModule } from "./script_module.ts";

/** How {@linkcode loadScript} loads. */
export interface LoadScriptOptions {
  /** The device that the weights are put on; the CPU by default. */
  device?: Device;
}

/**
 * Loads a TorchScript file, as `torch.jit.save` writes it. The module is in the mode (training or
 * evaluation) that it was saved in.
 *
 * **A TorchScript file is a program.** It is checked for damage before it is loaded, down to the checksum of
 * every part, and its code and pickles for what is nested deeply or long enough to end the process there; but whoever wrote it decides what libtorch's interpreter runs: any operator, as often and on as
 * much memory as it likes, without end or with arguments that crash libtorch. It can read and write no files
 * by itself and start no process. Load only files from people whose programs you would run. What it prints is
 * dropped.
 *
 * The module lives until it is disposed of, whatever scope it was loaded in.
 *
 * @throws {FileError} if the file cannot be read.
 * @throws {FormatError} if it is damaged or is no TorchScript file; the message says what it is.
 * @throws {DeviceError} if there is no such device.
 *
 * @example
 * ```ts ignore
 * import { torch } from "@apprentice/distill";
 *
 * using model = torch.loadScript("resnet18.torchscript.pt").eval();
 * const logits = model.forward(torch.rand([1, 3, 224, 224]));
 * console.log(model.methods); // ["forward"]
 * ```
 */
export function loadScript(path: string, options: LoadScriptOptions = {}): ScriptModule {
  if (typeof path !== "string") {
    throw new ArgumentError(`A TorchScript file is given by its path, got ${typeof path}.`);
  }
  const device = deviceCode(options.device ?? "cpu");
  open();
  checkScriptArchive(path);
  const status = native.ap_script_load(context, writeText(path), device);
  if (status < 0) throw loadError(path, device, status);
  return new ScriptModule(path, frame[0]);
}

/** What is wrong with the file, unless it is the device or the memory that lacks. */
function loadError(path: string, device: number, status: number): ApprenticeError {
  const error = nativeError(-status, readText(frame[0]));
  if (error instanceof OutOfMemoryError) return error;
  if (device !== 0 && error instanceof DeviceError) return error;
  const said = error.message.trimEnd();
  // The printer writes a name and no numbers for weights that were put in oneDNN's own order.
  const why = /required keyword attribute 'value' is undefined/.test(said)
    ? `${said}. It was saved after torch.jit.optimize_for_inference, which leaves weights out of the file, so that ` +
      "PyTorch itself cannot load it: save it before that, or frozen (torch.jit.freeze)."
    : said;
  return new FormatError(`libtorch cannot load the TorchScript file ${path}: ${why}`, {
    cause: error,
  });
}
