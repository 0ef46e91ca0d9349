/* Postgres: the machine's binaries, the newest that the catalog's version allows. A data directory
 * is made once beside its final place and renamed, so that half of one is never taken for whole. */
#include <signal.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/path.h"
#include "codec/digest.h"

#include "stack/native/driver.h"

#define DEBIAN_ROOT "/usr/lib/postgresql"

enum { INITDB_MS = 120 * 1000, SINGLE_MS = 60 * 1000, SOCKET_PATH_MOST = 80, NOTE_MOST = 65536 };

typedef struct Binaries {
    const char *initdb, *postgres;
    int64_t major;
} Binaries;

static int64_t wanted_major(const Resource *resource)
{
    Str major, rest;
    int64_t value = 0;
    if (!str_cut(resource->version, '.', &major, &rest)) {
        major = resource->version;
    }
    return str_to_int64(major, &value) ? value : 0;
}

/* The nearest not above what is wanted, else the nearest above. */
static bool is_nearer(int64_t candidate, int64_t best, int64_t wanted)
{
    if (best == 0 || wanted == 0) {
        return candidate > best;
    }
    bool fits = candidate <= wanted, best_fits = best <= wanted;
    if (fits != best_fits) {
        return fits;
    }
    return fits ? candidate > best : candidate < best;
}

static bool take_directory(Arena *arena, const char *directory, int64_t major, Binaries *into)
{
    Binaries found = { .initdb = arena_printf(arena, "%s/initdb", directory),
                       .postgres = arena_printf(arena, "%s/postgres", directory),
                       .major = major };
    if (!fs_is_executable(found.initdb) || !fs_is_executable(found.postgres)) {
        return false;
    }
    *into = found;
    return true;
}

static int find_binaries(const NativeContext *ctx, Binaries *ret, Error *err)
{
    Arena *arena = ctx->arena;
    int64_t wanted = wanted_major(ctx->node->resource);
    Str *names = NULL;
    size_t count = 0;
    *ret = (Binaries) { 0 };
    fs_list(arena, DEBIAN_ROOT, &names, &count, NULL);
    for (size_t i = 0; i < count; i++) {
        int64_t major = 0;
        if (str_to_int64(names[i], &major) && is_nearer(major, ret->major, wanted)) {
            take_directory(
                arena, arena_printf(arena, DEBIAN_ROOT "/%d/bin", (int) major), major, ret
            );
        }
    }
    Str initdb = fs_find_program(arena, "initdb");
    if (!ret->initdb && initdb.len > 0) {
        take_directory(arena, str_to_cstr(arena, path_dir(initdb)), 0, ret);
    }
    if (ret->initdb) {
        return 0;
    }
    return error_set(
        err,
        -ENOENT,
        "no Postgres server on this machine (initdb and postgres in " DEBIAN_ROOT
        "/*/bin or PATH); on Debian: apt-get install postgresql"
    );
}

static int check(const NativeContext *ctx, Error *err)
{
    Binaries binaries;
    return find_binaries(ctx, &binaries, err);
}

static Str describe(const NativeContext *ctx)
{
    Binaries binaries;
    if (find_binaries(ctx, &binaries, NULL) < 0) {
        return STR("");
    }
    return str_printf(
        ctx->arena,
        "Postgres %d, %s (the catalog says %" STR_FMT ")",
        (int) binaries.major,
        binaries.postgres,
        STR_ARG(ctx->node->resource->version)
    );
}

typedef struct Cluster {
    NativeContext *ctx;
    Binaries binaries;
    const char *data; /* directory of the cluster */
    const char *user; /* account, or NULL */
    const char *role; /* superuser of the cluster */
    const char *const *envp;
} Cluster;

static int init_cluster(Cluster *cluster, Error *err)
{
    NativeContext *ctx = cluster->ctx;
    Arena *arena = ctx->arena;
    const char *beside = arena_printf(arena, "%s.new", cluster->data);
    Str password = { 0 };
    int rc = fs_remove_tree(beside, err);
    if (rc == 0) {
        rc = place_secret(arena, ctx->place, STR("postgres_password"), &password, err);
    }
    if (rc < 0) {
        return rc;
    }
    const char *password_file = arena_printf(arena, "%s.password", cluster->data);
    rc = place_write_owned(
        ctx->place,
        str_from(password_file),
        str_concat(arena, password, STR("\n")),
        str_from(cluster->user),
        err
    );
    if (rc < 0) {
        return rc;
    }
    ctx->progress(ctx->progress_arg, "initdb (Postgres %d)", (int) cluster->binaries.major);
    const char *argv[] = {
        cluster->binaries.initdb,
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--auth=scram-sha-256",
        "-U",
        cluster->role,
        arena_printf(arena, "--pwfile=%s", password_file),
        "-D",
        beside,
        NULL,
    };
    ToolRun run = { .argv = argv,
                    .envp = cluster->envp,
                    .directory = "/",
                    .user = cluster->user,
                    .timeout_ms = INITDB_MS };
    rc = tool_run(ctx, &run, NULL, err);
    unlink(password_file);
    if (rc == 0 && rename(beside, cluster->data) < 0) {
        rc = error_errno(err, -errno, "rename %s", beside);
    }
    return rc;
}

static void add_identifier(StrBuf *out, Str name)
{
    strbuf_add_char(out, '"');
    strbuf_add(out, str_replace(out->arena, name, STR("\""), STR("\"\"")));
    strbuf_add_char(out, '"');
}

static bool has_line(Str text, Str wanted)
{
    Str line;
    while (str_next_line(&text, &line)) {
        if (str_eq(line, wanted)) {
            return true;
        }
    }
    return false;
}

/* What slipway keeps beside the cluster's files: "slipway.databases", "slipway.password". */
static int read_note(const Cluster *cluster, const char *name, Str *ret_text, Error *err)
{
    const char *path = arena_printf(cluster->ctx->arena, "%s/slipway.%s", cluster->data, name);
    *ret_text = STR("");
    return fs_exists(path) ? fs_read(cluster->ctx->arena, path, NOTE_MOST, ret_text, err) : 0;
}

static int write_note(const Cluster *cluster, const char *name, Str text, Error *err)
{
    const char *path = arena_printf(cluster->ctx->arena, "%s/slipway.%s", cluster->data, name);
    return fs_write_atomic(path, text, 0600, err);
}

/* Statements, one a line, in single-user mode: before the server runs, so no client is needed. */
static int run_statements(Cluster *cluster, const StrBuf *statements, Error *err)
{
    const char *argv[] = {
        cluster->binaries.postgres, "--single", "-D", cluster->data, "postgres", NULL
    };
    ToolRun run = { .argv = argv,
                    .envp = cluster->envp,
                    .directory = "/",
                    .user = cluster->user,
                    .input = strbuf_str(statements),
                    .timeout_ms = SINGLE_MS };
    return tool_run(cluster->ctx, &run, NULL, err);
}

/* The data may be older than the secret: another checkout made it, or .slipway was deleted. The
 * secret wins. A digest says which one the cluster knows. */
static int add_password(Cluster *cluster, StrBuf *statements, Str *ret_digest, Error *err)
{
    NativeContext *ctx = cluster->ctx;
    Str password, known;
    int rc = place_secret(ctx->arena, ctx->place, STR("postgres_password"), &password, err);
    rc = rc < 0 ? rc : read_note(cluster, "password", &known, err);
    if (rc < 0) {
        return rc;
    }
    *ret_digest = sha256_hex(ctx->arena, password);
    if (!str_eq(str_trim_end(known), *ret_digest)) {
        strbuf_add_cstr(statements, "ALTER ROLE ");
        add_identifier(statements, str_from(cluster->role));
        strbuf_add_cstr(statements, " PASSWORD '");
        strbuf_add(statements, str_replace(ctx->arena, password, STR("'"), STR("''")));
        strbuf_add_cstr(statements, "'\n");
    }
    return 0;
}

/* Which databases were made stands in a note: one that somebody dropped is not made again. */
static int add_databases(Cluster *cluster, StrBuf *statements, StrBuf *list, Error *err)
{
    const DecodeStrings *names = &cluster->ctx->node->resource->databases;
    Str made;
    int rc = read_note(cluster, "databases", &made, err);
    strbuf_add(list, made);
    for (size_t i = 0; rc == 0 && i < names->len; i++) {
        if (!has_line(made, names->ptr[i])) {
            strbuf_add_cstr(statements, "CREATE DATABASE ");
            add_identifier(statements, names->ptr[i]);
            strbuf_add_cstr(statements, "\n");
            strbuf_addf(list, "%" STR_FMT "\n", STR_ARG(names->ptr[i]));
        }
    }
    return rc;
}

static int bring_up_to_date(Cluster *cluster, Error *err)
{
    NativeContext *ctx = cluster->ctx;
    StrBuf statements = STRBUF_ON_ARENA(ctx->arena), list = STRBUF_ON_ARENA(ctx->arena);
    Str digest;
    int rc = add_password(cluster, &statements, &digest, err);
    rc = rc < 0 ? rc : add_databases(cluster, &statements, &list, err);
    if (rc < 0 || statements.len == 0) {
        return rc;
    }
    ctx->progress(ctx->progress_arg, "making databases");
    rc = run_statements(cluster, &statements, err);
    rc = rc < 0 ? rc : write_note(cluster, "databases", strbuf_str(&list), err);
    return rc < 0 ? rc : write_note(cluster, "password", digest, err);
}

/* A data directory belongs to one major version. */
static int check_version(const Cluster *cluster, Error *err)
{
    Arena *arena = cluster->ctx->arena;
    const char *path = arena_printf(arena, "%s/PG_VERSION", cluster->data);
    Str text;
    int rc = fs_read(arena, path, 64, &text, err);
    int64_t major = 0;
    if (rc < 0 || !str_to_int64(str_trim(text), &major) || cluster->binaries.major == 0 ||
        major == cluster->binaries.major) {
        return rc;
    }
    return error_set(
        err,
        -ENOTSUP,
        "%s was made by Postgres %d, this machine has %d; move it away or run `slipway down "
        "--volumes`",
        cluster->data,
        (int) major,
        (int) cluster->binaries.major
    );
}

static int prepare_cluster(Cluster *cluster, Error *err)
{
    NativeContext *ctx = cluster->ctx;
    Arena *arena = ctx->arena;
    Str base = place_data_of(arena, ctx->place, ctx->node->name);
    Str account = place_account(arena, ctx->place, "postgres");
    cluster->user = account.len ? str_to_cstr(arena, account) : NULL;
    cluster->data = str_to_cstr(arena, path_join(arena, base, STR("cluster")));
    cluster->envp = native_server_env(ctx, str_to_cstr(arena, base));
    cluster->role = str_to_cstr(arena, ctx->node->resource->user);
    int rc = find_binaries(ctx, &cluster->binaries, err);
    if (rc == 0) {
        rc = place_make_owned(ctx->place, base, account, err);
    }
    if (rc == 0 && !fs_is_dir(cluster->data)) {
        rc = init_cluster(cluster, err);
    }
    if (rc == 0) {
        rc = check_version(cluster, err);
    }
    return rc < 0 ? rc : bring_up_to_date(cluster, err);
}

static int prepare(NativeContext *ctx, NativeCommand *ret_command, Error *err)
{
    Cluster cluster = { .ctx = ctx };
    int rc = prepare_cluster(&cluster, err);
    if (rc < 0) {
        return rc;
    }
    Arena *arena = ctx->arena;
    Str base = place_data_of(arena, ctx->place, ctx->node->name);
    /* A socket's path has a bound; a deep data directory does without one. */
    const char *socket_dir = base.len <= SOCKET_PATH_MOST ? str_to_cstr(arena, base) : "";
    const char **argv = ARENA_ARRAY(arena, const char *, 16);
    size_t n = 0;
    argv[n++] = cluster.binaries.postgres;
    argv[n++] = "-D";
    argv[n++] = cluster.data;
    argv[n++] = "-c";
    argv[n++] = "listen_addresses=127.0.0.1";
    argv[n++] = "-p";
    argv[n++] = arena_printf(arena, "%d", (int) native_port(ctx, 0));
    argv[n++] = "-k";
    argv[n++] = socket_dir;
    *ret_command = (NativeCommand) {
        .argv = argv,
        .envp = cluster.envp,
        .directory = "/",
        .user = cluster.user,
        .stop_signal = SIGINT, /* fast shutdown: clients are cut off, nothing is lost */
        .stop_leader_only = true,
        .version = cluster.binaries.major ? str_printf(arena, "%d", (int) cluster.binaries.major)
                                          : STR(""),
    };
    return 0;
}

static void probe(const NativeContext *ctx, ProbeSpec *ret_spec)
{
    *ret_spec = (ProbeSpec) { .kind = PROBE_POSTGRES,
                              .host = "127.0.0.1",
                              .port = native_port(ctx, 0),
                              .user = str_to_cstr(ctx->arena, ctx->node->resource->user) };
}

const NativeDriver native_postgres = {
    .check = check, .describe = describe, .prepare = prepare, .probe = probe
};
