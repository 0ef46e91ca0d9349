/* Patterns of the catalog's texts, each with what a person is told when a text doesn't match. */
#pragma once

#define DNS_LABEL      "[a-z]([-a-z0-9]{0,61}[a-z0-9])?"
#define DNS_LABEL_HELP "a lower-case DNS label such as \"order-items\""
#define DNS_NAME       "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+"
#define DNS_NAME_HELP  "a lower-case DNS name such as \"shop.example.com\""
/* https://github.com/distribution/reference: a domain with a port, lower-case paths; a tag */
#define REGISTRY                                                                                 \
    "[A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+((\\.|_|__|-+)[a-z0-" \
    "9]+)*)*"
#define REGISTRY_HELP "a host and perhaps a path, such as \"ghcr.io/example/shop\""
#define TAG           "[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}"
#define TAG_HELP      "an image tag such as \"1.4.0\""
