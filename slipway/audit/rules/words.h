/* What rules of several artifacts read out of names. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* The tag of host:port/name:tag@digest; the host's port is none. Empty: there is none. */
Str image_tag(Str image);
/* "@sha256:…" of `other`, where that is the same image of the same tag; else empty. */
Str image_digest_of_same(Str image, Str other);
/* "postgres" of docker.io/library/postgres:16: the last part of the name. */
Str image_name(Str image);
/* Whether one of the registries holds the image; "ghcr.io/acme" holds all below it. *ret_name is the
 * image's whole name, docker.io's written out. */
bool registry_holds(Arena *arena, const Str *registries, size_t count, Str image, Str *ret_name);
/* Whether an image or service of that name keeps data: a database, cache, queue or search. */
bool names_store(Str name);
/* Whether the path is of a development container: its tool chooses user, rights and life. */
bool is_of_devcontainer(Str path);
/* Whether a variable of that name holds a secret, and not where one is or how long it lives. */
bool names_secret(Arena *arena, Str name);
/* Whether the text is a secret that works as it stands: no reference to one kept elsewhere, no
 * yes or no, no number. */
bool is_secret_text(Str text);
/* What a URL proves itself with, as a word for messages: "password", or "token", in a query or in the
 * path of a hook. NULL: nothing that works as it stands. */
const char *url_proof(Str url);
/* Whether a variable of that name has a secret that works as it stands; a password may be a number. */
bool is_plain_secret(Arena *arena, Str name, Str text);
/* The password of a URL such as scheme://user:password@host; empty: it has none. */
Str url_password(Str text);
