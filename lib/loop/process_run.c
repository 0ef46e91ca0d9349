#include <assert.h>

#include "base/strbuf.h"
#include "loop/fiber.h"

#include "process_internal.h"

enum { READ_BYTES = 16 * 1024 };
static const size_t default_output_bytes = (size_t) 16 * 1024 * 1024;

/* One of the three streams, with the fiber that serves it. */
typedef struct Channel {
    Process *process;
    Stream *stream;
    Fiber *fiber;
    StrBuf text;
    Str input;
    size_t most_bytes;
    int error;
} Channel;

typedef struct Run {
    Process *process;
    Channel channels[3];
    int error; /* why it was killed */
} Run;

static void collect(void *arg)
{
    Channel *channel = arg;
    for (;;) {
        char *room = strbuf_reserve(&channel->text, READ_BYTES);
        ssize_t count = stream_read(channel->stream, room, READ_BYTES);
        if (count <= 0) {
            channel->error = (int) count;
            return;
        }
        strbuf_advance(&channel->text, (size_t) count);
        if (channel->text.len > channel->most_bytes) {
            channel->error = -EFBIG;
            process_kill(channel->process);
            return;
        }
    }
}

/* A child that does not read all of its input is no error. */
static void feed(void *arg)
{
    Channel *channel = arg;
    if (stream_write(channel->stream, channel->input) == 0) {
        stream_shutdown(channel->stream);
    } else {
        stream_close(channel->stream);
    }
}

static int serve(Channel *channel, Stream *stream, FiberFn fn)
{
    channel->stream = stream;
    FiberOptions options = { .name = "process_run" };
    return stream ? fiber_spawn(stream_loop(stream), &options, fn, channel, &channel->fiber) : 0;
}

static void note_error(Run *run, int error)
{
    if (error < 0 && run->error == 0) {
        run->error = error;
        process_kill(run->process);
    }
}

static void join_all(Run *run)
{
    for (int i = 2; i >= 0; i--) {
        Channel *channel = &run->channels[i];
        if (channel->fiber) {
            note_error(run, fiber_join(channel->fiber));
            note_error(run, channel->error);
        }
    }
}

static void drive(Run *run, ProcessExit *ret_exit)
{
    Process *process = run->process;
    int rc = serve(&run->channels[1], process_stdout(process), collect);
    rc = rc == 0 ? serve(&run->channels[2], process_stderr(process), collect) : rc;
    rc = rc == 0 ? serve(&run->channels[0], process_stdin(process), feed) : rc;
    note_error(run, rc);
    join_all(run);
    if (run->error == 0) {
        note_error(run, process_wait(process, ret_exit));
    }
}

static int explain(int error, const char *program, Error *err)
{
    switch (error) {
    case -EFBIG:
        return error_set(err, error, "run %s: its output is too large", program);
    case -ETIMEDOUT:
        return error_set(err, error, "run %s: it did not end in time", program);
    case -ECANCELED:
        return error_set(err, error, "run %s: canceled", program);
    default:
        return error_errno(err, error, "run %s", program);
    }
}

int process_run(
    Loop *loop,
    const ProcessOptions *options,
    Str input,
    Arena *arena,
    ProcessResult *ret_result,
    Error *err
)
{
    assert(fiber_self());
    ProcessOptions own = *options;
    own.stdout_mode = own.stderr_mode = STDIO_PIPE;
    own.stdin_mode = str_is_empty(input) ? own.stdin_mode : STDIO_PIPE;
    own.new_group = true;
    Run run = { 0 };
    int rc = process_spawn(loop, &own, NULL, NULL, &run.process, err);
    if (rc < 0) {
        return rc;
    }
    for (int i = 0; i < 3; i++) {
        Channel *channel = &run.channels[i];
        *channel =
            (Channel) { .process = run.process, .text = STRBUF_ON_ARENA(arena), .input = input };
        channel->most_bytes = own.max_output_bytes ? own.max_output_bytes : default_output_bytes;
    }
    ProcessResult result = { 0 };
    drive(&run, &result.exit);
    process_free(run.process);
    if (run.error < 0) {
        return explain(run.error, options->argv[0], err);
    }
    result.out = strbuf_str(&run.channels[1].text);
    result.err = strbuf_str(&run.channels[2].text);
    *ret_result = result;
    return 0;
}
