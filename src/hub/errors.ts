/**
 * What can go wrong with a model hub.
 *
 * @module
 */

import { ApprenticeError } from "../base/errors.ts";

/** A hub answered what cannot be used; the root of the errors of this room. */
export class HubError extends ApprenticeError {
  /** The HTTP status that was answered, if one was. */
  readonly status: number | null;

  /** Takes what `Error` takes, and the status. */
  constructor(message: string, options: ErrorOptions & { status?: number | null } = {}) {
    super(message, options);
    this.status = options.status ?? null;
  }
}

/** Access was refused: the repository is private or gated, or the token is wrong. */
export class HubAccessError extends HubError {}

/** The hub has no such repository, revision or file. */
export class HubNotFoundError extends HubError {}

/** The hub cannot be reached now, or is too busy. Trying again later may work. */
export class HubUnavailableError extends HubError {
  /** The seconds that the hub asked to wait, if it did. */
  readonly retryAfter: number | null;

  /** Takes what {@linkcode HubError} takes, and the seconds to wait. */
  constructor(
    message: string,
    options: ErrorOptions & { status?: number | null; retryAfter?: number | null } = {},
  ) {
    super(message, options);
    this.retryAfter = options.retryAfter ?? null;
  }
}

/** The network may not be used, and what is wanted is not on this machine. */
export class HubOfflineError extends HubError {}
