/* What a child may print, on any bytes: what a terminal gets of it can't steer the terminal, and a
 * stored record reads back. */
#include "stack/log_line.h"

#include <assert.h>

#include "base/text.h"

#include "stack/log_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_shown(Arena *arena, Str text)
{
    LogLine line;
    StrBuf out = STRBUF_ON_ARENA(arena);
    log_line_parse(arena, text, &line);
    log_line_render(&out, &line, false);
    assert(utf8_is_valid(strbuf_str(&out)));
    for (size_t i = 0; i < out.len; i++) {
        unsigned char c = (unsigned char) out.ptr[i];
        assert(c >= ' ' || c == '\t');
        assert(c != 0x7f);
        assert(c != 0xc2 || (unsigned char) out.ptr[i + 1] >= 0xa0); /* C1 controls */
    }
}

static void check_record(Arena *arena, Str text)
{
    LogRecord record = { .time_us = 1, .stream = LOG_STREAM_ERR, .run = 7, .text = text }, again;
    char *bytes = arena_alloc(arena, LOG_HEAD_BYTES + text.len);
    log_record_head(&record, bytes);
    if (text.len > 0) {
        memcpy(bytes + LOG_HEAD_BYTES, text.ptr, text.len);
    }
    bool ok = log_record_parse(str_make(bytes, LOG_HEAD_BYTES + text.len), &again);
    assert(ok && again.time_us == 1 && again.run == 7 && str_eq(again.text, text));
    log_record_parse(text, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Str text = str_make((const char *) data, size);
    check_shown(arena, text);
    check_record(arena, text);
    return 0;
}
