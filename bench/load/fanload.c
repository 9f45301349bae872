/* fanload - WebSocket / Socket.IO v5 (Engine.IO v4) fan-out and RPC load generator.
 *
 * One thread, epoll, no dependencies: so that the generator costs far less CPU than the server.
 * It speaks only to loopback.  Build:  cc -O2 -o fanload fanload.c
 *
 * Two measurements:
 *   fan-out : one client sends an event, the server re-emits it to a room with N clients;
 *             latency = send -> arrival at each client (one clock, no skew), and
 *             completion = send -> arrival at the last client.
 *   rpc     : clients send an event with an acknowledgement id; latency = send -> ack.
 * Open loop (--rate R) gives latency at a given load; closed loop (--window W) gives the ceiling.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ST_IDLE, ST_CONNECTING, ST_HTTP, ST_EIO_OPEN, ST_NS, ST_READY, ST_DEAD };
typedef struct {
  int fd, state, id;
  uint32_t last;  /* last sequence number seen, for the order check */
  uint32_t nrecv; /* broadcasts seen (used by --count-frames / --deflate) */
  uint8_t *rb;
  size_t rlen, rcap; /* left-over bytes of a partial frame */
  uint8_t *wb;
  size_t wlen, wcap; /* unsent bytes */
  double t0;
} Conn;

/* ---- options -------------------------------------------------------------------------- */
static int ports[64], nports;
static const char *path = NULL, *nsp = "/", *auth = NULL;
static char **authl;
static int nauth;
static char **hdrl;
static int nhdr;
static const char *hdr = NULL;
static const char *joinmsg = NULL, *tmpl = NULL, *marker = "\"seq\":", *label = "";
static int N = 100, conc = 64, senders = 1, window_ = 1, payload = 120, raw = 0, deflate_ = 0, countf = 0, rpc = 0;
static int stall_ = 0;
static double rate = 0, dur = 5, warm = 1, settle = 0.3, hold = 0, conn_timeout = 60;
static int pids[32], npids;
static int loop_addr = 0x7f000001, quiet = 0, srcspread = 0;
static const char *wspath;

static Conn *C;
static int ep;
static int nready, ndead, nconnecting, nextc;
static uint8_t big[1 << 20];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}
static void die(const char *f, ...) {
  va_list a;
  va_start(a, f);
  vfprintf(stderr, f, a);
  va_end(a);
  fputc('\n', stderr);
  exit(2);
}

/* ---- latency histogram: 1% log buckets from 1 us ---------------------------------------- */
#define HB 4096
typedef struct {
  uint64_t b[HB], n;
  double max, sum;
} Hist;
#include <math.h>
static int hb(double us) {
  if (us < 1) us = 1;
  int i = (int)(log(us) / log(1.01));
  return i >= HB ? HB - 1 : i;
}
static void hadd(Hist *h, double s) {
  h->b[hb(s * 1e6)]++;
  h->n++;
  h->sum += s;
  if (s > h->max) h->max = s;
}
static double hq(Hist *h, double q) {
  uint64_t k = (uint64_t)(q * h->n), c = 0;
  if (!h->n) return 0;
  for (int i = 0; i < HB; i++) {
    c += h->b[i];
    if (c > k) return pow(1.01, i + 0.5) / 1e3;
  }
  return h->max * 1e3;
}
static Hist hl, hc;

/* ---- broadcast bookkeeping ------------------------------------------------------------ */
#define MAXSEQ 4000000
static double *tsend;
static uint32_t *got;
static uint8_t *meas;
static uint32_t seq_, done_;
static uint64_t delivered, dup_;
static int measuring;
static uint64_t meas_delivered;
static double bytes_in, meas_bytes;
static uint64_t frames_in;

/* ---- IO --------------------------------------------------------------------------------- */
static void kill_conn(Conn *c) {
  if (c->state == ST_DEAD) return;
  if (c->state == ST_READY) nready--;
  else nconnecting--;
  c->state = ST_DEAD;
  ndead++;
  close(c->fd);
}
static void ep_mod(Conn *c, int out) {
  struct epoll_event e = {.events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}
static void wr(Conn *c, const void *p, size_t n) {
  if (c->state == ST_DEAD) return;
  if (!c->wlen) {
    ssize_t r = send(c->fd, p, n, MSG_NOSIGNAL);
    if (r < 0) {
      if (errno != EAGAIN) {
        kill_conn(c);
        return;
      }
      r = 0;
    }
    if ((size_t)r == n) return;
    p = (const char *)p + r;
    n -= r;
  }
  if (c->wlen + n > c->wcap) {
    c->wcap = (c->wlen + n) * 2;
    c->wb = realloc(c->wb, c->wcap);
  }
  memcpy(c->wb + c->wlen, p, n);
  c->wlen += n;
  ep_mod(c, 1);
}
static void wsf(Conn *c, int op, const void *p, size_t n) { /* masked client frame, mask key 0 (legal, and cheap) */
  static uint8_t b[1 << 17];
  size_t h = 0;
  if (n > sizeof b - 16) die("frame too big");
  b[h++] = 0x80 | op;
  if (n < 126) b[h++] = 0x80 | n;
  else {
    b[h++] = 0x80 | 126;
    b[h++] = n >> 8;
    b[h++] = n;
  }
  memset(b + h, 0, 4);
  h += 4;
  memcpy(b + h, p, n);
  wr(c, b, h + n);
}
static void wst(Conn *c, const char *s) { wsf(c, 1, s, strlen(s)); }
static void sio(Conn *c, const char *type, const char *id, const char *body) {
  static char b[1 << 17];
  int k = snprintf(b, sizeof b, "%s%s%s%s%s", type, strcmp(nsp, "/") ? nsp : "", strcmp(nsp, "/") ? "," : "", id, body);
  wsf(c, 1, b, k);
}

static void start_conn(Conn *c) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(ports[c->id % nports]), .sin_addr.s_addr = htonl(loop_addr)};
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) die("socket: %s (raise ulimit -n)", strerror(errno));
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (srcspread) { /* more than 28k clients: spread the source addresses over 127.0.0.x */
    struct sockaddr_in s = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002 + c->id / 20000)};
    setsockopt(c->fd, IPPROTO_IP, 24, &one, sizeof one);
    bind(c->fd, (void *)&s, sizeof s);
  }
  if (stall_ && c->id >= N - stall_) {
    int small = 4096;
    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  }
  c->state = ST_CONNECTING;
  c->t0 = now();
  nconnecting++;
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
  if (connect(c->fd, (void *)&a, sizeof a) < 0 && errno != EINPROGRESS) kill_conn(c);
}
static void become_ready(Conn *c) {
  c->state = ST_READY;
  nready++;
  nconnecting--;
  if (joinmsg && !raw) sio(c, "42", "", joinmsg);
  else if (joinmsg) wst(c, joinmsg);
}

static uint64_t misorder;
static void seen(Conn *c, uint32_t s, double t) {
  if (senders == 1 && !rpc && s + 1 < c->last + 1) misorder++;
  c->last = s;
  if (s >= seq_) {
    dup_++;
    return;
  }
  delivered++;
  got[s]++;
  if (meas[s]) {
    hadd(&hl, t - tsend[s]);
    meas_delivered++;
  }
  if (got[s] == (uint32_t)(rpc ? 1 : nready)) {
    done_++;
    if (meas[s]) hadd(&hc, t - tsend[s]);
  }
}
static void on_msg(Conn *c, int op, uint8_t *p, size_t n, double t) {
  if (op == 9) {
    wsf(c, 10, p, n);
    return;
  }
  if (op == 8) {
    kill_conn(c);
    return;
  }
  if (op == 10) return;
  frames_in++;
  if (!raw) {
    if (deflate_ && c->state != ST_READY) { /* compressed handshake packets: advance by order */
      if (c->state == ST_EIO_OPEN) {
        sio(c, "40", "", auth ? auth : "");
        c->state = ST_NS;
      } else if (c->state == ST_NS) become_ready(c);
      return;
    }
    if (deflate_) {
      if (n < 6) wst(c, "3");
      else if (measuring || 1) seen(c, c->nrecv++, t);
      return;
    }
    if (n && p[0] == '2') {
      wst(c, "3");
      return;
    }
    if (n && p[0] == '0') {
      const char *a = nauth ? authl[c->id % nauth] : auth ? auth : "";
      sio(c, "40", "", a);
      c->state = ST_NS;
      return;
    }
    if (n > 1 && p[0] == '4' && p[1] == '0') {
      if (c->state == ST_NS) become_ready(c);
      return;
    }
    if (n > 1 && p[0] == '4' && p[1] == '4') {
      if (!quiet) fprintf(stderr, "connect error: %.*s\n", (int)n, p);
      kill_conn(c);
      return;
    }
    if (n > 1 && p[0] == '4' && p[1] == '3') {
      if (rpc) {
        uint8_t *q = p + 2, *e = p + n;
        if (q < e && *q == '/') {
          q = memchr(q, ',', e - q);
          if (!q) return;
          q++;
        }
        uint32_t s = 0;
        while (q < e && *q >= '0' && *q <= '9') s = s * 10 + *q++ - '0';
        seen(c, s, t);
      }
      return;
    }
    if (rpc) return;
  }
  if (countf || deflate_) {
    seen(c, c->nrecv++, t);
    return;
  }
  size_t ml = strlen(marker);
  uint8_t *e = p + n, *q = p;
  while ((q = memmem(q, e - q, marker, ml))) {
    q += ml;
    while (q < e && *q == ' ') q++;
    uint32_t s = 0;
    int d = 0;
    while (q < e && *q >= '0' && *q <= '9') {
      s = s * 10 + *q++ - '0';
      d++;
    }
    if (d) seen(c, s, t);
  }
}
static void parse(Conn *c, uint8_t *p, size_t n, double t) { /* consumes p[0..n), keeps the rest in c->rb */
  size_t o = 0;
  if (c->state == ST_HTTP) {
    uint8_t *e = memmem(p, n, "\r\n\r\n", 4);
    if (!e) goto keep;
    if (n < 12 || memcmp(p + 9, "101", 3)) {
      if (!quiet) fprintf(stderr, "handshake refused: %.*s\n", (int)(n > 60 ? 60 : n), p);
      kill_conn(c);
      return;
    }
    o = e + 4 - p;
    if (raw) become_ready(c);
    else c->state = ST_EIO_OPEN;
  }
  while (c->state != ST_DEAD && n - o >= 2) {
    size_t l = p[o + 1] & 127, h = 2;
    if (l == 126) {
      if (n - o < 4) break;
      l = p[o + 2] << 8 | p[o + 3];
      h = 4;
    } else if (l == 127) {
      if (n - o < 10) break;
      l = 0;
      for (int i = 2; i < 10; i++) l = l << 8 | p[o + i];
      h = 10;
    }
    if (n - o < h + l) break;
    on_msg(c, p[o] & 15, p + o + h, l, t);
    o += h + l;
  }
keep:
  if (c->state == ST_DEAD) return;
  if (o < n) {
    size_t k = n - o;
    if (k > c->rcap) {
      uint8_t *nb = malloc(k * 2);
      memcpy(nb, p + o, k);
      if (c->rb) free(c->rb);
      c->rb = nb;
      c->rcap = k * 2;
    } else memmove(c->rb, p + o, k);
    c->rlen = k;
  } else c->rlen = 0;
}
static void on_io(Conn *c, uint32_t ev) {
  if (c->state == ST_DEAD) return;
  if (c->state == ST_CONNECTING && (ev & (EPOLLOUT | EPOLLERR | EPOLLHUP))) {
    int err = 0;
    socklen_t l = sizeof err;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
    if (err) {
      if (!quiet) fprintf(stderr, "connect: %s\n", strerror(err));
      kill_conn(c);
      return;
    }
    static char rq[16384];
    static char both[8192];
    snprintf(both, sizeof both, "%s%s%s", hdr ? hdr : "", hdr && nhdr ? "\r\n" : "", nhdr ? hdrl[c->id % nhdr] : "");
    const char *x = both;
    int k =
        snprintf(rq, sizeof rq,
                 "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
                 "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s%s\r\n",
                 wspath, ports[c->id % nports],
                 deflate_ ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "", x, *x ? "\r\n" : "");
    c->state = ST_HTTP;
    ep_mod(c, 0);
    wr(c, rq, k);
    return;
  }
  if (ev & EPOLLOUT && c->wlen) {
    ssize_t r = send(c->fd, c->wb, c->wlen, MSG_NOSIGNAL);
    if (r > 0) {
      memmove(c->wb, c->wb + r, c->wlen - r);
      c->wlen -= r;
    }
    if (!c->wlen) ep_mod(c, 0);
  }
  if (ev & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    size_t pre = c->rlen;
    if (pre) memcpy(big, c->rb, pre);
    ssize_t r = recv(c->fd, big + pre, sizeof big - pre, 0);
    if (r <= 0) {
      if (r < 0 && (errno == EAGAIN || errno == EINTR)) return;
      kill_conn(c);
      return;
    }
    bytes_in += r;
    if (measuring) meas_bytes += r;
    c->rlen = 0;
    parse(c, big, pre + r, now());
  }
}
static void pump(int ms) {
  static struct epoll_event ev[1024];
  int k = epoll_wait(ep, ev, 1024, ms);
  for (int i = 0; i < k; i++) on_io(ev[i].data.ptr, ev[i].events);
}

static char *pad;
static size_t padlen;
static void bcast(void) {
  static char b[1 << 17], idb[16];
  if (seq_ >= MAXSEQ) die("too many broadcasts");
  uint32_t s = seq_;
  size_t o = 0;
  for (const char *q = tmpl; *q;) {
    if (!strncmp(q, "{seq}", 5)) {
      o += sprintf(b + o, "%u", s);
      q += 5;
    } else if (!strncmp(q, "{pad}", 5)) {
      memcpy(b + o, pad + (s * 37u) % (padlen - payload), payload);
      o += payload;
      q += 5;
    } else if (!strncmp(q, "{client}", 8)) {
      o += sprintf(b + o, "%u", s % senders);
      q += 8;
    } else b[o++] = *q++;
  }
  b[o] = 0;
  Conn *c = &C[s % senders];
  if (c->state != ST_READY)
    for (int i = 0; i < N; i++)
      if (C[i].state == ST_READY) {
        c = &C[i];
        break;
      }
  meas[s] = measuring;
  tsend[s] = now();
  seq_++;
  if (raw) wsf(c, 1, b, o);
  else {
    if (rpc) sprintf(idb, "%u", s);
    else idb[0] = 0;
    sio(c, "42", idb, b);
  }
}

/* ---- /proc ------------------------------------------------------------------------------- */
static double cpu_of(int pid) {
  char p[300];
  double s = 0;
  snprintf(p, sizeof p, "/proc/%d/task", pid);
  DIR *d = opendir(p);
  if (!d) return 0;
  struct dirent *e;
  while ((e = readdir(d))) {
    if (e->d_name[0] == '.') continue;
    snprintf(p, sizeof p, "/proc/%d/task/%.32s/schedstat", pid, e->d_name);
    FILE *f = fopen(p, "r");
    double x;
    if (f) {
      if (fscanf(f, "%lf", &x) == 1) s += x * 1e-9;
      fclose(f);
    }
  }
  closedir(d);
  return s;
}
static double rss_of(int pid) {
  char p[64], l[256];
  snprintf(p, 64, "/proc/%d/status", pid);
  FILE *f = fopen(p, "r");
  double r = 0;
  if (!f) return 0;
  while (fgets(l, 256, f))
    if (!strncmp(l, "VmRSS:", 6)) r = atof(l + 6) / 1024;
  fclose(f);
  return r;
}
static double cpus(void) {
  double s = 0;
  for (int i = 0; i < npids; i++) s += cpu_of(pids[i]);
  return s;
}
static double rss(void) {
  double s = 0;
  for (int i = 0; i < npids; i++) s += rss_of(pids[i]);
  return s;
}
static double self_cpu(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
}
static double sys_busy(void) {
  double v[8] = {0};
  FILE *f = fopen("/proc/stat", "r");
  if (!f) return 0;
  if (fscanf(f, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7)) {}
  fclose(f);
  return (v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) / 100;
}
static char **lines(const char *fn, int *n) {
  FILE *f = fopen(fn, "r");
  if (!f) die("cannot open %s", fn);
  char **v = NULL, l[16384];
  *n = 0;
  while (fgets(l, sizeof l, f)) {
    l[strcspn(l, "\r\n")] = 0;
    v = realloc(v, (*n + 1) * sizeof *v);
    v[(*n)++] = strdup(l);
  }
  fclose(f);
  return v;
}

static void usage(void) {
  puts("fanload [options]       (loopback only)\n"
       "  --port P[,P..]        server port(s); clients are spread round-robin\n"
       "  --path PATH           default /socket.io/?EIO=4&transport=websocket  (raw: /ws)\n"
       "  --raw                 plain WebSocket text frames instead of Socket.IO\n"
       "  --namespace NS        Socket.IO namespace (default /)\n"
       "  --auth JSON | --auth-file F      CONNECT payload, the same for all / one line per client\n"
       "  --header H  and --header-file F  extra handshake headers (e.g. 'Cookie: s=..'), same / one line per client\n"
       "  --join EVENT          JSON array sent once per client after connecting, e.g. '[\"join\",{\"room\":\"r1\"}]'\n"
       "  --send EVENT          JSON array template with {seq} {pad} {client}; default "
       "'[\"bcast\",{\"seq\":{seq},\"text\":\"{pad}\"}]'\n"
       "  --marker M            text that precedes the sequence number in what is received (default \"seq\":)\n"
       "  --count-frames        do not look for the marker: the n-th frame of a client is the n-th broadcast\n"
       "  --deflate             offer permessage-deflate (implies --count-frames)\n"
       "  --rpc                 measure event -> ack instead of event -> broadcast\n"
       "  -n N                  clients      --concurrency K  handshakes in flight   --senders S  clients that take turns\n"
       "  --rate R              open loop, R broadcasts/s;   or   --window W  closed loop, W in flight\n"
       "  --duration S --warmup S --hold S (idle time after connecting) --payload BYTES (length of {pad})\n"
       "  --stall K             the last K clients stop reading after connecting (slow consumers; they get no pings either)\n"
       "  --pid P[,P..]         server processes: CPU and RSS read from /proc\n"
       "  --label L             copied to the JSON result");
  exit(0);
}

int main(int ac, char **av) {
  for (int i = 1; i < ac; i++) {
#define A(s) (!strcmp(av[i], s))
#define V (i + 1 < ac ? av[++i] : (die("%s wants a value", av[i]), ""))
    if (A("--port")) {
      for (char *t = strtok(strdup(V), ","); t; t = strtok(NULL, ",")) ports[nports++] = atoi(t);
    } else if (A("--pid")) {
      for (char *t = strtok(strdup(V), ","); t; t = strtok(NULL, ",")) pids[npids++] = atoi(t);
    } else if (A("--path")) path = V;
    else if (A("--namespace")) nsp = V;
    else if (A("--auth")) auth = V;
    else if (A("--auth-file")) authl = lines(V, &nauth);
    else if (A("--header")) hdr = V;
    else if (A("--header-file")) hdrl = lines(V, &nhdr);
    else if (A("--join")) joinmsg = V;
    else if (A("--send")) tmpl = V;
    else if (A("--marker")) marker = V;
    else if (A("-n")) N = atoi(V);
    else if (A("--concurrency")) conc = atoi(V);
    else if (A("--senders")) senders = atoi(V);
    else if (A("--rate")) rate = atof(V);
    else if (A("--window")) window_ = atoi(V);
    else if (A("--duration")) dur = atof(V);
    else if (A("--warmup")) warm = atof(V);
    else if (A("--hold")) hold = atof(V);
    else if (A("--payload")) payload = atoi(V);
    else if (A("--label")) label = V;
    else if (A("--raw")) raw = 1;
    else if (A("--deflate")) deflate_ = 1;
    else if (A("--count-frames")) countf = 1;
    else if (A("--rpc")) rpc = 1;
    else if (A("--stall")) stall_ = atoi(V);
    else if (A("--quiet")) quiet = 1;
    else if (A("--spread")) srcspread = 1;
    else if (A("--connect-timeout")) conn_timeout = atof(V);
    else usage();
  }
  if (!nports) usage();
  wspath = path ? path : raw ? "/ws" : "/socket.io/?EIO=4&transport=websocket";
  if (!tmpl) tmpl = raw ? "{\"seq\":{seq},\"text\":\"{pad}\"}" : "[\"bcast\",{\"seq\":{seq},\"text\":\"{pad}\"}]";
  { /* pseudo-random words, four times as long as needed: every broadcast takes another part */
    static const char *w[] = {"pitch",  "deck", "vote",  "great",   "question", "how",  "will", "you",  "scale", "this",
                              "market", "what", "about", "privacy", "thanks",   "demo", "team", "next", "round", "slot"};
    size_t L = (size_t)payload * 4 + 64, k = 0;
    uint32_t r = 12345;
    pad = malloc(L + 32);
    padlen = L;
    while (k < L) {
      r = r * 1664525 + 1013904223;
      const char *q = w[(r >> 16) % 20];
      size_t l = strlen(q);
      memcpy(pad + k, q, l);
      k += l;
      pad[k++] = ' ';
    }
  }
  struct rlimit rl;
  getrlimit(RLIMIT_NOFILE, &rl);
  rl.rlim_cur = rl.rlim_max;
  setrlimit(RLIMIT_NOFILE, &rl);
  tsend = calloc(MAXSEQ, sizeof *tsend);
  got = calloc(MAXSEQ, sizeof *got);
  meas = calloc(MAXSEQ, 1);
  C = calloc(N, sizeof *C);
  ep = epoll_create1(0);
  for (int i = 0; i < N; i++) C[i].id = i;
  double r0 = rss(), c0 = cpus(), t0 = now();
  while (nready + ndead < N && now() - t0 < conn_timeout) {
    while (nextc < N && nconnecting < conc) start_conn(&C[nextc++]);
    pump(20);
  }
  double ramp = now() - t0, rampcpu = cpus() - c0;
  int ready = nready;
  for (double e = now() + settle + hold; now() < e;) pump(20);
  for (int i = N - 1; i >= 0 && stall_ > 0; i--)
    if (C[i].state == ST_READY) {
      epoll_ctl(ep, EPOLL_CTL_DEL, C[i].fd, NULL);
      nready--;
      stall_--;
    }
  double r1 = rss();
  if (!nready) die("no client connected");
  /* warm-up, measure, drain */
  double tw = now() + warm, te = tw + dur, ts = 0, cs = 0, ss = 0, sb = 0, nextt = now(), tlast = now();
  uint64_t d0 = 0, d1 = 0;
  uint32_t m0 = 0, b0 = 0;
  double cpu1 = 0, self1 = 0, busy1 = 0, tend = 0;
  int stalled = 0;
  for (;;) {
    double t = now();
    if (!measuring && !tend && t >= tw) {
      measuring = 1;
      ts = t;
      cs = cpus();
      ss = self_cpu();
      sb = sys_busy();
      d0 = delivered;
      b0 = done_;
      m0 = seq_;
    }
    if (measuring && t >= te) {
      measuring = 0;
      tend = t;
      cpu1 = cpus() - cs;
      self1 = self_cpu() - ss;
      busy1 = sys_busy() - sb;
      d1 = delivered - d0;
      b0 = done_ - b0;
      m0 = seq_ - m0;
      tlast = t;
    }
    if (tend) {
      if (done_ >= seq_ || t - tlast > 3) break;
      pump(20);
      continue;
    }
    if (rate > 0) {
      while (nextt <= t) {
        bcast();
        nextt += 1 / rate;
        if (t - nextt > 1) nextt = t;
      }
      double w = (nextt - now()) * 1e3;
      pump(w < 1 ? (w > 0.2 ? 1 : 0) : w > 20 ? 20 : (int)w);
    } else {
      uint32_t before = done_;
      while (seq_ - done_ < (uint32_t)window_) {
        bcast();
        tlast = now();
      }
      pump(20);
      if (done_ != before) tlast = now();
      if (now() - tlast > 3) {
        stalled++;
        done_ = seq_;
      }
    }
  }
  double el = tend - ts;
  uint64_t expect = 0, gotm = 0;
  for (uint32_t s = 0; s < seq_; s++)
    if (meas[s]) {
      expect += rpc ? 1 : nready;
      gotm += got[s];
    }
  printf("{\"label\":\"%s\",\"clients\":%d,\"ready\":%d,\"dead\":%d,\"ramp_s\":%.3f,\"conn_per_s\":%.0f,\"conn_cpu_us\":%.0f,"
         "\"kib_per_conn\":%.1f,\"rss_mib\":%.1f,"
         "\"sent\":%u,\"bcast_per_s\":%.1f,\"deliv_per_s\":%.0f,\"lost\":%lld,\"stalled\":%d,\"p50_ms\":%.2f,\"p90_ms\":%.2f,"
         "\"p99_ms\":%.2f,\"max_ms\":%.2f,\"last_p50_ms\":%.2f,\"last_p99_ms\":%.2f,"
         "\"srv_cpu\":%.3f,\"srv_us_per_deliv\":%.2f,\"gen_cpu\":%.3f,\"gen_us_per_deliv\":%.2f,\"other_cpu\":%.2f,\"bytes_per_"
         "deliv\":%.0f,\"dup\":%llu,\"rss_end_mib\":%.1f,\"misorder\":%llu}\n",
         label, N, ready, ndead, ramp, ready / ramp, ready ? rampcpu / ready * 1e6 : 0, ready ? (r1 - r0) * 1024 / ready : 0, r1,
         m0, (rate > 0 ? m0 : b0) / el, d1 / el, (long long)(expect - gotm), stalled, hq(&hl, .5), hq(&hl, .9), hq(&hl, .99),
         hl.max * 1e3, hq(&hc, .5), hq(&hc, .99), cpu1 / el, d1 ? cpu1 / d1 * 1e6 : 0, self1 / el, d1 ? self1 / d1 * 1e6 : 0,
         busy1 / el - cpu1 / el - self1 / el, d1 ? meas_bytes / d1 : 0, (unsigned long long)dup_, rss(),
         (unsigned long long)misorder);
  return 0;
}
