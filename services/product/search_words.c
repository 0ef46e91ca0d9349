/* Words of a search become a tsquery of quoted prefixes; nothing of the client's text is read as an
 * operator. */
#include "list.h"

enum { WORDS_MAX = 12 };

/* ASCII letters and digits, and every character beyond ASCII: the parser of Postgres knows what is
 * a letter. */
static bool is_word_byte(char c)
{
    unsigned char byte = (unsigned char) c;
    return byte >= 0x80 || (byte >= '0' && byte <= '9') ||
           ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

Str search_query_of(Arena *arena, Str text)
{
    StrBuf query = STRBUF_ON_ARENA(arena);
    unsigned words = 0;
    for (size_t at = 0; at < text.len && words < WORDS_MAX;) {
        size_t end = at;
        while (end < text.len && is_word_byte(text.ptr[end])) {
            end++;
        }
        if (end > at) {
            strbuf_add_cstr(&query, words++ ? " & '" : "'");
            strbuf_add(&query, str_slice(text, at, end));
            strbuf_add_cstr(&query, "':*");
        }
        at = end + 1;
    }
    return strbuf_str(&query);
}
