/* Builds every case of kustomize's public suite (krusty FOLDER) and compares: the output byte for
 * byte, or the sense of the error. TAP. A case has `in/`, `entry`, `options.json` and
 * `expected.yaml` or `expected_error`. Each runs in a process of its own, with `in/` as the root of
 * the file system where that is allowed, for the cases are written so. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "codec/json.h"
#include "codec/regex.h"

#include "kustomize/kustomize.h"

enum { MAX_FILE = 16 << 20, PASSED = 0, FAILED = 1, NO_ROOT = 2 };

typedef struct Case {
    Arena *arena;
    Str folder;
    Str entry;
    KustomizeOptions options;
    const Node *errors; /* NULL: it must succeed */
    Str expected;
} Case;

static Str read_text(Arena *arena, Str folder, const char *name)
{
    Str path = path_join(arena, folder, str_from(name)), text = { 0 };
    return fs_read(arena, str_to_cstr(arena, path), MAX_FILE, &text, NULL) < 0 ? (Str) { 0 } : text;
}

static Node *read_json(Arena *arena, Str folder, const char *name)
{
    Node *root = NULL;
    (void) json_read_str(arena, read_text(arena, folder, name), NULL, &root, NULL);
    return root;
}

static Case load_case(Arena *arena, Str folder)
{
    Case test = { .arena = arena, .folder = folder };
    const Node *options = read_json(arena, folder, "options.json");
    Str reorder = node_string_or(node_get(options, STR("reorder")), STR("none"));
    test.options = (KustomizeOptions) {
        .order = str_eq(reorder, STR("none"))     ? KUSTOMIZE_ORDER_NONE
                 : str_eq(reorder, STR("legacy")) ? KUSTOMIZE_ORDER_LEGACY
                                                  : KUSTOMIZE_ORDER_DEFAULT,
        .load_anywhere = node_get(options, STR("load_restrictor")) != NULL,
    };
    test.entry = str_trim(read_text(arena, folder, "entry"));
    test.errors = read_json(arena, folder, "expected_error");
    test.expected = read_text(arena, folder, "expected.yaml");
    return test;
}

/* The suite ran in temporary directories, whose names are left in some inputs. */
static Str without_temporary(Arena *arena, Str text)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t at; (at = str_find(text, STR("/_tmp_"))) != STR_NONE;) {
        strbuf_add(&out, str_slice(text, 0, at));
        text = str_skip(text, at + sizeof "/_tmp_" - 1);
        while (text.len > 0 && text.ptr[0] >= '0' && text.ptr[0] <= '9') {
            text = str_skip(text, 1);
        }
    }
    strbuf_add(&out, text);
    return strbuf_str(&out);
}

static bool error_matches(Arena *arena, const Node *expected, Str text)
{
    Str match = node_get(expected, STR("match"))->text,
        wanted = node_get(expected, STR("text"))->text;
    Regex *regex = NULL;
    if (str_eq(match, STR("regexp"))) {
        return regex_compile(arena, wanted, false, &regex, NULL) == 0 && regex_matches(regex, text);
    }
    return str_eq(match, STR("any")) || str_find(text, wanted) != STR_NONE;
}

static bool errors_match(const Case *test, const DiagList *diags)
{
    StrBuf text = STRBUF_ON_ARENA(test->arena);
    diag_render(&text, diags, &(DiagStyle) { 0 });
    Str shown = without_temporary(test->arena, strbuf_str(&text));
    for (size_t i = 0; i < test->errors->seq.len; i++) {
        if (!error_matches(test->arena, test->errors->seq.items[i], shown)) {
            return false;
        }
    }
    return true;
}

static void show(Str text)
{
    Str line;
    while (str_next_line(&text, &line)) {
        printf("# %" STR_FMT "\n", STR_ARG(line));
    }
}

static int run_in_root(const Case *test)
{
    Str in = path_join(test->arena, test->folder, STR("in"));
    if (chroot(str_to_cstr(test->arena, in)) < 0 || chdir("/") < 0) {
        return NO_ROOT;
    }
    DiagList diags = DIAG_LIST(test->arena);
    KustomizeResult result;
    Str directory = path_join(test->arena, STR("/"), test->entry);
    int rc = kustomize_build(test->arena, directory, &test->options, &result, &diags);
    if (test->errors) {
        bool good = rc < 0 && errors_match(test, &diags);
        StrBuf text = STRBUF_ON_ARENA(test->arena);
        diag_render(&text, &diags, &(DiagStyle) { 0 });
        show(good ? (Str) { 0 } : strbuf_str(&text));
        return good ? PASSED : FAILED;
    }
    StrBuf out = STRBUF_ON_ARENA(test->arena);
    if (rc < 0) {
        diag_render(&out, &diags, &(DiagStyle) { 0 });
    } else {
        kustomize_write(&out, &result);
    }
    bool good = rc == 0 && str_eq(strbuf_str(&out), test->expected);
    show(good ? (Str) { 0 } : strbuf_str(&out));
    return good ? PASSED : FAILED;
}

static int run_case(Str folder)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        Arena *arena = arena_new(0);
        Case test = load_case(arena, folder);
        int code = run_in_root(&test);
        arena_free(arena);
        fflush(stdout);
        _exit(code);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) {
        return FAILED;
    }
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    auto_arena Arena *arena = arena_new(0);
    Str folder = str_from(argc > 1 ? argv[1] : ""), *names = NULL;
    size_t count = 0, cases = 0;
    int failures = 0;
    if (!fs_is_dir(folder.ptr) || fs_list(arena, folder.ptr, &names, &count, NULL) < 0) {
        printf("1..0 # SKIP no folder %s\n", folder.ptr);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        Str path = path_join(arena, folder, names[i]);
        if (!fs_is_dir(str_to_cstr(arena, path))) {
            continue;
        }
        int code = run_case(path);
        failures += code == FAILED;
        printf(
            "%s %zu - %" STR_FMT "%s\n",
            code == FAILED ? "not ok" : "ok",
            ++cases,
            STR_ARG(names[i]),
            code == NO_ROOT ? " # SKIP needs chroot" : ""
        );
    }
    printf("1..%zu\n", cases);
    return failures > 0;
}
