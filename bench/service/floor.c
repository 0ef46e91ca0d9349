/* The floor: what the machine asks of anyone. A bare loop of libuv, llhttp and libpq in pipeline mode answers the
 * hot routes of the product service with the same statements, and nothing else: no deadline, no bound, no
 * validation, no token, no log, no metric, no trace, no escape. What the chassis costs beyond it is its price.
 *
 *     floor PORT CONNINFO SQL_DIR        prints "ready", ends with SIGTERM */
#include <libpq-fe.h>
#include <llhttp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { PG_CONNS = 4, HEAD_BYTES = 256 };

typedef struct Client Client;
typedef struct Job Job;
typedef struct Pg Pg;

typedef enum Route {
    ROUTE_NONE,
    ROUTE_GET,
    ROUTE_LIST,
    ROUTE_POST,
} Route;

struct Client {
    uv_tcp_t tcp;
    llhttp_t parser;
    char url[256];
    size_t url_len;
    char *body;
    size_t body_len;
    bool is_closing;
    unsigned jobs; /* under way: it is freed behind the last */
    char in[8 * 1024];
};

/* One round trip: answered when its Sync comes back. */
struct Job {
    Job *next;
    Client *client; /* NULL: preparing */
    Route route;
    PGresult *rows;
    char *made; /* POST: the object that is stored */
    bool failed;
};

struct Pg {
    PGconn *conn;
    uv_poll_t poll;
    bool wants_write;
    Job *head, *tail;
};

static uv_loop_t *loop;
static Pg pgs[PG_CONNS];
static unsigned next_pg;
static llhttp_settings_t http;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void *grown(void *memory, size_t size)
{
    void *larger = realloc(memory, size);
    if (!larger) {
        die("memory", "none left");
    }
    return larger;
}

/* ---- answers ---- */

typedef struct Out {
    char *bytes;
    size_t len, room;
} Out;

static void out_add(Out *out, const char *bytes, size_t len)
{
    if (!out->bytes || out->len + len > out->room) {
        out->room = 2 * (out->len + len);
        out->bytes = grown(out->bytes, out->room);
    }
    if (len > 0) {
        memcpy(out->bytes + out->len, bytes, len);
    }
    out->len += len;
}

static void out_text(Out *out, const char *text)
{
    out_add(out, text, strlen(text));
}

static void add_object(Out *out, const PGresult *rows, int row)
{
    for (int column = 0; column < PQnfields(rows); column++) {
        bool is_null = PQgetisnull(rows, row, column);
        bool is_bare = is_null || PQgetvalue(rows, row, column)[0] == '{' ||
                       PQgetvalue(rows, row, column)[0] == '[' || PQftype(rows, column) == 20;
        out_text(out, column ? ",\"" : "{\"");
        out_text(out, PQfname(rows, column));
        out_text(out, is_bare ? "\":" : "\":\"");
        out_text(out, is_null ? "null" : PQgetvalue(rows, row, column));
        out_text(out, is_bare ? "" : "\"");
    }
    out_text(out, "}");
}

static void on_closed(uv_handle_t *handle)
{
    Client *client = handle->data;
    client->is_closing = true;
    if (client->jobs == 0) {
        free(client->body);
        free(client);
    }
}

static void client_close(Client *client)
{
    if (!uv_is_closing((uv_handle_t *) &client->tcp)) {
        uv_close((uv_handle_t *) &client->tcp, on_closed);
    }
}

typedef struct Write {
    uv_write_t req;
    char *bytes;
} Write;

static void on_written(uv_write_t *req, int status)
{
    (void) status;
    Write *write = (Write *) req;
    free(write->bytes);
    free(write);
}

static void send_answer(Client *client, int status, const Out *body)
{
    Out all = { 0 };
    char head[HEAD_BYTES];
    int len = snprintf(
        head,
        sizeof head,
        "HTTP/1.1 %d OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: "
        "%zu\r\n\r\n",
        status,
        body->len
    );
    out_add(&all, head, (size_t) len);
    out_add(&all, body->bytes, body->len);
    uv_buf_t buf = uv_buf_init(all.bytes, (unsigned) all.len);
    int sent = uv_try_write((uv_stream_t *) &client->tcp, &buf, 1);
    if (sent == (int) all.len || uv_is_closing((uv_handle_t *) &client->tcp)) {
        free(all.bytes);
        return;
    }
    size_t done = sent > 0 ? (size_t) sent : 0;
    Write *write = malloc(sizeof *write);
    write->bytes = all.bytes;
    buf = uv_buf_init(all.bytes + done, (unsigned) (all.len - done));
    uv_write(&write->req, (uv_stream_t *) &client->tcp, &buf, 1, on_written);
}

static void answer(Job *job)
{
    Out body = { 0 };
    bool found = !job->failed && (job->made || (job->rows && PQntuples(job->rows) > 0));
    out_text(&body, job->route == ROUTE_LIST ? "{\"data\":[" : "{\"data\":");
    out_text(&body, found && job->made ? job->made : "");
    for (int row = 0; found && row < PQntuples(job->rows); row++) {
        out_text(&body, row ? "," : "");
        add_object(&body, job->rows, row);
    }
    out_text(&body, job->route == ROUTE_LIST ? "]}" : found ? "}" : "null}");
    int status = job->failed                          ? 500
                 : !found && job->route != ROUTE_LIST ? 404
                 : job->route == ROUTE_POST           ? 201
                                                      : 200;
    send_answer(job->client, status, &body);
    free(body.bytes);
}

/* ---- Postgres ---- */

static void flush(Pg *pg)
{
    bool wants_write = PQflush(pg->conn) > 0;
    if (wants_write != pg->wants_write) {
        pg->wants_write = wants_write;
        uv_poll_start(&pg->poll, UV_READABLE | (wants_write ? UV_WRITABLE : 0), pg->poll.poll_cb);
    }
}

static void finish(Pg *pg)
{
    Job *job = pg->head;
    pg->head = job->next;
    pg->tail = pg->head ? pg->tail : NULL;
    if (job->client) {
        job->client->jobs--;
        if (!job->client->is_closing) {
            answer(job);
        } else if (job->client->jobs == 0) {
            free(job->client->body);
            free(job->client);
        }
    } else if (job->failed) {
        die("prepare", PQerrorMessage(pg->conn));
    }
    PQclear(job->rows);
    free(job->made);
    free(job);
}

static void on_pg(uv_poll_t *poll, int status, int events)
{
    (void) events;
    Pg *pg = poll->data;
    if (status < 0 || !PQconsumeInput(pg->conn)) {
        die("postgres", PQerrorMessage(pg->conn));
    }
    unsigned nulls = 0;
    while (pg->head && nulls < 2 && !PQisBusy(pg->conn)) {
        PGresult *result = PQgetResult(pg->conn);
        nulls = result ? 0 : nulls + 1;
        switch (PQresultStatus(result)) {
        case PGRES_PIPELINE_SYNC:
            PQclear(result);
            finish(pg);
            break;
        case PGRES_TUPLES_OK:
            if (!pg->head->rows) {
                pg->head->rows = result;
            } else {
                PQclear(result);
            }
            break;
        case PGRES_FATAL_ERROR:
            pg->head->failed = result != NULL || pg->head->failed;
            PQclear(result);
            break;
        default:
            PQclear(result);
            break;
        }
    }
    flush(pg);
}

static Pg *job_new(Client *client, Route route, Pg *pg)
{
    Job *job = calloc(1, sizeof *job);
    pg = pg ? pg : &pgs[next_pg++ % PG_CONNS];
    job->client = client;
    job->route = route;
    *(pg->tail ? &pg->tail->next : &pg->head) = job;
    pg->tail = job;
    if (client) {
        client->jobs++;
    }
    return pg;
}

static void call(Pg *pg, const char *name, int count, const char *const *values)
{
    PQsendQueryPrepared(pg->conn, name, count, values, NULL, NULL, 0);
}

static void send_job(Pg *pg)
{
    PQpipelineSync(pg->conn);
    flush(pg);
}

static void prepare(Pg *pg, const char *name, const char *sql)
{
    PQsendPrepare(pg->conn, name, sql, 0, NULL);
}

static void prepare_file(Pg *pg, const char *directory, const char *name)
{
    char path[512];
    char sql[8 * 1024];
    snprintf(path, sizeof path, "%s/%s.sql", directory, name);
    FILE *file = fopen(path, "r");
    if (!file) {
        die(path, "can't be opened");
    }
    size_t len = fread(sql, 1, sizeof sql - 1, file);
    sql[len] = '\0';
    fclose(file);
    prepare(pg, name, sql);
}

static void pg_open(Pg *pg, const char *conninfo, const char *sql_directory)
{
    static const char *const files[] = { "by_id", "page", "insert", "outbox" };
    pg->conn = PQconnectdb(conninfo);
    if (PQstatus(pg->conn) != CONNECTION_OK) {
        die("connect", PQerrorMessage(pg->conn));
    }
    PQsetnonblocking(pg->conn, 1);
    PQenterPipelineMode(pg->conn);
    uv_poll_init(loop, &pg->poll, PQsocket(pg->conn));
    pg->poll.data = pg;
    uv_poll_start(&pg->poll, UV_READABLE, on_pg);
    job_new(NULL, ROUTE_NONE, pg);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        prepare_file(pg, sql_directory, files[i]);
    }
    send_job(pg);
}

/* ---- requests ---- */

/* The value of "key":"…" or "key":…, without escapes: the load sends none. */
static char *member(Client *client, const char *key)
{
    char pattern[64];
    snprintf(pattern, sizeof pattern, "\"%s\":", key);
    char *at = strstr(client->body, pattern);
    if (!at) {
        return strdup("");
    }
    at += strlen(pattern);
    at += strspn(at, " \"");
    return strndup(at, strcspn(at, "\",}"));
}

static void make_id(char id[37])
{
    static unsigned long count;
    snprintf(
        id,
        37,
        "0190%04x-%04x-7000-8000-%012lx",
        (unsigned) getpid() & 0xffff,
        (unsigned) (count >> 20) & 0xffff,
        count
    );
    count++;
}

/* One round trip: what is sent up to a Sync is one transaction. */
static void post(Client *client)
{
    char id[37];
    char event_id[37];
    char made[1024];
    char payload[1100];
    char *name = member(client, "name");
    char *price = member(client, "base_price");
    make_id(id);
    make_id(event_id);
    snprintf(
        made, sizeof made, "{\"id\":\"%s\",\"name\":\"%s\",\"base_price\":%s}", id, name, price
    );
    snprintf(payload, sizeof payload, "{\"data\":%s}", made);
    const char *row[] = { id, name, name, price };
    const char *event[] = { event_id, id, payload };
    Pg *pg = job_new(client, ROUTE_POST, NULL);
    pg->tail->made = strdup(made);
    call(pg, "insert", 4, row);
    call(pg, "outbox", 3, event);
    send_job(pg);
    free(name);
    free(price);
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    Client *client = parser->data;
    if (client->url_len + len >= sizeof client->url) {
        return HPE_USER;
    }
    memcpy(client->url + client->url_len, at, len);
    client->url_len += len;
    client->url[client->url_len] = '\0';
    return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    Client *client = parser->data;
    client->body = grown(client->body, client->body_len + len + 1);
    memcpy(client->body + client->body_len, at, len);
    client->body_len += len;
    client->body[client->body_len] = '\0';
    return 0;
}

static int on_message(llhttp_t *parser)
{
    static const char prefix[] = "/api/v1/products";
    Client *client = parser->data;
    const char *rest = client->url + sizeof prefix - 1;
    if (strncmp(client->url, prefix, sizeof prefix - 1) != 0) {
        return HPE_USER;
    }
    if (parser->method == HTTP_POST) {
        post(client);
    } else if (*rest == '/') {
        const char *by_id[] = { rest + 1 };
        Pg *pg = job_new(client, ROUTE_GET, NULL);
        call(pg, "by_id", 1, by_id);
        send_job(pg);
    } else {
        const char *page = strstr(rest, "page=");
        char offset[16];
        snprintf(offset, sizeof offset, "%ld", page ? (strtol(page + 5, NULL, 10) - 1) * 20 : 0);
        const char *values[] = { offset };
        Pg *pg = job_new(client, ROUTE_LIST, NULL);
        call(pg, "page", 1, values);
        send_job(pg);
    }
    client->url_len = client->body_len = 0;
    return 0;
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    (void) size;
    Client *client = handle->data;
    *buf = uv_buf_init(client->in, sizeof client->in);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    Client *client = stream->data;
    if (size < 0 ||
        (size > 0 && llhttp_execute(&client->parser, buf->base, (size_t) size) != HPE_OK)) {
        client_close(client);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    Client *client = calloc(1, sizeof *client);
    uv_tcp_init(loop, &client->tcp);
    client->tcp.data = client;
    llhttp_init(&client->parser, HTTP_REQUEST, &http);
    client->parser.data = client;
    if (status < 0 || uv_accept(listener, (uv_stream_t *) &client->tcp) < 0) {
        client_close(client);
        return;
    }
    uv_tcp_nodelay(&client->tcp, 1);
    uv_read_start((uv_stream_t *) &client->tcp, on_alloc, on_read);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        die("usage", "floor PORT CONNINFO SQL_DIR");
    }
    loop = uv_default_loop();
    llhttp_settings_init(&http);
    http.on_url = on_url;
    http.on_body = on_body;
    http.on_message_complete = on_message;
    for (size_t i = 0; i < PG_CONNS; i++) {
        pg_open(&pgs[i], argv[2], argv[3]);
    }
    struct sockaddr_in address;
    uv_tcp_t listener;
    uv_ip4_addr("127.0.0.1", (int) strtol(argv[1], NULL, 10), &address);
    uv_tcp_init(loop, &listener);
    if (uv_tcp_bind(&listener, (const struct sockaddr *) &address, 0) < 0 ||
        uv_listen((uv_stream_t *) &listener, 1024, on_connection) < 0) {
        die("listen", argv[1]);
    }
    puts("ready");
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
