/* What shell_read makes of a text, written as one line a command: indented below its parent, words
 * in brackets, how it is joined behind. */
#include "audit/shell/shell.h"
#include "unit.h"

static ShellScript *read_text(Arena *arena, const char *text)
{
    Source *source = source_new(arena, STR("script"), str_from(text));
    MappedText *whole = ARENA_NEW(arena, MappedText);
    *whole = mapped_text_plain(arena, source, 0, source->text.len);
    return shell_read(arena, whole);
}

static void add_command(StrBuf *out, const ShellScript *script, const ShellCommand *command)
{
    static const char *const joins[] = { ";", "&&", "||", "|", "&" };
    for (size_t parent = command->parent; parent != SHELL_TOP;) {
        strbuf_add_cstr(out, "  ");
        parent = script->commands.ptr[parent].parent;
    }
    strbuf_add_cstr(out, command->is_negated ? "! " : "");
    strbuf_add_cstr(out, command->is_condition ? "? " : "");
    strbuf_add_cstr(out, command->is_substituted ? "$ " : "");
    strbuf_add_cstr(out, command->is_subshell ? "() " : command->is_compound ? "{} " : "");
    vec_foreach(assignment, &command->assignments) {
        strbuf_addf(
            out,
            "%" STR_FMT "=%" STR_FMT " ",
            STR_ARG(assignment->name),
            STR_ARG(assignment->value.text)
        );
    }
    vec_foreach(word, &command->words) {
        strbuf_addf(
            out, word->is_literal ? "[%" STR_FMT "] " : "<%" STR_FMT "> ", STR_ARG(word->text)
        );
    }
    vec_foreach(redirect, &command->redirects) {
        strbuf_addf(
            out,
            "%" STR_FMT "%" STR_FMT " ",
            STR_ARG(redirect->sign),
            STR_ARG(redirect->target.text)
        );
    }
    strbuf_addf(out, "%s\n", joins[command->join]);
}

static void assert_reads(Arena *arena, const char *text, const char *expected)
{
    const ShellScript *script = read_text(arena, text);
    StrBuf out = STRBUF_ON_ARENA(arena);
    vec_foreach(command, &script->commands) {
        add_command(&out, script, command);
    }
    if (script->has_problem) {
        strbuf_addf(&out, "!! %s\n", script->mistake ? script->mistake : "?");
    }
    assert_str(strbuf_str(&out), expected);
}

static void reads_lists_and_pipelines(void **state)
{
    assert_reads(
        *state,
        "a 1 && b;c || d | e |& f &\n! g\n",
        "[a] [1] &&\n[b] ;\n[c] ||\n[d] |\n[e] |\n[f] &\n! [g] ;\n"
    );
    assert_reads(*state, "a &&\n\n b # x && y\nc", "[a] &&\n[b] ;\n[c] ;\n");
    assert_reads(*state, "echo a#b #c", "[echo] [a#b] ;\n");
    assert_reads(*state, "", "");
}

static void takes_quotes_off(void **state)
{
    assert_reads(
        *state,
        "a 'b $c' \"d e\" f\\ g \"\\$h\" x\"y\"'z' $'t\\n'",
        "[a] [b $c] [d e] [f g] [$h] [xyz] [t\\n] ;\n"
    );
    assert_reads(
        *state,
        "a \"$b\" ${c:-d e} $(( 1 + 2 )) $5 $",
        "[a] <$b> <${c:-d e}> <$(( 1 + 2 ))> <$5> [$] ;\n"
    );
}

static void reads_assignments_and_redirects(void **state)
{
    assert_reads(
        *state,
        "A=1 B=\"x y\" cmd C=2 >out 2>&1 <<<x; D=; e=(a b) f+=g",
        "A=1 B=x y [cmd] [C=2] >out >&1 <<<x ;\nD= ;\ne= f=g ;\n"
    );
    assert_reads(*state, "a &>f && b 2>/dev/null", "[a] &>f &&\n[b] >/dev/null ;\n");
    assert_reads(*state, "a 2 >f", "[a] [2] >f ;\n");
}

static void reads_substitutions(void **state)
{
    assert_reads(
        *state,
        "a $(b | c) `d; e` <(f) \"$(g \"h\")\"",
        "[a] <$(b | c)> <`d; e`> <<(f)> <$(g \"h\")> ;\n  $ [b] |\n  $ [c] ;\n  $ [d] ;\n  $ [e] "
        ";\n"
        "  $ [f] ;\n  $ [g] [h] ;\n"
    );
}

static void reads_compound_commands(void **state)
{
    assert_reads(
        *state,
        "if a; then b; elif c; then d; else e; fi | g",
        "{} |\n  ? [a] ;\n  [b] ;\n  ? [c] ;\n  [d] ;\n  [e] ;\n[g] ;\n"
    );
    assert_reads(
        *state,
        "for x in 1 $(ls); do a && b; done >f; while c; do d; done; until e; do f; done",
        "{} >f ;\n  $ [ls] ;\n  [a] &&\n  [b] ;\n{} ;\n  ? [c] ;\n  [d] ;\n{} ;\n  ? [e] ;\n  [f] "
        ";\n"
    );
    assert_reads(*state, "(a; { b; }) | sh", "() |\n  [a] ;\n  {} ;\n    [b] ;\n[sh] ;\n");
    assert_reads(
        *state,
        "case \"$x\" in a|b) c;; (d) e ;& *) ;; esac && f",
        "{} &&\n  [c] ;\n  [e] ;\n[f] ;\n"
    );
    assert_reads(
        *state,
        "f() { a; }\nfunction g { b; }; f",
        "{} ;\n  {} ;\n    [a] ;\n{} ;\n  {} ;\n    [b] ;\n[f] ;\n"
    );
    assert_reads(
        *state,
        "[[ $a == b && -f c ]] && ((x++)); d",
        "[[[] <$a> [==] [b] [-f] [c] []]] &&\n{} ;\n[d] ;\n"
    );
}

static void a_comment_is_no_part_of_a_command(void **state)
{
    const ShellScript *script = read_text(*state, "a b  # c && d\n(e # f\n)");
    assert_int_equal(script->commands.len, 3);
    assert_str(span_text(script->commands.ptr[0].span), "a b");
    assert_str(span_text(script->commands.ptr[2].span), "e");
}

static void reads_heredocs(void **state)
{
    assert_reads(
        *state,
        "cat <<A >f && b <<-'B'\n$(x)\nA\n\t$(y)\n\tB\nc",
        "[cat] <<A >f &&\n[b] <<-B ;\n$ [x] ;\n[c] ;\n"
    );
}

static void collects_names(void **state)
{
    const ShellScript *script = read_text(
        *state,
        "a=1; for b in 1; do read -r c; done; export d=2 e; echo $a ${f} ${g:-h} '$i' \"$j\""
    );
    static const char *const set[] = { "a", "b", "c", "d", "e" };
    assert_int_equal(script->variables.len, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_str(script->variables.ptr[i], set[i]);
    }
    static const char *const used[] = { "a", "f", "g", "j" };
    assert_int_equal(script->references.len, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_str(script->references.ptr[i].name, used[i]);
        assert_int_equal(script->references.ptr[i].has_default, i == 2);
    }
    assert_true(read_text(*state, ". /etc/os-release; echo $ID")->sets_others);
}

static void a_mistake_ends_the_list(void **state)
{
    assert_reads(*state, "a; b \"c", "[a] ;\n[b] [c] ;\n!! a double quote isn't closed\n");
    assert_reads(*state, "a 'b", "[a] [b] ;\n!! a single quote isn't closed\n");
    assert_reads(*state, "a; )", "[a] ;\n!! ?\n");
    assert_reads(*state, "if a; b", "{} ;\n  ? [a] ;\n  ? [b] ;\n!! ?\n");
    assert_reads(*state, "done", "!! ?\n");
    assert_reads(*state, "a && && b", "[a] &&\n;\n!! ?\n");
}

static void depth_is_bounded(void **state)
{
    StrBuf text = STRBUF_ON_ARENA(*state);
    strbuf_add_repeat(&text, '(', 100000);
    assert_true(read_text(*state, text.ptr)->has_problem);
    strbuf_clear(&text);
    for (int i = 0; i < 10000; i++) {
        strbuf_add_cstr(&text, "$(${x:-$((");
    }
    assert_true(read_text(*state, text.ptr)->has_problem);
}

static void finds_programs_and_flags(void **state)
{
    const ShellScript *script = read_text(
        *state, "sudo -u root env A=1 /usr/bin/apt-get -qy install --no-cache=1 x | xargs -n 1 rm"
    );
    const ShellCommand *command = &script->commands.ptr[0];
    size_t at;
    assert_str(shell_command_program(command, &at), "apt-get");
    assert_int_equal(at, 5);
    assert_true(shell_command_is(command, "sudo"));
    assert_str(shell_command_flag(command, "-y")->text, "-qy");
    assert_non_null(shell_command_flag(command, "--no-cache"));
    assert_null(shell_command_flag(command, "--no"));
    assert_null(shell_command_flag(command, "-n"));
    const ShellCommand *next = shell_pipe_next(script, command);
    assert_non_null(next);
    assert_str(shell_command_program(next, &at), "rm");
    assert_null(shell_pipe_next(script, next));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(reads_lists_and_pipelines),
        arena_test(takes_quotes_off),
        arena_test(reads_assignments_and_redirects),
        arena_test(reads_substitutions),
        arena_test(reads_compound_commands),
        arena_test(a_comment_is_no_part_of_a_command),
        arena_test(reads_heredocs),
        arena_test(collects_names),
        arena_test(a_mistake_ends_the_list),
        arena_test(depth_is_bounded),
        arena_test(finds_programs_and_flags),
    };
    return cmocka_run_group_tests_name("audit/shell", tests, NULL, NULL);
}
