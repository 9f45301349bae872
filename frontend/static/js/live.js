/**
 * The line to the server: facts for this person, and the numbered changes of a room.
 * It pushes what happened and nothing else: whatever changes anything is a POST.
 */
import { clockDoubt, syncClock } from "./countdown.js";
import { isSignedOut } from "./signed-out.js";
// @ts-expect-error - served by the application from node_modules; its types are those of socket.io-client
import { io as connect } from "../vendor/socket.io.esm.min.js";

/** @type {typeof import("socket.io-client").io} */
const io = connect;

/**
 * @typedef {{ id: string, team: string, title: string, challenge: string, state: string, planned_at: string,
 *   seconds: number, started_at: string | null, paused_at: string | null, ended_at: string | null }} Pitch
 * @typedef {{ state: string, question_seconds: number, pitches: Pitch[] }} Running
 * @typedef {{ id: string, body: string, name: string, team: string, pitch: string, votes: number, state: string, pinned: boolean, mine?: boolean, own?: boolean }} Question
 * @typedef {{ id: string, body: string, name: string, person: string, said_at: string, state: string }} Message
 * @typedef {{ id: string, text: string, votes: number | null }} Choice
 * @typedef {{ id: string, question: string, state: string, results: string, choices: Choice[], voted: number, mine?: string }} Poll
 * @typedef {{ id: string, person: string, name: string, state: string }} Hand
 * @typedef {{ chat: boolean, questions_wait: boolean, slow_seconds: number, stream: string }} Manners
 * @typedef {{ chosen: string, sessions: { id: string, title: string, starts_at: string, ends_at: string }[] }} Programme
 * @typedef {{ stage: string, number: number, now: string, running: Running | null, questions: Question[],
 *   chat: Message[], polls: Poll[], hands: Hand[] | null, reactions: Record<string, number> | null, manners: Manners | null,
 *   programme: Programme | null,
 *   since?: number, kinds?: string[], whole?: boolean, unsure?: number,
 *   reports?: number, called_off?: { id: string, team: string, title: string, reason: string }[] }} Change
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

// A line that did not come about within this time may never do so: some networks and browsers let no WebSocket through.
const PATIENCE = 8000;
const AWAY_PATIENCE = 20000;
const TRIES = 2;

/**
 * Be told when there is no line and none is to be expected soon, and when there is one after all.
 * @param {(without: boolean, ever: boolean) => void} tell whether the page has to look by itself, and whether a line was up before
 */
export function onWithout(tell) {
  const on = line();
  let ever = on.connected;
  let failed = 0;
  let without = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const give = () => {
    clearTimeout(waiting);
    if (!without) tell((without = true), ever);
  };
  on.on("connect", () => {
    clearTimeout(waiting);
    [ever, failed] = [true, 0];
    if (without) tell((without = false), ever);
  });
  on.on("connect_error", () => (failed += 1) >= TRIES && !ever && give());
  on.on("disconnect", () => (waiting = setTimeout(give, AWAY_PATIENCE)));
  if (!on.connected) waiting = setTimeout(give, PATIENCE);
}

// After how long somebody who was not let in for no good reason asks again, in milliseconds; longer each time.
const ASK_AGAIN = 2000;
const ASK_SELDOM = 60000;

/**
 * Ask to be let in whenever a line is up; where there is no answer, or one that settles nothing, again and again with
 * pauses that grow and are spread. A server that has just started may fail for a moment, and nothing else would ask.
 * @template {{ ok: boolean, code?: string }} Answer
 * @param {string} name
 * @param {() => unknown} message
 * @param {(answer: Answer) => void} taken
 * @param {(code: string) => boolean | Promise<boolean>} refused whether this is settled
 */
function keepAsking(name, message, taken, refused = (code) => code === "not found" || code === "not allowed") {
  const on = line();
  let pause = ASK_AGAIN;
  let turn = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again;
  const ask = () => {
    clearTimeout(again);
    const mine = (turn += 1);
    on.timeout(10000).emit(name, message(), async (/** @type {Error | null} */ error, /** @type {Answer} */ answer) => {
      if (mine !== turn || !on.connected) return;
      if (!error && answer.ok) {
        pause = ASK_AGAIN;
        taken(answer);
        return;
      }
      const settled = await refused(error ? "" : (answer.code ?? ""));
      if (settled || mine !== turn || !on.connected) return;
      again = setTimeout(ask, pause * (1 + Math.random()));
      pause = Math.min(pause * 2, ASK_SELDOM);
    });
  };
  on.on("connect", ask);
  on.on("disconnect", () => clearTimeout(again));
  if (on.connected) ask();
}

/**
 * Be told what happens to this person.
 * @param {(fact: Fact) => void} tell
 */
export function onFact(tell) {
  line().on("fact", tell);
}

/**
 * Be told that the line was down and is up again: what happened meanwhile was not heard.
 * @param {() => void} tell
 */
export function onReturn(tell) {
  let been = line().connected;
  line().on("connect", () => {
    if (been) tell();
    been = true;
  });
}

/**
 * Be told that the free times of these participants, named by their registrations, or one's own may have changed, and
 * after being away. Nothing is said about how: the page asks for what it may know.
 * @param {string[]} registrations
 * @param {() => void} tell
 */
export function onTimes(registrations, tell) {
  const on = line();
  on.on("times", tell);
  keepAsking("watch", () => ({ registrations }), tell);
}

/**
 * @param {string} url
 * @returns {Promise<Change>}
 */
async function read(url) {
  const asked = performance.now();
  const answer = await fetch(url, { headers: { accept: "application/json" }, credentials: "same-origin" });
  const status = isSignedOut(answer) ? 401 : answer.status;
  if (status >= 300) throw Object.assign(new Error(`status ${status}`), { status });
  const found = await answer.json();
  // The server wrote `now` somewhere between the question and the answer.
  const unsure = (performance.now() - asked) / 2;
  return { ...found, now: new Date(Date.parse(found.now) + unsure).toISOString(), unsure };
}

const SURE = 100;
// How often a page without a line looks by itself, in milliseconds, each spread by half as much again.
const LOOK_EVERY = 4000;
const LOOK_SELDOM = 15000;
const NOT_MINE = new Set([401, 403, 404]);
const CLOCK_EVERY = 60000;

/**
 * Ask for the time by the line, where an answer costs next to nothing, until it is sure to a tenth of a second.
 * @param {number} pause milliseconds until the next try
 */
function askClock(pause = 500) {
  const asked = performance.now();
  line()
    .timeout(10000)
    .emit("clock", {}, (/** @type {Error | null} */ error, /** @type {{ ok: boolean, now: string }} */ answer) => {
      const unsure = (performance.now() - asked) / 2;
      if (!error && answer.ok) syncClock(Date.parse(answer.now) + unsure, unsure);
      if (line().connected && clockDoubt() > SURE) setTimeout(askClock, pause, Math.min(pause * 2, CLOCK_EVERY));
    });
}

/**
 * Be in the lobby of an event, and be told when others come or go; nothing is said about whom.
 * @param {string} lobby
 * @param {() => void} tell
 */
export function onLobby(lobby, tell) {
  const on = line();
  on.on("lobby", (message) => message.lobby === lobby && tell());
  keepAsking("lobby", () => ({ lobby }), tell);
}

/** Keep to the server's clock, as pages with a countdown and no room of their own do. */
export function followClock() {
  const on = line();
  on.on("connect", () => askClock());
  if (on.connected) askClock();
  setInterval(() => on.connected && askClock(), CLOCK_EVERY);
}

/**
 * Follow a room from the number that the page shows. A gap in the numbers, or a time away, leads to one GET.
 * @param {{ stage: string, number: number, changes: string, snapshot: string }} room
 * @param {{ change: (change: Change) => void, presence: (presence: Presence) => void,
 *   connected: (state: "on" | "away" | "looking") => void, left: () => void }} tell
 */
export function onRoom(room, tell) {
  let number = room.number;
  let held = false;
  /** @type {Promise<void> | undefined} */
  let catching;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  let again = false;
  let gone = false;
  let looking = false;

  const leave = () => {
    if (!gone) tell.left();
    gone = true;
  };

  /** @param {Change} change */
  const take = (change) => {
    if (change.number < number) return; // An answer that was overtaken on its way.
    number = change.number;
    tell.change(change);
  };

  const catchUp = () => {
    if (gone) return Promise.resolve();
    again = catching !== undefined;
    catching ??= read(`${room.changes}?since=${number}`)
      .then((missed) => (missed.whole ? read(room.snapshot) : missed))
      .then(take)
      .catch((/** @type {{ status?: number }} */ error) => {
        if (NOT_MINE.has(error.status ?? 0)) leave();
        clearTimeout(later);
        if (!gone && !looking) later = setTimeout(catchUp, 2000 + Math.random() * 3000); // One that looks anyway looks again.
      })
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

  /** @param {{ ok: boolean, number: number } & Presence} answer */
  const joined = (answer) => {
    tell.connected("on");
    gone = false;
    tell.presence(answer);
    if (answer.number > number && !held) catchUp();
  };

  /** Not let in: what the page may have comes by HTTP meanwhile, and so does that it may have nothing any more. */
  const refused = async () => {
    tell.connected("away");
    if (!held) await catchUp();
    return gone;
  };

  const on = line();
  on.on("room", hear);
  on.on("presence", (message) => message.stage === room.stage && tell.presence(message));
  on.on("left", (message) => message.stage === room.stage && leave());
  on.on("connect", () => askClock());
  on.on("disconnect", () => tell.connected("away"));
  if (on.connected) askClock();
  keepAsking("join", () => ({ stage: room.stage }), joined, refused);

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let next;
  /** @param {number} every */
  const look = (every) => {
    next = setTimeout(() => {
      if (!held && !document.hidden) void catchUp();
      look(every);
    }, every * (1 + Math.random() / 2));
  };
  onWithout((without, ever) => {
    clearTimeout(next);
    looking = without;
    if (!without) return;
    tell.connected("looking");
    if (!held) void catchUp();
    look(ever ? LOOK_SELDOM : LOOK_EVERY);
  });
  setInterval(() => on.connected && askClock(), CLOCK_EVERY);

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

/**
 * Follow the room of a review: each number says that something changed, and the page looks at it by itself.
 * @param {string} review
 * @param {{ news: (number: number, board: number) => void, here: () => void, connected: (on: boolean) => void, left: () => void }} tell
 */
export function onReview(review, tell) {
  const on = line();
  /** @param {{ ok: boolean, number: number, board: number, code?: string }} answer */
  const joined = (answer) => {
    tell.connected(true);
    tell.news(answer.number, answer.board);
  };
  /** @param {string} code */
  const refused = (code) => {
    tell.connected(false);
    if (code === "not found") tell.left();
    return code === "not found";
  };
  on.on("review", (/** @type {{ review: string, number: number, board: number }} */ message) => message.review === review && tell.news(message.number, message.board));
  on.on("review:here", (/** @type {{ review: string }} */ message) => message.review === review && tell.here());
  on.on("review:left", (/** @type {{ review: string }} */ message) => message.review === review && tell.left());
  on.on("connect", () => askClock());
  on.on("disconnect", () => tell.connected(false));
  if (on.connected) askClock();
  keepAsking("review:join", () => ({ review }), joined, refused);
  setInterval(() => on.connected && askClock(), CLOCK_EVERY);
}
