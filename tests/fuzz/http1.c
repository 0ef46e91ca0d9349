/* The HTTP/1 server on any bytes; the first one says in what pieces they come. */
#include "http_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    Str bytes = str_make((const char *) data + 1, size - 1);
    feed_server(
        STR(""), bytes, data[0], !str_has_prefix(bytes, STR("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
    );
    return 0;
}
