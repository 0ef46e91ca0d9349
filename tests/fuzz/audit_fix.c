/* --fix on any bytes under the names of artifacts: it ends, writes what its own diff says, leaves
 * nothing that could still be mended, and a second run changes nothing. The first byte picks the
 * name; the file lies in a scratch folder that is removed at the end. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

#include "audit/audit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
    "Dockerfile", "compose.yaml", "pod.yaml", "kustomization.yaml", "action.yml", "dashboard.json",
};

static char folder[] = "/tmp/fuzz-fix-XXXXXX";

static void remove_folder(void)
{
    (void) fs_remove_tree(folder, NULL);
}

static void make_folder(void)
{
    static bool is_made;
    if (!is_made) {
        is_made = mkdtemp(folder) != NULL;
        assert(is_made);
        (void) atexit(remove_folder);
    }
}

static void write_file(const char *path, const void *data, size_t size)
{
    auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert(fd >= 0);
    int rc = fs_write_all(fd, data, size);
    assert(rc == 0);
}

static AuditFixes fix(Arena *arena, AuditResult *ret_result)
{
    const char *paths[] = { folder };
    AuditOptions options = { .paths = paths, .path_count = 1, .level = SEVERITY_INFO };
    AuditFixes fixes = { 0 };
    int rc = audit_fix(arena, &options, &fixes, ret_result, NULL);
    assert(rc == 0);
    return fixes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { BYTES_MOST = 4096 }; /* every round audits it again */
    if (size < 1 || size > BYTES_MOST) {
        return 0;
    }
    make_folder();
    auto_arena Arena *arena = arena_new(0);
    const char *path = arena_printf(arena, "%s/%s", folder, names[data[0] % ARRAY_LEN(names)]);
    write_file(path, data + 1, size - 1);
    AuditResult result;
    AuditFixes fixes = fix(arena, &result);
    StrBuf diff = STRBUF_ON_ARENA(arena);
    audit_fixes_diff(&diff, &fixes);
    bool is_changed = false;
    vec_foreach(file, &fixes.files) {
        is_changed = is_changed || !str_eq(file->before, file->after);
    }
    assert((diff.len > 0) == is_changed);
    int rc = audit_fixes_write(arena, &fixes, NULL);
    assert(rc == 0);
    AuditFixes again = fix(arena, &result);
    assert(again.count == 0 && again.files.len == 0);
    (void) unlink(path);
    return 0;
}
