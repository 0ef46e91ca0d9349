#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "codec/json.h"
#include "loop/fiber.h"
#include "observe/log_json.h"
#include "observe/trace.h"

#include "unit.h"

enum { WAIT_MS = 20000 };

typedef struct Piped {
    int read_fd, write_fd;
    JsonLog *log;
} Piped;

static Piped piped_log(size_t buffer_bytes)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    Piped piped = { .read_fd = ends[0], .write_fd = ends[1] };
    const JsonLogOptions options = {
        .fd = ends[1],
        .service = STR("product"),
        .environment = STR("test"),
        .buffer_bytes = buffer_bytes,
    };
    assert_int_equal(json_log_open(&options, &piped.log, NULL), 0);
    return piped;
}

/* What the pipe holds, and then its end. */
static void read_rest(Piped *piped, StrBuf *out)
{
    char buffer[4096];
    ssize_t count;
    while ((count = read(piped->read_fd, buffer, sizeof buffer)) > 0) {
        strbuf_add_bytes(out, buffer, (size_t) count);
    }
}

static void done(Piped *piped)
{
    close(piped->read_fd);
    close(piped->write_fd);
}

/* Every line is an object; the value of `key` in the line that has `message`. */
static Str member(Arena *arena, Str lines, const char *message, const char *key)
{
    Str found = { 0 }, line;
    while (str_next_line(&lines, &line)) {
        Node *root = NULL;
        Error err = ERROR_INIT;
        if (json_read_str(arena, line, NULL, &root, &err) < 0) {
            fail_msg("%s: %" STR_FMT, err.message, STR_ARG(line));
        }
        if (str_eq_cstr(node_get(root, STR("msg"))->text, message)) {
            const Node *value = node_get_cstr(root, key);
            found = value ? value->text : STR("absent");
        }
    }
    return found;
}

static void writes_one_object_a_line_with_typed_fields(void **state)
{
    Piped piped = piped_log(0);
    const JsonLogField fields[] = {
        LOG_TEXT("path", STR("/a\"b\n")),
        LOG_INT("status", 200),
        LOG_DOUBLE("duration_ms", 1.5),
        LOG_BOOL("cached", true),
    };
    json_log_write(piped.log, LOG_INFO, STR("request"), fields, ARRAY_LEN(fields));
    assert_true(json_log_flush(piped.log, WAIT_MS));
    auto_strbuf StrBuf out = STRBUF_INIT;
    read_rest(&piped, &out);
    Str lines = strbuf_str(&out);
    assert_true(str_has_prefix(lines, STR("{\"time\":\"20")));
    assert_true(str_has_suffix(
        lines,
        STR("Z\",\"level\":\"info\",\"msg\":\"request\",\"service\":\"product\",\"environment\":"
            "\"test\","
            "\"path\":\"/a\\\"b\\n\",\"status\":200,\"duration_ms\":1.5,\"cached\":true}\n")
    ));
    assert_str(member(*state, lines, "request", "path"), "/a\"b\n");
    json_log_close(piped.log, WAIT_MS);
    done(&piped);
}

static void log_in_span(void *arg)
{
    Tracer *tracer = tracer_new(&(TracerOptions) { .sample_rate = 1 });
    const LogField context[] = { { "correlation_id", STR("abc-1") } };
    FiberContext local = { .tracer = tracer, .log_fields = context, .log_field_count = 1 };
    TraceContext parent;
    traceparent_parse(STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), &parent);
    fiber_set_local(&local);
    TraceSpan span;
    trace_begin_from(&span, tracer, &parent, TRACE_SERVER, STR("x"));
    trace_enter(&span);
    log_set_sink(json_log_sink, arg, LOG_INFO);
    log_write(LOG_WARN, &(LogField) { "statement", STR("get_product") }, 1, "slow %s", "query");
    log_debug("not asked for");
    log_set_sink(NULL, NULL, LOG_INFO);
    trace_end(&span);
    tracer_free(tracer);
}

static void takes_the_context_from_the_fiber(void **state)
{
    Piped piped = piped_log(0);
    Loop *loop = NULL;
    assert_int_equal(loop_new(&loop, NULL), 0);
    assert_int_equal(fiber_run_main(loop, log_in_span, piped.log), 0);
    loop_free(loop);
    json_log_close(piped.log, WAIT_MS);
    auto_strbuf StrBuf out = STRBUF_INIT;
    read_rest(&piped, &out);
    assert_str(member(*state, strbuf_str(&out), "slow query", "correlation_id"), "abc-1");
    assert_str(
        member(*state, strbuf_str(&out), "slow query", "trace_id"),
        "0af7651916cd43dd8448eb211c80319c"
    );
    assert_str(member(*state, strbuf_str(&out), "slow query", "statement"), "get_product");
    assert_str(member(*state, strbuf_str(&out), "slow query", "level"), "warn");
    assert_true(str_find(strbuf_str(&out), STR("not asked for")) == STR_NONE);
    done(&piped);
}

/* Until it takes no more; `blocking` says how the log's own writes meet that. */
static void fill_pipe(const Piped *piped, bool blocking)
{
    fcntl(piped->write_fd, F_SETFL, O_NONBLOCK);
    while (write(piped->write_fd, "\n", 1) == 1) {
    }
    fcntl(piped->write_fd, F_SETFL, blocking ? 0 : O_NONBLOCK);
}

static void lose_lines_and_find_the_reader_again(Arena *arena, bool blocking)
{
    Piped piped = piped_log(4096);
    uint64_t written = 0;
    fill_pipe(&piped, blocking);
    while (json_log_dropped(piped.log) == 0) {
        json_log_write(piped.log, LOG_INFO, STR("line"), NULL, 0);
        written++;
    }
    assert_false(json_log_flush(piped.log, 1));
    auto_strbuf StrBuf out = STRBUF_INIT;
    Deadline until = deadline_in_ms(WAIT_MS);
    while (!json_log_flush(piped.log, 1) && deadline_left_ms(until) > 0) {
        read_rest(&piped, &out);
    }
    json_log_write(piped.log, LOG_INFO, STR("after"), NULL, 0);
    json_log_close(piped.log, WAIT_MS);
    read_rest(&piped, &out);
    Str rest = str_trim(strbuf_str(&out)), line;
    assert_str(member(arena, rest, "log lines dropped", "count"), "1");
    assert_str(member(arena, rest, "after", "service"), "product");
    uint64_t lines = 0;
    while (str_next_line(&rest, &line)) {
        lines++;
    }
    assert_int_equal(lines, written - 1 + 2);
    done(&piped);
}

static void a_reader_that_stops_costs_lines_not_time(void **state)
{
    lose_lines_and_find_the_reader_again(*state, true);
}

static void a_full_pipe_that_does_not_block_costs_the_same(void **state)
{
    lose_lines_and_find_the_reader_again(*state, false);
}

static void closing_gives_up_on_a_reader_that_stopped(void **state)
{
    (void) state;
    Piped piped = piped_log(4096);
    fill_pipe(&piped, true);
    json_log_write(piped.log, LOG_INFO, STR("line"), NULL, 0);
    json_log_close(piped.log, 1);
    done(&piped);
}

static void counts_what_could_not_be_written(void **state)
{
    (void) state;
    Piped piped = piped_log(0);
    close(piped.read_fd);
    json_log_write(piped.log, LOG_ERROR, STR("lost"), NULL, 0);
    assert_true(json_log_flush(piped.log, WAIT_MS));
    assert_int_equal(json_log_dropped(piped.log), 1);
    json_log_close(piped.log, WAIT_MS);
    close(piped.write_fd);
}

enum { THREADS = 4, LINES = 500 };

static void *write_lines(void *arg)
{
    for (int i = 0; i < LINES; i++) {
        const JsonLogField field = LOG_INT("n", i);
        json_log_write(arg, LOG_INFO, STR("concurrent"), &field, 1);
    }
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
    Piped piped = piped_log(0);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, piped.log), 0);
    }
    auto_strbuf StrBuf out = STRBUF_INIT;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    Deadline until = deadline_in_ms(WAIT_MS);
    while (!json_log_flush(piped.log, 1) && deadline_left_ms(until) > 0) {
        read_rest(&piped, &out);
    }
    json_log_close(piped.log, WAIT_MS);
    read_rest(&piped, &out);
    int lines = 0;
    Str rest = strbuf_str(&out), line;
    while (str_next_line(&rest, &line)) {
        assert_str(member(*state, line, "concurrent", "level"), "info");
        lines++;
    }
    assert_int_equal(lines, THREADS * LINES);
    done(&piped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(writes_one_object_a_line_with_typed_fields),
        arena_test(takes_the_context_from_the_fiber),
        arena_test(a_reader_that_stops_costs_lines_not_time),
        arena_test(a_full_pipe_that_does_not_block_costs_the_same),
        arena_test(closing_gives_up_on_a_reader_that_stopped),
        arena_test(counts_what_could_not_be_written),
        arena_test(lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests_name("log_json", tests, NULL, NULL);
}
