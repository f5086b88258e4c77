/**
 * What stands for a photograph.
 *
 * @module
 */

/** A photograph: the path of its file, a `file:` URL, or the file's bytes. */
export type Photograph = string | URL | Uint8Array | ArrayBuffer;
