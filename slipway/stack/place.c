#include "stack/place.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/random.h"
#include "base/text.h"
#include "codec/digest.h"
#include "loop/process.h"

#include "stack/isolation.h"

enum { ID_BYTES = 8, SECRET_BYTES = 16, SECRET_MOST = 4096 };

static Str under(Arena *arena, Str directory, const char *name)
{
    return path_join(arena, directory, str_from(name));
}

static void identify(Arena *arena, Place *place)
{
    uint8_t digest[SHA256_BYTES];
    sha256(place->root, digest);
    StrBuf out = STRBUF_ON_ARENA(arena);
    hex_add(&out, digest, ID_BYTES);
    place->id = strbuf_str(&out);
    place->marker = str_printf(arena, "SLIPWAY_STACK=%" STR_FMT "/", STR_ARG(place->id));
    uint64_t number = 0;
    for (size_t i = 0; i < ID_BYTES; i++) {
        number = number << 8 | digest[i];
    }
    place->mark = PROCESS_MARK_LEAST | ((number >> 2) & PLACE_MARK_OF_STACK);
}

/* A socket's path has 107 bytes at most (unix(7)); a deeper checkout puts it where paths are short.
 */
static Str socket_path(Arena *arena, const Place *place)
{
    Str beside = under(arena, place->state_dir, "control.sock");
    if (beside.len < sizeof((struct sockaddr_un *) NULL)->sun_path) {
        return beside;
    }
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime && runtime[0] == '/' && strlen(runtime) < 64) {
        return str_printf(arena, "%s/slipway-%" STR_FMT ".sock", runtime, STR_ARG(place->id));
    }
    return str_printf(
        arena, "/tmp/slipway-%d/%" STR_FMT ".sock", (int) getuid(), STR_ARG(place->id)
    );
}

/* '@' stands in no platform's name: no data of another. */
static Str data_dir(Arena *arena, const Place *place)
{
    if (!place->as_root) {
        return under(arena, place->state_dir, "data");
    }
    Str data = str_concat(arena, STR("/var/lib/slipway/"), place->platform);
    return place->is_isolated
               ? str_printf(arena, "%" STR_FMT "@%" STR_FMT, STR_ARG(data), STR_ARG(place->id))
               : data;
}

static Str cache_dir(Arena *arena, bool as_root)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (as_root) {
        return STR("/var/cache/slipway");
    }
    if (cache && cache[0] == '/') {
        return under(arena, str_from(cache), "slipway");
    }
    return under(arena, str_from(home ? home : "/tmp"), ".cache/slipway");
}

int place_init(Arena *arena, const Catalog *catalog, const char *project, Place *ret, Error *err)
{
    Place place = { .platform = project ? str_from(project) : catalog->platform,
                    .as_root = geteuid() == 0 };
    int rc = fs_real_path(arena, str_to_cstr(arena, catalog->directory), &place.root, err);
    if (rc < 0) {
        return rc;
    }
    place.state_dir = under(arena, place.root, ".slipway");
    place.log_dir = under(arena, place.state_dir, "logs");
    place.secret_dir = under(arena, place.state_dir, "secrets");
    place.state_path = under(arena, place.state_dir, "state.json");
    place.lock_path = under(arena, place.state_dir, "lock");
    place.isolation_path = under(arena, place.state_dir, "isolated.json");
    place.cache_dir = cache_dir(arena, place.as_root);
    identify(arena, &place);
    place.data_dir = data_dir(arena, &place);
    place.socket_path = socket_path(arena, &place);
    rc = isolation_read(arena, &place, err);
    if (rc == 0) {
        *ret = place;
    }
    return rc;
}

void place_isolate(Arena *arena, Place *place)
{
    place->is_isolated = true;
    place->data_dir = data_dir(arena, place);
}

static int make_private(Str path, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    const char *text = str_to_cstr(arena, path);
    int rc = fs_make_dirs(text, 0700, err);
    struct stat info;
    if (rc < 0) {
        return rc;
    }
    if (lstat(text, &info) < 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid()) {
        return error_set(err, -EPERM, "%s belongs to another user", text);
    }
    return chmod(text, 0700) < 0 ? error_errno(err, -errno, "close %s to others", text) : 0;
}

/* Others may pass through (the log directory is read by its owner only). */
int place_make(const Place *place, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    int rc = make_private(place->state_dir, err);
    if (rc == 0) {
        rc = make_private(place->log_dir, err);
    }
    if (rc == 0) {
        rc = make_private(place->secret_dir, err);
    }
    if (rc == 0 && !str_has_prefix(place->socket_path, place->state_dir)) {
        Str dir = path_dir(place->socket_path);
        rc = str_has_prefix(dir, STR("/tmp/")) ? make_private(dir, err) : 0;
    }
    const char *ignore = str_to_cstr(arena, under(arena, place->state_dir, ".gitignore"));
    if (rc == 0 && !fs_exists(ignore)) {
        rc = fs_write_atomic(ignore, STR("*\n"), 0644, err);
    }
    return rc;
}

Str place_data_of(Arena *arena, const Place *place, Str resource)
{
    return path_join(arena, place->data_dir, resource);
}

int64_t place_port(const Place *place, const Port *port)
{
    vec_foreach(known, &place->ports) {
        if (known->wanted == port->number) {
            return known->given;
        }
    }
    return port->number;
}

Str place_marker_of(Arena *arena, const Place *place, Str node)
{
    return str_concat(arena, place->marker, node);
}

uint64_t place_mark_of(const Place *place, size_t index)
{
    return place->mark | ((index + 1) & ~PLACE_MARK_OF_STACK);
}

Str place_account(Arena *arena, const Place *place, const char *wanted)
{
    if (!place->as_root) {
        return STR("");
    }
    const char *names[] = { wanted, "nobody" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (names[i] && getpwnam(names[i])) {
            return str_dup(arena, str_from(names[i]));
        }
    }
    return STR("");
}

static int make_parents(Arena *arena, Str path, Error *err)
{
    Str parent = path_dir(path);
    return fs_make_dirs(str_to_cstr(arena, parent), 0755, err);
}

static int give_to(const Place *place, const char *path, Str account, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    if (!place->as_root || str_is_empty(account)) {
        return 0;
    }
    const struct passwd *user = getpwnam(str_to_cstr(arena, account));
    if (!user) {
        return error_set(err, -ENOENT, "no account %" STR_FMT, STR_ARG(account));
    }
    /* The directory may lie in a path that another may change: never through a link. */
    if (lchown(path, user->pw_uid, user->pw_gid) < 0) {
        return error_errno(err, -errno, "give %s to %" STR_FMT, path, STR_ARG(account));
    }
    return 0;
}

int place_make_owned(const Place *place, Str path, Str account, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    const char *text = str_to_cstr(arena, path);
    int rc = make_parents(arena, path, err);
    if (rc < 0) {
        return rc;
    }
    if (mkdir(text, 0700) < 0 && errno != EEXIST) {
        return error_errno(err, -errno, "make %s", text);
    }
    return give_to(place, text, account, err);
}

int place_write_owned(const Place *place, Str path, Str text, Str account, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    const char *name = str_to_cstr(arena, path);
    int rc = fs_write_atomic(name, text, 0600, err);
    return rc < 0 ? rc : give_to(place, name, account, err);
}

int place_secret(Arena *arena, const Place *place, Str name, Str *ret_value, Error *err)
{
    const char *path = str_to_cstr(arena, path_join(arena, place->secret_dir, name));
    if (fs_exists(path)) {
        int rc = fs_read(arena, path, SECRET_MOST, ret_value, err);
        *ret_value = rc < 0 ? *ret_value : str_trim_end(*ret_value);
        return rc;
    }
    uint8_t bytes[SECRET_BYTES];
    random_bytes(bytes, sizeof bytes);
    StrBuf text = STRBUF_ON_ARENA(arena);
    hex_add(&text, bytes, sizeof bytes);
    Str value = str_dup(arena, strbuf_str(&text));
    strbuf_add_char(&text, '\n');
    int rc = fs_write_atomic(path, strbuf_str(&text), 0600, err);
    if (rc == 0) {
        *ret_value = value;
    }
    return rc;
}
