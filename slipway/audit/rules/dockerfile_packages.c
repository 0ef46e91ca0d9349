/* Packages of the operating system. */
#include "base/mem.h"
#include "base/path.h"

#include "dockerfile_common.h"

#define EACH_CALL(call, file) vec_foreach(call, &(file)->calls)

static bool has_flag(const PackageCall *call, const char *flag)
{
    return shell_command_flag(call->command, flag) != NULL;
}

static bool is_install(const PackageCall *call, PackageManager manager)
{
    return call->manager == manager && package_installs(call);
}

/* --- apt -------------------------------------------------------------------------------------- */

static void df038(RuleContext *ctx, const Dockerfile *file)
{
    bool is_configured = file_mentions(file, "Install-Recommends");
    EACH_CALL(call, file)
    {
        if (!is_configured && is_install(call, PACKAGE_APT) &&
            !has_flag(call, "--no-install-recommends")) {
            Diag *diag =
                rule_find_span(ctx, call->verb->span, "recommended packages are installed too");
            Span end =
                span_make(call->verb->span.source, call->verb->span.end, call->verb->span.end);
            rule_suggest(ctx, diag, end, " --no-install-recommends");
        }
    }
}

static bool is_piped_into(const PackageCall *call)
{
    const ShellCommand *first = call->script->commands.ptr;
    return call->command > first && (call->command - 1)->join == SHELL_JOIN_PIPE;
}

/* Whether the command asks before it goes on. */
static bool asks(const PackageCall *call)
{
    static const char *const apt[] = {
        "-y", "--yes", "--assume-yes", "-qq", "-q=2", "--force-yes"
    };
    static const char *const others[] = { "-y", "--assumeyes", "--non-interactive",
                                          "-n", "--noconfirm", "--no-confirm" };
    bool is_apt = call->manager == PACKAGE_APT;
    const char *const *flags = is_apt ? apt : others;
    for (size_t i = 0; i < 6; i++) {
        if (has_flag(call, flags[i])) {
            return false;
        }
    }
    if (is_apt) {
        return package_verb_is(
            call, "install upgrade dist-upgrade full-upgrade remove purge autoremove"
        );
    }
    return package_installs(call) && !str_eq(call->program, STR("microdnf"));
}

static void df039(RuleContext *ctx, const Dockerfile *file)
{
    if (file_mentions(file, "Assume-Yes") || file_mentions(file, "assumeyes=")) {
        return;
    }
    EACH_CALL(call, file)
    {
        bool is_system = call->manager == PACKAGE_APT || call->manager == PACKAGE_YUM ||
                         call->manager == PACKAGE_DNF || call->manager == PACKAGE_ZYPPER;
        if (is_system && call->verb && asks(call) && !is_piped_into(call)) {
            Diag *diag = rule_find_span(
                ctx,
                call->verb->span,
                "%" STR_FMT " asks whether to go on, and nobody answers",
                STR_ARG(call->program)
            );
            fix_behind(ctx, diag, call->verb->span, " -y");
        }
    }
}

static bool is_first_of_run(const Dockerfile *file, const PackageCall *call)
{
    return call == file->calls.ptr || (call - 1)->instruction != call->instruction ||
           (call - 1)->manager != call->manager;
}

static const char remove_lists[] = "rm -rf /var/lib/apt/lists/*";

static bool uses_lists(const Dockerfile *file, const DockerInstruction *run)
{
    EACH_CALL(call, file)
    {
        if (call->instruction == run && call->manager == PACKAGE_APT &&
            package_verb_is(
                call, "install upgrade dist-upgrade full-upgrade build-dep satisfy download"
            )) {
            return true;
        }
    }
    return false;
}

/* Nothing but apt's own housekeeping: a script that is called may well install. */
static bool only_updates(const ShellScript *script)
{
    static const char *const harmless[] = {
        "apt-get", "apt", "rm", "set", "echo", "export", "true"
    };
    for (size_t i = 0; i < script->commands.len; i++) {
        const ShellCommand *command = &script->commands.ptr[i];
        size_t at;
        Str program = shell_command_program(command, &at);
        bool is_harmless = !command->is_compound && (command->words.len == 0 || program.len > 0);
        bool is_listed = command->words.len == 0;
        for (size_t j = 0; j < ARRAY_LEN(harmless) && !is_listed; j++) {
            is_listed = str_eq_cstr(program, harmless[j]);
        }
        if (!is_harmless || !is_listed) {
            return false;
        }
    }
    return true;
}

/* A RUN that fetches the lists and doesn't use them. */
static bool is_alone(const Dockerfile *file, const PackageCall *update)
{
    const DockerInstruction *run = update->instruction;
    return !uses_lists(file, run) && only_updates(update->script) &&
           !run_mounts(run, "/var/lib/apt/lists");
}

static bool updates_again(const Dockerfile *file, const PackageCall *call)
{
    for (const PackageCall *next = call + 1; next < file->calls.ptr + file->calls.len; next++) {
        if (next->instruction == call->instruction && next->manager == PACKAGE_APT &&
            package_verb_is(next, "update")) {
            return true;
        }
    }
    return false;
}

static void df040(RuleContext *ctx, const Dockerfile *file)
{
    EACH_CALL(call, file)
    {
        const DockerInstruction *run = call->instruction;
        if (call->manager != PACKAGE_APT || !package_verb_is(call, "update") ||
            updates_again(file, call) || is_alone(file, call) || !is_in_final(file, run->stage) ||
            script_mentions(call->script, "/var/lib/apt") ||
            run_mounts(run, "/var/lib/apt/lists")) {
            continue;
        }
        Diag *diag = rule_find_span(
            ctx, call->command->span, "the lists that this fetches stay in the layer"
        );
        (void) fix_append(ctx, diag, run, remove_lists);
    }
}

static void df041(RuleContext *ctx, const Dockerfile *file)
{
    EACH_CALL(call, file)
    {
        if (call->manager != PACKAGE_APT || !str_eq(call->program, STR("apt"))) {
            continue;
        }
        Diag *diag = rule_find_span(ctx, call->name->span, "apt is made for people at a terminal");
        if (package_verb_is(
                call, "install update upgrade remove purge autoremove clean autoclean"
            ) &&
            str_eq(call->name->raw, STR("apt"))) {
            rule_fix(ctx, diag, call->name->span, "apt-get");
        } else if (package_verb_is(call, "full-upgrade")) {
            rule_hint(ctx, diag, "use apt-get dist-upgrade");
        }
    }
}

/* The RUN behind joins this one, where nothing but a line end is between them. */
static void
fix_join(RuleContext *ctx, Diag *diag, const Dockerfile *file, const DockerInstruction *run)
{
    const DockerInstruction *next =
        run->number + 1 < file->instructions.len ? file->instructions.ptr[run->number + 1] : NULL;
    if (!next || next->kind != DOCKER_RUN || next->flags.len + run->flags.len > 0 ||
        next->is_json || next->heredocs.len + run->heredocs.len > 0 || !next->script ||
        !uses_lists(file, next)) {
        return;
    }
    Span from = mapped_text_span(&run->rest, 0, run->rest.text.len);
    Span to = mapped_text_span(&next->rest, 0, next->rest.text.len);
    Str between = str_slice(file->source->text, from.end, next->keyword.start);
    const ShellCommand *last = &run->script->commands.ptr[run->script->commands.len - 1];
    bool is_clean = script_mentions(next->script, "/var/lib/apt/lists");
    if (str_trim(between).len == 0 && last->parent == SHELL_TOP && last->span.end == from.end &&
        (is_clean || fix_append(ctx, diag, next, remove_lists))) {
        Span gap = span_make(file->source, from.end, to.start);
        rule_fix(ctx, diag, gap, " %c\n    && ", file->escape);
    }
}

static void df042(RuleContext *ctx, const Dockerfile *file)
{
    EACH_CALL(call, file)
    {
        const DockerInstruction *run = call->instruction;
        if (call->manager == PACKAGE_APT && package_verb_is(call, "update") &&
            is_alone(file, call)) {
            Diag *diag = rule_find_span(
                ctx, call->command->span, "the cached layer keeps these lists while they grow old"
            );
            fix_join(ctx, diag, file, run);
        }
    }
}

static void df043(RuleContext *ctx, const Dockerfile *file)
{
    EACH_CALL(call, file)
    {
        bool is_apt =
            call->manager == PACKAGE_APT && package_verb_is(call, "dist-upgrade full-upgrade");
        bool is_zypper =
            call->manager == PACKAGE_ZYPPER && package_verb_is(call, "dist-upgrade dup");
        if (is_apt || is_zypper) {
            rule_find_span(ctx, call->verb->span, "the whole system is exchanged under the image");
        }
    }
}

/* --- versions --------------------------------------------------------------------------------- */

static bool is_file(Str package)
{
    return str_has_char(package, '/') || str_has_suffix(package, STR(".deb")) ||
           str_has_suffix(package, STR(".rpm")) || str_has_suffix(package, STR(".apk"));
}

/* name-1.2 */
static bool has_dashed_version(Str package)
{
    for (size_t i = 0; i + 1 < package.len; i++) {
        if (package.ptr[i] == '-' && package.ptr[i + 1] >= '0' && package.ptr[i + 1] <= '9') {
            return true;
        }
    }
    return false;
}

static bool is_pinned(const PackageCall *call, Str package)
{
    bool has_sign = str_has_char(package, '=') || str_has_char(package, '<') ||
                    str_has_char(package, '>') || str_has_char(package, '~');
    bool is_dashed = (call->manager == PACKAGE_YUM || call->manager == PACKAGE_DNF) &&
                     has_dashed_version(package);
    return has_sign || is_dashed || is_file(package) || str_has_prefix(package, STR("@"));
}

static void df044(RuleContext *ctx, const Dockerfile *file)
{
    EACH_CALL(call, file)
    {
        if (call->manager > PACKAGE_ZYPPER || !package_installs(call)) {
            continue;
        }
        for (size_t i = 0; i < call->packages.len; i++) {
            const ShellWord *package = call->packages.ptr[i];
            if (package->is_literal && !is_pinned(call, package->text)) {
                rule_find_span(
                    ctx,
                    package->span,
                    "the newest \"%" STR_FMT "\" is installed",
                    STR_ARG(package->text)
                );
                break;
            }
        }
    }
}

/* --- caches ----------------------------------------------------------------------------------- */

static void df048(RuleContext *ctx, const Dockerfile *file)
{
    EACH_CALL(call, file)
    {
        if (!is_install(call, PACKAGE_APK) || has_flag(call, "--no-cache") ||
            script_mentions(call->script, "/var/cache/apk") ||
            run_mounts(call->instruction, "/var/cache/apk") ||
            run_mounts(call->instruction, "/etc/apk/cache")) {
            continue;
        }
        Diag *diag =
            rule_find_span(ctx, call->verb->span, "the index of packages stays in the layer");
        fix_behind(ctx, diag, call->verb->span, " --no-cache");
    }
}

typedef struct Cleaning {
    PackageManager manager;
    const char *verbs, *folder, *command;
} Cleaning;

static bool cleans(const Dockerfile *file, const PackageCall *install, const Cleaning *cleaning)
{
    if (script_mentions(install->script, cleaning->folder) ||
        run_mounts(install->instruction, cleaning->folder)) {
        return true;
    }
    EACH_CALL(call, file)
    {
        if (call->instruction == install->instruction && call->manager == install->manager &&
            package_verb_is(call, cleaning->verbs)) {
            return true;
        }
    }
    return false;
}

static bool mounts_cache(const DockerInstruction *run)
{
    bool mounts = false;
    vec_foreach(flag, &run->flags) {
        mounts = mounts || (str_eq(flag->name, STR("mount")) &&
                            str_eq(mount_option(flag, "type"), STR("cache")));
    }
    return mounts;
}

/* Yarn keeps it in the home of whoever runs it, or where it is told to. */
static void check_yarn(RuleContext *ctx, const Dockerfile *file, const PackageCall *call)
{
    bool installs =
        call->manager == PACKAGE_YARN && (!call->verb || package_verb_is(call, "install add"));
    if (installs && is_in_final(file, call->instruction->stage) && is_first_of_run(file, call) &&
        !mounts_cache(call->instruction) && !script_mentions(call->script, "cache clean") &&
        !script_mentions(call->script, "rm -")) {
        Diag *diag =
            rule_find_span(ctx, call->command->span, "what yarn downloads stays in the layer");
        fix_append(ctx, diag, call->instruction, "yarn cache clean");
    }
}

static void df050(RuleContext *ctx, const Dockerfile *file)
{
    static const Cleaning cleanings[] = {
        { PACKAGE_YUM, "clean", "/var/cache/yum", "yum clean all" },
        { PACKAGE_DNF, "clean", "/var/cache/dnf", "dnf clean all" },
        { PACKAGE_ZYPPER, "clean cc", "/var/cache/zypp", "zypper clean --all" },
    };
    EACH_CALL(call, file)
    {
        for (size_t i = 0; i < ARRAY_LEN(cleanings); i++) {
            const Cleaning *cleaning = &cleanings[i];
            if (!is_install(call, cleaning->manager) || cleans(file, call, cleaning) ||
                !is_first_of_run(file, call) || !is_in_final(file, call->instruction->stage) ||
                run_mounts(call->instruction, "/var/cache/libdnf5") ||
                script_mentions(call->script, "/var/cache/*") ||
                script_mentions(call->script, "/var/cache/libdnf5")) {
                continue;
            }
            Diag *diag = rule_find_span(
                ctx,
                call->verb->span,
                "what %" STR_FMT " downloads stays in the layer",
                STR_ARG(call->program)
            );
            bool is_micro = str_eq(call->program, STR("microdnf"));
            fix_append(
                ctx, diag, call->instruction, is_micro ? "microdnf clean all" : cleaning->command
            );
        }
        check_yarn(ctx, file, call);
    }
}

/* --- signatures ------------------------------------------------------------------------------- */

/* Whether a COPY of the stage puts the file, or its folder, where it is installed from. */
static bool is_copied(const PackageCall *call, Str path)
{
    const DockerInstruction *run = call->instruction;
    for (size_t i = 0; i < run->stage->instructions.len; i++) {
        const DockerInstruction *copy = run->stage->instructions.ptr[i];
        if (copy == run) {
            break;
        }
        Str to = copy->kind == DOCKER_COPY && copy->words.len > 1 ? vec_last(&copy->words)->value
                                                                  : STR("");
        (void) str_strip_suffix(&to, STR("/"));
        if (to.len > 0 && (str_eq(to, path) || str_eq(to, path_dir(path)))) {
            return true;
        }
    }
    return false;
}

/* What was copied from where the image is built has no key of a repository. */
static bool installs_copies(const PackageCall *call)
{
    size_t copies = 0;
    vec_foreach(package, &call->packages) {
        copies += is_copied(call, (*package)->text);
    }
    return copies > 0 && copies == call->packages.len;
}

static void df054(RuleContext *ctx, const Dockerfile *file)
{
    static const struct {
        PackageManager manager;
        const char *flag;
    } flags[] = {
        { PACKAGE_APK, "--allow-untrusted" },
        { PACKAGE_YUM, "--nogpgcheck" },
        { PACKAGE_DNF, "--nogpgcheck" },
        { PACKAGE_DNF, "--no-gpgchecks" },
        { PACKAGE_ZYPPER, "--no-gpg-checks" },
        { PACKAGE_ZYPPER, "--allow-unsigned-rpm" },
        { PACKAGE_APT, "--allow-unauthenticated" },
        { PACKAGE_APT, "--force-yes" },
    };
    EACH_CALL(call, file)
    {
        for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
            const ShellWord *word = call->manager == flags[i].manager
                                        ? shell_command_flag(call->command, flags[i].flag)
                                        : NULL;
            if (word && !installs_copies(call)) {
                rule_find_span(ctx, word->span, "packages are installed whoever made them");
            }
        }
    }
}

static const AuditRule rules[] = {
    { .id = "DF038",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "apt-get install with recommended packages",
      .why = "They aren't needed to run: a larger image with more to patch.",
      .fix = "add --no-install-recommends, and name what turns out to be missing",
      .bad = "RUN apt-get update && apt-get install -y curl\n",
      .good = "RUN apt-get update && apt-get install -y --no-install-recommends curl\n",
      .peers = "HL:DL3015 DS029"
               " KI:7384dfb2-fcd1-4fbf-91cd-6c44c318c33c",
      .check_dockerfile = df038 },
    { .id = "DF039",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A package manager that asks",
      .why = "There is nobody to answer: the build ends there.",
      .fix = "add -y",
      .bad = "RUN apt-get update && apt-get install curl\n",
      .good = "RUN apt-get update && apt-get install -y curl\n",
      .peers = "HL:DL3014 HL:DL3030 HL:DL3034 HL:DL3038 DS021"
               " KI:77783205-c4ca-4f80-bb80-c777f267c547",
      .check_dockerfile = df039 },
    { .id = "DF040",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "apt's lists left in the layer",
      .why = "Some 20 MB in every image, of no use there and outdated soon.",
      .fix = "remove /var/lib/apt/lists/* in the same RUN, or mount a cache there",
      .bad = "RUN apt-get update && apt-get install -y curl\n",
      .good = "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
      .peers = "HL:DL3009"
               " KI:df746b39-6564-4fed-bf85-e9c44382303c",
      .check_dockerfile = df040 },
    { .id = "DF041",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "apt instead of apt-get",
      .why = "What apt prints and takes may change with any release; it warns about that itself.",
      .fix = "use apt-get, or apt-cache",
      .bad = "RUN apt install -y curl\n",
      .good = "RUN apt-get install -y curl\n",
      .peers = "HL:DL3027 CKV_DOCKER_9"
               " KI:b84a0b47-2e99-4c9f-8933-98bcabe2b94d",
      .check_dockerfile = df041 },
    { .id = "DF042",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "apt-get update in a layer of its own",
      .why =
          "The layer comes from the cache for months; a later install then asks for versions that "
          "are gone.",
      .fix = "write apt-get update && apt-get install in one RUN",
      .bad = "RUN apt-get update\nRUN apt-get install -y curl\n",
      .good = "RUN apt-get update && apt-get install -y curl\n",
      .peers = "DS017 CKV_DOCKER_5"
               " KI:9bae49be-0aa3-4de5-bab2-4c3a069e40cd",
      .check_dockerfile = df042 },
    { .id = "DF043",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "The system upgraded to another release in a build",
      .why = "The image is no longer what its base says, and another one with every build.",
      .fix = "take a newer base image",
      .bad = "RUN apt-get update && apt-get dist-upgrade -y\n",
      .good = "FROM debian:12.7\n",
      .peers = "HL:DL3035 DS024"
               " KI:682fe378-c180-4bd5-8a14-95fc285fb269",
      .check_dockerfile = df043 },
    { .id = "DF044",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .is_optional = true,
      .meaning = "A package of the system without its version",
      .why =
          "Two builds may differ. A version that is named is gone from the mirrors soon, though.",
      .fix =
          "name the version, or pin the base image by its digest and use a snapshot of the mirror",
      .bad = "RUN apk add --no-cache curl\n",
      .good = "RUN apk add --no-cache curl=~8.9\n",
      .peers = "HL:DL3008 HL:DL3018 HL:DL3033 HL:DL3037 HL:DL3041"
               " KI:965a08d7-ef86-4f14-8792-4a3b2098937e KI:d3499f6d-1651-41bb-a9a7-de925fea487b",
      .check_dockerfile = df044 },
    { .id = "DF048",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "apk add without --no-cache",
      .why = "The index of packages stays in the layer.",
      .fix = "add --no-cache, or mount a cache at /var/cache/apk",
      .bad = "RUN apk add curl\n",
      .good = "RUN apk add --no-cache curl\n",
      .peers = "HL:DL3019 DS025",
      .check_dockerfile = df048 },
    { .id = "DF050",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "The cache of yum, dnf, zypper or yarn left in the layer",
      .why = "Every package is in the image twice, and the index of all of them.",
      .fix = "clean up in the same RUN, or mount a cache there",
      .bad = "RUN dnf install -y curl\n",
      .good = "RUN dnf install -y curl && dnf clean all\n",
      .peers = "HL:DL3032 HL:DL3036 HL:DL3040 HL:DL3060 DS015 DS019 DS020 DS027"
               " KI:00481784-25aa-4a55-8633-3136dfcf4f37 KI:295acb63-9246-4b21-b441-7c1f1fb62dc0 "
               "KI:38300d1a-feb2-4a48-936a-d1ef1cd24313",
      .check_dockerfile = df050 },
    { .id = "DF054",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "Packages installed without looking at their signature",
      .why = "A mirror, or whoever stands on the way to it, can put any code into the image.",
      .fix = "import the key of the repository and check it",
      .bad = "RUN yum install -y --nogpgcheck tool\n",
      .good =
          "RUN rpm --import https://example.com/key.asc && yum install -y tool && yum clean all\n",
      .peers = "CKV2_DOCKER_7 CKV2_DOCKER_8 CKV2_DOCKER_9 CKV2_DOCKER_10 CKV2_DOCKER_11",
      .check_dockerfile = df054 },
};

const RuleFamily rules_dockerfile_packages = { rules, ARRAY_LEN(rules) };
