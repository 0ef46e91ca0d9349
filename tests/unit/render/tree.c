#include "render/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/path.h"

#include "unit.h"

/* A folder of its own for each test, and a set that is rendered into it. */
typedef struct Place {
    Arena *arena;
    char *root;
    ArtifactSet set;
    Changes changes;
} Place;

static int set_up(void **state)
{
    Arena *arena = arena_new(0);
    Place *place = ARENA_NEW(arena, Place);
    const char *top = getenv("TMPDIR");
    place->arena = arena;
    place->set.arena = arena;
    place->root = arena_printf(arena, "%s/render-tree-XXXXXX", top ? top : "/tmp");
    *state = place;
    return mkdtemp(place->root) ? 0 : -1;
}

static int tear_down(void **state)
{
    Place *place = *state;
    fs_remove_tree(place->root, NULL);
    arena_free(place->arena);
    return 0;
}

static void add(Place *place, const char *path, const char *text)
{
    Artifact artifact = { .path = str_from(path),
                          .kind = STR("kind"),
                          .template = STR("kind/template"),
                          .text = str_from(text),
                          .unpatched = str_from(text),
                          .mode = 0644 };
    vec_push(&place->set.files, place->arena, artifact);
}

static size_t compare(Place *place)
{
    RenderOptions options = { 0 };
    Error err = ERROR_INIT;
    Str root = str_from(place->root);
    assert_int_equal(
        tree_compare(place->arena, root, &place->set, &options, &place->changes, &err), 0
    );
    return place->changes.list.len;
}

static int write_all(Place *place, bool force)
{
    Error err = ERROR_INIT;
    compare(place);
    return tree_write(place->arena, str_from(place->root), &place->changes, force, &err);
}

static const char *path_of(const Place *place, const char *path)
{
    return arena_printf(place->arena, "%s/%s", place->root, path);
}

static void put(const Place *place, const char *path, const char *text)
{
    Str folder = path_dir(str_from(path_of(place, path)));
    fs_make_dirs(str_to_cstr(place->arena, folder), 0755, NULL);
    assert_int_equal(fs_write_atomic(path_of(place, path), str_from(text), 0644, NULL), 0);
}

static Str content(const Place *place, const char *path)
{
    Str text = STR("(absent)");
    fs_read(place->arena, path_of(place, path), 1 << 20, &text, NULL);
    return text;
}

static void writes_and_then_finds_no_difference(void **state)
{
    Place *place = *state;
    add(place, "a/b.yaml", "b\n");
    add(place, "c.yaml", "c\n");
    assert_int_equal(write_all(place, false), 0);
    assert_str(content(place, "a/b.yaml"), "b\n");
    assert_int_equal(compare(place), 0);
    assert_false(place->changes.manifest_differs);
}

static void tells_each_kind_of_difference(void **state)
{
    Place *place = *state;
    add(place, "differs", "1\n");
    add(place, "left-over", "1\n");
    add(place, "missing", "1\n");
    assert_int_equal(write_all(place, false), 0);
    unlink(path_of(place, "missing"));
    put(place, "not-ours", "mine\n");
    vec_clear(&place->set.files);
    add(place, "differs", "2\n");
    add(place, "missing", "1\n");
    add(place, "not-ours", "1\n");
    assert_int_equal(compare(place), 4);
    const Change *change = place->changes.list.ptr;
    assert_int_equal(change[0].kind, CHANGE_DIFFERS);
    assert_false(change[0].was_edited);
    assert_int_equal(change[1].kind, CHANGE_LEFT_OVER);
    assert_int_equal(change[2].kind, CHANGE_MISSING);
    assert_int_equal(change[3].kind, CHANGE_FOREIGN);
}

static void never_overwrites_a_file_of_somebody_else(void **state)
{
    Place *place = *state;
    put(place, "a", "mine\n");
    add(place, "a", "rendered\n");
    add(place, "b", "rendered\n");
    assert_int_equal(write_all(place, false), -EEXIST);
    assert_str(content(place, "a"), "mine\n");
    assert_str(content(place, "b"), "(absent)");
    assert_int_equal(write_all(place, true), 0);
    assert_str(content(place, "a"), "rendered\n");
}

static void never_loses_an_edit_by_hand(void **state)
{
    Place *place = *state;
    add(place, "a", "one\ntwo\n");
    assert_int_equal(write_all(place, false), 0);
    put(place, "a", "one\nzwei\n");
    assert_int_equal(write_all(place, false), -EEXIST);
    assert_str(content(place, "a"), "one\nzwei\n");
    vec_clear(&place->set.files);
    assert_int_equal(write_all(place, false), -EEXIST); /* nor by removing what is left over */
    assert_str(content(place, "a"), "one\nzwei\n");
}

static void makes_an_edit_a_patch(void **state)
{
    Place *place = *state;
    size_t count = 0;
    Error err = ERROR_INIT;
    add(place, "a", "one\ntwo\n");
    assert_int_equal(write_all(place, false), 0);
    put(place, "a", "one\nzwei\n");
    compare(place);
    Str root = str_from(place->root);
    assert_int_equal(
        tree_keep_edits(place->arena, root, &place->set, &place->changes, &count, &err), 0
    );
    assert_int_equal(count, 1);
    assert_str(
        content(place, "deploy/patches/a"), "--- a\n+++ a\n@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n"
    );
}

static void refuses_a_patch_that_would_undo_the_catalog(void **state)
{
    Place *place = *state;
    size_t count = 0;
    Error err = ERROR_INIT;
    add(place, "a", "one\n");
    assert_int_equal(write_all(place, false), 0);
    put(place, "a", "eins\n");
    place->set.files.ptr[0].text = STR("one\nmore\n");
    compare(place);
    Str root = str_from(place->root);
    assert_int_equal(
        tree_keep_edits(place->arena, root, &place->set, &place->changes, &count, &err), -EEXIST
    );
}

static void leaves_nothing_behind_when_a_file_can_not_be_written(void **state)
{
    Place *place = *state;
    add(place, "a", "1\n");
    assert_int_equal(write_all(place, false), 0);
    vec_clear(&place->set.files);
    put(place, "z", "a file where a folder is wanted\n");
    add(place, "a", "2\n");
    add(place, "b", "2\n");
    add(place, "z/c", "2\n");
    assert_true(write_all(place, false) < 0);
    assert_str(content(place, "a"), "1\n");
    assert_str(content(place, "b"), "(absent)");
    assert_false(fs_exists(path_of(place, "a.slipway-new")));
    assert_false(fs_exists(path_of(place, "b.slipway-new")));
}

/* A folder where the second file goes: writing beside it works, the rename does not. */
static void puts_back_what_was_renamed_when_a_rename_fails(void **state)
{
    Place *place = *state;
    add(place, "a", "1\n");
    assert_int_equal(write_all(place, false), 0);
    vec_clear(&place->set.files);
    add(place, "a", "2\n");
    add(place, "b", "2\n");
    add(place, "c", "2\n");
    compare(place);
    assert_int_equal(fs_make_dirs(path_of(place, "c/inside"), 0755, NULL), 0);
    Error err = ERROR_INIT;
    assert_true(tree_write(place->arena, str_from(place->root), &place->changes, false, &err) < 0);
    assert_str(content(place, "a"), "1\n");
    assert_str(content(place, "b"), "(absent)");
    assert_false(fs_exists(path_of(place, "c.slipway-new")));
}

static void a_manifest_can_not_reach_outside(void **state)
{
    Place *place = *state;
    put(place,
        "inside/deploy/.slipway-render.json",
        "{\"files\":{\"../outside\":{\"kind\":\"kind\",\"digest\":\"sha256:0\"}}}");
    put(place, "outside", "keep\n");
    place->root = arena_printf(place->arena, "%s/inside", place->root);
    assert_int_equal(compare(place), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_and_then_finds_no_difference),
        TEST(tells_each_kind_of_difference),
        TEST(never_overwrites_a_file_of_somebody_else),
        TEST(never_loses_an_edit_by_hand),
        TEST(makes_an_edit_a_patch),
        TEST(refuses_a_patch_that_would_undo_the_catalog),
        TEST(leaves_nothing_behind_when_a_file_can_not_be_written),
        TEST(puts_back_what_was_renamed_when_a_rename_fails),
        TEST(a_manifest_can_not_reach_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
