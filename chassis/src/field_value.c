/* Single values: the rules of each type. */
#include <chassis/ids.h>
#include <chassis/money.h>
#include <limits.h>

#include "net/url.h"

#include "field.h"

void field_break(FieldSink *sink, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str message = str_from(arena_vprintf(sink->ctx->arena, format, args));
    va_end(args);
    fail_field(sink->ctx, strbuf_str(&sink->path), "%" STR_FMT, STR_ARG(message));
}

Str field_enum_name(const char *const *names, int value)
{
    return str_from(names[value]);
}

int field_enum_value(const char *const *names, Str word)
{
    for (int i = 0; names[i]; i++) {
        if (str_eq_cstr(word, names[i])) {
            return i;
        }
    }
    return -1;
}

static bool has_bounds(const Field *field)
{
    return field->min != 0 || field->max != 0;
}

static bool check_length(FieldSink *sink, const Field *field, Str text)
{
    int64_t count = (int64_t) utf8_count(text);
    if (count < field->min) {
        if (field->min == 1) {
            field_break(sink, "must not be empty");
        } else {
            field_break(sink, "must have at least %lld characters", (long long) field->min);
        }
        return false;
    }
    if (field->max > 0 && count > field->max) {
        field_break(sink, "must have at most %lld characters", (long long) field->max);
        return false;
    }
    return true;
}

static void set_plain_text(FieldSink *sink, const Field *field, Str text, Str *into)
{
    if (memchr(text.ptr ? text.ptr : "", '\0', text.len)) {
        field_break(sink, "must not contain a NUL character");
        return;
    }
    Str value = field->trim ? str_trim(text) : text;
    if (check_length(sink, field, value)) {
        *into = value.ptr ? value : STR("");
    }
}

static void set_enum(FieldSink *sink, const Field *field, Str text, int *into)
{
    int value = field_enum_value(field->names, text);
    if (value >= 0) {
        *into = value;
        return;
    }
    StrBuf words = STRBUF_ON_ARENA(sink->ctx->arena);
    for (int i = 0; field->names[i]; i++) {
        strbuf_addf(&words, "%s%s", i ? ", " : "", field->names[i]);
    }
    field_break(sink, "must be one of %s", words.ptr);
}

static void set_currency(FieldSink *sink, Str text, Str *into)
{
    Str code = str_upper(sink->ctx->arena, text);
    if (currency_is_known(code)) {
        *into = code;
    } else {
        field_break(sink, "must be an ISO 4217 currency code");
    }
}

static void set_url(FieldSink *sink, const Field *field, Str text, Str *into)
{
    Url url;
    bool is_http =
        url_parse(text, &url, NULL) == 0 && url.host.len > 0 &&
        (str_eq_nocase(url.scheme, STR("http")) || str_eq_nocase(url.scheme, STR("https")));
    if (!is_http) {
        field_break(sink, "must be an absolute http or https URL");
    } else if (check_length(sink, field, text)) {
        *into = text;
    }
}

/* One '@', a local part and a domain with a dot, no white space or control character: what a mail
 * server refuses beyond that, it says itself. */
static void set_email(FieldSink *sink, const Field *field, Str text, Str *into)
{
    Str address = str_lower(sink->ctx->arena, str_trim(text));
    size_t at = str_rfind_char(address, '@');
    bool fine = at != STR_NONE && at > 0 && at <= 64 && address.len <= 254 &&
                str_find_char(address, '@') == at;
    Str domain = fine ? str_skip(address, at + 1) : (Str) { 0 };
    size_t dot = str_rfind_char(domain, '.');
    fine = fine && dot != STR_NONE && dot > 0 && dot + 1 < domain.len;
    for (size_t i = 0; fine && i < address.len; i++) {
        fine = (unsigned char) address.ptr[i] > ' ' && address.ptr[i] != 0x7F;
    }
    if (!fine) {
        field_break(sink, "must be an e-mail address");
    } else if (check_length(sink, field, address)) {
        *into = address;
    }
}

static bool parse_time(FieldSink *sink, Str text, int64_t *ret_time)
{
    if (clock_parse_rfc3339(text, ret_time)) {
        return true;
    }
    field_break(sink, "must be a time such as 2026-01-31T12:00:00Z");
    return false;
}

static void set_time(FieldSink *sink, const Field *field, Str text, void *into)
{
    int64_t time;
    if (!parse_time(sink, text, &time)) {
        return;
    }
    if (field->type == FIELD_TYPE_TIME) {
        *(int64_t *) into = time;
    } else {
        *(OptInt *) into = OPT_INT(time);
    }
}

void field_set_text(FieldSink *sink, const Field *field, Str text, void *into)
{
    switch (field->type) {
    case FIELD_TYPE_TEXT:
        set_plain_text(sink, field, text, into);
        break;
    case FIELD_TYPE_UUID:
        if (!id_parse(sink->ctx->arena, text, into)) {
            field_break(sink, "must be a UUID");
        }
        break;
    case FIELD_TYPE_ENUM:
        set_enum(sink, field, text, into);
        break;
    case FIELD_TYPE_CURRENCY:
        set_currency(sink, text, into);
        break;
    case FIELD_TYPE_TIME:
    case FIELD_TYPE_OPT_TIME:
        set_time(sink, field, text, into);
        break;
    case FIELD_TYPE_URL:
        set_url(sink, field, text, into);
        break;
    case FIELD_TYPE_EMAIL:
        set_email(sink, field, text, into);
        break;
    default:
        break;
    }
}

static bool check_number(FieldSink *sink, const Field *field, int64_t number)
{
    bool is_money = field->type == FIELD_TYPE_MONEY || field->type == FIELD_TYPE_OPT_MONEY;
    int64_t min = has_bounds(field) || is_money ? field->min : INT64_MIN;
    int64_t max = has_bounds(field) ? field->max : INT64_MAX;
    if (is_money && (max > MONEY_MAX || max == 0)) {
        max = MONEY_MAX;
    }
    if (number >= min && number <= max) {
        return true;
    }
    if (max == INT64_MAX) {
        field_break(sink, "must be at least %lld", (long long) min);
    } else {
        field_break(sink, "must be between %lld and %lld", (long long) min, (long long) max);
    }
    return false;
}

void field_set_int(FieldSink *sink, const Field *field, int64_t number, void *into)
{
    if (!check_number(sink, field, number)) {
        return;
    }
    if (field->type == FIELD_TYPE_INT || field->type == FIELD_TYPE_MONEY) {
        *(int64_t *) into = number;
    } else {
        *(OptInt *) into = OPT_INT(number);
    }
}

static void set_query_list(FieldSink *sink, const Field *field, Str text, FieldList *into)
{
    VEC(Str) items = { 0 };
    Str rest = text;
    Str part;
    int64_t count = 0;
    while (str_next(&rest, ',', &part)) {
        part = str_trim(part);
        count++;
        Str value = part;
        if (field->item == FIELD_TYPE_UUID && !id_parse(sink->ctx->arena, part, &value)) {
            field_break(sink, "must be a comma list of UUIDs");
            return;
        }
        if (value.len > 0) {
            vec_push(&items, sink->ctx->arena, value);
        }
    }
    if (field->max > 0 && count > field->max) {
        field_break(sink, "must have at most %lld items", (long long) field->max);
        return;
    }
    *into = (FieldList) { .ptr = items.ptr, .len = items.len };
}

void field_set_query(FieldSink *sink, const Field *field, Str text, void *into)
{
    int64_t number;
    switch (field->type) {
    case FIELD_TYPE_BOOL:
        if (str_eq(text, STR("true")) || str_eq(text, STR("1"))) {
            *(bool *) into = true;
        } else if (str_eq(text, STR("false")) || str_eq(text, STR("0"))) {
            *(bool *) into = false;
        } else {
            field_break(sink, "must be true or false");
        }
        break;
    case FIELD_TYPE_INT:
    case FIELD_TYPE_OPT_INT:
    case FIELD_TYPE_MONEY:
    case FIELD_TYPE_OPT_MONEY:
        if (str_to_int64(text, &number)) {
            field_set_int(sink, field, number, into);
        } else {
            field_break(sink, "must be a whole number");
        }
        break;
    case FIELD_TYPE_LIST:
        set_query_list(sink, field, text, into);
        break;
    default:
        field_set_text(sink, field, text, into);
        break;
    }
}
