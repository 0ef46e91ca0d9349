/* StateFile: the view of a stack on disk, for the commands that come when nothing runs and for the
 * next `up`. Written beside and renamed, so that a reader never sees half of one. It isn't synced:
 * what it says is about processes, which a crash of the machine ends anyway. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

#include "stack/place.h"
#include "stack/view.h"

int state_file_write(const Place *place, const StackView *view, Error *err);
/* -ENOENT when there is none; a broken one (the disk was full) is -EBADMSG. */
int state_file_read(Arena *arena, const Place *place, StackView **ret_view, Error *err);
/* What a former stack of this directory left running is ended, 1 s after being asked. Blocks.
 * Returns how many processes there were; -ETIME when some can't be ended. */
int state_end_leftovers(const Place *place, Error *err);
