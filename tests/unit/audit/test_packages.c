/* What package_call reads out of a command. */
#include "audit/shell/packages.h"
#include "unit.h"

static bool read_call(Arena *arena, const char *text, PackageCall *ret_call)
{
    Source *source = source_new(arena, STR("script"), str_from(text));
    MappedText *whole = ARENA_NEW(arena, MappedText);
    *whole = mapped_text_plain(arena, source, 0, source->text.len);
    const ShellScript *script = shell_read(arena, whole);
    assert_int_equal(script->commands.len, 1);
    return package_call(arena, script, &script->commands.ptr[0], ret_call);
}

/* The verb and the packages, parted by blanks. */
static void
assert_call(Arena *arena, const char *text, PackageManager manager, const char *expected)
{
    PackageCall call;
    assert_true(read_call(arena, text, &call));
    assert_int_equal(call.manager, manager);
    StrBuf words = STRBUF_ON_ARENA(arena);
    strbuf_add(&words, call.verb ? call.verb->text : STR("-"));
    for (size_t i = 0; i < call.packages.len; i++) {
        strbuf_addf(&words, " %" STR_FMT, STR_ARG(call.packages.ptr[i]->text));
    }
    assert_str(strbuf_str(&words), expected);
}

static void reads_verbs_and_packages(void **state)
{
    assert_call(*state, "apt-get install -y curl git=1", PACKAGE_APT, "install curl git=1");
    assert_call(*state, "apt-get -qq -o Dpkg::Use-Pty=0 install a", PACKAGE_APT, "install a");
    assert_call(*state, "apt-get update", PACKAGE_APT, "update");
    assert_call(*state, "apk add --virtual .deps gcc", PACKAGE_APK, "add gcc");
    assert_call(*state, "npm ci", PACKAGE_NPM, "ci");
    assert_call(*state, "yarn", PACKAGE_YARN, "-");
    assert_call(*state, "gem install rails -v 7", PACKAGE_GEM, "install rails");
    assert_call(*state, "go build -o /app -ldflags '-s -w' ./cmd", PACKAGE_GO, "build ./cmd");
}

static void a_flag_takes_its_value_along(void **state)
{
    assert_call(*state, "pip install -r a.txt -c b.txt flask", PACKAGE_PIP, "install flask");
    assert_call(*state, "pip install --index-url=https://x flask", PACKAGE_PIP, "install flask");
    assert_call(*state, "apt-get -t stable install a", PACKAGE_APT, "install a");
    assert_call(*state, "dnf install --enablerepo crb a", PACKAGE_DNF, "install a");
}

static void finds_the_manager_behind_others(void **state)
{
    assert_call(*state, "sudo -E apt-get install a", PACKAGE_APT, "install a");
    assert_call(*state, "DEBIAN_FRONTEND=x /usr/bin/apt-get install a", PACKAGE_APT, "install a");
    assert_call(*state, "env A=1 pip3.11 install a", PACKAGE_PIP, "install a");
    assert_call(*state, "python3 -m pip install a", PACKAGE_PIP, "install a");
    assert_call(*state, "/venv/bin/pip install a", PACKAGE_PIP, "install a");
}

static void other_commands_are_none(void **state)
{
    static const char *const others[] = { "echo apt-get install a",
                                          "pipenv install a",
                                          "uv pip install a",
                                          "$APT install a",
                                          "A=1",
                                          "aptly x" };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        PackageCall call;
        assert_false(read_call(*state, others[i], &call));
    }
}

static void tells_installing_from_the_rest(void **state)
{
    PackageCall call;
    assert_true(read_call(*state, "apk add a", &call));
    assert_true(package_installs(&call));
    assert_true(read_call(*state, "apk del a", &call));
    assert_false(package_installs(&call));
    assert_true(package_verb_is(&call, "add del"));
    assert_true(read_call(*state, "yarn", &call));
    assert_false(package_verb_is(&call, "add"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(reads_verbs_and_packages),        arena_test(a_flag_takes_its_value_along),
        arena_test(finds_the_manager_behind_others), arena_test(other_commands_are_none),
        arena_test(tells_installing_from_the_rest),
    };
    return cmocka_run_group_tests_name("audit/packages", tests, NULL, NULL);
}
