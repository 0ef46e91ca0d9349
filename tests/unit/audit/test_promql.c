#include "base/fs.h"
#include "base/mem.h"

#include "audit/monitoring/promql.h"
#include "unit.h"

static const char *table_path;

/* --- what is an expression --- */

static void check_line(Arena *arena, Str line)
{
    Str kind = STR(""), text = STR("");
    if (!str_cut(line, ' ', &kind, &text)) {
        kind = line;
    }
    PromError error = { 0 };
    const PromNode *root = promql_parse(arena, text, false, &error);
    bool wanted = !str_eq(kind, STR("bad"));
    if ((root != NULL) != wanted) {
        fail_msg("%" STR_FMT ": %" STR_FMT, STR_ARG(line), STR_ARG(error.message));
    }
    if (!root) {
        assert_true(error.message.len > 0);
        assert_true(error.start <= error.end && error.end <= text.len);
    }
}

static void table_is_taken_and_refused_as_it_says(void **state)
{
    Str text;
    assert_int_equal(fs_read(*state, table_path, 1 << 20, &text, NULL), 0);
    Str line;
    size_t count = 0;
    while (str_next_line(&text, &line)) {
        if (line.len > 0 && line.ptr[0] != '#') {
            check_line(*state, line);
            count++;
        }
    }
    assert_true(count > 200);
}

/* --- what it means --- */

static void add_labels(StrBuf *out, const PromLabels *labels)
{
    for (size_t i = 0; i < labels->len; i++) {
        strbuf_addf(out, "%s%" STR_FMT, i ? " " : "", STR_ARG(labels->ptr[i].name));
    }
}

static void show(StrBuf *out, const PromNode *node)
{
    static const char *const groupings[] = { "", " by", " without" };
    strbuf_add_char(out, '(');
    if (node->kind == PROM_NUMBER || node->kind == PROM_STRING || node->kind == PROM_UNARY) {
        strbuf_add(out, node->text);
    } else {
        strbuf_add(out, node->name);
    }
    for (size_t i = 0; i < node->matchers.len; i++) {
        static const char *const signs[] = { "=", "!=", "=~", "!~" };
        const PromMatcher *matcher = &node->matchers.ptr[i];
        strbuf_addf(
            out,
            " %" STR_FMT "%s'%" STR_FMT "'",
            STR_ARG(matcher->label),
            signs[matcher->match],
            STR_ARG(matcher->value)
        );
    }
    strbuf_add_cstr(out, groupings[node->grouping]);
    strbuf_add_cstr(out, node->returns_bool ? " bool" : "");
    strbuf_add_cstr(out, node->has_on ? " on" : node->has_ignoring ? " ignoring" : "");
    if (node->labels.len > 0) {
        strbuf_add_cstr(out, " [");
        add_labels(out, &node->labels);
        strbuf_add_char(out, ']');
    }
    if (node->group_left || node->group_right) {
        strbuf_add_cstr(out, node->group_left ? " left[" : " right[");
        add_labels(out, &node->include);
        strbuf_add_char(out, ']');
    }
    for (size_t i = 0; i < node->args.len; i++) {
        strbuf_add_char(out, ' ');
        show(out, node->args.ptr[i]);
    }
    if (node->range.is_set) {
        strbuf_addf(out, " ~%lld", (long long) node->range.ms);
    }
    strbuf_add_char(out, ')');
}

static void assert_tree(Arena *arena, const char *text, const char *expected)
{
    PromError error = { 0 };
    const PromNode *root = promql_parse(arena, str_from(text), true, &error);
    if (!root) {
        fail_msg("%s: %" STR_FMT, text, STR_ARG(error.message));
    }
    StrBuf out = STRBUF_ON_ARENA(arena);
    show(&out, root);
    assert_str(strbuf_str(&out), expected);
}

static void operators_bind_as_documented(void **state)
{
    assert_tree(*state, "1 + 2 * 3", "(+ (1) (* (2) (3)))");
    assert_tree(*state, "1 - 2 - 3", "(- (- (1) (2)) (3))");
    assert_tree(*state, "2 ^ 3 ^ 2", "(^ (2) (^ (3) (2)))");
    assert_tree(*state, "-2 ^ 2", "(- (^ (2) (2)))");
    assert_tree(*state, "-a * b", "(* (- (a)) (b))");
    assert_tree(*state, "a or b and c unless d", "(or (a) (unless (and (b) (c)) (d)))");
    assert_tree(*state, "a > b + 1 == c", "(== (> (a) (+ (b) (1))) (c))");
    assert_tree(*state, "a / b % c atan2 d", "(atan2 (% (/ (a) (b)) (c)) (d))");
}

static void modifiers_stay_with_what_they_modify(void **state)
{
    assert_tree(*state, "sum by (a) (x)", "(sum by [a] (x))");
    assert_tree(*state, "sum(x) without (a, b)", "(sum without [a b] (x))");
    assert_tree(*state, "topk(3, x{a='b',c!~\"d\"})", "(topk (3) (x a='b' c!~'d'))");
    assert_tree(*state, "a * on (x) group_left (y) b", "(* on [x] left[y] (a) (b))");
    assert_tree(*state, "a > bool ignoring (x) b", "(> bool ignoring [x] (a) (b))");
    assert_tree(*state, "rate(x[5m] offset 1m)", "(rate (x ~300000))");
    assert_tree(*state, "max_over_time(x[1h:5m])", "(max_over_time ( (x) ~3600000))");
}

static void assert_range(Arena *arena, const char *text, int64_t ms, bool is_known)
{
    PromError error = { 0 };
    const PromNode *root = promql_parse(arena, str_from(text), false, &error);
    if (!root) {
        fail_msg("%s: %" STR_FMT, text, STR_ARG(error.message));
    }
    assert_true(root->range.is_set);
    assert_int_equal(root->range.is_known, is_known);
    assert_int_equal(root->range.ms, ms);
}

static void durations_are_computed_as_far_as_they_are_known(void **state)
{
    assert_range(*state, "x[5m]", 300000, true);
    assert_range(*state, "x[300]", 300000, true);
    assert_range(*state, "x[0x10]", 16000, true);
    assert_range(*state, "x[1h / 12 + 30s * 2]", 360000, true);
    assert_range(*state, "x[-(-5m)]", 300000, true);
    assert_range(*state, "x[max_of(1m, 5m)]", 300000, true);
    assert_range(*state, "x[MIN_OF(1m, 5m)]", 60000, true);
    assert_range(*state, "x[4 * step()]", 0, false);
    assert_range(*state, "x[2 ^ 3]", 0, false);
}

static void an_offset_ends_before_the_arithmetic(void **state)
{
    assert_tree(*state, "x offset 5m + 2", "(+ (x) (2))");
    assert_tree(*state, "x offset step() + 2", "(+ (x) (2))");
    assert_tree(*state, "x offset -(5m) + 2", "(+ (x) (2))");
    assert_tree(*state, "x offset (5m + 1m) > 2", "(> (x) (2))");
    PromError error = { 0 };
    assert_null(promql_parse(*state, STR("x offset (5m) + y"), false, &error));
}

static void what_wants_a_flag_is_told(void **state)
{
    static const struct {
        const char *text;
        unsigned features;
    } cases[] = {
        { "up", 0 },
        { "rate(x[5m] anchored)", 0 },
        { "sum(mad_over_time(x[5m]))", PROM_EXPERIMENTAL_FUNCTIONS },
        { "limitk(1, x)", PROM_EXPERIMENTAL_FUNCTIONS },
        { "a + fill (0) b", PROM_FILL_MODIFIERS },
        { "a + on (x) group_left fill_right(-1) fill_left(NaN) b", PROM_FILL_MODIFIERS },
        { "fill + fill", 0 },
        { "http.requests", PROM_PLAIN_UTF8_NAMES },
        { "x{\xc3\xa9t\xc3\xa9='1'}", PROM_PLAIN_UTF8_NAMES },
        { "sum by (service.name) (x)", PROM_PLAIN_UTF8_NAMES },
        { "sum by ('service.name') ({'http.requests'})", 0 },
    };
    static const PromFeature features[] = { PROM_EXPERIMENTAL_FUNCTIONS,
                                            PROM_FILL_MODIFIERS,
                                            PROM_PLAIN_UTF8_NAMES };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        PromError error = { 0 };
        const PromNode *root = promql_parse(*state, str_from(cases[i].text), false, &error);
        if (!root) {
            fail_msg("%s: %" STR_FMT, cases[i].text, STR_ARG(error.message));
        }
        for (size_t f = 0; f < ARRAY_LEN(features); f++) {
            bool needs = promql_needs(root, features[f]) != NULL;
            assert_int_equal(needs, (cases[i].features & (unsigned) features[f]) != 0);
        }
    }
}

static void grafanas_variables_stand_for_anything(void **state)
{
    static const char *const good[] = {
        "rate(x[$__rate_interval])",
        "rate(x{job=~\"$job\"}[${interval}])",
        "rate(x[[[interval]]])",
        "max_over_time(x[$__range:$step])",
        "sum by ($group) (x)",
        "sum by (${group:csv}) (x)",
        "topk($n, x)",
        "$query",
        "${query}",
        "$query + 1",
        "$metric{job=\"x\"}",
        "${prefix}_requests_total",
        "rate(${metric}_total[5m])",
        "$function(x[5m])",
        "$agg by (job) (x)",
        "x{$filters}",
        "x{job=\"a\",$filters}",
        "x offset $offset",
        "x > $threshold",
        "rate(x[5$unit])",
        "histogram_quantile($q, sum by (le) (rate(x[$__rate_interval])))",
        "label_replace(x, \"a\", \"$1\", \"b\", \"(.*)\")",
        "x @ ${__from:date:seconds}",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        PromError error = { 0 };
        if (!promql_parse(*state, str_from(good[i]), true, &error)) {
            fail_msg("%s: %" STR_FMT, good[i], STR_ARG(error.message));
        }
    }
    static const char *const bad[] = {
        "rate(x[$__rate_interval)", "sum($x) +", "x{job=$}", "rate(x)"
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        PromError error = { 0 };
        assert_null(promql_parse(*state, str_from(bad[i]), true, &error));
    }
}

typedef struct Mistake {
    const char *text, *at, *message;
} Mistake;

static void mistakes_have_their_place(void **state)
{
    static const Mistake mistakes[] = {
        { "rate(up)", "up", "rate wants a range vector, not an instant vector" },
        { "sum(increas(up[5m]))", "increas", "no function \"increas\"; did you mean increase?" },
        { "sum by (job (up)", "(", "\",\" or \")\" expected, not \"(\"" },
        { "up{job=\"a\"} 5", "5", "an operator or the end expected, not \"5\"" },
        { "up{job=~\"(\"}", "job=~\"(\"", NULL },
        { "a + ", "", "ends where an expression should follow" },
        { "up[5m] + 1", "up[5m]", "+ wants numbers or instant vectors, not a range vector" },
        { "up[5m / 0]", "0", "a division by zero" },
        { "up[-5m]", "-5m", "a range must be longer than nothing" },
        { "up offset 300y", "300y", NULL },
        { "up[step(1)]", "1", "\")\" expected, not \"1\"" },
        { "up[max_of(1m)]", ")", "\",\" expected, not \")\"" },
        { "up[5m:] smoothed", "up[5m:]", "anchored and smoothed stand behind a selector" },
        { "up anchored smoothed",
          "up anchored smoothed",
          "anchored and smoothed exclude each other" },
        { "a + fill(b) c", "b", "a number expected, not \"b\"" },
        { "a and fill(0) b", "a and fill(0) b", "and has no group_left, group_right or fill" },
        { "info(up, target_info)", "target_info", "info wants matchers of labels: {job=\"api\"}" },
        { "up{job=~\"a++\"}", "job=~\"a++\"", NULL },
        { "sum by (without) (up)", "without", "a label expected, not \"without\"" },
        { "clamp(up, 1)", "clamp(up, 1)", "clamp takes 3 arguments, not 2" },
    };
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        PromError error = { 0 };
        Str text = str_from(mistakes[i].text);
        assert_null(promql_parse(*state, text, false, &error));
        assert_str(str_slice(text, error.start, error.end), mistakes[i].at);
        if (mistakes[i].message) {
            assert_str(error.message, mistakes[i].message);
        }
    }
}

static void depth_and_length_are_bounded(void **state)
{
    StrBuf deep = STRBUF_ON_ARENA(*state);
    strbuf_add_repeat(&deep, '(', 50000);
    PromError error = { 0 };
    assert_null(promql_parse(*state, strbuf_str(&deep), false, &error));
    StrBuf wide = STRBUF_ON_ARENA(*state);
    strbuf_add_char(&wide, '1');
    for (int i = 0; i < 20000; i++) {
        strbuf_add_cstr(&wide, "+1");
    }
    assert_null(promql_parse(*state, strbuf_str(&wide), false, &error));
}

int main(int argc, char **argv)
{
    assert_int_equal(argc, 2);
    table_path = argv[1];
    const struct CMUnitTest tests[] = {
        arena_test(table_is_taken_and_refused_as_it_says),
        arena_test(operators_bind_as_documented),
        arena_test(modifiers_stay_with_what_they_modify),
        arena_test(durations_are_computed_as_far_as_they_are_known),
        arena_test(an_offset_ends_before_the_arithmetic),
        arena_test(what_wants_a_flag_is_told),
        arena_test(grafanas_variables_stand_for_anything),
        arena_test(mistakes_have_their_place),
        arena_test(depth_and_length_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
