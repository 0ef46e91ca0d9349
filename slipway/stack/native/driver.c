#include "stack/native/driver.h"

#include "base/mem.h"

static const struct {
    ResourceKind kind;
    const NativeDriver *driver;
} resource_drivers[] = {
    { RESOURCE_POSTGRES, &native_postgres },
    { RESOURCE_REDIS, &native_redis },
    { RESOURCE_KAFKA, &native_kafka },
};

const NativeDriver *native_driver_of(const PlanNode *node)
{
    if (node->kind != PLAN_RESOURCE) {
        return &native_service;
    }
    for (size_t i = 0; i < ARRAY_LEN(resource_drivers); i++) {
        if (resource_drivers[i].kind == node->resource->kind) {
            return resource_drivers[i].driver;
        }
    }
    return NULL;
}
