/* JSON as Go's encoder writes it: keys sorted bytewise, what HTML would read escaped. */
#pragma once

#include "base/strbuf.h"
#include "codec/node.h"

void go_json_string(StrBuf *out, Str text);
/* `indent` columns a level; 0: compact. */
void go_json_write(StrBuf *out, const Node *node, unsigned indent);
/* A float in strconv's 'g' form: shortest, an exponent below -4 and from 6 on. */
void go_float_text(StrBuf *out, double value);
