/** Camera, microphone and loudspeaker of a call: asked for, looked at, listened to, chosen, and remembered here only. */

const KEPT = "folkmoot-devices";

/** @typedef {{ videoinput?: string, audioinput?: string, audiooutput?: string }} Choice */

/** @returns {Choice} */
export function chosen() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {Choice} choice */
export function keep(choice) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...chosen(), ...choice }));
  } catch {
    // A browser that keeps nothing asks again.
  }
}

/** Size for tests and for weak machines: ?w=160&h=120&fps=5 */
function size() {
  const asked = new URLSearchParams(location.search);
  const whole = (/** @type {string} */ name, /** @type {number} */ usual) => Math.min(1280, Math.max(1, Number(asked.get(name)) || usual));
  return { width: { ideal: whole("w", 640) }, height: { ideal: whole("h", 480) }, frameRate: { ideal: whole("fps", 20), max: 30 } };
}

/**
 * Why camera or microphone cannot be used, as a word for which the page has a sentence.
 * @param {unknown} error
 * @returns {"https" | "denied" | "none" | "busy" | "devices-failed"}
 */
export function reason(error) {
  if (!navigator.mediaDevices) return "https";
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError") return "none";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "devices-failed";
}

/**
 * Camera and microphone, one of them, or why there is none. What was chosen and is gone is replaced by any other.
 * @param {{ camera: boolean, voice: boolean }} wanted
 * @returns {Promise<MediaStream>}
 */
export async function open(wanted) {
  if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
  const { videoinput, audioinput } = chosen();
  const video = wanted.camera && { ...size(), ...(videoinput ? { deviceId: { ideal: videoinput } } : {}) };
  const audio = wanted.voice && (audioinput ? { deviceId: { ideal: audioinput } } : true);
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "OverconstrainedError") return navigator.mediaDevices.getUserMedia({ video: wanted.camera, audio: wanted.voice });
    if (name !== "NotFoundError" || !wanted.camera || !wanted.voice) throw error;
    return navigator.mediaDevices.getUserMedia({ audio: true });
  }
}

/**
 * Fill the lists of devices; what cannot be chosen is not shown.
 * @param {NodeListOf<HTMLSelectElement>} lists
 */
export async function fillLists(lists) {
  const all = await navigator.mediaDevices.enumerateDevices();
  const now = chosen();
  for (const list of lists) {
    const kind = /** @type {keyof Choice} */ (list.dataset.choose);
    const found = all.filter((one) => one.kind === kind && one.deviceId);
    list.replaceChildren(...found.map((one, at) => new Option(one.label || `${at + 1}`, one.deviceId, false, one.deviceId === now[kind])));
    const shown = found.length > 0 && (kind !== "audiooutput" || "setSinkId" in HTMLMediaElement.prototype);
    list.hidden = !shown;
    const label = document.querySelector(`label[for="${list.id}"]`);
    if (label instanceof HTMLElement) label.hidden = !shown;
  }
}

/**
 * Show how loud a voice is, until stopped.
 * @param {MediaStream} stream
 * @param {HTMLMeterElement} meter
 * @returns {() => void}
 */
export function measure(stream, meter) {
  if (!stream.getAudioTracks().length) return () => undefined;
  const context = new AudioContext();
  const listener = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(listener);
  const samples = new Uint8Array(listener.fftSize);
  const timer = setInterval(() => {
    listener.getByteTimeDomainData(samples);
    meter.value = Math.min(100, Math.max(...samples.map((one) => Math.abs(one - 128))) * 1.6);
  }, 120);
  return () => {
    clearInterval(timer);
    if (context.state !== "closed") void context.close();
  };
}

/** A short sound on the chosen loudspeaker. */
export async function playTone() {
  const context = new AudioContext();
  const { audiooutput } = chosen();
  if (audiooutput && "setSinkId" in context) await /** @type {any} */ (context).setSinkId(audiooutput).catch(() => undefined);
  const tone = context.createOscillator();
  const volume = context.createGain();
  volume.gain.value = 0.15;
  tone.frequency.value = 523;
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.6);
  tone.onended = () => void context.close();
}

/**
 * Which ways out of this network there are: looks for five seconds at most.
 * @param {{ servers: RTCIceServer[], relay_only: boolean }} ice
 * @returns {Promise<"direct" | "relay" | "no-relay" | "blocked">}
 */
export async function lookAtNetwork(ice) {
  const hasRelay = ice.servers.some((one) => String(one.urls).includes("turn"));
  const pc = new RTCPeerConnection({ iceServers: ice.servers });
  pc.createDataChannel("look");
  /** @type {Set<string>} */
  const found = new Set();
  const done = new Promise((finished) => {
    pc.onicecandidate = ({ candidate }) => {
      const type = candidate?.candidate.match(/ typ (\w+)/)?.[1];
      if (type) found.add(type);
      if (!candidate || type === "relay" || (type && !hasRelay)) finished(undefined);
    };
    setTimeout(finished, 5000);
  });
  await pc.setLocalDescription();
  await done;
  pc.close();
  if (found.has("relay")) return "relay";
  if (hasRelay) return found.size ? "no-relay" : "blocked";
  return found.size ? "direct" : "blocked";
}
