/* The limit: what the kernel asks for handing messages to sockets, and nothing else.
 *
 *   c_limit PORT PUBLISH_PORT TICK_MS
 *
 * Viewers come to PORT and are upgraded. Each line that arrives at PUBLISH_PORT becomes one frame that is written to every viewer: at once when
 * TICK_MS is 0, else with everything else of that tick in one write per viewer. Nothing is parsed, checked or kept, and the handshake's
 * answer is the one for the RFC's sample key: this is a yardstick, not a server.
 */
#define _GNU_SOURCE
#include <errno.h>
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

enum { FD_MAX = 65536, NOBODY = 0, LISTENER, PUBLISH_LISTENER, PUBLISHER, UPGRADING, VIEWER };

static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static unsigned char kind[FD_MAX];
static int place[FD_MAX], viewers[FD_MAX], viewer_count, epoll_fd, tick_ms;
static unsigned char line[1 << 16], pending[1 << 20], trash[1 << 16];
static size_t line_length, pending_length;
static uint64_t due_ms;

static uint64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void watch(int fd, unsigned char as) {
    if (fd >= FD_MAX) { close(fd); return; }
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    kind[fd] = as;
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e);
}

static void leave(int fd) {
    if (kind[fd] == VIEWER) {
        int last = viewers[--viewer_count];
        viewers[place[fd]] = last;
        place[last] = place[fd];
    }
    kind[fd] = NOBODY;
    close(fd);
}

static void listen_at(int port, unsigned char as) {
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 4096) < 0) { perror("listen"); exit(1); }
    watch(fd, as);
}

static void accept_all(int listener, unsigned char as) {
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(fd, as);
    }
}

static void write_round(void) {
    for (int i = viewer_count - 1; i >= 0; i--)
        if (write(viewers[i], pending, pending_length) != (ssize_t)pending_length) leave(viewers[i]);
    pending_length = 0;
}

static void take_line(const unsigned char *text, size_t length) {
    if (length > 60000) return;
    if (pending_length + length + 4 > sizeof pending) write_round();
    if (!pending_length) due_ms = now_ms() + (uint64_t)tick_ms;
    pending[pending_length++] = 0x81;
    if (length < 126) {
        pending[pending_length++] = (unsigned char)length;
    } else {
        pending[pending_length++] = 126;
        pending[pending_length++] = (unsigned char)(length >> 8);
        pending[pending_length++] = (unsigned char)length;
    }
    memcpy(pending + pending_length, text, length);
    pending_length += length;
    if (!tick_ms) write_round();
}

static void read_publisher(int fd) {
    ssize_t n = read(fd, line + line_length, sizeof line - line_length);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN) leave(fd);
        return;
    }
    line_length += (size_t)n;
    size_t done = 0;
    for (unsigned char *end; (end = memchr(line + done, '\n', line_length - done)); done = (size_t)(end - line) + 1)
        take_line(line + done, (size_t)(end - line) - done);
    line_length -= done;
    memmove(line, line + done, line_length);
}

static void read_viewer(int fd) {
    ssize_t n = read(fd, trash, sizeof trash);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN) leave(fd);
        return;
    }
    if (kind[fd] == VIEWER || !memmem(trash, (size_t)n, "\r\n\r\n", 4)) return;
    if (write(fd, answer, sizeof answer - 1) < 0) { leave(fd); return; }
    kind[fd] = VIEWER;
    place[fd] = viewer_count;
    viewers[viewer_count++] = fd;
}

int main(int argc, char **argv) {
    if (argc != 4) { fprintf(stderr, "usage: c_limit PORT PUBLISH_PORT TICK_MS\n"); return 2; }
    tick_ms = atoi(argv[3]);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    epoll_fd = epoll_create1(0);
    listen_at(atoi(argv[1]), LISTENER);
    listen_at(atoi(argv[2]), PUBLISH_LISTENER);
    struct epoll_event events[1024];
    for (;;) {
        int64_t left = pending_length ? (int64_t)due_ms - (int64_t)now_ms() : -1;
        int n = epoll_wait(epoll_fd, events, 1024, pending_length && left < 0 ? 0 : (int)left);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (kind[fd] == LISTENER) accept_all(fd, UPGRADING);
            else if (kind[fd] == PUBLISH_LISTENER) accept_all(fd, PUBLISHER);
            else if (kind[fd] == PUBLISHER) read_publisher(fd);
            else if (kind[fd] != NOBODY) read_viewer(fd);
        }
        if (pending_length && now_ms() >= due_ms) write_round();
    }
}
