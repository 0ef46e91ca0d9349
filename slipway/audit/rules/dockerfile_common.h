/* What the rules about Dockerfiles share: walks, and what is known about well-known images. */
#pragma once

#include "audit/dockerfile/dockerfile.h"
#include "audit/rule.h"

/* Every command of every RUN that a POSIX shell reads. */
typedef void (*CommandCheck)(
    RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command
);
void check_commands(RuleContext *ctx, const Dockerfile *file, CommandCheck check);

/* The value of an option of --mount: "from" in --mount=type=bind,from=build; empty when not given. */
Str mount_option(const DockerFlag *flag, const char *option);
/* Whether the RUN has a cache or tmpfs mounted at `target` or above it. */
bool run_mounts(const DockerInstruction *run, const char *target);
/* Whether the stage, or one it builds on, sets the variable with ENV to something but 0 and "". */
bool stage_sets(const DockerStage *stage, const char *name);
/* Whether any instruction of the file has the text. */
bool file_mentions(const Dockerfile *file, const char *text);
bool script_mentions(const ShellScript *script, const char *text);
/* Whether what the final image is made of includes the stage: it, or a stage it builds on. */
bool is_in_final(const Dockerfile *file, const DockerStage *stage);

/* Built without a shell and a package manager: scratch, distroless, Chainguard's. */
bool image_has_no_shell(const DockerStage *stage);
/* Whether the patterns of a .dockerignore leave the path, as its folder sees it, out. */
bool dockerignore_leaves_out(Str patterns, Str path);
/* Whether the final image is known to have no curl or wget: its base has none, and nothing may put it
 * there. False for other programs. */
bool image_lacks(const Dockerfile *file, Str program);
bool image_is_distroless(const DockerStage *stage);
/* Known to run as somebody else than root when nothing is said. */
bool image_is_nonroot(const DockerStage *stage);
/* The last USER of the stage's image: empty where none is said. */
Str stage_user(const DockerStage *stage, const DockerInstruction **ret_user);
bool user_is_root(Str user);

/* A fix that writes `text` behind a word. */
void fix_behind(RuleContext *ctx, Diag *diag, Span word, const char *text);
/* A fix that makes the RUN end with " && text", where that is plainly possible: a list of commands
 * joined by &&, the last of which may be followed; false where it isn't. */
bool fix_append(RuleContext *ctx, Diag *diag, const DockerInstruction *run, const char *text);
