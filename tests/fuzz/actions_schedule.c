/* Schedules and patterns on any bytes: a fault lies inside of the text, and a schedule that was read
 * has a gap below a day. */
#include <assert.h>

#include "audit/actions/cron.h"
#include "audit/actions/glob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Str text = str_make((const char *) data, size);
    Cron cron;
    CronFault fault = { 0 };
    if (cron_parse(arena, text, &cron, &fault)) {
        assert(cron_shortest_gap(&cron) < 24 * 60);
        (void) cron_is_never(&cron);
    } else {
        assert(fault.message.len > 0 && fault.start <= fault.end && fault.end <= size);
    }
    for (GlobKind kind = GLOB_REF; kind <= GLOB_PATH; kind++) {
        GlobFault wrong = { 0 };
        bool is_right = glob_check(text, kind, &wrong);
        assert(is_right || (wrong.message && wrong.at <= size));
    }
    bool is_whole = false;
    assert(glob_fixed_part(text, &is_whole).len <= size);
    return 0;
}
