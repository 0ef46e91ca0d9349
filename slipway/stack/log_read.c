#include "stack/log_read.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "base/vec.h"

/* A chunk holds at least one whole record. */
enum { JOINED_MOST = 1024 * 1024, CHUNK_BYTES = 256 * 1024 };
_Static_assert(CHUNK_BYTES > LOG_HEAD_BYTES + LOG_LINE_MOST + 1, "a record fits into a chunk");

/* One node's log being read: segment after segment, record after record. */
typedef struct Cursor {
    Str node;
    Str directory;
    unsigned segment; /* being read; 0: none yet */
    off_t offset;     /* in it: where the chunk ends */
    char *chunk;      /* whole lines */
    size_t len, at;
    StrBuf joined;    /* a long line from its pieces */
    LogRecord record; /* the one in hand */
    bool has_record;
} Cursor;

struct LogReader {
    Arena *arena;
    Cursor *cursors;
    size_t count;
};

LogReader *log_reader_new(Str log_dir, const Str *nodes, size_t count)
{
    LogReader *reader = MEM_NEW(LogReader);
    reader->arena = arena_new(0);
    reader->cursors = ARENA_ARRAY(reader->arena, Cursor, count);
    reader->count = count;
    for (size_t i = 0; i < count; i++) {
        reader->cursors[i].node = str_dup(reader->arena, nodes[i]);
        reader->cursors[i].directory = path_join(reader->arena, log_dir, nodes[i]);
    }
    return reader;
}

void log_reader_free(LogReader *reader)
{
    for (size_t i = 0; reader && i < reader->count; i++) {
        free(reader->cursors[i].chunk);
        strbuf_done(&reader->cursors[i].joined);
    }
    if (reader) {
        arena_free(reader->arena);
        free(reader);
    }
}

/* The oldest segment past `after` that is there, or 0. */
static unsigned next_segment(const Cursor *cursor, unsigned after)
{
    auto_arena Arena *arena = arena_new(0);
    Str *names = NULL;
    size_t count = 0;
    uint64_t best = 0;
    fs_list(arena, str_to_cstr(arena, cursor->directory), &names, &count, NULL);
    for (size_t i = 0; i < count; i++) {
        uint64_t number = 0;
        Str name = names[i];
        bool is_segment = str_strip_suffix(&name, STR(".log")) && str_to_uint64(name, &number);
        if (is_segment && number > after && (best == 0 || number < best)) {
            best = number;
        }
    }
    return (unsigned) best;
}

/* The next whole lines of the segment; false when there are none now. */
static bool read_chunk(Cursor *cursor)
{
    char path[4096];
    snprintf(
        path, sizeof path, "%" STR_FMT "/%08u.log", STR_ARG(cursor->directory), cursor->segment
    );
    cursor->len = cursor->at = 0;
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    if (!cursor->chunk) {
        cursor->chunk = mem_alloc(CHUNK_BYTES);
    }
    ssize_t got = pread(fd, cursor->chunk, CHUNK_BYTES, cursor->offset);
    size_t end = got > 0 ? str_rfind_char(str_make(cursor->chunk, (size_t) got), '\n') : STR_NONE;
    if (end == STR_NONE) {
        return false;
    }
    cursor->len = end + 1;
    cursor->offset += (off_t) cursor->len;
    return true;
}

/* One record from the segment in hand; false at its end. Pieces are gathered. */
static bool read_record(Cursor *cursor)
{
    while (cursor->at < cursor->len || read_chunk(cursor)) {
        Str rest = str_make(cursor->chunk + cursor->at, cursor->len - cursor->at);
        size_t end = str_find_char(rest, '\n');
        LogRecord record;
        cursor->at += end + 1;
        if (!log_record_parse(str_slice(rest, 0, end), &record)) {
            continue; /* torn by a crash of the machine */
        }
        if (record.is_piece || cursor->joined.len > 0) {
            if (cursor->joined.len + record.text.len <= JOINED_MOST) {
                strbuf_add(&cursor->joined, record.text);
            }
            if (record.is_piece) {
                continue;
            }
            record.text = strbuf_str(&cursor->joined);
        }
        cursor->record = record;
        cursor->has_record = true;
        return true;
    }
    return false;
}

/* Moves to the next record; false when there is none now. */
static bool advance(Cursor *cursor)
{
    if (cursor->has_record) {
        strbuf_clear(&cursor->joined);
    }
    cursor->has_record = false;
    for (;;) {
        if (cursor->segment && read_record(cursor)) {
            return true;
        }
        unsigned next = next_segment(cursor, cursor->segment);
        if (!next) {
            return false;
        }
        cursor->segment = next;
        cursor->offset = 0;
        cursor->len = cursor->at = 0;
    }
}

static Cursor *earliest(LogReader *reader)
{
    Cursor *best = NULL;
    for (size_t i = 0; i < reader->count; i++) {
        Cursor *cursor = &reader->cursors[i];
        if (cursor->has_record && (!best || cursor->record.time_us < best->record.time_us)) {
            best = cursor;
        }
    }
    return best;
}

static bool is_wanted(const LogQuery *query, const Cursor *cursor)
{
    return cursor->record.time_us >= query->since_us &&
           (!query->wants || query->wants(query->arg, cursor->node, &cursor->record));
}

static int visit_all(LogReader *reader, const LogQuery *query, LogVisit visit, void *arg)
{
    int visited = 0;
    for (size_t i = 0; i < reader->count; i++) {
        advance(&reader->cursors[i]);
    }
    for (Cursor *cursor; (cursor = earliest(reader)); advance(cursor)) {
        if (is_wanted(query, cursor)) {
            visit(arg, cursor->node, &cursor->record);
            visited++;
        }
    }
    return visited;
}

/* The last so many, in a ring of copies. */
typedef struct Ring {
    struct {
        Str node;
        LogRecord record;
        StrBuf text;
    } *slots;
    size_t size, count;
} Ring;

static void keep_in_ring(void *arg, Str node, const LogRecord *record)
{
    Ring *ring = arg;
    size_t at = ring->count++ % ring->size;
    strbuf_clear(&ring->slots[at].text);
    strbuf_add(&ring->slots[at].text, record->text);
    ring->slots[at].node = node;
    ring->slots[at].record = *record;
}

static void read_last(LogReader *reader, const LogQuery *query, LogVisit visit, void *arg)
{
    Ring ring = { .size = query->last };
    ring.slots = mem_calloc(ring.size, sizeof ring.slots[0]);
    visit_all(reader, query, keep_in_ring, &ring);
    size_t have = ring.count < ring.size ? ring.count : ring.size;
    for (size_t i = 0; i < have; i++) {
        size_t at = (ring.count - have + i) % ring.size;
        ring.slots[at].record.text = strbuf_str(&ring.slots[at].text);
        visit(arg, ring.slots[at].node, &ring.slots[at].record);
    }
    for (size_t i = 0; i < ring.size; i++) {
        strbuf_done(&ring.slots[i].text);
    }
    free(ring.slots);
}

void log_reader_read(LogReader *reader, const LogQuery *query, LogVisit visit, void *arg)
{
    if (query->last > 0) {
        read_last(reader, query, visit, arg);
    } else {
        visit_all(reader, query, visit, arg);
    }
}

int log_reader_follow(LogReader *reader, const LogQuery *query, LogVisit visit, void *arg)
{
    return visit_all(reader, query, visit, arg);
}
