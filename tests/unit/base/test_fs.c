#include <fcntl.h>

#include "base/fs.h"
#include "base/mem.h"

#include "unit.h"

/* Each test has a directory of its own, which is the current one while it runs. */
typedef struct Place {
    Arena *arena;
    char *dir;
    char *former;
} Place;

static int enter(void **state)
{
    Place *place = MEM_NEW(Place);
    place->arena = arena_new(0);
    place->former = getcwd(NULL, 0);
    place->dir = mem_strdup(P_tmpdir "/base-fs-XXXXXX");
    *state = place;
    return !mkdtemp(place->dir) || chdir(place->dir);
}

static int leave(void **state)
{
    Place *place = *state;
    int rc = chdir(place->former);
    rc |= fs_remove_tree(place->dir, NULL);
    arena_free(place->arena);
    free(place->former);
    free(place->dir);
    free(place);
    return rc;
}

static void reads_what_it_wrote(void **state)
{
    Place *place = *state;
    Error err = ERROR_INIT;
    Str text = { 0 };
    struct stat info;
    assert_int_equal(fs_write_atomic("f", STR("one"), 0640, &err), 0);
    assert_int_equal(fs_write_atomic("f", STR("two"), 0600, &err), 0);
    assert_int_equal(fs_read(place->arena, "f", 100, &text, &err), 0);
    assert_str(text, "two");
    assert_int_equal(text.ptr[text.len], '\0');
    assert_int_equal(stat("f", &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    Str *names = NULL;
    size_t count = 0;
    assert_int_equal(fs_list(place->arena, ".", &names, &count, &err), 0);
    assert_int_equal(count, 1); /* no temporary file is left */
}

static void refuses_what_is_not_a_small_regular_file(void **state)
{
    Place *place = *state;
    Error err = ERROR_INIT;
    Str text = STR("untouched");
    assert_int_equal(fs_write_atomic("f", STR("12345"), 0600, &err), 0);
    assert_int_equal(fs_read(place->arena, "f", 5, &text, &err), 0);
    assert_int_equal(fs_read(place->arena, "f", 4, &text, &err), -EFBIG);
    assert_string_equal(err.message, "f: larger than 4 bytes");
    assert_int_equal(fs_read(place->arena, ".", 4, &text, &err), -EISDIR);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(fs_read(place->arena, "pipe", 4, &text, &err), -EINVAL);
    assert_int_equal(fs_read(place->arena, "absent", 4, &text, &err), -ENOENT);
    assert_string_equal(err.message, "absent: No such file or directory");
    assert_str(text, "12345");
}

static void reads_a_pipe_to_its_end(void **state)
{
    Place *place = *state;
    int ends[2];
    Str text = { 0 };
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fs_write_all(ends[1], "hello", 5), 0);
    close(ends[1]);
    assert_int_equal(fs_read_fd(place->arena, ends[0], 100, &text, NULL), 0);
    assert_str(text, "hello");
    close(ends[0]);
}

static void makes_and_removes_trees(void **state)
{
    (void) state;
    Error err = ERROR_INIT;
    assert_int_equal(fs_make_dirs("a/b/c/", 0755, &err), 0);
    assert_int_equal(fs_make_dirs("a/b/c", 0755, &err), 0);
    assert_int_equal(fs_write_atomic("a/f", STR(""), 0600, &err), 0);
    assert_int_equal(fs_make_dirs("a/f/x", 0755, &err), -ENOTDIR);
    assert_int_equal(fs_make_dirs("outside", 0755, &err), 0);
    assert_int_equal(fs_write_atomic("outside/kept", STR(""), 0600, &err), 0);
    assert_int_equal(symlink("../outside", "a/link"), 0);
    assert_int_equal(fs_remove_tree("a", &err), 0);
    assert_false(fs_exists("a"));
    assert_true(fs_is_file("outside/kept"));
    assert_int_equal(fs_remove_tree("a", &err), 0);
}

typedef struct Seen {
    StrBuf paths;
    Str skip;
} Seen;

static FsWalk see(const FsEntry *entry, void *ctx)
{
    Seen *seen = ctx;
    strbuf_addf(&seen->paths, "%" STR_FMT "@%u ", STR_ARG(entry->path), entry->depth);
    return str_eq(entry->name, seen->skip) ? FS_WALK_SKIP : FS_WALK_ON;
}

static FsWalk stop_at_once(const FsEntry *entry, void *ctx)
{
    (void) entry;
    ++*(int *) ctx;
    return FS_WALK_STOP;
}

static void walks_in_order_without_following_links(void **state)
{
    (void) state;
    Seen seen = { .skip = STR("skipped") };
    int visits = 0;
    assert_int_equal(fs_make_dirs("b/sub", 0755, NULL), 0);
    assert_int_equal(fs_make_dirs("skipped/deep", 0755, NULL), 0);
    assert_int_equal(fs_write_atomic("a", STR(""), 0600, NULL), 0);
    assert_int_equal(fs_write_atomic("b/sub/f", STR(""), 0600, NULL), 0);
    assert_int_equal(symlink("b", "c"), 0);
    assert_int_equal(fs_walk(".", see, &seen, NULL), 0);
    assert_text(&seen.paths, "a@0 b@0 b/sub@1 b/sub/f@2 c@0 skipped@0 ");
    assert_int_equal(fs_walk(".", stop_at_once, &visits, NULL), 0);
    assert_int_equal(visits, 1);
    Error err = ERROR_INIT;
    assert_int_equal(fs_walk("absent", see, &seen, &err), -ENOENT);
    assert_string_equal(err.message, "walk absent: No such file or directory");
}

static void lists_with_types_and_follows_no_link_on_the_way(void **state)
{
    Place *place = *state;
    FsName *names = NULL;
    size_t count = 0;
    assert_int_equal(fs_make_dirs("d/sub/z", 0755, NULL), 0);
    assert_int_equal(fs_write_atomic("d/sub/f", STR(""), 0600, NULL), 0);
    assert_int_equal(symlink("f", "d/sub/a"), 0);
    assert_int_equal(symlink("d", "link"), 0);
    auto_fd int fd = open(".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    assert_int_equal(fs_list_beneath(place->arena, fd, "d/sub", &names, &count), 0);
    assert_int_equal(count, 3);
    static const struct {
        const char *name;
        mode_t type;
    } expected[] = { { "a", S_IFLNK }, { "f", S_IFREG }, { "z", S_IFDIR } };
    for (size_t i = 0; i < count; i++) {
        assert_str(names[i].name, expected[i].name);
        assert_int_equal(names[i].type, expected[i].type);
    }
    assert_int_equal(fs_list_beneath(place->arena, fd, ".", &names, &count), 0);
    assert_int_equal(count, 2);
    assert_true(fs_list_beneath(place->arena, fd, "link/sub", &names, &count) < 0);
    assert_true(fs_list_beneath(place->arena, fd, "link", &names, &count) < 0);
    assert_true(fs_list_beneath(place->arena, fd, "d/../..", &names, &count) < 0);
    assert_int_equal(fs_list_beneath(place->arena, fd, "absent", &names, &count), -ENOENT);
}

static void finds_programs_on_the_path(void **state)
{
    Place *place = *state;
    assert_int_equal(fs_write_atomic("tool", STR("#!/bin/sh\n"), 0755, NULL), 0);
    assert_int_equal(fs_write_atomic("data", STR(""), 0644, NULL), 0);
    setenv("PATH", arena_printf(place->arena, "/nowhere::%s", place->dir), 1);
    Str expected = str_printf(place->arena, "%s/tool", place->dir);
    assert_true(str_eq(fs_find_program(place->arena, "tool"), expected));
    assert_str(fs_find_program(place->arena, "data"), "");
    assert_str(fs_find_program(place->arena, "./tool"), "./tool");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_what_it_wrote, enter, leave),
        cmocka_unit_test_setup_teardown(refuses_what_is_not_a_small_regular_file, enter, leave),
        cmocka_unit_test_setup_teardown(reads_a_pipe_to_its_end, enter, leave),
        cmocka_unit_test_setup_teardown(makes_and_removes_trees, enter, leave),
        cmocka_unit_test_setup_teardown(walks_in_order_without_following_links, enter, leave),
        cmocka_unit_test_setup_teardown(
            lists_with_types_and_follows_no_link_on_the_way, enter, leave
        ),
        cmocka_unit_test_setup_teardown(finds_programs_on_the_path, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
