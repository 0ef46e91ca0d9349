#include "stack/isolation.h"

#include "base/fs.h"
#include "codec/json.h"

#include "stack/ports.h"

/* Below the ports that the kernel gives to clients (32768 and up, ip_local_port_range) and above
 * those of known servers. Each checkout begins at a place of its own. */
enum { FIRST_PORT = 20000, PORTS = 10000, STRIDE = 40, NOTE_MOST = 1024 * 1024 };

/* ---- the note ---- */

static bool is_port(const Node *node)
{
    return node && node->kind == NODE_INT && node->integer > 0 && node->integer < 65536;
}

static int read_ports(Arena *arena, Place *place, const Node *list)
{
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *wanted = node_get_cstr(list->seq.items[i], "catalog");
        const Node *given = node_get_cstr(list->seq.items[i], "port");
        if (!is_port(wanted) || !is_port(given)) {
            return -EBADMSG;
        }
        PlacePort port = { .wanted = wanted->integer, .given = given->integer };
        vec_push(&place->ports, arena, port);
    }
    return node_is_seq(list) ? 0 : -EBADMSG;
}

int isolation_read(Arena *arena, Place *place, Error *err)
{
    const char *path = str_to_cstr(arena, place->isolation_path);
    Str text;
    Node *root = NULL;
    if (!fs_exists(path)) {
        return 0;
    }
    int rc = fs_read(arena, path, NOTE_MOST, &text, err);
    if (rc < 0) {
        return rc;
    }
    rc = json_read_str(arena, text, NULL, &root, err);
    rc = rc < 0 ? rc : read_ports(arena, place, node_get_cstr(root, "ports"));
    if (rc < 0) {
        return error_set(
            err, -EBADMSG, "%s is broken; delete it and run `slipway up --isolated` again", path
        );
    }
    place_isolate(arena, place);
    return 0;
}

int isolation_write(const Place *place, const Plan *plan, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    StrBuf text = STRBUF_ON_ARENA(arena);
    JsonWriter writer = json_writer(&text, 2);
    json_begin_object(&writer);
    json_key(&writer, "ports");
    json_begin_array(&writer);
    for (size_t i = 0; i < plan->len; i++) {
        const PlanNode *node = &plan->nodes[i];
        for (size_t k = 0; node->engine != ENGINE_EXTERNAL && k < node->ports.len; k++) {
            const Port *port = &node->ports.ptr[k];
            json_begin_object(&writer);
            json_field_string(&writer, "node", node->name);
            json_field_string(&writer, "name", port->name);
            json_field_int(&writer, "catalog", port->number);
            json_field_int(&writer, "port", place_port(place, port));
            json_end_object(&writer);
        }
    }
    json_end_array(&writer);
    json_end_object(&writer);
    strbuf_add_char(&text, '\n');
    return fs_write_atomic(str_to_cstr(arena, place->isolation_path), strbuf_str(&text), 0600, err);
}

/* ---- which ports ---- */

static bool is_given(const Place *place, int64_t number)
{
    vec_foreach(port, &place->ports) {
        if (port->given == number) {
            return true;
        }
    }
    return false;
}

static PlacePort *find_wanted(Place *place, int64_t number)
{
    vec_foreach(port, &place->ports) {
        if (port->wanted == number) {
            return port;
        }
    }
    return NULL;
}

/* The next one that nobody listens on; 0: none is left. */
static int64_t take_free(const Place *place, int64_t *cursor)
{
    for (int tried = 0; tried < PORTS; tried++) {
        int64_t number = FIRST_PORT + *cursor;
        *cursor = (*cursor + 1) % PORTS;
        if (!is_given(place, number) && !port_is_taken(number)) {
            return number;
        }
    }
    return 0;
}

static int64_t start_of(const Place *place)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < place->id.len; i++) {
        hash = hash * 31 + (unsigned char) place->id.ptr[i];
    }
    return (int64_t) (hash % (PORTS / STRIDE)) * STRIDE;
}

static int assign_port(Arena *arena, Place *place, const Port *port, int64_t *cursor, Error *err)
{
    PlacePort *known = find_wanted(place, port->number);
    if (known && !port_is_taken(known->given)) {
        return 0;
    }
    int64_t number = take_free(place, cursor);
    if (number == 0) {
        return error_set(
            err,
            -EADDRINUSE,
            "no free port between %d and %d for %" STR_FMT,
            FIRST_PORT,
            FIRST_PORT + PORTS - 1,
            STR_ARG(port->name)
        );
    }
    if (known) {
        known->given = number;
    } else {
        PlacePort added = { .wanted = port->number, .given = number };
        vec_push(&place->ports, arena, added);
    }
    return 0;
}

int isolation_assign(Arena *arena, Place *place, const Plan *plan, Error *err)
{
    int64_t cursor = start_of(place);
    place_isolate(arena, place);
    for (size_t i = 0; i < plan->len; i++) {
        const PlanNode *node = &plan->nodes[i];
        for (size_t k = 0; node->engine != ENGINE_EXTERNAL && k < node->ports.len; k++) {
            int rc = assign_port(arena, place, &node->ports.ptr[k], &cursor, err);
            if (rc < 0) {
                return rc;
            }
        }
    }
    return 0;
}
