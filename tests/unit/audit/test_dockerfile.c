/* What dockerfile_read makes of a text, and where it says that it stands. */
#include "audit/dockerfile/dockerfile.h"
#include "unit.h"

static Dockerfile *read_text(Arena *arena, const char *text)
{
    return dockerfile_read(arena, source_new(arena, STR("Dockerfile"), str_from(text)));
}

static const DockerInstruction *nth(const Dockerfile *file, size_t number)
{
    assert_true(number < file->instructions.len);
    return file->instructions.ptr[number];
}

/* The only problem of a text, and the bytes it points at. */
static void assert_problem(Arena *arena, const char *text, const char *message, const char *at)
{
    const Dockerfile *file = read_text(arena, text);
    assert_int_equal(file->problems.len, 1);
    assert_str(file->problems.ptr[0].message, message);
    assert_str(span_text(file->problems.ptr[0].span), at);
}

static void reads_stages_and_images(void **state)
{
    const Dockerfile *file = read_text(
        *state,
        "FROM golang:1.22 AS build\nFROM build as test\n"
        "FROM --platform=linux/amd64 localhost:5000/a/b:1@sha256:00\nCOPY --from=0 /a /b\n"
    );
    assert_int_equal(file->problems.len, 0);
    assert_int_equal(file->stages.len, 3);
    assert_str(file->stages.ptr[0]->name.value, "build");
    assert_ptr_equal(file->stages.ptr[1]->base, file->stages.ptr[0]);
    const DockerStage *last = docker_final_stage(file);
    assert_str(last->parts.registry, "localhost:5000");
    assert_str(last->parts.name, "a/b");
    assert_str(last->parts.tag, "1");
    assert_str(last->parts.digest, "sha256:00");
    assert_str(docker_flag(last->from, "platform")->value.value, "linux/amd64");
    assert_ptr_equal(docker_copy_source(file, nth(file, 3)), file->stages.ptr[0]);
}

static void joins_lines_and_keeps_places(void **state)
{
    const Dockerfile *file = read_text(
        *state, "FROM a:1\n\n  run apt-get \\\n# why\n\n   update \\  \n  && x\nUSER 1\n"
    );
    assert_int_equal(file->instructions.len, 3);
    const DockerInstruction *run = nth(file, 1);
    assert_str(run->rest.text, "apt-get    update   && x");
    assert_str(span_text(run->keyword), "run");
    assert_str(span_text(run->span), "run apt-get \\\n# why\n\n   update \\  \n  && x");
    const ShellWord *word = &run->script->commands.ptr[0].words.ptr[1];
    assert_str(span_text(word->span), "update");
    assert_int_equal(span_start(word->span).line, 6);
    assert_int_equal(span_start(word->span).column, 4);
}

static void a_word_may_be_cut_by_a_line_end(void **state)
{
    const Dockerfile *file = read_text(*state, "FROM a:1\nRUN ec\\\nho x\n");
    const ShellWord *word = &nth(file, 1)->script->commands.ptr[0].words.ptr[0];
    assert_str(word->text, "echo");
    assert_str(span_text(word->span), "ec\\\nho");
}

static void reads_directives(void **state)
{
    const Dockerfile *file = read_text(
        *state,
        "# syntax=docker/dockerfile:1\n# ESCAPE=`\n# check=skip=all\n\nFROM a:1\n"
        "COPY c:\\a `\n  d:\\\n"
    );
    assert_int_equal(file->problems.len, 0);
    assert_str(file->syntax, "docker/dockerfile:1");
    assert_int_equal(file->escape, '`');
    assert_str(file->check, "skip=all");
    assert_str(nth(file, 1)->words.ptr[1].value, "d:\\");
    assert_int_equal(read_text(*state, "# a comment\n# escape=`\nFROM a:1\n")->escape, '\\');
}

static void reads_heredocs(void **state)
{
    const Dockerfile *file = read_text(
        *state,
        "FROM a:1\nCOPY <<one <<-\"two\" /x/\n1\none\n\t2\n\ttwo\nRUN <<EOF\napt-get update\n"
        "x\nEOF\nRUN python3 <<EOF && echo done\nRUN = 1\nEOF\nUSER 1\n"
    );
    assert_int_equal(file->problems.len, 0);
    assert_int_equal(file->instructions.len, 5);
    const DockerInstruction *copy = nth(file, 1);
    assert_int_equal(copy->heredocs.len, 2);
    assert_int_equal(copy->words.len, 1);
    assert_str(copy->heredocs.ptr[0].body.text, "1\n");
    assert_true(copy->heredocs.ptr[0].expands);
    assert_str(copy->heredocs.ptr[1].body.text, "2\n");
    assert_false(copy->heredocs.ptr[1].expands);
    const ShellScript *script = nth(file, 2)->script;
    assert_int_equal(script->commands.len, 2);
    assert_int_equal(span_start(script->commands.ptr[1].span).line, 9);
    const ShellScript *piped = nth(file, 3)->script;
    assert_int_equal(piped->commands.len, 2);
    assert_str(piped->commands.ptr[0].redirects.ptr[0].body->text, "RUN = 1\n");
    assert_str(piped->commands.ptr[1].words.ptr[0].text, "echo");
}

static void reads_exec_form(void **state)
{
    const Dockerfile *file = read_text(
        *state,
        "FROM a:1\nCMD [\"a\", \"b \\\"c\"]\nENTRYPOINT ['a']\nSHELL [\"/bin/bash\", \"-c\"]\n"
        "RUN [\"sh\", \"-c\", \"ls | wc\"]\n"
    );
    assert_true(nth(file, 1)->is_json);
    assert_str(nth(file, 1)->words.ptr[1].value, "b \"c");
    assert_str(span_text(nth(file, 1)->words.ptr[1].span), "\"b \\\"c\"");
    assert_false(nth(file, 2)->is_json);
    assert_ptr_equal(nth(file, 4)->shell, nth(file, 3));
    assert_int_equal(nth(file, 4)->script->commands.len, 2);
}

static void only_a_posix_shell_has_scripts(void **state)
{
    const Dockerfile *file = read_text(
        *state,
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir\nFROM a:1\n"
        "SHELL [\"pwsh\", \"-c\"]\nRUN ls\nFROM a:1\nRUN <<EOF\n#!/usr/bin/env -S python3 -u\n"
        "print()\nEOF\nRUN <<EOF\n#!/bin/bash -e\nls\nEOF\n"
    );
    assert_null(nth(file, 1)->script);
    assert_null(nth(file, 4)->script);
    assert_null(nth(file, 6)->script);
    assert_non_null(nth(file, 7)->script);
}

static void replaces_variables(void **state)
{
    const Dockerfile *file = read_text(
        *state,
        "ARG V=1.2\nARG EMPTY\nFROM a:${V}-${EMPTY:-slim} AS x\nARG V\nENV A=$V B=\"$A x\" C='$V'\n"
        "WORKDIR /$A/${B}\nUSER ${NONE:+1}${V:+2}\nLABEL x=\\$V y=\"\\\"$V\\\"\"\n"
    );
    assert_int_equal(file->problems.len, 0);
    assert_str(file->stages.ptr[0]->image.value, "a:1.2-slim");
    assert_true(file->stages.ptr[0]->image.is_known);
    const DockerInstruction *env = nth(file, 4);
    assert_str(env->pairs.ptr[0].value.value, "1.2");
    assert_str(env->pairs.ptr[1].value.value, "$A x"); /* A isn't set before this instruction */
    assert_false(env->pairs.ptr[1].value.is_known);
    assert_str(env->pairs.ptr[2].value.value, "$V");
    assert_str(nth(file, 5)->words.ptr[0].value, "/1.2/${B}");
    assert_str(nth(file, 6)->words.ptr[0].value, "2");
    assert_str(nth(file, 7)->pairs.ptr[0].value.value, "$V");
    assert_str(nth(file, 7)->pairs.ptr[1].value.value, "\"1.2\"");
}

static void knows_where_a_variable_comes_from(void **state)
{
    const Dockerfile *file = read_text(
        *state,
        "ARG G=1\nFROM a:1\nWORKDIR /$G/$LATER/$NONE/$TARGETARCH/$KNOWN\nARG LATER=1\n"
        "ENV KNOWN=1\nARG TARGETARCH\nWORKDIR ${KNOWN}/${TARGETARCH}\n"
    );
    static const DockerVariableState states[] = {
        DOCKER_VARIABLE_GLOBAL, DOCKER_VARIABLE_LATER,     DOCKER_VARIABLE_UNDEFINED,
        DOCKER_VARIABLE_LATER,  DOCKER_VARIABLE_UNDEFINED,
    };
    const DockerInstruction *first = nth(file, 2);
    assert_int_equal(first->references.len, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(first->references.ptr[i].state, states[i]);
    }
    assert_str(span_text(first->references.ptr[1].span), "$LATER");
    assert_int_equal(nth(file, 6)->references.ptr[0].state, DOCKER_VARIABLE_KNOWN);
    assert_int_equal(nth(file, 6)->references.ptr[1].state, DOCKER_VARIABLE_ARGUMENT);
}

static void reads_pairs(void **state)
{
    const Dockerfile *file = read_text(
        *state, "FROM a:1\nENV a=1 b='x y' c=\\ z\nENV old  the rest\nARG x y=2\nLABEL \"k k\"=v\n"
    );
    assert_int_equal(file->problems.len, 0);
    assert_str(nth(file, 1)->pairs.ptr[1].value.value, "x y");
    assert_str(nth(file, 1)->pairs.ptr[2].value.value, " z");
    assert_true(nth(file, 2)->pairs.ptr[0].is_legacy);
    assert_str(nth(file, 2)->pairs.ptr[0].value.value, "the rest");
    assert_false(nth(file, 3)->pairs.ptr[0].has_value);
    assert_str(nth(file, 4)->pairs.ptr[0].key.value, "k k");
}

static void onbuild_comes_with_its_instruction(void **state)
{
    const Dockerfile *file = read_text(*state, "FROM a:1\nONBUILD RUN <<E\nls\nE\nCMD [\"a\"]\n");
    assert_int_equal(file->instructions.len, 4);
    assert_int_equal(nth(file, 1)->kind, DOCKER_ONBUILD);
    assert_int_equal(nth(file, 2)->kind, DOCKER_RUN);
    assert_true(nth(file, 2)->is_onbuild);
    assert_int_equal(nth(file, 2)->heredocs.len, 1);
    assert_str(span_text(nth(file, 1)->span), "ONBUILD RUN <<E\nls\nE\n");
}

static void a_mistake_leaves_the_rest_readable(void **state)
{
    assert_problem(*state, "FROM a:1\nRUNN x\nUSER 1\n", "unknown instruction \"RUNN\"", "RUNN");
    assert_problem(*state, "# nothing\n", "the file has no FROM: it builds nothing", "");
    assert_problem(*state, "RUN x\nFROM a:1\n", "RUN stands before the first FROM", "RUN");
    assert_problem(*state, "FROM a:1\nRUN <<EOF\nx\n", "no line \"EOF\" ends the heredoc", "<<EOF");
    assert_problem(*state, "FROM a:1\nENV a=\"x\n", "the quote isn't closed", "\"x");
    assert_problem(*state, "FROM a:1\nENV a=${x\n", "the variable's brace isn't closed", "${x");
    assert_problem(*state, "FROM a:1\nENV a=1 b\n", "\"b\" has no =", "b");
    assert_problem(*state, "FROM a:1 b\n", "FROM takes one image", "FROM a:1 b");
    assert_problem(*state, "FROM a:1 AS 1a\n", "\"1a\" is no name for a stage", "1a");
    assert_problem(*state, "FROM a:1\nCOPY --form=x a b\n", "COPY has no flag --form", "--form=x");
    assert_problem(*state, "FROM a:1\nCOPY a\n", "COPY needs a source and a destination", "COPY a");
    assert_problem(*state, "FROM a:1\nWORKDIR\n", "WORKDIR needs an argument", "WORKDIR");
    assert_problem(
        *state, "FROM a:1\nSHELL sh -c\n", "SHELL takes a JSON array of strings", "sh -c"
    );
    assert_problem(*state, "FROM a:1\nONBUILD FROM b\n", "FROM can't stand behind ONBUILD", "FROM");
    assert_problem(
        *state,
        "FROM a:1\nHEALTHCHECK --timeout=5 CMD x\n",
        "--timeout takes a duration, not \"5\"",
        "--timeout=5"
    );
    assert_problem(*state, "FROM a:1\nHEALTHCHECK x\n", "a HEALTHCHECK needs CMD or NONE", "x");
    assert_problem(
        *state,
        "# escape=x\nFROM a:1\n",
        "the escape directive takes a backslash or a backquote",
        "x"
    );
}

static void a_foreign_front_end_may_know_more(void **state)
{
    const Dockerfile *file =
        read_text(*state, "# syntax=edrevo/dockerfile-plus\nFROM a:1\nINCLUDE+ x\n");
    assert_int_equal(file->problems.len, 0);
}

static void a_value_that_doubles_itself_stays_bounded(void **state)
{
    StrBuf text = STRBUF_ON_ARENA(*state);
    strbuf_add_cstr(&text, "FROM a:1\nENV A=xxxxxxxxxxxxxxxx\n");
    for (int i = 0; i < 64; i++) {
        strbuf_add_cstr(&text, "ENV A=$A$A\n");
    }
    const Dockerfile *file = read_text(*state, text.ptr);
    const DockerPair *last = &nth(file, file->instructions.len - 1)->pairs.ptr[0];
    assert_true(last->value.value.len <= 64 << 10);
    assert_false(last->value.is_known);
}

static void a_stage_sees_what_its_base_sets(void **state)
{
    const Dockerfile *file = read_text(
        *state, "FROM a:1 AS x\nENV A=1\nFROM x AS y\nFROM Y\nWORKDIR /$A\nFROM b:1\nWORKDIR /$A\n"
    );
    assert_str(nth(file, 4)->words.ptr[0].value, "/1");
    assert_str(nth(file, 6)->words.ptr[0].value, "/$A");
}

static void problems_are_bounded(void **state)
{
    StrBuf text = STRBUF_ON_ARENA(*state);
    strbuf_add_cstr(&text, "FROM a:1\n");
    for (int i = 0; i < 3000; i++) {
        strbuf_add_cstr(&text, "X\n");
    }
    assert_int_equal(read_text(*state, text.ptr)->problems.len, 1000);
    assert_problem(
        *state, "FROM a:1\nRUN cat <<A <<B <<C\nx\n", "no line \"A\" ends the heredoc", "<<A"
    );
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(reads_stages_and_images),
        arena_test(joins_lines_and_keeps_places),
        arena_test(a_word_may_be_cut_by_a_line_end),
        arena_test(reads_directives),
        arena_test(reads_heredocs),
        arena_test(reads_exec_form),
        arena_test(only_a_posix_shell_has_scripts),
        arena_test(replaces_variables),
        arena_test(knows_where_a_variable_comes_from),
        arena_test(reads_pairs),
        arena_test(onbuild_comes_with_its_instruction),
        arena_test(a_mistake_leaves_the_rest_readable),
        arena_test(a_foreign_front_end_may_know_more),
        arena_test(a_stage_sees_what_its_base_sets),
        arena_test(problems_are_bounded),
        arena_test(a_value_that_doubles_itself_stays_bounded),
    };
    return cmocka_run_group_tests_name("audit/dockerfile", tests, NULL, NULL);
}
