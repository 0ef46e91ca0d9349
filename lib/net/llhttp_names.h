/* llhttp with the enumerators that bear the names of our HttpMethod renamed. Private to net. */
#pragma once

#define HTTP_DELETE  LLHTTP_DELETE
#define HTTP_GET     LLHTTP_GET
#define HTTP_HEAD    LLHTTP_HEAD
#define HTTP_POST    LLHTTP_POST
#define HTTP_PUT     LLHTTP_PUT
#define HTTP_CONNECT LLHTTP_CONNECT
#define HTTP_OPTIONS LLHTTP_OPTIONS
#define HTTP_TRACE   LLHTTP_TRACE
#define HTTP_PATCH   LLHTTP_PATCH
#include <llhttp.h>
#undef HTTP_DELETE
#undef HTTP_GET
#undef HTTP_HEAD
#undef HTTP_POST
#undef HTTP_PUT
#undef HTTP_CONNECT
#undef HTTP_OPTIONS
#undef HTTP_TRACE
#undef HTTP_PATCH
