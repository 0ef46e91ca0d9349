/* What of a bundle belongs together: by name, by kind, by label. Each pointer is made once, so that
 * no rule has to compare every object with every other. */
#include <string.h>

#include "base/parallel.h"

#include "kubernetes.h"

enum { KEY_ROOM_BYTES = 256, OBJECTS_A_TURN = 64 };

static const Objects no_objects;

void bundle_init(Bundle *bundle, Arena *arena, Span origin)
{
    *bundle = (Bundle) {
        .arena = arena,
        .origin = origin,
        .by_id = MAP_ON_ARENA(arena),
        .by_kind = MAP_ON_ARENA(arena),
        .pods = MAP_ON_ARENA(arena),
        .bound = MAP_ON_ARENA(arena),
    };
}

/* Three words with a separator that is in none of them, in the room where it is enough. */
static Str key_of(Arena *arena, char *room, const Str *words, char separator)
{
    size_t len = words[0].len + words[1].len + words[2].len + 2;
    char *text = room && len <= KEY_ROOM_BYTES ? room : arena_alloc_raw(arena, len);
    char *end = text;
    for (size_t i = 0; i < 3; i++) {
        if (words[i].len > 0) {
            memcpy(end, words[i].ptr, words[i].len);
        }
        end += words[i].len;
        if (i < 2) {
            *end++ = separator;
        }
    }
    return str_make(text, len);
}

static Str id_of(Arena *arena, char *room, Str kind, Str ns, Str name)
{
    return key_of(arena, room, (const Str[]) { kind, ns, name }, '/');
}

const Object *bundle_get(const Bundle *bundle, Str kind, Str ns, Str name)
{
    char room[KEY_ROOM_BYTES];
    return map_get(&bundle->by_id, id_of(bundle->arena, room, kind, ns, name));
}

const Objects *bundle_of_kind(const Bundle *bundle, const char *kind)
{
    const Objects *found = map_get(&bundle->by_kind, str_from(kind));
    return found ? found : &no_objects;
}

/* --- selections ------------------------------------------------------------------------------- */

/* No label holds a space. */
static Str label_key(Arena *arena, char *room, Str ns, const NodePair *label)
{
    return key_of(arena, room, (const Str[]) { ns, label->key->text, label->value->text }, ' ');
}

static const Objects *pods_of(const Bundle *bundle, Str key)
{
    const Objects *found = map_get(&bundle->pods, key);
    return found ? found : &no_objects;
}

static const Objects *fewer(const Objects *best, const Objects *some)
{
    return some->len < best->len ? some : best;
}

/* The fewest that have one of the wanted labels. */
static const Objects *narrowest(const Bundle *bundle, Str ns, const Node *labels)
{
    char room[KEY_ROOM_BYTES];
    const Objects *best = pods_of(bundle, ns);
    for (size_t i = 0; node_is_map(labels) && i < labels->map.len; i++) {
        const NodePair *pair = &labels->map.pairs[i];
        Str key = label_key(bundle->arena, room, ns, pair);
        best = label_is_given(pair->key->text) ? best : fewer(best, pods_of(bundle, key));
    }
    return best;
}

/* The same for expressions that want one value. */
static const Objects *narrowest_expression(const Bundle *bundle, Str ns, const Node *expressions)
{
    const Objects *best = pods_of(bundle, ns);
    for (size_t i = 0; i < node_len(expressions); i++) {
        const Node *values = node_path(expressions->seq.items[i], "values");
        if (node_len(values) == 1 &&
            str_eq(node_text(expressions->seq.items[i], "operator"), STR("In"))) {
            char room[KEY_ROOM_BYTES];
            Str label = node_text(expressions->seq.items[i], "key");
            const Str words[] = { ns, label, values->seq.items[0]->text };
            Str key = key_of(bundle->arena, room, words, ' ');
            best = fewer(best, pods_of(bundle, key));
        }
    }
    return best;
}

Selection bundle_select(const Bundle *bundle, Str ns, const Node *selector)
{
    const Objects *by_labels = narrowest(bundle, ns, node_path(selector, "matchLabels"));
    const Objects *by_expression =
        narrowest_expression(bundle, ns, node_path(selector, "matchExpressions"));
    return (Selection) { .among = fewer(by_labels, by_expression), .selector = selector };
}

Selection bundle_select_labels(const Bundle *bundle, Str ns, const Node *labels)
{
    bool is_empty = !node_is_map(labels) || labels->map.len == 0;
    return (Selection) {
        .among = is_empty ? &no_objects : narrowest(bundle, ns, labels),
        .selector = labels,
        .is_plain = true,
    };
}

const Object *selection_next(Selection *selection)
{
    while (selection->at < selection->among->len) {
        const Object *object = selection->among->ptr[selection->at++];
        const Node *labels = object->pod->labels;
        if (selection->is_plain ? labels_match(selection->selector, labels)
                                : label_selector_matches(selection->selector, labels)) {
            return object;
        }
    }
    return NULL;
}

/* --- autoscalers ------------------------------------------------------------------------------ */

bool object_is_scaler(const Object *object)
{
    return object_is(object, "HorizontalPodAutoscaler") || object_is(object, "ScaledObject");
}

const Object *bundle_scaled_by(const Bundle *bundle, const Object *scaler)
{
    const Node *target = node_path(scaler->node, "spec.scaleTargetRef");
    Str kind = node_text(target, "kind");
    return bundle_get(
        bundle, kind.len > 0 ? kind : STR("Deployment"), scaler->ns, node_text(target, "name")
    );
}

int64_t object_least_replicas(const Object *workload)
{
    const Object *scaler = workload->pod ? workload->pod->scaler : NULL;
    if (!scaler) {
        return node_number(workload->node, "spec.replicas", 1);
    }
    return object_is(scaler, "ScaledObject") ? node_number(scaler->node, "spec.minReplicaCount", 0)
                                             : node_number(scaler->node, "spec.minReplicas", 1);
}

/* --- owners ----------------------------------------------------------------------------------- */

static const Node *controller_of(const Object *object)
{
    const Node *owners = node_path(object->node, "metadata.ownerReferences");
    for (size_t i = 0; i < node_len(owners); i++) {
        if (node_is_true(node_path(owners->seq.items[i], "controller"))) {
            return owners->seq.items[i];
        }
    }
    return NULL;
}

/* "web" of the ReplicaSet "web-5d4f8c7b9f" that a Deployment has made: dumps of pods seldom have it. */
static Str deployment_of(const Object *pod, Str replica_set)
{
    Str hash = node_text(node_path(pod->node, "metadata.labels"), "pod-template-hash");
    bool is_its = hash.len > 0 && str_strip_suffix(&replica_set, hash) &&
                  str_strip_suffix(&replica_set, STR("-"));
    return is_its ? replica_set : STR("");
}

/* Whether a controller of this bundle made it: what is wrong with its pods is mended there. */
static bool is_owned(const Bundle *bundle, const Object *object)
{
    const Node *owner = controller_of(object);
    Str kind = node_text(owner, "kind");
    Str name = node_text(owner, "name");
    if (name.len == 0) {
        return false;
    }
    return bundle_get(bundle, kind, object->ns, name) ||
           (str_eq(kind, STR("ReplicaSet")) &&
            bundle_get(bundle, STR("Deployment"), object->ns, deployment_of(object, name)));
}

/* --- sealing ---------------------------------------------------------------------------------- */

static void add_to(Bundle *bundle, Map *map, Str key, const Object *object)
{
    Objects *list = map_get(map, key);
    if (!list) {
        list = ARENA_NEW(bundle->arena, Objects);
        map_set(map, key, list);
    }
    vec_push(list, bundle->arena, object);
}

static void add_pod(Bundle *bundle, Object *object)
{
    const Node *labels = object->pod->labels;
    object->pod->object = object;
    add_to(bundle, &bundle->pods, object->ns, object);
    for (size_t i = 0; node_is_map(labels) && i < labels->map.len; i++) {
        const NodePair *pair = &labels->map.pairs[i];
        Str key = label_key(bundle->arena, NULL, object->ns, pair);
        add_to(bundle, &bundle->pods, key, object);
    }
}

static void add_names(Bundle *bundle, Object *object)
{
    Str id = id_of(bundle->arena, NULL, object->kind, object->ns, object->name);
    if (!map_has(&bundle->by_id, id)) {
        map_set(&bundle->by_id, id, object);
    }
    add_to(bundle, &bundle->by_kind, object->kind, object);
}

static void join_selected(Selection selection, const Object *by, size_t offset)
{
    for (const Object *object; (object = selection_next(&selection));) {
        const Object **place = (const Object **) (void *) ((char *) object->pod + offset);
        *place = *place ? *place : by;
    }
}

static void join(Bundle *bundle, const Object *by)
{
    if (object_is(by, "PodDisruptionBudget")) {
        const Node *selector = node_path(by->node, "spec.selector");
        join_selected(bundle_select(bundle, by->ns, selector), by, offsetof(Pod, budget));
    } else if (object_is(by, "NetworkPolicy")) {
        const Node *selector = node_path(by->node, "spec.podSelector");
        join_selected(bundle_select(bundle, by->ns, selector), by, offsetof(Pod, policy));
    } else if (object_is(by, "Service")) {
        const Node *labels = node_path(by->node, "spec.selector");
        join_selected(bundle_select_labels(bundle, by->ns, labels), by, offsetof(Pod, service));
    } else if (object_is_scaler(by)) {
        const Object *target = bundle_scaled_by(bundle, by);
        if (target && target->pod && !target->pod->scaler) {
            target->pod->scaler = by;
        }
    }
}

static void note_bound(Bundle *bundle, const Object *object)
{
    const Node *subjects =
        str_has_suffix(object->kind, STR("Binding")) ? node_path(object->node, "subjects") : NULL;
    for (size_t i = 0; i < node_len(subjects); i++) {
        map_set(&bundle->bound, node_text(subjects->seq.items[i], "name"), bundle);
    }
}

static void read_some(void *ctx, size_t turn)
{
    Bundle *bundle = ctx;
    size_t from = turn * OBJECTS_A_TURN;
    for (size_t i = from; i < bundle->objects.len && i < from + OBJECTS_A_TURN; i++) {
        object_read(bundle->arena, &bundle->objects.ptr[i]);
    }
}

void bundle_seal(Bundle *bundle, size_t jobs)
{
    size_t turns = (bundle->objects.len + OBJECTS_A_TURN - 1) / OBJECTS_A_TURN;
    parallel_each(bundle->arena, jobs, turns, read_some, bundle);
    vec_foreach(object, &bundle->objects) {
        note_bound(bundle, object);
        add_names(bundle, object);
    }
    vec_foreach(object, &bundle->objects) {
        if (object->pod && is_owned(bundle, object)) {
            object->pod = NULL;
        }
        if (object->pod) {
            add_pod(bundle, object);
        }
    }
    vec_foreach(object, &bundle->objects) {
        join(bundle, object);
    }
}
