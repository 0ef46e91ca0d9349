#include "config.h"

#include <stdarg.h>

ConfigText config_text(const ConfigSource *source, const ConfigRow *row)
{
    const char *names[] = { row->name, row->alias };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = names[i] ? source->lookup(names[i], source->ctx) : NULL;
        if (value && *value) {
            return (ConfigText) { .text = str_from(value), .variable = names[i] };
        }
    }
    return (ConfigText) { .text = str_from(row->fallback), .is_missing = row->fallback == NULL };
}

static void __attribute__((format(printf, 3, 4)))
problem(const ConfigSource *source, const char *variable, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_addf(source->problems, "%s: ", variable);
    strbuf_vaddf(source->problems, format, args);
    strbuf_add_char(source->problems, '\n');
    va_end(args);
}

/* What was given, unless it is a secret. */
static Str shown(const ConfigRow *row, Str text)
{
    return row->secret ? STR("***") : text;
}

static bool check_range(const ConfigSource *source, const ConfigRow *row, int64_t value, Str text)
{
    if ((row->min == 0 && row->max == 0) || (value >= row->min && value <= row->max)) {
        return true;
    }
    StrBuf bounds = STRBUF_ON_ARENA(source->arena);
    if (row->type == CONFIG_TYPE_DURATION) {
        duration_add(&bounds, row->min);
        strbuf_add_cstr(&bounds, "..");
        duration_add(&bounds, row->max);
    } else {
        strbuf_addf(&bounds, "%lld..%lld", (long long) row->min, (long long) row->max);
    }
    problem(
        source, row->name, "%" STR_FMT " is not within %s", STR_ARG(shown(row, text)), bounds.ptr
    );
    return false;
}

static bool read_int(const ConfigSource *source, const ConfigRow *row, Str text, int64_t *into)
{
    int64_t value;
    if (!str_to_int64(text, &value)) {
        problem(
            source, row->name, "\"%" STR_FMT "\" is not a whole number", STR_ARG(shown(row, text))
        );
        return false;
    }
    if (!check_range(source, row, value, text)) {
        return false;
    }
    *into = value;
    return true;
}

static bool read_duration(const ConfigSource *source, const ConfigRow *row, Str text, int64_t *into)
{
    int64_t value;
    int64_t units;
    bool is_read = row->unit_ns != 0 && str_to_int64(text, &units) &&
                   !__builtin_mul_overflow(units, row->unit_ns, &value);
    if (!is_read && !duration_parse(text, &value)) {
        problem(source, row->name, "\"%" STR_FMT "\" is not a duration such as 15m", STR_ARG(text));
        return false;
    }
    if (!check_range(source, row, value, text)) {
        return false;
    }
    *into = value;
    return true;
}

static bool read_bool(const ConfigSource *source, const ConfigRow *row, Str text, bool *into)
{
    if (str_eq_nocase(text, STR("true")) || str_eq(text, STR("1"))) {
        *into = true;
    } else if (str_eq_nocase(text, STR("false")) || str_eq(text, STR("0"))) {
        *into = false;
    } else {
        problem(source, row->name, "\"%" STR_FMT "\" is neither true nor false", STR_ARG(text));
        return false;
    }
    return true;
}

static bool read_float(const ConfigSource *source, const ConfigRow *row, Str text, double *into)
{
    if (!str_to_double(text, into)) {
        problem(source, row->name, "\"%" STR_FMT "\" is not a number", STR_ARG(text));
        return false;
    }
    return true;
}

static bool read_enum(const ConfigSource *source, const ConfigRow *row, Str text, int *into)
{
    StrBuf words = STRBUF_ON_ARENA(source->arena);
    for (int i = 0; row->names[i]; i++) {
        if (str_eq_cstr(text, row->names[i])) {
            *into = i;
            return true;
        }
        strbuf_addf(&words, "%s%s", i ? ", " : "", row->names[i]);
    }
    problem(source, row->name, "\"%" STR_FMT "\" is not one of %s", STR_ARG(text), words.ptr);
    return false;
}

static bool read_row(const ConfigSource *source, const ConfigRow *row, void *into)
{
    ConfigText value = config_text(source, row);
    if (value.is_missing) {
        if (row->required) {
            problem(source, row->name, "is required: %s", row->help);
        }
        return !row->required;
    }
    switch (row->type) {
    case CONFIG_TYPE_STRING:
        *(Str *) into = str_dup(source->arena, value.text);
        return true;
    case CONFIG_TYPE_INT:
        return read_int(source, row, value.text, into);
    case CONFIG_TYPE_BOOL:
        return read_bool(source, row, value.text, into);
    case CONFIG_TYPE_FLOAT:
        return read_float(source, row, value.text, into);
    case CONFIG_TYPE_ENUM:
        return read_enum(source, row, value.text, into);
    case CONFIG_TYPE_DURATION:
        return read_duration(source, row, value.text, into);
    case CONFIG_TYPE_END:
        break;
    }
    return false;
}

bool config_read(const ConfigSource *source, const ConfigRow *rows, void *into)
{
    bool fine = true;
    for (const ConfigRow *row = rows; row && row->type != CONFIG_TYPE_END; row++) {
        fine = read_row(source, row, (char *) into + row->offset) && fine;
    }
    return fine;
}

void config_print(const ConfigSource *source, const ConfigRow *rows, StrBuf *out)
{
    for (const ConfigRow *row = rows; row && row->type != CONFIG_TYPE_END; row++) {
        ConfigText value = config_text(source, row);
        Str text = row->secret && value.text.len > 0 ? STR("********") : value.text;
        const char *origin = value.variable ? "environment" : "default";
        if (value.is_missing) {
            origin = "unset";
        }
        strbuf_addf(
            out, "%s=%" STR_FMT "  # %s; %s\n", row->name, STR_ARG(text), origin, row->help
        );
    }
}
