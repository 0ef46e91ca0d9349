#include "stack/ports.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/strbuf.h"

#include "stack/ports_internal.h"

enum { TABLE_BYTES = 64 * 1024, LISTENERS = 16 };

typedef struct Inodes {
    uint64_t ptr[LISTENERS];
    size_t len;
} Inodes;

static bool is_local(Str address)
{
    static const Str local[] = {
        STR_INIT("00000000"), /* 0.0.0.0 */
        STR_INIT("0100007F"), /* 127.0.0.1, in the byte order of this machine */
        STR_INIT("00000000000000000000000000000000"), /* :: */
        STR_INIT("00000000000000000000000001000000"), /* ::1 */
        STR_INIT("0000000000000000FFFF00000100007F"), /* ::ffff:127.0.0.1 */
    };
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
        if (str_eq(address, local[i])) {
            return true;
        }
    }
    return false;
}

static Str next_word(Str *line)
{
    Str rest = str_trim(*line), word;
    if (!str_cut(rest, ' ', &word, line)) {
        word = rest;
        *line = STR("");
    }
    return word;
}

/* "  0: 0100007F:1F90 00000000:0000 0A … inode": false at the first line that doesn't listen.
 * Listening sockets stand first (net/ipv4/tcp_ipv4.c), so the rest, which load makes long, is never
 * read. */
static bool parse_line(Str line, int64_t port, Inodes *inodes)
{
    Str words[10];
    for (size_t i = 0; i < 10; i++) {
        words[i] = next_word(&line);
    }
    Str address, port_text;
    if (!str_eq_cstr(words[3], "0A") || !str_cut(words[1], ':', &address, &port_text)) {
        return false;
    }
    char hex[8] = { 0 };
    memcpy(hex, port_text.ptr, port_text.len < 7 ? port_text.len : 7);
    uint64_t inode = 0;
    if (strtol(hex, NULL, 16) == port && is_local(address) && str_to_uint64(words[9], &inode) &&
        inodes->len < LISTENERS) {
        inodes->ptr[inodes->len++] = inode;
    }
    return true;
}

static void read_table(const char *path, int64_t port, Inodes *inodes)
{
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    auto_strbuf StrBuf text = STRBUF_INIT;
    bool is_first = true;
    for (ssize_t got = 1; fd >= 0 && got > 0;) {
        got = read(fd, strbuf_reserve(&text, TABLE_BYTES), TABLE_BYTES);
        strbuf_advance(&text, got > 0 ? (size_t) got : 0);
        Str rest = strbuf_str(&text), line;
        size_t end = str_rfind_char(rest, '\n');
        if (end == STR_NONE) {
            continue;
        }
        Str whole = str_slice(rest, 0, end);
        while (str_next(&whole, '\n', &line)) {
            if (!is_first && !parse_line(line, port, inodes)) {
                return;
            }
            is_first = false;
        }
        strbuf_remove(&text, 0, end + 1);
    }
}

static void find_listeners(int64_t port, Inodes *inodes)
{
    uint64_t inode = 0;
    int rc = diag_find_listener(port, &inode);
    if (rc == 0) {
        inodes->ptr[inodes->len++] = inode;
    }
    if (rc != -ENOTSUP) {
        return;
    }
    read_table("/proc/net/tcp", port, inodes);
    read_table("/proc/net/tcp6", port, inodes);
}

/* The inode among those that `pid` holds, or 0. */
static uint64_t held_inode(pid_t pid, const Inodes *inodes)
{
    char path[64], target[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int) pid);
    DIR *dir = opendir(path);
    int dir_fd = dir ? dirfd(dir) : -1;
    uint64_t held = 0;
    for (struct dirent *entry; dir_fd >= 0 && !held && (entry = readdir(dir));) {
        ssize_t len = readlinkat(dir_fd, entry->d_name, target, sizeof target - 1);
        Str link = str_make(target, len > 0 ? (size_t) len : 0);
        uint64_t inode = 0;
        if (!str_strip_prefix(&link, STR("socket:[")) || !str_strip_suffix(&link, STR("]")) ||
            !str_to_uint64(link, &inode)) {
            continue;
        }
        for (size_t i = 0; i < inodes->len; i++) {
            held = inodes->ptr[i] == inode ? inode : held;
        }
    }
    if (dir) {
        closedir(dir);
    }
    return held;
}

bool port_is_taken(int64_t port)
{
    Inodes inodes = { 0 };
    find_listeners(port, &inodes);
    return inodes.len > 0;
}

bool port_find_owner(Arena *arena, int64_t port, PortOwner *ret_owner)
{
    Inodes inodes = { 0 };
    find_listeners(port, &inodes);
    if (inodes.len == 0) {
        return false;
    }
    *ret_owner = (PortOwner) { .port = port, .inode = inodes.ptr[0] };
    Str *names = NULL;
    size_t count = 0;
    fs_list(arena, "/proc", &names, &count, NULL);
    for (size_t i = 0; i < count; i++) {
        int64_t pid = 0;
        if (str_to_int64(names[i], &pid) && held_inode((pid_t) pid, &inodes)) {
            ret_owner->pid = (pid_t) pid;
            ret_owner->command = proc_command(arena, (pid_t) pid);
            break;
        }
    }
    return true;
}

Str port_describe(Arena *arena, const PortOwner *owner)
{
    if (owner->pid == 0) {
        return str_printf(
            arena,
            "port %d is taken by a process of another user or network namespace",
            (int) owner->port
        );
    }
    return str_printf(
        arena,
        "port %d is taken by pid %d (%" STR_FMT ")",
        (int) owner->port,
        (int) owner->pid,
        STR_ARG(owner->command)
    );
}

bool port_belongs_to(int64_t port, const ProcQuery *processes, uint64_t *known)
{
    Inodes inodes = { 0 };
    find_listeners(port, &inodes);
    for (size_t i = 0; i < inodes.len; i++) {
        if (*known && inodes.ptr[i] == *known) {
            return true;
        }
    }
    *known = 0;
    if (inodes.len == 0) {
        return false;
    }
    auto_arena Arena *arena = arena_new(0);
    ProcList list = { 0 };
    proc_find(arena, processes, &list);
    for (size_t i = 0; i < list.len && !*known; i++) {
        *known = held_inode(list.ptr[i].pid, &inodes);
    }
    return *known != 0;
}
