/* Event streams, gzip and base64 metadata on any bytes; the first one says in what pieces they come. */
#include "net/sse.h"

#include <assert.h>

#include "net/gzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_events(Str bytes, size_t piece)
{
    enum { BYTES_MOST = 10 * 1000 };
    SseParser parser;
    sse_parser_init(&parser, BYTES_MOST);
    while (bytes.len > 0) {
        Str input = str_slice(bytes, 0, piece);
        bytes = str_skip(bytes, piece);
        SseEvent event;
        while (sse_parser_next(&parser, &input, &event) == 1) {
            assert(event.data.len <= BYTES_MOST);
            auto_strbuf StrBuf out = STRBUF_INIT;
            sse_add(&out, &event);
        }
    }
    sse_parser_done(&parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { PLAIN_BYTES_MOST = 64 * 1024, PIECE_BYTES = 16 * 1024 };
    if (size == 0) {
        return 0;
    }
    Str bytes = str_make((const char *) data + 1, size - 1);
    check_events(bytes, data[0] ? data[0] : bytes.len);
    auto_strbuf StrBuf plain = STRBUF_INIT;
    int rc = gzip_decompress(&plain, bytes, PLAIN_BYTES_MOST);
    assert(plain.len <= PLAIN_BYTES_MOST + PIECE_BYTES);
    assert(rc == 0 || rc == -EFBIG || rc == -EBADMSG);
    return 0;
}
