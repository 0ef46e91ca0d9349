#include "net/gzip.h"

#include <errno.h>
#include <limits.h>
#include <zlib.h>

#include "base/mem.h"

enum {
    GZIP_WINDOW_BITS = 15 + 16, /* zlib's way to say: the gzip format */
    MEMORY_LEVEL = 8,
    PIECE_BYTES = 16 * 1024,
    STANDARD_LEVEL = 5,
};

/* zlib's next_in has no const; it is only read from. */
static Bytef *input_of(Str data)
{
    return (Bytef *) (uintptr_t) data.ptr;
}

void gzip_compress(StrBuf *out, Str data, int level)
{
    z_stream z = { 0 };
    int rc = deflateInit2(
        &z,
        level ? level : STANDARD_LEVEL,
        Z_DEFLATED,
        GZIP_WINDOW_BITS,
        MEMORY_LEVEL,
        Z_DEFAULT_STRATEGY
    );
    if (rc != Z_OK) {
        mem_out_of_memory(data.len);
    }
    do {
        uInt now = data.len > INT_MAX ? INT_MAX : (uInt) data.len;
        z.next_in = input_of(data);
        z.avail_in = now;
        data = str_skip(data, now);
        do {
            z.next_out = (Bytef *) strbuf_reserve(out, PIECE_BYTES);
            z.avail_out = PIECE_BYTES;
            rc = deflate(&z, data.len ? Z_NO_FLUSH : Z_FINISH);
            strbuf_advance(out, PIECE_BYTES - z.avail_out);
        } while (z.avail_out == 0);
    } while (data.len || rc != Z_STREAM_END);
    deflateEnd(&z);
}

struct Gunzip {
    z_stream z;
    bool at_end; /* of a member */
    bool broken;
};

Gunzip *gunzip_new(void)
{
    Gunzip *gunzip = MEM_NEW(Gunzip);
    if (inflateInit2(&gunzip->z, GZIP_WINDOW_BITS) != Z_OK) {
        mem_out_of_memory(sizeof(*gunzip));
    }
    return gunzip;
}

void gunzip_free(Gunzip *gunzip)
{
    if (gunzip) {
        inflateEnd(&gunzip->z);
        free(gunzip);
    }
}

bool gunzip_is_complete(const Gunzip *gunzip)
{
    return gunzip->at_end;
}

ssize_t gunzip_read(Gunzip *gunzip, Str *input, void *buffer, size_t size)
{
    z_stream *z = &gunzip->z;
    z->next_out = buffer;
    z->avail_out = size > INT_MAX ? INT_MAX : (uInt) size;
    uInt room = z->avail_out;
    for (;;) {
        if (gunzip->broken) {
            return -EBADMSG;
        }
        if (gunzip->at_end) {
            if (input->len == 0) {
                break;
            }
            inflateReset(z);
            gunzip->at_end = false;
        }
        uInt now = input->len > INT_MAX ? INT_MAX : (uInt) input->len;
        z->next_in = input_of(*input);
        z->avail_in = now;
        int rc = inflate(z, Z_NO_FLUSH);
        *input = str_skip(*input, now - z->avail_in);
        if (rc == Z_STREAM_END) {
            gunzip->at_end = true;
        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            gunzip->broken = true;
        }
        if (z->avail_out == 0 || (rc != Z_STREAM_END && (input->len == 0 || rc == Z_BUF_ERROR))) {
            break;
        }
    }
    return gunzip->broken && room == z->avail_out ? -EBADMSG : (ssize_t) (room - z->avail_out);
}

int gzip_decompress(StrBuf *out, Str data, size_t max_bytes)
{
    Gunzip *gunzip = gunzip_new();
    size_t before = out->len;
    int rc = 0;
    for (;;) {
        ssize_t size = gunzip_read(gunzip, &data, strbuf_reserve(out, PIECE_BYTES), PIECE_BYTES);
        if (size <= 0) {
            rc = size < 0 || !gunzip->at_end ? -EBADMSG : 0;
            break;
        }
        strbuf_advance(out, (size_t) size);
        if (out->len - before > max_bytes) {
            rc = -EFBIG;
            break;
        }
    }
    gunzip_free(gunzip);
    return rc;
}
