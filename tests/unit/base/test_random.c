#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"

#include "unit.h"

static void makes_sorted_unique_version_7_uuids(void **state)
{
    (void) state;
    Uuid last = uuid_make_v7();
    for (int i = 0; i < 20000; i++) {
        Uuid next = uuid_make_v7();
        assert_true(memcmp(last.bytes, next.bytes, sizeof(next.bytes)) < 0);
        assert_int_equal(next.bytes[6] >> 4, 7);
        assert_int_equal(next.bytes[8] >> 6, 2);
        last = next;
    }
}

static void reads_back_what_it_writes(void **state)
{
    Uuid uuid = uuid_make_v7();
    Uuid back = { 0 };
    Str text = uuid_to_str(*state, uuid);
    assert_int_equal(text.len, UUID_TEXT_LEN);
    assert_true(uuid_parse(str_upper(*state, text), &back));
    assert_memory_equal(&uuid, &back, sizeof(uuid));
    assert_false(uuid_parse(STR("01890a5d-ac96-774b-bcce-b302099a805"), &back));
    assert_false(uuid_parse(STR("01890a5dxac96-774b-bcce-b302099a8057"), &back));
    assert_false(uuid_parse(STR("01890a5d-ac96-774b-bcce-b302099a805g"), &back));
}

static void a_child_does_not_repeat_its_parent(void **state)
{
    (void) state;
    int ends[2];
    random_u64(); /* fills the pool that the child inherits */
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        uint64_t value = random_u64();
        _exit(write(ends[1], &value, sizeof(value)) != sizeof(value));
    }
    uint64_t theirs = 0;
    uint64_t ours = random_u64();
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], &theirs, sizeof(theirs)), sizeof(theirs));
    assert_true(ours != theirs);
    close(ends[0]);
    close(ends[1]);
}

static void stays_below_its_bound_and_reaches_all(void **state)
{
    (void) state;
    unsigned seen[7] = { 0 };
    for (int i = 0; i < 7000; i++) {
        seen[random_below(7)]++;
    }
    for (int i = 0; i < 7; i++) {
        assert_true(seen[i] > 0);
    }
    assert_int_equal(random_below(1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(makes_sorted_unique_version_7_uuids),
        arena_test(reads_back_what_it_writes),
        arena_test(a_child_does_not_repeat_its_parent),
        arena_test(stays_below_its_bound_and_reaches_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
