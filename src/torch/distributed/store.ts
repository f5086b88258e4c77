/**
 * Where processes leave each other texts.
 *
 * @module
 */

import {
  check,
  context,
  frame,
  native,
  open,
  readText,
  releaseOne,
  writeText,
} from "../../../ffi/native.ts";
import { ArgumentError, DistributedError } from "../../base/errors.ts";
import { HANDLE } from "../handle.ts";

/** Where a {@linkcode Store} is. */
export interface StorePlace {
  /** A host and port where one process serves, or the path of a file on a folder that all share. */
  readonly at: { readonly host: string; readonly port: number } | { readonly file: string };
  /** Whether this process serves it; of no meaning for a file. */
  readonly serve?: boolean;
  /** How many processes use it. */
  readonly size: number;
  /** Seconds to look for it. */
  readonly timeout: number;
}

/** Texts by key that all processes of a group see: c10d's `TCPStore` or `FileStore`. */
export class Store implements Disposable {
  /** The native handle. @ignore */
  readonly [HANDLE]: number;
  /** Where it is: `host:port`, or a path. */
  readonly where: string;
  /** Whether this process serves it: it is gone for the others when this one ends. */
  readonly serves: boolean;
  /** What all keys begin with. */
  readonly prefix: string = "";

  /**
   * Opens it, waiting until it is there.
   *
   * @throws {DistributedError} if it cannot be served there (the port is in use), or is not found in time.
   */
  constructor({ at, serve = false, size, timeout }: StorePlace) {
    open();
    const isFile = "file" in at;
    this.where = isFile ? at.file : `${at.host}:${at.port}`;
    this.serves = serve && !isFile;
    const place = writeText(isFile ? at.file : at.host);
    frame[0] = isFile ? -1 : at.port;
    frame[1] = this.serves ? 1 : 0;
    frame[2] = size;
    frame[3] = timeout;
    try {
      check(native.ap_store_open(context, place));
    } catch (error) {
      throw this.#notOpened(error, timeout);
    }
    this[HANDLE] = frame[0];
    check(native.ap_scope_keep(context, this[HANDLE]));
  }

  #notOpened(error: unknown, timeout: number): unknown {
    if (!(error instanceof DistributedError)) return error;
    const { message } = error;
    if (this.serves && /EADDRINUSE|already in use/i.test(message)) {
      return new DistributedError(
        `Rank 0 cannot serve at ${this.where}: the port is in use, by another run or program. Give another MASTER_PORT ` +
          "to all processes; `apprentice launch` chooses a free one by itself.",
        0,
        { cause: error },
      );
    }
    if (this.serves) {
      return new DistributedError(`Rank 0 cannot serve at ${this.where}: ${message}`, 0, {
        cause: error,
      });
    }
    return new DistributedError(
      `Nobody answered at ${this.where} within ${timeout} s. There rank 0 should serve: is it running, is MASTER_ADDR its ` +
        `host, and may this machine reach that port? (${message.split("\n")[0]})`,
      0,
      { cause: error },
    );
  }

  /** The same store, where all keys begin with `prefix`: what others leave there under other names is not seen. */
  under(prefix: string): Store {
    return Object.create(this, { prefix: { value: `${this.prefix}${prefix}/` } });
  }

  /** Sets the text of a key, for all to see. */
  set(key: string, text: string): void {
    const bytes = writeText(this.prefix + key);
    check(native.ap_store_set(context, this[HANDLE], bytes, writeText(text, bytes)));
  }

  /**
   * The text of a key, waited for; undefined if it is not there in time.
   *
   * @param timeout Seconds to wait; 0, not at all, by default.
   */
  get(key: string, timeout = 0): string | undefined {
    const found = check(
      native.ap_store_get(context, this[HANDLE], writeText(this.prefix + key), timeout),
    );
    return found === 0 ? undefined : readText(found - 1);
  }

  /** Adds a whole number to that of a key, which begins at 0, and returns the sum. */
  add(key: string, amount: number): number {
    if (!Number.isSafeInteger(amount)) {
      throw new ArgumentError(`A whole number is added to a key, got ${amount}.`);
    }
    check(native.ap_store_add(context, this[HANDLE], writeText(this.prefix + key), amount));
    return frame[0];
  }

  /** Lets go of it. It stays open for groups to come until the process ends. */
  dispose(): void {
    releaseOne(context, this[HANDLE]);
  }

  /** Same as {@linkcode Store.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
