/** The part of the page's script that looks through the camera. @module */

/** Starts and stops the camera, and asks the model a few times a second, never before it has answered. */
export const CAMERA_SCRIPT: string = `
const MOST_A_SECOND = 4;
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const REFUSALS = {
  NotAllowedError: "The camera was refused. Allow it for this page in the browser's settings, beside the address, and start it again.",
  NotFoundError: "There is no camera on this device.",
  OverconstrainedError: "That camera is gone. Choose another one.",
  NotReadableError: "The camera is in use by another program. Close that, and start it again.",
};
let stream = null;

const cameraSays = (message) => {
  at("camera-state").textContent = message;
  at("camera-state").hidden = message === "";
};

const stopCamera = () => {
  if (stream === null) return;
  const video = at("video");
  if (video.videoWidth > 0) draw(at("still"), video, video.videoWidth, video.videoHeight);
  for (const track of stream.getTracks()) track.stop();
  stream = video.srcObject = null;
  video.hidden = true;
  at("still").hidden = false;
  at("camera").textContent = "Start the camera";
};

const listCameras = async (current) => {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
  at("which-camera").hidden = cameras.length < 2;
  at("which").replaceChildren(...cameras.map(({ deviceId, label }, i) =>
    new Option(label || "camera " + (i + 1), deviceId, false, deviceId === current)));
};

const watch = async (own) => {
  let said = "", when = -Infinity;
  while (stream === own) {
    const begin = performance.now();
    if (!document.hidden && at("video").readyState >= 2) {
      try {
        const { values, milliseconds } = await classify(await createImageBitmap(at("video")));
        if (stream !== own) return;
        const best = showGuesses(at("camera-guesses"), values);
        at("camera-note").textContent = Math.round(milliseconds) + " ms for each picture";
        // A screen reader is told when the class changes, and not four times a second.
        if (nameOf(values.indexOf(Math.max(...values))) !== said && begin - when > 2000) {
          said = nameOf(values.indexOf(Math.max(...values)));
          when = begin;
          at("camera-said").textContent = best;
        }
      } catch (error) {
        if (stream !== own) return;
        stopCamera();
        return cameraSays("The model cannot say what the camera sees: " + error.message);
      }
    }
    await sleep(Math.max(30, 1000 / MOST_A_SECOND - (performance.now() - begin)));
  }
};

const startCamera = async () => {
  if (!navigator.mediaDevices?.getUserMedia) {
    return cameraSays("Browsers give the camera only to pages that come over https, or from localhost. Serve this folder over https, or open it as http://localhost on this machine.");
  }
  const chosen = at("which").value;
  const wanted = chosen ? { deviceId: { exact: chosen } } : { facingMode: "environment" };
  cameraSays("");
  // Telephones give out one camera at a time.
  stopCamera();
  at("camera").disabled = true;
  try {
    const own = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480, ...wanted } });
    stream = own;
    const [track] = own.getVideoTracks();
    track.onended = () => {
      if (stream === own) stopCamera();
    };
    at("video").srcObject = own;
    at("live").hidden = at("video").hidden = false;
    at("still").hidden = true;
    at("camera").textContent = "Stop the camera";
    await at("video").play();
    await listCameras(track.getSettings().deviceId);
    watch(own);
  } catch (error) {
    stopCamera();
    cameraSays(REFUSALS[error.name] ?? "The camera cannot be started: " + error.message);
  } finally {
    at("camera").disabled = false;
  }
};

at("camera").addEventListener("click", () => stream === null ? startCamera() : stopCamera());
at("which").addEventListener("change", startCamera);
addEventListener("pagehide", stopCamera);
`;
