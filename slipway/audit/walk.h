/* The folders below a path, listed several at once: which of their files are worth a look, by name. Links,
 * devices and sockets are passed over, and so is what a .gitignore names, .git and node_modules. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

#include "gitignore.h"

typedef struct Folder Folder;

/* What lies in a folder: another one or a file. */
typedef struct Found {
    Folder *folder; /* NULL: a file */
    Str path;       /* as shown */
    Str real;       /* without links, for one that may be an artifact */
    bool is_wanted; /* it may be an artifact */
    bool is_source, is_note;
} Found;

struct Folder {
    Str below; /* relative to where the walk began; "" there */
    Str path;  /* as shown */
    unsigned depth;
    const Ignore *ignore; /* in force inside */
    const char *mistake;  /* why nobody looked into it */
    bool is_chart;        /* has a Chart.yaml: nobody looks at the rest */
    int error;            /* the walk ends here */
    VEC(Found) found;     /* in bytewise order of the names */
};

typedef struct Walk {
    Arena *arena;
    size_t jobs;          /* as AuditOptions.jobs */
    Str root;             /* as shown */
    Str real_root;        /* without links */
    const Ignore *ignore; /* patterns besides those of the .gitignore files */
    size_t most;          /* files and folders; with so many no level below is looked into */
    int root_fd;          /* of walk_folders */
    size_t count;         /* of what was found */
    bool is_cut;          /* something was left out */
} Walk;

/* The whole tree; where it is larger than `most`, the first folder left out has the mistake. The code of what went wrong when the root or a folder in it can't be listed. */
int walk_folders(Walk *walk, Folder **ret_root, Error *err);
