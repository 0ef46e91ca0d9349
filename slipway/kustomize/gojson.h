/* JSON as Go's encoder writes it: keys sorted bytewise, what HTML would read escaped. */
#pragma once

#include "base/strbuf.h"
#include "codec/node.h"

void go_json_string(StrBuf *out, Str text);
/* `indent` columns a level; 0: compact. */
void go_json_write(StrBuf *out, const Node *node, unsigned indent);
