#include "cmd/log_printer.h"

#include "base/clock.h"
#include "codec/json.h"

#include "stack/log_line.h"

static const char *const prefix_colors[] = {
    "\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[34m", "\x1b[96m", "\x1b[93m", "\x1b[92m",
};

static Str stream_name(LogStream stream)
{
    switch (stream) {
    case LOG_STREAM_ERR:
        return STR("stderr");
    case LOG_STREAM_SLIPWAY:
        return STR("slipway");
    default:
        return STR("stdout");
    }
}

static void add_json(LogPrinter *printer, StrBuf *out, Str node, const LogRecord *record)
{
    LogLine line;
    log_line_parse(printer->scratch, record->text, &line);
    JsonWriter writer = json_writer(out, 0);
    json_begin_object(&writer);
    json_field_string(&writer, "time", clock_rfc3339(printer->scratch, record->time_us, 6));
    json_field_string(&writer, "node", node);
    json_field_string(&writer, "stream", stream_name(record->stream));
    json_field_int(&writer, "run", record->run);
    if (line.has_level) {
        json_field_string(&writer, "level", log_level_name(line.level));
    }
    json_field_string(&writer, "message", line.message);
    if (line.is_json) {
        json_key(&writer, "fields");
        json_node(&writer, line.fields);
    }
    json_end_object(&writer);
    strbuf_add_char(out, '\n');
}

void log_printer_add(
    LogPrinter *printer, StrBuf *out, Str node, size_t index, const LogRecord *record
)
{
    arena_clear(printer->scratch);
    if (printer->json) {
        add_json(printer, out, node, record);
        return;
    }
    const char *color =
        printer->color ? prefix_colors[index % (sizeof prefix_colors / sizeof *prefix_colors)] : "";
    const char *plain = printer->color ? "\x1b[0m" : "";
    if (printer->with_time) {
        Str time = clock_rfc3339(printer->scratch, record->time_us, 3);
        strbuf_addf(out, "%" STR_FMT " ", STR_ARG(time));
    }
    strbuf_add_cstr(out, color);
    strbuf_add(out, node);
    strbuf_add_repeat(out, ' ', node.len < printer->width ? printer->width - node.len : 0);
    strbuf_add_cstr(out, record->stream == LOG_STREAM_SLIPWAY ? " = " : " | ");
    strbuf_add_cstr(out, plain);
    LogLine line;
    log_line_parse(printer->scratch, record->text, &line);
    log_line_render(out, &line, printer->color);
    strbuf_add_char(out, '\n');
}
