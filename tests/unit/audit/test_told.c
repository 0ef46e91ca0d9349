/* What a repository's texts tell of, against a plain search of them. */
#include "audit/repository/repository.h"
#include "audit/repository/told.h"
#include "unit.h"

static const char notes[] = "name: Deploy\n"
                            "run: kubectl create secret generic shop-tls --from-file=tls.key\n"
                            "run: ./seed.sh svc-0001-config svc-0002-config a-1 x\n"
                            "run: kubectl create secret docker-registry pull\n";

static Repository *repository_telling(Arena *arena, Str text)
{
    Repository *repository = ARENA_NEW(arena, Repository);
    Audit *audit = ARENA_NEW(arena, Audit);
    Workflow *workflow = ARENA_NEW(arena, Workflow);
    workflow->source = source_new(arena, STR("deploy.yml"), text);
    vec_push(&audit->workflows, arena, workflow);
    repository->arena = arena;
    repository->audit = audit;
    repository->told = told_new(arena);
    return repository;
}

static void tells_of_every_part_of_a_word(void **state)
{
    Str text = str_from(notes);
    const Repository *repository = repository_telling(*state, text);
    for (size_t from = 0; from < text.len; from++) {
        for (size_t to = from + 1; to <= text.len; to++) {
            assert_true(repository_tells_of(repository, str_slice(text, from, to)));
        }
    }
}

static void tells_of_nothing_else(void **state)
{
    static const char *const others[] = {
        "svc-0003-config", "svc-0001-configs", "shop_tls", "tls.keys", "yz", "xx",
        "generic docker",  "ubectlx",          "sv-0001",  "a-2",
    };
    const Repository *repository = repository_telling(*state, str_from(notes));
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        assert_false(repository_tells_of(repository, str_from(others[i])));
    }
}

static void tells_of_nothing_where_nothing_is_told(void **state)
{
    const Repository *repository = repository_telling(*state, STR(" \n"));
    assert_false(repository_tells_of(repository, STR("shop")));
    assert_false(repository_tells_of(repository, STR("x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(tells_of_every_part_of_a_word),
        arena_test(tells_of_nothing_else),
        arena_test(tells_of_nothing_where_nothing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
