/* The HTTP/2 server on any frames; the first byte says in what pieces they come. */
#include "http_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    Str preface = STR("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0");
    feed_server(preface, str_make((const char *) data + 1, size - 1), data[0], false);
    return 0;
}
