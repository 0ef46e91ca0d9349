#include "quantity.h"

#include "base/mem.h"

static const struct {
    const char *suffix;
    double milli;
} units[] = {
    { "Ki", 1024e3 },
    { "Mi", 1048576e3 },
    { "Gi", 1073741824e3 },
    { "Ti", 1099511627776e3 },
    { "Pi", 1125899906842624e3 },
    { "Ei", 1152921504606846976e3 },
    { "n", 1e-6 },
    { "u", 1e-3 },
    { "m", 1 },
    { "k", 1e6 },
    { "M", 1e9 },
    { "G", 1e12 },
    { "T", 1e15 },
    { "P", 1e18 },
    { "E", 1e21 },
};

/* Digits with a sign and a point; an exponent only where no unit follows. */
static bool is_number(Str text, bool allows_exponent)
{
    bool has_digit = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_exponent = allows_exponent && (c == 'e' || c == 'E');
        bool is_sign =
            (c == '+' || c == '-') && (i == 0 || text.ptr[i - 1] == 'e' || text.ptr[i - 1] == 'E');
        has_digit = has_digit || (c >= '0' && c <= '9');
        if (!is_exponent && !is_sign && c != '.' && (c < '0' || c > '9')) {
            return false;
        }
    }
    return has_digit;
}

bool quantity_parse(const Node *node, double *ret_milli)
{
    if (!node || !node_is_scalar(node)) {
        return false;
    }
    if (node->kind == NODE_INT || node->kind == NODE_FLOAT) {
        *ret_milli = 1e3 * (node->kind == NODE_INT ? (double) node->integer : node->real);
        return true;
    }
    Str text = node->text;
    double milli = 1e3;
    bool has_unit = false;
    for (size_t i = 0; i < ARRAY_LEN(units) && !has_unit; i++) {
        has_unit = str_strip_suffix(&text, str_from(units[i].suffix));
        milli = has_unit ? units[i].milli : milli;
    }
    double number = 0;
    if (node->kind != NODE_STRING || !is_number(text, !has_unit) || !str_to_double(text, &number)) {
        return false;
    }
    *ret_milli = number * milli;
    return true;
}
