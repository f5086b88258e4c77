// The page in a real browser: photographs by every way in, the camera, the keyboard, light, dark and a telephone's width.
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { exportWeb } from "../../src/runs/export_web.ts";
import { BrowserPage, findChromium } from "../browser.ts";
import { picture } from "../data/images/pictures.ts";
import { FAINT_TEXTS } from "../faint_texts.ts";
import { inFolder, test } from "../helpers.ts";
import { colorModel, NAMES, nativeAnswer, shades, toPng } from "./colors.ts";
import { StaticServer } from "./static_server.ts";

const chromium = findChromium();

/** An address that leads here and that browsers do not trust, and no other that leads anywhere. */
const ELSEWHERE = "photographs.example";
const ARGUMENTS = [
  "--use-fake-device-for-media-stream=device-count=2",
  `--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
];

const text = (id: string) => `document.getElementById("${id}").textContent`;
const done = `document.getElementById("results").getAttribute("aria-busy") === "false"`;

/** The results as a reader sees them. */
const READ = `[...document.querySelectorAll("#cards > li")].map((card) => ({
  name: card.querySelector("h3").textContent,
  label: card.querySelector("canvas")?.getAttribute("aria-label"),
  size: card.querySelector("canvas") && [card.querySelector("canvas").width, card.querySelector("canvas").height],
  guesses: [...card.querySelectorAll(".guesses li")].map((item) => [
    item.querySelector(".name").textContent, parseFloat(item.querySelector(".share").textContent) / 100]),
  note: card.querySelector(".note")?.textContent,
  wrong: card.querySelector(".wrong")?.textContent,
}))`;

interface Card {
  name: string;
  label?: string;
  size: number[] | null;
  guesses: [string, number][];
  note?: string;
  wrong?: string;
}

/** Texts that are cut off. */
const CUT =
  `[...document.querySelectorAll("body *")].filter((element) => element.checkVisibility() &&
  !element.closest(".unseen, .bar, select") && element.scrollWidth > element.clientWidth + 1 &&
  element.clientWidth > 0).map((element) => element.outerHTML.slice(0, 80))`;

const screens = [1280, 390].flatMap((width) =>
  (["light", "dark"] as const).map((scheme) => ({ width, scheme }))
);

test("the page classifies photographs in a browser", async (context) => {
  await inFolder(async (folder) => {
    const site = `${folder}/site`;
    const model = colorModel();
    await exportWeb(model, site);
    model.dispose();
    await using server = new StaticServer(site);
    await using page = await BrowserPage.open(chromium!, ARGUMENTS);
    const answers = await Promise.all([0, 1, 2].map(async (color) => {
      const photograph = shades(color, 150 - 30 * color, 70 + 50 * color);
      const path = `${folder}/${["red", "green", "blue"][color]}.png`;
      await Deno.writeFile(path, toPng(photograph));
      const values = await nativeAnswer(`${site}/model.onnx`, photograph);
      // The model is right, so that the page can be.
      assertEquals(values.indexOf(Math.max(...values)), color);
      return { ...photograph, path, values, color };
    }));

    /** The page says what ONNX Runtime says outside of a browser of the same pixels. */
    const check = ({ name, label, guesses, note }: Card, answer: typeof answers[number]) => {
      assertEquals([name, label], [answer.path.split("/").at(-1), name]);
      assertEquals(guesses.length, 3);
      assertEquals(guesses[0][0], NAMES[answer.color]);
      for (const [className, share] of guesses) {
        assertAlmostEquals(share, answer.values[NAMES.indexOf(className)], 1e-3);
      }
      assertStringIncludes(note!, `ms for ${answer.width} × ${answer.height} pixels`);
    };
    const cards = () => page.value<Card[]>(READ);
    /** Gives photographs to the page and waits until it is done with them. */
    const choose = async (...paths: string[]) => {
      await page.value(`document.getElementById("results").removeAttribute("aria-busy")`);
      await page.choose("#file", paths);
      await page.until(done);
    };
    const ready = async (address = server.address) => {
      await page.go(address);
      await page.until(`/ready/.test(${text("state")})`);
    };
    /** Lets an event with files happen to the page. */
    const happen = (type: "drop" | "paste", paths: readonly string[]) => {
      const files = paths.map((path) => [
        path.split("/").at(-1),
        Deno.readFileSync(path).toBase64(),
      ]);
      return page.value(`(() => {
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
    };

    await context.step("a chosen photograph, a dropped one and a pasted one", async () => {
      await ready();
      await choose(answers[0].path);
      check((await cards())[0], answers[0]);
      for (const [type, answer] of [["drop", answers[1]], ["paste", answers[2]]] as const) {
        await happen(type, [answer.path]);
        await page.until(done);
        const [card, ...others] = await cards();
        assertEquals(others, []);
        check(card, answer);
      }
      await happen("drop", []);
      assert(await page.value(`document.getElementById("refused").checkVisibility()`));
    });

    await context.step("several at once, in their order, and files that are none", async () => {
      const [turned, broken, words] = ["turned.jpg", "broken.png", "words.png"].map((name) =>
        `${folder}/${name}`
      );
      await Deno.writeFile(turned, picture("turned.jpg"));
      await Deno.writeFile(broken, toPng(shades(0, 50, 50)).slice(0, 60));
      await Deno.writeTextFile(words, "no photograph");
      const [red, green, blue] = answers;
      await choose(green.path, words, red.path, broken, blue.path, turned);
      const found = await cards();
      assertEquals(found.length, 6);
      for (const [i, answer] of [[0, green], [2, red], [4, blue]] as const) check(found[i], answer);
      for (const i of [1, 3]) {
        assertStringIncludes(found[i].wrong!, "finds no photograph in this file");
        assertEquals(found[i].guesses, []);
      }
      // 44 x 33 pixels in the file, upright 33 x 44.
      assertEquals(found[5].size, [33, 44]);
      assertStringIncludes(found[5].note!, "33 × 44 pixels");
    });

    await context.step("light, dark, and a telephone's width", async () => {
      assertEquals(await page.value("document.title"), `${NAMES[0]}, ${NAMES[1]} or ${NAMES[2]}?`);
      assertEquals(await page.value(`document.querySelectorAll("b b, h1 b, li b, img").length`), 0);
      for (const screen of screens) {
        await page.turn(screen);
        const { width, scheme } = screen;
        const where = `${scheme}, ${width} px`;
        assertEquals(await page.value("document.documentElement.scrollWidth"), width, where);
        assertEquals(await page.value(FAINT_TEXTS), [], where);
        assertEquals(await page.value(CUT), [], where);
      }
    });

    await context.step("by the keyboard alone", async () => {
      await ready();
      const focused = () =>
        page.value<string>("document.activeElement.id || document.activeElement.tagName");
      await page.press("Tab");
      assertEquals(await focused(), "choose");
      const outline = "getComputedStyle(document.activeElement).outlineStyle";
      assertEquals(await page.value(outline), "solid");
      await page.send("Page.setInterceptFileChooserDialog", { enabled: true });
      for (const key of ["Enter", " "]) {
        const opened = page.next("Page.fileChooserOpened");
        await page.press(key);
        const { backendNodeId, mode } = await opened;
        assertEquals(mode, "selectMultiple");
        const files = [answers[1].path];
        await page.send("DOM.setFileInputFiles", { backendNodeId, files });
        await page.until(`${done} && ${READ}.length === 1`);
        check((await cards())[0], answers[1]);
        await page.value(`document.getElementById("cards").replaceChildren()`);
      }
      await page.send("Page.setInterceptFileChooserDialog", { enabled: false });
      const reached = [];
      for (let i = 0; i < 3; i++) {
        await page.press("Tab");
        reached.push(await focused());
        assertEquals(await page.value(outline), "solid", reached.at(-1));
      }
      assertEquals(reached, ["camera", "SUMMARY", "A"]);
    });

    await context.step("a camera that is refused, and one that is not", async () => {
      const state = text("camera-state");
      const set = (setting: string) =>
        page.send("Browser.setPermission", { permission: { name: "camera" }, setting });
      const press = () => page.value(`document.getElementById("camera").click()`);
      await set("denied");
      await press();
      await page.until(`/refused.*Allow it/.test(${state})`);
      await set("granted");
      await press();
      // The pretended camera shows green.
      const guess = `document.querySelector("#camera-guesses .name")?.textContent`;
      await page.until(`${guess} === "green"`);
      assertEquals(await page.value(state), "");
      await page.until(`/^green, /.test(${text("camera-said")})`);
      // It goes on: what is not there comes back.
      await page.value(`document.getElementById("camera-guesses").replaceChildren()`);
      await page.until(`${guess} === "green"`);
      await page.value(`(() => {
        const which = document.getElementById("which");
        which.selectedIndex = 1;
        which.dispatchEvent(new Event("change"));
      })()`);
      const label = `document.getElementById("video").srcObject?.getVideoTracks()[0].label`;
      await page.until(`${label} === "fake_device_1"`);
      await page.until(`!document.getElementById("camera").disabled`);
      const track = `document.getElementById("video").srcObject.getVideoTracks()[0]`;
      await page.value(`void (globalThis.track = ${track})`);
      await press();
      assertEquals(await page.value("track.readyState"), "ended");
      assertEquals(await page.value(`document.getElementById("still").checkVisibility()`), true);
    });

    await context.step("the page asks nothing of any other place, and may not", async () => {
      const own = new URL(server.address);
      const strangers = page.addresses.filter((address) =>
        !address.startsWith(own.href) && !/^(data|blob):/.test(address)
      );
      assertEquals(strangers, []);
      assert(page.addresses.includes(`${own}model.onnx`));
      assertEquals(page.complaints, []);
      const address = `http://${ELSEWHERE}:${own.port}/index.html`;
      const said = await page.value(`fetch("${address}").then(() => "came", () => "refused")`);
      assertEquals(said, "refused");
      assertStringIncludes(page.complaints.join(), "Content Security Policy");
    });

    await context.step("where browsers give no camera, the page says so", async () => {
      await ready(`http://${ELSEWHERE}:${new URL(server.address).port}/`);
      await page.value(`document.getElementById("camera").click()`);
      assertStringIncludes(
        await page.value(text("camera-state")),
        "only to pages that come over https",
      );
      await choose(answers[2].path);
      check((await cards())[0], answers[2]);
    });

    await context.step("threads, where the server lets them", async () => {
      server.isolated = true;
      await ready();
      const threads = Math.min(4, navigator.hardwareConcurrency);
      if (threads > 1) {
        assertStringIncludes(await page.value(text("state")), `in ${threads} threads`);
      }
      await choose(answers[0].path);
      check((await cards())[0], answers[0]);
      server.isolated = false;
    });

    await context.step("what lacks is named", async () => {
      for (
        const [path, message] of [
          ["/model.onnx", "model.onnx cannot be loaded (404)"],
          ["/onnxruntime/ort.wasm.min.js", "the folder onnxruntime cannot be loaded"],
          ["/onnxruntime/ort-wasm-simd-threaded.wasm", ".wasm cannot be loaded (404)"],
        ]
      ) {
        server.missing.add(path);
        await page.go(server.address);
        await page.until(`document.getElementById("state").className === "wrong"`);
        assertStringIncludes(await page.value(text("state")), message);
        server.missing.clear();
      }
      // A photograph that waits for the model is told, too.
      await page.go(`file://${site}/index.html`);
      assertStringIncludes(await page.value(text("state")), "python3 -m http.server");
      await choose(answers[0].path);
      assertStringIncludes((await cards())[0].wrong!, "it has not started");
    });
  });
}, { ignore: chromium === null });
