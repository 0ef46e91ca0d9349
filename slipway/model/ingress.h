/* Ingress: how requests from outside reach the public services in a cluster; in the catalog, the
 * section `ingress`. */
#pragma once

#include "base/str.h"

typedef enum IngressKind {
    INGRESS_INGRESS, /* networking.k8s.io: an Ingress */
    INGRESS_GATEWAY, /* gateway.networking.k8s.io: a Gateway with its HTTPRoutes */
} IngressKind;

typedef struct Ingress {
    int kind;
    Str class;     /* of the Ingress or the Gateway */
    Str namespace; /* where the pods run that pass requests on */
} Ingress;

Str ingress_kind_name(IngressKind kind);
