/** The part of the page's script that talks to the model. @module */

/** Starts the thread with the model, shows how loading goes, asks it, and shows what it says. */
export const MODEL_SCRIPT: string = `
const asked = new Map();
let count = 0, worker = null, broken = null;

const fail = (message) => {
  broken = message;
  say(message, true);
  at("progress").hidden = true;
  for (const { reject } of asked.values()) reject(new Error(message));
  asked.clear();
};

const told = {
  progress({ loaded }) {
    at("progress").value = Math.min(1, loaded / about.bytes);
  },
  ready({ threads }) {
    at("progress").hidden = true;
    say("The model is ready" + (threads > 1 ? ", in " + threads + " threads." : "."));
  },
  broken({ message }) {
    fail("The model cannot run here: " + message);
  },
  answer({ ask, message, ...answer }) {
    const { resolve, reject } = asked.get(ask) ?? {};
    asked.delete(ask);
    if (message === undefined) resolve?.(answer);
    else reject?.(new Error(message));
  },
};

const start = () => {
  if (location.protocol === "file:") return;
  at("progress").hidden = false;
  say("Loading the model (" + about.size + ") …");
  try {
    worker = new Worker("worker.js", { type: "module" });
  } catch (error) {
    return fail("The model cannot run here: " + error.message);
  }
  worker.onmessage = ({ data }) => told[data.kind](data);
  worker.onerror = (event) => {
    event.preventDefault();
    fail("The model cannot run here: " + (event.message || "worker.js or the folder onnxruntime cannot be loaded. Is the whole folder served?"));
  };
};

const classify = (bitmap) => new Promise((resolve, reject) => {
  if (broken !== null || worker === null) return reject(new Error(broken ?? "it has not started, see above"));
  asked.set(++count, { resolve, reject });
  worker.postMessage({ ask: count, bitmap }, [bitmap]);
});

const nameOf = (index) => about.classNames?.[index] ?? "class " + index;

const showGuesses = (list, values) => {
  const best = [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, 5);
  list.replaceChildren(...best.map((index) => {
    const item = document.createElement("li");
    make("span", item, { className: "name", textContent: nameOf(index) });
    item.append(" ");
    make("span", item, { className: "share", textContent: percent(values[index]) });
    const bar = make("span", item, { className: "bar" });
    bar.setAttribute("aria-hidden", "true");
    make("i", bar).style.width = 100 * values[index] + "%";
    return item;
  }));
  return nameOf(best[0]) + ", " + percent(values[best[0]]);
};
`;
