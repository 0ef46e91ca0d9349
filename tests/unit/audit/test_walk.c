#include <stdlib.h>

#include "base/fs.h"
#include "base/path.h"

#include "audit/walk.h"
#include "unit.h"

/* a/ and b/ with two folders each, made below a directory of its own. */
static Str make_tree(Arena *arena)
{
    static const char *const folders[] = { "a/one", "a/two", "b/one", "b/two" };
    char root[] = "/tmp/slipway-walk-XXXXXX";
    assert_non_null(mkdtemp(root));
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        Str path = path_join(arena, str_from(root), str_from(folders[i]));
        assert_int_equal(fs_make_dirs(path.ptr, 0700, NULL), 0);
    }
    return str_from(arena_strdup(arena, root));
}

static size_t count_mistakes(const Folder *folder)
{
    size_t count = folder->mistake != NULL;
    vec_foreach(found, &folder->found) {
        count += found->folder ? count_mistakes(found->folder) : 0;
    }
    return count;
}

static void check_walk(size_t most, size_t expected_found, size_t expected_mistakes)
{
    auto_arena Arena *arena = arena_new(0);
    Str root = make_tree(arena);
    Walk walk = { .arena = arena, .jobs = 1, .root = root, .real_root = root, .most = most };
    Folder *folder = NULL;
    assert_int_equal(walk_folders(&walk, &folder, NULL), 0);
    assert_int_equal(walk.count, expected_found);
    assert_int_equal(count_mistakes(folder), expected_mistakes);
    assert_int_equal(fs_remove_tree(root.ptr, NULL), 0);
}

static void a_tree_is_walked_whole(void **state)
{
    (void) state;
    check_walk(100, 6, 0);
}

static void a_level_too_many_is_said_once(void **state)
{
    (void) state;
    check_walk(2, 2, 1);
    check_walk(5, 6, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_walked_whole),
        cmocka_unit_test(a_level_too_many_is_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
