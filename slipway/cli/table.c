#include "base/text.h"

#include "cli/internal.h"

/* Columns as seen: SGR sequences take none. */
static size_t visible_width(Str cell)
{
    size_t hidden = 0;
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.ptr[i] != '\x1b') {
            continue;
        }
        size_t end = i;
        while (end < cell.len && cell.ptr[end] != 'm') {
            end++;
        }
        /* ESC itself is a control character, which utf8_width counts as none */
        hidden += end - i;
        i = end;
    }
    return utf8_width(cell) - hidden;
}

void cli_table_add(CliTable *table, Str cell)
{
    vec_push(&table->cells, table->arena, cell);
}

void cli_table_render(const CliTable *table, StrBuf *out)
{
    size_t *widths = ARENA_ARRAY(table->arena, size_t, table->columns + 1);
    for (size_t i = 0; i < table->cells.len; i++) {
        size_t width = visible_width(table->cells.ptr[i]);
        size_t column = i % table->columns;
        widths[column] = width > widths[column] ? width : widths[column];
    }
    for (size_t i = 0; i < table->cells.len; i++) {
        size_t column = i % table->columns;
        Str cell = table->cells.ptr[i];
        strbuf_add(out, cell);
        if (column + 1 == table->columns) {
            while (out->len && out->ptr[out->len - 1] == ' ') {
                strbuf_truncate(out, out->len - 1);
            }
            strbuf_add_char(out, '\n');
        } else {
            strbuf_add_repeat(out, ' ', widths[column] - visible_width(cell) + 2);
        }
    }
}
