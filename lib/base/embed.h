/* EmbeddedFile: a file of the source tree that became part of the program. tools/embed_files.py
 * makes the arrays; each ends with a NULL name. */
#pragma once

#include <stddef.h>

#include "base/str.h"

typedef struct EmbeddedFile {
    const char *name; /* relative to the folder it was embedded from, '/' between parts */
    const char *text; /* NUL-terminated */
    size_t len;
} EmbeddedFile;

static inline Str embedded_text(const EmbeddedFile *file)
{
    return str_make(file->text, file->len);
}

/* The file of that name, or NULL. */
static inline const EmbeddedFile *embedded_find(const EmbeddedFile *files, Str name)
{
    for (; files->name; files++) {
        if (str_eq_cstr(name, files->name)) {
            return files;
        }
    }
    return NULL;
}
