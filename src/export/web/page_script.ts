/** The script of the page, put together from its parts. @module */

import { CAMERA_SCRIPT } from "./camera_script.ts";
import { MODEL_SCRIPT } from "./model_script.ts";
import { PHOTOGRAPHS_SCRIPT } from "./photographs_script.ts";

/** Everything that the page itself does; the model runs in another thread. Text is set as text, never as markup. */
export const PAGE_SCRIPT: string = `"use strict";
const about = JSON.parse(document.querySelector('script[type="application/json"]').textContent);
const at = (id) => document.getElementById(id);
const make = (tag, parent, properties = {}) => {
  const element = Object.assign(document.createElement(tag), properties);
  parent.append(element);
  return element;
};
const say = (text, wrong = false) => {
  at("state").textContent = text;
  at("state").className = wrong ? "wrong" : "";
};
const percent = (share) => (100 * share).toFixed(1) + " %";
${MODEL_SCRIPT}${PHOTOGRAPHS_SCRIPT}${CAMERA_SCRIPT}start();
`;
