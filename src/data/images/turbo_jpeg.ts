/**
 * libjpeg-turbo, for half of the time that sharp takes to decode JPEG, to the same pixels.
 *
 * The system's own where it is installed, else the one in a package. That package decodes with the fast, less exact
 * arithmetic only; the library in it does either. It is a file of its own in the builds for Linux; elsewhere sharp
 * is used.
 *
 * @module
 */

import { npmArchitecture, openPackagedLibraries } from "../../../ffi/packaged_libraries.ts";
import { TurboJpeg } from "../../../ffi/turbo_jpeg.ts";
import { loadPackage } from "../../base/optional_package.ts";

const PACKAGE = "npm:@julusian/jpeg-turbo@^3.0.1";

/** Opens libjpeg-turbo; undefined where there is no build of it for this system. */
export async function openTurboJpeg(): Promise<TurboJpeg | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const installed = TurboJpeg.find();
  if (installed !== undefined) return installed;
  const folder = `./prebuilds/jpeg-turbo-linux-${npmArchitecture()}`;
  openPackagedLibraries(PACKAGE, `${folder}/libturbojpeg.so.0`);
  try {
    await loadPackage(PACKAGE, "JPEG files");
  } catch {
    return undefined;
  }
  // The package has loaded it from wherever it lies.
  return TurboJpeg.find();
}
