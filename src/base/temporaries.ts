/**
 * Names for files that are not whole yet, and clearing away those that killed processes left.
 *
 * Who writes such a file holds a lock on it, which the system takes back when the process ends in whatever way. So
 * whether the writer still lives can be told by trying the lock: also of a process in another container, and, where
 * the file system carries locks, on another machine; numbers of processes could not tell that.
 *
 * @module
 */

/** A name beside `path` that no other process and no other call uses. */
export function temporaryName(path: string): string {
  return `${path}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}.tmp`;
}

const ENDING = /\.\d+-[0-9a-f]{8}\.tmp$/;
const WHOLE_ENDING = /^\.\d+-[0-9a-f]{8}\.tmp$/;

/** A link is made and renamed within a moment, and cannot be locked. */
const LINK_AGE = 60_000;
/** Where there are no locks, who has not touched a file for a day has left it. */
const UNTOUCHED = 24 * 3600_000;

/** Milliseconds for which a folder's listing is used again, so that many writes into a large folder stay cheap. */
const LISTING_AGE = 1000;

/** A new file under a temporary name; while it is open nobody clears it away. */
export interface Temporary {
  /** The temporary file's path. */
  readonly path: string;
  /** The temporary file, open for writing. */
  readonly file: Deno.FsFile;
}

/**
 * Makes a temporary file beside `path` and locks it.
 *
 * @param mode The access rights it gets, if not the usual ones.
 * @throws What the system says.
 */
export function createTemporarySync(path: string, mode?: number): Temporary {
  for (;;) {
    const temporary = temporaryName(path);
    const file = Deno.openSync(temporary, { write: true, createNew: true, mode });
    if (lock(file) !== false) return { path: temporary, file };
    // Somebody who clears up was faster: the file is about to go.
    file.close();
  }
}

/**
 * Makes sure that files can be written in a folder.
 *
 * @throws What the system says, if they cannot.
 */
export function probeFolder(folder: string): void {
  removeTemporaries(`${folder}/probe`);
  const { path, file } = createTemporarySync(`${folder}/probe`);
  try {
    Deno.removeSync(path);
  } finally {
    file.close();
  }
}

/** Locks a folder or file that is open; undefined where there are no locks. */
function lock(file: Deno.FsFile): boolean | undefined {
  try {
    return file.tryLockSync(true);
  } catch {
    return undefined;
  }
}

/**
 * Keeps a temporary folder from being cleared away until disposed of.
 *
 * @returns What ends it; does nothing where folders cannot be locked.
 */
export function holdFolder(path: string): Disposable {
  try {
    const file = Deno.openSync(path);
    lock(file);
    return file;
  } catch {
    return { [Symbol.dispose]() {} };
  }
}

/**
 * Removes what processes that are dead left of writes to `path`. What a living one writes stays.
 */
export function removeTemporaries(path: string): void {
  const { folder, name } = split(path);
  clear(folder, list(folder), (entry) => isOf(entry, name));
}

/** Removes what dead processes left in a folder that only this package writes into. */
export function removeTemporariesIn(folder: string): void {
  clear(folder, list(folder), () => true);
}

const listings = new Map<string, { at: number; names: string[] }>();

/** {@linkcode removeTemporaries} at most once a second for each folder, and only where listing it is allowed. */
export function removeTemporariesNowAndThen(path: string): void {
  const { folder, name } = split(path);
  let listing = listings.get(folder);
  if (listing === undefined || performance.now() - listing.at > LISTING_AGE) {
    // Asking for the permission would interrupt who works at a terminal.
    if (Deno.permissions.querySync({ name: "read", path: folder }).state !== "granted") return;
    if (listings.size > 1000) listings.clear();
    listing = { at: performance.now(), names: list(folder) };
    listings.set(folder, listing);
  }
  clear(folder, listing.names, (entry) => isOf(entry, name));
}

function isOf(entry: string, name: string): boolean {
  return entry.startsWith(name) && WHOLE_ENDING.test(entry.slice(name.length));
}

/** The temporary names in a folder. */
function list(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name)
      .filter((name) => ENDING.test(name));
  } catch {
    return []; // They are in nobody's way.
  }
}

function clear(folder: string, names: string[], which: (name: string) => boolean): void {
  for (const name of names) {
    if (!which(name)) continue;
    try {
      clearOne(`${folder}/${name}`);
    } catch {
      // Another process was faster, or it may not be removed.
    }
  }
}

function clearOne(path: string): void {
  const info = Deno.lstatSync(path);
  const age = Date.now() - (info.mtime?.getTime() ?? Date.now());
  if (!info.isFile && !info.isDirectory) {
    if (age > LINK_AGE) Deno.removeSync(path);
    return;
  }
  let file: Deno.FsFile | undefined;
  try {
    file = Deno.openSync(path);
  } catch {
    // Its age tells, then.
  }
  try {
    const free = file && lock(file);
    if (free ?? age > UNTOUCHED) Deno.removeSync(path, { recursive: true });
  } finally {
    file?.close();
  }
}

function split(path: string): { folder: string; name: string } {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return { folder: folderOf(path), name: path.slice(at + 1) };
}

/** The folder that a file lies in. */
export function folderOf(path: string): string {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (at < 0) return ".";
  return at === 0 ? "/" : path.slice(0, at);
}
