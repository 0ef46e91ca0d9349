/* Categories: a tree. Whatever changes its shape holds the advisory lock `categories`, so that two
 * moves can't make a cycle between them. */
#include <chassis/ids.h>

#include "detail.h"

enum { CATEGORY_LEVELS_MAX = 32 };

typedef struct Category {
    Str id;
    Str name;
    Str slug;
    Str parent_id;
    int64_t sort_order;
    bool is_active;
    Str image_url, icon_url;
    Str description;
    int64_t level;
    int64_t product_count;
    int64_t created_at, updated_at;
} Category;

static const Field category_fields[] = {
    FIELD_UUID(Category, id, .readonly = true),
    FIELD_TEXT(Category, name, .required = true, .min = 1, .max = 255, .trim = true),
    FIELD_TEXT(
        Category, slug, .min = 1, .max = 255, .help = "made of the name when it is not sent"
    ),
    FIELD_UUID(Category, parent_id, .nullable = true),
    FIELD_INT(Category, sort_order, .min = 0, .max = INT32_MAX, .fallback = "0"),
    FIELD_BOOL(Category, is_active, .fallback = "true"),
    FIELD_URL(Category, image_url, .nullable = true, .max = 2048),
    FIELD_URL(Category, icon_url, .nullable = true, .max = 2048),
    FIELD_TEXT(Category, description, .nullable = true, .max = 5000),
    FIELD_INT(Category, level, .readonly = true),
    FIELD_INT(
        Category, product_count, .readonly = true, .help = "published products on this level"
    ),
    FIELD_TIME(Category, created_at, .readonly = true),
    FIELD_TIME(Category, updated_at, .readonly = true),
    FIELD_END,
};

#define COLUMNS                                                                                   \
    "id, name, slug, parent_id, sort_order, is_active, image_url, icon_url, description, level, " \
    "product_count, "                                                                             \
    "created_at, updated_at"

static const Statement category_list = {
    .name = "category_list",
    .sql = "SELECT " COLUMNS " FROM categories WHERE is_active ORDER BY level, sort_order, name, id"
};
static const Statement category_by_id = { .name = "category_by_id",
                                          .sql =
                                              "SELECT " COLUMNS " FROM categories WHERE id = $1" };
static const Statement category_by_slug = { .name = "category_by_slug",
                                            .sql = "SELECT " COLUMNS
                                                   " FROM categories WHERE slug = $1" };
static const Statement tree_lock = { .name = "category_tree_lock",
                                     .sql =
                                         "SELECT pg_advisory_xact_lock(hashtext('categories'))" };
static const Statement category_insert = {
    .name = "category_insert",
    .sql = "INSERT INTO categories (id, name, slug, parent_id, sort_order, is_active, image_url, "
           "icon_url, description)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
static const Statement category_update = {
    .name = "category_update",
    .sql = "UPDATE categories SET name = $2, slug = $3, parent_id = $4, sort_order = $5, is_active "
           "= $6, image_url = $7,"
           " icon_url = $8, description = $9, updated_at = now() WHERE id = $1",
};
/* Whether $2 lies in the subtree of $1. UNION, not UNION ALL: ends even on a cycle. */
static const Statement category_is_below = {
    .name = "category_is_below",
    .sql = "WITH RECURSIVE below AS (SELECT id FROM categories WHERE id = $1 UNION"
           " SELECT c.id FROM categories c JOIN below b ON c.parent_id = b.id)"
           " SELECT EXISTS (SELECT 1 FROM below WHERE id = $2)",
};
/* Levels of $1 and all below it, from its parent's. */
static const Statement category_levels = {
    .name = "category_levels",
    .sql =
        "WITH RECURSIVE below AS (SELECT c.id, coalesce(p.level + 1, 0) AS level FROM categories c"
        " LEFT JOIN categories p ON p.id = c.parent_id WHERE c.id = $1 UNION"
        " SELECT c.id, b.level + 1 FROM categories c JOIN below b ON c.parent_id = b.id)"
        " UPDATE categories SET level = below.level FROM below WHERE categories.id = below.id"
        " AND categories.level <> below.level",
};
static const Statement category_children = {
    .name = "category_children",
    .sql = "UPDATE categories SET parent_id = $2, updated_at = now()"
           " WHERE parent_id = $1 RETURNING id"
};
static const Statement category_products = {
    .name = "category_products",
    .sql = "UPDATE products SET category_id = $2 WHERE category_id = $1"
           " RETURNING id, deleted_at IS NULL"
};
static const Statement category_named = {
    .name = "category_named",
    .sql = "SELECT id FROM products WHERE category_id = $1 AND deleted_at IS NULL"
           " ORDER BY id FOR UPDATE"
};
static const Statement category_delete = { .name = "category_delete",
                                           .sql = "DELETE FROM categories WHERE id = $1" };

/* --- reading --- */

typedef struct CategoryTree {
    Category *categories; /* by level, so that parents come first */
    size_t count;
} CategoryTree;

static void write_children(JsonWriter *w, const CategoryTree *tree, Str parent_id, int depth)
{
    json_begin_array(w);
    for (size_t i = 0; i < tree->count && depth < CATEGORY_LEVELS_MAX; i++) {
        const Category *category = &tree->categories[i];
        if (!str_eq(category->parent_id, parent_id)) {
            continue;
        }
        json_begin_object(w);
        fields_write_json(w, category_fields, category);
        json_key(w, "children");
        write_children(w, tree, category->id, depth + 1);
        json_end_object(w);
    }
    json_end_array(w);
}

/* A category below an inactive one is a root of its own here: it must not vanish. */
static void adopt_orphans(CategoryTree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        bool has_parent = false;
        for (size_t j = 0; j < tree->count && !has_parent; j++) {
            has_parent = str_eq(tree->categories[i].parent_id, tree->categories[j].id);
        }
        if (!has_parent) {
            tree->categories[i].parent_id = (Str) { 0 };
        }
    }
}

typedef struct CategoryQuery {
    int tree;
} CategoryQuery;
static const char *const tree_words[] = { "false", "true", NULL };
static const Field category_query[] = {
    FIELD_ENUM(CategoryQuery, tree, tree_words, .help = "nested children"),
    FIELD_END,
};

static int list(Request *req)
{
    Context *ctx = req->ctx;
    CategoryQuery query = { 0 };
    DbRows rows;
    TRY(request_query(req, &query));
    TRY(db_query(ctx->db, &category_list, &rows));
    CategoryTree tree = { .categories = ARENA_ARRAY(ctx->arena, Category, (size_t) rows.rows + 1),
                          .count = (size_t) rows.rows };
    for (int i = 0; i < rows.rows; i++) {
        row_load(&rows, i, category_fields, &tree.categories[i], ctx->arena);
    }
    if (query.tree) {
        adopt_orphans(&tree);
        StrBuf nested = STRBUF_ON_ARENA(ctx->arena);
        JsonWriter w = json_writer(&nested, 0);
        json_begin_object(&w);
        json_key(&w, "data");
        write_children(&w, &tree, (Str) { 0 }, 0);
        json_end_object(&w);
        return respond_bytes(req, 200, "application/json; charset=utf-8", strbuf_str(&nested));
    }
    JsonWriter *w = respond_array_begin(req);
    for (size_t i = 0; i < tree.count; i++) {
        fields_write_object(w, category_fields, &tree.categories[i]);
    }
    return respond_array_end(req);
}

static int get(Request *req)
{
    Category category = { 0 };
    Str key = request_param(req, "idOrSlug");
    Str id;
    if (id_parse(req->ctx->arena, key, &id)) {
        TRY(db_one(req->ctx->db, &category_by_id, category_fields, &category, db_uuid(id)));
    } else {
        TRY(db_one(req->ctx->db, &category_by_slug, category_fields, &category, db_text(key)));
    }
    if (respond_unchanged(req, category.updated_at, category.id)) {
        return 0;
    }
    return respond(req, 200, category_fields, &category);
}

/* --- changing --- */

static int answer(Request *req, Db *tx, int status, Str id)
{
    Category category = { 0 };
    TRY(db_one(tx, &category_by_id, category_fields, &category, db_uuid(id)));
    TRY(respond(req, status, category_fields, &category));
    return tx_commit(tx);
}

static int save(Db *tx, const Statement *statement, const Category *category)
{
    TRY((int) db_exec(
        tx,
        statement,
        db_uuid(category->id),
        db_text(category->name),
        db_text(category->slug),
        db_uuid(category->parent_id),
        db_int(category->sort_order),
        db_bool(category->is_active),
        db_text_or_null(category->image_url),
        db_text_or_null(category->icon_url),
        db_text_or_null(category->description)
    ));
    return (int) db_exec(tx, &category_levels, db_uuid(category->id));
}

static int create(Request *req)
{
    Category category = { .id = id_new(req->ctx->arena), .is_active = true };
    TRY(request_body(req, &category));
    TRY(slug_settle(req->ctx, category.slug, category.name, &category.slug));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY((int) db_exec(tx, &tree_lock));
    TRY(save(tx, &category_insert, &category));
    return answer(req, tx, 201, category.id);
}

static int refuse_cycle(Context *ctx, Db *tx, const Category *category)
{
    DbRows rows;
    if (category->parent_id.len == 0) {
        return 0;
    }
    TRY(db_query(tx, &category_is_below, &rows, db_uuid(category->id), db_uuid(category->parent_id))
    );
    return row_bool(&rows, 0, 0) ? fail(ctx, FAIL_CONFLICT, "a category can't lie below itself")
                                 : 0;
}

static int products_changed(Db *tx, const DbRows *rows)
{
    for (int i = 0; i < rows->rows; i++) {
        TRY(product_touch(tx, row_uuid(rows, i, 0, db_arena(tx))));
    }
    return 0;
}

static int update(Request *req)
{
    Category category = { 0 };
    Str id;
    TRY(request_param_id(req, "id", &id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY((int) db_exec(tx, &tree_lock));
    TRY(db_one(tx, &category_by_id, category_fields, &category, db_uuid(id)));
    Str former_name = category.name;
    TRY(request_body(req, &category));
    TRY(slug_settle(req->ctx, category.slug, category.name, &category.slug));
    TRY(refuse_cycle(req->ctx, tx, &category));
    TRY(save(tx, &category_update, &category));
    if (!str_eq(former_name, category.name)) {
        DbRows rows;
        TRY(db_query(tx, &category_named, &rows, db_uuid(id)));
        TRY(products_changed(tx, &rows));
    }
    return answer(req, tx, 200, id);
}

/* Children and products move up to its parent. */
static int remove_category(Request *req)
{
    Category category = { 0 };
    Str id;
    DbRows children, products;
    TRY(request_param_id(req, "id", &id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY((int) db_exec(tx, &tree_lock));
    TRY(db_one(tx, &category_by_id, category_fields, &category, db_uuid(id)));
    TRY(db_query(tx, &category_children, &children, db_uuid(id), db_uuid(category.parent_id)));
    TRY(db_query(tx, &category_products, &products, db_uuid(id), db_uuid(category.parent_id)));
    for (int i = 0; i < children.rows; i++) {
        TRY((int) db_exec(tx, &category_levels, db_uuid(row_uuid(&children, i, 0, req->ctx->arena)))
        );
    }
    for (int i = 0; i < products.rows; i++) {
        if (row_bool(&products, i, 1)) {
            TRY(product_touch(tx, row_uuid(&products, i, 0, req->ctx->arena)));
        }
    }
    TRY((int) db_exec(tx, &category_delete, db_uuid(id)));
    TRY(respond_deleted(req, id));
    return tx_commit(tx);
}

const Route category_routes[] = {
    { ON_GET("/api/v1/categories", list),
      .query = category_query,
      .response = category_fields,
      .is_array = true,
      .summary = "Active categories, flat or as a tree",
      .tag = "categories" },
    { ON_GET("/api/v1/categories/{idOrSlug}", get),
      .response = category_fields,
      .summary = "One category",
      .tag = "categories" },
    { ON_POST("/api/v1/categories", create),
      .access = ACCESS_ADMIN,
      .body = category_fields,
      .response = category_fields,
      .status = 201,
      .summary = "Create a category",
      .tag = "categories" },
    { ON_PUT("/api/v1/categories/{id}", update),
      .access = ACCESS_ADMIN,
      .body = category_fields,
      .is_update = true,
      .response = category_fields,
      .summary = "Change or move a category",
      .tag = "categories" },
    { ON_DELETE("/api/v1/categories/{id}", remove_category),
      .access = ACCESS_ADMIN,
      .response = deleted_fields,
      .summary = "Delete a category; what it held moves up",
      .tag = "categories" },
    ROUTE_END,
};
