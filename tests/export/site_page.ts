/** A page that classifies photographs, as its user handles it. @module */

import { BrowserPage } from "../browser.ts";

/** An address that leads here and that browsers do not trust. */
export const ELSEWHERE = "photographs.example";

/** A photograph's card, as a reader sees it. */
export interface Card {
  /** The file's name. */
  readonly name: string;
  /** What a screen reader says of the picture. */
  readonly label?: string;
  /** The picture's columns and rows; null if there is none. */
  readonly size: readonly number[] | null;
  /** Names of classes and their shares, in the order that they stand. */
  readonly guesses: readonly (readonly [className: string, share: number])[];
  /** What stands below. */
  readonly note?: string;
  /** What went wrong. */
  readonly wrong?: string;
}

const CARDS = `[...document.querySelectorAll("#cards > li")].map((card) => ({
  name: card.querySelector("h3").textContent,
  label: card.querySelector("canvas")?.getAttribute("aria-label"),
  size: card.querySelector("canvas") && [card.querySelector("canvas").width, card.querySelector("canvas").height],
  guesses: [...card.querySelectorAll(".guesses li")].map((item) => [
    item.querySelector(".name").textContent, parseFloat(item.querySelector(".share").textContent) / 100]),
  note: card.querySelector(".note")?.textContent,
  wrong: card.querySelector(".wrong")?.textContent,
}))`;

const DONE = `document.getElementById("results").getAttribute("aria-busy") === "false"`;

/** Elements whose text is cut off. */
export const CUT_TEXTS =
  `[...document.querySelectorAll("body *")].filter((element) => element.checkVisibility() &&
  !element.closest(".unseen, .bar, select") && element.scrollWidth > element.clientWidth + 1 &&
  element.clientWidth > 0).map((element) => element.outerHTML.slice(0, 80))`;

/** An expression for the text of an element. */
export const textOf = (id: string): string => `document.getElementById("${id}").textContent`;

/** The page in a browser. */
export class SitePage implements AsyncDisposable {
  /** The browser's page. */
  readonly browser: BrowserPage;

  private constructor(browser: BrowserPage) {
    this.browser = browser;
  }

  /** Starts a browser with two pretended cameras, which reaches this machine alone. */
  static async open(program: string): Promise<SitePage> {
    const hosts = `MAP ${ELSEWHERE} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`;
    return new SitePage(
      await BrowserPage.open(program, [
        "--use-fake-device-for-media-stream=device-count=2",
        `--host-resolver-rules=${hosts}`,
      ]),
    );
  }

  /** Goes to an address and waits until the model is there. */
  async ready(address: string): Promise<void> {
    await this.browser.go(address);
    await this.browser.until(`/ready/.test(${textOf("state")})`);
  }

  /** What an element says. */
  text(id: string): Promise<string> {
    return this.browser.value(textOf(id));
  }

  /** Whether an element is seen. */
  isSeen(id: string): Promise<boolean> {
    return this.browser.value(`document.getElementById("${id}").checkVisibility()`);
  }

  /** Presses a button. */
  async click(id: string): Promise<void> {
    await this.browser.value(`document.getElementById("${id}").click()`);
  }

  /** The results, once the page is done with what `give` gives it. */
  async cardsOf(give: () => Promise<unknown>): Promise<Card[]> {
    const clear = `document.getElementById("results").removeAttribute("aria-busy")`;
    await this.browser.value(clear);
    await give();
    await this.browser.until(DONE);
    return await this.browser.value(CARDS);
  }

  /** Chooses files. */
  choose(...paths: readonly string[]): Promise<Card[]> {
    return this.cardsOf(() => this.browser.choose("#file", paths));
  }

  /** Lets an event with files happen to the page; without files it has an address. */
  async happen(type: "drop" | "paste", paths: readonly string[]): Promise<void> {
    const files = paths.map((path) => [
      path.split("/").at(-1),
      Deno.readFileSync(path).toBase64(),
    ]);
    await this.browser.value(`(() => {
      const transfer = new DataTransfer();
      for (const [name, bytes] of ${JSON.stringify(files)}) {
        transfer.items.add(new File([Uint8Array.fromBase64(bytes)], name, { type: "image/png" }));
      }
      if (${paths.length === 0}) transfer.setData("text/plain", "https://${ELSEWHERE}/a.png");
      const way = { bubbles: true, cancelable: true };
      document.body.dispatchEvent("${type}" === "drop"
        ? new DragEvent("drop", { ...way, dataTransfer: transfer })
        : new ClipboardEvent("paste", { ...way, clipboardData: transfer }));
    })()`);
  }

  /** Ends the browser. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]();
  }
}
