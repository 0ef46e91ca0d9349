#include <ctype.h>

#include "base/clock.h"
#include "base/mem.h"

#include "cli/internal.h"

static size_t flag_count(const CliFlag *flags)
{
    size_t count = 0;
    while (flags && flags[count].name) {
        count++;
    }
    return count;
}

const CliFlag *flag_by_name(const CliFlag *flags, Str name)
{
    for (const CliFlag *flag = flags; flag && flag->name; flag++) {
        if (str_eq_cstr(name, flag->name)) {
            return flag;
        }
    }
    return NULL;
}

static const CliFlag *flag_by_letter(const CliFlag *flags, char letter)
{
    for (const CliFlag *flag = flags; flag && flag->name; flag++) {
        if (flag->letter == letter) {
            return flag;
        }
    }
    return NULL;
}

char *flag_variable(Arena *arena, const CliFlag *flag)
{
    char *name = arena_printf(arena, "SLIPWAY_%s", flag->name);
    for (char *c = name; *c; c++) {
        *c = *c == '-' ? '_' : (char) toupper((unsigned char) *c);
    }
    return name;
}

static void strings_push(Arena *arena, CliStrings *list, const char *value)
{
    const char **grown = ARENA_ARRAY(arena, const char *, list->len + 1);
    if (list->len) {
        memcpy(grown, list->ptr, list->len * sizeof(*grown));
    }
    grown[list->len++] = value;
    list->ptr = grown;
}

/* A bare number counts seconds, as `timeout 30` does. */
static bool duration_or_seconds(Str text, int64_t *ret_ns)
{
    int64_t seconds = 0;
    if (str_to_int64(text, &seconds) && seconds >= 0 && seconds < INT64_MAX / NS_PER_S) {
        *ret_ns = seconds * NS_PER_S;
        return true;
    }
    return duration_parse(text, ret_ns);
}

static int
set_enum(const CliFlag *flag, const char *value, int *slot, const char *shown, Error *err)
{
    StrBuf choices = STRBUF_INIT;
    for (int i = 0; flag->values[i]; i++) {
        if (strcmp(flag->values[i], value) == 0) {
            *slot = i;
            strbuf_done(&choices);
            return 0;
        }
        strbuf_addf(&choices, "%s%s", i ? ", " : "", flag->values[i]);
    }
    int rc =
        error_set(err, -EINVAL, "%s: expected one of %s, got \"%s\"", shown, choices.ptr, value);
    strbuf_done(&choices);
    return rc;
}

static int set_bool(const char *value, bool *slot, const char *shown, Error *err)
{
    Str text = str_from(value);
    bool yes = str_eq_cstr(text, "1") || str_eq_nocase(text, STR("true")) ||
               str_eq_nocase(text, STR("yes"));
    bool no = text.len == 0 || str_eq_cstr(text, "0") || str_eq_nocase(text, STR("false")) ||
              str_eq_nocase(text, STR("no"));
    if (!yes && !no) {
        return error_set(err, -EINVAL, "%s: expected true or false, got \"%s\"", shown, value);
    }
    *slot = yes;
    return 0;
}

/* `shown` is how the user gave it: "--timeout" or "SLIPWAY_TIMEOUT". */
static int
flag_set(FlagParse *parse, const CliFlag *flag, const char *value, const char *shown, Error *err)
{
    void *slot = (char *) parse->options + flag->offset;
    switch (flag->type) {
    case CLI_BOOL:
        return set_bool(value, slot, shown, err);
    case CLI_STRING:
        *(const char **) slot = value;
        return 0;
    case CLI_STRINGS:
        strings_push(parse->arena, slot, value);
        return 0;
    case CLI_INT:
        if (!str_to_int64(str_from(value), slot)) {
            return error_set(err, -EINVAL, "%s: expected a whole number, got \"%s\"", shown, value);
        }
        return 0;
    case CLI_DURATION:
        if (!duration_or_seconds(str_from(value), slot)) {
            return error_set(
                err, -EINVAL, "%s: expected a duration such as 30s or 5m, got \"%s\"", shown, value
            );
        }
        return 0;
    case CLI_ENUM:
        return set_enum(flag, value, slot, shown, err);
    }
    return -EINVAL;
}

int flags_from_environment(FlagParse *parse, Error *err)
{
    for (const CliFlag *flag = parse->flags; flag && flag->name; flag++) {
        const char *variable = flag_variable(parse->arena, flag);
        const char *value = getenv(variable);
        if (!value || !*value) {
            continue;
        }
        if (flag->type != CLI_STRINGS) {
            int rc = flag_set(parse, flag, value, variable, err);
            if (rc < 0) {
                return rc;
            }
            continue;
        }
        Str rest = str_from(value);
        for (Str part; str_next(&rest, ',', &part);) {
            strings_push(
                parse->arena,
                (void *) ((char *) parse->options + flag->offset),
                str_to_cstr(parse->arena, part)
            );
        }
    }
    return 0;
}

/* A list given on the command line replaces the one from the environment. */
static void forget_environment_lists(FlagParse *parse, const CliFlag *flag, bool *seen)
{
    size_t index = (size_t) (flag - parse->flags);
    if (flag->type == CLI_STRINGS && !seen[index]) {
        *(CliStrings *) (void *) ((char *) parse->options + flag->offset) = (CliStrings) { 0 };
    }
    seen[index] = true;
}

static Str nearest_flag(Arena *arena, const CliFlag *flags, Str name)
{
    size_t count = flag_count(flags);
    Str *names = ARENA_ARRAY(arena, Str, count + 1);
    for (size_t i = 0; i < count; i++) {
        names[i] = str_from(flags[i].name);
    }
    names[count] = STR("help");
    return str_nearest(name, names, count + 1);
}

static int global_flag(Str name, const char *why, Error *err)
{
    return error_set(
        err,
        -EINVAL,
        "%s--%" STR_FMT " is a global flag: it stands before the command",
        why,
        STR_ARG(name)
    );
}

static int unknown_flag(FlagParse *parse, Str name, Error *err)
{
    Str near = nearest_flag(parse->arena, parse->flags, name);
    Str global = nearest_flag(parse->arena, cli_global_flags, name);
    if (parse->flags != cli_global_flags && flag_by_name(cli_global_flags, name)) {
        return global_flag(name, "", err);
    }
    if (near.len) {
        return error_set(
            err,
            -EINVAL,
            "unknown flag --%" STR_FMT "; did you mean --%" STR_FMT "?",
            STR_ARG(name),
            STR_ARG(near)
        );
    }
    if (global.len) {
        const char *why =
            arena_printf(parse->arena, "unknown flag --%" STR_FMT "; ", STR_ARG(name));
        return global_flag(global, why, err);
    }
    return error_set(err, -EINVAL, "unknown flag --%" STR_FMT, STR_ARG(name));
}

typedef struct ArgCursor {
    int argc;
    const char *const *argv;
    int at;
    bool *seen; /* by index of flag */
} ArgCursor;

static int take_value(ArgCursor *cursor, const CliFlag *flag, const char **ret_value, Error *err)
{
    if (cursor->at + 1 >= cursor->argc) {
        return error_set(
            err,
            -EINVAL,
            "--%s needs a value: %s",
            flag->name,
            flag->argument ? flag->argument : "VALUE"
        );
    }
    *ret_value = cursor->argv[++cursor->at];
    return 0;
}

static int parse_long(FlagParse *parse, ArgCursor *cursor, Error *err)
{
    Str name = str_from(cursor->argv[cursor->at] + 2);
    const char *value = NULL;
    Str before, after;
    if (str_cut(name, '=', &before, &after)) {
        name = before;
        value = after.ptr;
    }
    if (str_eq_cstr(name, "help")) {
        parse->help = true;
        return 0;
    }
    const CliFlag *flag = flag_by_name(parse->flags, name);
    if (!flag) {
        return unknown_flag(parse, name, err);
    }
    if (!value && flag->type == CLI_BOOL) {
        value = "true";
    }
    int rc = value ? 0 : take_value(cursor, flag, &value, err);
    if (rc < 0) {
        return rc;
    }
    forget_environment_lists(parse, flag, cursor->seen);
    return flag_set(parse, flag, value, arena_printf(parse->arena, "--%s", flag->name), err);
}

/* "-dn5": letters of switches, the last may take a value, here or as the next argument. */
static int parse_letters(FlagParse *parse, ArgCursor *cursor, Error *err)
{
    for (const char *letter = cursor->argv[cursor->at] + 1; *letter; letter++) {
        if (*letter == 'h' && !flag_by_letter(parse->flags, 'h')) {
            parse->help = true;
            continue;
        }
        const CliFlag *flag = flag_by_letter(parse->flags, *letter);
        if (!flag) {
            const CliFlag *global = flag_by_letter(cli_global_flags, *letter);
            return global ? unknown_flag(parse, str_from(global->name), err)
                          : error_set(err, -EINVAL, "unknown flag -%c", *letter);
        }
        forget_environment_lists(parse, flag, cursor->seen);
        const char *shown = arena_printf(parse->arena, "-%c", *letter);
        if (flag->type == CLI_BOOL) {
            flag_set(parse, flag, "true", shown, err);
            continue;
        }
        const char *value = letter[1] ? letter + 1 + (letter[1] == '=') : NULL;
        int rc = value ? 0 : take_value(cursor, flag, &value, err);
        return rc < 0 ? rc : flag_set(parse, flag, value, shown, err);
    }
    return 0;
}

int flags_parse(FlagParse *parse, int argc, const char *const *argv, Error *err)
{
    ArgCursor cursor = { .argc = argc, .argv = argv };
    cursor.seen = ARENA_ARRAY(parse->arena, bool, flag_count(parse->flags) + 1);
    for (; cursor.at < argc; cursor.at++) {
        const char *arg = argv[cursor.at];
        int rc = 0;
        if (strcmp(arg, "--") == 0) {
            parse->rest = &argv[cursor.at + 1];
            parse->rest_count = (size_t) (argc - cursor.at - 1);
            cursor.at = argc;
            break;
        }
        if (arg[0] == '-' && arg[1] == '-') {
            rc = parse_long(parse, &cursor, err);
        } else if (arg[0] == '-' && arg[1]) {
            rc = parse_letters(parse, &cursor, err);
        } else if (parse->stop_at_operand) {
            break;
        } else {
            vec_push(&parse->operands, parse->arena, arg);
        }
        if (rc < 0) {
            return rc;
        }
    }
    parse->consumed = cursor.at;
    return 0;
}
