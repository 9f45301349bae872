/**
 * The line of a call: joins the room of a meeting, comes back after each break, and carries signals so that none is
 * lost: what was not acknowledged stays here and is sent again, in order, for each of the others by itself.
 */
// @ts-expect-error - served by the application from node_modules; its types are those of socket.io-client
import { io as connect } from "../vendor/socket.io.esm.min.js";

/** @type {typeof import("socket.io-client").io} */
const io = connect;

const LARGEST = 11000;
const MOST = 16;
const PATIENCE = 6000;
const MOST_STUMBLES = 6;

/**
 * @typedef {{ id: string, name: string, side: string, online: boolean, order: number, person: string, captions: boolean }} Peer
 * @typedef {{ meeting: string, rev: number, epoch: number, state: string, way: string, switched: string, peers: Peer[],
 *   clock: { now: number, opens: number, starts: number, ends: number, closes: number } }} Room
 * @typedef {{ kind: string, url: string, token: string, allow: string, new_tab: string }} Ticket
 * @typedef {{ servers: RTCIceServer[], relay_only: boolean, good_for: number }} Ice
 * @typedef {{ ok: boolean, code?: string, retry_after?: number, visit: { id: string, proof: string }, resumed: boolean,
 *   order: number, room: Room, full: boolean, ticket: Ticket, ice: Ice }} Joined
 * @typedef {{ d: RTCSessionDescriptionInit } | { c: RTCIceCandidateInit }} Content
 * @typedef {{ from: string, seq: number, d?: RTCSessionDescriptionInit, c?: RTCIceCandidateInit }} Signal
 * @typedef {{ mic: boolean, cam: boolean, screen: boolean, hand: boolean }} Media
 * @typedef {{ joined: (answer: Joined) => void, refused: (code: string) => void, state: (room: Room) => void,
 *   signal: (signal: Signal) => void, media: (media: Media & { from: string }) => void, over: (why: string) => void,
 *   caption: (caption: { from: string, text: string, final: boolean }) => void, line: (on: boolean) => void,
 *   muteAsked: () => void, engine: (message: Record<string, unknown>) => void }} Hearing
 */

/** @param {number} ms */
const after = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * @param {string} meeting
 * @param {Hearing} tell
 */
export function openLine(meeting, tell) {
  // A call comes back faster than a page: nobody else in its room waits for the same door.
  const socket = io({ transports: ["websocket"], forceNew: true, reconnectionDelay: 300, reconnectionDelayMax: 3000, timeout: 8000, autoConnect: false });
  /** @type {{ id: string, proof: string } | undefined} */
  let visit;
  let wanted = false;
  let joined = false;
  let number = 0;
  let stumbles = 0;
  /** @type {Set<string>} */
  let online = new Set();
  /** @type {Map<string, (Content & { seq: number })[]>} */
  const outbox = new Map();
  /** @type {Set<string>} */
  const sending = new Set();

  /**
   * @param {string} name
   * @param {unknown} [message]
   * @returns {Promise<any>}
   */
  const ask = (name, message = {}) => socket.timeout(PATIENCE).emitWithAck(name, message);

  const join = async () => {
    if (!wanted || !socket.connected) return;
    try {
      /** @type {Joined} */
      const answer = await ask("meet:join", { meeting, visit });
      if (!wanted) return;
      if (answer.ok) {
        visit = answer.visit;
        joined = true;
        stumbles = 0;
        hear(answer.room);
        tell.joined(answer);
        for (const to of outbox.keys()) void pump(to);
      } else if (answer.code === "rate") {
        await after((answer.retry_after ?? 5) * 1000);
        void join();
      } else if (answer.code === "failed" && stumbles < MOST_STUMBLES) {
        // The server has just started, or its database is busy: that is no reason to end a call that goes on.
        stumbles += 1;
        void after(1000 * stumbles).then(join);
      } else {
        tell.refused(answer.code ?? "");
      }
    } catch {
      if (socket.connected) void after(1000).then(join);
    }
  };

  /** @param {Room} room */
  const hear = (room) => {
    const before = online;
    online = new Set(room.peers.filter((peer) => peer.online).map((peer) => peer.id));
    const here = new Set(room.peers.map((peer) => peer.id));
    for (const to of [...outbox.keys()]) if (!here.has(to)) outbox.delete(to);
    for (const to of online) if (!before.has(to)) void pump(to);
  };

  /**
   * Send what waits for one of the others, a few at a time, the next ones after the answer: so they stay in order.
   * @param {string} to
   */
  const pump = async (to) => {
    if (sending.has(to)) return;
    sending.add(to);
    try {
      for (let waiting = outbox.get(to); waiting?.length && joined && online.has(to); waiting = outbox.get(to)) {
        const pause = await send(to, waiting);
        if (pause) await after(pause);
      }
    } catch {
      // No answer in time: it is sent again when the line is back, and the other side knows it by its number.
      if (socket.connected) setTimeout(() => void pump(to), 1000);
    } finally {
      sending.delete(to);
    }
  };

  /**
   * @param {string} to
   * @param {(Content & { seq: number })[]} waiting
   * @returns {Promise<number>} how long to wait before the next ones
   */
  const send = async (to, waiting) => {
    const batch = [];
    let size = 0;
    for (const one of waiting.slice(0, MOST)) {
      size += JSON.stringify(one).length;
      if (batch.length && size > LARGEST) break;
      batch.push(one);
    }
    const answer = await ask("meet:signal", { to, batch });
    if (answer.ok) outbox.set(to, (outbox.get(to) ?? []).filter((one) => one.seq > answer.upto));
    else if (answer.code === "rate") return (answer.retry_after ?? 5) * 1000;
    else if (answer.code === "away") return 500;
    else outbox.delete(to);
    return 0;
  };

  socket.on("connect", () => {
    tell.line(true);
    void join();
  });
  socket.on("disconnect", () => {
    joined = false;
    tell.line(false);
  });
  socket.on("meet:state", (/** @type {Room} */ room) => {
    if (room.meeting !== meeting) return;
    hear(room);
    tell.state(room);
  });
  socket.on("meet:signal", (/** @type {Signal} */ signal) => tell.signal(signal));
  socket.on("meet:media", (media) => tell.media(media));
  socket.on("meet:caption", (caption) => tell.caption(caption));
  socket.on("meet:engine", (message) => tell.engine(message));
  socket.on("meet:over", (/** @type {{ meeting: string, why: string }} */ message) => message.meeting === meeting && tell.over(message.why));
  socket.on("fact", (fact) => fact.call === meeting && tell.muteAsked());

  return {
    /** Come in, or come anew when everybody was switched to another way. */
    enter() {
      wanted = true;
      stumbles = 0;
      if (socket.connected) void join();
      else socket.connect();
    },
    /** Hang up. */
    leave() {
      wanted = joined = false;
      visit = undefined;
      outbox.clear();
      socket.disconnect();
    },
    /**
     * @param {string} to
     * @param {Content} content
     */
    signal(to, content) {
      number += 1;
      outbox.set(to, [...(outbox.get(to) ?? []), { seq: number, ...content }]);
      void pump(to);
    },
    /** @param {Media} media */
    media(media) {
      if (joined) socket.emit("meet:media", media);
    },
    /**
     * @param {string} text
     * @param {boolean} final
     */
    caption(text, final) {
      if (joined) socket.emit("meet:caption", { text, final });
    },
    /** @returns {Promise<Ice | undefined>} */
    async ice() {
      const answer = await ask("meet:ice").catch(() => undefined);
      return answer?.ok ? answer : undefined;
    },
    /**
     * What is said to an engine through the server.
     * @param {Record<string, unknown>} message
     */
    engine: (message) => ask("meet:engine", message),
    /** Servers for a look at the network before going in. @returns {Promise<Ice | undefined>} */
    async check() {
      socket.connect();
      const answer = await ask("meet:check", { meeting }).catch(() => undefined);
      return answer?.ok ? answer : undefined;
    },
    /** The server's time: of five answers the one that came fastest. @returns {Promise<number | undefined>} ahead of ours, ms */
    async ahead() {
      let best = Infinity;
      let found;
      for (let at = 0; at < 5; at += 1) {
        const began = Date.now();
        const answer = await ask("meet:clock").catch(() => undefined);
        const ended = Date.now();
        if (!answer?.ok) return found;
        if (ended - began < best) {
          best = ended - began;
          found = answer.now - (began + ended) / 2;
        }
      }
      return found;
    },
    /** @returns {string} */
    get me() {
      return visit?.id ?? "";
    },
    /** For tests: break the connection without a goodbye. */
    cut() {
      socket.io.engine.close();
    },
  };
}

/** @typedef {ReturnType<typeof openLine>} Line */
