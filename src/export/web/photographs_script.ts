/** The part of the page's script that takes photographs. @module */

/** Takes files that are chosen, dropped or pasted, and shows each with what the model says. */
export const PHOTOGRAPHS_SCRIPT: string = `
const MOST_PHOTOGRAPHS = 50;
// The pixels as the file has them, upright: as the model saw photographs when it was trained.
const AS_STORED = { imageOrientation: "from-image", colorSpaceConversion: "none", premultiplyAlpha: "none" };

const draw = (canvas, image, width, height) => {
  const scale = Math.min(1, 640 / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
};

const lookAt = async (file) => {
  const name = file.name || "a photograph";
  const card = make("li", at("cards"), { className: "card" });
  const text = make("div", card);
  make("h3", text, { textContent: name });
  const wrong = (message) => make("p", text, { className: "wrong", textContent: message });
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, AS_STORED);
  } catch {
    return wrong("This browser finds no photograph in this file. Give a JPEG, PNG or WebP file.");
  }
  const { width, height } = bitmap;
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  draw(canvas, bitmap, width, height);
  card.prepend(canvas);
  try {
    const { values, milliseconds } = await classify(bitmap);
    const list = make("ol", text, { className: "guesses" });
    showGuesses(list, values);
    make("p", text, { className: "note", textContent: Math.round(milliseconds) + " ms for " + width + " × " + height + " pixels" });
  } catch (error) {
    wrong("The model cannot say what this is: " + error.message);
  }
};

let turn = 0;
const look = async (given) => {
  const mine = ++turn;
  const files = [...given];
  at("results").hidden = false;
  at("results").setAttribute("aria-busy", "true");
  at("cards").replaceChildren();
  at("refused").hidden = true;
  at("left").hidden = files.length <= MOST_PHOTOGRAPHS;
  at("left").textContent = "The first " + MOST_PHOTOGRAPHS + " of " + files.length + " photographs are shown.";
  for (const file of files.slice(0, MOST_PHOTOGRAPHS)) {
    await lookAt(file);
    if (mine !== turn) return;
  }
  at("results").setAttribute("aria-busy", "false");
};

const takeFiles = (files) => {
  if (files.length > 0) look(files);
  else at("refused").hidden = false;
};

at("choose").addEventListener("click", () => at("file").click());
at("file").addEventListener("change", ({ target }) => {
  // The list is the element's own, and empty once it is ready for the same file again.
  const files = [...target.files];
  target.value = "";
  if (files.length > 0) look(files);
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  at("choose").classList.add("over");
});
document.addEventListener("dragleave", ({ relatedTarget }) => {
  if (relatedTarget === null) at("choose").classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  at("choose").classList.remove("over");
  takeFiles(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData.types.length === 0) return;
  event.preventDefault();
  takeFiles(event.clipboardData.files);
});
`;
