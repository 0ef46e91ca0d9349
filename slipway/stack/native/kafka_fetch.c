/* Kafka's files: fetched once by Maven into the cache, checked against pinned sums, and put in
 * place by a rename, so that a half-fetched set is never used. What Maven already has is not
 * fetched again, so an interrupted fetch goes on where it was. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/digest.h"

#include "stack/native/java_proxy.h"
#include "stack/native/kafka.h"
#include "stack/native/kafka_jars.h"

enum { FETCH_MS = 15 * 60 * 1000, JAR_MOST = 64 * 1024 * 1024 };

/* slf4j-simple: without a binding the broker logs nothing. */
static const char pom[] = "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n"
                          "  <modelVersion>4.0.0</modelVersion>\n"
                          "  <groupId>slipway</groupId>\n"
                          "  <artifactId>kafka-broker</artifactId>\n"
                          "  <version>1</version>\n"
                          "  <packaging>pom</packaging>\n"
                          "  <dependencies>\n"
                          "    <dependency>\n"
                          "      <groupId>org.apache.kafka</groupId>\n"
                          "      <artifactId>kafka_2.13</artifactId>\n"
                          "      <version>" KAFKA_VERSION "</version>\n"
                          "    </dependency>\n"
                          "    <dependency>\n"
                          "      <groupId>org.slf4j</groupId>\n"
                          "      <artifactId>slf4j-simple</artifactId>\n"
                          "      <version>1.7.36</version>\n"
                          "    </dependency>\n"
                          "  </dependencies>\n"
                          "</project>\n";

/* Worker thread: hashing 44 MB takes a while. */
typedef struct Verify {
    const char *directory;
    Error err;
    int rc;
} Verify;

static int verify_jar(const char *directory, const KafkaJar *jar, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    const char *path = arena_printf(arena, "%s/%s", directory, jar->name);
    Str bytes;
    int rc = fs_read(arena, path, JAR_MOST, &bytes, err);
    if (rc < 0) {
        return error_wrap(err, rc, "Maven did not bring %s", jar->name);
    }
    if (!str_eq_cstr(sha256_hex(arena, bytes), jar->sha256)) {
        return error_set(
            err, -EBADMSG, "%s is not what was pinned (SHA-256 differs); it is not used", jar->name
        );
    }
    chmod(path, 0644);
    return 0;
}

static void verify(void *arg)
{
    Verify *job = arg;
    for (size_t i = 0; i < ARRAY_LEN(kafka_jars) && job->rc == 0; i++) {
        job->rc = verify_jar(job->directory, &kafka_jars[i], &job->err);
    }
    auto_arena Arena *arena = arena_new(0);
    Str *names = NULL;
    size_t count = 0;
    if (job->rc == 0 && fs_list(arena, job->directory, &names, &count, NULL) == 0 &&
        count != ARRAY_LEN(kafka_jars)) {
        job->rc = error_set(&job->err, -EBADMSG, "Maven brought files that were not pinned");
    }
}

static void add_fixed(JavaWords *words, Arena *arena)
{
    static const char *const fixed[] = { "mvn", "--batch-mode", "--quiet", "-Dstyle.color=never" };
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        vec_push(words, arena, fixed[i]);
    }
}

static const char *either(const char *lower, const char *upper)
{
    const char *value = getenv(lower);
    value = value ? value : getenv(upper);
    return value ? value : "";
}

static void add_proxies(JavaWords *words, Arena *arena)
{
    java_add_proxy(words, arena, "https", str_from(either("https_proxy", "HTTPS_PROXY")));
    java_add_proxy(words, arena, "http", str_from(either("http_proxy", "HTTP_PROXY")));
    java_add_no_proxy(words, arena, str_from(either("no_proxy", "NO_PROXY")));
}

static int run_maven(NativeContext *ctx, const char *work, Error *err)
{
    Arena *arena = ctx->arena;
    const char *pom_path = arena_printf(arena, "%s/pom.xml", work);
    int rc = fs_write_atomic(pom_path, str_from(pom), 0644, err);
    if (rc < 0) {
        return rc;
    }
    JavaWords words = { 0 };
    add_fixed(&words, arena);
    add_proxies(&words, arena);
    vec_push(&words, arena, "--file");
    vec_push(&words, arena, pom_path);
    vec_push(&words, arena, "dependency:copy-dependencies");
    vec_push(&words, arena, "-DincludeScope=runtime");
    vec_push(&words, arena, arena_printf(arena, "-DoutputDirectory=%s/libs", work));
    vec_push(&words, arena, NULL);
    ToolRun run = { .argv = words.ptr, .directory = work, .timeout_ms = FETCH_MS };
    return tool_run(ctx, &run, NULL, err);
}

static int fetch(NativeContext *ctx, const char *final, Error *err)
{
    Arena *arena = ctx->arena;
    const char *work = arena_printf(arena, "%s.new.%d", final, (int) getpid());
    int rc = fs_remove_tree(work, err);
    if (rc == 0) {
        rc = fs_make_dirs(work, 0755, err);
    }
    if (rc < 0) {
        return rc;
    }
    ctx->progress(ctx->progress_arg, "fetching Kafka " KAFKA_VERSION " with Maven (44 MB, once)");
    rc = run_maven(ctx, work, err);
    if (rc == 0) {
        ctx->progress(ctx->progress_arg, "checking what Maven brought");
        Verify job = { .directory = arena_printf(arena, "%s/libs", work) };
        job_run(verify, &job);
        rc = job.rc < 0 ? error_set(err, job.rc, "%s", job.err.message) : 0;
    }
    if (rc == 0 && rename(work, final) < 0 && !fs_is_dir(final)) {
        rc = error_errno(err, -errno, "rename %s", work);
    }
    fs_remove_tree(work, NULL);
    return rc;
}

bool kafka_is_fetched(const NativeContext *ctx)
{
    return fs_is_dir(kafka_home(ctx->arena, ctx->place));
}

const char *kafka_home(Arena *arena, const Place *place)
{
    return arena_printf(arena, "%" STR_FMT "/kafka-" KAFKA_VERSION, STR_ARG(place->cache_dir));
}

int kafka_fetch(NativeContext *ctx, Error *err)
{
    if (kafka_is_fetched(ctx)) {
        return 0;
    }
    int rc = fs_make_dirs(str_to_cstr(ctx->arena, ctx->place->cache_dir), 0755, err);
    return rc < 0 ? rc : fetch(ctx, kafka_home(ctx->arena, ctx->place), err);
}
