#include "cron.h"

#include "base/mem.h"

static const struct {
    const char *name;
    unsigned least, most;
    const char *words; /* of the values from `least` on, parted by blanks */
} fields[] = {
    { "minute", 0, 59, "" },
    { "hour", 0, 23, "" },
    { "day of the month", 1, 31, "" },
    { "month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec" },
    { "day of the week", 0, 6, "sun mon tue wed thu fri sat" },
};

typedef struct Reader {
    Arena *arena;
    Str text;
    size_t field;
    CronFault *fault;
} Reader;

static bool fail(Reader *r, Str part, const char *what)
{
    size_t start = part.ptr ? (size_t) (part.ptr - r->text.ptr) : 0;
    *r->fault = (CronFault
    ) { str_printf(r->arena, "%s: \"%" STR_FMT "\" %s", fields[r->field].name, STR_ARG(part), what),
        start,
        start + part.len };
    return false;
}

static bool read_value(Reader *r, Str part, unsigned *ret_value)
{
    Str rest = str_from(fields[r->field].words);
    Str word;
    for (unsigned value = fields[r->field].least; str_next(&rest, ' ', &word); value++) {
        if (str_eq_nocase(part, word)) {
            *ret_value = value;
            return true;
        }
    }
    uint64_t number;
    if (!str_to_uint64(part, &number)) {
        return fail(r, part, "is no number");
    }
    if (number < fields[r->field].least || number > fields[r->field].most) {
        return fail(
            r,
            part,
            arena_printf(
                r->arena, "isn't between %u and %u", fields[r->field].least, fields[r->field].most
            )
        );
    }
    *ret_value = (unsigned) number;
    return true;
}

/* "*", "3", "1-5", each with "/2" behind it. */
static bool read_range(Reader *r, Str part, uint64_t *bits)
{
    Str range = part, step_text = STR("");
    bool has_step = str_cut(part, '/', &range, &step_text);
    unsigned first = fields[r->field].least, last = fields[r->field].most;
    uint64_t step = 1;
    if (has_step && (!str_to_uint64(step_text, &step) || step == 0)) {
        return fail(r, part, "has no number above 0 behind \"/\"");
    }
    Str low, high;
    if (str_cut(range, '-', &low, &high)) {
        if (!read_value(r, low, &first) || !read_value(r, high, &last)) {
            return false;
        }
        if (first > last) {
            return fail(r, part, "ends before it starts");
        }
    } else if (!str_eq(range, STR("*"))) {
        if (!read_value(r, range, &first)) {
            return false;
        }
        last = has_step ? last : first;
    }
    for (uint64_t value = first; value <= last; value += step) {
        *bits |= (uint64_t) 1 << value;
    }
    return true;
}

static bool read_field(Reader *r, Str field, uint64_t *bits)
{
    Str rest = field;
    Str part;
    if (str_has_suffix(field, STR(","))) {
        return fail(r, field, "ends with a comma");
    }
    while (str_next(&rest, ',', &part)) {
        if (!read_range(r, part, bits)) {
            return false;
        }
    }
    return true;
}

bool cron_parse(Arena *arena, Str text, Cron *ret_cron, CronFault *ret_fault)
{
    Reader r = { .arena = arena, .text = text, .fault = ret_fault };
    Cron cron = { 0 };
    Str rest = text, field;
    size_t count = 0;
    while (str_next(&rest, ' ', &field)) {
        if (field.len == 0) {
            continue;
        }
        if (count < ARRAY_LEN(fields)) {
            r.field = count;
            if (!read_field(&r, field, &cron.fields[count])) {
                return false;
            }
            cron.any_day = count == 2 ? field.ptr[0] == '*' : cron.any_day;
            cron.any_weekday = count == 4 ? field.ptr[0] == '*' : cron.any_weekday;
        }
        count++;
    }
    if (count != ARRAY_LEN(fields)) {
        *ret_fault = (CronFault
        ) { str_printf(arena, "a schedule has 5 fields, this has %zu", count), 0, text.len };
        return false;
    }
    *ret_cron = cron;
    return true;
}

unsigned cron_shortest_gap(const Cron *cron)
{
    unsigned previous = 0, shortest = 0, first = 0;
    bool any = false;
    for (unsigned minute = 0; minute < 24 * 60; minute++) {
        bool runs =
            (cron->fields[1] >> (minute / 60) & 1) && (cron->fields[0] >> (minute % 60) & 1);
        if (!runs) {
            continue;
        }
        if (any && (shortest == 0 || minute - previous < shortest)) {
            shortest = minute - previous;
        }
        first = any ? first : minute;
        previous = minute;
        any = true;
    }
    unsigned over_midnight = first + 24 * 60 - previous;
    bool daily = cron->any_day && cron->any_weekday;
    return shortest > 0 && daily && over_midnight < shortest ? over_midnight : shortest;
}

bool cron_is_never(const Cron *cron)
{
    static const unsigned days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (!cron->any_weekday) {
        return false; /* either of the two is enough */
    }
    for (unsigned month = 1; month <= 12; month++) {
        uint64_t of_month = ((uint64_t) 1 << (days[month - 1] + 1)) - 1;
        if ((cron->fields[3] >> month & 1) && (cron->fields[2] & of_month)) {
            return false;
        }
    }
    return true;
}
