/* Publishing from a fiber: it parks until its records are acknowledged. */
#include <assert.h>
#include <stdio.h>

#include "base/mem.h"

#include "kafka_internal.h"

/* On the heap: when the fiber gave up, the reports still come. */
typedef struct Group {
    Fiber *fiber; /* NULL: gave up */
    bool is_parked;
    size_t left;
    size_t count;
    char error[160]; /* the first one's */
    struct Slot {
        struct Group *group;
        int result;
    } slots[];
} Group;

static void release(Group *group)
{
    if (--group->left > 0) {
        return;
    }
    if (!group->fiber) {
        free(group);
    } else if (group->is_parked) {
        group->is_parked = false;
        fiber_wake(group->fiber, 0);
    }
}

static void on_delivered(int result, const char *error, void *arg)
{
    struct Slot *slot = arg;
    Group *group = slot->group;
    slot->result = result;
    if (result < 0 && !group->error[0]) {
        snprintf(group->error, sizeof group->error, "%s", error ? error : "refused");
    }
    release(group);
}

static int first_failure(const Group *group, Error *err)
{
    for (size_t i = 0; i < group->count; i++) {
        if (group->slots[i].result < 0) {
            return error_set(err, group->slots[i].result, "publish: %s", group->error);
        }
    }
    return 0;
}

/* Parks until every report is in; the fiber's own end comes first with a negative result. */
static int wait_for(Group *group)
{
    int rc = 0;
    while (rc == 0 && group->left > 0) {
        group->is_parked = true;
        rc = fiber_park();
        group->is_parked = false;
    }
    return group->left > 0 ? rc : 0;
}

static void send_all(KafkaProducer *producer, const KafkaRecord *records, Group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        Error err = ERROR_INIT;
        group->slots[i].group = group;
        group->slots[i].result = -ETIMEDOUT;
        int rc = kafka_send(producer, &records[i], on_delivered, &group->slots[i], &err);
        if (rc < 0) {
            on_delivered(rc, err.message, &group->slots[i]);
        }
    }
}

int kafka_publish_all(
    KafkaProducer *producer, const KafkaRecord *records, size_t count, int *ret_results, Error *err
)
{
    assert(fiber_self());
    Group *group = mem_alloc(sizeof *group + count * sizeof group->slots[0]);
    group->fiber = fiber_self();
    group->count = count;
    group->left = count + 1; /* one for ourselves while sending */
    send_all(producer, records, group);
    group->left--;
    int rc = wait_for(group);
    for (size_t i = 0; ret_results && i < count; i++) {
        ret_results[i] = group->slots[i].result;
    }
    if (rc < 0) {
        group->fiber = NULL;
        return error_errno(err, rc, "publish");
    }
    rc = first_failure(group, err);
    free(group);
    return rc;
}

int kafka_publish(KafkaProducer *producer, const KafkaRecord *record, Error *err)
{
    return kafka_publish_all(producer, record, 1, NULL, err);
}
