/**
 * A call through an engine that only our server speaks with: one connection to send, one for each of those who send.
 * Everything goes through the call's own line; no token and no address of the engine comes here.
 */

/** @typedef {import("./call-line.js").Line} Line */
/** @typedef {import("./call-line.js").Peer} Peer */
/** @typedef {import("./call-line.js").Ice} Ice */
/** @typedef {import("./call-mesh.js").Tracks} Tracks */
/** @typedef {import("./call-mesh.js").Showing} Showing */

const KINDS = /** @type {const} */ (["voice", "camera", "screen"]);
// With fourteen others there is much to say at once, and a line that is too fast is cut: so many at once, then one in so
// many milliseconds. Ways that are found within a moment go with the description, so that there are two messages for each.
const AT_ONCE = 20;
const GAP = 125;
const GATHERING = 250;

/** @param {number} ms */
const after = (ms) => new Promise((done) => setTimeout(done, ms));

export class Sfu {
  /**
   * @param {Line} line
   * @param {Ice} ice
   * @param {Tracks} tracks
   * @param {Showing} show
   */
  constructor(line, ice, tracks, show) {
    this.line = line;
    this.ice = ice;
    this.tracks = tracks;
    this.show = show;
    /** @type {Map<string, RTCPeerConnection>} */
    this.watching = new Map();
    /** @type {Map<string, RTCIceCandidateInit[]>} */
    this.early = new Map();
    this.closed = false;
    this.next = 0;
    /** @type {Set<RTCPeerConnection>} those whose description has gone, so that what is found later is sent by itself */
    this.described = new Set();
    this.sending = this.connection("");
    void this.publish();
  }

  /**
   * Say something to the engine, as soon as it is our turn.
   * @param {Record<string, unknown>} message
   */
  async say(message) {
    const now = performance.now();
    this.next = Math.max(this.next, now - AT_ONCE * GAP) + GAP;
    if (this.next > now) await after(this.next - now);
    return this.closed ? undefined : this.line.engine(message).catch(() => undefined);
  }

  /** @param {string} of whose connection it is, '' for our own */
  connection(of) {
    const pc = new RTCPeerConnection({ iceServers: this.ice.servers, bundlePolicy: "max-bundle" });
    pc.onicecandidate = ({ candidate }) => {
      if (this.described.has(pc)) void this.say({ of, c: candidate ? candidate.toJSON() : null });
    };
    return pc;
  }

  /**
   * Our description, with the ways that were found within a moment.
   * @param {RTCPeerConnection} pc
   */
  async describe(pc) {
    await pc.setLocalDescription();
    const complete = new Promise((done) => pc.addEventListener("icegatheringstatechange", () => pc.iceGatheringState === "complete" && done(undefined)));
    if (pc.iceGatheringState !== "complete") await Promise.race([complete, after(GATHERING)]);
    this.described.add(pc);
    return pc.localDescription?.toJSON();
  }

  async publish() {
    for (const kind of KINDS) {
      this.sending.addTransceiver(this.tracks[kind] ?? (kind === "voice" ? "audio" : "video"), { direction: "sendonly" });
    }
    const answer = await this.say({ of: "", d: await this.describe(this.sending) });
    if (this.closed || !answer?.ok) return;
    await this.sending.setRemoteDescription(answer.d);
  }

  /**
   * Watch those who are here; the server says with an offer when one of them sends.
   * @param {Peer[]} peers
   */
  meet(peers) {
    const here = new Set(peers.map((peer) => peer.id));
    for (const [of, pc] of this.watching) {
      if (here.has(of)) continue;
      pc.close();
      this.watching.delete(of);
      this.show.gone(of);
    }
    for (const of of here) if (!this.watching.has(of)) void this.watch(of);
  }

  /** @param {string} of */
  async watch(of) {
    const pc = this.connection(of);
    this.watching.set(of, pc);
    const stream = new MediaStream();
    const screen = new MediaStream();
    this.show.cause(of, "trying");
    pc.ontrack = ({ track, transceiver }) => {
      const at = pc.getTransceivers().indexOf(transceiver);
      (KINDS[at] === "screen" ? screen : stream).addTrack(track);
      this.show.stream(of, stream, screen);
    };
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === "connected") this.show.cause(of, "connected");
      if (pc.connectionState === "failed") this.show.cause(of, "no-route");
    };
    for (let tries = 0; tries < 20 && !this.closed && this.watching.get(of) === pc; tries += 1) {
      const answer = await this.say({ of, watch: true });
      if (answer?.ok && answer.d) {
        await this.answer(of, pc, answer.d);
        return;
      }
      await after(300 + tries * 100);
    }
  }

  /**
   * @param {string} of
   * @param {RTCPeerConnection} pc
   * @param {RTCSessionDescriptionInit} offer
   */
  async answer(of, pc, offer) {
    await pc.setRemoteDescription(offer);
    for (const candidate of this.early.get(of) ?? []) await pc.addIceCandidate(candidate).catch(() => undefined);
    await this.say({ of, d: await this.describe(pc) });
  }

  /**
   * What the engine says through the server.
   * @param {Record<string, any>} message
   */
  take(message) {
    if (!message.c) return;
    const pc = message.of ? this.watching.get(message.of) : this.sending;
    if (pc?.remoteDescription) void pc.addIceCandidate(message.c).catch(() => undefined);
    else this.early.set(message.of ?? "", [...(this.early.get(message.of ?? "") ?? []), message.c]);
  }

  /** @param {typeof KINDS[number]} kind */
  replace(kind) {
    const sender = this.sending.getTransceivers()[KINDS.indexOf(kind)]?.sender;
    if (sender && sender.track !== this.tracks[kind]) void sender.replaceTrack(this.tracks[kind]);
  }

  close() {
    this.closed = true;
    this.sending.close();
    for (const pc of this.watching.values()) pc.close();
    this.watching.clear();
  }
}
