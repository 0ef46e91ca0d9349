#include "stack/doctor.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/path.h"

#include "stack/native/driver.h"
#include "stack/ports.h"

enum { DISK_MB = 1024, FILES = 4096, WATCHES = 8192, INSTANCES = 128, SYSCTL_MOST = 64 };

typedef struct Visit {
    Arena *arena;
    const Place *place;
    const Plan *plan;
    const EnvContext *env;
    DoctorFindings *findings;
} Visit;

static void find(Visit *visit, DoctorVerdict verdict, Str subject, Str message, Str fix)
{
    DoctorFinding finding = {
        .subject = subject, .verdict = verdict, .message = message, .fix = fix
    };
    vec_push(visit->findings, visit->arena, finding);
}

/* Debian starts servers when they are installed, on the very ports that are needed here; its own
 * switch against that is put in place for the time of the installation. */
static Str install_command(Arena *arena, const char *packages)
{
    const char *sudo = geteuid() == 0 ? "" : "sudo ";
    return str_printf(
        arena,
        "%ssh -c '[ -e /usr/sbin/policy-rc.d ] || { printf \"#!/bin/sh\\nexit 101\\n\" "
        "> /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; ours=1; }; "
        "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends %s; rc=$?; "
        "[ -z \"$ours\" ] || rm /usr/sbin/policy-rc.d; exit $rc'",
        sudo,
        packages
    );
}

static Str fix_of(const Visit *visit, const PlanNode *node)
{
    Arena *arena = visit->arena;
    if (node->kind == PLAN_SERVICE && node->service->language == LANGUAGE_C &&
        node->service->command.len == 0) {
        return STR("make build");
    }
    if (node->kind != PLAN_RESOURCE) {
        return STR("");
    }
    switch (node->resource->kind) {
    case RESOURCE_POSTGRES:
        return install_command(arena, "postgresql");
    case RESOURCE_REDIS:
        return install_command(arena, "redis-server");
    case RESOURCE_KAFKA:
        return install_command(arena, "default-jre-headless maven");
    default:
        return STR("");
    }
}

static void silent(void *arg, const char *format, ...)
{
    (void) arg;
    (void) format;
}

static void look_at_node(Visit *visit, const PlanNode *node)
{
    Error err = ERROR_INIT;
    NativeContext ctx = { .arena = visit->arena,
                          .place = visit->place,
                          .env = visit->env,
                          .node = node,
                          .progress = silent };
    const NativeDriver *driver = node->engine == ENGINE_NATIVE ? native_driver_of(node) : NULL;
    if (node->engine == ENGINE_EXTERNAL) {
        find(visit, DOCTOR_FINE, node->name, STR("runs elsewhere"), STR(""));
        return;
    }
    if (!driver) {
        Str message = STR("runs only in a container; set engine: none or external for it");
        find(visit, DOCTOR_LACKS, node->name, message, STR(""));
        return;
    }
    if (driver->check && driver->check(&ctx, &err) < 0) {
        Str message = str_dup(visit->arena, str_from(err.message));
        find(visit, DOCTOR_LACKS, node->name, message, fix_of(visit, node));
        return;
    }
    Str says = driver->describe ? driver->describe(&ctx) : STR("has what it needs");
    find(visit, DOCTOR_FINE, node->name, says, STR(""));
}

static void look_at_ports(Visit *visit, const PlanNode *node)
{
    for (size_t i = 0; i < node->ports.len; i++) {
        PortOwner owner;
        int64_t port = place_port(visit->place, &node->ports.ptr[i]);
        if (port_find_owner(visit->arena, port, &owner)) {
            find(visit, DOCTOR_LACKS, node->name, port_describe(visit->arena, &owner), STR(""));
        }
    }
}

/* ---- the machine ---- */

static int64_t read_number(Arena *arena, const char *path)
{
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    Str text;
    int64_t value = 0;
    if (fd < 0 || fs_read_fd(arena, fd, SYSCTL_MOST, &text, NULL) < 0 ||
        !str_to_int64(str_trim(text), &value)) {
        return -1;
    }
    return value;
}

static void look_at_limit(Visit *visit, const char *name, int64_t least)
{
    Arena *arena = visit->arena;
    const char *path = arena_printf(arena, "/proc/sys/fs/inotify/%s", name);
    int64_t value = read_number(arena, path);
    Str subject = str_printf(arena, "fs.inotify.%s", name);
    if (value < 0 || value >= least) {
        find(visit, DOCTOR_FINE, subject, str_printf(arena, "%d", (int) value), STR(""));
        return;
    }
    find(
        visit,
        DOCTOR_WARN,
        subject,
        str_printf(arena, "%d; watching files wants %d", (int) value, (int) least),
        str_printf(
            arena, "%ssysctl -w fs.inotify.%s=%d", geteuid() == 0 ? "" : "sudo ", name, (int) least
        )
    );
}

static void look_at_disk(Visit *visit)
{
    Arena *arena = visit->arena;
    Str directory = visit->place->data_dir;
    while (!fs_exists(str_to_cstr(arena, directory)) && directory.len > 1) {
        directory = path_dir(directory);
    }
    struct statvfs info;
    if (statvfs(str_to_cstr(arena, directory), &info) < 0) {
        return;
    }
    int64_t free_mb = (int64_t) ((double) info.f_bavail * (double) info.f_frsize / 1e6);
    find(
        visit,
        free_mb < DISK_MB ? DOCTOR_WARN : DOCTOR_FINE,
        STR("disk"),
        str_printf(arena, "%d MB free in %" STR_FMT, (int) free_mb, STR_ARG(directory)),
        STR("")
    );
}

static void look_at_files(Visit *visit)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
        return;
    }
    bool is_low = limit.rlim_cur < FILES && limit.rlim_cur != RLIM_INFINITY;
    find(
        visit,
        is_low && limit.rlim_max < FILES ? DOCTOR_WARN : DOCTOR_FINE,
        STR("open files"),
        str_printf(visit->arena, "%llu", (unsigned long long) limit.rlim_cur),
        STR("")
    );
}

static void look_at_account(Visit *visit)
{
    if (!visit->place->as_root) {
        return;
    }
    Str account = place_account(visit->arena, visit->place, NULL);
    bool has = account.len > 0;
    find(
        visit,
        has ? DOCTOR_FINE : DOCTOR_LACKS,
        STR("account"),
        has ? str_printf(
                  visit->arena,
                  "servers without an account of their own run as %" STR_FMT,
                  STR_ARG(account)
              )
            : STR("there is no account \"nobody\" for servers to run as"),
        STR("")
    );
}

void doctor_look(
    Arena *arena,
    const Place *place,
    const Plan *plan,
    const EnvContext *env,
    bool is_up,
    DoctorFindings *ret_findings
)
{
    Visit visit = {
        .arena = arena, .place = place, .plan = plan, .env = env, .findings = ret_findings
    };
    for (size_t i = 0; i < plan->len; i++) {
        if (plan->nodes[i].selected) {
            look_at_node(&visit, &plan->nodes[i]);
        }
        if (plan->nodes[i].selected && !is_up) {
            look_at_ports(&visit, &plan->nodes[i]);
        }
    }
    look_at_limit(&visit, "max_user_watches", WATCHES);
    look_at_limit(&visit, "max_user_instances", INSTANCES);
    look_at_files(&visit);
    look_at_disk(&visit);
    look_at_account(&visit);
}
