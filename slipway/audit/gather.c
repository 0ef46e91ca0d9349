/* From artifacts to subjects, room by room. The repository comes last: it sees all of them. */
#include "compose/gather.h"

#include "monitoring/gather.h"
#include "repository/repository.h"
#include "run.h"

/* clang-format off */
static void (*const rooms[])(Audit *audit) = {
    bundles_gather,
    dockerfiles_gather,
    compose_gather,
    actions_gather,
    monitoring_gather,
    repository_gather,
};
/* clang-format on */

void audit_gather(Audit *audit)
{
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        rooms[i](audit);
    }
}
