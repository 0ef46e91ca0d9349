/* How many published products each category has on its own level, counted once a minute. */
#include "product.h"

static const Statement count_categories = {
    .name = "category_counts",
    .sql = "UPDATE categories SET product_count = counted.products, updated_at = now()"
           " FROM (SELECT c.id, count(p.id)::int AS products FROM categories c LEFT JOIN products p"
           " ON p.category_id = c.id AND p.status = 'published' AND p.deleted_at IS NULL GROUP BY "
           "c.id) counted"
           " WHERE categories.id = counted.id AND categories.product_count <> counted.products",
};

static int64_t category_counts(Context *ctx, const JobRun *run)
{
    auto_tx Db *tx = NULL;
    TRY(tx_begin(ctx, &tx));
    TRY(job_still_leader(tx, run));
    int64_t changed = db_exec(tx, &count_categories);
    if (changed < 0) {
        return changed;
    }
    TRY(tx_commit(tx));
    return changed;
}

const Job product_jobs[] = {
    { .name = "category-counts", .every_ms = 60000, .run = category_counts },
    JOB_END,
};
