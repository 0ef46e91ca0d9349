#include "stack/log_line.h"

#include "base/mem.h"
#include "base/text.h"
#include "codec/json.h"

/* The names that common loggers give these. */
static const char *const level_keys[] = { "level", "severity", "lvl", "log.level", NULL };
static const char *const message_keys[] = { "msg", "message", NULL };
static const char *const hidden_keys[] = {
    "time", "timestamp", "ts", "@timestamp", "service", NULL
};

typedef struct LevelWord {
    Str word;
    LogLevel level;
} LevelWord;

static const LevelWord level_words[] = {
    { STR_INIT("trace"), LOG_DEBUG },  { STR_INIT("debug"), LOG_DEBUG },
    { STR_INIT("info"), LOG_INFO },    { STR_INIT("notice"), LOG_INFO },
    { STR_INIT("log"), LOG_INFO },     { STR_INIT("warn"), LOG_WARN },
    { STR_INIT("warning"), LOG_WARN }, { STR_INIT("error"), LOG_ERROR },
    { STR_INIT("err"), LOG_ERROR },    { STR_INIT("fatal"), LOG_ERROR },
    { STR_INIT("panic"), LOG_ERROR },  { STR_INIT("critical"), LOG_ERROR },
    { STR_INIT("severe"), LOG_ERROR },
};

static bool level_of(Str word, LogLevel *ret_level)
{
    for (size_t i = 0; i < ARRAY_LEN(level_words); i++) {
        if (str_eq_nocase(word, level_words[i].word)) {
            *ret_level = level_words[i].level;
            return true;
        }
    }
    return false;
}

static bool is_among(Str key, const char *const *keys)
{
    for (; *keys; keys++) {
        if (str_eq_cstr(key, *keys)) {
            return true;
        }
    }
    return false;
}

static Node *first_of(const Node *map, const char *const *keys)
{
    for (; *keys; keys++) {
        Node *value = node_get_cstr(map, *keys);
        if (value) {
            return value;
        }
    }
    return NULL;
}

static bool parse_json(Arena *arena, Str text, LogLine *line)
{
    Node *root = NULL;
    if (text.len < 2 || text.ptr[0] != '{' || text.ptr[text.len - 1] != '}' ||
        json_read_str(arena, text, NULL, &root, NULL) < 0 || !node_is_map(root)) {
        return false;
    }
    const Node *message = first_of(root, message_keys);
    const Node *level = first_of(root, level_keys);
    if (!message && !level) {
        return false;
    }
    line->is_json = true;
    line->fields = root;
    line->message = node_string_or(message, STR(""));
    line->has_level = node_is_string(level) && level_of(level->text, &line->level);
    return true;
}

/* A level among the first four words: "2026-01-02 10:00:00 ERROR …", "[warn] …", "LOG:  …". */
static bool guess_level(Str text, LogLevel *ret_level)
{
    Str rest = str_slice(text, 0, 160), word;
    for (int words = 0; words < 6 && str_next(&rest, ' ', &word);) {
        while (word.len > 0 && strchr("[(<:", word.ptr[0])) {
            word = str_skip(word, 1);
        }
        while (word.len > 0 && strchr("]):>,", word.ptr[word.len - 1])) {
            word = str_slice(word, 0, word.len - 1);
        }
        words += word.len > 0;
        if (level_of(word, ret_level)) {
            return true;
        }
    }
    return false;
}

void log_line_parse(Arena *arena, Str text, LogLine *ret_line)
{
    *ret_line = (LogLine) { .level = LOG_INFO };
    text = str_trim_end(text);
    if (!parse_json(arena, text, ret_line)) {
        ret_line->message = text;
        ret_line->has_level = guess_level(text, &ret_line->level);
    }
}

/* ESC [ digits and semicolons m: its length, or 0. */
static size_t sgr_length(Str text)
{
    if (text.len < 3 || text.ptr[0] != 0x1b || text.ptr[1] != '[') {
        return 0;
    }
    for (size_t i = 2; i < text.len && i < 24; i++) {
        char c = text.ptr[i];
        if (c == 'm') {
            return i + 1;
        }
        if (c != ';' && (c < '0' || c > '9')) {
            return 0;
        }
    }
    return 0;
}

void log_text_escape(StrBuf *out, Str text, bool color)
{
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char) text.ptr[i];
        size_t sgr = c == 0x1b ? sgr_length(str_skip(text, i)) : 0;
        if (sgr > 0) {
            if (color) {
                strbuf_add(out, str_slice(text, i, i + sgr));
            }
            i += sgr;
        } else if (c >= ' ' && c < 0x7f) {
            strbuf_add_char(out, (char) c);
            i++;
        } else if (c == '\t') {
            strbuf_add_char(out, '\t');
            i++;
        } else if (c < ' ' || c == 0x7f) {
            strbuf_addf(out, "\\x%02x", c);
            i++;
        } else {
            uint32_t point = utf8_next(text, &i);
            /* C1 controls can steer a terminal too */
            strbuf_add_codepoint(out, point < 0xa0 ? 0xfffd : point);
        }
    }
}

static void render_level(StrBuf *out, LogLevel level, bool color)
{
    static const char *const names[] = { "DEBUG", "INFO ", "WARN ", "ERROR" };
    static const char *const codes[] = { "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m" };
    strbuf_addf(out, "%s%s%s ", color ? codes[level] : "", names[level], color ? "\x1b[0m" : "");
}

static void render_field(StrBuf *out, const NodePair *pair, bool color)
{
    auto_strbuf StrBuf value = STRBUF_INIT;
    if (node_is_string(pair->value)) {
        strbuf_add(&value, pair->value->text);
    } else {
        JsonWriter writer = json_writer(&value, 0);
        json_node(&writer, pair->value);
    }
    Str text = strbuf_str(&value);
    bool quote = node_is_string(pair->value) && (text.len == 0 || str_has_char(text, ' '));
    strbuf_add_cstr(out, color ? " \x1b[2m" : " ");
    log_text_escape(out, pair->key->text, false);
    strbuf_add_cstr(out, color ? "=\x1b[0m" : "=");
    strbuf_add_cstr(out, quote ? "\"" : "");
    log_text_escape(out, text, false);
    strbuf_add_cstr(out, quote ? "\"" : "");
}

void log_line_render(StrBuf *out, const LogLine *line, bool color)
{
    if (!line->is_json) {
        log_text_escape(out, line->message, color);
        return;
    }
    if (line->has_level) {
        render_level(out, line->level, color);
    }
    log_text_escape(out, line->message, color);
    for (size_t i = 0; i < line->fields->map.len; i++) {
        const NodePair *pair = &line->fields->map.pairs[i];
        bool is_shown = is_among(pair->key->text, level_keys) ||
                        is_among(pair->key->text, message_keys) ||
                        is_among(pair->key->text, hidden_keys);
        if (!is_shown) {
            render_field(out, pair, color);
        }
    }
}
