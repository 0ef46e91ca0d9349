#include "codec/yaml_place.h"

/* The text and its source have the same characters in the same order, apart from white space and
 * from what is escaped. So both are walked side by side: a character against a character (or an
 * escape), a run of white space against a run of white space. */

typedef struct Unit {
    uint32_t size; /* bytes in the source */
    size_t made;   /* bytes in the text */
    bool is_blank;
} Unit;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static Unit read_escape(Str rest)
{
    char c = rest.len > 1 ? rest.ptr[1] : '\0';
    switch (c) {
    case '\n':
        return (Unit) { 2, 0, true };
    case '\r':
        return (Unit) { rest.len > 2 && rest.ptr[2] == '\n' ? 3 : 2, 0, true };
    case ' ':
    case '\t':
    case 't':
    case 'n':
    case 'r':
        return (Unit) { 2, 1, true };
    case 'N':
    case '_':
        return (Unit) { 2, 2, false };
    case 'L':
    case 'P':
        return (Unit) { 2, 3, false };
    default:
        return (Unit) { 2, 1, false };
    case 'x':
    case 'u':
    case 'U':
        break;
    }
    uint32_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8, value = 0;
    for (uint32_t i = 2; i < 2 + digits && i < rest.len; i++) {
        char digit = rest.ptr[i];
        value = value << 4 | (uint32_t) (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
    }
    size_t made = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
    return (Unit) { 2 + digits, made, value == ' ' || (value >= 9 && value <= 13) };
}

static Unit next_unit(const YamlPlace *place)
{
    Str source = place->node->span.source->text;
    Str rest = str_slice(source, place->source_at, place->source_end);
    NodeStyle style = place->node->style;
    if (rest.ptr[0] == '\\' && style == STYLE_DOUBLE_QUOTED) {
        return read_escape(rest);
    }
    if (rest.ptr[0] == '\'' && style == STYLE_SINGLE_QUOTED) {
        return (Unit) { 2, 1, false };
    }
    if (str_has_prefix(rest, STR("\xC2\x85"))) {
        return (Unit) { 2, 1, true };
    }
    return (Unit) { 1, 1, is_blank(rest.ptr[0]) };
}

static bool source_has_more(const YamlPlace *place)
{
    return place->source_at < place->source_end;
}

static void skip_source_blanks(YamlPlace *place)
{
    while (source_has_more(place)) {
        Unit unit = next_unit(place);
        if (!unit.is_blank) {
            return;
        }
        place->source_at += unit.size;
    }
}

/* A run of white space: byte for byte where it is the same, to its end when `at` is behind it.
 * false: `at` lies in it, and *ret_offset is where. */
static bool pass_blanks(YamlPlace *place, size_t at, uint32_t *ret_offset)
{
    Str text = place->node->text;
    size_t end = place->text_at;
    while (end < text.len && is_blank(text.ptr[end])) {
        end++;
    }
    YamlPlace behind = *place;
    skip_source_blanks(&behind);
    if (at < end) {
        size_t offset = place->source_at + (at - place->text_at);
        *ret_offset = offset < behind.source_at ? (uint32_t) offset : behind.source_at;
        return false;
    }
    place->text_at = end;
    place->source_at = behind.source_at;
    return true;
}

static uint32_t find(YamlPlace *place, size_t at)
{
    Str text = place->node->text;
    if (at < place->text_at && at >= place->last_text_at && place->last_source_at > 0) {
        place->text_at = place->last_text_at;
        place->source_at = place->last_source_at;
    } else if (at < place->text_at) {
        yaml_place_init(place, place->node);
    }
    while (place->text_at < text.len && source_has_more(place)) {
        if (is_blank(text.ptr[place->text_at])) {
            uint32_t offset;
            if (!pass_blanks(place, at, &offset)) {
                return offset;
            }
            continue;
        }
        skip_source_blanks(place);
        if (place->text_at >= at || !source_has_more(place)) {
            break;
        }
        Unit unit = next_unit(place);
        if (place->text_at + unit.made > at) {
            break; /* inside of an escaped character */
        }
        place->source_at += unit.size;
        place->text_at += unit.made;
    }
    return place->source_at;
}

void yaml_place_init(YamlPlace *place, const Node *node)
{
    *place =
        (YamlPlace) { .node = node, .source_at = node->span.start, .source_end = node->span.end };
    if (!span_is_known(node->span)) {
        return;
    }
    Str text = node->span.source->text;
    if (node->style == STYLE_SINGLE_QUOTED || node->style == STYLE_DOUBLE_QUOTED) {
        place->source_at++;
        place->source_end--;
    } else if (node->style == STYLE_LITERAL || node->style == STYLE_FOLDED) {
        while (place->source_at < place->source_end && text.ptr[place->source_at] != '\n') {
            place->source_at++;
        }
        place->source_at += place->source_at < place->source_end;
    }
}

Span yaml_place_span(YamlPlace *place, size_t from, size_t to)
{
    const Node *node = place->node;
    if (!span_is_known(node->span) || node->span.source->is_coarse || !node_is_scalar(node)) {
        return node->span;
    }
    uint32_t start = find(place, from);
    place->last_text_at = place->text_at;
    place->last_source_at = place->source_at;
    if (to <= from) {
        return span_make(node->span.source, start, start);
    }
    uint32_t end = find(place, to - 1);
    if (end < place->source_end) {
        YamlPlace last = *place;
        last.source_at = end;
        end += next_unit(&last).size;
    }
    return span_make(node->span.source, start, end);
}

Span yaml_text_span(const Node *node, size_t from, size_t to)
{
    YamlPlace place;
    yaml_place_init(&place, node);
    return yaml_place_span(&place, from, to);
}
