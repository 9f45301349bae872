/** The page of a meeting room: its clock, its notes, and the call with its check of devices and its buttons. */
import { startClock } from "./call-clock.js";
import * as devices from "./call-devices.js";
import { GO_IN, makeCall } from "./call.js";
import { sendInBackground } from "./live-forms.js";
import { onWithout } from "./live.js";
import { refresh } from "./refresh.js";
import { announce } from "./toasts.js";

const place = document.querySelector("[data-room-clock]");
const clock = place instanceof HTMLElement ? startClock(place) : undefined;
const part = document.querySelector("[data-room-part]");
const region = document.getElementById("call");

/** @type {ReturnType<typeof setTimeout> | undefined} */
let looking;

function lookAgain() {
  clearTimeout(looking);
  looking = setTimeout(() => part instanceof HTMLElement && void refresh(part, false).catch(() => undefined), 150);
}

// What is done in the room is sent in the background, so that a call goes on; but for what leads elsewhere anyway.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form instanceof HTMLFormElement && /\/room\/(?!video$)/.test(form.action)) form.dataset.live = "";
  },
  true,
);

sendInBackground({
  look: async () => {
    for (const one of document.querySelectorAll("[data-refresh]")) if (one instanceof HTMLElement) await refresh(one, false);
  },
  sent: (form) => {
    if (form.dataset.clear !== undefined) form.reset();
    form.closest("dialog")?.close();
  },
  failed: region?.getAttribute("data-say-failed") ?? "",
});

/** @param {HTMLElement} call */
function start(call) {
  /**
   * @template {Element} T
   * @param {string} selector
   * @returns {T}
   */
  const one = (selector) => /** @type {T} */ (document.querySelector(selector));
  const check = /** @type {HTMLElement} */ (one("[data-check]"));
  const controls = /** @type {HTMLElement} */ (one("[data-controls]"));
  const note = /** @type {HTMLElement} */ (one("[data-check-note]"));
  const writing = /** @type {HTMLFormElement} */ (one("[data-caption-form]"));
  const preview = /** @type {HTMLVideoElement} */ (one("[data-preview]"));
  const meter = /** @type {HTMLMeterElement} */ (one("[data-meter]"));
  /** @type {NodeListOf<HTMLSelectElement>} */
  const lists = document.querySelectorAll("[data-choose]");
  /** @type {MediaStream | undefined} */
  let stream;
  let unmeasure = () => undefined;

  const made = makeCall(call, {
    phase: (phase) => {
      check.hidden = phase !== "out";
      controls.hidden = phase !== "in";
      if (phase === "out") {
        writing.hidden = true;
        lookAgain();
      }
      if (phase === "in") button("data-leave-call").focus();
    },
    room: (room) => {
      clock?.set(room.clock);
      // In a call that goes from one to the next, facts tell the page; here is only who of one's own pair is in it.
      const seen = call.dataset.again === undefined ? String(room.rev) : room.peers.map((peer) => peer.person).join(" ");
      if (seen !== call.dataset.seen) lookAgain();
      call.dataset.seen = seen;
    },
    me: ({ captions }) => (writing.hidden = !captions),
    ahead: (ms) => clock?.sync(ms),
    switched: (media) => {
      press("data-mic", media.mic, media.mic ? "mic-on" : "mic-off");
      press("data-cam", media.cam, media.cam ? "cam-on" : "cam-off");
      press("data-screen", media.screen);
      press("data-hand", media.hand);
    },
  });

  /** @param {string} name */
  const button = (name) => /** @type {HTMLButtonElement} */ (one(`[${name}]`));

  /**
   * @param {string} name
   * @param {boolean} on
   * @param {string} [words]
   */
  const press = (name, on, words) => {
    button(name).setAttribute("aria-pressed", String(on));
    const label = button(name).querySelector("[data-slot=label]");
    if (words && label) label.textContent = made.view.words(words);
  };

  /** @param {boolean} both whether to look at the camera too */
  const look = async (both = true) => {
    unmeasure();
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = undefined;
    try {
      stream = await devices.open({ camera: both, voice: true });
      preview.srcObject = stream;
      preview.parentElement?.classList.toggle("has-picture", stream.getVideoTracks().length > 0);
      void preview.play().catch(() => undefined);
      await devices.fillLists(lists);
      const parts = one("[data-devices]");
      if (parts instanceof HTMLElement) parts.hidden = false;
      const stop = devices.measure(stream, meter);
      unmeasure = () => (stop(), undefined);
      note.textContent = stream.getVideoTracks().length ? "" : made.view.words("none");
    } catch (error) {
      note.textContent = made.view.words(devices.reason(error));
      note.dataset.cause = devices.reason(error);
    }
    return stream;
  };

  const network = async () => {
    const line = /** @type {HTMLElement} */ (one("[data-network-note]"));
    line.textContent = made.view.words("checking");
    const ice = await made.line.check();
    const found = ice ? await devices.lookAtNetwork(ice).catch(() => /** @type {const} */ ("blocked")) : undefined;
    line.textContent = found ? made.view.words(`check-${found}`) : "";
    line.dataset.found = found ?? "";
  };

  button("data-look").addEventListener("click", () => {
    void look();
    void network();
  });
  button("data-tone").addEventListener("click", () => void devices.playTone());
  for (const list of lists) {
    list.addEventListener("change", () => {
      devices.keep({ [/** @type {string} */ (list.dataset.choose)]: list.value });
      if (list.dataset.choose !== "audiooutput") void look();
    });
  }

  /** @param {boolean} withDevices */
  const enter = async (withDevices) => {
    const found = withDevices ? (stream ?? (await look())) : undefined;
    if (withDevices && !found) return; // The sentence says why, and the other button goes in without.
    if (!withDevices) for (const track of stream?.getTracks() ?? []) track.stop();
    unmeasure();
    preview.srcObject = null;
    stream = undefined;
    const hidden = document.querySelector("[data-relay-only]");
    made.enter(found, hidden instanceof HTMLInputElement && hidden.checked);
  };

  button("data-join").addEventListener("click", () => void enter(true));
  button("data-join-without").addEventListener("click", () => void enter(false));

  /** @param {Promise<unknown>} step */
  const careful = (step) => step.catch((error) => made.view.note(made.view.words(devices.reason(error))));
  const mic = () => careful(made.microphone());
  const cam = () => careful(made.camera());
  button("data-mic").addEventListener("click", () => void mic());
  button("data-cam").addEventListener("click", () => void cam());
  button("data-screen").addEventListener("click", () => void made.screen().catch(() => undefined));
  button("data-hand").addEventListener("click", () => made.hand());
  button("data-show-captions").addEventListener("click", () => {
    const on = button("data-show-captions").getAttribute("aria-pressed") !== "true";
    button("data-show-captions").setAttribute("aria-pressed", String(on));
    made.view.captionsOn(on);
  });
  button("data-leave-call").addEventListener("click", () => void leave());

  const leave = async () => {
    made.end(made.view.words("left-self"));
    const token = document.querySelector("input[name=csrf_token]");
    const body = new FormData();
    body.set("csrf_token", token instanceof HTMLInputElement ? token.value : "");
    await fetch(call.dataset.leave ?? "", { method: "POST", body, headers: { accept: "application/json" } }).catch(() => undefined);
    lookAgain();
    button("data-join").focus();
  };

  writing.addEventListener("submit", (event) => {
    event.preventDefault();
    const input = /** @type {HTMLInputElement} */ (writing.querySelector("input"));
    if (input.value.trim()) made.line.caption(input.value.trim(), true);
    input.value = "";
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  writing.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      const input = /** @type {HTMLInputElement} */ (writing.querySelector("input"));
      if (input.value.trim()) made.line.caption(input.value.trim(), false);
    }, 600);
  });

  // Single keys, only while the focus is in the call: M, V and H.
  for (const root of [call, controls]) {
    root.addEventListener("keydown", (event) => {
      const at = event.target;
      if (!(at instanceof HTMLElement) || at.matches("input, select, textarea") || made.phase !== "in") return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { m: mic, v: cam, h: () => made.hand() }[event.key.toLowerCase()];
      if (!step) return;
      event.preventDefault();
      void step();
    });
  }

  setInterval(() => {
    if (clock?.isOver() && made.phase === "in") made.end(made.view.words("ended"));
  }, 500);

  onWithout((without) => {
    if (made.phase === "in") return; // The call's own line says what becomes of it.
    const sentence = without ? made.view.words("no-line") : "";
    if (without && made.phase === "coming") made.end(sentence);
    note.textContent = sentence;
    note.dataset.cause = without ? "no-line" : "";
    if (without) announce(sentence);
  });

  // Whoever loads the page anew in the middle of a call that goes from one to the next is back in it at once.
  const [navigation] = performance.getEntriesByType("navigation");
  const reloaded = navigation instanceof PerformanceNavigationTiming && navigation.type === "reload";
  if (call.dataset.again !== undefined) {
    addEventListener("pagehide", () => made.phase === "in" && sessionStorage.setItem(GO_IN, "with"));
    if (!reloaded) sessionStorage.removeItem(GO_IN);
  }
  const wish = sessionStorage.getItem(GO_IN);
  sessionStorage.removeItem(GO_IN);
  if (wish) void enter(wish === "with");

  // For tests and for those who look for a fault: cut the line as a network does.
  call.addEventListener("call:cut", () => made.line.cut());
}

if (region) start(region);
// Whoever looks at a room without video gets it as soon as somebody has chosen one, unless they are writing.
else {
  document.addEventListener("part:fresh", (event) => {
    const way = event.target instanceof Element ? event.target.querySelector("[data-room-way]")?.getAttribute("data-room-way") : "off";
    const note = document.getElementById("note-text");
    if (way && way !== "off" && !(note instanceof HTMLTextAreaElement && note.value)) location.reload();
  });
}
