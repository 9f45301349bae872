/**
 * A call from browser to browser. Each rule stems from a failure that was seen (docs/decisions/0028):
 * whoever came later offers, the other one answers; three lines (voice, camera, screen) are there from the beginning and
 * change by replaceTrack, so that nothing has to be agreed on again; signals of one peer are taken one after the other;
 * only the side that offers looks after the connection, and tries again with growing pauses.
 */

/** @typedef {import("./call-line.js").Line} Line */
/** @typedef {import("./call-line.js").Peer} Peer */
/** @typedef {import("./call-line.js").Signal} Signal */
/** @typedef {import("./call-line.js").Ice} Ice */
/** @typedef {{ voice: MediaStreamTrack | null, camera: MediaStreamTrack | null, screen: MediaStreamTrack | null }} Tracks */
/** @typedef {"" | "trying" | "connected" | "unstable" | "no-route" | "no-relay" | "relay-refused"} Cause */
/** @typedef {{ stream: (peer: string, stream: MediaStream, screen: MediaStream) => void, cause: (peer: string, cause: Cause) => void,
 *   gone: (peer: string) => void }} Showing */

const KINDS = /** @type {const} */ (["voice", "camera", "screen"]);
const PAUSES = [1000, 2000, 4000, 8000, 8000];
const FIRST_ANSWER = 6000;
const UNSTABLE = 3000;
const RATES = [0, 1200, 1200, 600, 400];

class Link {
  /**
   * @param {Mesh} mesh
   * @param {string} peer
   * @param {boolean} offers whether we came later, and so offer and look after the connection
   */
  constructor(mesh, peer, offers) {
    this.mesh = mesh;
    this.peer = peer;
    this.offers = offers;
    this.pc = new RTCPeerConnection(mesh.configuration());
    this.stream = new MediaStream();
    this.screen = new MediaStream();
    this.tries = 0;
    this.closed = false;
    this.making = false;
    this.ignoring = false;
    this.refused = false;
    this.relays = 0;
    /** @type {RTCIceCandidateInit[]} */
    this.early = [];
    /** @type {Promise<unknown>} */
    this.queue = Promise.resolve();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.pc.onicecandidate = ({ candidate }) => {
      if (!candidate) return;
      if (candidate.candidate.includes(" typ relay")) this.relays += 1;
      mesh.line.signal(peer, { c: candidate.toJSON() });
    };
    this.pc.onicecandidateerror = (event) => {
      if (event.errorCode !== 401 || this.refused) return;
      this.refused = true;
      if (mesh.relayOnly()) mesh.show.cause(peer, "relay-refused");
    };
    this.pc.ontrack = ({ track, transceiver }) => {
      const at = this.pc.getTransceivers().indexOf(transceiver);
      (KINDS[at] === "screen" ? this.screen : this.stream).addTrack(track);
      mesh.show.stream(peer, this.stream, this.screen);
    };
    this.pc.onconnectionstatechange = () => this.look();
    if (offers) void this.begin();
    else this.watch(FIRST_ANSWER * 2);
  }

  async begin() {
    for (const kind of KINDS) {
      const track = this.mesh.tracks[kind];
      this.pc.addTransceiver(track ?? (kind === "voice" ? "audio" : "video"), { direction: "sendrecv" });
    }
    this.mesh.show.cause(this.peer, "trying");
    await this.offer();
    this.watch(FIRST_ANSWER);
  }

  async offer() {
    try {
      this.making = true;
      await this.pc.setLocalDescription();
      if (this.pc.localDescription) this.mesh.line.signal(this.peer, { d: this.pc.localDescription.toJSON() });
    } finally {
      this.making = false;
    }
  }

  /** @param {Signal} signal */
  take(signal) {
    this.queue = this.queue.then(() => this.hear(signal)).catch((error) => {
      if (!this.ignoring && !this.closed) console.warn("a signal could not be used:", error?.message ?? error);
    });
  }

  /** @param {Signal} signal */
  async hear(signal) {
    if (this.closed) return;
    if (signal.c) {
      if (this.pc.remoteDescription) await this.pc.addIceCandidate(signal.c);
      else this.early.push(signal.c);
      return;
    }
    if (!signal.d) return;
    const collision = signal.d.type === "offer" && (this.making || this.pc.signalingState !== "stable");
    // Whoever came later gives way: they are the polite side.
    this.ignoring = collision && !this.offers;
    if (this.ignoring || (signal.d.type === "answer" && this.pc.signalingState !== "have-local-offer")) return;
    await this.pc.setRemoteDescription(signal.d);
    for (const candidate of this.early.splice(0)) await this.pc.addIceCandidate(candidate).catch(() => undefined);
    if (signal.d.type === "offer") {
      await this.answerWithTracks();
      await this.pc.setLocalDescription();
      if (this.pc.localDescription) this.mesh.line.signal(this.peer, { d: this.pc.localDescription.toJSON() });
    }
    await this.limit();
  }

  async answerWithTracks() {
    const lines = this.pc.getTransceivers();
    for (const [at, kind] of KINDS.entries()) {
      const line = lines[at];
      if (!line) continue;
      line.direction = "sendrecv";
      if (line.sender.track !== this.mesh.tracks[kind]) await line.sender.replaceTrack(this.mesh.tracks[kind]);
    }
  }

  /** @param {typeof KINDS[number]} kind */
  async replace(kind) {
    const line = this.pc.getTransceivers()[KINDS.indexOf(kind)];
    if (line && line.sender.track !== this.mesh.tracks[kind]) await line.sender.replaceTrack(this.mesh.tracks[kind]);
  }

  /** How much each camera may send, by how many are here. */
  async limit() {
    for (const [at, kind] of KINDS.entries()) {
      const sender = this.pc.getTransceivers()[at]?.sender;
      if (!sender || kind === "voice") continue;
      const parameters = sender.getParameters();
      if (!parameters.encodings?.length) continue;
      const rate = (RATES[this.mesh.links.size + 1] ?? 400) * 1000;
      for (const one of parameters.encodings) one.maxBitrate = kind === "screen" ? 1_500_000 : rate;
      await sender.setParameters(parameters).catch(() => undefined);
    }
  }

  /** @param {number} pause */
  watch(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.late(), pause);
  }

  look() {
    if (this.closed) return;
    const state = this.pc.connectionState;
    if (state === "connected") {
      clearTimeout(this.timer);
      this.tries = 0;
      this.mesh.show.cause(this.peer, "connected");
      void this.limit();
    } else if (state === "disconnected") {
      this.watch(UNSTABLE);
    } else if (state === "failed") {
      this.again();
    }
  }

  /** It has taken too long. */
  late() {
    if (this.closed || this.pc.connectionState === "connected") return;
    if (this.pc.connectionState === "disconnected") {
      this.mesh.show.cause(this.peer, "unstable");
      this.watch(FIRST_ANSWER);
      if (this.offers && this.tries === 0) this.again();
      return;
    }
    this.again(true);
  }

  /** @param {boolean} [late] whether it has taken so long that it has to be said why */
  again(late = false) {
    if (this.tries >= PAUSES.length) {
      this.mesh.show.cause(this.peer, this.why());
      return;
    }
    const pause = PAUSES[this.tries];
    this.tries += 1;
    if (late || this.tries > 1) this.mesh.show.cause(this.peer, this.why());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.restart(), pause);
  }

  async restart() {
    if (this.closed || this.pc.connectionState === "connected") return;
    if (this.offers) {
      await this.mesh.renew();
      if (this.closed) return;
      this.pc.restartIce();
      await this.offer().catch(() => undefined);
    }
    this.watch(FIRST_ANSWER);
  }

  /** @returns {Cause} */
  why() {
    const relays = this.mesh.configuration().iceServers?.some((one) => String(one.urls).includes("turn")) ?? false;
    if (this.refused) return "relay-refused";
    if ((relays || this.mesh.relayOnly()) && !this.relays) return "no-relay";
    return "no-route";
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.pc.close();
  }
}

export class Mesh {
  /**
   * @param {Line} line
   * @param {Ice} ice
   * @param {Tracks} tracks
   * @param {Showing} show
   * @param {boolean} relayOnly whether this person wants their address hidden
   */
  constructor(line, ice, tracks, show, relayOnly) {
    this.line = line;
    this.ice = ice;
    this.tracks = tracks;
    this.show = show;
    this.wishesRelay = relayOnly;
    /** @type {Map<string, Link>} */
    this.links = new Map();
    /** @type {Map<string, Signal[]>} */
    this.early = new Map();
    /** @type {Map<string, number>} */
    this.heard = new Map();
    /** @type {Set<string>} */
    this.here = new Set();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.renewal = undefined;
    this.renewLater();
  }

  /** Names and passwords of the relay end after some minutes; while our visit stands we are given new ones. */
  renewLater(pause = this.ice.good_for * 750) {
    clearTimeout(this.renewal);
    if (this.ice.good_for) this.renewal = setTimeout(() => void this.renew(), pause);
  }

  async renew() {
    const ice = await this.line.ice();
    if (ice) this.ice = ice;
    // What stands goes on; the new ones are for what has to be found anew.
    for (const link of this.links.values()) if (!link.closed) link.pc.setConfiguration(this.configuration());
    this.renewLater(ice ? undefined : 20000);
  }

  relayOnly() {
    return this.wishesRelay || this.ice.relay_only;
  }

  /** @returns {RTCConfiguration} */
  configuration() {
    return { iceServers: this.ice.servers, iceTransportPolicy: this.relayOnly() ? "relay" : "all", bundlePolicy: "max-bundle" };
  }

  /**
   * Who is here: connections to those who went are closed, and to those who came before us offered.
   * @param {Peer[]} peers
   * @param {number} order our own place in the order in which all came
   */
  meet(peers, order) {
    this.here = new Set(peers.map((peer) => peer.id));
    for (const [peer, link] of this.links) {
      if (this.here.has(peer)) continue;
      link.close();
      this.links.delete(peer);
      this.show.gone(peer);
    }
    for (const peer of peers) if (peer.order < order && !this.links.has(peer.id)) this.link(peer.id, true);
    for (const [peer, signals] of [...this.early]) {
      if (!this.here.has(peer)) continue;
      this.early.delete(peer);
      for (const signal of signals) this.take(signal, true);
    }
    for (const link of this.links.values()) void link.limit();
  }

  /**
   * @param {string} peer
   * @param {boolean} offers
   */
  link(peer, offers) {
    const made = new Link(this, peer, offers);
    this.links.set(peer, made);
    return made;
  }

  /**
   * @param {Signal} signal
   * @param {boolean} [again] whether it was kept until its sender was known
   */
  take(signal, again = false) {
    // What was sent twice, since its answer was lost, is known by its number.
    if (!again && signal.seq <= (this.heard.get(signal.from) ?? 0)) return;
    this.heard.set(signal.from, Math.max(signal.seq, this.heard.get(signal.from) ?? 0));
    if (!this.here.has(signal.from)) {
      this.early.set(signal.from, [...(this.early.get(signal.from) ?? []).slice(-60), signal]);
      return;
    }
    const link = this.links.get(signal.from) ?? this.link(signal.from, false);
    link.take(signal);
  }

  /** @param {keyof Tracks} kind */
  replace(kind) {
    for (const link of this.links.values()) void link.replace(kind);
  }

  close() {
    clearTimeout(this.renewal);
    for (const link of this.links.values()) link.close();
    this.links.clear();
  }
}
