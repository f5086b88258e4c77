/**
 * What went wrong while files were sent to a hub: what has arrived, what has not, and what to do.
 *
 * @module
 */

import { shown } from "./client.ts";
import { HubAccessError, HubError, HubUnavailableError } from "./errors.ts";
import type { HubSettings } from "./settings.ts";

/** What the package throws where the hub answers that it does not do something. */
export interface ApiError extends Error {
  readonly statusCode: number;
  readonly url: string;
}

/** Whether the package threw an error because the hub answered so. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && typeof (error as Partial<ApiError>).statusCode === "number";
}

/** How far it came. */
export interface Progress {
  readonly repository: string;
  readonly settings: HubSettings;
  /** Whether the repository was made now. */
  isNew: boolean;
  /** Whether the hub was asked to commit what it has. */
  committing: boolean;
  /** The large files that have arrived. */
  readonly arrived: string[];
}

/** An error that says what came of it, and what to do. */
export function explained(error: unknown, progress: Progress): unknown {
  const { settings, repository } = progress;
  if (error instanceof HubUnavailableError) {
    return new HubUnavailableError(`${error.message} ${stateOf(progress, true)}`, { cause: error });
  }
  if (!isApiError(error)) return error;
  const { statusCode: status, message, url } = error;
  // The token itself is never shown, whatever a hub answers.
  const said = message.replaceAll(settings.token ?? "\0", "…").replace(/\.? URL: [^]*$/, "")
    .slice(0, 300);
  const state = stateOf(progress, status >= 500);
  if (status === 409) {
    return new HubError(
      `${settings.endpoint} has something by the name ${repository} already that is no repository of models you can see, or ` +
        `it was changed meanwhile (status 409: ${said}). Choose another name, or try again. ${state}`,
      { status, cause: error },
    );
  }
  if (status === 401 || status === 403) {
    return new HubAccessError(
      `${settings.endpoint} does not let ${repository} be written (status ${status}: ${said}). The access token of ` +
        `${settings.tokenFrom} must be one with write access, of an account that may write to ${
          repository.split("/")[0]
        }; ` +
        `if the name is somebody else's, choose another. ${state}`,
      { status, cause: error },
    );
  }
  if ([408, 429].includes(status) || status >= 500) {
    return new HubUnavailableError(
      `${shown(url)} answered ${status}: ${said}. Try again later. ${state}`,
      { status, cause: error },
    );
  }
  return new HubError(
    `${
      shown(url)
    } answered ${status}: ${said}. Check the name ${repository} and HF_ENDPOINT. ${state}`,
    { status, cause: error },
  );
}

/** What is at the hub now, and what is not. */
function stateOf(
  { repository, settings, isNew, committing, arrived }: Progress,
  brokeOff: boolean,
): string {
  if (committing && brokeOff) {
    return `All files were sent; whether they were committed is not known: look at ${settings.endpoint}/${repository}.`;
  }
  const made = isNew
    ? `The repository ${repository} was made, and none of the files is in it`
    : `Nothing of ${repository} was changed`;
  if (arrived.length === 0) return `${made}.`;
  const again = arrived.length === 1 ? "is" : "are";
  return `${made}; ${arrived.join(", ")} arrived and ${again} not sent again by the next try.`;
}
