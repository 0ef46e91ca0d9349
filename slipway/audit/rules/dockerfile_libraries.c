/* Packages of languages: pip, npm, gem, go. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"

#include "dockerfile_common.h"

static bool has_flag(const PackageCall *call, const char *flag)
{
    return shell_command_flag(call->command, flag) != NULL;
}

static bool is_path(Str package)
{
    return str_has_prefix(package, STR(".")) || str_has_prefix(package, STR("/")) ||
           str_has_prefix(package, STR("~")) || str_find(package, STR("://")) != STR_NONE ||
           str_has_prefix(package, STR("git+")) || str_has_suffix(package, STR(".whl")) ||
           str_has_suffix(package, STR(".tar.gz")) || str_has_suffix(package, STR(".tgz")) ||
           str_has_suffix(package, STR(".gem")) || str_has_prefix(package, STR("file:"));
}

static bool is_pip_pinned(Str package)
{
    return str_find(package, STR("==")) != STR_NONE || str_find(package, STR("~=")) != STR_NONE ||
           str_find(package, STR("@")) != STR_NONE || is_path(package);
}

/* name@version, @scope/name@version */
static bool is_npm_pinned(Str package)
{
    return str_has_char(str_skip(package, 1), '@') || is_path(package) ||
           (str_has_char(package, '/') && package.ptr[0] != '@');
}

static bool is_go_pinned(Str package)
{
    Str name, version;
    if (!str_cut(package, '@', &name, &version)) {
        return is_path(package) || !str_has_char(package, '.');
    }
    return !str_eq(version, STR("latest"));
}

static bool is_pinned(const PackageCall *call, Str package)
{
    switch (call->manager) {
    case PACKAGE_PIP:
        return is_pip_pinned(package);
    case PACKAGE_GEM:
        return str_has_char(package, ':') || is_path(package);
    case PACKAGE_GO:
        return is_go_pinned(package);
    default:
        return is_npm_pinned(package);
    }
}

/* Whether the call takes its versions from somewhere else. */
static bool is_listed_elsewhere(const PackageCall *call)
{
    switch (call->manager) {
    case PACKAGE_PIP:
        return has_flag(call, "-r") || has_flag(call, "--requirement") || has_flag(call, "-c") ||
               has_flag(call, "--constraint") || has_flag(call, "--no-index");
    case PACKAGE_GEM:
        return has_flag(call, "-v") || has_flag(call, "--version") || has_flag(call, "-g");
    default:
        return false;
    }
}

/* yarn global add x */
static bool is_yarn_global(const PackageCall *call)
{
    return call->manager == PACKAGE_YARN && package_verb_is(call, "global");
}

static void df045(RuleContext *ctx, const Dockerfile *file)
{
    vec_foreach(call, &file->calls) {
        bool installs =
            call->manager >= PACKAGE_PIP && (package_installs(call) || is_yarn_global(call));
        if (!installs || is_listed_elsewhere(call)) {
            continue;
        }
        for (size_t i = is_yarn_global(call) ? 1 : 0; i < call->packages.len; i++) {
            const ShellWord *package = call->packages.ptr[i];
            if (package->is_literal && package->text.len > 0 && !is_pinned(call, package->text)) {
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

/* --- npm ci ----------------------------------------------------------------------------------- */

static bool lies_beside(RuleContext *ctx, const Dockerfile *file, const char *name)
{
    Str folder = path_dir(file->source->path);
    Str beside = path_join(ctx->diags->arena, folder, str_from(name));
    Str above = path_join(ctx->diags->arena, file->context, str_from(name));
    return fs_is_file(beside.ptr) || fs_is_file(above.ptr);
}

static const Str lock_name = STR_INIT("package-lock.json");

/* Whether a lock file is there when `call` runs: copied by name, or with others it lies beside. */
static bool has_lock(RuleContext *ctx, const Dockerfile *file, const PackageCall *call)
{
    const DockerStage *stage = call->instruction->stage;
    for (size_t i = 0; stage && i < stage->instructions.len; i++) {
        const DockerInstruction *copy = stage->instructions.ptr[i];
        if (copy == call->instruction) {
            break;
        }
        for (size_t j = 0; copy->kind == DOCKER_COPY && j + 1 < copy->words.len; j++) {
            Str source = copy->words.ptr[j].value;
            size_t slash = str_rfind_char(source, '/');
            Str base = slash == STR_NONE ? source : str_skip(source, slash + 1);
            bool may_match = path_match(base, lock_name) || str_eq(source, STR(".")) ||
                             str_eq(source, STR("./"));
            if (str_eq(base, lock_name) || (may_match && lies_beside(ctx, file, lock_name.ptr))) {
                return true;
            }
        }
    }
    return false;
}

static void df046(RuleContext *ctx, const Dockerfile *file)
{
    vec_foreach(call, &file->calls) {
        if (call->manager == PACKAGE_NPM && package_verb_is(call, "install i") &&
            call->packages.len == 0 && !has_flag(call, "-g") && !has_flag(call, "--global") &&
            !has_flag(call, "--package-lock-only") && has_lock(ctx, file, call)) {
            Diag *diag = rule_find_span(
                ctx, call->verb->span, "there is a lock file, and this may change it"
            );
            rule_suggest(ctx, diag, call->verb->span, "ci");
        }
    }
}

/* --- pip's cache ------------------------------------------------------------------------------ */

static bool is_assigned(const ShellScript *script, const char *name)
{
    for (size_t i = 0; i < script->variables.len; i++) {
        if (str_eq_cstr(script->variables.ptr[i], name)) {
            return true;
        }
    }
    return false;
}

static void df049(RuleContext *ctx, const Dockerfile *file)
{
    vec_foreach(call, &file->calls) {
        const DockerInstruction *run = call->instruction;
        if (call->manager != PACKAGE_PIP || !package_verb_is(call, "install") ||
            has_flag(call, "--no-cache-dir") || has_flag(call, "--cache-dir") ||
            stage_sets(run->stage, "PIP_NO_CACHE_DIR") ||
            is_assigned(call->script, "PIP_NO_CACHE_DIR") || docker_flag(run, "mount") ||
            script_mentions(call->script, ".cache") ||
            script_mentions(call->script, "pip cache purge") || !is_in_final(file, run->stage)) {
            continue;
        }
        Diag *diag = rule_find_span(ctx, call->verb->span, "pip's cache stays in the layer");
        fix_behind(ctx, diag, call->verb->span, " --no-cache-dir");
    }
}

static const AuditRule rules[] = {
    { .id = "DF045",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A package of pip, npm, gem or go without its version",
      .why =
          "Two builds of one commit install different code, and a bad release goes straight into "
          "the image.",
      .fix = "name the version, or install from a file that does",
      .bad = "RUN pip install --no-cache-dir flask\n",
      .good = "RUN pip install --no-cache-dir flask==3.0.3\n",
      .peers = "HL:DL3013 HL:DL3016 HL:DL3028 HL:DL3062"
               " KI:22cd11f7-9c6c-4f6e-84c0-02058120b341 KI:e36d8880-3f78-4546-b9a1-12f0745ca0d5 "
               "KI:02d9c71f-3ee8-4986-9c27-1a20d0d19bfc",
      .check_dockerfile = df045 },
    { .id = "DF046",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "npm install where a lock file is",
      .why = "It may install other versions than those that were tested; npm ci takes the locked "
             "ones or "
             "fails.",
      .fix = "write npm ci",
      .bad = "COPY package.json package-lock.json ./\nRUN npm install\n",
      .good = "COPY package.json package-lock.json ./\nRUN npm ci\n",
      .check_dockerfile = df046 },
    { .id = "DF049",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "pip install without --no-cache-dir",
      .why = "Every wheel is in the image twice.",
      .fix = "add --no-cache-dir, set PIP_NO_CACHE_DIR, or mount a cache for it",
      .bad = "RUN pip install -r requirements.txt\n",
      .good = "RUN pip install --no-cache-dir -r requirements.txt\n",
      .peers = "HL:DL3042"
               " KI:f2f903fb-b977-461e-98d7-b3e2185c6118",
      .check_dockerfile = df049 },
};

const RuleFamily rules_dockerfile_libraries = { rules, ARRAY_LEN(rules) };
