/* What a failure of the server or of the wait for it means:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html */
#include <string.h>

#include "base/mem.h"

#include "pg_internal.h"

typedef struct StateMeaning {
    const char *prefix; /* of the SQLSTATE; the first that fits counts */
    PgErrorKind kind;
    int code;
} StateMeaning;

static const StateMeaning meanings[] = {
    { "23505", PG_UNIQUE_VIOLATION, -EEXIST },
    { "23P01", PG_UNIQUE_VIOLATION, -EEXIST },
    { "23503", PG_FOREIGN_KEY_VIOLATION, -ENOENT },
    { "23514", PG_CHECK_VIOLATION, -EINVAL },
    { "23502", PG_NOT_NULL_VIOLATION, -EINVAL },
    { "22", PG_BAD_DATA, -EINVAL },
    { "40001", PG_SERIALIZATION, -EAGAIN },
    { "40P01", PG_SERIALIZATION, -EAGAIN },
    { "55P03", PG_LOCK_TIMEOUT, -EAGAIN },
    { "57014", PG_TIMEOUT, -ETIMEDOUT },
    { "57P", PG_LOST, -ECONNRESET },         /* shut down, crashed, starting up */
    { "25P03", PG_LOST, -ECONNRESET },       /* idle in transaction for too long */
    { "53", PG_UNAVAILABLE, -ECONNREFUSED }, /* too many connections, out of memory, disk full */
    { "28", PG_UNAVAILABLE, -EACCES },       /* login */
    { "3D000", PG_UNAVAILABLE, -ENOENT },    /* no such database */
    { "08", PG_LOST, -ECONNRESET },
    { "", PG_OTHER, -EINVAL },
};

static const StateMeaning *meaning_of(const char *sqlstate)
{
    size_t i = 0;
    while (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) != 0) {
        i++;
    }
    return &meanings[i];
}

static void copy_text(char *to, size_t size, const char *from)
{
    size_t len = from ? strnlen(from, size - 1) : 0;
    if (len > 0) {
        memcpy(to, from, len);
    }
    to[len] = '\0';
}

int pg_fail(PgError *err, PgErrorKind kind, int code, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        *err = (PgError) { .kind = kind };
        error_vset(&err->error, code, format, args);
        va_end(args);
    }
    return code;
}

int pg_fail_from_result(PgError *err, const PGresult *result, const char *what)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (!sqlstate) { /* libpq's own: the connection broke */
        Str text = str_trim(str_from(PQresultErrorMessage(result)));
        return pg_fail(err, PG_LOST, -ECONNRESET, "%s: %" STR_FMT, what, STR_ARG(text));
    }
    const StateMeaning *meaning = meaning_of(sqlstate);
    pg_fail(err, meaning->kind, meaning->code, "%s: %s", what, message ? message : sqlstate);
    if (err) {
        copy_text(err->sqlstate, sizeof err->sqlstate, sqlstate);
        copy_text(
            err->constraint,
            sizeof err->constraint,
            PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME)
        );
        copy_text(err->table, sizeof err->table, PQresultErrorField(result, PG_DIAG_TABLE_NAME));
        copy_text(err->column, sizeof err->column, PQresultErrorField(result, PG_DIAG_COLUMN_NAME));
    }
    return meaning->code;
}

/* libpq 15 keeps no SQLSTATE of a refused login: its text is all there is. */
int pg_fail_connect(PgError *err, PGconn *pq)
{
    Str text = str_trim(str_from(pq ? PQerrorMessage(pq) : "out of memory"));
    bool is_login = str_find(text, STR("authentication failed")) != STR_NONE ||
                    str_find(text, STR("no password supplied")) != STR_NONE ||
                    str_find(text, STR("no pg_hba.conf entry")) != STR_NONE ||
                    str_find(text, STR("role \"")) != STR_NONE;
    bool is_missing = str_find(text, STR("database \"")) != STR_NONE &&
                      str_find(text, STR("does not exist")) != STR_NONE;
    int code = is_missing ? -ENOENT : is_login ? -EACCES : -ECONNREFUSED;
    return pg_fail(err, PG_UNAVAILABLE, code, "connect to Postgres: %" STR_FMT, STR_ARG(text));
}

int pg_fail_park(PgError *err, int code, const char *what)
{
    bool is_timeout = code == -ETIMEDOUT || code == -ETIME;
    if (is_timeout) {
        return pg_fail(err, PG_TIMEOUT, -ETIMEDOUT, "%s: the deadline passed", what);
    }
    return pg_fail(err, PG_CANCELED, code, "%s: canceled", what);
}

void pg_error_copy(PgError *err, const PgError *from)
{
    if (err) {
        *err = *from;
    }
}
