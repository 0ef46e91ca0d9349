/* Fail points: places where a test has the process die (services.md 7). With -Dfailpoints=true the process that runs
 * with FAILPOINT=name kills itself there; otherwise nothing is compiled.
 *
 *     TRY(charge(…));
 *     FAILPOINT("after-charge");
 */
#pragma once

#ifdef CHASSIS_FAILPOINTS
void failpoint_reached(const char *name);
#define FAILPOINT(name) failpoint_reached(name)
#else
#define FAILPOINT(name) ((void) 0)
#endif
