/* Files and directories of a build: the load restrictor, cycles, what is remote. */
#pragma once

#include "internal.h"

/* Finds the one kustomization file in target->root and reads it into target->doc. */
int load_kustomization_file(Target *target);
/* Why a file could not be loaded is the caller's to tell: `err` has it. */
int load_file(const Target *target, Str path, Source **ret_source, Error *err);
/* The same, its failure told as an error at `span`. */
int load_file_at(const Target *target, Str path, Span span, Source **ret_source);
/* One YAML or JSON document. */
int load_document_at(const Target *target, Str path, Span span, Node **ret_doc);
/* The kustomization in directory `path`, seen from `target`. */
int load_directory(const Target *target, Str path, Target **ret_sub, Error *err);
Target *target_at(Build *b, Str shown_root, Str root);
/* The documents of a text that stands inside another file, spans told within that text. */
int load_inline(Build *b, const Node *text, const char *what, Source **ret_source);
