/** The page that classifies photographs. @module */

import { VERSION } from "../../base/version.ts";
import { htmlDocument } from "../../report/document.ts";
import { type Html, html, jsonScript } from "../../report/html.ts";
import { PAGE_STYLE } from "./page_style.ts";
import { RUNTIME, RUNTIME_VERSION } from "./runtime_files.ts";

/** What makes a page one of this package, which a later one may take the place of. */
export const GENERATOR = "apprentice export web";

/** What the page says. */
export interface PageContent {
  /** The heading. */
  readonly title: string;
  /** What the model is: lines of a name and a value. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The names of the classes; null if there are none. */
  readonly classNames: readonly string[] | null;
  /** The bytes that the page loads before it can answer. */
  readonly bytes: number;
  /** The same in words. */
  readonly size: string;
}

/** The whole page. What it may load is said in it: files beside it, and no script or style that is not this package's. */
export async function page(content: PageContent): Promise<string> {
  const { title, facts, classNames, bytes, size } = content;
  const style = new TextEncoder().encode(PAGE_STYLE);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", style)).toBase64();
  const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; ` +
    `connect-src 'self'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const body = html`
    <header>
      <h1>${title}</h1>
      <p>The model runs in this browser. No photograph leaves this device.</p>
    </header>
    ${MAIN}
    <section class="about">
    <h2>About this model</h2>
    <dl>${facts.map(([name, value]) =>
      html`
        <dt>${name}</dt>
        <dd>${value}</dd>
      `
    )}</dl>
    ${classNames !== null && html`
      <details>
        <summary>All ${classNames.length} classes</summary>
        <ol class="classes">${classNames.map((name) =>
          html`
            <li>${name}</li>
          `
        )}</ol>
      </details>
    `}
    </section>
    </main>
    <footer>Made with apprentice ${VERSION}. Runs on ${RUNTIME} ${RUNTIME_VERSION}
    (<a href="LICENSES.txt">licenses</a>).</footer>
    ${jsonScript({ classNames, bytes, size })}
    <script src="page.js"></script>
  `;
  return htmlDocument({ title, policy, generator: GENERATOR, style: PAGE_STYLE, body });
}

const MAIN: Html = html`
  <main>
    <button type="button" class="drop" id="choose"><b>Drop photographs here</b>
  <span>or press to choose them, or paste one</span></button>
    <input type="file" id="file" accept="image/*" multiple hidden>
    <div class="row">
      <button type="button" id="camera">Start the camera</button>
      <label id="which-camera" hidden>Camera <select id="which"></select></label>
    </div>
    <p id="camera-state" role="alert" class="wrong" hidden></p>
    <p id="refused" role="alert" class="wrong"
      hidden>That is no file. Save the photograph first: this page loads nothing
  from elsewhere.</p>
    <p id="state" role="status"
      class="late">This page has not started. It needs JavaScript, and a server: a browser does
  not let a page that is opened as a file read the model beside it. Run <code>python3 -m http.server</code> or
  <code>deno run -A jsr:@std/http/file-server</code> in this folder, and open the address that it prints.</p>
    <progress id="progress" max="1" value="0" aria-label="Loading the model" hidden></progress>
    <section id="live" hidden>
      <h2>Camera</h2>
      <div class="card">
        <div>
          <video id="video" muted playsinline aria-label="What the camera sees"></video>
          <canvas id="still" role="img" aria-label="What the camera saw last" hidden></canvas>
        </div>
        <div>
          <ol id="camera-guesses" class="guesses"></ol>
          <p id="camera-note" class="note"></p>
        </div>
      </div>
      <p id="camera-said" role="status" class="unseen"></p>
    </section>
    <section id="results" aria-live="polite" hidden>
      <h2>Results</h2>
      <p id="left" class="note" hidden></p>
      <ol id="cards"></ol>
    </section>
`;
