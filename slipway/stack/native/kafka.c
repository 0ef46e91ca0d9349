/* Kafka: a real broker and controller in one JVM (KRaft), small. */
#include "stack/native/kafka.h"

#include <signal.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/path.h"
#include "base/random.h"
#include "base/text.h"

enum { FORMAT_MS = 60 * 1000, SETTLE_MS = 30 * 1000, RETRY_MS = 100 };

static int need_program(const NativeContext *ctx, const char *name, const char *package, Error *err)
{
    if (str_is_empty(fs_find_program(ctx->arena, name))) {
        return error_set(
            err, -ENOENT, "Kafka needs %s; on Debian: apt-get install %s", name, package
        );
    }
    return 0;
}

static int check(const NativeContext *ctx, Error *err)
{
    int rc = need_program(ctx, "java", "default-jre-headless", err);
    if (rc == 0 && !kafka_is_fetched(ctx)) {
        rc = need_program(ctx, "mvn", "maven", err);
    }
    return rc;
}

static Str describe(const NativeContext *ctx)
{
    return str_printf(
        ctx->arena,
        "Kafka " KAFKA_VERSION "%s (the catalog says %" STR_FMT ")",
        kafka_is_fetched(ctx) ? "" : ", fetched with Maven on the first start",
        STR_ARG(ctx->node->resource->version)
    );
}

typedef struct Broker {
    NativeContext *ctx;
    const char *base; /* its directory */
    const char *data, *config;
    const char *user;
    const char *const *envp;
} Broker;

static int write_config(const Broker *broker, Error *err)
{
    NativeContext *ctx = broker->ctx;
    int port = (int) native_port(ctx, 0), controller = (int) native_port(ctx, 1);
    controller = controller ? controller : port + 1;
    StrBuf text = STRBUF_ON_ARENA(ctx->arena);
    strbuf_addf(
        &text,
        "process.roles=broker,controller\n"
        "node.id=1\n"
        "controller.quorum.voters=1@127.0.0.1:%d\n"
        "listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d\n"
        "advertised.listeners=PLAINTEXT://127.0.0.1:%d\n"
        "controller.listener.names=CONTROLLER\n"
        "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT\n"
        "log.dirs=%s\n",
        controller,
        port,
        controller,
        port,
        broker->data
    );
    /* One broker: internal topics have one replica, and a group needn't wait for more members. */
    strbuf_add_cstr(
        &text,
        "offsets.topic.replication.factor=1\n"
        "offsets.topic.num.partitions=8\n"
        "transaction.state.log.replication.factor=1\n"
        "transaction.state.log.min.isr=1\n"
        "share.coordinator.state.topic.replication.factor=1\n"
        "share.coordinator.state.topic.min.isr=1\n"
        "group.initial.rebalance.delay.ms=0\n"
        "auto.create.topics.enable=false\n"
        "num.partitions=6\n"
        "log.retention.hours=168\n"
        "log.segment.bytes=67108864\n"
    );
    return place_write_owned(
        ctx->place, str_from(broker->config), strbuf_str(&text), str_from(broker->user), err
    );
}

static const char *class_path(const Broker *broker)
{
    return arena_printf(
        broker->ctx->arena, "%s/libs/*", kafka_home(broker->ctx->arena, broker->ctx->place)
    );
}

static const char *make_cluster_id(Arena *arena)
{
    uint8_t bytes[16];
    StrBuf text = STRBUF_ON_ARENA(arena);
    random_bytes(bytes, sizeof bytes);
    base64_add(&text, bytes, sizeof bytes, BASE64_URL);
    /* A leading '-' would read as a flag. */
    text.ptr[0] = text.ptr[0] == '-' ? 'A' : text.ptr[0];
    return text.ptr;
}

static int format(const Broker *broker, Error *err)
{
    NativeContext *ctx = broker->ctx;
    if (fs_exists(arena_printf(ctx->arena, "%s/meta.properties", broker->data))) {
        return 0;
    }
    int rc = fs_remove_tree(broker->data, err);
    if (rc < 0) {
        return rc;
    }
    ctx->progress(ctx->progress_arg, "formatting the broker's storage");
    const char *argv[] = { "java",
                           "-XX:+UseSerialGC",
                           "-XX:TieredStopAtLevel=1",
                           "-cp",
                           class_path(broker),
                           "kafka.tools.StorageTool",
                           "format",
                           "-t",
                           make_cluster_id(ctx->arena),
                           "-c",
                           broker->config,
                           NULL };
    ToolRun run = { .argv = argv,
                    .envp = broker->envp,
                    .directory = "/",
                    .user = broker->user,
                    .timeout_ms = FORMAT_MS };
    return tool_run(ctx, &run, NULL, err);
}

static int prepare(NativeContext *ctx, NativeCommand *ret_command, Error *err)
{
    Arena *arena = ctx->arena;
    Str base = place_data_of(arena, ctx->place, ctx->node->name);
    Str account = place_account(arena, ctx->place, "kafka");
    Broker broker = {
        .ctx = ctx,
        .base = str_to_cstr(arena, base),
        .data = str_to_cstr(arena, path_join(arena, base, STR("data"))),
        .config = str_to_cstr(arena, path_join(arena, base, STR("server.properties"))),
        .user = account.len ? str_to_cstr(arena, account) : NULL,
        .envp = native_server_env(ctx, str_to_cstr(arena, base)),
    };
    int rc = check(ctx, err);
    rc = rc < 0 ? rc : kafka_fetch(ctx, err);
    rc = rc < 0 ? rc : place_make_owned(ctx->place, base, account, err);
    rc = rc < 0 ? rc : write_config(&broker, err);
    rc = rc < 0 ? rc : format(&broker, err);
    if (rc < 0) {
        return rc;
    }
    const char *words[] = { "java",
                            "-Xms64m",
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                            "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
                            "-cp",
                            class_path(&broker),
                            "kafka.Kafka",
                            broker.config,
                            NULL };
    *ret_command = (NativeCommand) { .argv = arena_memdup(arena, words, sizeof words),
                                     .envp = broker.envp,
                                     .directory = broker.base,
                                     .user = broker.user,
                                     .stop_signal = SIGTERM,
                                     .stop_leader_only = true,
                                     .version = STR(KAFKA_VERSION) };
    return 0;
}

/* The broker answers before it may make topics; that is tried until it works. */
static int settle(NativeContext *ctx, Error *err)
{
    DecodeStrings topics = catalog_topics(ctx->env->plan->catalog, ctx->arena);
    Deadline deadline = deadline_in_ms(SETTLE_MS);
    ctx->progress(ctx->progress_arg, "making %d topics", (int) topics.len);
    for (;;) {
        Error last = ERROR_INIT;
        int rc = kafka_make_topics(ctx->loop, native_port(ctx, 0), &topics, deadline, &last);
        if (rc == 0) {
            return 0;
        }
        bool is_final = rc == -EINVAL || rc == -ECANCELED || deadline_left_ms(deadline) == 0;
        if (is_final || fiber_sleep_ms(RETRY_MS) < 0) {
            return error_set(err, rc, "%s", last.message);
        }
    }
}

static void probe(const NativeContext *ctx, ProbeSpec *ret_spec)
{
    *ret_spec =
        (ProbeSpec) { .kind = PROBE_KAFKA, .host = "127.0.0.1", .port = native_port(ctx, 0) };
}

const NativeDriver native_kafka = {
    .check = check, .describe = describe, .prepare = prepare, .settle = settle, .probe = probe
};
