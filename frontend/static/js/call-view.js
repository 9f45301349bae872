/** What a call shows: a tile for each of those in it, what keeps two from seeing each other, and captions. */
import { announce } from "./toasts.js";

/** @typedef {import("./call-line.js").Peer} Peer */
/** @typedef {import("./call-mesh.js").Cause} Cause */

/** @param {HTMLElement} call */
export function makeView(call) {
  const tiles = /** @type {HTMLElement} */ (call.querySelector("[data-tiles]"));
  const mould = /** @type {HTMLTemplateElement} */ (call.querySelector("[data-tile-mould]"));
  const captions = /** @type {HTMLElement} */ (call.querySelector("[data-captions]"));
  const cause = /** @type {HTMLElement} */ (call.querySelector("[data-cause]"));
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @type {Map<string, MediaStream>} */
  const screens = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clearing;

  /**
   * A sentence of the page, with somebody's name in it.
   * @param {string} name
   * @param {string} [who]
   */
  const words = (name, who = "") => (call.getAttribute(`data-say-${name}`) ?? "").replaceAll("{name}", who);

  /**
   * @param {string} id
   * @param {string} suffix
   * @returns {HTMLElement | null}
   */
  const find = (id, suffix = "") => tiles.querySelector(`[data-tile="${CSS.escape(id + suffix)}"]`);

  /**
   * @param {string} id
   * @param {string} name
   * @param {string} [suffix]
   */
  const tile = (id, name, suffix = "") => {
    const there = find(id, suffix);
    if (there) return there;
    const made = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (mould.content.firstElementChild).cloneNode(true));
    made.dataset.tile = id + suffix;
    put(made, "name", name);
    const initials = made.querySelector(".tile-initials");
    if (initials) initials.textContent = name.split(/\s+/).map((word) => word[0] ?? "").slice(0, 2).join("").toUpperCase();
    made.querySelector("video")?.setAttribute("aria-label", name);
    if (suffix) made.classList.add("is-screen");
    tiles.append(made);
    return made;
  };

  /**
   * @param {HTMLElement} root
   * @param {string} slot
   * @param {string} text
   */
  const put = (root, slot, text) => {
    const place = root.querySelector(`[data-slot="${slot}"]`);
    if (place && place.textContent !== text) place.textContent = text;
  };

  /**
   * @param {HTMLElement} root
   * @param {MediaStream} stream
   * @param {boolean} [silent]
   */
  const play = (root, stream, silent = false) => {
    const video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
    video.muted = silent;
    if (video.srcObject !== stream) video.srcObject = stream;
    const show = () => root.classList.toggle("has-picture", root.dataset.picture !== "off" && stream.getVideoTracks().some((track) => track.readyState === "live"));
    for (const track of stream.getVideoTracks()) track.onunmute = track.onended = show;
    show();
    void video.play().catch(() => undefined);
  };

  return {
    words,
    /** @param {string} id */
    nameOf: (id) => names.get(id) ?? "",

    /**
     * Who is here now; says who came and who went.
     * @param {Peer[]} peers
     * @param {string} me
     * @param {boolean} aloud
     */
    people(peers, me, aloud) {
      const here = new Set(peers.map((peer) => peer.id));
      for (const peer of peers) {
        if (peer.id === me) continue;
        if (!names.has(peer.id) && aloud) announce(words("joined", peer.name));
        names.set(peer.id, peer.name);
        put(tile(peer.id, peer.name), "cause", peer.online ? (find(peer.id)?.dataset.why ?? "") : words("away", peer.name));
      }
      for (const [id, name] of names) {
        if (here.has(id)) continue;
        names.delete(id);
        this.gone(id);
        if (aloud) announce(words("left", name));
      }
      tiles.dataset.count = String(names.size);
    },

    /** @param {string} id */
    gone(id) {
      find(id)?.remove();
      find(id, "-screen")?.remove();
    },

    /**
     * One's own picture, without sound.
     * @param {MediaStream} stream
     */
    own(stream) {
      const mine = tile("me", words("you"));
      mine.classList.add("is-me");
      play(mine, stream, true);
    },

    /**
     * @param {string} id
     * @param {MediaStream} stream
     * @param {MediaStream} [screen]
     */
    stream(id, stream, screen) {
      play(tile(id, names.get(id) ?? ""), stream);
      if (screen) screens.set(id, screen);
    },

    /**
     * @param {string} id
     * @param {import("./call-line.js").Media} media
     */
    media(id, media) {
      const root = find(id);
      if (!root) return;
      const marks = [media.mic ? "" : words("muted"), media.hand ? "✋" : ""].filter(Boolean).join(" · ");
      if (media.hand && !root.dataset.raised) announce(words("hand", names.get(id) ?? ""));
      if (media.hand) root.dataset.raised = "yes";
      else delete root.dataset.raised;
      put(root, "marks", marks);
      root.dataset.picture = media.cam ? "on" : "off";
      const { srcObject } = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
      root.classList.toggle("has-picture", media.cam && srcObject instanceof MediaStream && srcObject.getVideoTracks().length > 0);
      // Its line is there all the time; what is on it is told, since engines and browsers differ in what they call muted.
      const screen = screens.get(id);
      if (media.screen && screen) play(tile(id, names.get(id) ?? "", "-screen"), screen, true);
      else find(id, "-screen")?.remove();
    },

    /**
     * What is the matter between us and one of the others, in words; never only a spinner.
     * @param {string} id
     * @param {Cause} why
     */
    cause(id, why) {
      const root = find(id);
      const name = names.get(id) ?? "";
      const sentence = why === "connected" || why === "trying" || !why ? "" : words(why, name);
      if (root) {
        const before = root.dataset.state;
        root.dataset.state = why;
        root.dataset.why = sentence;
        put(root, "cause", sentence);
        if (why === "connected" && before && before !== "trying" && before !== "connected") announce(words("back", name));
      }
      if (sentence) announce(sentence);
      if (why !== "connected" && why !== "trying" && why !== "unstable") this.note(sentence);
      else if (why === "connected") this.note("");
    },

    /** @param {string} sentence */
    note(sentence) {
      cause.hidden = !sentence;
      cause.textContent = sentence;
    },

    /**
     * @param {string} name
     * @param {string} text
     */
    caption(name, text) {
      captions.textContent = `${name}: ${text}`;
      captions.dataset.said = "yes";
      captions.hidden = captions.dataset.off === "yes" || !text;
      clearTimeout(clearing);
      clearing = setTimeout(() => (captions.hidden = true), 8000);
    },

    /** @param {boolean} on */
    captionsOn(on) {
      captions.dataset.off = on ? "" : "yes";
      if (!on) captions.hidden = true;
    },

    /** @param {boolean} on */
    show(on) {
      tiles.hidden = !on;
      if (on) return;
      for (const one of [...tiles.querySelectorAll("[data-tile]")]) one.remove();
      names.clear();
      captions.hidden = true;
      this.note("");
    },
  };
}
