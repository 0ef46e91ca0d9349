/* HTTP: the route table and what a handler does with a request: decode, act, encode.
 *
 *     static int brand_create(Request *req)
 *     {
 *         Brand brand = { 0 };
 *         TRY(request_body(req, &brand));
 *         TRY(brand_insert(req->ctx->db, &brand));
 *         return respond(req, 201, brand_fields, &brand);
 *     }
 *
 *     static const Route brand_routes[] = {
 *         { ON_POST("/api/v1/brands", brand_create),
 *           .access = ACCESS_ADMIN,
 *           .body = brand_fields,
 *           .response = brand_fields,
 *           .status = 201,
 *           .summary = "Create a brand" },
 *         ROUTE_END,
 *     };
 *
 * A handler runs on a fiber of its own and returns 0 after it answered, or a negative errno: then
 * the failure of its context becomes the error envelope. An answer is sent only when the handler
 * has returned 0: a handler encodes first and commits last. The chassis has already checked the
 * token, the access of the route, content type, size and JSON syntax of the body and the
 * idempotency key. */
#pragma once

#include <chassis/auth.h>
#include <chassis/base.h>
#include <chassis/context.h>
#include <chassis/field.h>

#include "net/http.h"

typedef struct Request Request;
typedef int (*Handler)(Request *req);

typedef struct Route {
    HttpMethod method;
    const char *pattern; /* "/api/v1/products/{id}/variants/{variantId}" */
    Handler handle;
    Access access;
    const char *const *callers;  /* ACCESS_SERVICE: NULL-terminated service names */
    const Field *query;          /* NULL: none of its own */
    const Field *body;           /* NULL: no body is read */
    const Field *response;       /* of `data`, or of a list's item; NULL: free form */
    const char *response_schema; /* JSON Schema text of a free-form answer */
    int status;                  /* of success; 0: 200 */
    bool is_list; /* answers with the list envelope: page, per_page (and cursor) are accepted */
    bool has_cursor;
    bool is_array;           /* answers with all of them under "data", without paging */
    bool is_update;          /* the body changes what is there: absent means unchanged */
    bool is_idempotent;      /* Idempotency-Key is honoured */
    size_t body_limit_bytes; /* 0: 1 MiB */
    int64_t deadline_ms;     /* 0: 12 s */
    const char *summary;     /* one sentence, for OpenAPI */
    const char *tag;         /* OpenAPI group */
} Route;
/* The first three members of a route: { ON_GET("/api/v1/brands", brands_list), .response = … } */
#define ON_GET(path, handler)           ON_METHOD_(HTTP_GET, path, handler)
#define ON_POST(path, handler)          ON_METHOD_(HTTP_POST, path, handler)
#define ON_PUT(path, handler)           ON_METHOD_(HTTP_PUT, path, handler)
#define ON_PATCH(path, handler)         ON_METHOD_(HTTP_PATCH, path, handler)
#define ON_DELETE(path, handler)        ON_METHOD_(HTTP_DELETE, path, handler)
#define ON_METHOD_(verb, path, handler) .method = (verb), .pattern = (path), .handle = (handler)
#define ROUTE_END                       { .handle = NULL }

struct Request {
    Context *ctx;
    const Route *route; /* NULL in the answer to an unknown route */
    HttpMethod method;
    Str path; /* percent-encoded, as it came */
    Str raw_query;
    Str body;       /* whole; empty when there is none */
    void *internal; /* the chassis' own */
};

/* Decoding. Everything returned lives on ctx->arena. */
/* A parameter of the pattern, percent-decoded; the name must stand in it. */
Str request_param(const Request *req, const char *name);
/* The same, for an id: NOT_FOUND when it is no UUID, since it can't exist. Lower case. */
int request_param_id(Request *req, const char *name, Str *ret_id);
/* The header's value, or the empty Str. Names compare without case. */
Str request_header(const Request *req, const char *name);
/* The first value of a query parameter, decoded; false: absent. */
bool request_query_value(const Request *req, const char *name, Str *ret_value);
/* By route->query; INVALID_PARAMETER for a value out of its rules. */
int request_query(Request *req, void *into);
/* By route->body; see chassis/field.h. */
int request_body(Request *req, void *into);
/* The parsed body, for what no table says; NULL: there was none. */
const Node *request_body_node(Request *req);

/* Paging: page and per_page, or a cursor (services.md 1.5). */
enum { CURSOR_MAX_PARTS = 4 };
typedef struct Cursor {
    Str parts[CURSOR_MAX_PARTS]; /* the sort key's values and the id, as text */
    size_t count;
} Cursor;
typedef struct Paging {
    int64_t page; /* from 1; meaningless with a cursor */
    int64_t per_page;
    int64_t offset; /* (page - 1) * per_page; 0 with a cursor */
    bool has_cursor;
    Cursor cursor;
} Paging;
int request_paging(Request *req, Paging *ret_paging);
/* The cursor was made for this kind of sort, by cursor_text with the same tag; else
 * INVALID_PARAMETER. */
int paging_check_cursor(Request *req, const Paging *paging, Str tag, size_t value_count);
Str cursor_text(Arena *arena, Str tag, const Str *values, size_t count);

/* Encoding. The answer is kept and sent when the handler returns 0. */
/* {"data": {…}} by a table. */
int respond(Request *req, int status, const Field *fields, const void *value);
/* {"data": {…}} written by hand: members between begin and end. */
JsonWriter *respond_begin(Request *req, int status);
int respond_end(Request *req);
/* {"data":[…], "total_count", "page", …}: items by hand or by a table between begin and end. */
typedef struct ListEnd {
    const Paging *paging;
    int64_t total_count;
    Str next_cursor;                               /* empty: none */
    bool has_more;                                 /* keyset: another page follows */
    void (*extra)(JsonWriter *w, const void *arg); /* members beside the envelope's; NULL: none */
    const void *extra_arg;
} ListEnd;
JsonWriter *respond_list_begin(Request *req);
int respond_list_end(Request *req, const ListEnd *end);
/* An array under "data" without paging. */
JsonWriter *respond_array_begin(Request *req);
int respond_array_end(Request *req);
/* Any bytes. */
int respond_bytes(Request *req, int status, const char *content_type, Str body);
int respond_empty(Request *req, int status);
/* `name` is static, `value` is copied; CR and LF are refused by an assert. */
void respond_header(Request *req, const char *name, Str value);
/* Sets the weak ETag of (updated_at, id); true when the client has it already: then 304 is the
 * answer and the handler returns 0. */
bool respond_unchanged(Request *req, int64_t updated_at, Str id);
