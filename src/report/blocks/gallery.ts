/** Small images with what is to be said of each. @module */

import type { GalleryBlock, GalleryImage } from "../data.ts";
import { type Html, html } from "../html.ts";
import { addressesWithin } from "../images.ts";

const MARKS = { good: "✓ right", bad: "✗ wrong" };

/** A grid of images that take at most `bytes` in the page. */
export function drawGallery(block: GalleryBlock, bytes: number): Html {
  const { title, images } = block;
  const addresses = addressesWithin(images, bytes);
  const shown = addresses.map((address, i) => drawImage(images[i], address));
  return html`
    <figure
      class="card"><figcaption>${title}</figcaption>${images.length === 0 &&
        html`<p class="none">No images.</p>`}<ul class="gallery">${shown}</ul>${shown.length <
          images.length &&
        html`<p class="note">The first ${shown.length} of ${images.length} images: there is no room for more.</p>`}</figure>
  `;
}

function drawImage(
  { caption, details = [], tone, width, height }: GalleryImage,
  address: string,
): Html {
  return html`
    <li
      class="${tone}"><img src="${address}" width="${width}" height="${height}" alt="${caption}">${tone &&
        html`<b>${MARKS[tone]}</b>`}<span>${caption}</span>${details.length > 0 &&
        html`<dl>${
          details.map(([name, value]) =>
            html`
              <div>
                <dt>${name}</dt>
                <dd>${value}</dd>
              </div>
            `
          )
        }</dl>`}</li>
  `;
}
