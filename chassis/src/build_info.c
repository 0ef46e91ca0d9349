#include "build_info.h"

#include "build_commit.h" /* made by meson at each build: BUILD_COMMIT, "hash time" */

Str build_commit(void)
{
    Str commit;
    Str time;
    Str whole = STR(BUILD_COMMIT);
    return str_cut(whole, ' ', &commit, &time) ? commit : whole;
}

Str build_time(void)
{
    Str commit;
    Str time;
    return str_cut(STR(BUILD_COMMIT), ' ', &commit, &time) ? time : STR("unknown");
}
