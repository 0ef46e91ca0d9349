#include "packages.h"

#include "base/mem.h"

/* Programs, with their flags that take the next word as their value. */
static const struct {
    const char *program;
    PackageManager manager;
    const char *valued;
} managers[] = {
    { "apt-get", PACKAGE_APT, " -t -o -c -a --target-release --option --config-file " },
    { "apt", PACKAGE_APT, " -t -o -c -a --target-release --option --config-file " },
    { "aptitude", PACKAGE_APT, " -t -o --target-release " },
    { "apk",
      PACKAGE_APK,
      " -t --virtual -X --repository -p --root --keys-dir --repositories-file --cache-dir --arch "
      "--wait " },
    { "yum",
      PACKAGE_YUM,
      " -c -d -e -x --enablerepo --disablerepo --installroot --releasever --exclude --setopt "
      "--repo " },
    { "dnf",
      PACKAGE_DNF,
      " -c -d -e -x --enablerepo --disablerepo --installroot --releasever --exclude --setopt "
      "--repo --repoid " },
    { "microdnf", PACKAGE_DNF, " --enablerepo --disablerepo --installroot --releasever --setopt " },
    { "zypper", PACKAGE_ZYPPER, " -r --repo --from -t --type --root -R --plus-repo -p " },
    { "pip",
      PACKAGE_PIP,
      " -r --requirement -c --constraint -t --target -i --index-url --extra-index-url -f "
      "--find-links --prefix --root --timeout --retries --trusted-host --cache-dir --platform "
      "--python-version --abi --implementation --src -e --editable --progress-bar "
      "--upgrade-strategy "
      "--no-binary --only-binary --proxy --python --log --report --config-settings -C " },
    { "npm",
      PACKAGE_NPM,
      " --prefix -C --registry --cache -w --workspace --omit --include --loglevel --userconfig "
      "--tag --fetch-retries --fetch-timeout " },
    { "yarn",
      PACKAGE_YARN,
      " --cwd --registry --cache-folder --network-timeout --modules-folder --mutex --prefix " },
    { "pnpm", PACKAGE_PNPM, " -C --dir --filter -F --registry --store-dir --prefix " },
    { "gem", PACKAGE_GEM, " -v --version -i --install-dir -n --bindir -s --source -P -p " },
    { "go", PACKAGE_GO, " -C -ldflags -tags -o -mod -gcflags -p " },
};

/* pip3, pip3.11 */
static bool is_pip(Str program)
{
    return str_strip_prefix(&program, STR("pip")) &&
           (program.len == 0 || (program.ptr[0] >= '2' && program.ptr[0] <= '3'));
}

static bool is_python(Str program)
{
    return str_has_prefix(program, STR("python")) || str_eq(program, STR("pypy3"));
}

static bool is_word(const ShellCommand *command, size_t at, const char *text)
{
    return at < command->words.len && str_eq_cstr(command->words.ptr[at].text, text);
}

/* The manager of the program at *at; python -m pip and uv pip move *at to "pip". */
static PackageManager manager_of(const ShellCommand *command, size_t *at, const char **ret_valued)
{
    Str program = shell_command_program(command, at);
    if (is_python(program) && is_word(command, *at + 1, "-m") && is_word(command, *at + 2, "pip")) {
        *at += 2;
        program = STR("pip");
    } else if (str_eq(program, STR("uv")) && is_word(command, *at + 1, "pip")) {
        return PACKAGE_NONE; /* its flags are others */
    }
    bool pip = is_pip(program);
    for (size_t i = 0; program.len > 0 && i < ARRAY_LEN(managers); i++) {
        if (str_eq_cstr(program, managers[i].program) ||
            (pip && managers[i].manager == PACKAGE_PIP)) {
            *ret_valued = managers[i].valued;
            return managers[i].manager;
        }
    }
    return PACKAGE_NONE;
}

static bool takes_value(Str flag, const char *valued)
{
    Str rest = str_from(valued);
    for (;;) {
        size_t at = str_find(rest, flag);
        if (at == STR_NONE) {
            return false;
        }
        bool is_whole = at > 0 && rest.ptr[at - 1] == ' ' && at + flag.len < rest.len &&
                        rest.ptr[at + flag.len] == ' ';
        if (is_whole) {
            return true;
        }
        rest = str_skip(rest, at + 1);
    }
}

static void read_words(Arena *arena, PackageCall *call, size_t at, const char *valued)
{
    const ShellCommand *command = call->command;
    for (; at < command->words.len; at++) {
        const ShellWord *word = &command->words.ptr[at];
        if (word->text.len > 0 && word->text.ptr[0] == '-') {
            at += takes_value(word->text, valued);
        } else if (!call->verb) {
            call->verb = word;
        } else {
            vec_push(&call->packages, arena, word);
        }
    }
}

bool package_call(
    Arena *arena, const ShellScript *script, const ShellCommand *command, PackageCall *ret_call
)
{
    size_t at = 0;
    const char *valued = "";
    if (command->words.len == 0) {
        return false;
    }
    PackageManager manager = manager_of(command, &at, &valued);
    if (manager == PACKAGE_NONE) {
        return false;
    }
    PackageCall call = {
        .manager = manager, .script = script, .command = command, .name = &command->words.ptr[at]
    };
    Str text = call.name->text;
    size_t slash = str_rfind_char(text, '/');
    call.program = slash == STR_NONE ? text : str_skip(text, slash + 1);
    read_words(arena, &call, at + 1, valued);
    *ret_call = call;
    return true;
}

bool package_verb_is(const PackageCall *call, const char *verbs)
{
    Str rest = str_from(verbs), verb;
    while (call->verb && str_next(&rest, ' ', &verb)) {
        if (str_eq(call->verb->text, verb)) {
            return true;
        }
    }
    return false;
}

bool package_installs(const PackageCall *call)
{
    static const char *const verbs[] = {
        [PACKAGE_NONE] = "",
        [PACKAGE_APT] = "install",
        [PACKAGE_APK] = "add",
        [PACKAGE_YUM] = "install localinstall groupinstall reinstall",
        [PACKAGE_DNF] = "install localinstall groupinstall reinstall in",
        [PACKAGE_ZYPPER] = "install in",
        [PACKAGE_PIP] = "install",
        [PACKAGE_NPM] = "install i add",
        [PACKAGE_YARN] = "add",
        [PACKAGE_PNPM] = "add install i",
        [PACKAGE_GEM] = "install",
        [PACKAGE_GO] = "install get",
    };
    return package_verb_is(call, verbs[call->manager]);
}
