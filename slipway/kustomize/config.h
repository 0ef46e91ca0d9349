/* Field specs: where in which kinds a transformer works. The defaults, and what `configurations`
 * and `crds` add. */
#pragma once

#include "internal.h"

const Config *config_default(Build *b);
/* Both parts, duplicates left out, in kustomize's order; NULL is empty. Contradictions between the
 * two are an error. */
int config_merge(Build *b, const Config *a, const Config *other, const Config **ret_config);
/* The files of `configurations`. */
int config_from_node(Build *b, const Node *doc, const Config **ret_config);
int config_from_crds(Build *b, const Node *definitions, const Config **ret_config);

FieldSpec field_spec_make(Build *b, Gvk gvk, Str path, bool create);
/* `strict`: unknown fields are errors. */
int field_specs_from_node(Build *b, const Node *list, bool strict, FieldSpecs *ret_specs);
int field_specs_add(Build *b, FieldSpecs *specs, FieldSpec spec);
int field_specs_add_all(Build *b, FieldSpecs *specs, const FieldSpecs *other);
/* "a/b\/c" -> a, b/c */
void path_split(Build *b, Str path, char separator, Strs *ret_parts);
