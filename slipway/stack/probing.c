#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"

#include "stack/supervisor_internal.h"

/* Until the first good answer a probe comes quickly and then less so: a start is seen within
 * milliseconds, and one that takes long costs little. */
enum { FIRST_MS = 5, GROWN_MS = 100, INTERVAL_MS = 5000, AGAIN_MS = 1000 };

typedef struct Probing {
    Unit *unit;
    uint64_t number; /* unit->probing as long as this one is wanted */
} Probing;

static bool is_wanted(const Probing *probing)
{
    return probing->unit->probing == probing->number;
}

static void keep_answer(Unit *unit, bool ok, Str answer)
{
    int64_t now_us = clock_utc_us();
    if (unit->answer_us == 0 || unit->answer_ok != ok) {
        unit->answer_since_us = now_us;
    }
    unit->answer_us = now_us;
    unit->answer_ok = ok;
    unit->bad_answers = ok ? 0 : unit->bad_answers + 1;
    snprintf(unit->answer, sizeof unit->answer, "%" STR_FMT, STR_ARG(answer));
}

/* Once a run: what a server must be given before it counts as ready. */
static int settle(Unit *unit, StrBuf *answer)
{
    if (unit->settled || !unit->driver || !unit->driver->settle) {
        return 0;
    }
    auto_arena Arena *arena = arena_new(0);
    NativeContext ctx = unit_context(unit, arena);
    Error err = ERROR_INIT;
    int rc = unit->driver->settle(&ctx, &err);
    if (rc < 0) {
        strbuf_clear(answer);
        strbuf_add_cstr(answer, err.message);
        return rc;
    }
    unit->settled = true;
    unit_progress(unit, "%s", "");
    return 0;
}

static bool ask(Probing *probing, Prober *prober)
{
    Unit *unit = probing->unit;
    auto_strbuf StrBuf answer = STRBUF_INIT;
    ProcQuery owners = unit_query(unit);
    int rc = prober_ask(prober, &owners, &answer);
    if (rc == 0 && is_wanted(probing)) {
        rc = settle(unit, &answer);
    }
    if (!is_wanted(probing)) {
        return false;
    }
    keep_answer(unit, rc == 0, strbuf_str(&answer));
    supervisor_report(
        unit, &(MachineEvent) { .kind = rc == 0 ? MACHINE_PROBE_OK : MACHINE_PROBE_FAILED }
    );
    return is_wanted(probing);
}

static int64_t next_wait_ms(const Unit *unit, int64_t waited_ms)
{
    int64_t interval = unit->probe.interval_ms > 0 ? unit->probe.interval_ms : INTERVAL_MS;
    MachineState state = unit_machine(unit)->state;
    if (state == MACHINE_READY) {
        return interval;
    }
    if (state == MACHINE_UNHEALTHY) {
        return interval < AGAIN_MS ? interval : AGAIN_MS;
    }
    return waited_ms * 3 / 2 < GROWN_MS ? waited_ms * 3 / 2 + 1 : GROWN_MS;
}

static void probe_main(void *arg)
{
    Probing *probing = arg;
    Unit *unit = probing->unit;
    if (is_wanted(probing)) {
        unit->prober = fiber_self();
        Prober *prober = prober_new(unit->supervisor->loop, &unit->probe);
        for (int64_t wait_ms = FIRST_MS; is_wanted(probing);) {
            if (fiber_sleep_ms(wait_ms) < 0 || !is_wanted(probing) || !ask(probing, prober)) {
                break;
            }
            wait_ms = next_wait_ms(unit, wait_ms);
        }
        prober_free(prober);
        if (unit->prober == fiber_self()) {
            unit->prober = NULL;
        }
    }
    free(probing);
}

void unit_probe(Unit *unit)
{
    unit_end_probe(unit);
    unit->answer[0] = 0;
    unit->answer_us = unit->bad_answers = 0;
    unit->settled = false;
    Probing *probing = MEM_NEW(Probing);
    *probing = (Probing) { .unit = unit, .number = unit->probing };
    FiberOptions options = { .name = "probe", .deadline = DEADLINE_NEVER, .detached = true };
    int rc = fiber_spawn(unit->supervisor->loop, &options, probe_main, probing, NULL);
    if (rc < 0) {
        log_store_say(unit->log, clock_utc_us(), "can't probe: %s", error_name(rc));
        free(probing);
    }
}

void unit_end_probe(Unit *unit)
{
    unit->probing++;
    Fiber *prober = unit->prober;
    unit->prober = NULL;
    if (prober && prober != fiber_self()) {
        fiber_cancel(prober);
    }
}
