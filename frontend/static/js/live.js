/**
 * The line to the server: facts for this person, and the numbered changes of a room.
 * It pushes what happened and nothing else: whatever changes anything is a POST.
 */
// @ts-expect-error - served by the application from node_modules; its types are those of socket.io-client
import { io as connect } from "../vendor/socket.io.esm.min.js";

/** @type {typeof import("socket.io-client").io} */
const io = connect;

/**
 * @typedef {{ id: string, team: string, title: string, challenge: string, state: string, planned_at: string,
 *   seconds: number, started_at: string | null, ended_at: string | null }} Pitch
 * @typedef {{ state: string, question_seconds: number, pitches: Pitch[] }} Running
 * @typedef {{ id: string, body: string, name: string, team: string, votes: number, state: string, mine?: boolean }} Question
 * @typedef {{ stage: string, number: number, now: string, running: Running | null, questions: Question[],
 *   since?: number, kinds?: string[], whole?: boolean }} Change
 * @typedef {{ here: number, people?: Person[], came?: Person[], went?: string[] }} Presence
 * @typedef {{ id: string, name: string }} Person
 * @typedef {{ fact: number, kind: string, [id: string]: unknown }} Fact
 */

/** @type {import("socket.io-client").Socket | undefined} */
let socket;

function line() {
  // Reconnects are spread over some twenty seconds: after a restart everybody comes back at once.
  socket ??= io({ transports: ["websocket"], reconnectionDelay: 1500, reconnectionDelayMax: 15000, randomizationFactor: 0.8 });
  return socket;
}

/**
 * Be told what happens to this person.
 * @param {(fact: Fact) => void} tell
 */
export function onFact(tell) {
  line().on("fact", tell);
}

/**
 * Be told that the free times of these participants, named by their registrations, or one's own may have changed, and
 * after being away. Nothing is said about how: the page asks for what it may know.
 * @param {string[]} registrations
 * @param {() => void} tell
 */
export function onTimes(registrations, tell) {
  const on = line();
  const watch = () => on.emit("watch", { registrations }, (/** @type {{ ok: boolean }} */ answer) => answer.ok && tell());
  on.on("times", tell);
  on.on("connect", watch);
  if (on.connected) watch();
}

/**
 * @param {string} url
 * @returns {Promise<Change>}
 */
async function read(url) {
  const answer = await fetch(url, { headers: { accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

/**
 * Follow a room from the number that the page shows. A gap in the numbers, or a time away, leads to one GET.
 * @param {{ stage: string, number: number, changes: string, snapshot: string }} room
 * @param {{ change: (change: Change) => void, presence: (presence: Presence) => void,
 *   connected: (on: boolean) => void, left: () => void }} tell
 */
export function onRoom(room, tell) {
  let number = room.number;
  let held = false;
  /** @type {Promise<void> | undefined} */
  let catching;
  let again = false;

  /** @param {Change} change */
  const take = (change) => {
    if (change.number < number) return; // An answer that was overtaken on its way.
    number = change.number;
    tell.change(change);
  };

  const catchUp = () => {
    again = catching !== undefined;
    catching ??= read(`${room.changes}?since=${number}`)
      .then((missed) => (missed.whole ? read(room.snapshot) : missed))
      .then(take)
      .catch(() => setTimeout(catchUp, 2000 + Math.random() * 3000))
      .then(() => {
        catching = undefined;
        if (again) catchUp();
      });
    return catching;
  };

  /** @param {Change} change */
  const hear = (change) => {
    if (held || change.stage !== room.stage || change.number <= number) return;
    if ((change.since ?? 0) > number || change.whole) catchUp();
    else take(change);
  };

  const join = () => {
    line().emit("join", { stage: room.stage }, (/** @type {{ ok: boolean, number: number } & Presence} */ answer) => {
      tell.connected(answer.ok);
      if (!answer.ok) return;
      tell.presence(answer);
      if (answer.number > number && !held) catchUp();
    });
  };

  const on = line();
  on.on("room", hear);
  on.on("presence", (message) => message.stage === room.stage && tell.presence(message));
  on.on("left", (message) => message.stage === room.stage && tell.left());
  on.on("connect", join);
  on.on("disconnect", () => tell.connected(false));
  if (on.connected) join();

  return {
    /** @param {boolean} still */
    hold(still) {
      held = still;
      if (!held) catchUp();
    },
    snapshot: () => read(room.snapshot).then(take),
    /** Look for changes now, as when something of one's own was sent while the line is down. */
    look: () => (on.connected ? Promise.resolve() : catchUp()),
  };
}
