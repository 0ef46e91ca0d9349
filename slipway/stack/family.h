/* Family: the processes below one, looked at once and asked about many times: a stack whose services
 * all end together would else read the whole of /proc for each of them. */
#pragma once

#include "stack/proc.h"

typedef struct Family Family;

/* Those below `within`, 0: all of the machine. On the arena; what is asked later is read then. */
Family *family_look(Arena *arena, pid_t within);
/* As proc_find, of what was there at the look; query->within is the look's. */
void family_find(Arena *arena, Family *family, const ProcQuery *query, ProcList *ret_list);
