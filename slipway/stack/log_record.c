#include "stack/log_record.h"

#include <string.h>

enum { TIME_DIGITS = 16, RUN_DIGITS = 4, AT_STREAM = 17, AT_RUN = 20 };

static void put_digits(char *at, unsigned digits, uint64_t value)
{
    while (digits-- > 0) {
        at[digits] = (char) ('0' + value % 10);
        value /= 10;
    }
}

void log_record_head(const LogRecord *record, char ret_head[static LOG_HEAD_BYTES])
{
    put_digits(ret_head, TIME_DIGITS, (uint64_t) record->time_us);
    ret_head[TIME_DIGITS] = ' ';
    ret_head[AT_STREAM] = (char) record->stream;
    ret_head[AT_STREAM + 1] = record->is_piece ? '+' : '.';
    ret_head[AT_STREAM + 2] = ' ';
    put_digits(ret_head + AT_RUN, RUN_DIGITS, record->run);
    ret_head[LOG_HEAD_BYTES - 1] = ' ';
}

static bool get_digits(const char *at, unsigned digits, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < digits; i++) {
        if (at[i] < '0' || at[i] > '9') {
            return false;
        }
        value = value * 10 + (uint64_t) (at[i] - '0');
    }
    *ret_value = value;
    return true;
}

bool log_record_parse(Str line, LogRecord *ret_record)
{
    uint64_t time = 0, run = 0;
    if (line.len < LOG_HEAD_BYTES || !get_digits(line.ptr, TIME_DIGITS, &time) ||
        !get_digits(line.ptr + AT_RUN, RUN_DIGITS, &run)) {
        return false;
    }
    char stream = line.ptr[AT_STREAM], piece = line.ptr[AT_STREAM + 1];
    if (!strchr("oes", stream) || !strchr("+.", piece) || stream == 0 || piece == 0) {
        return false;
    }
    *ret_record = (LogRecord) { .time_us = (int64_t) time,
                                .stream = (LogStream) stream,
                                .is_piece = piece == '+',
                                .run = (unsigned) run,
                                .text = str_skip(line, LOG_HEAD_BYTES) };
    return true;
}
