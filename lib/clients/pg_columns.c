#include <libpq-fe.h>

#include "clients/pg.h"

int pg_column_count(const PgResult *result)
{
    return PQnfields(result->handle);
}

const char *pg_column_name(const PgResult *result, int column)
{
    return PQfname(result->handle, column);
}
