#include "list.h"

#include <chassis/ids.h>

typedef enum SortOrder {
    SORT_NEWEST,
    SORT_PRICE_ASC,
    SORT_PRICE_DESC,
    SORT_NAME_ASC,
    SORT_NAME_DESC,
    SORT_POPULAR,   /* = newest */
    SORT_RELEVANCE, /* = newest */
} SortOrder;

static const char *const sort_names[] = { "newest",    "price_asc", "price_desc", "name_asc",
                                          "name_desc", "popular",   "relevance",  NULL };

typedef enum SortKey {
    KEY_TIME,
    KEY_PRICE,
    KEY_NAME,
} SortKey;

static const struct SortRule {
    const char *order_by;
    const char *after; /* keyset: two values */
    SortKey key;
} sort_rules[] = {
    [SORT_NEWEST] = { "p.created_at DESC, p.id DESC", "(p.created_at, p.id) < (?, ", KEY_TIME },
    [SORT_PRICE_ASC] = { "p.base_price, p.id", "(p.base_price, p.id) > (?, ", KEY_PRICE },
    [SORT_PRICE_DESC] = { "p.base_price DESC, p.id DESC",
                          "(p.base_price, p.id) < (?, ",
                          KEY_PRICE },
    [SORT_NAME_ASC] = { "p.name, p.id", "(p.name, p.id) > (?, ", KEY_NAME },
    [SORT_NAME_DESC] = { "p.name DESC, p.id DESC", "(p.name, p.id) < (?, ", KEY_NAME },
};

enum { STATUS_ANY = -1, LIST_OF_IDS_MAX = 50 };

typedef struct ListInput {
    FieldList category_id, brand_id; /* UUIDs or slugs */
    int status;
    Str search;
    OptInt min_price, max_price;
    int sort_by;
} ListInput;

const Field product_query_fields[] = {
    FIELD_TEXTS(
        ListInput,
        category_id,
        .alias = "category",
        .max = LIST_OF_IDS_MAX,
        .help = "UUIDs or slugs; with all categories below them"
    ),
    FIELD_TEXTS(
        ListInput, brand_id, .alias = "brand", .max = LIST_OF_IDS_MAX, .help = "UUIDs or slugs"
    ),
    FIELD_ENUM(
        ListInput,
        status,
        product_status_names,
        .help = "others than published: one's own, or an admin's"
    ),
    FIELD_TEXT(
        ListInput, search, .max = 200, .help = "every word as a prefix, in name or description"
    ),
    FIELD_OPT_MONEY(ListInput, min_price),
    FIELD_OPT_MONEY(ListInput, max_price),
    FIELD_ENUM(ListInput, sort_by, sort_names, .alias = "sort", .fallback = "newest"),
    FIELD_END,
};

typedef struct ListItem {
    Product product;
    Str primary_image; /* JSON object; empty: none */
} ListItem;
_Static_assert(offsetof(ListItem, product) == 0, "its table has a product's members");

static const Field item_fields[] = {
    PRODUCT_FIELDS,
    FIELD_JSON(ListItem, primary_image, .nullable = true),
    FIELD_END,
};

typedef struct Listing {
    Request *req;
    ListInput input;
    Paging paging;
    const struct SortRule *rule;
    bool is_empty; /* nothing can match: no statement is sent */
} Listing;

static int read_input(Request *req, Listing *ret_listing)
{
    ListInput input = { .status = STATUS_ANY };
    TRY(request_query(req, &input));
    TRY(request_paging(req, &ret_listing->paging));
    if (input.min_price.has && input.max_price.has &&
        input.min_price.value > input.max_price.value) {
        return fail(req->ctx, FAIL_INVALID_PARAMETER, "min_price must not be above max_price");
    }
    if (input.sort_by >= SORT_POPULAR) {
        input.sort_by = SORT_NEWEST;
    }
    ret_listing->req = req;
    ret_listing->input = input;
    ret_listing->rule = &sort_rules[input.sort_by];
    return paging_check_cursor(req, &ret_listing->paging, str_from(sort_names[input.sort_by]), 2);
}

/* Anyone: published. A seller: own ones, too. Admins and services: all. */
static void where_visible(Listing *listing, Sql *sql)
{
    const Context *ctx = listing->req->ctx;
    int status = listing->input.status;
    bool sees_all = auth_is_admin(ctx) || auth_is_service(ctx);
    bool is_seller = ctx->principal.kind == PRINCIPAL_USER && ctx->principal.role == ROLE_SELLER;
    if (!sees_all && !is_seller) {
        listing->is_empty = status != STATUS_ANY && status != PRODUCT_PUBLISHED;
        sql_where(sql, "p.status = 'published'");
        return;
    }
    if (status != STATUS_ANY) {
        sql_wherev(sql, "p.status = ?", db_enum(product_status_names, status));
    }
    if (is_seller && status != PRODUCT_PUBLISHED) {
        sql_wherev(
            sql, "(p.status = 'published' OR p.seller_id = ?)", db_uuid(ctx->principal.user_id)
        );
    }
}

static DbValue texts_of(const Listing *listing, FieldList list)
{
    return db_texts(listing->req->ctx->arena, list.ptr, list.len);
}

/* ARRAY(…) runs once and leaves an index condition; ids and slugs are both matched as text. */
static void where_groups(const Listing *listing, Sql *sql)
{
    const ListInput *input = &listing->input;
    if (input->category_id.len > 0) {
        sql_wherev(
            sql,
            "p.category_id = ANY (ARRAY(WITH RECURSIVE below AS (SELECT id FROM categories, "
            "unnest(?) AS wanted WHERE slug = wanted OR id::text = lower(wanted) "
            "UNION SELECT c.id FROM categories c JOIN below ON c.parent_id = below.id) "
            "SELECT id FROM below))",
            texts_of(listing, input->category_id)
        );
    }
    if (input->brand_id.len > 0) {
        sql_wherev(
            sql,
            "p.brand_id = ANY (ARRAY(SELECT id FROM brands, unnest(?) AS wanted "
            "WHERE slug = wanted OR id::text = lower(wanted)))",
            texts_of(listing, input->brand_id)
        );
    }
}

static void where_filters(Listing *listing, Sql *sql)
{
    const ListInput *input = &listing->input;
    sql_where(sql, "p.deleted_at IS NULL");
    where_visible(listing, sql);
    where_groups(listing, sql);
    if (input->min_price.has) {
        sql_wherev(sql, "p.base_price >= ?", db_int(input->min_price.value));
    }
    if (input->max_price.has) {
        sql_wherev(sql, "p.base_price <= ?", db_int(input->max_price.value));
    }
    Str words = search_query_of(listing->req->ctx->arena, input->search);
    if (words.len > 0) {
        sql_wherev(sql, "p.tsv @@ to_tsquery('simple', ?)", db_text(words));
    } else if (input->search.len > 0) {
        listing->is_empty = true;
    }
}

static int where_after(const Listing *listing, Sql *sql)
{
    const Cursor *cursor = &listing->paging.cursor;
    Context *ctx = listing->req->ctx;
    Str id;
    int64_t number = 0;
    bool fine = id_parse(ctx->arena, cursor->parts[2], &id);
    if (listing->rule->key != KEY_NAME) {
        fine = fine && str_to_int64(cursor->parts[1], &number);
    }
    if (!fine) {
        return fail(ctx, FAIL_INVALID_PARAMETER, "cursor is not one of ours");
    }
    DbValue first = listing->rule->key == KEY_NAME    ? db_text(cursor->parts[1])
                    : listing->rule->key == KEY_PRICE ? db_int(number)
                                                      : db_time(number);
    sql_wherev(sql, listing->rule->after, first);
    sql_addv(sql, "?)", db_uuid(id));
    return 0;
}

/* How many rows a prefix matches nobody can estimate. OFFSET 0 keeps the planner from reading the
 * products in the order wanted until enough match, which for a rare word is all of them: the words'
 * own index gives the matches, and they are sorted. */
#define FENCED_PRODUCTS "(SELECT p.id, p.created_at, p.base_price, p.name FROM products p"

static bool has_words(const Listing *listing)
{
    return listing->input.search.len > 0;
}

/* The ids of the page by an index; what is shown is read for these alone. */
static int build_page(Listing *listing, Sql *sql)
{
    const Paging *paging = &listing->paging;
    sql_add(
        sql,
        "SELECT p.id, p.name, p.slug, p.description, p.brand_id, p.category_id, p.seller_id, "
        "p.status, "
        "p.base_price, p.currency, p.metadata, p.created_at, p.updated_at, image.primary_image "
        "FROM (SELECT p.id FROM "
    );
    sql_add(sql, has_words(listing) ? FENCED_PRODUCTS : "products p");
    where_filters(listing, sql);
    if (paging->has_cursor) {
        TRY(where_after(listing, sql));
    }
    if (has_words(listing)) {
        sql_add(sql, " OFFSET 0) AS p");
    }
    sql_add(sql, " ORDER BY ");
    sql_add(sql, listing->rule->order_by);
    sql_addv(sql, " LIMIT ?", db_int(paging->per_page + 1));
    sql_addv(sql, " OFFSET ?", db_int(paging->offset));
    sql_add(
        sql,
        ") AS page JOIN products p ON p.id = page.id LEFT JOIN LATERAL "
        "(SELECT json_build_object('id', i.id, 'url', i.url, 'alt_text', i.alt_text) AS "
        "primary_image "
        "FROM product_images i WHERE i.product_id = p.id "
        "ORDER BY i.is_primary DESC, i.sort_order, i.id LIMIT 1) AS image ON true ORDER BY "
    );
    sql_add(sql, listing->rule->order_by);
    return 0;
}

static Str cursor_after(const Listing *listing, const Product *last)
{
    Arena *arena = listing->req->ctx->arena;
    Str value = last->name;
    if (listing->rule->key == KEY_TIME) {
        value = str_printf(arena, "%lld", (long long) last->created_at);
    } else if (listing->rule->key == KEY_PRICE) {
        value = str_printf(arena, "%lld", (long long) last->base_price);
    }
    const Str parts[] = { value, last->id };
    return cursor_text(arena, str_from(sort_names[listing->input.sort_by]), parts, 2);
}

static int respond_items(const Listing *listing, const DbRows *rows, int64_t total)
{
    Request *req = listing->req;
    int per_page = (int) listing->paging.per_page;
    int shown = rows->rows < per_page ? rows->rows : per_page;
    ListEnd end = { .paging = &listing->paging,
                    .total_count = total,
                    .has_more = rows->rows > shown };
    JsonWriter *w = respond_list_begin(req);
    for (int row = 0; row < shown; row++) {
        ListItem item = { 0 };
        row_load(rows, row, item_fields, &item, req->ctx->arena);
        fields_write_object(w, item_fields, &item);
        if (row + 1 == shown) {
            end.next_cursor = cursor_after(listing, &item.product);
        }
    }
    return respond_list_end(req, &end);
}

int products_list(Request *req)
{
    Listing listing = { 0 };
    TRY(read_input(req, &listing));
    Sql page;
    Sql count;
    sql_init(&page, req->ctx->arena, "products_page");
    sql_init(&count, req->ctx->arena, "products_count");
    TRY(build_page(&listing, &page));
    sql_add(&count, "SELECT count(*) FROM products p");
    where_filters(&listing, &count);
    if (req->ctx->principal.kind == PRINCIPAL_ANONYMOUS) {
        respond_header(req, "Cache-Control", STR("public, max-age=60"));
    }
    DbRows rows = { 0 };
    int64_t total = 0;
    if (!listing.is_empty) {
        TRY(db_list(req->ctx->db, "products", &count, &page, &rows, &total));
    }
    return respond_items(&listing, &rows, total);
}
