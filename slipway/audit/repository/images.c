#include "base/mem.h"

#include "repository.h"

static bool is_host(Str part)
{
    return str_has_char(part, '.') || str_has_char(part, ':') || str_eq(part, STR("localhost"));
}

bool image_parse(Arena *arena, Str text, ImageName *ret)
{
    *ret = (ImageName) { 0 };
    Str rest = text;
    size_t at = str_find_char(rest, '@');
    if (at != STR_NONE) {
        ret->digest = str_skip(rest, at + 1);
        rest = str_slice(rest, 0, at);
    }
    size_t colon = str_rfind_char(rest, ':');
    size_t slash = str_rfind_char(rest, '/');
    if (colon != STR_NONE && (slash == STR_NONE || colon > slash)) {
        ret->tag = str_skip(rest, colon + 1);
        rest = str_slice(rest, 0, colon);
    }
    if (rest.len == 0 || str_has_char(rest, '$') || str_has_char(rest, '{')) {
        return false;
    }
    size_t first = str_find_char(rest, '/');
    Str registry = STR("docker.io");
    ret->path = rest;
    if (first != STR_NONE && is_host(str_slice(rest, 0, first))) {
        registry = str_slice(rest, 0, first);
        ret->path = str_skip(rest, first + 1);
    } else if (first == STR_NONE) {
        ret->path = str_concat(arena, STR("library/"), rest);
    }
    ret->repository = str_concat(arena, str_concat(arena, registry, STR("/")), ret->path);
    slash = str_rfind_char(ret->path, '/');
    ret->last = slash == STR_NONE ? ret->path : str_skip(ret->path, slash + 1);
    return true;
}

bool image_is_official(const ImageName *image)
{
    static const Str owners[] = {
        STR_INIT("docker.io/library/"),       STR_INIT("docker.io/bitnami/"),
        STR_INIT("docker.io/bitnamilegacy/"), STR_INIT("docker.io/confluentinc/"),
        STR_INIT("docker.io/grafana/"),       STR_INIT("docker.io/prom/"),
        STR_INIT("docker.io/jaegertracing/"), STR_INIT("docker.io/otel/"),
        STR_INIT("docker.io/minio/"),         STR_INIT("docker.io/provectuslabs/"),
        STR_INIT("docker.io/apache/"),        STR_INIT("quay.io/"),
        STR_INIT("gcr.io/distroless/"),       STR_INIT("registry.k8s.io/"),
        STR_INIT("mcr.microsoft.com/"),       STR_INIT("docker.elastic.co/"),
        STR_INIT("public.ecr.aws/"),
    };
    for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
        if (str_has_prefix(image->repository, owners[i])) {
            return true;
        }
    }
    return false;
}

bool image_is_bare(Str image)
{
    return str_eq(image, STR("scratch")) || (str_find(image, STR("distroless/")) != STR_NONE &&
                                             str_find(image, STR("debug")) == STR_NONE);
}
