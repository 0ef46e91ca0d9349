/* What the maps of Prometheus' configuration hold: a table a map, whose checks say what the types don't.
 * Names are those of Prometheus 3; what only an older one has is among them where it still loads.
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
#pragma once

#include "prometheus.h"

typedef enum FieldKind {
    FIELD_ANY,
    FIELD_TEXT,
    FIELD_BOOL,
    FIELD_COUNT,    /* 0 and up */
    FIELD_POSITIVE, /* 1 and up */
    FIELD_NUMBER,
    FIELD_DURATION,
    FIELD_SIZE,   /* 15MB, 512KiB */
    FIELD_WORD,   /* one of .words */
    FIELD_WORDS,  /* a list of them, each once */
    FIELD_TEXTS,  /* a list of texts */
    FIELD_LABELS, /* a map of texts */
    FIELD_MAP,    /* by .section */
    FIELD_MAPS,   /* a list of such */
    FIELD_LIST,   /* a list of whatever */
} FieldKind;

typedef struct PrometheusSection PrometheusSection;

typedef struct PrometheusField {
    const char *names; /* parted by '|'; NULL ends a table */
    FieldKind kind;
    const char *words; /* parted by '|' */
    const PrometheusSection *section;
} PrometheusField;

struct PrometheusSection {
    const char *what; /* for messages: "a job" */
    const PrometheusField *fields;
    const PrometheusField *shared; /* more of them, or NULL */
    const char *required;          /* a text that can't be missing, or NULL */
    void (*check)(PrometheusFile *file, const Node *map);
};

extern const PrometheusSection prometheus_section; /* of the whole file */

/* Everything below `map` that Prometheus refuses by its table. */
void prometheus_check_section(
    PrometheusFile *file, const Node *map, const PrometheusSection *section
);

/* NULL where it isn't said, or says nothing; the text, or the empty Str. */
const Node *prometheus_said(const Node *map, const char *key);
Str prometheus_said_text(const Node *map, const char *key);

/* --- checks of single maps --- */
void prometheus_check_root(PrometheusFile *file, const Node *root);
void prometheus_check_client(PrometheusFile *file, const Node *map); /* who it is for a server */
void prometheus_check_relabel(PrometheusFile *file, const Node *map);
void prometheus_check_write(PrometheusFile *file, const Node *map);
void prometheus_check_read(PrometheusFile *file, const Node *map);
void prometheus_check_queue(PrometheusFile *file, const Node *map);
void prometheus_check_tracing(PrometheusFile *file, const Node *map);
void prometheus_check_otlp(PrometheusFile *file, const Node *map);
void prometheus_check_dns(PrometheusFile *file, const Node *map);
void prometheus_check_files(PrometheusFile *file, const Node *map);
void prometheus_check_http(PrometheusFile *file, const Node *map);
void prometheus_check_kubernetes(PrometheusFile *file, const Node *map);
