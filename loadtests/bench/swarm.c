/* The lean swarm: thousands of WebSocket viewers on one epoll loop, cheap enough not to be the bottleneck.
 *
 *   swarm HOST PORT PATH VIEWERS FIRST EXPECT [-b] [-H 'Name: value']…
 *
 * Opens VIEWERS sockets, at most 256 handshakes at a time, sends FIRST (a text frame; -b: binary; empty: nothing) on each and waits
 * for a message that contains EXPECT (empty: the handshake is enough). Prints {"ready":SECONDS,…} and then obeys lines on stdin:
 *
 *   measure SECONDS            count what arrives, print one JSON line
 *   send RATE SECONDS PAYLOAD  spread RATE text frames a second over all sockets for SECONDS, print one JSON line; arrivals count too
 *   quit
 *
 * A message is counted for each marker  t=<19 digits>  in a payload: the publisher's CLOCK_MONOTONIC in nanoseconds on the same
 * machine; the difference to now is its latency. Pings are answered. Everything is printed as seconds, bytes or counts.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTING, UPGRADING, JOINING, READY, DEAD };
enum { IN_FLIGHT_MAX = 256, CARRY = 32, BUCKETS = 200000 };

typedef struct {
    int fd;
    unsigned char state, opcode, head_length, carry_length;
    unsigned char head[14];
    unsigned char carry[CARRY]; /* the end of the last read, for a marker that is cut in two */
    uint64_t remaining;         /* bytes of the current frame's payload that are still to come */
    uint64_t started_ns, joined_ns;
    unsigned char ping[125];
    unsigned char ping_length;
} Viewer;

static Viewer *viewers;
static int count, opened, in_flight, ready, dead, epoll_fd;
static struct sockaddr_in address;
static char request[2048], expect[256];
static unsigned char first_frame[4096];
static size_t request_length, first_length, expect_length;
static uint64_t messages, bytes, frames, sent_frames, errors_seen;
static uint32_t histogram[BUCKETS + 1]; /* of 0.1 ms */
static uint64_t latency_max_ns;
static unsigned char buffer[1 << 18];

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* A client's frame with a mask of zeros: valid, and its payload needs no work. */
static size_t make_frame(unsigned char *out, int opcode, const unsigned char *payload, size_t length) {
    size_t n = 0;
    out[n++] = (unsigned char)(0x80 | opcode);
    if (length < 126) {
        out[n++] = (unsigned char)(0x80 | length);
    } else {
        out[n++] = 0x80 | 126;
        out[n++] = (unsigned char)(length >> 8);
        out[n++] = (unsigned char)length;
    }
    memset(out + n, 0, 4);
    n += 4;
    memcpy(out + n, payload, length);
    return n + length;
}

static void lose(Viewer *v) {
    if (v->state == DEAD) return;
    if (v->state != READY) in_flight--;
    else ready--;
    v->state = DEAD;
    dead++;
    close(v->fd);
}

static void open_more(void) {
    while (in_flight < IN_FLIGHT_MAX && opened < count) {
        Viewer *v = &viewers[opened];
        v->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (v->fd < 0) { perror("socket"); exit(1); }
        int one = 1;
        setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        /* One address has 28,000 ports: spread the swarm over 127.0.0.x. */
        struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001u + (uint32_t)(opened / 20000))};
        setsockopt(v->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        if (bind(v->fd, (struct sockaddr *)&from, sizeof from) < 0) { perror("bind"); exit(1); }
        v->started_ns = now_ns();
        if (connect(v->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) { perror("connect"); exit(1); }
        struct epoll_event e = {.events = EPOLLOUT, .data.u32 = (uint32_t)opened};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, v->fd, &e);
        v->state = CONNECTING;
        in_flight++;
        opened++;
    }
}

static void become_ready(Viewer *v) {
    v->state = READY;
    v->joined_ns = now_ns();
    in_flight--;
    ready++;
    open_more();
}

static void note_latency(const unsigned char *digits) {
    uint64_t at = 0;
    for (int i = 0; i < 19; i++) {
        if (digits[i] < '0' || digits[i] > '9') return;
        at = at * 10 + (uint64_t)(digits[i] - '0');
    }
    messages++;
    uint64_t late = now_ns() - at;
    if ((int64_t)late < 0) late = 0;
    if (late > latency_max_ns) latency_max_ns = late;
    uint64_t bucket = late / 100000;
    histogram[bucket > BUCKETS ? BUCKETS : bucket]++;
}

static void scan(Viewer *v, const unsigned char *data, size_t length) {
    static unsigned char joined[sizeof buffer + CARRY];
    memcpy(joined, v->carry, v->carry_length);
    memcpy(joined + v->carry_length, data, length);
    size_t total = v->carry_length + length, done = 0;
    if (v->state == JOINING && expect_length && memmem(joined, total, expect, expect_length)) become_ready(v);
    while (done + 21 <= total) {
        unsigned char *hit = memmem(joined + done, total - done, "t=", 2);
        if (!hit) { done = total - 1; break; }
        done = (size_t)(hit - joined);
        if (done + 21 > total) break;
        note_latency(hit + 2);
        done += 2;
    }
    size_t keep = total - done > CARRY - 1 ? CARRY - 1 : total - done;
    memcpy(v->carry, joined + total - keep, keep);
    v->carry_length = (unsigned char)keep;
}

static void end_frame(Viewer *v) {
    frames++;
    if (v->opcode == 9) {
        unsigned char pong[140];
        size_t n = make_frame(pong, 10, v->ping, v->ping_length);
        if (write(v->fd, pong, n) < 0 && errno != EAGAIN) lose(v);
        v->ping_length = 0;
    } else if (v->opcode == 8) {
        lose(v);
    }
}

static void feed(Viewer *v, const unsigned char *data, size_t length) {
    while (length && v->state != DEAD) {
        if (!v->remaining) {
            v->head[v->head_length++] = *data++;
            length--;
            if (v->head_length < 2) continue;
            unsigned wide = (v->head[1] & 127) == 126 ? 2 : (v->head[1] & 127) == 127 ? 8 : 0;
            if (v->head_length < 2 + wide) continue;
            uint64_t size = v->head[1] & 127;
            if (wide) {
                size = 0;
                for (unsigned i = 0; i < wide; i++) size = size << 8 | v->head[2 + i];
            }
            v->opcode = v->head[0] & 15;
            v->head_length = 0;
            v->remaining = size;
            if (!size) end_frame(v);
            continue;
        }
        size_t part = length < v->remaining ? length : (size_t)v->remaining;
        if (v->opcode == 9) {
            size_t room = sizeof v->ping - v->ping_length, take = part < room ? part : room;
            memcpy(v->ping + v->ping_length, data, take);
            v->ping_length += (unsigned char)take;
        } else if (v->opcode < 3) {
            scan(v, data, part);
        }
        data += part;
        length -= part;
        v->remaining -= part;
        if (!v->remaining) end_frame(v);
    }
}

static void readable(Viewer *v) {
    ssize_t n = read(v->fd, buffer, sizeof buffer);
    if (n <= 0) {
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        lose(v);
        return;
    }
    bytes += (uint64_t)n;
    if (v->state != UPGRADING) { feed(v, buffer, (size_t)n); return; }
    unsigned char *end = memmem(buffer, (size_t)n, "\r\n\r\n", 4);
    if (!end || !memmem(buffer, (size_t)n, " 101 ", 5)) {
        if (errors_seen++ < 3) fprintf(stderr, "refused: %.200s\n", buffer);
        lose(v);
        return;
    }
    v->state = JOINING;
    if (first_length && write(v->fd, first_frame, first_length) != (ssize_t)first_length) { lose(v); return; }
    if (!expect_length) become_ready(v);
    end += 4;
    if (end < buffer + n) feed(v, end, (size_t)(buffer + n - end));
}

static void run_once(int timeout_ms) {
    struct epoll_event events[1024];
    int n = epoll_wait(epoll_fd, events, 1024, timeout_ms);
    for (int i = 0; i < n; i++) {
        Viewer *v = &viewers[events[i].data.u32];
        if (v->state == DEAD) continue;
        if (v->state == CONNECTING) {
            if (write(v->fd, request, request_length) != (ssize_t)request_length) { lose(v); continue; }
            v->state = UPGRADING;
            struct epoll_event e = {.events = EPOLLIN, .data.u32 = events[i].data.u32};
            epoll_ctl(epoll_fd, EPOLL_CTL_MOD, v->fd, &e);
            continue;
        }
        readable(v);
    }
}

static double quantile_ms(double q) {
    uint64_t total = 0, seen = 0;
    for (int i = 0; i <= BUCKETS; i++) total += histogram[i];
    if (!total) return -1;
    for (int i = 0; i <= BUCKETS; i++) {
        seen += histogram[i];
        if ((double)seen >= q * (double)total) return (i + 1) * 0.1;
    }
    return -1;
}

static double cpu_seconds(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void measure(double rate, double seconds, const char *payload) {
    unsigned char frame[4096];
    size_t frame_length = payload ? make_frame(frame, 1, (const unsigned char *)payload, strlen(payload)) : 0;
    messages = bytes = frames = sent_frames = latency_max_ns = 0;
    memset(histogram, 0, sizeof histogram);
    double cpu = cpu_seconds();
    uint64_t began = now_ns(), until = began + (uint64_t)(seconds * 1e9);
    int next = 0;
    for (uint64_t now = began; now < until; now = now_ns()) {
        uint64_t due = (uint64_t)((double)(now - began) / 1e9 * rate);
        for (; frame_length && sent_frames < due; sent_frames++) {
            while (viewers[next].state != READY) next = (next + 1) % count;
            Viewer *v = &viewers[next];
            if (write(v->fd, frame, frame_length) != (ssize_t)frame_length) errors_seen++;
            next = (next + 1) % count;
        }
        run_once(frame_length ? 1 : 20);
    }
    double took = (double)(now_ns() - began) / 1e9;
    printf("{\"seconds\":%.3f,\"messages\":%lu,\"frames\":%lu,\"bytes\":%lu,\"sent\":%lu,\"ready\":%d,\"dead\":%d,"
           "\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"max_ms\":%.1f,\"swarm_cpu_share\":%.3f}\n",
           took, messages, frames, bytes, sent_frames, ready, dead, quantile_ms(0.5), quantile_ms(0.99),
           (double)latency_max_ns / 1e6, (cpu_seconds() - cpu) / took);
    fflush(stdout);
}

int main(int argc, char **argv) {
    if (argc < 7) { fprintf(stderr, "usage: swarm HOST PORT PATH VIEWERS FIRST EXPECT [-b] [-H header]...\n"); return 2; }
    count = atoi(argv[4]);
    int opcode = 1;
    char extra[1024] = "";
    for (int i = 7; i < argc; i++) {
        if (!strcmp(argv[i], "-b")) opcode = 2;
        else if (!strcmp(argv[i], "-H") && i + 1 < argc) { strncat(extra, argv[++i], 500); strcat(extra, "\r\n"); }
    }
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    inet_pton(AF_INET, argv[1], &address.sin_addr);
    request_length = (size_t)snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: %s:%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n", argv[3], argv[1], argv[2], extra);
    if (*argv[5]) first_length = make_frame(first_frame, opcode, (unsigned char *)argv[5], strlen(argv[5]));
    expect_length = strlen(argv[6]);
    memcpy(expect, argv[6], expect_length);
    struct rlimit limit = {1048576, 1048576};
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) { getrlimit(RLIMIT_NOFILE, &limit); limit.rlim_cur = limit.rlim_max; setrlimit(RLIMIT_NOFILE, &limit); }
    viewers = calloc((size_t)count, sizeof *viewers);
    epoll_fd = epoll_create1(0);

    uint64_t began = now_ns();
    open_more();
    while (ready + dead < count && now_ns() - began < 120000000000ull) run_once(100);
    printf("{\"ready\":%d,\"dead\":%d,\"seconds\":%.3f,\"swarm_cpu\":%.3f}\n", ready, dead, (double)(now_ns() - began) / 1e9, cpu_seconds());
    fflush(stdout);

    char line[4096];
    fcntl(0, F_SETFL, O_NONBLOCK);
    size_t have = 0;
    for (;;) {
        ssize_t n = read(0, line + have, sizeof line - 1 - have);
        if (n == 0) return 0;
        if (n > 0) have += (size_t)n;
        line[have] = 0;
        char *end = strchr(line, '\n');
        if (!end) { run_once(20); continue; }
        *end = 0;
        double rate = 0, seconds = 0;
        int at = 0;
        if (sscanf(line, "measure %lf", &seconds) == 1) measure(0, seconds, NULL);
        else if (sscanf(line, "send %lf %lf %n", &rate, &seconds, &at) == 2 && at) measure(rate, seconds, line + at);
        else if (!strcmp(line, "quit")) return 0;
        have -= (size_t)(end + 1 - line);
        memmove(line, end + 1, have + 1);
    }
}
