/** The one small script of a report's page. @module */

/**
 * Shows the values under the pointer, or where the arrow keys lead, and hides lines by their name in the legend. Text
 * is set as text, never as markup. Without the script the page shows the same drawings.
 */
export const SCRIPT: string = `
const make = (tag, parent, name) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  parent.append(element);
  return element;
};
for (const figure of document.querySelectorAll(".chart")) {
  const hidden = new Set();
  figure.querySelectorAll(".legend li").forEach((item, i) => {
    const marks = figure.querySelectorAll('[data-s="' + i + '"]');
    if (marks.length === 0) return;
    const button = document.createElement("button");
    button.append(...item.childNodes);
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      const show = hidden.delete(i);
      if (!show) hidden.add(i);
      button.setAttribute("aria-pressed", String(show));
      for (const mark of marks) mark.style.display = show ? "" : "none";
    });
    item.append(button);
  });
  const source = figure.querySelector("script");
  if (!source) continue;
  const tips = JSON.parse(source.textContent);
  for (const box of figure.querySelectorAll("[data-xs]")) {
    const xs = box.dataset.xs.split(" ").map(Number);
    const rule = make("div", box, "rule"), tip = make("div", box, "tip");
    tip.setAttribute("role", "status");
    let near = -1;
    rule.hidden = tip.hidden = true;
    const hide = () => { rule.hidden = tip.hidden = true; };
    const scaleOf = () => box.clientWidth / box.querySelector("svg").viewBox.baseVal.width;
    const show = (place) => {
      near = place;
      tip.textContent = "";
      make("b", tip).textContent = tips.heads[near];
      tips.names.forEach((name, i) => {
        if (hidden.has(i)) return;
        const line = make("div", tip);
        make("i", line, "k" + tips.colors[i]);
        line.append(name);
        make("span", line).textContent = tips.rows[near][i];
      });
      rule.hidden = tip.hidden = false;
      const left = xs[near] * scaleOf(), width = box.clientWidth;
      rule.style.left = left + "px";
      const right = left + 14 + tip.offsetWidth;
      tip.style.left = (right > width ? Math.max(0, left - 14 - tip.offsetWidth) : left + 14) + "px";
      tip.style.top = "12px";
    };
    const point = (event) => {
      const x = (event.clientX - box.getBoundingClientRect().left) / scaleOf();
      let nearest = 0;
      xs.forEach((at, i) => { if (Math.abs(at - x) < Math.abs(xs[nearest] - x)) nearest = i; });
      show(nearest);
    };
    box.addEventListener("pointermove", point);
    box.addEventListener("pointerdown", point);
    box.addEventListener("pointerleave", hide);
    box.addEventListener("blur", hide);
    box.addEventListener("keydown", (event) => {
      const last = xs.length - 1;
      const to = { ArrowLeft: Math.max(0, near - 1), ArrowRight: Math.min(last, near + 1), Home: 0, End: last }[event.key];
      if (event.key === "Escape") hide();
      else if (to >= 0) { event.preventDefault(); show(to); }
    });
  }
}
`;
