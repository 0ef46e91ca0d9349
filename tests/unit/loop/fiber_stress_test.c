/* Many fibers, deadlines and cancellations in an order that a seed decides: what must hold in any.
 */
#include "support.h"

enum { WORKERS = 200, ROUNDS = 60, PERMITS = 3 };

/* A semaphore as a pool would write it: a permit is handed to the first who waits. */
typedef struct Semaphore {
    int free;
    FiberQueue waiters;
} Semaphore;

typedef struct Ring {
    Semaphore semaphore;
    uint32_t random;
    int holders, most_holders;
    int taken, timed_out, canceled;
    Fiber *fibers[WORKERS];
    bool ended[WORKERS];
} Ring;

typedef struct Worker {
    Ring *ring;
    int index;
} Worker;

static uint32_t next_random(Ring *ring)
{
    ring->random = ring->random * 1664525U + 1013904223U;
    return ring->random >> 8;
}

static int semaphore_take(Semaphore *semaphore)
{
    if (semaphore->free > 0 && semaphore->waiters.len == 0) {
        semaphore->free--;
        return 0;
    }
    return fiber_queue_wait(&semaphore->waiters);
}

static void semaphore_give(Semaphore *semaphore)
{
    if (!fiber_queue_wake_one(&semaphore->waiters, 0)) {
        semaphore->free++;
    }
}

static void hold(Ring *ring)
{
    ring->taken++;
    ring->holders++;
    ring->most_holders = ring->holders > ring->most_holders ? ring->holders : ring->most_holders;
    if (next_random(ring) % 2) {
        fiber_yield();
    } else {
        fiber_sleep_ms(next_random(ring) % 2);
    }
    ring->holders--;
    semaphore_give(&ring->semaphore);
}

static void work(void *arg)
{
    Worker *worker = arg;
    Ring *ring = worker->ring;
    for (int round = 0; round < ROUNDS && !fiber_is_canceled(); round++) {
        int64_t patience_ns = next_random(ring) % 2000 * NS_PER_US;
        Deadline former = fiber_narrow_deadline(clock_monotonic_ns() + patience_ns);
        int rc = semaphore_take(&ring->semaphore);
        if (rc == 0) {
            hold(ring);
        }
        ring->timed_out += rc == -ETIMEDOUT;
        ring->canceled += rc == -ECANCELED;
        fiber_restore_deadline(former);
        if (next_random(ring) % 100 == 0) {
            int victim = (int) (next_random(ring) % WORKERS);
            if (!ring->ended[victim]) {
                fiber_cancel(ring->fibers[victim]);
            }
        }
    }
    ring->ended[worker->index] = true;
}

static void run_workers(void *arg)
{
    Ring *ring = arg;
    Worker workers[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (Worker) { .ring = ring, .index = i };
        assert_int_equal(fiber_spawn(loop_current(), NULL, work, &workers[i], &ring->fibers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        assert_int_equal(fiber_join(ring->fibers[i]), 0);
    }
}

static void no_permit_is_lost_or_doubled(void **state)
{
    (void) state;
    for (uint32_t seed = 1; seed <= 4; seed++) {
        Ring ring = { .semaphore.free = PERMITS, .random = seed };
        run_on_fiber(run_workers, &ring);
        assert_int_equal(ring.semaphore.free, PERMITS);
        assert_int_equal(ring.semaphore.waiters.len, 0);
        assert_int_equal(ring.holders, 0);
        assert_int_equal(ring.most_holders, PERMITS);
        assert_true(ring.taken > 0 && ring.timed_out > 0 && ring.canceled > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_permit_is_lost_or_doubled),
    };
    return cmocka_run_group_tests_name("loop/fiber_stress", tests, NULL, NULL);
}
