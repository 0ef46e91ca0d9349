#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "codec/diff.h"

#include "random_tree.h"
#include "unit.h"

static const DiffOptions labelled = { .from_label = { "a", 1 }, .to_label = { "b", 1 } };

static Str unified(Arena *arena, const char *from, const char *to)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    bool differs = diff_unified(&out, str_from(from), str_from(to), &labelled);
    assert_int_equal(differs, out.len > 0);
    return strbuf_str(&out);
}

static void equal_texts_have_no_difference(void **state)
{
    assert_str(unified(*state, "", ""), "");
    assert_str(unified(*state, "x\ny", "x\ny"), "");
}

static void shows_a_change_with_three_lines_around_it(void **state)
{
    assert_str(
        unified(*state, "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
        "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
    );
}

static void joins_changes_that_are_near_and_parts_those_that_are_not(void **state)
{
    const char *from = "a\n1\n2\n3\n4\n5\n6\nb\n1\n2\n3\n4\n5\n6\n7\nc\n";
    assert_str(
        unified(*state, from, "A\n1\n2\n3\n4\n5\n6\nB\n1\n2\n3\n4\n5\n6\n7\nC\n"),
        "--- a\n+++ b\n@@ -1,11 +1,11 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n 1\n 2\n 3\n"
        "@@ -13,4 +13,4 @@\n 5\n 6\n 7\n-c\n+C\n"
    );
}

static void shows_texts_that_are_all_new_or_all_gone(void **state)
{
    assert_str(unified(*state, "", "x\ny\n"), "--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n");
    assert_str(unified(*state, "x\n", ""), "--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n");
}

static void says_where_the_last_newline_is_missing(void **state)
{
    assert_str(
        unified(*state, "x\ny", "x\ny\n"),
        "--- a\n+++ b\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+y\n"
    );
    assert_str(
        unified(*state, "a\nz", "b\nz"),
        "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-a\n+b\n z\n\\ No newline at end of file\n"
    );
}

static void shifts_a_repeated_block_down_as_diff_does(void **state)
{
    assert_str(
        unified(*state, "{\n x\n}\n{\n y\n}\n", "{\n x\n}\n{\n x\n}\n{\n y\n}\n"),
        "--- a\n+++ b\n@@ -2,5 +2,8 @@\n  x\n }\n {\n+ x\n+}\n+{\n  y\n }\n"
    );
}

static void lists_the_changes_by_line_numbers(void **state)
{
    DiffChanges changes = diff_lines(*state, STR("a\nb\nc\nd\n"), STR("a\nx\ny\nc\n"), NULL);
    assert_int_equal(changes.len, 2);
    assert_int_equal(changes.ptr[0].from, 1);
    assert_int_equal(changes.ptr[0].from_count, 1);
    assert_int_equal(changes.ptr[0].to_count, 2);
    assert_int_equal(changes.ptr[1].from, 3);
    assert_int_equal(changes.ptr[1].to, 4);
    assert_int_equal(changes.ptr[1].to_count, 0);
}

/* Property tests */

static Str random_lines(Random *random, size_t most, unsigned words)
{
    StrBuf text = STRBUF_ON_ARENA(random->arena);
    for (uint64_t left = random_next(random) % (most + 1); left > 0; left--) {
        strbuf_addf(&text, "%u\n", (unsigned) (random_next(random) % words));
    }
    if (text.len > 0 && random_next(random) % 4 == 0) {
        strbuf_truncate(&text, text.len - 1);
    }
    return strbuf_str(&text);
}

/* Some lines of `text` dropped, doubled or replaced. */
static Str random_edit(Random *random, Str text)
{
    StrBuf edited = STRBUF_ON_ARENA(random->arena);
    for (Str line; str_next_line(&text, &line);) {
        uint64_t dice = random_next(random) % 30;
        for (uint64_t copies = dice == 0 ? 0 : dice == 1 ? 2 : 1; copies > 0; copies--) {
            strbuf_add(&edited, dice == 2 ? STR("edited") : line);
            strbuf_add_char(&edited, '\n');
        }
    }
    return strbuf_str(&edited);
}

static Str line_at(Str text, uint32_t number)
{
    Str line = { 0 };
    for (uint32_t i = 0; i <= number; i++) {
        size_t newline = str_find_char(text, '\n');
        line = newline == STR_NONE ? text : str_slice(text, 0, newline + 1);
        text = str_skip(text, line.len);
    }
    return line;
}

/* `to` put together from `from` and what the changes add. */
static Str apply_changes(Arena *arena, Str from, Str to, DiffChanges changes)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    uint32_t at = 0;
    for (size_t i = 0; i < changes.len; i++) {
        const DiffChange *change = &changes.ptr[i];
        for (; at < change->from; at++) {
            strbuf_add(&out, line_at(from, at));
        }
        at += change->from_count;
        for (uint32_t k = 0; k < change->to_count; k++) {
            strbuf_add(&out, line_at(to, change->to + k));
        }
    }
    for (Str line; (line = line_at(from, at)).len > 0; at++) {
        strbuf_add(&out, line);
    }
    return strbuf_str(&out);
}

static void the_changes_make_the_one_text_of_the_other(void **state)
{
    for (unsigned seed = 1; seed <= 600; seed++) {
        Random random = random_seeded(*state, seed);
        Str from = random_lines(&random, 60, 2 + seed % 9);
        Str to = seed % 2 ? random_edit(&random, from) : random_lines(&random, 60, 2 + seed % 9);
        DiffOptions options = { .max_cost = 1 + seed % 40 };
        DiffChanges changes = diff_lines(*state, from, to, &options);
        if (!str_eq(apply_changes(*state, from, to, changes), to)) {
            fail_msg("seed %d", (int) seed);
        }
        arena_clear(*state);
    }
}

/* Lines that are in no longest common subsequence, which the textbook's table finds. */
static uint32_t fewest_edits(Str from, Str to)
{
    uint32_t table[64][64] = { 0 };
    uint32_t n = 0;
    uint32_t m = 0;
    for (; line_at(from, n).len > 0; n++) {
    }
    for (; line_at(to, m).len > 0; m++) {
    }
    for (uint32_t x = 0; x < n; x++) {
        for (uint32_t y = 0; y < m; y++) {
            uint32_t up = table[x][y + 1];
            uint32_t left = table[x + 1][y];
            table[x + 1][y + 1] = str_eq(line_at(from, x), line_at(to, y)) ? table[x][y] + 1
                                  : up > left                              ? up
                                                                           : left;
        }
    }
    return n + m - 2 * table[n][m];
}

static void the_changes_are_as_few_as_can_be(void **state)
{
    for (unsigned seed = 1; seed <= 150; seed++) {
        Random random = random_seeded(*state, seed);
        Str from = random_lines(&random, 30, 2 + seed % 5);
        Str to = random_lines(&random, 30, 2 + seed % 5);
        DiffChanges changes = diff_lines(*state, from, to, NULL);
        uint32_t edits = 0;
        for (size_t i = 0; i < changes.len; i++) {
            edits += changes.ptr[i].from_count + changes.ptr[i].to_count;
        }
        assert_int_equal(edits, fewest_edits(from, to));
        arena_clear(*state);
    }
}

static void texts_with_nothing_in_common_take_no_longer_than_allowed(void **state)
{
    StrBuf from = STRBUF_ON_ARENA(*state);
    StrBuf to = STRBUF_ON_ARENA(*state);
    for (int i = 0; i < 60000; i++) {
        strbuf_addf(&from, "%d\n", i * 2);
        strbuf_addf(&to, "%d\n", i % 7 ? i * 2 + 1 : 120000 - i);
    }
    DiffOptions options = { .max_cost = 50 };
    DiffChanges changes = diff_lines(*state, strbuf_str(&from), strbuf_str(&to), &options);
    uint32_t removed = 0;
    uint32_t added = 0;
    for (size_t i = 0; i < changes.len; i++) {
        removed += changes.ptr[i].from_count;
        added += changes.ptr[i].to_count;
    }
    assert_int_equal(removed, added);
    assert_true(removed > 50000);
}

/* Applying */

static Str patched(Arena *arena, Str text, Str patch)
{
    Str result = { 0 };
    Error err = ERROR_INIT;
    Source *source = source_new(arena, STR("p"), patch);
    if (diff_apply(arena, text, source, &result, &err) != 0) {
        fail_msg("%s in\n%" STR_FMT, err.message, STR_ARG(patch));
    }
    return result;
}

static void a_difference_applied_gives_the_other_text(void **state)
{
    for (uint64_t seed = 1; seed <= 400; seed++) {
        Random random = random_seeded(*state, seed);
        Str from = random_lines(&random, 60, 2 + (unsigned) (seed % 50));
        Str to = seed % 3 ? random_edit(&random, from) : random_lines(&random, 40, 20);
        StrBuf patch = STRBUF_ON_ARENA(*state);
        (void) diff_unified(&patch, from, to, &labelled);
        assert_true(str_eq(patched(*state, from, strbuf_str(&patch)), to));
        arena_clear(*state);
    }
}

static void hunks_follow_the_lines_that_moved(void **state)
{
    Str patch =
        unified(*state, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "1\n2\nX\n4\n5\n6\n7\n8\nY\n10\n");
    assert_str(
        patched(*state, STR("new\nnew\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"), patch),
        "new\nnew\n1\n2\nX\n4\n5\n6\n7\n8\nY\n10\n"
    );
    assert_str(
        patched(*state, STR("0\na\nb\nc\n"), STR("@@ -5,3 +5,3 @@\n a\n-b\n+B\n c\n")),
        "0\na\nB\nc\n"
    );
}

static void takes_patches_as_git_and_editors_leave_them(void **state)
{
    Str patch = STR("diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n"
                    "@@ -1,3 +1,3 @@ static int f(void)\n a\n\n-b\n+c\n");
    assert_str(patched(*state, STR("a\n\nb\n"), patch), "a\n\nc\n");
    assert_str(patched(*state, STR("same\n"), STR("")), "same\n");
}

static void says_which_hunk_does_not_apply_and_why(void **state)
{
    const struct {
        const char *text, *patch;
        int code;
        uint32_t line;
        const char *message;
    } refusals[] = {
        { "a\n",
          "@@ -1 +1 @@\n-b\n+c\n",
          -ESTALE,
          1,
          "the lines that the hunk changes are not there any more" },
        { "a\nx\nb\nx\n",
          "@@ -7 +7 @@\n-x\n+y\n",
          -ESTALE,
          1,
          "the lines that the hunk changes stand in more than one place" },
        { "x\nc\n",
          "--- a\n+++ b\n@@ -2 +2 @@\n-b\n+c\n",
          -ESTALE,
          3,
          "what the hunk makes stands there already" },
        { "a\nb\n",
          "@@ -2 +2 @@\n-b\n+B\n@@ -1 +1 @@\n-a\n+A\n",
          -ESTALE,
          4,
          "the lines that the hunk changes are not there any more" },
        { "a\n", "@@ -1,2 +1 @@\n-a\n", -EINVAL, 1, "the hunk has fewer lines than it says" },
        { "a\n", "@@ -1,2 +1,2 @@\n-a\n*\n", -EINVAL, 3, "the hunk has fewer lines than it says" },
        { "a\n", "@@ -1 +1 @@\n-a\n-b\n+c\n", -EINVAL, 1, "the hunk has more lines than it says" },
        { "a\n", "@@ -1 @@\n", -EINVAL, 1, "expected a hunk: @@ -start,count +start,count @@" },
        { "a\n",
          "@@ -1 +1 @@\n-a\n+b\n-- \n2.1\n",
          -EINVAL,
          4,
          "expected a hunk: @@ -start,count +start,count @@" },
        { "a\n",
          "@@ -99999999999 +1 @@\n-a\n+b\n",
          -EINVAL,
          1,
          "expected a hunk: @@ -start,count +start,count @@" },
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        Str result = { 0 };
        Error err = ERROR_INIT;
        Source *source = source_new(*state, STR("p"), str_from(refusals[i].patch));
        int rc = diff_apply(*state, str_from(refusals[i].text), source, &result, &err);
        assert_int_equal(rc, refusals[i].code);
        assert_string_equal(err.message, refusals[i].message);
        assert_int_equal(span_start(err.span).line, refusals[i].line);
        assert_null(result.ptr);
    }
}

/* diff(1) as the peer */

typedef struct Peer {
    Arena *arena;
    char dir[32];
    const char *from, *to, *out;
} Peer;

static void write_text(const char *path, Str text)
{
    Error err = ERROR_INIT;
    if (fs_write_atomic(path, text, 0600, &err) != 0) {
        fail_msg("%s", err.message);
    }
}

static Str ask_diff(const Peer *peer, Str from, Str to)
{
    write_text(peer->from, from);
    write_text(peer->to, to);
    const char *command = arena_printf(
        peer->arena, "diff -d -u --label a --label b %s %s >%s", peer->from, peer->to, peer->out
    );
    int status = system(command);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    Str text = { 0 };
    assert_int_equal(fs_read(peer->arena, peer->out, 1 << 20, &text, NULL), 0);
    return text;
}

static void compare_with_peer(Peer *peer)
{
    for (unsigned seed = 1; seed <= 120; seed++) {
        Random random = random_seeded(peer->arena, seed);
        Str from = random_lines(&random, 80, 1000);
        Str to = random_edit(&random, from);
        StrBuf out = STRBUF_ON_ARENA(peer->arena);
        (void) diff_unified(&out, from, to, &labelled);
        Str expected = ask_diff(peer, from, to);
        if (!str_eq(strbuf_str(&out), expected)) {
            fail_msg("seed %d: got\n%s\nwant\n%.*s", (int) seed, out.ptr, STR_ARG(expected));
        }
    }
}

static void writes_what_diff_writes(void **state)
{
    if (fs_find_program(*state, "diff").len == 0) {
        print_message("no diff(1) here: not compared\n");
        return;
    }
    Peer peer = { .arena = *state, .dir = "/tmp/codec-diff-XXXXXX" };
    assert_non_null(mkdtemp(peer.dir));
    peer.from = arena_printf(*state, "%s/from", peer.dir);
    peer.to = arena_printf(*state, "%s/to", peer.dir);
    peer.out = arena_printf(*state, "%s/out", peer.dir);
    compare_with_peer(&peer);
    assert_int_equal(fs_remove_tree(peer.dir, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(equal_texts_have_no_difference),
        arena_test(shows_a_change_with_three_lines_around_it),
        arena_test(joins_changes_that_are_near_and_parts_those_that_are_not),
        arena_test(shows_texts_that_are_all_new_or_all_gone),
        arena_test(says_where_the_last_newline_is_missing),
        arena_test(shifts_a_repeated_block_down_as_diff_does),
        arena_test(lists_the_changes_by_line_numbers),
        arena_test(the_changes_make_the_one_text_of_the_other),
        arena_test(the_changes_are_as_few_as_can_be),
        arena_test(texts_with_nothing_in_common_take_no_longer_than_allowed),
        arena_test(a_difference_applied_gives_the_other_text),
        arena_test(hunks_follow_the_lines_that_moved),
        arena_test(takes_patches_as_git_and_editors_leave_them),
        arena_test(says_which_hunk_does_not_apply_and_why),
        arena_test(writes_what_diff_writes),
    };
    return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
