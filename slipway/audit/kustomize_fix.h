/* Fixes of what kustomize says about deprecated fields and labels in selectors. */
#pragma once

#include "base/diag.h"
#include "codec/node.h"

/* Adds to `diag`, which is about an entry of the kustomization `root`, what writes it anew: with
 * `keeps_selectors` the build stays as it is, else labels no longer change selectors, which a person
 * has to look at. Nothing is added where the new field is there too, or the layout is unusual. */
void kustomize_fix(DiagList *diags, Diag *diag, const Node *root, bool keeps_selectors);
