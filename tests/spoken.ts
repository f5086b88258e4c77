/** What work writes to standard error. */
export async function spoken(work: () => unknown): Promise<string> {
  const { stderr } = Deno;
  const parts: Uint8Array[] = [];
  const writeSync = (bytes: Uint8Array) => (parts.push(bytes.slice()), bytes.length);
  const stand = { isTerminal: () => false, writeSync };
  Object.defineProperty(Deno, "stderr", { value: stand, configurable: true });
  try {
    await work();
  } finally {
    Object.defineProperty(Deno, "stderr", { value: stderr, configurable: true });
  }
  return parts.map((part) => new TextDecoder().decode(part)).join("");
}
