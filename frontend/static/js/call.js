/** A call as its page holds it: what is switched on, the way in which those in it see each other, and how it ends. */
import * as devices from "./call-devices.js";
import { openLine } from "./call-line.js";
import { Mesh } from "./call-mesh.js";
import { Sfu } from "./call-sfu.js";
import { makeView } from "./call-view.js";
import { announce } from "./toasts.js";

/** @typedef {import("./call-line.js").Room} Room */
/** @typedef {import("./call-line.js").Joined} Joined */
/** @typedef {import("./call-mesh.js").Tracks} Tracks */
export const GO_IN = "folkmoot-go-in";

/** @typedef {"out" | "coming" | "in"} Phase */
/** @typedef {{ phase: (phase: Phase) => void, room: (room: Room) => void, me: (me: { captions: boolean }) => void,
 *   ahead: (ms: number) => void, anew: () => void, switched: (media: { mic: boolean, cam: boolean, screen: boolean, hand: boolean }) => void }} Telling */

/**
 * @param {HTMLElement} call
 * @param {Telling} tell
 */
export function makeCall(call, tell) {
  const view = makeView(call);
  const meeting = call.dataset.meeting ?? "";
  /** @type {Tracks} */
  const tracks = { voice: null, camera: null, screen: null };
  const own = new MediaStream();
  let hand = false;
  let relayOnly = false;
  let order = 0;
  let epoch = 0;
  let rev = -1;
  /** @type {number | undefined} how many came before us to a call that has no place for us yet */
  let ahead;
  /** @type {Phase} */
  let phase = "out";
  /** @type {Mesh | Sfu | undefined} */
  let engine;
  /** @type {Set<string>} */
  let others = new Set();

  const line = openLine(meeting, {
    joined: (answer) => void joined(answer),
    refused: (code) => end(view.words(code === "full" ? "no-place" : "refused")),
    state: (room) => take(room),
    signal: (signal) => engine instanceof Mesh && engine.take(signal),
    engine: (message) => engine instanceof Sfu && engine.take(message),
    media: (media) => media.from !== line.me && view.media(media.from, media),
    caption: (caption) => view.caption(view.nameOf(caption.from) || view.words("you"), caption.text),
    over: (why) => end(view.words(why === "left" ? "left-self" : why)),
    muteAsked: () => {
      view.note(view.words("mute"));
      announce(view.words("mute"), true);
    },
    line: (on) => {
      call.dataset.line = on ? "on" : "off";
      if (phase !== "in") return;
      view.note(on ? "" : view.words("offline"));
      announce(view.words(on ? "online" : "offline"));
    },
  });

  const media = () => ({ mic: Boolean(tracks.voice?.enabled), cam: tracks.camera !== null, screen: tracks.screen !== null, hand });

  /** What goes in with us again when the page is loaded anew: nobody is seen or heard who was not. */
  const switchedOn = () => `in${tracks.camera ? " camera" : ""}${tracks.voice ? (tracks.voice.enabled ? " voice" : " muted") : ""}`;

  const tellMedia = () => {
    tell.switched(media());
    line.media(media());
  };

  /** @param {Joined} answer */
  const joined = async (answer) => {
    order = answer.order;
    if (otherPage(answer.room.way)) return;
    // What another service holds goes on by itself, whatever became of our line; only a switch takes it away.
    const same = answer.room.epoch === epoch;
    const again = same && (engine ? answer.resumed : call.querySelector("[data-frame] :is(iframe, a)") !== null);
    if (answer.full) view.note(view.words("full"));
    else if (ahead !== undefined) view.note("");
    ahead = answer.full ? before(answer.room) : undefined;
    if (!again) {
      engine?.close();
      engine = undefined;
      epoch = answer.room.epoch;
      start(answer);
    }
    go("in");
    rev = -1;
    take(answer.room);
    tellMedia();
    const fast = await line.ahead();
    if (fast !== undefined) tell.ahead(fast);
  };

  /** @param {Room} room */
  const before = (room) => room.peers.filter((peer) => peer.id !== line.me && peer.order < order).length;

  /** A call in a frame has camera and microphone as long as the frame is there, whether it is seen or not. */
  const takeFrameAway = () => {
    const place = call.querySelector("[data-frame]");
    if (!(place instanceof HTMLElement)) return;
    place.hidden = true;
    for (const old of place.querySelectorAll("iframe, a")) old.remove();
  };

  /**
   * What a page may do stands in its headers, made for one way: another way needs the page anew, which goes in by itself.
   * @param {string} way
   */
  const otherPage = (way) => {
    const own = [way, call.dataset.made ?? ""];
    if (way === call.dataset.made || own.every((one) => one === "mesh" || one === "janus")) return false;
    sessionStorage.setItem(GO_IN, switchedOn());
    tell.anew();
    return true;
  };

  /** @param {Joined} answer */
  const start = (answer) => {
    takeFrameAway();
    call.dataset.way = answer.room.way;
    const { kind } = answer.ticket;
    if (kind !== "native" && !answer.full) {
      outside(answer);
      return;
    }
    view.show(true);
    view.own(own);
    /** @type {import("./call-mesh.js").Showing} */
    const showing = { stream: view.stream, cause: (peer, why) => view.cause(peer, why), gone: view.gone };
    if (answer.full) return;
    engine = answer.room.way === "mesh" ? new Mesh(line, answer.ice, tracks, showing, relayOnly) : new Sfu(line, answer.ice, tracks, showing);
  };

  /**
   * A call that another service holds: in a frame, or behind a link that opens beside us.
   * @param {Joined} answer
   */
  const outside = ({ ticket, room }) => {
    view.show(false);
    const place = call.querySelector("[data-frame]");
    if (!(place instanceof HTMLElement)) return;
    place.hidden = false;
    if (ticket.kind === "frame") {
      const frame = document.createElement("iframe");
      frame.title = call.getAttribute("aria-label") ?? "";
      frame.allow = ticket.allow;
      frame.referrerPolicy = "no-referrer";
      frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups");
      frame.src = ticket.url;
      place.append(frame);
    }
    if (!ticket.new_tab || room.way === "off") return;
    const link = document.createElement("a");
    link.className = "button button-primary";
    link.href = ticket.new_tab;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.textContent = call.getAttribute("data-say-open") ?? ticket.new_tab;
    place.append(link);
  };

  /** @param {Room} room */
  const take = (room) => {
    if (phase !== "in" || room.rev < rev) return;
    rev = room.rev;
    tell.room(room);
    if (room.epoch !== epoch) {
      // Said twice, it is one switch.
      epoch = room.epoch;
      takeFrameAway();
      announce(view.words("switched"));
      line.enter();
      return;
    }
    const me = room.peers.find((peer) => peer.id === line.me);
    tell.me({ captions: Boolean(me?.captions) });
    const peers = room.peers.filter((peer) => peer.id !== line.me);
    if (engine || call.dataset.way !== "off") view.people(peers, line.me, true);
    engine?.meet(peers, order);
    // Whoever has just come does not know yet what is switched on here.
    if (peers.some((peer) => !others.has(peer.id))) line.media(media());
    others = new Set(peers.map((peer) => peer.id));
    if (ahead === undefined || before(room) >= ahead) return;
    // Somebody who came before us has left: there may be a place now.
    ahead = before(room);
    line.enter();
  };

  /** @param {Phase} next */
  const go = (next) => {
    phase = next;
    call.dataset.phase = next;
    tell.phase(next);
  };

  const stop = () => {
    for (const kind of /** @type {(keyof Tracks)[]} */ (Object.keys(tracks))) {
      tracks[kind]?.stop();
      tracks[kind] = null;
    }
    for (const track of own.getTracks()) own.removeTrack(track);
  };

  /**
   * It is over: hang up, switch everything off, say why.
   * @param {string} why
   */
  const end = (why) => {
    if (phase === "out") return;
    engine?.close();
    engine = undefined;
    line.leave();
    stop();
    others = new Set();
    ahead = undefined;
    view.show(false);
    takeFrameAway();
    go("out");
    view.note(why);
    announce(why);
  };

  /**
   * @param {keyof Tracks} kind
   * @param {MediaStreamTrack | null} track
   */
  const put = (kind, track) => {
    if (phase === "out") {
      track?.stop(); // It was allowed after the call had ended.
      return;
    }
    const before = tracks[kind];
    if (before && before !== track) {
      own.removeTrack(before);
      before.stop();
    }
    tracks[kind] = track;
    if (track && kind === "camera") own.addTrack(track);
    engine?.replace(kind);
    if (phase === "in") view.own(own);
    tellMedia();
  };

  return {
    view,
    line,
    switchedOn,
    get phase() {
      return phase;
    },
    /**
     * @param {MediaStream | undefined} stream
     * @param {boolean} hidden whether one's network address is to be hidden
     */
    enter(stream, hidden) {
      performance.mark("call:join");
      tracks.voice = stream?.getAudioTracks()[0] ?? null;
      tracks.camera = stream?.getVideoTracks()[0] ?? null;
      if (tracks.camera) own.addTrack(tracks.camera);
      relayOnly = hidden;
      view.note("");
      go("coming");
      line.enter();
    },
    end,
    /** Microphone: asked for when it is switched on the first time; muted it sends silence. */
    async microphone() {
      if (tracks.voice) {
        tracks.voice.enabled = !tracks.voice.enabled;
        tellMedia();
      } else {
        const stream = await devices.open({ camera: false, voice: true });
        put("voice", stream.getAudioTracks()[0] ?? null);
      }
    },
    /** Camera: off means that its light goes out and nothing is sent. */
    async camera() {
      if (tracks.camera) put("camera", null);
      else put("camera", (await devices.open({ camera: true, voice: false })).getVideoTracks()[0] ?? null);
    },
    async screen() {
      if (tracks.screen) {
        put("screen", null);
        return;
      }
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: true });
      const track = stream.getVideoTracks()[0] ?? null;
      if (track) track.onended = () => put("screen", null);
      put("screen", track);
    },
    hand() {
      hand = !hand;
      tellMedia();
    },
  };
}
