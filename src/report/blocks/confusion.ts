/** Which classes are taken for which: a map, or where that would be too large the pairs that matter. @module */

import { formatCount } from "../../base/text.ts";
import { checkCounts, totalOf } from "../confusion_counts.ts";
import type { ConfusionBlock } from "../data.ts";
import { type Html, html } from "../html.ts";
import { mostConfused } from "../most_confused.ts";
import { scrollBox } from "./scroll_box.ts";
import { drawTable } from "./table.ts";

/** A map of more classes than this cannot be taken in. */
const MOST_CLASSES = 30;
/** With more classes than this the cells of the map are made smaller. */
const ROOMY = 15;

/** The confusion of a model's classes. */
export function drawConfusion(block: ConfusionBlock): Html {
  checkCounts(block.counts, block.classes.length);
  return block.classes.length <= MOST_CLASSES ? drawMap(block) : drawPairs(block);
}

/** A row for each true class. Color is the share of the class's images, so that rare classes are seen too. */
function drawMap({ title, classes, counts }: ConfusionBlock): Html {
  const rows = counts.map((row, truth) => {
    const all = totalOf(row);
    const cells = row.map((count, predicted) => {
      // The root, or a class taken for another in one case of twenty would not be seen.
      const heat = all > 0 ? Math.sqrt(count / all) : 0;
      const right = truth === predicted;
      const words = `${formatCount(count)} of ${formatCount(all)} images of ${
        classes[truth]
      } taken for ${right ? "what they are" : classes[predicted]}`;
      return html`
        <td class="n heat ${right ? "right" : ""} ${count === 0 ? "zero" : ""}" style="--h:${Math
          .round(heat * 100)}"
          title="${words}">${formatCount(count)}</td>
      `;
    });
    const recall = all > 0 ? `${(100 * row[truth] / all).toFixed(1)}%` : "–";
    return html`<tr><th scope="row">${
      classes[truth]
    }</th>${cells}<td class="n recall">${recall}</td></tr>`;
  });
  const head = classes.map((name) => html`<th scope="col" class="n"><span>${name}</span></th>`);
  const above = html`
    <p
      class="note">Rows are true classes, columns what their images were taken for; framed cells are right.</p>
    <p class="scale">share of the row <span>0%</span><i></i><span>100%</span></p>
  `;
  const dense = classes.length > ROOMY ? "dense" : "";
  return scrollBox(
    title,
    html`
      <table class="confusion ${dense}">
        <thead>
          <tr><th scope="col">true class</th>${head}<th scope="col" class="n recall"><span>right</span></th></tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    `,
    { above },
  );
}

function drawPairs({ title, classes, counts }: ConfusionBlock): Html {
  const right = counts.reduce((sum, row, i) => sum + row[i], 0);
  const all = counts.reduce((sum, row) => sum + totalOf(row), 0);
  const pairs = mostConfused(counts);
  return drawTable({
    title: `${title}: what is confused most`,
    columns: [
      { title: "true class" },
      { title: "taken for" },
      { title: "images", kind: "count" },
      { title: "share of the class", kind: "percent" },
    ],
    rows: pairs.map(({ truth, predicted, images, share }) => [
      classes[truth],
      classes[predicted],
      images,
      share,
    ]),
    note: `${formatCount(right)} of ${
      formatCount(all)
    } images of ${classes.length} classes are right${
      pairs.length > 0
        ? `; these ${pairs.length} pairs are ${
          formatCount(pairs.reduce((sum, { images }) => sum + images, 0))
        } of the ${formatCount(all - right)} that are not`
        : ""
    }.`,
  });
}
