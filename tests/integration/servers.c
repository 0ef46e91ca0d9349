#include "servers.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { ARGS_MAX = 24, READY_MS = 60000, STOP_MS = 15000, PAUSE_MS = 20 };

typedef struct Kind {
    const char *name;
    void (*start)(TestServer *server); /* fills args */
    bool (*is_ready)(const TestServer *server);
    int stop_signal;
} Kind;

struct TestServer {
    const Kind *kind;
    int port, second_port;
    pid_t pid;
    char directory[64];
    char *jars; /* Kafka's class path */
    char *args[ARGS_MAX + 1];
    size_t arg_count;
};

static void add(TestServer *server, char *arg)
{
    if (server->arg_count == ARGS_MAX) {
        abort();
    }
    server->args[server->arg_count++] = arg;
}

static void clear_args(TestServer *server)
{
    while (server->arg_count > 0) {
        free(server->args[--server->arg_count]);
        server->args[server->arg_count] = NULL;
    }
}

static int socket_on(int port, bool should_connect)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t) port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    const struct sockaddr *generic = (const struct sockaddr *) &address;
    int rc =
        should_connect ? connect(fd, generic, sizeof address) : bind(fd, generic, sizeof address);
    if (rc < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Below the ports that the kernel gives to clients; programs that run side by side begin elsewhere. */
static int free_port(void)
{
    enum { FIRST = 10000, COUNT = 10000, EACH = 101 };
    static unsigned last;
    last = last ? last : (unsigned) getpid() * EACH;
    for (;;) {
        int port = FIRST + (int) (++last % COUNT);
        int fd = socket_on(port, false);
        if (fd >= 0) {
            close(fd);
            return port;
        }
    }
}

static void pause_a_little(void)
{
    poll(NULL, 0, PAUSE_MS);
}

/* Root gives up its rights for good. */
static void drop_rights(void)
{
    const struct passwd *user = geteuid() == 0 ? getpwnam("nobody") : NULL;
    if (user && (setgroups(0, NULL) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0)) {
        _exit(126);
    }
}

static void redirect_to_log(const TestServer *server)
{
    char path[96];
    snprintf(path, sizeof path, "%s/log", server->directory);
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
}

static pid_t launch(TestServer *server)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        drop_rights();
        prctl(PR_SET_PDEATHSIG, server->kind->stop_signal);
        if (getppid() != parent || chdir(server->directory) < 0) {
            _exit(126);
        }
        redirect_to_log(server);
        execv(server->args[0], server->args);
        _exit(127);
    }
    return pid;
}

/* Runs args to their end; true when they exit with 0. */
static bool run(TestServer *server)
{
    int status = -1;
    pid_t pid = launch(server);
    waitpid(pid, &status, 0);
    clear_args(server);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool start_and_wait(TestServer *server)
{
    Deadline until = deadline_in_ms(READY_MS);
    while (deadline_left_ms(until) > 0) {
        clear_args(server);
        server->kind->start(server);
        server->pid = launch(server);
        while (waitpid(server->pid, NULL, WNOHANG) == 0) {
            if (server->kind->is_ready(server)) {
                return true;
            }
            if (deadline_left_ms(until) == 0) {
                return false;
            }
            pause_a_little();
        }
        /* It ended: after a SIGKILL Postgres first sees its former children off. */
        server->pid = 0;
        pause_a_little();
    }
    return false;
}

static TestServer *server_new(const Kind *kind)
{
    TestServer *server = MEM_NEW(TestServer);
    server->kind = kind;
    server->port = free_port();
    snprintf(
        server->directory, sizeof server->directory, "/tmp/slipway-test-%s-XXXXXX", kind->name
    );
    if (!mkdtemp(server->directory)) {
        free(server);
        return NULL;
    }
    const struct passwd *user = geteuid() == 0 ? getpwnam("nobody") : NULL;
    if (user && chown(server->directory, user->pw_uid, user->pw_gid) < 0) {
        server_stop(server);
        return NULL;
    }
    return server;
}

static void write_file(const TestServer *server, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", server->directory, name);
    FILE *file = fopen(path, "we");
    fputs(text, file);
    fclose(file);
}

/* The end of what the server said, for whoever looks into a failure. */
static void show_log(const TestServer *server)
{
    char path[96], text[2048];
    snprintf(path, sizeof path, "%s/log", server->directory);
    FILE *log = fopen(path, "re");
    if (log) {
        fseek(log, -(long) sizeof text, SEEK_END);
        size_t size = fread(text, 1, sizeof text, log);
        fprintf(stderr, "# %s ended with:\n%.*s\n", server->kind->name, (int) size, text);
        fclose(log);
    }
}

static TestServer *started(TestServer *server, const char **ret_why_not)
{
    if (start_and_wait(server)) {
        return server;
    }
    *ret_why_not = "the server did not become ready";
    show_log(server);
    server_stop(server);
    return NULL;
}

/* Postgres */

static char *postgres_program(const char *name)
{
    glob_t found = { 0 };
    char *path = NULL;
    if (glob("/usr/lib/postgresql/*/bin/postgres", 0, NULL, &found) == 0) {
        char *last = found.gl_pathv[found.gl_pathc - 1];
        *strrchr(last, '/') = '\0';
        path = mem_printf("%s/%s", last, name);
    }
    globfree(&found);
    return path;
}

static void postgres_start(TestServer *server)
{
    static const char *const settings[] = {
        "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off",
        "max_connections=60",         "shared_buffers=16MB",      "autovacuum=off",
    };
    add(server, postgres_program("postgres"));
    add(server, mem_strdup("-D"));
    add(server, mem_printf("%s/data", server->directory));
    add(server, mem_strdup("-p"));
    add(server, mem_printf("%d", server->port));
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        add(server, mem_strdup("-c"));
        add(server, mem_strdup(settings[i]));
    }
}

static bool postgres_is_ready(const TestServer *server)
{
    char text[128];
    snprintf(text, sizeof text, "host=127.0.0.1 port=%d user=x dbname=postgres", server->port);
    return PQping(text) == PQPING_OK;
}

static const Kind postgres = { "postgres", postgres_start, postgres_is_ready, SIGQUIT };

TestServer *server_start_postgres(const char **ret_why_not)
{
    char *initdb = postgres_program("initdb");
    if (!initdb) {
        *ret_why_not = "needs Postgres (Debian: postgresql)";
        return NULL;
    }
    TestServer *server = server_new(&postgres);
    write_file(server, "password", SERVER_PASSWORD "\n");
    add(server, initdb);
    add(server, mem_printf("--pgdata=%s/data", server->directory));
    add(server, mem_strdup("--username=" SERVER_USER));
    add(server, mem_printf("--pwfile=%s/password", server->directory));
    add(server, mem_strdup("--auth=scram-sha-256"));
    add(server, mem_strdup("--encoding=UTF8"));
    add(server, mem_strdup("--locale=C"));
    add(server, mem_strdup("--no-sync"));
    if (!run(server)) {
        *ret_why_not = "initdb failed";
        server_stop(server);
        return NULL;
    }
    return started(server, ret_why_not);
}

/* Redis */

static void redis_start(TestServer *server)
{
    add(server, mem_strdup("/usr/bin/redis-server"));
    add(server, mem_strdup("--port"));
    add(server, mem_printf("%d", server->port));
    add(server, mem_strdup("--bind"));
    add(server, mem_strdup("127.0.0.1"));
    add(server, mem_strdup("--dir"));
    add(server, mem_strdup(server->directory));
    add(server, mem_strdup("--appendonly"));
    add(server, mem_strdup("yes"));
}

static bool redis_is_ready(const TestServer *server)
{
    char answer[8] = "";
    int fd = socket_on(server->port, true);
    if (fd < 0) {
        return false;
    }
    bool is_ready = write(fd, "PING\r\n", 6) == 6 && read(fd, answer, sizeof answer) >= 5 &&
                    memcmp(answer, "+PONG", 5) == 0;
    close(fd);
    return is_ready;
}

static const Kind redis = { "redis", redis_start, redis_is_ready, SIGTERM };

TestServer *server_start_redis(const char **ret_why_not)
{
    if (access("/usr/bin/redis-server", X_OK) < 0) {
        *ret_why_not = "needs Redis (Debian: redis-server)";
        return NULL;
    }
    return started(server_new(&redis), ret_why_not);
}

/* Kafka */

static char *kafka_jars(void)
{
    const char *given = getenv("SLIPWAY_TEST_KAFKA");
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    char *patterns[] = {
        given ? mem_printf("%s", given) : mem_strdup("/nonexistent"),
        cache ? mem_printf("%s/slipway/kafka-*", cache)
              : mem_printf("%s/.cache/slipway/kafka-*", home ? home : ""),
        mem_strdup("/var/cache/slipway/kafka-*"),
    };
    char *jars = NULL;
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        static const char *const folders[] = { "libs", "." };
        for (size_t j = 0; j < ARRAY_LEN(folders) && !jars; j++) {
            char *pattern = mem_printf("%s/%s/kafka_2.13-*.jar", patterns[i], folders[j]);
            glob_t found = { 0 };
            if (glob(pattern, 0, NULL, &found) == 0) {
                char *last = found.gl_pathv[found.gl_pathc - 1];
                *strrchr(last, '/') = '\0';
                jars = mem_printf("%s/*", last);
            }
            globfree(&found);
            free(pattern);
        }
        free(patterns[i]);
    }
    return jars;
}

static void kafka_java(TestServer *server, const char *main_class)
{
    add(server, mem_strdup("/usr/bin/java"));
    add(server, mem_strdup("-Xms64m"));
    add(server, mem_strdup("-Xmx256m"));
    add(server, mem_strdup("-XX:+UseSerialGC"));
    add(server, mem_strdup("-XX:TieredStopAtLevel=1"));
    add(server, mem_strdup("-cp"));
    add(server, mem_strdup(server->jars));
    add(server, mem_strdup(main_class));
}

static void kafka_start(TestServer *server)
{
    kafka_java(server, "kafka.Kafka");
    add(server, mem_printf("%s/server.properties", server->directory));
}

/* An ApiVersions request of version 0 is answered once requests are processed. */
static bool kafka_is_ready(const TestServer *server)
{
    static const uint8_t request[] = { 0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF };
    const struct timeval patience = { .tv_sec = 1 };
    char answer[8];
    int fd = socket_on(server->port, true);
    if (fd < 0) {
        return false;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    bool is_ready = write(fd, request, sizeof request) == (ssize_t) sizeof request &&
                    read(fd, answer, sizeof answer) == (ssize_t) sizeof answer;
    close(fd);
    return is_ready;
}

static const Kind kafka = { "kafka", kafka_start, kafka_is_ready, SIGKILL };

static void kafka_write_properties(const TestServer *server)
{
    char *text = mem_printf(
        "process.roles=broker,controller\nnode.id=1\n"
        "controller.quorum.voters=1@127.0.0.1:%d\ncontroller.listener.names=CONTROLLER\n"
        "listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d\n"
        "advertised.listeners=PLAINTEXT://127.0.0.1:%d\n"
        "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT\n"
        "log.dirs=%s/data\nauto.create.topics.enable=false\noffsets.topic.num.partitions=1\n"
        "offsets.topic.replication.factor=1\ntransaction.state.log.replication.factor=1\n"
        "transaction.state.log.min.isr=1\ngroup.initial.rebalance.delay.ms=0\n",
        server->second_port,
        server->port,
        server->second_port,
        server->port,
        server->directory
    );
    write_file(server, "server.properties", text);
    free(text);
}

TestServer *server_start_kafka(const char **ret_why_not)
{
    char *jars = kafka_jars();
    if (!jars || access("/usr/bin/java", X_OK) < 0) {
        *ret_why_not = "needs Java and Kafka's jars in the cache (slipway fetches them)";
        free(jars);
        return NULL;
    }
    TestServer *server = server_new(&kafka);
    server->jars = jars;
    server->second_port = free_port();
    kafka_write_properties(server);
    kafka_java(server, "kafka.tools.StorageTool");
    add(server, mem_strdup("format"));
    add(server, mem_strdup("-t"));
    add(server, mem_strdup("MkU3OEVBNTcwNTJENDM2Qg"));
    add(server, mem_strdup("-c"));
    add(server, mem_printf("%s/server.properties", server->directory));
    if (!run(server)) {
        *ret_why_not = "formatting Kafka's storage failed";
        server_stop(server);
        return NULL;
    }
    return started(server, ret_why_not);
}

bool server_configure_topic(TestServer *server, const char *topic, const char *config)
{
    clear_args(server);
    kafka_java(server, "kafka.admin.ConfigCommand");
    add(server, mem_strdup("--bootstrap-server"));
    add(server, mem_printf("127.0.0.1:%d", server->port));
    add(server, mem_strdup("--entity-type"));
    add(server, mem_strdup("topics"));
    add(server, mem_strdup("--entity-name"));
    add(server, mem_strdup(topic));
    add(server, mem_strdup("--alter"));
    add(server, mem_strdup(strchr(config, '=') ? "--add-config" : "--delete-config"));
    add(server, mem_strdup(config));
    return run(server);
}

/* All */

int server_port(const TestServer *server)
{
    return server->port;
}

/* Sends a signal to the processes whose parent is `parent`: Postgres' children lead groups of their
 * own. */
static size_t signal_children(pid_t parent, int signal_number)
{
    size_t count = 0;
    DIR *proc = opendir("/proc");
    struct dirent *at = NULL;
    while ((at = readdir(proc))) {
        char path[280], line[512] = "";
        snprintf(path, sizeof path, "/proc/%s/stat", at->d_name);
        FILE *stat = at->d_name[0] >= '0' && at->d_name[0] <= '9' ? fopen(path, "re") : NULL;
        if (!stat) {
            continue;
        }
        int pid = 0, its_parent = 0;
        bool is_child = fgets(line, sizeof line, stat) && sscanf(line, "%d (", &pid) == 1 &&
                        strrchr(line, ')') &&
                        sscanf(strrchr(line, ')'), ") %*c %d", &its_parent) == 1 &&
                        its_parent == parent;
        fclose(stat);
        if (is_child) {
            kill(pid, signal_number);
            count++;
        }
    }
    closedir(proc);
    return count;
}

void server_pause(TestServer *server, bool paused)
{
    int signal_number = paused ? SIGSTOP : SIGCONT;
    kill(server->pid, signal_number);
    signal_children(server->pid, signal_number);
}

void server_kill(TestServer *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGSTOP); /* makes no new children meanwhile */
        signal_children(server->pid, SIGKILL);
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
        server->pid = 0;
    }
}

bool server_restart(TestServer *server)
{
    return start_and_wait(server);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void) info;
    (void) type;
    (void) walk;
    return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

void server_stop(TestServer *server)
{
    if (!server) {
        return;
    }
    if (server->pid > 0) {
        kill(server->pid, SIGCONT);
        kill(server->pid, server->kind->stop_signal);
        Deadline until = deadline_in_ms(STOP_MS);
        bool is_gone = false;
        while (!is_gone && deadline_left_ms(until) > 0) {
            pause_a_little();
            is_gone = waitpid(server->pid, NULL, WNOHANG) != 0;
        }
        server->pid = is_gone ? 0 : server->pid;
        server_kill(server);
    }
    nftw(server->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    clear_args(server);
    free(server->jars);
    free(server);
}
