/* Names of metrics in the sources. A client library may put a name together out of parts and add
 * endings to it, so several forms of a name count as mentioning it. */
#include "base/mem.h"

#include "repository.h"

enum { FORMS_MOST = 16 };

typedef struct Forms {
    Str all[FORMS_MOST];
    size_t count;
} Forms;

static void add_form(Forms *forms, Str form)
{
    if (forms->count < FORMS_MOST && form.len > 0) {
        forms->all[forms->count++] = form;
    }
}

/* The name, and without the endings that libraries add. */
static Forms whole_forms(Str metric)
{
    static const Str endings[] = { STR_INIT("_bucket"),  STR_INIT("_sum"),  STR_INIT("_count"),
                                   STR_INIT("_total"),   STR_INIT("_info"), STR_INIT("_created"),
                                   STR_INIT("_seconds"), STR_INIT("_bytes") };
    Forms forms = { 0 };
    add_form(&forms, metric);
    for (size_t pass = 0; pass < 2; pass++) {
        size_t count = forms.count;
        for (size_t i = 0; i < count * ARRAY_LEN(endings); i++) {
            Str form = forms.all[i / ARRAY_LEN(endings)];
            if (str_strip_suffix(&form, endings[i % ARRAY_LEN(endings)])) {
                add_form(&forms, form);
            }
        }
    }
    return forms;
}

/* Without a namespace and a subsystem in front, as long as two words are left. */
static Forms part_forms(Str metric)
{
    Forms parts = { 0 };
    Forms forms = whole_forms(metric);
    for (size_t i = 0; i < forms.count; i++) {
        Str form = forms.all[i];
        for (size_t cut = 0; cut < 2; cut++) {
            size_t at = str_find_char(form, '_');
            form = at == STR_NONE ? STR("") : str_skip(form, at + 1);
            if (str_has_char(form, '_')) {
                add_form(&parts, form);
            }
        }
    }
    return parts;
}

/* "perf_insights" and "latency_seconds" of "shop_perf_insights_latency_seconds": a subsystem of `words`
 * words behind the namespace, and the name. */
static bool split_subsystem(Str form, size_t words, Str *ret_subsystem, Str *ret_name)
{
    size_t start = str_find_char(form, '_');
    Str rest = start == STR_NONE ? STR("") : str_skip(form, start + 1);
    size_t end = 0;
    for (size_t i = 0; i < words; i++) {
        size_t at = str_find_char(str_skip(rest, end), '_');
        if (at == STR_NONE) {
            return false;
        }
        end += at + 1;
    }
    *ret_subsystem = str_slice(rest, 0, end - 1);
    *ret_name = str_skip(rest, end);
    return str_has_char(*ret_name, '_');
}

/* The next way to take one of the forms apart; false at the end. */
static bool next_subsystem(const Forms *forms, size_t *at, Str *ret_subsystem, Str *ret_name)
{
    enum { WORDS_MOST = 3 };
    while (*at < forms->count * WORDS_MOST) {
        Str form = forms->all[*at / WORDS_MOST];
        size_t words = *at % WORDS_MOST + 1;
        *at += 1;
        if (split_subsystem(form, words, ret_subsystem, ret_name)) {
            return true;
        }
    }
    return false;
}

/* The whole, or all its parts, as "http/client" has them. */
static bool mentions_parts(const Repository *repository, Str name)
{
    bool has_all = true;
    Str part;
    for (Str rest = name; has_all && str_next(&rest, '_', &part);) {
        has_all = part.len == 0 || repository_mentions(repository, part);
    }
    return has_all || repository_mentions(repository, name);
}

/* Both have to be there: each alone may be a part of anything. */
static bool mentions_subsystem(const Repository *repository, const Forms *forms)
{
    Str subsystem;
    Str name;
    for (size_t at = 0; next_subsystem(forms, &at, &subsystem, &name);) {
        if (mentions_parts(repository, subsystem) && repository_mentions(repository, name)) {
            return true;
        }
    }
    return false;
}

void repository_want_metric(Repository *repository, Str metric)
{
    Forms forms[] = { whole_forms(metric), part_forms(metric) };
    Str subsystem;
    Str name;
    for (size_t at = 0; next_subsystem(&forms[0], &at, &subsystem, &name);) {
        repository_want(repository, subsystem);
        repository_want(repository, name);
        for (Str part; str_next(&subsystem, '_', &part);) {
            repository_want(repository, part);
        }
    }
    for (size_t f = 0; f < 2; f++) {
        for (size_t i = 0; i < forms[f].count; i++) {
            repository_want(repository, forms[f].all[i]);
        }
    }
}

static bool mentions_any(const Repository *repository, const Forms *forms)
{
    for (size_t i = 0; i < forms->count; i++) {
        if (repository_mentions(repository, forms->all[i])) {
            return true;
        }
    }
    return false;
}

bool repository_has_whole_metric(const Repository *repository, Str metric)
{
    Forms forms = whole_forms(metric);
    return mentions_any(repository, &forms);
}

bool repository_has_metric(const Repository *repository, Str metric)
{
    Forms parts = part_forms(metric);
    Forms whole = whole_forms(metric);
    return mentions_subsystem(repository, &whole) ||
           repository_has_whole_metric(repository, metric) || mentions_any(repository, &parts);
}

/* --- labels ----------------------------------------------------------------------------------- */

/* "order_type" -> "orderType" */
static Str camel_case(Arena *arena, Str label)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < label.len; i++) {
        bool is_first = i > 0 && label.ptr[i - 1] == '_';
        char c = label.ptr[i];
        if (c != '_') {
            strbuf_add_char(&out, is_first && c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
        }
    }
    return strbuf_str(&out);
}

void repository_want_label(Repository *repository, Str label)
{
    Str part;
    repository_want(repository, label);
    repository_want(repository, camel_case(repository->arena, label));
    while (str_next(&label, '_', &part)) {
        repository_want(repository, part);
    }
}

bool repository_makes_label(const Repository *repository, Str label)
{
    if (repository_mentions(repository, label) ||
        repository_mentions(repository, camel_case(repository->arena, label))) {
        return true;
    }
    return str_has_char(label, '_') && mentions_parts(repository, label);
}
