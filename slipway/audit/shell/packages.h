/* PackageCall: what a shell command asks of a package manager. The words behind the verb are what
 * the user named: packages, URLs, files. */
#pragma once

#include "shell.h"

typedef enum PackageManager {
    PACKAGE_NONE,
    PACKAGE_APT, /* apt-get, and apt */
    PACKAGE_APK,
    PACKAGE_YUM,
    PACKAGE_DNF, /* also microdnf */
    PACKAGE_ZYPPER,
    PACKAGE_PIP, /* pip, pip3, python -m pip, uv pip */
    PACKAGE_NPM,
    PACKAGE_YARN,
    PACKAGE_PNPM,
    PACKAGE_GEM,
    PACKAGE_GO,
} PackageManager;

typedef struct PackageCall {
    PackageManager manager;
    const struct DockerInstruction *instruction; /* the RUN; set by who knows it */
    const ShellScript *script;
    const ShellCommand *command;
    Str program;           /* as written, without its path: "apt", "pip3" */
    const ShellWord *name; /* the program's word */
    const ShellWord *verb; /* "install", "add", "-i" of zypper's short forms too; NULL: none */
    VEC(const ShellWord *) packages; /* words that are no flags and no flag's value */
} PackageCall;

/* False when the command is no call of a package manager; the vector lives on the arena. */
bool package_call(
    Arena *arena, const ShellScript *script, const ShellCommand *command, PackageCall *ret_call
);
/* Whether the verb is one of those, parted by spaces. */
bool package_verb_is(const PackageCall *call, const char *verbs);
/* Whether packages are asked for: the managers' own words for install. */
bool package_installs(const PackageCall *call);
