/* The formats for machines: JSON, SARIF, GitHub's workflow commands. */
#include "codec/json.h"

#include "audit.h"
#include "rule.h"

static Str path_of(Span span)
{
    return span_is_known(span) ? span.source->path : STR("");
}

static void add_place(JsonWriter *w, Span span)
{
    Position start = span_is_known(span) ? span_start(span) : (Position) { 1, 1 };
    json_field_string(w, "file", path_of(span));
    json_field_int(w, "line", start.line);
    json_field_int(w, "column", start.column);
}

static void add_fix(JsonWriter *w, const Diag *diag)
{
    json_key(w, "fix");
    json_begin_object(w);
    json_field_bool(w, "safe", !diag->is_suggestion);
    json_key(w, "edits");
    json_begin_array(w);
    vec_foreach(edit, &diag->edits) {
        Position end = span_end(edit->span);
        json_begin_object(w);
        add_place(w, edit->span);
        json_field_int(w, "end_line", end.line);
        json_field_int(w, "end_column", end.column);
        json_field_string(w, "text", edit->text);
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
}

static void add_finding(JsonWriter *w, const Diag *diag)
{
    const AuditRule *rule = rule_get(diag->rule);
    json_begin_object(w);
    json_field_string(w, "rule", diag->rule);
    json_field_string(w, "severity", severity_name(diag->severity));
    json_field_string(w, "message", diag->message);
    json_field_string(w, "hint", diag->hint);
    add_place(w, diag->span);
    json_field_int(w, "end_column", span_is_known(diag->span) ? span_end(diag->span).column : 1);
    json_field_string(w, "artifact", str_from(rule ? rule->artifact : ""));
    json_field_string(w, "object", diag->object);
    if (rule && rule->escalates) {
        json_field_string(w, "escalate", STR("security"));
    }
    json_key(w, "related");
    json_begin_array(w);
    vec_foreach(related, &diag->related) {
        json_begin_object(w);
        add_place(w, related->span);
        json_field_string(w, "message", related->message);
        json_end_object(w);
    }
    json_end_array(w);
    if (diag->edits.len > 0) {
        add_fix(w, diag);
    }
    json_end_object(w);
}

void audit_report_json(StrBuf *out, const AuditResult *result)
{
    JsonWriter w = json_writer(out, 2);
    json_begin_array(&w);
    vec_foreach(diag, &result->diags.diags) {
        add_finding(&w, diag);
    }
    json_end_array(&w);
    strbuf_add_char(out, '\n');
}

/* --- SARIF ------------------------------------------------------------------------------------ */

static void add_text(JsonWriter *w, const char *key, Str text)
{
    json_key(w, key);
    json_begin_object(w);
    json_field_string(w, "text", text);
    json_end_object(w);
}

static Str level_of(Severity severity)
{
    return severity == SEVERITY_INFO ? STR("note") : severity_name(severity);
}

/* The mark of findings that the security team is to see. */
static void add_tags(JsonWriter *w, const AuditRule *rule)
{
    if (rule && rule->escalates) {
        json_key(w, "properties");
        json_begin_object(w);
        json_key(w, "tags");
        json_begin_array(w);
        json_string(w, STR("security"));
        json_string(w, STR("escalate: security"));
        json_end_array(w);
        json_end_object(w);
    }
}

static void add_rule(JsonWriter *w, const AuditRule *rule)
{
    json_begin_object(w);
    json_field_string(w, "id", str_from(rule->id));
    add_text(w, "shortDescription", str_from(rule->meaning));
    add_text(w, "fullDescription", str_from(rule->why));
    add_text(w, "help", str_from(rule->fix));
    json_key(w, "defaultConfiguration");
    json_begin_object(w);
    json_field_string(w, "level", level_of(rule->severity));
    json_end_object(w);
    add_tags(w, rule);
    json_end_object(w);
}

static void add_driver(JsonWriter *w, Str version)
{
    json_key(w, "tool");
    json_begin_object(w);
    json_key(w, "driver");
    json_begin_object(w);
    json_field_string(w, "name", STR("slipway"));
    json_field_string(w, "version", version);
    json_key(w, "rules");
    json_begin_array(w);
    for (size_t i = 0; rule_families[i]; i++) {
        for (size_t j = 0; j < rule_families[i]->len; j++) {
            add_rule(w, &rule_families[i]->rules[j]);
        }
    }
    json_end_array(w);
    json_end_object(w);
    json_end_object(w);
}

/* A URI reference: what RFC 3986 doesn't let stand is escaped. */
static void add_uri(JsonWriter *w, Str path)
{
    static const char digits[] = "0123456789ABCDEF";
    StrBuf uri = STRBUF_INIT;
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char) path.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '/' || c == '.' || c == '-' || c == '_' || c == '~';
        if (plain) {
            strbuf_add_char(&uri, (char) c);
        } else {
            strbuf_add_char(&uri, '%');
            strbuf_add_char(&uri, digits[c >> 4]);
            strbuf_add_char(&uri, digits[c & 15]);
        }
    }
    json_field_string(w, "uri", strbuf_str(&uri));
    strbuf_done(&uri);
}

static void add_artifact(JsonWriter *w, Span span)
{
    json_key(w, "artifactLocation");
    json_begin_object(w);
    add_uri(w, path_of(span));
    json_end_object(w);
}

static void add_region(JsonWriter *w, const char *key, Span span)
{
    Position start = span_start(span);
    Position end = span_end(span);
    json_key(w, key);
    json_begin_object(w);
    json_field_int(w, "startLine", start.line);
    json_field_int(w, "startColumn", start.column);
    json_field_int(w, "endLine", end.line);
    json_field_int(w, "endColumn", end.column);
    json_end_object(w);
}

static void add_location(JsonWriter *w, Span span)
{
    json_key(w, "physicalLocation");
    json_begin_object(w);
    add_artifact(w, span);
    add_region(w, "region", span);
    json_end_object(w);
}

/* One fix with a change a file; the edits of a file follow each other. */
static void add_sarif_fix(JsonWriter *w, const Diag *diag)
{
    json_key(w, "fixes");
    json_begin_array(w);
    json_begin_object(w);
    add_text(w, "description", diag->hint);
    json_key(w, "artifactChanges");
    json_begin_array(w);
    const Source *source = NULL;
    vec_foreach(edit, &diag->edits) {
        if (edit->span.source != source) {
            if (source) {
                json_end_array(w);
                json_end_object(w);
            }
            source = edit->span.source;
            json_begin_object(w);
            add_artifact(w, edit->span);
            json_key(w, "replacements");
            json_begin_array(w);
        }
        json_begin_object(w);
        add_region(w, "deletedRegion", edit->span);
        add_text(w, "insertedContent", edit->text);
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
    json_end_array(w);
    json_end_object(w);
    json_end_array(w);
}

static void add_related(JsonWriter *w, const Diag *diag)
{
    json_key(w, "relatedLocations");
    json_begin_array(w);
    vec_foreach(related, &diag->related) {
        json_begin_object(w);
        add_location(w, related->span);
        add_text(w, "message", related->message);
        json_end_object(w);
    }
    json_end_array(w);
}

static void add_result(JsonWriter *w, const Diag *diag)
{
    json_begin_object(w);
    json_field_string(w, "ruleId", diag->rule);
    json_field_string(w, "level", level_of(diag->severity));
    add_text(w, "message", diag->message);
    json_key(w, "locations");
    json_begin_array(w);
    if (span_is_known(diag->span)) {
        json_begin_object(w);
        add_location(w, diag->span);
        json_end_object(w);
    }
    json_end_array(w);
    if (diag->related.len > 0) {
        add_related(w, diag);
    }
    if (diag->edits.len > 0) {
        add_sarif_fix(w, diag);
    }
    add_tags(w, rule_get(diag->rule));
    json_end_object(w);
}

void audit_report_sarif(StrBuf *out, const AuditResult *result, Str version)
{
    JsonWriter w = json_writer(out, 2);
    json_begin_object(&w);
    json_field_string(&w, "version", STR("2.1.0"));
    json_field_string(&w, "$schema", STR("https://json.schemastore.org/sarif-2.1.0.json"));
    json_key(&w, "runs");
    json_begin_array(&w);
    json_begin_object(&w);
    add_driver(&w, version);
    json_field_string(&w, "columnKind", STR("unicodeCodePoints"));
    json_key(&w, "results");
    json_begin_array(&w);
    vec_foreach(diag, &result->diags.diags) {
        add_result(&w, diag);
    }
    json_end_array(&w);
    json_end_object(&w);
    json_end_array(&w);
    json_end_object(&w);
    strbuf_add_char(out, '\n');
}

/* --- GitHub ----------------------------------------------------------------------------------- */

/* https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
static void add_escaped(StrBuf *out, Str text, bool is_property)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' || c == '\n' || c == '\r' || (is_property && (c == ':' || c == ','))) {
            strbuf_addf(out, "%%%02X", (unsigned) (unsigned char) c);
        } else if ((unsigned char) c < ' ' || c == 0x7F) { /* the log would obey it */
            strbuf_addf(out, "\\x%02x", (unsigned) (unsigned char) c);
        } else {
            strbuf_add_char(out, c);
        }
    }
}

void audit_report_github(StrBuf *out, const AuditResult *result)
{
    static const char *const commands[] = {
        [SEVERITY_INFO] = "notice", [SEVERITY_WARN] = "warning", [SEVERITY_ERROR] = "error"
    };
    vec_foreach(diag, &result->diags.diags) {
        Position start = span_is_known(diag->span) ? span_start(diag->span) : (Position) { 1, 1 };
        strbuf_addf(out, "::%s file=", commands[diag->severity]);
        add_escaped(out, path_of(diag->span), true);
        strbuf_addf(out, ",line=%u,col=%u,title=", start.line, start.column);
        add_escaped(out, diag->rule, true);
        strbuf_add_cstr(out, "::");
        add_escaped(out, diag->message, false);
        strbuf_add_char(out, '\n');
    }
}
