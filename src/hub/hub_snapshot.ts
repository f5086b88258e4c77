/**
 * The files of a model at one commit.
 *
 * @module
 */

/** One commit of a repository, as far as it is on this machine. */
export interface HubSnapshot {
  /** The repository. */
  readonly repo: string;
  /** The commit, 40 hexadecimal digits. */
  readonly revision: string;
  /** The folder of its files. */
  readonly folder: string;
  /** The path of the weights, or of the index of several files of weights; null if `files` were asked for. */
  readonly weights: string | null;
  /** What `config.json` says, or `open_clip_config.json` where there is no other; null if there is neither. */
  readonly config: unknown;
  /** What `preprocessor_config.json` says; null if there is none. */
  readonly preprocessor: unknown;
  /**
   * The names of those files that the hub gives no checksum of: what is known of them is that their size is right,
   * and since they arrived, for `hub.verify`, their SHA-256.
   */
  readonly unchecked: readonly string[];
  /** Why the hub was not asked or did not answer, so that this may not be the newest; null if it is. */
  readonly cachedBecause: string | null;
  /**
   * The path of one of the files.
   *
   * @throws {HubNotFoundError} If it was not downloaded.
   */
  file(name: string): string;
}
