/** Chromium without a window, told over its debugging protocol what to show. @module */

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Chromium is on this machine; null if it is not. */
export function findChromium(): string | null {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** What a screen is like. */
export interface Screen {
  /** Its width in pixels. */
  readonly width: number;
  /** Whether its user likes light or dark. */
  readonly scheme: "light" | "dark";
}

type Answer = { result?: unknown; error?: unknown };

/** A page in a browser. */
export class BrowserPage implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #socket: WebSocket;
  readonly #folder: string;
  readonly #waiting = new Map<number, (message: Answer) => void>();
  // deno-lint-ignore no-explicit-any
  readonly #expected = new Map<string, (params: any) => void>();
  #sent = 0;
  /** What the page said on the console, errors and what it was not allowed to load. */
  readonly complaints: string[] = [];
  /** The addresses that the page and its workers asked for. */
  readonly addresses: string[] = [];

  private constructor(process: Deno.ChildProcess, socket: WebSocket, folder: string) {
    this.#process = process;
    this.#socket = socket;
    this.#folder = folder;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.id === undefined) return this.#note(message);
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    };
  }

  // deno-lint-ignore no-explicit-any
  #note({ method, params }: any): void {
    this.#expected.get(method)?.(params);
    if (method === "Log.entryAdded") this.complaints.push(params.entry.text);
    if (method === "Runtime.exceptionThrown") this.complaints.push(params.exceptionDetails.text);
    if (method === "Network.requestWillBeSent") this.addresses.push(params.request.url);
    // A worker waits until it is listened to, so that not even its first request is missed.
    if (method === "Target.attachedToTarget") this.#listen(params.sessionId).catch(() => {});
  }

  async #listen(session?: string): Promise<void> {
    const attach = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true };
    await Promise.all([
      this.send("Network.enable", {}, session),
      this.send("Runtime.enable", {}, session),
      this.send("Log.enable", {}, session).catch(() => {}),
      this.send("Target.setAutoAttach", attach, session).catch(() => {}),
    ]);
    await this.send("Runtime.runIfWaitingForDebugger", {}, session);
  }

  /**
   * Starts the browser with an empty page.
   *
   * @param more Further arguments of the program.
   */
  static async open(program: string, more: readonly string[] = []): Promise<BrowserPage> {
    const folder = await Deno.makeTempDir();
    const process = new Deno.Command(program, {
      args: [
        ...["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
        "--disable-dev-shm-usage",
        ...["--remote-debugging-port=0", `--user-data-dir=${folder}`, ...more, "about:blank"],
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    let port = "";
    for (let tries = 0; port === "" && tries < 200; tries++) {
      await new Promise((done) => setTimeout(done, 100));
      port = await Deno.readTextFile(`${folder}/DevToolsActivePort`).catch(() => "");
    }
    const pages = await (await fetch(`http://127.0.0.1:${port.split("\n")[0]}/json`)).json();
    const address = pages.find(({ type }: { type: string }) => type === "page");
    const socket = new WebSocket(address.webSocketDebuggerUrl);
    await new Promise((done) => socket.onopen = done);
    const page = new BrowserPage(process, socket, folder);
    await page.send("Page.enable");
    await page.#listen();
    return page;
  }

  /** Asks the browser for something in its own terms. */
  async send(
    method: string,
    params: Record<string, unknown> = {},
    sessionId?: string,
    // deno-lint-ignore no-explicit-any
  ): Promise<any> {
    const id = ++this.#sent;
    const answer = new Promise<Answer>((done) => this.#waiting.set(id, done));
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  /** What the browser tells next under a name, as long as this was called before it does. */
  // deno-lint-ignore no-explicit-any
  next(method: string): Promise<any> {
    return new Promise((done) => this.#expected.set(method, done));
  }

  /** Makes the screen another one. */
  async turn({ width, scheme }: Screen): Promise<void> {
    await this.send("Emulation.setDeviceMetricsOverride", {
      ...{ width, height: 900, deviceScaleFactor: 1, mobile: width < 600 },
    });
    await this.send("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: scheme }],
    });
  }

  /** Goes to an address and waits until all of it is there. */
  async go(address: string): Promise<void> {
    await this.send("Page.navigate", { url: address });
    await this.until(`document.readyState === "complete" && location.href !== "about:blank"`);
  }

  /** Shows a file on a screen of that width. */
  async show(path: string, width: number, scheme: "light" | "dark"): Promise<void> {
    await this.turn({ width, scheme });
    await this.go(`file://${path}`);
  }

  /** What an expression is in the page; a promise is waited for. */
  async value<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  /** Waits until an expression holds in the page, half a minute at most. */
  async until(expression: string): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (await this.value(`Boolean(${expression})`)) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`The page never comes to ${expression}; it complains: ${this.complaints}`);
  }

  /** Gives files to an element that takes some. */
  async choose(selector: string, files: readonly string[]): Promise<void> {
    const { root } = await this.send("DOM.getDocument");
    const { nodeId } = await this.send("DOM.querySelector", { nodeId: root.nodeId, selector });
    await this.send("DOM.setFileInputFiles", { nodeId, files });
  }

  /** Presses a key where the focus is. */
  async press(key: string): Promise<void> {
    const code = { Tab: 9, Enter: 13, " ": 32 }[key] ?? 0;
    const event = { key, code: key === " " ? "Space" : key, windowsVirtualKeyCode: code };
    const text = { Enter: "\r", " ": " " }[key];
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", text, ...event });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  /** The whole page as PNG, or the part of it that an element takes. */
  async picture(path: string, selector = "html"): Promise<void> {
    const clip = await this.value(
      `(({x, y, width, height}) => ({x: x + scrollX, y: y + scrollY, width, height, scale: 1}))(document.querySelector(${
        JSON.stringify(selector)
      }).getBoundingClientRect())`,
    );
    const { data } = await this.send("Page.captureScreenshot", {
      ...{ clip, captureBeyondViewport: true },
    });
    await Deno.writeFile(path, Uint8Array.fromBase64(data));
  }

  /** Ends the browser. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.send("Browser.close").catch(() => {});
    await this.#process.status;
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }
}
