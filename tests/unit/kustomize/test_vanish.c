/* What changes while a build reads it: at each look at the file system, one after the other, what is
 * looked at is gone or has become something else. The linker puts these functions in between. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/path.h"

#include "kustomize/kustomize.h"

/* What happens to the path of a look, just before it. */
typedef void (*Change)(const char *path);

static int looks_left; /* the change comes when this is 0 */
static Change change;
static char root[64];

static void before_look(const char *path)
{
    if (change && looks_left-- == 0 && strncmp(path, root, strlen(root)) == 0) {
        change(path);
    }
}

#define WRAP(type, name, parameters, arguments) \
    type __real_##name parameters;              \
    type __wrap_##name parameters;              \
    type __wrap_##name parameters               \
    {                                           \
        before_look(path);                      \
        return __real_##name arguments;         \
    }
WRAP(bool, fs_is_dir, (const char *path), (path))
WRAP(bool, fs_is_file, (const char *path), (path))
WRAP(bool, fs_exists, (const char *path), (path))
WRAP(
    int,
    fs_real_path,
    (Arena * arena, const char *path, Str *ret, Error *err),
    (arena, path, ret, err)
)
WRAP(
    int,
    fs_read_resolved,
    (Arena * arena, const char *path, size_t most, Str *ret, Error *err),
    (arena, path, most, ret, err)
)

static void put(const char *path, const char *text)
{
    auto_arena Arena *arena = arena_new(0);
    const char *full = arena_printf(arena, "%s/%s", root, path);
    assert_int_equal(fs_make_dirs(str_to_cstr(arena, path_dir(str_from(full))), 0755, NULL), 0);
    auto_fd int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644); /* and no sync */
    assert_true(fd >= 0);
    assert_int_equal(fs_write_all(fd, text, strlen(text)), 0);
}

#define CONFIG_MAP(name, value) \
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " name "}\ndata: {key: " value "}\n"

static void put_tree(void)
{
    put("secret.yaml", CONFIG_MAP("a", "stolen"));
    put("secrets/kustomization.yaml", "resources: [c.yaml]\n");
    put("secrets/c.yaml", CONFIG_MAP("c", "of another base"));
    put("secrets/b.yaml", CONFIG_MAP("b", "stolen"));
    put("base/kustomization.yaml", "resources: [c.yaml]\n");
    put("base/c.yaml", CONFIG_MAP("c", "3"));
    put("top/kustomization.yaml",
        "resources: [../base, a.yaml, sub/b.yaml]\npatches:\n- path: patch.yaml\n"
        "configMapGenerator:\n- name: made\n  files: [file.txt]\n  envs: [file.env]\n");
    put("top/a.yaml", CONFIG_MAP("a", "1"));
    put("top/sub/b.yaml", CONFIG_MAP("b", "2"));
    put("top/patch.yaml", CONFIG_MAP("a", "4"));
    put("top/file.txt", "text\n");
    put("top/file.env", "NAME=value\n");
}

static void remove_it(const char *path)
{
    fs_remove_tree(path, NULL);
}

static void remove_its_folder(const char *path)
{
    auto_arena Arena *arena = arena_new(0);
    fs_remove_tree(str_to_cstr(arena, path_dir(str_from(path))), NULL);
}

/* A file becomes a link to one outside of the root, a folder one to another folder. */
static void put_link(const char *path)
{
    auto_arena Arena *arena = arena_new(0);
    struct stat info;
    bool is_dir = lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
    fs_remove_tree(path, NULL);
    const char *to = arena_printf(arena, "%s/%s", root, is_dir ? "secrets" : "secret.yaml");
    (void) (symlink(to, path) < 0);
}

static void put_link_for_its_folder(const char *path)
{
    auto_arena Arena *arena = arena_new(0);
    put_link(str_to_cstr(arena, path_dir(str_from(path))));
}

static void put_pipe(const char *path)
{
    fs_remove_tree(path, NULL);
    (void) (mkfifo(path, 0600) < 0);
}

static void put_folder(const char *path)
{
    fs_remove_tree(path, NULL);
    (void) (mkdir(path, 0700) < 0);
}

/* A folder that is a link from the beginning is another base, which is fine; a file from outside
 * never is. */
static void assert_nothing_stolen(Str text, Str expected)
{
    bool leads_elsewhere = change == put_link || change == put_link_for_its_folder;
    assert_true(leads_elsewhere || str_eq(text, expected));
    assert_true(str_find(text, STR("stolen")) == STR_NONE);
}

/* Builds the tree with the change at look number `look`; false when there are not so many looks. */
static bool build_with(Change how, int look, Str expected)
{
    auto_arena Arena *arena = arena_new(0);
    put_tree();
    DiagList diags = DIAG_LIST(arena);
    KustomizeResult result;
    change = how;
    looks_left = look;
    Str top = str_from(arena_printf(arena, "%s/top", root));
    int rc = kustomize_build(arena, top, &(KustomizeOptions) { 0 }, &result, &diags);
    bool was_reached = looks_left < 0;
    StrBuf text = STRBUF_ON_ARENA(arena);
    if (rc == 0) {
        kustomize_write(&text, &result);
        assert_nothing_stolen(strbuf_str(&text), expected);
    } else {
        assert_int_equal(rc, -EINVAL);
        assert_true(diags.diags.len > 0 && diags.diags.ptr[0].message.len > 0);
    }
    change = NULL;
    fs_remove_tree(root, NULL);
    return was_reached;
}

static void try_at_each_look(Change how)
{
    auto_arena Arena *arena = arena_new(0);
    (void) snprintf(root, sizeof root, "/tmp/slipway-vanish-XXXXXX");
    assert_non_null(mkdtemp(root));
    put_tree();
    DiagList diags = DIAG_LIST(arena);
    KustomizeResult whole;
    Str top = str_from(arena_printf(arena, "%s/top", root));
    assert_int_equal(kustomize_build(arena, top, &(KustomizeOptions) { 0 }, &whole, &diags), 0);
    StrBuf expected = STRBUF_ON_ARENA(arena);
    kustomize_write(&expected, &whole);
    int look = 0;
    while (build_with(how, look, strbuf_str(&expected))) {
        look++;
    }
    assert_true(look > 10);
}

static void what_vanishes_is_an_error_or_was_not_needed(void **state)
{
    (void) state;
    try_at_each_look(remove_it);
    try_at_each_look(remove_its_folder);
}

static void a_link_that_appears_leads_nowhere_outside(void **state)
{
    (void) state;
    try_at_each_look(put_link);
    try_at_each_look(put_link_for_its_folder);
}

static void what_becomes_something_else_is_an_error(void **state)
{
    (void) state;
    try_at_each_look(put_pipe);
    try_at_each_look(put_folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_vanishes_is_an_error_or_was_not_needed),
        cmocka_unit_test(a_link_that_appears_leads_nowhere_outside),
        cmocka_unit_test(what_becomes_something_else_is_an_error),
    };
    return cmocka_run_group_tests_name("kustomize/vanish", tests, NULL, NULL);
}
