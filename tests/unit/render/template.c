#include "render/template.h"

#include <errno.h>

#include "codec/yaml.h"

#include "unit.h"

static const char values[] = "name: product\n"
                             "port: 8001\n"
                             "public: false\n"
                             "empty: []\n"
                             "tricky: \"it's $5, \\\"on\\\"\"\n"
                             "word: \"on\"\n"
                             "ports: { http: 8001, grpc: 9001 }\n"
                             "services: [{ name: a, needs: [x, y] }, { name: b, needs: [] }]\n";

static const Template *load(void *ctx, Str name)
{
    const Template *template = ctx;
    return str_eq(name, STR("part")) ? template : NULL;
}

typedef struct Rendered {
    Arena *arena;
    StrBuf out;
    DiagList diags;
    int rc;
} Rendered;

static Rendered render(const char *text)
{
    Arena *arena = arena_new(0);
    Rendered rendered = { .arena = arena,
                          .out = STRBUF_ON_ARENA(arena),
                          .diags = DIAG_LIST(arena) };
    Node *root = NULL;
    const Template *template = NULL, *part = NULL;
    assert_int_equal(
        yaml_read_one(
            arena, source_new(arena, STR("values"), str_from(values)), NULL, &root, &rendered.diags
        ),
        0
    );
    assert_int_equal(
        template_parse(
            arena, source_new(arena, STR("part"), STR("one: 1\ntwo: 2\n")), &part, &rendered.diags
        ),
        0
    );
    rendered.rc = template_parse(
        arena, source_new(arena, STR("template"), str_from(text)), &template, &rendered.diags
    );
    if (rendered.rc == 0) {
        TemplateLoader loader = { .load = load, .ctx = (void *) (uintptr_t) part };
        auto_arena Arena *scratch = arena_new(0);
        rendered.rc =
            template_render(scratch, template, root, &loader, &rendered.out, &rendered.diags);
    }
    return rendered;
}

static void expect(const char *text, const char *result)
{
    Rendered rendered = render(text);
    if (rendered.rc < 0) {
        fail_msg("%.*s", STR_ARG(rendered.diags.diags.ptr[0].message));
    }
    assert_string_equal(rendered.out.ptr ? rendered.out.ptr : "", result);
    arena_free(rendered.arena);
}

static void refuse(const char *text, const char *rule, unsigned line, unsigned column)
{
    Rendered rendered = render(text);
    assert_int_equal(rendered.rc, -EINVAL);
    const Diag *diag = &rendered.diags.diags.ptr[0];
    assert_true(str_eq_cstr(diag->rule, rule));
    assert_int_equal(span_start(diag->span).line, line);
    assert_int_equal(span_start(diag->span).column, column);
    arena_free(rendered.arena);
}

static void fills_in_values(void **state)
{
    (void) state;
    expect("name: <%= name %>\nport: <%= ports.http %>\n", "name: product\nport: 8001\n");
}

static void applies_filters_for_the_place_of_the_value(void **state)
{
    (void) state;
    expect("<%= word | yaml %> <%= port | json %> <%= name | upper %>", "\"on\" \"8001\" PRODUCT");
    expect("<%= tricky | shell %>", "'it'\\''s $5, \"on\"'");
    expect("<%= tricky | dockerfile %>", "\"it's \\$5, \\\"on\\\"\"");
    expect("<%= tricky | json %>", "\"it's $5, \\\"on\\\"\"");
}

static void repeats_for_items_and_for_pairs(void **state)
{
    (void) state;
    expect("<% each services as s %>\n- <%= s.name %>\n<% end %>\n", "- a\n- b\n");
    expect(
        "<% each ports as p %><%= p.key %>=<%= p.value %><% if not loop.last %>,<% end %><% end %>",
        "http=8001,grpc=9001"
    );
    expect(
        "<% each services as s %><% each s.needs as n %><%= s.name %>:<%= n %> <% end %><% end %>",
        "a:x a:y "
    );
    expect("[<% each empty as e %>x<% end %>]", "[]");
}

static void chooses_by_conditions(void **state)
{
    (void) state;
    expect("<% if public %>yes<% else %>no<% end %>", "no");
    expect("<% if nothing or name == \"product\" %>yes<% end %>", "yes");
    expect("<% if name == \"product\" and port != \"8001\" %>yes<% end %>", "");
    expect("<% if empty %>1<% else if public %>2<% else if name %>3<% else %>4<% end %>!", "3!");
}

static void removes_the_line_of_a_statement_that_stands_alone(void **state)
{
    (void) state;
    expect("a\n  <% if name %>\nb\n  <% end %>\nc\n", "a\nb\nc\n");
    expect("a <% if name %>b<% end %> c\n", "a b c\n");
    expect("a\n<%-- why --%>\nb\n", "a\nb\n");
}

static void indents_what_is_included(void **state)
{
    (void) state;
    expect("top:\n  <% include \"part\" %>\nend: 1\n", "top:\n  one: 1\n  two: 2\nend: 1\n");
}

static void leaves_other_template_languages_alone(void **state)
{
    (void) state;
    expect(
        "${{ github.sha }} {{ $value }} {{`{{`}} $(x) < 5 %>",
        "${{ github.sha }} {{ $value }} {{`{{`}} $(x) < 5 %>"
    );
}

static void refuses_a_value_that_is_not_there(void **state)
{
    (void) state;
    refuse("a\nb <%= nmae %>", "T1002", 2, 7);
    refuse("<% each nothing as x %><% end %>", "T1002", 1, 1);
    refuse("<%= ports %>", "T1003", 1, 5);
}

static void refuses_broken_tags(void **state)
{
    (void) state;
    refuse("a <%= name", "T1001", 1, 3);
    refuse("<% if name %>", "T1001", 1, 1);
    refuse("<% end %>", "T1001", 1, 1);
    refuse("<% loop %>", "T1001", 1, 1);
    refuse("<%= name | rot13 %>", "T1001", 1, 1);
    refuse("<% include \"absent\" %>", "T1004", 1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_in_values),
        cmocka_unit_test(applies_filters_for_the_place_of_the_value),
        cmocka_unit_test(repeats_for_items_and_for_pairs),
        cmocka_unit_test(chooses_by_conditions),
        cmocka_unit_test(removes_the_line_of_a_statement_that_stands_alone),
        cmocka_unit_test(indents_what_is_included),
        cmocka_unit_test(leaves_other_template_languages_alone),
        cmocka_unit_test(refuses_a_value_that_is_not_there),
        cmocka_unit_test(refuses_broken_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
