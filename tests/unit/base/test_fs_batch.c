#include "base/fs.h"
#include "base/fs_batch.h"
#include "base/mem.h"

#include "unit.h"

typedef struct Place {
    Arena *arena;
    char *dir;
    char *former;
    FsBatch batch;
} Place;

static int enter(void **state)
{
    Place *place = MEM_NEW(Place);
    place->arena = arena_new(0);
    place->batch.arena = place->arena;
    place->former = getcwd(NULL, 0);
    place->dir = mem_strdup(P_tmpdir "/base-fs-batch-XXXXXX");
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

static Str content(Place *place, const char *path)
{
    Str text = STR("(absent)");
    (void) fs_read(place->arena, path, 100, &text, NULL);
    return text;
}

static void writes_and_removes_together(void **state)
{
    Place *place = *state;
    Error err = ERROR_INIT;
    struct stat info;
    assert_int_equal(fs_write_atomic("old", STR("x"), 0644, &err), 0);
    fs_batch_write(&place->batch, STR("a"), STR("1"), 0600);
    fs_batch_write(&place->batch, STR("b/c"), STR("2"), 0755);
    fs_batch_remove(&place->batch, STR("old"));
    assert_int_equal(fs_batch_commit(&place->batch, &err), 0);
    assert_str(content(place, "a"), "1");
    assert_str(content(place, "b/c"), "2");
    assert_false(fs_exists("old"));
    assert_int_equal(stat("a", &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(stat("b/c", &info), 0);
    assert_int_equal(info.st_mode & 07777, 0755);
}

/* A directory where the last file goes: it can be written beside it, the rename fails. */
static void puts_everything_back_when_one_of_them_fails(void **state)
{
    Place *place = *state;
    Error err = ERROR_INIT;
    struct stat info;
    assert_int_equal(fs_write_atomic("a", STR("before"), 0640, &err), 0);
    assert_int_equal(fs_write_atomic("gone", STR("before"), 0644, &err), 0);
    assert_int_equal(fs_make_dirs("d/inside", 0755, &err), 0);
    fs_batch_write(&place->batch, STR("a"), STR("after"), 0644);
    fs_batch_write(&place->batch, STR("fresh"), STR("after"), 0644);
    fs_batch_remove(&place->batch, STR("gone"));
    fs_batch_write(&place->batch, STR("d"), STR("after"), 0644);
    assert_true(fs_batch_commit(&place->batch, &err) < 0);
    assert_str(content(place, "a"), "before");
    assert_int_equal(stat("a", &info), 0);
    assert_int_equal(info.st_mode & 07777, 0640);
    assert_str(content(place, "gone"), "before");
    assert_false(fs_exists("fresh"));
    assert_false(fs_exists("fresh.slipway-new"));
    assert_false(fs_exists("d.slipway-new"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_and_removes_together),
        TEST(puts_everything_back_when_one_of_them_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
