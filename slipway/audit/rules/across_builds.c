/* What is built, where, and by which version of what. */
#include "base/mem.h"
#include "base/path.h"

#include "across.h"
#include "audit/repository/ci.h"

/* --- XA003 ------------------------------------------------------------------------------------ */

static bool is_aside(Str path)
{
    static const Str words[] = { STR_INIT(".devcontainer"), STR_INIT("test"),   STR_INIT("example"),
                                 STR_INIT("docs/"),         STR_INIT("tools/"), STR_INIT("hack/"),
                                 STR_INIT("vendor/") };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_find(path, words[i]) != STR_NONE) {
            return true;
        }
    }
    return false;
}

typedef struct Pairing {
    size_t paired, composed, deployed;
} Pairing;

static Pairing pairing_of(const Repository *repository)
{
    Pairing pairing = { 0 };
    vec_foreach(service, &repository->services) {
        bool is_composed = service->compose.len > 0;
        bool is_deployed = service->containers.len > 0;
        pairing.paired += is_composed && is_deployed;
        pairing.composed += is_composed && !is_deployed;
        pairing.deployed += is_deployed && !is_composed;
    }
    return pairing;
}

/* Of the first service that is in both: one that runs it, or builds it. */
static Span place_of_paired(const Repository *repository, bool in_compose)
{
    vec_foreach(service, &repository->services) {
        if (service->compose.len > 0 && service->containers.len > 0) {
            const Node *name = service->containers.ptr[0].object->name_node;
            return in_compose ? service->compose.ptr[0]->key->span : name ? name->span : SPAN_NONE;
        }
    }
    return SPAN_NONE;
}

/* Only where most services are in both is a service in one of them an omission. */
static void xa003(RuleContext *ctx, const Repository *repository)
{
    Pairing pairing = pairing_of(repository);
    vec_foreach(service, &repository->services) {
        if (service->compose.len > 0 && service->containers.len == 0 && service->dockerfile &&
            pairing.paired > pairing.composed) {
            const ComposeService *compose = service->compose.ptr[0];
            if (compose->profiles.len == 0 && !compose->is_job &&
                !is_aside(repository_relative(repository, service->directory))) {
                Diag *diag = rule_find(
                    ctx,
                    compose->key,
                    "no workload runs what service \"%" STR_FMT "\" builds",
                    STR_ARG(compose->name)
                );
                Span other = place_of_paired(repository, false);
                across_relate(ctx, diag, other, "others have a workload");
            }
        }
        if (service->containers.len > 0 && service->compose.len == 0 &&
            pairing.paired > pairing.deployed) {
            across_enter(ctx, &service->containers.ptr[0]);
            Diag *diag = rule_find(
                ctx,
                node_path(service->containers.ptr[0].container->node, "image"),
                "no Compose service builds \"%" STR_FMT "\"",
                STR_ARG(service->name)
            );
            Span other = place_of_paired(repository, true);
            across_relate(ctx, diag, other, "others are in Compose");
            across_leave(ctx);
        }
    }
}

/* --- XA012, XA013 ----------------------------------------------------------------------------- */

/* The place of a build that names images, or NULL: then no manifest's image is missing. */
static const Node *first_push(const CiBuilds *builds)
{
    vec_foreach(build, &builds->builds) {
        if (build->images.len > 0 && build->is_pushed) {
            return build->node;
        }
    }
    return NULL;
}

static void xa012(RuleContext *ctx, const Repository *repository)
{
    const CiBuilds *builds = repository->ci;
    const Node *push = first_push(builds);
    if (builds->is_open || !push) {
        return;
    }
    vec_foreach(service, &repository->services) {
        for (size_t i = 0; service->dockerfile && i < service->containers.len; i++) {
            const RepoContainer *place = &service->containers.ptr[i];
            const Node *node = node_path(place->container->node, "image");
            ImageName image;
            if (!image_parse(repository->arena, node->text, &image) ||
                ci_builds_image(builds, &image)) {
                continue;
            }
            across_enter(ctx, place);
            Diag *diag =
                rule_find(ctx, node, "no workflow builds %" STR_FMT, STR_ARG(image.repository));
            across_leave(ctx);
            across_relate(ctx, diag, push->span, "others are built here");
        }
    }
}

static void xa013(RuleContext *ctx, const Repository *repository)
{
    const CiBuilds *builds = repository->ci;
    if (builds->is_open || builds->builds.len == 0) {
        return;
    }
    vec_foreach(service, &repository->services) {
        Str path = service->dockerfile ? service->dockerfile->source->path : STR("");
        if (path.len == 0 || is_aside(repository_relative(repository, path)) ||
            ci_builds_file(repository, builds, path) ||
            (!str_eq(service->directory, repository->root) &&
             repository_tells_of(repository, path_base(service->directory)))) {
            continue;
        }
        const DockerStage *stage = docker_final_stage(service->dockerfile);
        if (stage) {
            Diag *diag = rule_find_span(ctx, stage->from->keyword, "no workflow builds this file");
            across_relate(ctx, diag, builds->builds.ptr[0].node->span, "others are built here");
        }
    }
}

/* --- XA025 ------------------------------------------------------------------------------------ */

/* The directory below which each value of the list names one with a Dockerfile; NONE: there is none. */
static bool find_parent(const Repository *repository, const Node *list, Str *ret_parent)
{
    vec_foreach(service, &repository->services) {
        if (!service->dockerfile || !str_has_char(service->directory, '/')) {
            continue;
        }
        Str parent = path_dir(service->directory);
        size_t found = 0;
        for (size_t i = 0; i < list->seq.len; i++) {
            Str value = list->seq.items[i]->text;
            vec_foreach(other, &repository->services) {
                found += other->dockerfile && str_eq(path_dir(other->directory), parent) &&
                         str_eq(path_base(other->directory), value);
            }
        }
        if (found == list->seq.len) {
            *ret_parent = parent;
            return true;
        }
    }
    return false;
}

static bool has_text(const Node *list, Str text)
{
    for (size_t i = 0; i < node_len(list); i++) {
        const Node *item = list->seq.items[i];
        if (node_is_scalar(item) && str_eq(item->text, text)) {
            return true;
        }
        for (size_t k = 0; node_is_map(item) && k < item->map.len; k++) {
            const Node *value = item->map.pairs[k].value;
            if (node_is_scalar(value) && str_eq(value->text, text)) {
                return true;
            }
        }
    }
    return false;
}

static bool builds_images(const Job *job)
{
    vec_foreach(step, &job->steps) {
        if (uses_is(&step->uses, "docker/build-push-action") ||
            (step->run && str_find(step->run->text, STR("docker")) != STR_NONE)) {
            return true;
        }
    }
    return false;
}

static void
check_matrix(RuleContext *ctx, const Repository *repository, const Job *job, const NodePair *pair)
{
    Str parent;
    const Node *list = pair->value;
    bool is_plain = node_len(list) >= 2;
    for (size_t i = 0; i < node_len(list); i++) {
        is_plain = is_plain && node_is_scalar(list->seq.items[i]);
    }
    if (!is_plain || !find_parent(repository, list, &parent)) {
        return;
    }
    vec_foreach(service, &repository->services) {
        Str name = path_base(service->directory);
        if (!service->dockerfile || !str_eq(path_dir(service->directory), parent) ||
            has_text(list, name) || has_text(job->matrix.include, name)) {
            continue;
        }
        Diag *diag = rule_find(
            ctx,
            pair->key,
            "%" STR_FMT " has a Dockerfile and isn't in the matrix",
            STR_ARG(repository_relative(repository, service->directory))
        );
        const DockerStage *stage = docker_final_stage(service->dockerfile);
        if (stage) {
            across_relate(ctx, diag, stage->from->span, "it stands here");
        }
        rule_fix_prepend(ctx, diag, list, str_to_cstr(repository->arena, name));
    }
}

static void xa025(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(workflow, &repository->audit->workflows) {
        vec_foreach(job, &(*workflow)->jobs) {
            const Node *matrix = job->matrix.node;
            bool is_of_images = node_is_map(matrix) && builds_images(job);
            for (size_t i = 0; is_of_images && i < matrix->map.len; i++) {
                check_matrix(ctx, repository, job, &matrix->map.pairs[i]);
            }
        }
    }
}

/* --- XA032 ------------------------------------------------------------------------------------ */

typedef enum UseKind { USE_COMPOSE, USE_MANIFEST, USE_WORKFLOW } UseKind;

typedef struct ImageUse {
    UseKind kind;
    ImageName name;
    const Node *node;
} ImageUse;

typedef struct ImageUses {
    VEC(ImageUse) all;
} ImageUses;

static void
add_use(const Repository *repository, ImageUses *uses, UseKind kind, const Node *node, Str text)
{
    ImageUse use = { .kind = kind, .node = node };
    if (node && !repository_is_sample(repository, node->span.source->path) &&
        image_parse(repository->arena, text, &use.name) && image_is_official(&use.name) &&
        use.name.tag.len > 0 && use.name.tag.ptr[0] >= '0' && use.name.tag.ptr[0] <= '9') {
        vec_push(&uses->all, repository->arena, use);
    }
}

static void
add_workflow_uses(const Repository *repository, ImageUses *uses, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        for (size_t i = 0; node_is_map(job->services) && i < job->services->map.len; i++) {
            const Node *image = node_path(job->services->map.pairs[i].value, "image");
            if (image) {
                add_use(repository, uses, USE_WORKFLOW, image, image->text);
            }
        }
    }
}

static ImageUses image_uses(const Repository *repository)
{
    const Audit *audit = repository->audit;
    ImageUses uses = { 0 };
    vec_foreach(project, &audit->compose_projects) {
        for (size_t i = 0; i < (*project)->services.len; i++) {
            const ComposeService *service = &(*project)->services.ptr[i];
            if (!(*project)->base && !service->build) {
                add_use(repository, &uses, USE_COMPOSE, service->image, service->image_text);
            }
        }
    }
    vec_foreach(bundle, &audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            for (size_t i = 0; object->pod && i < object->pod->containers.len; i++) {
                const Node *image = node_path(object->pod->containers.ptr[i].node, "image");
                if (image && span_is_known(image->span)) {
                    add_use(repository, &uses, USE_MANIFEST, image, image->text);
                }
            }
        }
    }
    vec_foreach(workflow, &audit->workflows) {
        add_workflow_uses(repository, &uses, *workflow);
    }
    return uses;
}

static Str version_of(Str tag)
{
    size_t end = 0;
    while (end < tag.len && ((tag.ptr[end] >= '0' && tag.ptr[end] <= '9') || tag.ptr[end] == '.')) {
        end++;
    }
    return str_slice(tag, 0, end);
}

/* "16" and "16.4" may be the same; "16" and "15" may not. */
static bool may_be_same(Str a, Str b)
{
    Str part_a;
    Str part_b;
    while (str_next(&a, '.', &part_a) && str_next(&b, '.', &part_b)) {
        if (!str_eq(part_a, part_b)) {
            return false;
        }
    }
    return true;
}

/* Where the image stands as it is: its tag may come from elsewhere. */
static void suggest_tag(RuleContext *ctx, Diag *diag, const ImageUse *use, Str tag)
{
    Span span = use->node->span;
    size_t at = str_find(span_text(span), use->node->text);
    size_t colon = str_rfind_char(use->node->text, ':');
    if (at != STR_NONE && colon != STR_NONE && use->name.digest.len == 0 &&
        str_eq(str_skip(use->node->text, colon + 1), use->name.tag)) {
        size_t start = span.start + at + colon + 1;
        Span old = span_make(span.source, start, start + use->name.tag.len);
        rule_suggest(ctx, diag, old, "%" STR_FMT, STR_ARG(tag));
    }
}

/* Whether the two kinds have a version in common: then the others are tried beside it. */
static bool have_common(const ImageUses *uses, const ImageUse *one, const ImageUse *other)
{
    vec_foreach(a, &uses->all) {
        if (a->kind != one->kind || !str_eq(a->name.repository, one->name.repository)) {
            continue;
        }
        vec_foreach(b, &uses->all) {
            if (b->kind == other->kind && str_eq(b->name.repository, other->name.repository) &&
                may_be_same(version_of(a->name.tag), version_of(b->name.tag))) {
                return true;
            }
        }
    }
    return false;
}

static void xa032(RuleContext *ctx, const Repository *repository)
{
    ImageUses uses = image_uses(repository);
    Map first = MAP_ON_ARENA(repository->arena);
    vec_foreach(use, &uses.all) {
        const ImageUse *known = map_get(&first, use->name.repository);
        if (!known) {
            map_set(&first, use->name.repository, use);
            continue;
        }
        if (known->kind != use->kind && !have_common(&uses, known, use)) {
            Diag *diag = rule_find(
                ctx,
                use->node,
                "%" STR_FMT " is %" STR_FMT " here and %" STR_FMT " elsewhere",
                STR_ARG(use->name.last),
                STR_ARG(use->name.tag),
                STR_ARG(known->name.tag)
            );
            across_relate(ctx, diag, known->node->span, "the other version");
            suggest_tag(ctx, diag, use, known->name.tag);
        }
    }
}

static const AuditRule rules[] = {
    { .id = "XA003",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning = "A service that only Compose or only Kubernetes has, where the others are in both",
      .why = "It was added in one place: what is tested on a laptop isn't what is deployed.",
      .fix = "add it where it is missing, or give it a profile in Compose when it is a tool",
      .check_repository = xa003 },
    { .id = "XA012",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A manifest's image that no workflow builds",
      .why = "Its tag was pushed by hand, or never: the pods wait in ImagePullBackOff.",
      .fix = "build and push it in the workflow, or correct the name",
      .bad = "image: ghcr.io/shop/cart:1.0 # and the workflow pushes ghcr.io/shop/basket\n",
      .good = "image: ghcr.io/shop/basket:1.0\n",
      .check_repository = xa012 },
    { .id = "XA013",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning = "A Dockerfile that no workflow builds, where others are built",
      .why = "It breaks unseen, and its image is as old as the last build by hand.",
      .fix = "build it in the workflow that builds the others",
      .check_repository = xa013 },
    { .id = "XA025",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A matrix of services that misses one",
      .why = "The service is neither built nor tested, and nothing fails.",
      .fix = "add the directory to the matrix, or make the list from the directories",
      .bad = "matrix: {service: [cart, order]} # and services/payment has a Dockerfile\n",
      .good = "matrix: {service: [cart, order, payment]}\n",
      .check_repository = xa025 },
    { .id = "XA032",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning = "One image in different versions",
      .why = "What was tested against isn't what runs.",
      .fix = "use one version in Compose, manifests and workflows",
      .bad = "image: postgres:15 # and postgres:16.4 in Compose\n",
      .good = "image: postgres:16.4\n",
      .check_repository = xa032 },
};

const RuleFamily rules_across_builds = { rules, ARRAY_LEN(rules) };
