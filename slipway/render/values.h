/* Values: a catalog as the tree that templates read. The names here are the contract with every
 * template, built-in or a repository's own:
 *
 *   platform source registry namespace tag host environment ingress{kind,class,namespace}
 *   (tag is "dev" where the catalog names none, host is empty then)
 *   services[] resources[] topics[]       in the catalog's order
 *   service.<name> resource.<name>        the same nodes by name ("-" stays)
 *   has.<kind>                            true where a resource of that kind is there
 *
 * A service: name, workload, description, language, path, ports{}, port_list[]{name,number}, uid,
 * needs[] wants[] calls[] (names), callers[] peers[] {name,workload,port_list}, publishes[],
 * consumes[], env[], config[], secrets[] {name,variable}, health{}, public, planned, command[],
 * image (with registry, no tag), dockerfile, replicas{}, resources{cpu{request,limit,compose_limit},memory{}},
 * stop_grace_seconds, database, uses[]{name,kind,needed,client_port},
 * component, ingress_path.
 *
 * env[] {name, value, from, key, secret}: `from` is "plain", "config" (the value names another
 * server, so it stands in the ConfigMap under `key`) or "secret" (`secret` names it). Values have
 * their placeholders filled in as the network of Compose and the namespace of Kubernetes see them:
 * both know each other by the same names.
 *
 * A resource: name, kind, version, engine, ports{}, port_list[]{name,number,container}, databases[],
 * user, memory, eviction, append_only, image (with tag), profiles[], uid, gid,
 * users[]{name,workload,port_list}, client_port, database_list, exporter_port, workload,
 * secrets[] (absent: none). `number` is where it listens on this machine, `container` in its own. */
#pragma once

#include "codec/node.h"

#include "model/catalog.h"

/* R1004 in `diags` for a placeholder that has a value on this machine only. */
Node *values_of(Arena *arena, const Catalog *catalog, DiagList *diags);
/* The first level is a copy, what lies below is shared. */
Node *values_copy(Arena *arena, const Node *values);
