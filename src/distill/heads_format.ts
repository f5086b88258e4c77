/**
 * How files of heads are told.
 *
 * @module
 */

/** What the metadata of a file of heads begins with. */
export const HEADS_FORMAT: { readonly format: string; readonly version: string } = {
  format: "apprentice-heads",
  version: "1",
};
