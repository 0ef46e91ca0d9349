#include "writes.h"

#include "base/mem.h"
#include "base/path.h"

#include "paths.h"

enum {
    WRITES_MOST = 100,
    ARGUMENTS_MOST = 300,
    LINE_MOST = 400,
    SEARCHED_MOST = 8 << 20, /* bytes of one source, as often as names are looked for */
};

/* What a call says. */
typedef enum WriteKind {
    MAKES_FILE,     /* its first argument is the file */
    MAKES_FOLDER,   /* its first argument is the folder */
    OPENS,          /* a file, where a later argument says that it is for writing */
    FILE_OF,        /* what it is called on is the file */
    FOLDER_OF,      /* what it is called on is the folder */
    OPENS_OF,       /* what it is called on is a file, where an argument says for writing */
    TEMPORARY,      /* in the folder for temporary files */
    TEMPORARY_HERE, /* the same, unless it is given another folder */
} WriteKind;

typedef struct Writer {
    Str name;
    const char
        *before; /* words in front, separated by '|'; "" : nothing that it would be a part of */
    WriteKind kind;
} Writer;

static const Writer go[] = {
    { STR_INIT("Create"), "os.", MAKES_FILE },
    { STR_INIT("WriteFile"), "os.|ioutil.", MAKES_FILE },
    { STR_INIT("OpenFile"), "os.", OPENS },
    { STR_INIT("Mkdir"), "os.", MAKES_FOLDER },
    { STR_INIT("MkdirAll"), "os.", MAKES_FOLDER },
    { STR_INIT("TempDir"), "os.", TEMPORARY },
    { STR_INIT("CreateTemp"), "os.", TEMPORARY_HERE },
    { STR_INIT("MkdirTemp"), "os.", TEMPORARY_HERE },
    { STR_INIT("TempFile"), "ioutil.", TEMPORARY_HERE },
    { STR_INIT("TempDir"), "ioutil.", TEMPORARY_HERE },
};

#define NODE_FS "|fs.|fsp.|fse.|promises.|fsPromises.|fsExtra."
static const Writer node[] = {
    { STR_INIT("writeFile"), NODE_FS, MAKES_FILE },
    { STR_INIT("writeFileSync"), NODE_FS, MAKES_FILE },
    { STR_INIT("appendFile"), NODE_FS, MAKES_FILE },
    { STR_INIT("appendFileSync"), NODE_FS, MAKES_FILE },
    { STR_INIT("createWriteStream"), NODE_FS, MAKES_FILE },
    { STR_INIT("mkdtemp"), NODE_FS, MAKES_FILE },
    { STR_INIT("mkdtempSync"), NODE_FS, MAKES_FILE },
    { STR_INIT("mkdir"), NODE_FS, MAKES_FOLDER },
    { STR_INIT("mkdirSync"), NODE_FS, MAKES_FOLDER },
    { STR_INIT("openSync"), NODE_FS, OPENS },
    { STR_INIT("write"), "Bun.", MAKES_FILE },
    { STR_INIT("tmpdir"), "|os.", TEMPORARY },
};

static const Writer python[] = {
    { STR_INIT("open"), "|io.|codecs.|gzip.|aiofiles.", OPENS },
    { STR_INIT("makedirs"), "|os.", MAKES_FOLDER },
    { STR_INIT("mkdir"), "os.", MAKES_FOLDER },
    { STR_INIT("FileHandler"), "|logging.", MAKES_FILE },
    { STR_INIT("RotatingFileHandler"), "|handlers.", MAKES_FILE },
    { STR_INIT("TimedRotatingFileHandler"), "|handlers.", MAKES_FILE },
    { STR_INIT("write_text"), ".", FILE_OF },
    { STR_INIT("write_bytes"), ".", FILE_OF },
    { STR_INIT("touch"), ".", FILE_OF },
    { STR_INIT("open"), ".", OPENS_OF },
    { STR_INIT("mkdir"), ".", FOLDER_OF },
    { STR_INIT("gettempdir"), "|tempfile.", TEMPORARY },
    { STR_INIT("NamedTemporaryFile"), "|tempfile.", TEMPORARY_HERE },
    { STR_INIT("TemporaryFile"), "|tempfile.", TEMPORARY_HERE },
    { STR_INIT("TemporaryDirectory"), "|tempfile.", TEMPORARY_HERE },
    { STR_INIT("mkdtemp"), "|tempfile.", TEMPORARY_HERE },
    { STR_INIT("mkstemp"), "|tempfile.", TEMPORARY_HERE },
};

static const Writer java[] = {
    { STR_INIT("FileOutputStream"), "", MAKES_FILE },
    { STR_INIT("FileWriter"), "", MAKES_FILE },
    { STR_INIT("PrintWriter"), "", MAKES_FILE },
    { STR_INIT("write"), "Files.", MAKES_FILE },
    { STR_INIT("writeString"), "Files.", MAKES_FILE },
    { STR_INIT("newBufferedWriter"), "Files.", MAKES_FILE },
    { STR_INIT("newOutputStream"), "Files.", MAKES_FILE },
    { STR_INIT("createFile"), "Files.", MAKES_FILE },
    { STR_INIT("createDirectory"), "Files.", MAKES_FOLDER },
    { STR_INIT("createDirectories"), "Files.", MAKES_FOLDER },
    { STR_INIT("mkdir"), ".", FOLDER_OF },
    { STR_INIT("mkdirs"), ".", FOLDER_OF },
    { STR_INIT("createNewFile"), ".", FILE_OF },
    { STR_INIT("writeText"), ".", FILE_OF },
    { STR_INIT("appendText"), ".", FILE_OF },
    { STR_INIT("writeBytes"), ".", FILE_OF },
    { STR_INIT("createTempFile"), "File.|Files.", TEMPORARY_HERE },
    { STR_INIT("createTempDirectory"), "Files.", TEMPORARY_HERE },
};

static const Writer c[] = {
    { STR_INIT("fopen"), "", OPENS },
    { STR_INIT("freopen"), "", OPENS },
    { STR_INIT("open"), "|::", OPENS },
    { STR_INIT("creat"), "", MAKES_FILE },
    { STR_INIT("mkstemp"), "", MAKES_FILE },
    { STR_INIT("mkdtemp"), "", MAKES_FILE },
    { STR_INIT("mkdir"), "", MAKES_FOLDER },
    { STR_INIT("mkfifo"), "", MAKES_FILE },
    { STR_INIT("ofstream"), "|::", MAKES_FILE },
    { STR_INIT("tmpfile"), "|::", TEMPORARY },
    { STR_INIT("create_directory"), "|fs::|filesystem::", MAKES_FOLDER },
    { STR_INIT("create_directories"), "|fs::|filesystem::", MAKES_FOLDER },
};

static const Writer rust[] = {
    { STR_INIT("create"), "File::", MAKES_FILE },
    { STR_INIT("create_new"), "File::", MAKES_FILE },
    { STR_INIT("write"), "fs::", MAKES_FILE },
    { STR_INIT("create_dir"), "fs::", MAKES_FOLDER },
    { STR_INIT("create_dir_all"), "fs::", MAKES_FOLDER },
    { STR_INIT("open"), "write(true).|append(true).|create(true).|truncate(true).", MAKES_FILE },
    { STR_INIT("temp_dir"), "env::", TEMPORARY },
    { STR_INIT("tempfile"), "|tempfile::", TEMPORARY },
    { STR_INIT("tempdir"), "|tempfile::", TEMPORARY },
    { STR_INIT("new"), "NamedTempFile::|TempDir::", TEMPORARY },
};

static const Writer dotnet[] = {
    { STR_INIT("WriteAllText"), "File.", MAKES_FILE },
    { STR_INIT("WriteAllTextAsync"), "File.", MAKES_FILE },
    { STR_INIT("WriteAllBytes"), "File.", MAKES_FILE },
    { STR_INIT("WriteAllBytesAsync"), "File.", MAKES_FILE },
    { STR_INIT("WriteAllLines"), "File.", MAKES_FILE },
    { STR_INIT("WriteAllLinesAsync"), "File.", MAKES_FILE },
    { STR_INIT("AppendAllText"), "File.", MAKES_FILE },
    { STR_INIT("AppendAllTextAsync"), "File.", MAKES_FILE },
    { STR_INIT("AppendAllLines"), "File.", MAKES_FILE },
    { STR_INIT("AppendText"), "File.", MAKES_FILE },
    { STR_INIT("Create"), "File.", MAKES_FILE },
    { STR_INIT("CreateText"), "File.", MAKES_FILE },
    { STR_INIT("OpenWrite"), "File.", MAKES_FILE },
    { STR_INIT("CreateDirectory"), "Directory.", MAKES_FOLDER },
    { STR_INIT("StreamWriter"), "", MAKES_FILE },
    { STR_INIT("FileStream"), "", OPENS },
    { STR_INIT("GetTempPath"), "Path.", TEMPORARY },
    { STR_INIT("GetTempFileName"), "Path.", TEMPORARY },
};

static const Writer ruby[] = {
    { STR_INIT("open"), "|File.", OPENS },
    { STR_INIT("new"), "File.", OPENS },
    { STR_INIT("write"), "File.|IO.", MAKES_FILE },
    { STR_INIT("binwrite"), "File.|IO.", MAKES_FILE },
    { STR_INIT("touch"), "FileUtils.", MAKES_FILE },
    { STR_INIT("mkdir_p"), "FileUtils.", MAKES_FOLDER },
    { STR_INIT("makedirs"), "FileUtils.", MAKES_FOLDER },
    { STR_INIT("mkdir"), "FileUtils.|Dir.", MAKES_FOLDER },
    { STR_INIT("new"), "Tempfile.", TEMPORARY_HERE },
    { STR_INIT("create"), "Tempfile.", TEMPORARY_HERE },
    { STR_INIT("open"), "Tempfile.", TEMPORARY_HERE },
};

static const Writer php[] = {
    { STR_INIT("file_put_contents"), "|\\", MAKES_FILE },
    { STR_INIT("fopen"), "|\\", OPENS },
    { STR_INIT("touch"), "|\\", MAKES_FILE },
    { STR_INIT("mkdir"), "|\\", MAKES_FOLDER },
    { STR_INIT("tmpfile"), "|\\", TEMPORARY },
    { STR_INIT("sys_get_temp_dir"), "|\\", TEMPORARY },
};

static const struct {
    RepoLanguage language;
    const Writer *writers;
    size_t len;
} writers_of[] = {
    { REPO_GO, go, ARRAY_LEN(go) },
    { REPO_NODE, node, ARRAY_LEN(node) },
    { REPO_PYTHON, python, ARRAY_LEN(python) },
    { REPO_JAVA, java, ARRAY_LEN(java) },
    { REPO_C, c, ARRAY_LEN(c) },
    { REPO_RUST, rust, ARRAY_LEN(rust) },
    { REPO_DOTNET, dotnet, ARRAY_LEN(dotnet) },
    { REPO_RUBY, ruby, ARRAY_LEN(ruby) },
    { REPO_PHP, php, ARRAY_LEN(php) },
};

/* --- a call ----------------------------------------------------------------------------------- */

typedef struct Call {
    RepoLanguage language;
    Str text;
    Str word;    /* its name */
    size_t name; /* where that starts */
    size_t open; /* of its '(' */
} Call;

static char byte_at(Str text, size_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

static inline bool is_word_char(char byte)
{
    return (unsigned) (byte | 0x20) - 'a' < 26 || (unsigned) byte - '0' < 10 || byte == '_';
}

/* The text between its parentheses; empty where they don't end soon. */
static Str arguments_of(const Call *call)
{
    Str rest = str_slice(call->text, call->open + 1, call->open + 1 + ARGUMENTS_MOST);
    size_t depth = 1;
    char quote = '\0';
    for (size_t i = 0; i < rest.len; i++) {
        char byte = rest.ptr[i];
        if (quote != '\0') {
            quote = byte == quote ? '\0' : quote;
        } else if (str_has_char(STR("\"'`"), byte)) {
            quote = byte;
        } else {
            depth = byte == '(' ? depth + 1 : byte == ')' ? depth - 1 : depth;
        }
        if (depth == 0) {
            return str_slice(rest, 0, i);
        }
    }
    return STR("");
}

/* A mode of fopen and its kin that writes: "w", 'ab', "r+". */
static bool is_writing_mode(Str mode)
{
    bool writes = false;
    for (size_t i = 0; i < mode.len; i++) {
        if (!str_has_char(STR("rwaxbtcn+"), mode.ptr[i])) {
            return false;
        }
        writes = writes || str_has_char(STR("wax+"), mode.ptr[i]);
    }
    return writes && mode.len <= 3;
}

static bool says_writing(Str arguments)
{
    static const Str words[] = { STR_INIT("O_WRONLY"),
                                 STR_INIT("O_RDWR"),
                                 STR_INIT("O_CREAT"),
                                 STR_INIT("O_APPEND"),
                                 STR_INIT("FileMode.Create"),
                                 STR_INIT("FileMode.Append"),
                                 STR_INIT("FileMode.OpenOrCreate"),
                                 STR_INIT("FileAccess.Write") };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_find(arguments, words[i]) != STR_NONE) {
            return true;
        }
    }
    for (size_t i = 0; i < arguments.len; i++) {
        char quote = arguments.ptr[i];
        if (quote == '"' || quote == '\'') {
            Str rest = str_skip(arguments, i + 1);
            size_t end = str_find_char(rest, quote);
            if (end == STR_NONE) {
                return false;
            }
            if (is_writing_mode(str_slice(rest, 0, end))) {
                return true;
            }
            i += end + 1;
        }
    }
    return false;
}

/* Whether a temporary file's call leaves its folder to the system. */
static bool has_no_folder(const Call *call, Str arguments)
{
    arguments = str_trim(arguments);
    switch (call->language) {
    case REPO_GO:
        return str_has_prefix(arguments, STR("\"\","));
    case REPO_PYTHON:
        return str_find(arguments, STR("dir=")) == STR_NONE &&
               byte_at(call->text, call->open + 1 + arguments.len) == ')';
    case REPO_RUBY:
        return !str_has_char(arguments, ',');
    default: { /* Java: the folder is the first of Files', the last of File's */
        size_t commas = 0;
        for (size_t i = 0; i < arguments.len; i++) {
            commas += arguments.ptr[i] == ',';
        }
        bool is_text =
            str_has_prefix(arguments, STR("\"")) || str_has_prefix(arguments, STR("null"));
        return is_text && commas <= 1;
    }
    }
}

/* A '.' may start the next line. */
static bool ends_in_word(Str front, Str word)
{
    if (word.len > 1 && str_strip_suffix(&word, STR("."))) {
        if (!str_strip_suffix(&front, STR("."))) {
            return false;
        }
        front = str_trim_end(front);
    }
    size_t at = front.len - word.len;
    return str_has_suffix(front, word) &&
           (at == 0 || !is_word_char(word.ptr[0]) || !is_word_char(front.ptr[at - 1]));
}

/* Whether one of the words in front stands there; none, where it would be a member of something. */
static bool stands_behind(const Call *call, const char *before)
{
    Str front = str_slice(call->text, 0, call->name);
    Str rest = str_from(before);
    char last = front.len > 0 ? front.ptr[front.len - 1] : '\0';
    bool is_bare = !str_has_char(STR(".>:$\\"), last) || last == '\0';
    Str word;
    if (rest.len == 0) {
        return is_bare;
    }
    while (str_next(&rest, '|', &word)) {
        if (word.len == 0 ? is_bare : ends_in_word(front, word)) {
            return true;
        }
    }
    return false;
}

/* Behind the start of a comment in its line, or in a text that explains; nobody wrote a longer line. */
static bool is_comment(const Call *call)
{
    size_t start = call->name > LINE_MOST ? call->name - LINE_MOST : 0;
    Str before = str_slice(call->text, start, call->name);
    size_t newline = str_rfind_char(before, '\n');
    if (newline == STR_NONE && start > 0) {
        return true;
    }
    Str line = str_trim(newline == STR_NONE ? before : str_skip(before, newline + 1));
    bool has_hash =
        call->language == REPO_PYTHON || call->language == REPO_RUBY || call->language == REPO_PHP;
    return str_has_prefix(line, STR("*")) || str_has_prefix(line, STR(">>>")) ||
           str_find(line, STR("/*")) != STR_NONE || str_find(line, STR("//")) != STR_NONE ||
           (has_hash && str_has_char(line, '#'));
}

/* --- what it writes --------------------------------------------------------------------------- */

static bool path_of(const Call *call, WriteKind kind, SourcePath *ret)
{
    switch (kind) {
    case OPENS:
        return says_writing(arguments_of(call)) && source_path_at(call->text, call->open + 1, ret);
    case OPENS_OF:
        return says_writing(arguments_of(call)) &&
               source_path_before(call->text, call->name - 1, ret);
    case FILE_OF:
    case FOLDER_OF:
        return source_path_before(call->text, call->name - 1, ret);
    default:
        return source_path_at(call->text, call->open + 1, ret);
    }
}

static bool write_of(const Call *call, WriteKind kind, FileWrite *ret)
{
    SourcePath path;
    if (kind == TEMPORARY || kind == TEMPORARY_HERE) {
        *ret = (FileWrite) { STR("/tmp"), STR("/tmp"), call->name, call->open, true };
        return kind == TEMPORARY || has_no_folder(call, arguments_of(call));
    }
    if (!path_of(call, kind, &path)) {
        return false;
    }
    bool is_folder = kind == MAKES_FOLDER || kind == FOLDER_OF || path.is_cut;
    Str folder = is_folder ? path.path : path_dir(path.path);
    *ret = (FileWrite) { path.path, folder, path.start, path.end, false };
    return true;
}

static const Writer *writer_of(const Call *call, const Writer *from, const Writer *end)
{
    for (; from < end; from++) {
        if (str_eq(from->name, call->word) && stands_behind(call, from->before) &&
            !is_comment(call)) {
            return from;
        }
    }
    return NULL;
}

static void add_write(Arena *arena, FileWrites *writes, FileWrite write)
{
    vec_foreach(known, writes) {
        if (str_eq(known->path, write.path)) {
            return;
        }
    }
    vec_push(writes, arena, write);
}

/* Rust's tests stand behind the code. */
static Str without_tests(RepoLanguage language, Str text)
{
    return language == REPO_RUST ? str_slice(text, 0, str_find(text, STR("#[cfg(test)]"))) : text;
}

/* The word in front of the '('; of `std::ofstream out("…")` the type. */
static void name_call(Call *call)
{
    static const Str stream = STR_INIT("ofstream");
    size_t start = call->open;
    while (start > 0 && is_word_char(call->text.ptr[start - 1])) {
        start--;
    }
    call->name = start;
    call->word = str_make(call->text.ptr + start, call->open - start);
    if (call->language == REPO_C && start > 0 && call->text.ptr[start - 1] == ' ') {
        Str front = str_slice(call->text, 0, start - 1);
        if (str_has_suffix(front, stream)) {
            call->name = front.len - stream.len;
            call->word = stream;
        }
    }
}

static void find_writes(Arena *arena, Call call, const Writer *writers, size_t len, FileWrites *ret)
{
    size_t calls = 0;
    const char *from = call.text.ptr;
    const char *end = from + call.text.len;
    while (from < end && ret->len < WRITES_MOST && calls * call.text.len <= SEARCHED_MOST) {
        const char *open = memchr(from, '(', (size_t) (end - from));
        if (!open) {
            return;
        }
        from = open + 1;
        call.open = (size_t) (open - call.text.ptr);
        name_call(&call);
        const Writer *writer = writer_of(&call, writers, writers + len);
        FileWrite write;
        calls += writer != NULL;
        if (writer && write_of(&call, writer->kind, &write)) {
            add_write(arena, ret, write);
        }
    }
}

FileWrites file_writes_of(Arena *arena, RepoLanguage language, Str text)
{
    FileWrites writes = { 0 };
    Call call = { .language = language, .text = without_tests(language, text) };
    for (size_t i = 0; i < ARRAY_LEN(writers_of); i++) {
        if (writers_of[i].language == language) {
            find_writes(arena, call, writers_of[i].writers, writers_of[i].len, &writes);
        }
    }
    return writes;
}
