/* Built twice: with the assembly of this machine, and with ucontext. */
#include <fenv.h>
#include <stdlib.h>

#include "loop/context.h"

#include "support.h"

enum { STACK_BYTES = 256 * 1024, ROUNDS = 1000 };

typedef struct Partner {
    Context here, main;
    void *stack;
    int count;
    double sum;
    uintptr_t misalignment;
} Partner;

static void start(Partner *partner, void (*entry)(void *))
{
    partner->stack = mem_alloc(STACK_BYTES);
    context_init_thread(&partner->main);
    context_init(&partner->here, partner->stack, STACK_BYTES, entry, partner);
}

static void finish(Partner *partner)
{
    context_done(&partner->here);
    free(partner->stack);
}

static void count_rounds(void *arg)
{
    Partner *partner = arg;
    double step = 0.25;
    for (int i = 0; i < ROUNDS; i++) {
        partner->count++;
        partner->sum += step;
        context_switch(&partner->here, &partner->main);
    }
    context_leave(&partner->here, &partner->main);
}

static void goes_to_and_fro(void **state)
{
    (void) state;
    Partner partner = { 0 };
    start(&partner, count_rounds);
    double mine = 1.0;
    for (int i = 1; i <= ROUNDS; i++) {
        context_switch(&partner.main, &partner.here);
        assert_int_equal(partner.count, i);
        mine *= 1.5;
        mine /= 1.5;
    }
    context_switch(&partner.main, &partner.here);
    assert_true(partner.sum >= 0.25 * ROUNDS && partner.sum <= 0.25 * ROUNDS);
    assert_true(mine > 0.9 && mine < 1.1);
    finish(&partner);
}

static void note_alignment(void *arg)
{
    Partner *partner = arg;
    partner->misalignment = (uintptr_t) __builtin_frame_address(0) % 16;
    context_leave(&partner->here, &partner->main);
}

static void a_fresh_stack_is_aligned_as_the_abi_demands(void **state)
{
    (void) state;
    Partner partner = { .misalignment = 1 };
    start(&partner, note_alignment);
    context_switch(&partner.main, &partner.here);
    assert_int_equal(partner.misalignment, 0);
    finish(&partner);
}

static void round_upward(void *arg)
{
    Partner *partner = arg;
    fesetround(FE_UPWARD);
    context_switch(&partner->here, &partner->main);
    partner->count = fegetround();
    context_leave(&partner->here, &partner->main);
}

static void the_rounding_mode_belongs_to_the_context(void **state)
{
    (void) state;
#if defined(__aarch64__) && !defined(CONTEXT_UCONTEXT)
    return; /* there the control word is the thread's */
#endif
    Partner partner = { 0 };
    start(&partner, round_upward);
    context_switch(&partner.main, &partner.here);
    assert_int_equal(fegetround(), FE_TONEAREST);
    context_switch(&partner.main, &partner.here);
    assert_int_equal(partner.count, FE_UPWARD);
    finish(&partner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_to_and_fro),
        cmocka_unit_test(a_fresh_stack_is_aligned_as_the_abi_demands),
        cmocka_unit_test(the_rounding_mode_belongs_to_the_context),
    };
    return cmocka_run_group_tests_name("loop/context", tests, NULL, NULL);
}
