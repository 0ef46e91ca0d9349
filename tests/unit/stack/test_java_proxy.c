#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "base/strbuf.h"

#include "stack/native/java_proxy.h"

static Arena *arena;

static Str joined(const JavaWords *words)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    vec_foreach(word, words) {
        strbuf_addf(&out, "%s%s", out.len ? " " : "", *word);
    }
    return strbuf_str(&out);
}

static void check_proxy(const char *proxy, const char *expected)
{
    JavaWords words = { 0 };
    java_add_proxy(&words, arena, "https", str_from(proxy));
    assert_string_equal(str_to_cstr(arena, joined(&words)), expected);
}

static void reads_a_proxy_in_every_form(void **state)
{
    (void) state;
    static const char whole[] = "-Dhttps.proxyHost=proxy.example -Dhttps.proxyPort=3128";
    check_proxy("http://proxy.example:3128", whole);
    check_proxy("https://proxy.example:3128/", whole);
    check_proxy("proxy.example:3128", whole);
    check_proxy("http://name:pass@proxy.example:3128", whole);
    check_proxy("http://name:p@ss@proxy.example:3128", whole);
    check_proxy("http://proxy.example", "-Dhttps.proxyHost=proxy.example");
    check_proxy("http://[::1]:3128", "-Dhttps.proxyHost=[::1] -Dhttps.proxyPort=3128");
    check_proxy("", "");
    check_proxy("http://", "");
    check_proxy(":3128", "");
}

static void turns_a_list_of_hosts_around(void **state)
{
    (void) state;
    JavaWords words = { 0 };
    java_add_no_proxy(&words, arena, STR(""));
    java_add_no_proxy(&words, arena, STR(" , "));
    assert_int_equal(words.len, 0);
    java_add_no_proxy(&words, arena, STR("localhost, .example,*.test"));
    assert_string_equal(
        str_to_cstr(arena, joined(&words)), "-Dhttp.nonProxyHosts=localhost|*.example|*.test"
    );
}

static int open_arena(void **state)
{
    (void) state;
    arena = arena_new(0);
    return 0;
}

static int close_arena(void **state)
{
    (void) state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_proxy_in_every_form),
        cmocka_unit_test(turns_a_list_of_hosts_around),
    };
    return cmocka_run_group_tests_name("stack/java_proxy", tests, open_arena, close_arena);
}
