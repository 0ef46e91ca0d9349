#include "load.h"

#include "base/fs.h"
#include "base/path.h"
#include "codec/yaml.h"

#include "resource.h"

enum { MAX_FILE_BYTES = 64 << 20, MAX_TARGET_DEPTH = 500, FILE_NAMES = 3 };

bool kustomize_is_remote(Str entry)
{
    static const char *const marks[] = { "http://", "https://", "ssh://",      "git::",
                                         "git@",    "file://",  "github.com/", "github.com:" };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (str_has_prefix(entry, str_from(marks[i]))) {
            return true;
        }
    }
    return str_find(entry, STR("?ref=")) != STR_NONE || str_find(entry, STR(".git/")) != STR_NONE ||
           str_has_suffix(entry, STR(".git"));
}

static bool has_root(Str path, Str root)
{
    return str_eq(root, STR("/")) || path_is_within(root, path);
}

static int check_restrictor(const Target *target, Str path, Str real, Error *err)
{
    if (target->b->options.load_anywhere || has_root(path_dir(real), target->root)) {
        return 0;
    }
    return error_set(
        err,
        -EACCES,
        "security; file '%" STR_FMT "' is not in or below '%" STR_FMT "'",
        STR_ARG(path),
        STR_ARG(target->root)
    );
}

/* A file that was read already, by its real path: it needn't be looked for. NULL: it was not. */
static Source *given_file(const Build *b, Str real)
{
    return b->options.sources ? map_get(b->options.sources, real) : NULL;
}

static Str shown_path(const Target *target, Str path)
{
    return path_join(target->b->arena, target->shown_root, path);
}

static int read_source(const Target *target, Str path, Str real, Source **ret_source, Error *err)
{
    Build *b = target->b;
    Source *known = given_file(b, real);
    if (!known) {
        known = map_get(&b->sources, real);
    }
    if (known) {
        *ret_source = known;
        return 0;
    }
    Str text;
    int rc = fs_read_resolved(b->arena, str_to_cstr(b->arena, real), MAX_FILE_BYTES, &text, err);
    if (rc < 0) {
        return rc;
    }
    *ret_source = source_new(b->arena, shown_path(target, path), text);
    map_set(&b->sources, real, *ret_source);
    return 0;
}

/* A file beside the kustomization that is no link: its real path is known without asking. */
static bool is_plain_entry(const char *full, Str path)
{
    struct stat info;
    return !str_has_char(path, '/') && lstat(full, &info) == 0 && S_ISREG(info.st_mode);
}

static const char *const file_names[] = { "kustomization.yaml",
                                          "kustomization.yml",
                                          "Kustomization" };

/* A directory whose kustomization was read already, by its real path. */
static bool is_given_directory(const Build *b, Str full)
{
    bool found = false;
    for (size_t i = 0; b->options.sources && !found && i < FILE_NAMES; i++) {
        found = given_file(b, path_join(b->arena, full, str_from(file_names[i])));
    }
    return found;
}

/* One that nobody read yet: where it really is, if it is there. */
static int find_file(const Target *target, Str path, Str full, Source **ret_source, Error *err)
{
    Build *b = target->b;
    Str real = full;
    const char *full_text = str_to_cstr(b->arena, full);
    bool is_directory = is_given_directory(b, full);
    if (!is_directory && !is_plain_entry(full_text, path) &&
        fs_real_path(b->arena, full_text, &real, NULL) < 0) {
        return error_set(
            err,
            -ENOENT,
            "evalsymlink failure on '%" STR_FMT "' : no such file or directory",
            STR_ARG(shown_path(target, path))
        );
    }
    if (is_directory || fs_is_dir(full_text)) {
        return error_set(err, -EISDIR, "'%" STR_FMT "' must resolve to a file", STR_ARG(full));
    }
    int rc = check_restrictor(target, full, real, err);
    return rc < 0 ? rc : read_source(target, path, real, ret_source, err);
}

int load_file(const Target *target, Str path, Source **ret_source, Error *err)
{
    Build *b = target->b;
    if ((str_has_prefix(path, STR("http")) || str_has_prefix(path, STR("git"))) &&
        kustomize_is_remote(path)) {
        return error_set(
            err, -ENOTSUP, "remote file '%" STR_FMT "' is not supported", STR_ARG(path)
        );
    }
    if (path.len == 0) {
        return error_set(err, -EINVAL, "a path is empty");
    }
    Str full = path_join(b->arena, target->root, path);
    /* what is named outside is refused even where it does not exist */
    if (path_is_absolute(path) && !b->options.load_anywhere &&
        !has_root(path_dir(full), target->root)) {
        return check_restrictor(target, full, full, err);
    }
    *ret_source = given_file(b, full);
    if (*ret_source) {
        return check_restrictor(target, full, full, err);
    }
    return find_file(target, path, full, ret_source, err);
}

int load_file_at(const Target *target, Str path, Span span, Source **ret_source)
{
    Error err = ERROR_INIT;
    int rc = load_file(target, path, ret_source, &err);
    return rc < 0 ? build_error(target->b, "KZ002", span, "%s", err.message) : 0;
}

int load_document_at(const Target *target, Str path, Span span, Node **ret_doc)
{
    Source *source = NULL;
    int rc = load_file_at(target, path, span, &source);
    if (rc < 0) {
        return rc;
    }
    YamlOptions options = { .allow_duplicates = true };
    rc = yaml_read_one(target->b->arena, source, &options, ret_doc, target->b->diags);
    if (rc < 0) {
        return build_error(
            target->b,
            "KZ002",
            span,
            "MalformedYAMLError: '%" STR_FMT "' can't be read",
            STR_ARG(path)
        );
    }
    return 0;
}

/* --- directories ------------------------------------------------------------------------------ */

Target *target_at(Build *b, Str shown_root, Str root)
{
    Target *target = ARENA_NEW(b->arena, Target);
    target->b = b;
    target->shown_root = shown_root;
    target->root = root;
    return target;
}

static int check_cycle(const Target *target, Str root, Error *err)
{
    for (const Target *at = target; at; at = at->referrer) {
        if (has_root(at->root, root)) {
            return error_set(
                err,
                -ELOOP,
                "cycle detected: candidate root '%" STR_FMT "' contains visited root '%" STR_FMT
                "'",
                STR_ARG(root),
                STR_ARG(at->root)
            );
        }
    }
    return 0;
}

static bool is_ambiguous(Str path)
{
    Str part;
    while (str_next(&path, '/', &part)) {
        if (!str_eq(part, STR("..")) && str_find(part, STR("..")) != STR_NONE) {
            return true;
        }
    }
    return false;
}

int load_directory(const Target *target, Str path, Target **ret_sub, Error *err)
{
    Build *b = target->b;
    if (path.len == 0) {
        return error_set(err, -EINVAL, "new root cannot be empty");
    }
    if (kustomize_is_remote(path)) {
        return error_set(
            err,
            -ENOTSUP,
            "remote resource '%" STR_FMT "' is not supported: fetch it and name the directory",
            STR_ARG(path)
        );
    }
    if (path_is_absolute(path)) {
        return error_set(err, -EINVAL, "new root '%" STR_FMT "' cannot be absolute", STR_ARG(path));
    }
    if (is_ambiguous(path)) {
        return error_set(
            err,
            -EINVAL,
            "path \"%" STR_FMT "\" is ambiguous: a part of it holds '..'",
            STR_ARG(path)
        );
    }
    Str full = path_join(b->arena, target->root, path), real = full;
    const char *full_text = str_to_cstr(b->arena, full);
    bool is_given = is_given_directory(b, full);
    if (!is_given &&
        (!fs_is_dir(full_text) || fs_real_path(b->arena, full_text, &real, NULL) < 0)) {
        return fs_exists(full_text)
                   ? error_set(
                         err,
                         -ENOTDIR,
                         "must build at directory: '%" STR_FMT "': file is not directory",
                         STR_ARG(full)
                     )
                   : error_set(
                         err,
                         -ENOTDIR,
                         "must build at directory: not a valid directory: evalsymlink failure on "
                         "'%" STR_FMT "' : no such file or directory",
                         STR_ARG(full)
                     );
    }
    int rc = check_cycle(target, real, err);
    if (rc == 0 && target->depth >= MAX_TARGET_DEPTH) {
        rc = error_set(err, -ELOOP, "more than %d kustomizations nested", MAX_TARGET_DEPTH);
    }
    if (rc < 0) {
        return rc;
    }
    *ret_sub = target_at(b, path_join(b->arena, target->shown_root, path), real);
    (*ret_sub)->referrer = target;
    (*ret_sub)->depth = target->depth + 1;
    return 0;
}

/* --- the kustomization file ------------------------------------------------------------------- */

static int read_kustomization(Build *b, Source *source, Node **ret_doc)
{
    const KustomizeReader *reader = &b->options.reader;
    YamlDocuments documents;
    if (reader->read && reader->read(reader->ctx, source, false, &documents) &&
        documents.len == 1) {
        *ret_doc = documents.roots[0];
        return 0;
    }
    YamlOptions options = { .allow_duplicates = true };
    return yaml_read_one(b->arena, source, &options, ret_doc, b->diags);
}

int load_kustomization_file(Target *target)
{
    Build *b = target->b;
    Source *found = NULL;
    size_t count = 0;
    Span here = b->chain.len > 0 ? vec_last(&b->chain)->span : SPAN_NONE;
    for (size_t i = 0; i < FILE_NAMES; i++) {
        Str full = path_join(b->arena, target->root, str_from(file_names[i]));
        if (!given_file(b, full) && !fs_is_file(str_to_cstr(b->arena, full))) {
            continue;
        }
        Source *source = NULL;
        int rc = load_file_at(target, str_from(file_names[i]), here, &source);
        if (rc < 0) {
            return rc;
        }
        found = source;
        target->file_name = str_from(file_names[i]);
        count++;
    }
    if (count == 0) {
        return build_error(
            b,
            "KZ002",
            here,
            "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in "
            "directory "
            "'%" STR_FMT "'",
            STR_ARG(target->root)
        );
    }
    if (count > 1) {
        return build_error(
            b,
            "KZ002",
            here,
            "Found multiple kustomization files under: %" STR_FMT,
            STR_ARG(target->root)
        );
    }
    if (read_kustomization(b, found, &target->doc) < 0) {
        return build_error(
            b, "KZ001", span_make(found, 0, 0), "invalid Kustomization: the file can't be read"
        );
    }
    /* a build changes its trees: one kustomization may be built more than once */
    target->doc = node_copy(b->arena, target->doc);
    return 0;
}

/* --- texts inside other files ----------------------------------------------------------------- */

static bool has_document_marks(Str text)
{
    Str line;
    while (str_next_line(&text, &line)) {
        if (str_has_prefix(line, STR("---")) || str_has_prefix(line, STR("...")) ||
            str_has_prefix(line, STR("%"))) {
            return true;
        }
    }
    return false;
}

static size_t trailing_breaks(Str text)
{
    size_t count = 0;
    while (count < text.len && text.ptr[text.len - 1 - count] == '\n') {
        count++;
    }
    return count;
}

/* Whether `raw` is `text` with every line moved to the right by the same number of columns. */
static bool is_indented(Str raw, Str text)
{
    Str raw_line, line;
    size_t indent = STR_NONE;
    while (str_next(&text, '\n', &line)) {
        if (!str_next(&raw, '\n', &raw_line)) {
            return false;
        }
        if (line.len == 0) {
            if (str_trim(raw_line).len > 0) {
                return false;
            }
            continue;
        }
        indent = indent == STR_NONE ? raw_line.len - line.len : indent;
        if (raw_line.len < line.len || raw_line.len - line.len != indent ||
            !str_has_suffix(raw_line, line)) {
            return false;
        }
    }
    return indent != STR_NONE;
}

/* What stands before a block, as blanks and line breaks: each byte behind it keeps its offset. Far down a
 * file the line breaks alone have to do. */
static bool add_blanks(StrBuf *out, Source *outer, size_t end, uint32_t line)
{
    enum { BYTES_MOST = 64 << 10 };
    if (end > BYTES_MOST) {
        strbuf_add_repeat(out, '\n', line);
        return false;
    }
    for (size_t i = 0; i < end; i++) {
        strbuf_add_char(out, outer->text.ptr[i] == '\n' ? '\n' : ' ');
    }
    return true;
}

/* A literal block read where it stands: its lines, indented as they are, behind what is blank of the
 * file above it. So every finding has the file's own line and column, and every edit its place. */
static Source *source_in_place(Build *b, const Node *text)
{
    Source *outer = text->span.source;
    if (text->style != STYLE_LITERAL || !outer || has_document_marks(text->text)) {
        return NULL;
    }
    Str block = span_text(text->span);
    size_t head = str_find_char(block, '\n');
    if (head == STR_NONE) {
        return NULL;
    }
    Str raw = str_trim_end(str_skip(block, head + 1));
    Str content = str_slice(text->text, 0, text->text.len - trailing_breaks(text->text));
    if (!is_indented(raw, content)) {
        return NULL;
    }
    StrBuf placed = STRBUF_ON_ARENA(b->arena);
    uint32_t line = source_position(outer, text->span.start).line;
    bool is_exact = add_blanks(&placed, outer, text->span.start + head + 1, line);
    strbuf_add(&placed, raw);
    strbuf_add_repeat(&placed, '\n', trailing_breaks(text->text));
    Source *source = source_new(b->arena, outer->path, strbuf_str(&placed));
    source->whole = is_exact ? outer : NULL;
    source->is_coarse = !is_exact;
    return source;
}

int load_inline(Build *b, const Node *text, const char *what, Source **ret_source)
{
    *ret_source = source_in_place(b, text);
    if (*ret_source) {
        return 0;
    }
    Str shown = span_describe(b->arena, text->span);
    shown = str_printf(b->arena, "%" STR_FMT " (%s)", STR_ARG(shown), what);
    *ret_source = source_new(b->arena, shown, text->text);
    (*ret_source)->is_coarse = true;
    return 0;
}
