/** The call on a page: the check of devices before it, its buttons and keys, and who goes in and out. */
import * as devices from "./call-devices.js";
import { GO_IN, makeCall } from "./call.js";
import { onWithout } from "./live.js";
import { announce } from "./toasts.js";

/** @typedef {ReturnType<typeof import("./call-clock.js").startClock>} Clock */

/**
 * @param {HTMLElement} call
 * @param {{ look: () => void, clock?: Clock, anew?: () => void }} page how its parts are looked at again, its clock, and how
 *   it is loaded anew for another way of seeing each other
 */
export function startCall(call, { look: lookAgain, clock, anew = () => location.reload() }) {
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
  // A review has a list of speakers of its own.
  const hasHand = document.querySelector("[data-hand]") !== null;

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
    anew,
    switched: (media) => {
      press("data-mic", media.mic, media.mic ? "mic-on" : "mic-off");
      press("data-cam", media.cam, media.cam ? "cam-on" : "cam-off");
      press("data-screen", media.screen);
      if (hasHand) press("data-hand", media.hand);
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

  /** @param {{ camera: boolean, voice: boolean }} wanted what to look at and listen to */
  const look = async (wanted = { camera: true, voice: true }) => {
    unmeasure();
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = undefined;
    try {
      stream = await devices.open(wanted);
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

  /**
   * @param {boolean} withDevices
   * @param {{ camera: boolean, voice: boolean }} [wanted]
   */
  const enter = async (withDevices, wanted) => {
    const found = withDevices ? (stream ?? (await look(wanted))) : undefined;
    if (withDevices && !found) return; // The sentence says why, and the other button goes in without.
    if (!withDevices) for (const track of stream?.getTracks() ?? []) track.stop();
    unmeasure();
    preview.srcObject = null;
    stream = undefined;
    const hidden = document.querySelector("[data-relay-only]");
    made.enter(found, hidden instanceof HTMLInputElement && hidden.checked);
  };

  /** @param {string[]} on what was switched on before the page was loaded anew */
  const goBackIn = async (on) => {
    const wanted = { camera: on.includes("camera"), voice: on.includes("voice") || on.includes("muted") };
    if (wanted.camera || wanted.voice) await look(wanted);
    if (on.includes("muted")) for (const track of stream?.getAudioTracks() ?? []) track.enabled = false;
    await enter(stream !== undefined);
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
  if (hasHand) button("data-hand").addEventListener("click", () => made.hand());
  button("data-show-captions").addEventListener("click", () => {
    const on = button("data-show-captions").getAttribute("aria-pressed") !== "true";
    button("data-show-captions").setAttribute("aria-pressed", String(on));
    made.view.captionsOn(on);
  });
  button("data-leave-call").addEventListener("click", () => void leave());

  const leave = async () => {
    made.end(made.view.words("left-self"));
    const body = new FormData();
    body.set("csrf_token", call.dataset.csrf ?? "");
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
      const step = { m: mic, v: cam, ...(hasHand ? { h: () => made.hand() } : {}) }[event.key.toLowerCase()];
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
    addEventListener("pagehide", () => made.phase === "in" && sessionStorage.setItem(GO_IN, made.switchedOn()));
    if (!reloaded) sessionStorage.removeItem(GO_IN);
  }
  const wish = sessionStorage.getItem(GO_IN);
  sessionStorage.removeItem(GO_IN);
  if (wish) void goBackIn(wish.split(" "));

  // For tests and for those who look for a fault: cut the line as a network does.
  call.addEventListener("call:cut", () => made.line.cut());

  return {
    /** Whether somebody is in it, or on the way. */
    isOn: () => made.phase !== "out",
  };
}
