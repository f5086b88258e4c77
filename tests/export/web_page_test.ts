// The page in a real browser: photographs by every way in, the camera, the keyboard, light, dark and a telephone's width.
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { exportWeb } from "../../src/runs/export_web.ts";
import { findChromium } from "../browser.ts";
import { picture } from "../data/images/pictures.ts";
import { FAINT_TEXTS } from "../faint_texts.ts";
import { inFolder, test } from "../helpers.ts";
import { colorModel, NAMES, nativeAnswer, shades, toPng } from "./colors.ts";
import { type Card, CUT_TEXTS, ELSEWHERE, SitePage, textOf } from "./site_page.ts";
import { StaticServer } from "./static_server.ts";

const chromium = findChromium();

/** A photograph of one color, in a file, and what ONNX Runtime says of it outside of a browser. */
async function photographOf(color: number, folder: string) {
  const photograph = shades(color, 150 - 30 * color, 70 + 50 * color);
  const name = `${["red", "green", "blue"][color]}.png`;
  await Deno.writeFile(`${folder}/${name}`, toPng(photograph));
  const values = await nativeAnswer(`${folder}/site/model.onnx`, photograph);
  // The model is right, so that the page can be.
  assertEquals(values.indexOf(Math.max(...values)), color);
  return { ...photograph, name, path: `${folder}/${name}`, values, color };
}

type Answer = Awaited<ReturnType<typeof photographOf>>;

/** The page says what ONNX Runtime says of the same pixels. */
function check(card: Card, { name, values, color, width, height }: Answer): void {
  assertEquals([card.name, card.label], [name, name]);
  assertEquals(card.guesses.length, 3);
  assertEquals(card.guesses[0][0], NAMES[color]);
  for (const [className, share] of card.guesses) {
    assertAlmostEquals(share, values[NAMES.indexOf(className)], 1e-3);
  }
  assertStringIncludes(card.note!, `ms for ${width} × ${height} pixels`);
}

test("the page classifies photographs in a browser", async (context) => {
  await inFolder(async (folder) => {
    const site = `${folder}/site`;
    const model = colorModel();
    await exportWeb(model, site);
    model.dispose();
    await using server = new StaticServer(site);
    await using page = await SitePage.open(chromium!);
    const { browser } = page;
    const [red, green, blue] = await Promise.all(
      [0, 1, 2].map((color) => photographOf(color, folder)),
    );

    await context.step("a chosen photograph, a dropped one and a pasted one", async () => {
      await page.ready(server.address);
      check((await page.choose(red.path))[0], red);
      for (const [type, answer] of [["drop", green], ["paste", blue]] as const) {
        const [card, ...others] = await page.cardsOf(() => page.happen(type, [answer.path]));
        assertEquals(others, []);
        check(card, answer);
      }
      await page.happen("drop", []);
      assert(await page.isSeen("refused"));
    });

    await context.step("several at once, in their order, and files that are none", async () => {
      const [turned, broken, words] = ["turned.jpg", "broken.png", "words.png"].map((name) =>
        `${folder}/${name}`
      );
      await Deno.writeFile(turned, picture("turned.jpg"));
      await Deno.writeFile(broken, toPng(shades(0, 50, 50)).slice(0, 60));
      await Deno.writeTextFile(words, "no photograph");
      const found = await page.choose(green.path, words, red.path, broken, blue.path, turned);
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
      const title = `${NAMES[0]}, ${NAMES[1]} or ${NAMES[2]}?`;
      assertEquals(await browser.value("document.title"), title);
      const markup = `document.querySelectorAll("b b, h1 b, li b, img").length`;
      assertEquals(await browser.value(markup), 0);
      for (const width of [1280, 390]) {
        for (const scheme of ["light", "dark"] as const) {
          await browser.turn({ width, scheme });
          const where = `${scheme}, ${width} px`;
          assertEquals(await browser.value("document.documentElement.scrollWidth"), width, where);
          assertEquals(await browser.value(FAINT_TEXTS), [], where);
          assertEquals(await browser.value(CUT_TEXTS), [], where);
        }
      }
    });

    await context.step("by the keyboard alone", async () => {
      await page.ready(server.address);
      const next = async () => {
        await browser.press("Tab");
        const outline = "getComputedStyle(document.activeElement).outlineStyle";
        assertEquals(await browser.value(outline), "solid");
        return await browser.value("document.activeElement.id || document.activeElement.tagName");
      };
      assertEquals(await next(), "choose");
      await browser.send("Page.setInterceptFileChooserDialog", { enabled: true });
      for (const [key, answer] of [["Enter", green], [" ", blue]] as const) {
        const cards = await page.cardsOf(async () => {
          const opened = browser.next("Page.fileChooserOpened");
          await browser.press(key);
          const { backendNodeId, mode } = await opened;
          assertEquals(mode, "selectMultiple");
          const files = [answer.path];
          await browser.send("DOM.setFileInputFiles", { backendNodeId, files });
        });
        check(cards[0], answer);
      }
      await browser.send("Page.setInterceptFileChooserDialog", { enabled: false });
      assertEquals([await next(), await next(), await next()], ["camera", "SUMMARY", "A"]);
    });

    await context.step("a camera that is refused, and one that is not", async () => {
      const set = (setting: string) =>
        browser.send("Browser.setPermission", { permission: { name: "camera" }, setting });
      await set("denied");
      await page.click("camera");
      await browser.until(`/refused.*Allow it/.test(${textOf("camera-state")})`);
      await set("granted");
      await page.click("camera");
      // The pretended camera shows green.
      const guess = `document.querySelector("#camera-guesses .name")?.textContent`;
      await browser.until(`${guess} === "green"`);
      assert(!await page.isSeen("camera-state"));
      await browser.until(`/^green, /.test(${textOf("camera-said")})`);
      // It goes on: what is taken away comes back.
      await browser.value(`document.getElementById("camera-guesses").replaceChildren()`);
      await browser.until(`${guess} === "green"`);
      await browser.value(`(() => {
        const which = document.getElementById("which");
        which.selectedIndex = 1;
        which.dispatchEvent(new Event("change"));
      })()`);
      const track = `document.getElementById("video").srcObject?.getVideoTracks()[0]`;
      await browser.until(`${track}?.label === "fake_device_1"`);
      await browser.until(`!document.getElementById("camera").disabled`);
      await browser.value(`void (globalThis.track = ${track})`);
      await page.click("camera");
      assertEquals(await browser.value("track.readyState"), "ended");
      assert(await page.isSeen("still"));
    });

    await context.step("the page asks nothing of any other place, and may not", async () => {
      const { addresses, complaints } = browser;
      const own = new URL(server.address);
      const strangers = addresses.filter((address) =>
        !address.startsWith(own.href) && !/^(data|blob):/.test(address)
      );
      assertEquals(strangers, []);
      assert(addresses.includes(`${own}model.onnx`));
      assertEquals(complaints, []);
      const address = `http://${ELSEWHERE}:${own.port}/index.html`;
      const said = await browser.value(`fetch("${address}").then(() => "came", () => "refused")`);
      assertEquals(said, "refused");
      assertStringIncludes(complaints.join(), "Content Security Policy");
    });

    await context.step("where browsers give no camera, the page says so", async () => {
      await page.ready(`http://${ELSEWHERE}:${new URL(server.address).port}/`);
      await page.click("camera");
      assertStringIncludes(await page.text("camera-state"), "only to pages that come over https");
      check((await page.choose(blue.path))[0], blue);
    });

    await context.step("threads, where the server lets them", async () => {
      server.isolated = true;
      await page.ready(server.address);
      const threads = Math.min(4, navigator.hardwareConcurrency);
      if (threads > 1) assertStringIncludes(await page.text("state"), `in ${threads} threads`);
      check((await page.choose(red.path))[0], red);
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
        await browser.go(server.address);
        await browser.until(`document.getElementById("state").className === "wrong"`);
        assertStringIncludes(await page.text("state"), message);
        server.missing.clear();
      }
      await browser.go(`file://${site}/index.html`);
      assertStringIncludes(await page.text("state"), "python3 -m http.server");
      // A photograph that waits for the model is told, too.
      const [{ wrong }] = await page.choose(red.path);
      assertStringIncludes(wrong!, "it has not started");
    });
  });
}, { ignore: chromium === null });
