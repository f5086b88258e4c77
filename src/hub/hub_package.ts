/**
 * The hub's own library, which is loaded when somebody asks a hub.
 *
 * @module
 */

/** The library, as `loadPackage` takes it. */
export const HUB_PACKAGE = "npm:@huggingface/hub@^2.17.5";
