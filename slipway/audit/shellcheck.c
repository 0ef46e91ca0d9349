#include "shellcheck.h"

#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "codec/json.h"
#include "loop/fiber.h"
#include "loop/process.h"

#include "kubernetes.h"

enum {
    SCRIPTS_MOST = 1000,
    SECONDS_MOST = 30,
    LINES_BEFORE = 2, /* the directive and the names, see write_script */
};

typedef struct Check {
    Arena *arena;
    Str folder;
    CheckedScript *scripts;
    size_t count;
    ProcessResult result;
    Loop *loop;
    Error *err;
    int rc;
} Check;

/* What can't be known from here isn't asked: files that are sourced. Names that the script has from
 * elsewhere hold what nobody knows. */
static int write_script(Check *check, size_t number)
{
    CheckedScript *script = &check->scripts[number];
    StrBuf text = STRBUF_ON_ARENA(check->arena);
    strbuf_addf(
        &text,
        "# shellcheck shell=%s disable=SC1090,SC1091,SC1008%s\n%sread -r %" STR_FMT
        " slipway\n%" STR_FMT "\n",
        script->dialect,
        script->disable ? script->disable : "",
        script->stops_at_failure ? "set -e; " : "",
        STR_ARG(script->names),
        STR_ARG(script->text)
    );
    script->path =
        path_join(check->arena, check->folder, str_printf(check->arena, "%zu.sh", number)).ptr;
    return fs_write_atomic(script->path, strbuf_str(&text), 0600, check->err);
}

static void run_main(void *arg)
{
    Check *check = arg;
    size_t count = check->count;
    const char **argv = ARENA_ARRAY(check->arena, const char *, count + 6);
    static const char *const command[] = {
        "shellcheck", "--norc", "--severity=info", "--format=json1", "--"
    };
    memcpy(argv, command, sizeof(command));
    for (size_t i = 0; i < count; i++) {
        argv[ARRAY_LEN(command) + i] = check->scripts[i].path;
    }
    ProcessOptions options = { .argv = argv, .death_signal = SIGKILL };
    (void) fiber_narrow_deadline(deadline_in_ms(SECONDS_MOST * 1000));
    check->rc =
        process_run(check->loop, &options, STR(""), check->arena, &check->result, check->err);
}

static int run_child(Check *check)
{
    int rc = loop_new(&check->loop, check->err);
    if (rc < 0) {
        return rc;
    }
    rc = fiber_run_main(check->loop, run_main, check);
    loop_free(check->loop);
    rc = rc < 0 ? rc : check->rc;
    return rc < 0 ? error_wrap(check->err, rc, "run shellcheck") : 0;
}

/* --- what it says ----------------------------------------------------------------------------- */

static size_t number_of(const Node *comment, const char *key)
{
    const Node *number = node_path(comment, key);
    return number && number->kind == NODE_INT && number->integer > 0 ? (size_t) number->integer : 1;
}

/* The byte at a line and a column, both from 1, of the script's text. */
static size_t offset_of(Str text, size_t line, size_t column)
{
    size_t at = 0;
    while (line > 1 && at < text.len) {
        size_t newline = str_find_char(str_skip(text, at), '\n');
        at = newline == STR_NONE ? text.len : at + newline + 1;
        line--;
    }
    while (column > 1 && at < text.len && text.ptr[at] != '\n') {
        at++;
        while (at < text.len && ((unsigned char) text.ptr[at] & 0xC0U) == 0x80U) {
            at++; /* characters, not bytes */
        }
        column--;
    }
    return at;
}

static CheckedScript *script_of(const Check *check, Str path)
{
    for (size_t i = 0; i < check->count; i++) {
        if (str_eq_cstr(path, check->scripts[i].path)) {
            return &check->scripts[i];
        }
    }
    return NULL;
}

static void take_comment(Check *check, const Node *comment)
{
    CheckedScript *script = script_of(check, node_text(comment, "file"));
    size_t line = number_of(comment, "line"), end_line = number_of(comment, "endLine");
    if (!script || line <= LINES_BEFORE || end_line < line) {
        return;
    }
    ShellComplaint complaint = {
        .start = offset_of(script->text, line - LINES_BEFORE, number_of(comment, "column")),
        .end = offset_of(script->text, end_line - LINES_BEFORE, number_of(comment, "endColumn")),
        .code = number_of(comment, "code"),
        .message = node_text(comment, "message"),
    };
    (void) str_strip_suffix(&complaint.message, STR("."));
    vec_push(&script->complaints, check->arena, complaint);
}

static int take_output(Check *check)
{
    Node *root = NULL;
    int rc = json_read_str(check->arena, check->result.out, NULL, &root, NULL);
    const Node *comments = rc == 0 ? node_path(root, "comments") : NULL;
    if (!comments || comments->kind != NODE_SEQ) {
        Str said = str_trim(check->result.err);
        return error_set(
            check->err,
            -EBADMSG,
            "shellcheck exited with %d: %" STR_FMT,
            check->result.exit.code,
            STR_ARG(said.len > 0 ? said : STR("its output isn't understood"))
        );
    }
    for (size_t i = 0; i < comments->seq.len; i++) {
        take_comment(check, comments->seq.items[i]);
    }
    return 0;
}

static int run_in(Check *check)
{
    int rc = 0;
    for (size_t i = 0; i < check->count && rc == 0; i++) {
        rc = write_script(check, i);
    }
    rc = rc < 0 ? rc : run_child(check);
    return rc < 0 ? rc : take_output(check);
}

int shellcheck_run(Arena *arena, CheckedScript *scripts, size_t count, Error *err)
{
    if (count == 0) {
        return 0;
    }
    if (fs_find_program(arena, "shellcheck").len == 0) {
        return error_set(err, -ENOENT, "shellcheck isn't installed");
    }
    const char *place = getenv("TMPDIR");
    char *folder = arena_printf(arena, "%s/slipway-check-XXXXXX", place ? place : "/tmp");
    if (!mkdtemp(folder)) {
        return error_errno(err, -errno, "make a folder for the scripts");
    }
    Check check = { .arena = arena,
                    .folder = str_from(folder),
                    .scripts = scripts,
                    .count = count < SCRIPTS_MOST ? count : SCRIPTS_MOST,
                    .err = err };
    int rc = run_in(&check);
    int removed = fs_remove_tree(folder, rc < 0 ? NULL : err);
    return rc < 0 ? rc : removed;
}
