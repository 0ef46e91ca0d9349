/* Banners: pictures with a link, shown at a position for a time. */
#include <chassis/ids.h>

#include "product.h"

static const char *const link_types[] = { "internal", "external", NULL };
static const char *const positions[] = { "hero_slider", "mid_banner", "category_banner", NULL };

typedef struct Banner {
    Str id;
    Str title, subtitle;
    Str image_url, link_url;
    int link_type;
    int position;
    int64_t sort_order;
    bool is_active;
    OptInt starts_at, ends_at;
    int64_t created_at, updated_at;
} Banner;

static const Field banner_fields[] = {
    FIELD_UUID(Banner, id, .readonly = true),
    FIELD_TEXT(Banner, title, .required = true, .min = 1, .max = 255, .trim = true),
    FIELD_TEXT(Banner, subtitle, .nullable = true, .max = 500),
    FIELD_URL(Banner, image_url, .required = true, .max = 2048),
    FIELD_TEXT(Banner, link_url, .required = true, .min = 1, .max = 2048),
    FIELD_ENUM(Banner, link_type, link_types, .required = true),
    FIELD_ENUM(Banner, position, positions, .required = true),
    FIELD_INT(Banner, sort_order, .min = 0, .max = INT32_MAX, .fallback = "0"),
    FIELD_BOOL(Banner, is_active, .fallback = "true"),
    FIELD_OPT_TIME(Banner, starts_at),
    FIELD_OPT_TIME(Banner, ends_at, .help = "after starts_at"),
    FIELD_TIME(Banner, created_at, .readonly = true),
    FIELD_TIME(Banner, updated_at, .readonly = true),
    FIELD_END,
};

#define COLUMNS                                                                              \
    "id, title, subtitle, image_url, link_url, link_type, position, sort_order, is_active, " \
    "starts_at, "                                                                            \
    "ends_at, created_at, updated_at"
/* What anyone may see; admins see all. */
#define VISIBLE                                                                                  \
    "is_active AND (starts_at IS NULL OR starts_at <= now()) AND (ends_at IS NULL OR ends_at > " \
    "now())"

static const Statement banner_get = { .name = "banner_get",
                                      .sql =
                                          "SELECT " COLUMNS
                                          " FROM banners WHERE id = $1 AND ($2 OR " VISIBLE ")" };
static const Statement banner_lock = { .name = "banner_lock",
                                       .sql = "SELECT " COLUMNS
                                              " FROM banners WHERE id = $1 FOR UPDATE" };
static const Statement banner_insert = {
    .name = "banner_insert",
    .writes = "banners",
    .sql = "INSERT INTO banners (id, title, subtitle, image_url, link_url, link_type, position, "
           "sort_order, is_active,"
           " starts_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
           "RETURNING " COLUMNS,
};
static const Statement banner_update = {
    .name = "banner_update",
    .writes = "banners",
    .sql = "UPDATE banners SET title = $2, subtitle = $3, image_url = $4, link_url = $5, link_type "
           "= $6, position = $7,"
           " sort_order = $8, is_active = $9, starts_at = $10, ends_at = $11, updated_at = now()"
           " WHERE id = $1 RETURNING " COLUMNS,
};
static const Statement banner_delete = { .name = "banner_delete",
                                         .writes = "banners",
                                         .sql = "DELETE FROM banners WHERE id = $1" };

typedef struct BannerFilter {
    int position;    /* -1: any */
    int active_word; /* index of bool_words; -1: any */
} BannerFilter;

static const char *const bool_words[] = { "false", "true", NULL };
static const Field banner_query[] = {
    { .name = "position",
      .type = FIELD_TYPE_ENUM,
      .offset = offsetof(BannerFilter, position),
      .names = positions },
    { .name = "is_active",
      .type = FIELD_TYPE_ENUM,
      .offset = offsetof(BannerFilter, active_word),
      .names = bool_words },
    FIELD_END,
};

static void filter(Sql *sql, const Context *ctx, const BannerFilter *wanted)
{
    if (!auth_is_admin(ctx)) {
        sql_where(sql, VISIBLE);
    }
    if (wanted->position >= 0) {
        sql_wherev(sql, "position = ?", db_enum(positions, wanted->position));
    }
    if (wanted->active_word >= 0) {
        sql_wherev(sql, "is_active = ?", db_bool(wanted->active_word == 1));
    }
}

static int list(Request *req)
{
    Context *ctx = req->ctx;
    BannerFilter wanted = { .position = -1, .active_word = -1 };
    Paging paging;
    TRY(request_query(req, &wanted));
    TRY(request_paging(req, &paging));
    Sql count, page;
    sql_init(&count, ctx->arena, "banner_count");
    sql_add(&count, "SELECT count(*) FROM banners");
    filter(&count, ctx, &wanted);
    sql_init(&page, ctx->arena, "banner_list");
    sql_add(&page, "SELECT " COLUMNS " FROM banners");
    filter(&page, ctx, &wanted);
    sql_addv(&page, " ORDER BY position, sort_order, id LIMIT ?", db_int(paging.per_page));
    sql_addv(&page, " OFFSET ?", db_int(paging.offset));
    DbRows rows;
    ListEnd end = { .paging = &paging };
    TRY(db_list(ctx->db, "banners", &count, &page, &rows, &end.total_count));
    JsonWriter *w = respond_list_begin(req);
    for (int i = 0; i < rows.rows; i++) {
        Banner banner = { 0 };
        row_load(&rows, i, banner_fields, &banner, ctx->arena);
        fields_write_object(w, banner_fields, &banner);
    }
    return respond_list_end(req, &end);
}

static int get(Request *req)
{
    Banner banner = { 0 };
    TRY(request_param_id(req, "id", &banner.id));
    TRY(db_one(
        req->ctx->db,
        &banner_get,
        banner_fields,
        &banner,
        db_uuid(banner.id),
        db_bool(auth_is_admin(req->ctx))
    ));
    return respond(req, 200, banner_fields, &banner);
}

static int check(Context *ctx, const Banner *banner)
{
    if (banner->starts_at.has && banner->ends_at.has &&
        banner->ends_at.value <= banner->starts_at.value) {
        fail_field(ctx, STR("ends_at"), "must be after starts_at");
    }
    return fail_if_fields(ctx);
}

static int save(Db *db, const Statement *statement, Banner *banner)
{
    return db_one(
        db,
        statement,
        banner_fields,
        banner,
        db_uuid(banner->id),
        db_text(banner->title),
        db_text_or_null(banner->subtitle),
        db_text(banner->image_url),
        db_text(banner->link_url),
        db_enum(link_types, banner->link_type),
        db_enum(positions, banner->position),
        db_int(banner->sort_order),
        db_bool(banner->is_active),
        db_opt_time(banner->starts_at),
        db_opt_time(banner->ends_at)
    );
}

static int create(Request *req)
{
    Banner banner = { .id = id_new(req->ctx->arena), .is_active = true };
    TRY(request_body(req, &banner));
    TRY(check(req->ctx, &banner));
    TRY(save(req->ctx->db, &banner_insert, &banner));
    return respond(req, 201, banner_fields, &banner);
}

static int update(Request *req)
{
    Banner banner = { 0 };
    TRY(request_param_id(req, "id", &banner.id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(db_one(tx, &banner_lock, banner_fields, &banner, db_uuid(banner.id)));
    TRY(request_body(req, &banner));
    TRY(check(req->ctx, &banner));
    TRY(save(tx, &banner_update, &banner));
    TRY(respond(req, 200, banner_fields, &banner));
    return tx_commit(tx);
}

static int remove_banner(Request *req)
{
    Str id;
    TRY(request_param_id(req, "id", &id));
    int64_t removed = db_exec(req->ctx->db, &banner_delete, db_uuid(id));
    if (removed < 0) {
        return (int) removed;
    }
    return removed ? respond_deleted(req, id)
                   : fail(req->ctx, FAIL_NOT_FOUND, "there is no banner with this id");
}

const Route banner_routes[] = {
    { ON_GET("/api/v1/banners", list),
      .query = banner_query,
      .response = banner_fields,
      .is_list = true,
      .summary = "Banners by position",
      .tag = "banners" },
    { ON_GET("/api/v1/banners/{id}", get),
      .response = banner_fields,
      .summary = "One banner",
      .tag = "banners" },
    { ON_POST("/api/v1/banners", create),
      .access = ACCESS_ADMIN,
      .body = banner_fields,
      .response = banner_fields,
      .status = 201,
      .summary = "Create a banner",
      .tag = "banners" },
    { ON_PUT("/api/v1/banners/{id}", update),
      .access = ACCESS_ADMIN,
      .body = banner_fields,
      .is_update = true,
      .response = banner_fields,
      .summary = "Change a banner",
      .tag = "banners" },
    { ON_DELETE("/api/v1/banners/{id}", remove_banner),
      .access = ACCESS_ADMIN,
      .response = deleted_fields,
      .summary = "Delete a banner",
      .tag = "banners" },
    ROUTE_END,
};
