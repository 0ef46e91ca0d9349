/* Java reads no proxy from the environment, as every other tool does: these are the system properties
 * that say the same. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

typedef VEC(const char *) JavaWords;

/* Appends -Dhttps.proxyHost=… and its kin. `proxy` is the value of https_proxy or http_proxy
 * ("http://name:password@host:port/", "host:port"); one without a host adds nothing. A password isn't
 * handed on: it would stand on the command line, and Maven takes it from its settings alone. */
void java_add_proxy(JavaWords *words, Arena *arena, const char *scheme, Str proxy);
/* no_proxy: "localhost,.example" becomes -Dhttp.nonProxyHosts=localhost|*.example, which holds for
 * https too. */
void java_add_no_proxy(JavaWords *words, Arena *arena, Str hosts);
