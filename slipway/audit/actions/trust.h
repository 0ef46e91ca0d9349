/* What is known of actions beside their inputs: archived, taken over, or named to be mistaken. */
#pragma once

#include "workflow.h"

typedef struct TrustNote {
    const char *slug;    /* "owner/repo"; "owner/" stands for all of an owner */
    const char *before;  /* versions whose number is lower are affected; NULL: all */
    const char *what;    /* "was archived: …" */
    const char *instead; /* or NULL */
    bool is_archived;
} TrustNote;

/* NULL: nothing is known. */
const TrustNote *trust_find(const Uses *uses);
/* The known action that is meant when the owner is one letter away from it; empty: none is. */
Str trust_typo(const Uses *uses);
