/* Secrets that end up in the image, its history or the build's log. */
#include "base/mem.h"

#include "dockerfile_common.h"
#include "words.h"

/* Whether the name's last words are a secret's. What browsers get anyway isn't secret. */
static bool is_secret_name(Arena *arena, Str name)
{
    static const char *const endings[] = {
        "PASSWORD",  "PASSWD",     "PASSPHRASE",  "SECRET",     "TOKEN",          "APIKEY",
        "API_KEY",   "ACCESS_KEY", "PRIVATE_KEY", "SECRET_KEY", "AUTH_KEY",       "CREDENTIALS",
        "PASSWORDS", "SECRETS",    "DEPLOY_KEY",  "SSH_KEY",    "ENCRYPTION_KEY",
    };
    static const char *const open[] = { "PUBLIC", "VITE_", "REACT_APP_", "DUMMY", "EXAMPLE" };
    Str upper = str_replace(arena, str_upper(arena, name), STR("-"), STR("_"));
    for (size_t i = 0; i < ARRAY_LEN(open); i++) {
        if (str_find(upper, str_from(open[i])) != STR_NONE) {
            return false;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        Str rest = upper;
        if (str_strip_suffix(&rest, str_from(endings[i])) &&
            (rest.len == 0 || rest.ptr[rest.len - 1] == '_' || strlen(endings[i]) >= 6)) {
            return true;
        }
    }
    return false;
}

/* Empty, a switch, a number, or a place where the secret is. */
static bool is_secret_value(Str value)
{
    double number;
    return value.len > 0 && !str_eq_nocase(value, STR("true")) &&
           !str_eq_nocase(value, STR("false")) && !str_to_double(value, &number) &&
           value.ptr[0] != '/' && !str_has_prefix(value, STR("./"));
}

/* --- secret files ----------------------------------------------------------------------------- */

static bool is_secret_file(Str name)
{
    static const char *const names[] = {
        ".env",       "id_rsa",          "id_dsa",           "id_ecdsa",
        "id_ed25519", ".netrc",          ".git-credentials", "credentials.json",
        ".pypirc",    "kubeconfig",      ".htpasswd",        "service-account.json",
        ".env.local", ".env.production", ".pgpass",
    };
    static const char *const endings[] = { ".key", ".p12", ".pfx", "-key.pem", "_key.pem", ".jks" };
    (void) str_strip_suffix(&name, STR("/"));
    size_t slash = str_rfind_char(name, '/');
    Str base = slash == STR_NONE ? name : str_skip(name, slash + 1);
    if (str_has_suffix(name, STR(".aws/credentials")) ||
        str_has_suffix(name, STR(".docker/config.json")) ||
        str_has_suffix(name, STR(".kube/config"))) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq_cstr(base, names[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (str_has_suffix(base, str_from(endings[i])) && str_find(base, STR("pub")) == STR_NONE) {
            return true;
        }
    }
    return false;
}

/* Public keys of package repositories end in .key as well. */
static bool is_signing_key(Str source, Str destination)
{
    static const char *const marks[] = {
        "gpg", "apt", "keyring", "repo", "release", "sign", "rpm"
    };
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        Str mark = str_from(marks[i]);
        if (str_find(source, mark) != STR_NONE || str_find(destination, mark) != STR_NONE) {
            return str_has_suffix(source, STR(".key"));
        }
    }
    return false;
}

static void check_copied(RuleContext *ctx, const DockerInstruction *copy)
{
    if (docker_flag(copy, "from")) {
        return;
    }
    for (size_t i = 0; i + 1 < copy->words.len; i++) {
        const DockerWord *word = &copy->words.ptr[i];
        if (is_secret_file(word->value) &&
            !is_signing_key(word->value, vec_last(&copy->words)->value)) {
            Diag *diag = rule_find_span(
                ctx,
                word->span,
                "\"%" STR_FMT "\" holds secrets and goes into the image",
                STR_ARG(word->value)
            );
            rule_hint(ctx, diag, "mount it where it is needed: RUN --mount=type=secret");
        }
    }
}

static void check_pairs(RuleContext *ctx, const DockerInstruction *instruction)
{
    vec_foreach(pair, &instruction->pairs) {
        if (pair->has_value && is_secret_name(ctx->diags->arena, pair->key.value) &&
            is_secret_value(pair->value.value)) {
            rule_find_span(
                ctx,
                pair->span,
                "%" STR_FMT " stands in the image for everybody who can pull it",
                STR_ARG(pair->key.value)
            );
        }
    }
}

static void df020(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < file->instructions.len; i++) {
        const DockerInstruction *instruction = file->instructions.ptr[i];
        if (instruction->kind == DOCKER_ENV || instruction->kind == DOCKER_ARG) {
            check_pairs(ctx, instruction);
        } else if (instruction->kind == DOCKER_COPY || instruction->kind == DOCKER_ADD) {
            check_copied(ctx, instruction);
        }
    }
}

static void df022(RuleContext *ctx, const Dockerfile *file)
{
    for (const DockerInstruction *arg = NULL; (arg = docker_next(file, DOCKER_ARG, arg));) {
        vec_foreach(pair, &arg->pairs) {
            bool has_default = pair->has_value && is_secret_value(pair->value.value);
            if (!has_default && is_secret_name(ctx->diags->arena, pair->key.value) &&
                (!pair->has_value || pair->value.value.len == 0)) {
                rule_find_span(
                    ctx,
                    pair->span,
                    "%" STR_FMT " is given as a build argument and stays in the image's history",
                    STR_ARG(pair->key.value)
                );
            }
        }
    }
}

/* --- tokens by their form --------------------------------------------------------------------- */

typedef struct TokenForm {
    const char *prefix;
    size_t least; /* characters of its alphabet behind the prefix */
    const char *what;
} TokenForm;

static const TokenForm token_forms[] = {
    { "AKIA", 16, "an access key of AWS" },
    { "ghp_", 36, "a token of GitHub" },
    { "gho_", 36, "a token of GitHub" },
    { "ghs_", 36, "a token of GitHub" },
    { "github_pat_", 50, "a token of GitHub" },
    { "glpat-", 20, "a token of GitLab" },
    { "xoxb-", 24, "a token of Slack" },
    { "xoxp-", 24, "a token of Slack" },
    { "sk_live_", 24, "a key of Stripe" },
    { "AIza", 35, "a key of Google" },
    { "npm_", 36, "a token of npm" },
    { "pypi-AgEIcHlwaS5vcmc", 30, "a token of PyPI" },
    { "dckr_pat_", 20, "a token of Docker Hub" },
    { "-----BEGIN RSA PRIVATE KEY-----", 0, "a private key" },
    { "-----BEGIN PRIVATE KEY-----", 0, "a private key" },
    { "-----BEGIN EC PRIVATE KEY-----", 0, "a private key" },
    { "-----BEGIN OPENSSH PRIVATE KEY-----", 0, "a private key" },
};

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static size_t token_length(Str text, size_t at)
{
    size_t end = at;
    while (end < text.len && is_token_char(text.ptr[end])) {
        end++;
    }
    return end - at;
}

static void find_tokens(RuleContext *ctx, const Dockerfile *file, const TokenForm *form)
{
    Str text = file->source->text, prefix = str_from(form->prefix);
    for (size_t at = 0; at < text.len;) {
        size_t found = str_find(str_skip(text, at), prefix);
        if (found == STR_NONE) {
            return;
        }
        at += found;
        size_t behind = token_length(text, at + prefix.len);
        bool starts = at == 0 || !is_token_char(text.ptr[at - 1]);
        if (starts && behind >= form->least) {
            size_t end = at + prefix.len + (form->least > 0 ? behind : 0);
            rule_find_span(ctx, span_make(file->source, at, end), "this is %s", form->what);
        }
        at += prefix.len;
    }
}

static bool is_url_end(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '"' || c == '\'' || c == '\r';
}

/* scheme://user:password@host, the password written out */
static void find_url_passwords(RuleContext *ctx, const Dockerfile *file)
{
    Str text = file->source->text;
    for (size_t at = 0; at < text.len;) {
        size_t found = str_find(str_skip(text, at), STR("://"));
        if (found == STR_NONE) {
            return;
        }
        at += found;
        size_t end = at;
        while (end < text.len && !is_url_end(text.ptr[end])) {
            end++;
        }
        Str password = url_password(str_slice(text, at, end));
        if (password.len > 0 && !str_has_char(password, '$') && !str_has_char(password, '<')) {
            size_t start = (size_t) (password.ptr - text.ptr);
            rule_find_span(
                ctx,
                span_make(file->source, start, start + password.len),
                "a password stands in a URL"
            );
        }
        at += 3;
    }
}

static void df021(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < ARRAY_LEN(token_forms); i++) {
        find_tokens(ctx, file, &token_forms[i]);
    }
    find_url_passwords(ctx, file);
}

static const AuditRule rules[] = {
    { .id = "DF020",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A secret written into the image",
      .why = "ENV, ARG and copied files are in the image's layers and its history, and never leave "
             "them.",
      .fix = "give it at run time, or mount it while building: RUN --mount=type=secret",
      .bad = "ENV DB_PASSWORD=hunter2\nCOPY .env /app/\n",
      .good = "RUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci\n",
      .peers = "HL:DL3064 DS031"
               " KI:c3e1b6ae-d92c-44b3-8ed5-1f5442bab6a4",
      .check_dockerfile = df020 },
    { .id = "DF021",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A token, key or password in the file",
      .why = "Whoever can read the repository has it.",
      .fix = "revoke it, and mount a new one while building: RUN --mount=type=secret",
      .bad = "RUN git clone https://bot:hunter2@git.example.com/app.git\n",
      .good = "RUN --mount=type=ssh git clone git@git.example.com:app.git\n",
      .peers = "CKV_SECRET_6"
               " KI:c3e1b6ae-d92c-44b3-8ed5-1f5442bab6a4",
      .check_dockerfile = df021 },
    { .id = "DF022",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A secret given as a build argument",
      .why = "docker history shows it to everybody who can pull the image.",
      .fix = "mount it where it is used: RUN --mount=type=secret,id=…",
      .bad = "ARG NPM_TOKEN\nRUN npm ci\n",
      .good = "RUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci\n",
      .peers = "HL:DL3064 DS031",
      .check_dockerfile = df022 },
};

const RuleFamily rules_dockerfile_secrets = { rules, ARRAY_LEN(rules) };
