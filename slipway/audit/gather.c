/* From artifacts to subjects, room by room. The repository comes last: it sees all of them. */
#include "compose/gather.h"

#include "repository/repository.h"
#include "run.h"

static void (*const rooms[])(Audit *audit) = {
    bundles_gather, dockerfiles_gather, compose_gather, actions_gather, repository_gather,
};

void audit_gather(Audit *audit)
{
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        rooms[i](audit);
    }
}
