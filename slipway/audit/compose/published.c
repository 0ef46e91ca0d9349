/* Which of many published ports overlap: single ones by their number, ranges one by one. */
#include "compose.h"

bool compose_run_together(const ComposeService *a, const ComposeService *b)
{
    bool together = a == b || a->profiles.len == 0 || b->profiles.len == 0;
    for (size_t i = 0; i < a->profiles.len && !together; i++) {
        for (size_t j = 0; j < b->profiles.len && !together; j++) {
            together = str_eq(a->profiles.ptr[i].name, b->profiles.ptr[j].name);
        }
    }
    return together;
}

static Str number_of(const ComposePort *port)
{
    return str_make((const char *) &port->published, sizeof(port->published));
}

void compose_ports_add(ComposePorts *ports, const ComposeService *service, const ComposePort *port)
{
    if (port->published == 0) {
        return;
    }
    ComposePublished *published = ARENA_NEW(ports->arena, ComposePublished);
    *published = (ComposePublished) { ports->all.len, service, port };
    vec_push(&ports->all, ports->arena, published);
    if (port->count > 1) {
        vec_push(&ports->ranges, ports->arena, published);
        return;
    }
    void **singles = map_at(&ports->singles, number_of(port));
    ComposePublishedList *list =
        *singles ? *singles : ARENA_NEW(ports->arena, ComposePublishedList);
    vec_push(list, ports->arena, published);
    *singles = list;
}

static bool overlap(const ComposePort *a, const ComposePort *b)
{
    return a->published < b->published + b->count && b->published < a->published + a->count;
}

ComposePublishedList compose_ports_overlapping(const ComposePorts *ports, const ComposePort *port)
{
    static const ComposePublishedList none = { 0 };
    ComposePublishedList found = { 0 };
    bool is_range = port->count > 1;
    const ComposePublishedList *singles = map_get(&ports->singles, number_of(port));
    const ComposePublishedList *first = is_range ? &ports->all : singles ? singles : &none;
    const ComposePublishedList *second = is_range ? &none : &ports->ranges;
    size_t i = 0;
    size_t k = 0;
    while (port->published > 0 && (i < first->len || k < second->len)) {
        bool is_first =
            k == second->len || (i < first->len && first->ptr[i]->number < second->ptr[k]->number);
        const ComposePublished *next = is_first ? first->ptr[i++] : second->ptr[k++];
        if (overlap(next->port, port)) {
            vec_push(&found, ports->arena, next);
        }
    }
    return found;
}
