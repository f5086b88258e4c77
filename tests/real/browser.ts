/** Chromium without a window, told over its debugging protocol what to show. @module */

/** A page in a browser. */
export class BrowserPage implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #socket: WebSocket;
  readonly #folder: string;
  readonly #waiting = new Map<number, (message: { result?: unknown; error?: unknown }) => void>();
  /** What the page said on the console, errors and what it was not allowed to load. */
  readonly complaints: string[] = [];

  private constructor(process: Deno.ChildProcess, socket: WebSocket, folder: string) {
    this.#process = process;
    this.#socket = socket;
    this.#folder = folder;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
      if (message.method === "Log.entryAdded") this.complaints.push(message.params.entry.text);
      if (message.method === "Runtime.exceptionThrown") {
        this.complaints.push(message.params.exceptionDetails.text);
      }
    };
  }

  /** Starts the browser with an empty page. */
  static async open(program: string): Promise<BrowserPage> {
    const folder = await Deno.makeTempDir();
    const process = new Deno.Command(program, {
      args: [
        ...["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
        ...["--remote-debugging-port=0", `--user-data-dir=${folder}`, "about:blank"],
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
    for (const domain of ["Page", "Runtime", "Log"]) await page.send(`${domain}.enable`);
    return page;
  }

  /** Asks the browser for something in its own terms. */
  // deno-lint-ignore no-explicit-any
  async send(method: string, params: Record<string, unknown> = {}): Promise<any> {
    const id = this.#waiting.size + Math.floor(Math.random() * 1e9);
    const answer = new Promise<{ result?: unknown; error?: unknown }>((done) =>
      this.#waiting.set(id, done)
    );
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  /** Shows a file on a screen of that width. */
  async show(path: string, width: number, scheme: "light" | "dark"): Promise<void> {
    await this.send("Emulation.setDeviceMetricsOverride", {
      ...{ width, height: 900, deviceScaleFactor: 1, mobile: width < 600 },
    });
    await this.send("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: scheme }],
    });
    await this.send("Page.navigate", { url: `file://${path}` });
    while (await this.value(`document.readyState`) !== "complete") {
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** What an expression is in the page. */
  async value<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  /** Presses a key where the focus is. */
  async press(key: string): Promise<void> {
    const code = { Tab: 9, Enter: 13 }[key] ?? 0;
    const event = { key, code: key, windowsVirtualKeyCode: code };
    await this.send("Input.dispatchKeyEvent", {
      ...{ type: "keyDown", text: key === "Enter" ? "\r" : undefined },
      ...event,
    });
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
