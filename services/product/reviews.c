/* Reviews: one for each user and product. The product's rating changes in the review's transaction.
 */
#include <chassis/ids.h>

#include "detail.h"

typedef struct Review {
    Str id, product_id, user_id;
    int64_t rating;
    Str title, body;
    bool verified_purchase;
    int64_t created_at, updated_at;
} Review;

static const Field review_fields[] = {
    FIELD_UUID(Review, id, .readonly = true),
    FIELD_UUID(Review, product_id, .readonly = true),
    FIELD_UUID(Review, user_id, .readonly = true),
    FIELD_INT(Review, rating, .required = true, .min = 1, .max = 5),
    FIELD_TEXT(Review, title, .nullable = true, .max = 255),
    FIELD_TEXT(Review, body, .nullable = true, .max = 5000),
    FIELD_BOOL(Review, verified_purchase, .readonly = true),
    FIELD_TIME(Review, created_at, .readonly = true),
    FIELD_TIME(Review, updated_at, .readonly = true),
    FIELD_END,
};

#define COLUMNS \
    "id, product_id, user_id, rating, title, body, verified_purchase, created_at, updated_at"

static const Statement review_list = {
    .name = "review_list",
    .sql = "SELECT " COLUMNS
           " FROM product_reviews WHERE product_id = $1 ORDER BY created_at DESC, id DESC"
           " LIMIT $2 OFFSET $3",
};
static const Statement review_summary = { .name = "review_summary",
                                          .sql = "SELECT rating_sum, rating_count FROM products"
                                                 " WHERE id = $1 AND deleted_at IS NULL" };
static const Statement review_insert = {
    .name = "review_insert",
    .sql = "INSERT INTO product_reviews (id, product_id, user_id, rating, title, body, "
           "verified_purchase)"
           " VALUES ($1, $2, $3, $4, $5, $6, EXISTS (SELECT 1 FROM purchases WHERE user_id = $3 "
           "AND product_id = $2))"
           " RETURNING " COLUMNS,
};
static const Statement review_get = {
    .name = "review_get",
    .sql = "SELECT " COLUMNS " FROM product_reviews WHERE id = $1 AND product_id = $2 FOR UPDATE"
};
static const Statement review_delete = { .name = "review_delete",
                                         .sql = "DELETE FROM product_reviews WHERE id = $1" };
/* Takes the product's row lock, so that reviews of one product follow each other. A rating is no
 * part of the product's events, so the version stays. */
static const Statement rating_add = {
    .name = "product_rating_add",
    .sql = "UPDATE products SET rating_sum = rating_sum + $2, rating_count = rating_count + $3, "
           "updated_at = now()"
           " WHERE id = $1 AND deleted_at IS NULL AND ($4 OR status = 'published')",
};

typedef struct Summary {
    int64_t sum, count;
} Summary;

static void write_summary(JsonWriter *w, const void *arg)
{
    const Summary *summary = arg;
    json_key(w, "summary");
    json_begin_object(w);
    json_key(w, "average_rating");
    json_double(w, rating_average(summary->sum, summary->count));
    json_field_int(w, "total_count", summary->count);
    json_end_object(w);
}

static int list(Request *req)
{
    Context *ctx = req->ctx;
    Paging paging;
    Str id;
    TRY(request_param_id(req, "id", &id));
    TRY(request_paging(req, &paging));
    DbCall calls[] = {
        { .statement = &review_summary, .values = DB_VALUES(db_uuid(id)) },
        { .statement = &review_list,
          .values = DB_VALUES(db_uuid(id), db_int(paging.per_page), db_int(paging.offset)) },
    };
    TRY(db_pipeline(ctx->db, calls, 2));
    if (calls[0].rows.rows == 0) {
        return fail(ctx, FAIL_NOT_FOUND, "there is no such product");
    }
    Summary summary = { .sum = row_int(&calls[0].rows, 0, 0),
                        .count = row_int(&calls[0].rows, 0, 1) };
    JsonWriter *w = respond_list_begin(req);
    for (int i = 0; i < calls[1].rows.rows; i++) {
        Review review = { 0 };
        row_load(&calls[1].rows, i, review_fields, &review, ctx->arena);
        fields_write_object(w, review_fields, &review);
    }
    return respond_list_end(
        req,
        &(ListEnd) { .paging = &paging,
                     .total_count = summary.count,
                     .extra = write_summary,
                     .extra_arg = &summary }
    );
}

/* `any_status`: also of a product that is no longer published. */
static int add_rating(Db *tx, Str product_id, int64_t rating, int64_t count, bool any_status)
{
    int64_t changed = db_exec(
        tx, &rating_add, db_uuid(product_id), db_int(rating), db_int(count), db_bool(any_status)
    );
    if (changed < 0) {
        return (int) changed;
    }
    return changed ? 0 : fail(db_context(tx), FAIL_NOT_FOUND, "there is no such product");
}

static int create(Request *req)
{
    Context *ctx = req->ctx;
    Review review = { .id = id_new(ctx->arena), .user_id = ctx->principal.user_id };
    TRY(request_param_id(req, "id", &review.product_id));
    TRY(request_body(req, &review));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(ctx, &tx));
    TRY(add_rating(tx, review.product_id, review.rating, 1, false));
    TRY(db_one(
        tx,
        &review_insert,
        review_fields,
        &review,
        db_uuid(review.id),
        db_uuid(review.product_id),
        db_uuid(review.user_id),
        db_int(review.rating),
        db_text_or_null(review.title),
        db_text_or_null(review.body)
    ));
    TRY(respond(req, 201, review_fields, &review));
    return tx_commit(tx);
}

static int remove_review(Request *req)
{
    Context *ctx = req->ctx;
    Review review = { 0 };
    TRY(request_param_id(req, "id", &review.product_id));
    TRY(request_param_id(req, "reviewId", &review.id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(ctx, &tx));
    TRY(db_one(
        tx, &review_get, review_fields, &review, db_uuid(review.id), db_uuid(review.product_id)
    ));
    TRY(auth_require_owner(ctx, review.user_id));
    TRY((int) db_exec(tx, &review_delete, db_uuid(review.id)));
    TRY(add_rating(tx, review.product_id, -review.rating, -1, true));
    TRY(respond_deleted(req, review.id));
    return tx_commit(tx);
}

const Route review_routes[] = {
    { ON_GET("/api/v1/products/{id}/reviews", list),
      .response = review_fields,
      .is_list = true,
      .tag = "reviews",
      .summary = "Reviews of a product, the newest first" },
    { ON_POST("/api/v1/products/{id}/reviews", create),
      .access = ACCESS_USER,
      .body = review_fields,
      .response = review_fields,
      .status = 201,
      .tag = "reviews",
      .summary = "Review a product, once" },
    { ON_DELETE("/api/v1/products/{id}/reviews/{reviewId}", remove_review),
      .access = ACCESS_OWNER,
      .response = deleted_fields,
      .tag = "reviews",
      .summary = "Take a review back" },
    ROUTE_END,
};
