#include "codec/yaml_keys.h"

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "base/mem.h"

static uint32_t next_char(Str text, size_t *at)
{
    unsigned char c = (unsigned char) text.ptr[*at];
    size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (*at + len > text.len) {
        len = 1;
    }
    static const unsigned char masks[] = { 0, 0xFF, 0x1F, 0x0F, 0x07 };
    uint32_t value = c & masks[len];
    for (size_t i = 1; i < len; i++) {
        value = value << 6 | ((unsigned char) text.ptr[*at + i] & 0x3F);
    }
    *at += len;
    return value;
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint32_t c)
{
    if (c < 0x80) {
        return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    }
    return c != 0xD7 && c != 0xF7 && c >= 0xAA; /* beyond ASCII nearly all that keys hold */
}

/* The run of digits at `at`: its value and length. */
static int64_t digit_run(Str text, size_t at, size_t *ret_len, int64_t value)
{
    size_t end = at;
    while (end < text.len && is_digit((unsigned char) text.ptr[end])) {
        value = (int64_t) ((uint64_t) value * 10 + (uint64_t) (text.ptr[end] - '0'));
        end++;
    }
    *ret_len = end - at;
    return value;
}

static bool digits_above_zero_before(Str text, size_t at)
{
    while (at > 0 && is_digit((unsigned char) text.ptr[at - 1])) {
        if (text.ptr[at - 1] != '0') {
            return true;
        }
        at--;
    }
    return false;
}

/* `at`: of the first character that differs. */
static int compare_at(Str a, Str b, size_t at)
{
    size_t next_a = at, next_b = at;
    uint32_t char_a = next_char(a, &next_a), char_b = next_char(b, &next_b);
    bool letter_a = is_letter(char_a), letter_b = is_letter(char_b);
    if (letter_a && letter_b) {
        return char_a < char_b ? -1 : 1;
    }
    if (letter_a || letter_b) {
        return letter_b ? -1 : 1;
    }
    int64_t seed = (char_a == '0' || char_b == '0') && digits_above_zero_before(a, at);
    size_t len_a = 0, len_b = 0;
    int64_t value_a = digit_run(a, at, &len_a, seed), value_b = digit_run(b, at, &len_b, seed);
    if (value_a != value_b) {
        return value_a < value_b ? -1 : 1;
    }
    if (len_a != len_b) {
        return len_a < len_b ? -1 : 1;
    }
    return char_a < char_b ? -1 : 1;
}

int yaml_key_cmp(Str a, Str b)
{
    size_t at = 0, least = a.len < b.len ? a.len : b.len;
    while (at < least && a.ptr[at] == b.ptr[at]) {
        at++;
    }
    if (at == least) {
        return a.len < b.len ? -1 : a.len > b.len;
    }
    while (at > 0 && ((unsigned char) a.ptr[at] & 0xC0) == 0x80) {
        at--; /* back to the start of the character */
    }
    return compare_at(a, b, at);
}

static int compare_pairs(const void *a, const void *b)
{
    return yaml_key_cmp(((const NodePair *) a)->key->text, ((const NodePair *) b)->key->text);
}

NodePair *yaml_sorted_pairs(const Node *map)
{
    NodePair *pairs = (NodePair *) mem_calloc(map->map.len + 1, sizeof *pairs);
    if (map->map.len > 0) {
        memcpy(pairs, map->map.pairs, map->map.len * sizeof *pairs);
        qsort(pairs, map->map.len, sizeof *pairs, compare_pairs);
    }
    return pairs;
}
