/* Ids and names of things: UUIDs as lower-case text, slugs, folded text. */
#pragma once

#include <chassis/base.h>

/* A fresh version 7, lower case, 36 characters. */
Str id_new(Arena *arena);
/* Lower case on the arena; false: no UUID. */
bool id_parse(Arena *arena, Str text, Str *ret_id);

/* Lower case by Turkish and general rules with marks taken off: "Şık Çanta İ" -> "sik canta i". For
 * search and slugs; text of other scripts stays. */
Str text_fold(Arena *arena, Str text);
/* Folded, every run of other characters one '-', none at the ends; may be empty. */
Str text_slug(Arena *arena, Str text);
/* "a***@x.io": what of an address may stand in a log. */
Str email_masked(Arena *arena, Str email);
