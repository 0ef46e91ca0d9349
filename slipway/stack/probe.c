#include "stack/probe.h"

#include <signal.h>

#include "base/clock.h"
#include "base/mem.h"
#include "loop/fiber.h"
#include "loop/process.h"

#include "stack/ports.h"
#include "stack/probe_internal.h"

enum { TIMEOUT_MS = 2000, BODY_SHOWN = 200, BODY_MOST = 64 * 1024, OUTPUT_MOST = 4096 };

Prober *prober_new(Loop *loop, const ProbeSpec *spec)
{
    Prober *prober = MEM_NEW(Prober);
    prober->loop = loop;
    prober->spec = spec;
    return prober;
}

void prober_renew(Prober *prober)
{
    prober->known_inode = 0;
    if (prober->http) {
        http_client_free(prober->http);
    }
    prober->http = NULL;
}

void prober_free(Prober *prober)
{
    if (prober) {
        prober_renew(prober);
        free(prober);
    }
}

static int64_t timeout_of(const ProbeSpec *spec)
{
    return spec->timeout_ms > 0 ? spec->timeout_ms : TIMEOUT_MS;
}

/* The first line of what was said, cut. */
static void add_first_line(StrBuf *answer, Str text)
{
    Str line = STR("");
    text = str_trim(text);
    str_next_line(&text, &line);
    strbuf_add(answer, str_slice(line, 0, BODY_SHOWN));
}

static int open_client(Prober *prober, bool http2, Error *err)
{
    HttpClientOptions options = { .max_connections = 1, .no_gzip = true, .http2 = http2 };
    return prober->http ? 0 : http_client_new(prober->loop, &options, &prober->http, err);
}

static int ask_http(Prober *prober, StrBuf *answer)
{
    const ProbeSpec *spec = prober->spec;
    Error err = ERROR_INIT;
    int rc = open_client(prober, false, &err);
    if (rc < 0) {
        strbuf_add_cstr(answer, err.message);
        return rc;
    }
    auto_arena Arena *arena = arena_new(0);
    HttpRequest request = {
        .method = HTTP_GET,
        .url = str_printf(arena, "http://%s:%d%s", spec->host, (int) spec->port, spec->path),
        .timeout_ms = timeout_of(spec),
        .max_body_bytes = BODY_MOST,
    };
    HttpResponse response = { 0 };
    rc = http_fetch(prober->http, &request, arena, &response, &err);
    if (rc < 0) {
        strbuf_add_cstr(answer, rc == -ETIMEDOUT ? "no answer in time" : err.message);
        return rc;
    }
    strbuf_addf(
        answer, "%d %" STR_FMT, response.status, STR_ARG(http_status_text(response.status))
    );
    if (response.status >= 200 && response.status < 400) {
        return 0;
    }
    if (response.body.len > 0) {
        strbuf_add_cstr(answer, ": ");
        add_first_line(answer, response.body);
    }
    return -EREMOTEIO;
}

/* HealthCheckResponse has one field, 1, an enumeration; SERVING is 1. Five bytes of frame stand
 * before it (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
static int judge_grpc(const HttpResponse *response, StrBuf *answer)
{
    static const char *const statuses[] = {
        "UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"
    };
    Str status = http_headers_get(&response->trailers, STR("grpc-status"));
    if (!status.ptr) { /* an answer of headers alone */
        status = http_headers_get(&response->headers, STR("grpc-status"));
    }
    if (response->status != 200 || !str_eq_cstr(status, "0")) {
        strbuf_addf(answer, "HTTP %d, grpc-status %" STR_FMT, response->status, STR_ARG(status));
        return -EREMOTEIO;
    }
    Str body = response->body;
    unsigned serving = body.len >= 7 && body.ptr[5] == 0x08 ? (unsigned char) body.ptr[6] : 0;
    strbuf_add_cstr(answer, serving < ARRAY_LEN(statuses) ? statuses[serving] : "UNKNOWN");
    return serving == 1 ? 0 : -EREMOTEIO;
}

static int ask_grpc(Prober *prober, StrBuf *answer)
{
    const ProbeSpec *spec = prober->spec;
    auto_arena Arena *arena = arena_new(0);
    Error err = ERROR_INIT;
    int rc = open_client(prober, true, &err);
    HttpHeaders headers = HTTP_HEADERS_ON_ARENA(arena);
    http_headers_add(&headers, STR("content-type"), STR("application/grpc"));
    http_headers_add(&headers, STR("te"), STR("trailers"));
    HttpRequest request = {
        .method = HTTP_POST,
        .url = str_printf(
            arena, "http://%s:%d/grpc.health.v1.Health/Check", spec->host, (int) spec->port
        ),
        .headers = &headers,
        .body = str_make("\0\0\0\0\0", 5), /* an empty message */
        .timeout_ms = timeout_of(spec),
        .max_body_bytes = BODY_MOST,
    };
    HttpResponse response = { 0 };
    rc = rc < 0 ? rc : http_fetch(prober->http, &request, arena, &response, &err);
    if (rc < 0) {
        strbuf_add_cstr(answer, rc == -ETIMEDOUT ? "no answer in time" : err.message);
        return rc;
    }
    return judge_grpc(&response, answer);
}

static int ask_exec(Prober *prober, StrBuf *answer)
{
    const ProbeSpec *spec = prober->spec;
    auto_arena Arena *arena = arena_new(0);
    Error err = ERROR_INIT;
    ProcessOptions options = {
        .argv = spec->argv,
        .envp = spec->envp,
        .directory = spec->directory,
        .user = spec->user,
        .stdout_mode = STDIO_PIPE,
        .stderr_mode = STDIO_PIPE,
        .new_group = true,
        .death_signal = SIGKILL,
        .max_output_bytes = OUTPUT_MOST,
    };
    ProcessResult result = { 0 };
    Deadline former = fiber_narrow_deadline(deadline_in_ms(timeout_of(spec)));
    int rc = process_run(prober->loop, &options, STR(""), arena, &result, &err);
    fiber_restore_deadline(former);
    if (rc < 0) {
        strbuf_add_cstr(answer, rc == -ETIMEDOUT ? "did not end in time" : err.message);
        return rc;
    }
    if (result.exit.signal) {
        strbuf_addf(answer, "ended by signal %d", result.exit.signal);
    } else {
        strbuf_addf(answer, "exit code %d", result.exit.code);
    }
    Str said = str_is_empty(str_trim(result.err)) ? result.out : result.err;
    if (!str_is_empty(str_trim(said)) && result.exit.code != 0) {
        strbuf_add_cstr(answer, ": ");
        add_first_line(answer, said);
    }
    return result.exit.code == 0 && result.exit.signal == 0 ? 0 : -EREMOTEIO;
}

/* Whether the one who would answer is one of the node's processes. */
static int check_owner(Prober *prober, const ProcQuery *owners, StrBuf *answer)
{
    const ProbeSpec *spec = prober->spec;
    if (spec->any_owner || port_belongs_to(spec->port, owners, &prober->known_inode)) {
        return 0;
    }
    auto_arena Arena *arena = arena_new(0);
    PortOwner owner;
    if (!port_find_owner(arena, spec->port, &owner)) {
        strbuf_addf(answer, "nothing listens on port %d", (int) spec->port);
        return -ECONNREFUSED;
    }
    strbuf_add(answer, port_describe(arena, &owner));
    strbuf_add_cstr(answer, ", which is not one of its processes");
    return -EADDRINUSE;
}

int prober_ask(Prober *prober, const ProcQuery *owners, StrBuf *answer)
{
    if (prober->spec->kind == PROBE_EXEC) {
        return ask_exec(prober, answer);
    }
    int rc = check_owner(prober, owners, answer);
    if (rc < 0) {
        return rc;
    }
    switch (prober->spec->kind) {
    case PROBE_HTTP:
        return ask_http(prober, answer);
    case PROBE_GRPC:
        return ask_grpc(prober, answer);
    default:
        return probe_wire(prober, answer);
    }
}

Str probe_kind_name(ProbeKind kind)
{
    static const Str names[] = {
        [PROBE_NONE] = STR_INIT(""),       [PROBE_TCP] = STR_INIT("tcp"),
        [PROBE_HTTP] = STR_INIT("http"),   [PROBE_GRPC] = STR_INIT("grpc"),
        [PROBE_EXEC] = STR_INIT("exec"),   [PROBE_POSTGRES] = STR_INIT("postgres"),
        [PROBE_REDIS] = STR_INIT("redis"), [PROBE_KAFKA] = STR_INIT("kafka"),
    };
    return names[kind];
}

Str probe_target(Arena *arena, const ProbeSpec *spec)
{
    if (spec->kind == PROBE_HTTP) {
        return str_printf(arena, "GET http://%s:%d%s", spec->host, (int) spec->port, spec->path);
    }
    if (spec->kind != PROBE_EXEC) {
        return str_printf(arena, "%s:%d", spec->host, (int) spec->port);
    }
    StrBuf words = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; spec->argv[i]; i++) {
        strbuf_addf(&words, "%s%s", i ? " " : "", spec->argv[i]);
    }
    return strbuf_str(&words);
}
