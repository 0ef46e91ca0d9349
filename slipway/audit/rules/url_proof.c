/* Passwords and tokens in URLs. */
#include "base/mem.h"

#include "words.h"

enum { TOKEN_LEAST = 16, KINDS_LEAST = 6 };

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Letters, digits and what is between them, of many kinds: "XXXXXXXX" and "your-token" are none. */
static bool is_random(Str text, bool needs_digit)
{
    bool seen[256] = { false };
    size_t kinds = 0, digits = 0, separators = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_separator = c == '-' || c == '_';
        if (!is_alnum(c) && !is_separator) {
            return false;
        }
        kinds += !seen[(unsigned char) c];
        seen[(unsigned char) c] = true;
        digits += c >= '0' && c <= '9';
        separators += is_separator;
    }
    return text.len >= TOKEN_LEAST && kinds >= KINDS_LEAST &&
           (!needs_digit || (digits >= 3 && separators <= text.len / 6));
}

/* Services whose hooks have nothing but their path that says who calls. */
static bool is_hook(Str host_and_path)
{
    static const char *const hooks[] = {
        "hooks.slack.com/services/",
        "hooks.slack.com/workflows/",
        "hooks.slack.com/triggers/",
        "discord.com/api/webhooks/",
        "discordapp.com/api/webhooks/",
        "events.pagerduty.com/integration/",
        "api.telegram.org/bot",
        "hc-ping.com/",
        "nosnch.in/",
    };
    for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
        if (str_has_prefix(host_and_path, str_from(hooks[i]))) {
            return true;
        }
    }
    return str_find(host_and_path, STR(".webhook.office.com/")) != STR_NONE;
}

/* A hook of another service, such as chat.example.com/hooks/x7c…: its part looks like no word. */
static bool is_token_path(Str path)
{
    bool is_known = is_hook(path);
    bool is_likely =
        str_find(path, STR("/hooks/")) != STR_NONE || str_find(path, STR("/webhook")) != STR_NONE;
    Str host, part;
    if ((!is_known && !is_likely) || !str_cut(path, '/', &host, &path)) {
        return false;
    }
    while (str_next(&path, '/', &part)) {
        Str rest = part;
        Str number, token;
        if (str_strip_prefix(&rest, STR("bot")) && str_cut(rest, ':', &number, &token)) {
            part = token; /* of Telegram */
        }
        if (is_random(part, !is_known)) {
            return true;
        }
    }
    return false;
}

static bool is_token_query(Str query)
{
    static const char *const names[] = { "token",        "key",    "api_key", "apikey",
                                         "access_token", "secret", "sig",     "password" };
    Str pair, name, value;
    while (str_next(&query, '&', &pair)) {
        for (size_t i = 0; str_cut(pair, '=', &name, &value) && i < ARRAY_LEN(names); i++) {
            if (str_eq_nocase(name, str_from(names[i])) && is_secret_text(value) &&
                is_random(value, false)) {
                return true;
            }
        }
    }
    return false;
}

const char *url_proof(Str url)
{
    size_t scheme = str_find(url, STR("://"));
    Str rest = scheme == STR_NONE ? STR("") : str_skip(url, scheme + 3);
    Str path, query;
    if (rest.len == 0) {
        return NULL;
    }
    if (is_secret_text(url_password(url))) {
        return "password";
    }
    if (!str_cut(str_slice(rest, 0, str_find_char(rest, '#')), '?', &path, &query)) {
        path = rest;
        query = STR("");
    }
    return is_token_query(query) || is_token_path(path) ? "token" : NULL;
}
