/* What is copied, from where to where. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"

#include "dockerfile_common.h"

typedef void (*CopyCheck)(RuleContext *ctx, const Dockerfile *file, const DockerInstruction *copy);

/* Each COPY and ADD with a source and a destination. */
static void each_copy(RuleContext *ctx, const Dockerfile *file, CopyCheck check)
{
    for (size_t i = 0; i < file->instructions.len; i++) {
        const DockerInstruction *copy = file->instructions.ptr[i];
        if ((copy->kind == DOCKER_COPY || copy->kind == DOCKER_ADD) && copy->stage &&
            copy->words.len > 0 && copy->words.len + copy->heredocs.len >= 2) {
            check(ctx, file, copy);
        }
    }
}

static const DockerWord *destination_of(const DockerInstruction *copy)
{
    return vec_last(&copy->words);
}

/* The whole of the build context. */
static bool is_context(const DockerInstruction *copy)
{
    for (size_t i = 0; i + 1 < copy->words.len && !docker_flag(copy, "from"); i++) {
        Str source = copy->words.ptr[i].value;
        if (str_eq(source, STR(".")) || str_eq(source, STR("./")) || str_eq(source, STR("/")) ||
            str_eq(source, STR("*")) || str_eq(source, STR("./*"))) {
            return true;
        }
    }
    return false;
}

static const DockerInstruction *first_context_copy(const Dockerfile *file)
{
    for (size_t i = 0; i < file->instructions.len; i++) {
        const DockerInstruction *copy = file->instructions.ptr[i];
        if ((copy->kind == DOCKER_COPY || copy->kind == DOCKER_ADD) && is_context(copy)) {
            return copy;
        }
    }
    return NULL;
}

/* A build may ask Git for its version. */
static void suggest_ignoring(RuleContext *ctx, Diag *diag, Source *ignore, const char *path)
{
    Str text = ignore->text;
    bool has_newline = text.len == 0 || str_has_suffix(text, STR("\n"));
    rule_suggest(
        ctx, diag, span_make(ignore, text.len, text.len), "%s%s\n", has_newline ? "" : "\n", path
    );
}

static void df023(RuleContext *ctx, const Dockerfile *file)
{
    static const char *const private[] = { ".git", ".env" };
    const DockerInstruction *copy = first_context_copy(file);
    if (!copy) {
        return;
    }
    if (!file->ignore) {
        rule_find_span(
            ctx, copy->span, "the whole context is copied, and there is no .dockerignore"
        );
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(private); i++) {
        Str path = path_join(ctx->diags->arena, file->context, str_from(private[i]));
        if (fs_exists(path.ptr) &&
            !dockerignore_leaves_out(file->ignore->text, str_from(private[i]))) {
            Diag *diag = rule_find_span(
                ctx,
                copy->span,
                "the whole context is copied, %s with it: .dockerignore doesn't name it",
                private[i]
            );
            suggest_ignoring(ctx, diag, file->ignore, private[i]);
        }
    }
}

/* --- ADD -------------------------------------------------------------------------------------- */

static bool is_url(Str source)
{
    return str_find(source, STR("://")) != STR_NONE || str_has_prefix(source, STR("git@"));
}

static bool is_archive(Str source)
{
    static const char *const endings[] = { ".tar",  ".tar.gz", ".tgz", ".tar.bz2", ".tbz",
                                           ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst",
                                           ".gz",   ".bz2",    ".xz",  ".tar.Z",   ".tar.lz" };
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (str_has_suffix(source, str_from(endings[i]))) {
            return true;
        }
    }
    return false;
}

static void check_add(RuleContext *ctx, const Dockerfile *file, const DockerInstruction *add)
{
    (void) file;
    bool is_plain = add->kind == DOCKER_ADD;
    for (size_t i = 0; i + 1 < add->words.len && is_plain; i++) {
        const DockerWord *word = &add->words.ptr[i];
        is_plain = word->is_known && !is_url(word->value) && !is_archive(word->value);
    }
    vec_foreach(flag, &add->flags) {
        is_plain =
            is_plain && (str_eq(flag->name, STR("chown")) || str_eq(flag->name, STR("chmod")) ||
                         str_eq(flag->name, STR("link")));
    }
    if (is_plain) {
        Diag *diag = rule_find_span(ctx, add->keyword, "ADD does no more than COPY here");
        rule_fix(ctx, diag, add->keyword, "COPY");
    }
}

static void df030(RuleContext *ctx, const Dockerfile *file)
{
    each_copy(ctx, file, check_add);
}

static void check_download(RuleContext *ctx, const Dockerfile *file, const DockerInstruction *add)
{
    (void) file;
    for (size_t i = 0; i + 1 < add->words.len && add->kind == DOCKER_ADD; i++) {
        const DockerWord *word = &add->words.ptr[i];
        Str path = str_slice(word->value, 0, str_find_char(word->value, '#'));
        bool is_web = str_has_prefix(path, STR("http://")) || str_has_prefix(path, STR("https://"));
        if (is_web && !str_has_suffix(path, STR(".git")) && !docker_flag(add, "checksum")) {
            rule_find_span(ctx, word->span, "what is downloaded isn't held against a checksum");
        }
    }
}

static void df031(RuleContext *ctx, const Dockerfile *file)
{
    each_copy(ctx, file, check_download);
}

/* --- destinations ----------------------------------------------------------------------------- */

static bool is_folder(Str path)
{
    return str_has_suffix(path, STR("/")) || str_has_suffix(path, STR("\\")) ||
           str_eq(path, STR(".")) || str_eq(path, STR("..")) || str_has_suffix(path, STR("/.")) ||
           str_has_suffix(path, STR("/.."));
}

static void check_folder(RuleContext *ctx, const Dockerfile *file, const DockerInstruction *copy)
{
    const DockerWord *to = destination_of(copy);
    if (copy->words.len - 1 + copy->heredocs.len < 2 || is_folder(to->value) || !to->is_known) {
        return;
    }
    Diag *diag = rule_find_span(
        ctx,
        to->span,
        "several files go to \"%" STR_FMT "\", which is no folder without a / behind",
        STR_ARG(to->value)
    );
    size_t end = copy->is_json ? to->span.end - 1 : to->span.end;
    rule_fix(ctx, diag, span_make(file->source, end, end), "/");
}

static void df032(RuleContext *ctx, const Dockerfile *file)
{
    each_copy(ctx, file, check_folder);
}

static bool is_absolute(Str path)
{
    bool is_drive = path.len > 1 && path.ptr[1] == ':';
    return path.len > 0 &&
           (path.ptr[0] == '/' || path.ptr[0] == '\\' || is_drive || path.ptr[0] == '$');
}

/* A WORKDIR before the instruction, or in a stage this one builds on; scratch begins at the root. */
static bool has_workdir(const DockerInstruction *before)
{
    const DockerStage *stage = before->stage;
    for (size_t i = 0; i < stage->instructions.len && stage->instructions.ptr[i] != before; i++) {
        if (stage->instructions.ptr[i]->kind == DOCKER_WORKDIR) {
            return true;
        }
    }
    return docker_stage_root(stage)->is_scratch ||
           docker_stage_last(stage->base, DOCKER_WORKDIR) != NULL;
}

static void check_relative(RuleContext *ctx, const Dockerfile *file, const DockerInstruction *copy)
{
    (void) file;
    const DockerWord *to = destination_of(copy);
    if (!is_absolute(to->value) && !has_workdir(copy) && !copy->is_onbuild) {
        rule_find_span(
            ctx,
            to->span,
            "where \"%" STR_FMT "\" is depends on the base image: no WORKDIR is set",
            STR_ARG(to->value)
        );
    }
}

static void df033(RuleContext *ctx, const Dockerfile *file)
{
    each_copy(ctx, file, check_relative);
}

static void df034(RuleContext *ctx, const Dockerfile *file)
{
    for (const DockerInstruction *workdir = NULL;
         (workdir = docker_next(file, DOCKER_WORKDIR, workdir));) {
        const DockerWord *word = workdir->words.len > 0 ? &workdir->words.ptr[0] : NULL;
        if (word && !is_absolute(word->value)) {
            rule_find_span(
                ctx,
                word->span,
                "\"%" STR_FMT "\" is below whatever WORKDIR was before",
                STR_ARG(word->value)
            );
        }
    }
}

static bool is_system_folder(Str path)
{
    static const char *const folders[] = { "/bin",   "/boot",    "/dev",      "/etc",    "/lib",
                                           "/lib32", "/lib64",   "/proc",     "/sbin",   "/sys",
                                           "/usr",   "/usr/bin", "/usr/sbin", "/usr/lib" };
    (void) str_strip_suffix(&path, STR("/"));
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        if (str_eq_cstr(path, folders[i])) {
            return true;
        }
    }
    return str_has_prefix(path, STR("/proc/")) || str_has_prefix(path, STR("/sys/")) ||
           str_has_prefix(path, STR("/dev/"));
}

static void df036(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < file->instructions.len; i++) {
        const DockerInstruction *instruction = file->instructions.ptr[i];
        bool is_volume = instruction->kind == DOCKER_VOLUME;
        if (!is_volume && instruction->kind != DOCKER_WORKDIR) {
            continue;
        }
        vec_foreach(word, &instruction->words) {
            bool is_root = is_volume && str_eq(word->value, STR("/"));
            if (is_root || is_system_folder(word->value)) {
                rule_find_span(
                    ctx, word->span, "\"%" STR_FMT "\" belongs to the system", STR_ARG(word->value)
                );
            }
        }
    }
}

/* --- lock files and the cache ----------------------------------------------------------------- */

static bool is_lock_glob(Str source)
{
    static const char *const locks[] = {
        "package-lock.json", "yarn.lock",    "pnpm-lock.yaml",      "poetry.lock",
        "Pipfile.lock",      "uv.lock",      "Cargo.lock",          "go.sum",
        "composer.lock",     "Gemfile.lock", "npm-shrinkwrap.json",
    };
    size_t slash = str_rfind_char(source, '/');
    Str base = slash == STR_NONE ? source : str_skip(source, slash + 1);
    if (!str_strip_suffix(&base, STR("*"))) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(locks); i++) {
        if (str_eq_cstr(base, locks[i])) {
            return true;
        }
    }
    return false;
}

/* Several of them at once are for whichever package manager is used. */
static void check_lock(RuleContext *ctx, const Dockerfile *file, const DockerInstruction *copy)
{
    const DockerWord *lock = NULL;
    size_t count = 0;
    for (size_t i = 0; i + 1 < copy->words.len; i++) {
        if (is_lock_glob(copy->words.ptr[i].value)) {
            lock = &copy->words.ptr[i];
            count++;
        }
    }
    if (count != 1) {
        return;
    }
    Diag *diag = rule_find_span(
        ctx,
        lock->span,
        "where \"%" STR_FMT "\" is missing, nothing is copied and nobody is told",
        STR_ARG(str_slice(lock->value, 0, lock->value.len - 1))
    );
    if (str_has_suffix(lock->raw, STR("*"))) {
        rule_suggest(
            ctx, diag, span_make(file->source, lock->span.end - 1, lock->span.end), "%s", ""
        );
    }
}

static void df047(RuleContext *ctx, const Dockerfile *file)
{
    each_copy(ctx, file, check_lock);
}

/* Commands that fetch what the manifest names. */
static bool fetches_dependencies(const PackageCall *call)
{
    switch (call->manager) {
    case PACKAGE_NPM:
        return call->packages.len == 0 && package_verb_is(call, "ci install i");
    case PACKAGE_YARN:
    case PACKAGE_PNPM:
        return !call->verb || (package_verb_is(call, "install") && call->packages.len == 0);
    case PACKAGE_PIP:
        return package_verb_is(call, "install") &&
               (shell_command_flag(call->command, "-r") ||
                shell_command_flag(call->command, "--requirement"));
    case PACKAGE_GO:
        return package_verb_is(call, "mod");
    default:
        return false;
    }
}

/* Whether the stage copies the whole context before the call, and nothing else before that. */
static const DockerInstruction *busting_copy(const PackageCall *call)
{
    const DockerStage *stage = call->instruction->stage;
    for (size_t i = 0; stage && i < stage->instructions.len; i++) {
        const DockerInstruction *part = stage->instructions.ptr[i];
        if (part == call->instruction) {
            return NULL;
        }
        if ((part->kind == DOCKER_COPY || part->kind == DOCKER_ADD) && !docker_flag(part, "from")) {
            return is_context(part) ? part : NULL;
        }
    }
    return NULL;
}

static bool mounts_anything(const DockerInstruction *run)
{
    return docker_flag(run, "mount") != NULL;
}

static void df068(RuleContext *ctx, const Dockerfile *file)
{
    const DockerInstruction *found = NULL;
    for (size_t i = 0; i < file->calls.len; i++) {
        const PackageCall *call = &file->calls.ptr[i];
        const DockerInstruction *copy =
            fetches_dependencies(call) && !mounts_anything(call->instruction) ? busting_copy(call)
                                                                              : NULL;
        if (copy && copy != found) {
            Diag *diag = rule_find_span(
                ctx, copy->span, "any change of any file fetches all dependencies again"
            );
            diag_relate(ctx->diags, diag, call->command->span, "they are fetched here");
            found = copy;
        }
    }
}

static const AuditRule rules[] = {
    { .id = "DF023",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .escalates = true,
      .meaning = "The whole context copied, with what isn't for the image",
      .why =
          "The repository's history, local settings and keys end up in a layer, and any change of "
          "them builds all anew.",
      .fix = "add a .dockerignore that names .git, .env and what is built locally",
      .bad = "COPY . .\n",
      .good = "COPY src/ src/\n",
      .check_dockerfile = df023 },
    { .id = "DF030",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "ADD where COPY would do",
      .why = "ADD unpacks archives and fetches URLs: what it does depends on the file's name and "
             "content.",
      .fix = "write COPY",
      .bad = "ADD app.py /app/\n",
      .good = "COPY app.py /app/\n",
      .peers = "HL:DL3020 DS005 CKV_DOCKER_4"
               " KI:9513a694-aa0d-41d8-be61-3271e056f36b",
      .check_dockerfile = df030 },
    { .id = "DF031",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "ADD of a URL without --checksum",
      .why = "Whoever controls the server, or the way to it, controls what is in the image.",
      .fix = "add --checksum=sha256:…",
      .bad = "ADD https://example.com/tool /usr/local/bin/tool\n",
      .good =
          "ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d "
          "https://example.com/tool /usr/local/bin/tool\n",
      .check_dockerfile = df031 },
    { .id = "DF032",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "Several files copied to what is no folder",
      .why = "The build fails.",
      .fix = "end the destination with a /",
      .bad = "COPY a b /app\n",
      .good = "COPY a b /app/\n",
      .peers = "HL:DL3021 DS011"
               " KI:6db6e0c2-32a3-4a2e-93b5-72c35f4119db",
      .check_dockerfile = df032 },
    { .id = "DF033",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "COPY to a relative place without a WORKDIR",
      .why = "The files land wherever the base image happens to be, today.",
      .fix = "set WORKDIR before, or write an absolute destination",
      .bad = "FROM debian:12.7\nCOPY app .\n",
      .good = "FROM debian:12.7\nWORKDIR /app\nCOPY app .\n",
      .peers = "HL:DL3045",
      .check_dockerfile = df033 },
    { .id = "DF034",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "A relative WORKDIR",
      .why = "Where it is depends on the WORKDIR before it, which may be the base image's.",
      .fix = "write an absolute path",
      .bad = "WORKDIR app\n",
      .good = "WORKDIR /app\n",
      .peers = "HL:DL3000 DS009 CKV_DOCKER_10"
               " KI:6b376af8-cfe8-49ab-a08d-f32de23661a4",
      .check_dockerfile = df034 },
    { .id = "DF036",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "WORKDIR or VOLUME on a folder of the system",
      .why = "What the application writes mixes with the system's files, or hides them.",
      .fix = "use a folder of the application's own",
      .bad = "WORKDIR /etc\nVOLUME /usr\n",
      .good = "WORKDIR /srv/app\nVOLUME /srv/app/data\n",
      .peers = "DS030",
      .check_dockerfile = df036 },
    { .id = "DF047",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A lock file copied with a pattern",
      .why = "Where it is missing the build goes on, with whatever versions are newest.",
      .fix = "name the file without a *",
      .bad = "COPY package.json package-lock.json* ./\n",
      .good = "COPY package.json package-lock.json ./\n",
      .check_dockerfile = df047 },
    { .id = "DF068",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "Sources copied before the dependencies are fetched",
      .why =
          "The layer with the dependencies is built anew at every change, and never comes from the "
          "cache.",
      .fix = "copy the manifest and the lock file, fetch, and copy the rest then",
      .bad = "COPY . .\nRUN npm ci\n",
      .good = "COPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\n",
      .check_dockerfile = df068 },
};

const RuleFamily rules_dockerfile_files = { rules, ARRAY_LEN(rules) };
