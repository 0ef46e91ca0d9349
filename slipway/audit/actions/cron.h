/* The five fields of a `schedule`.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/crontab.html, with names and steps as
 * https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

typedef struct Cron {
    uint64_t fields[5]; /* minutes, hours, days, months, weekdays: a bit each */
    bool any_day, any_weekday;
} Cron;

typedef struct CronFault {
    Str message;
    size_t start, end;
} CronFault;

bool cron_parse(Arena *arena, Str text, Cron *ret_cron, CronFault *ret_fault);
/* The least minutes between two runs; 0 when a day has at most one. */
unsigned cron_shortest_gap(const Cron *cron);
/* Whether no day of any year has it, such as the 31st of February. */
bool cron_is_never(const Cron *cron);
