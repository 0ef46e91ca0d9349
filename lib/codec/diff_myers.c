/* The shortest edit script, in linear space: two searches, from the start and from the end, meet in
 * the middle of it, and both halves are solved the same way. A diagonal is x - y, x being a line of
 * the first text and y one of the second. */
#include "base/mem.h"
#include "codec/internal.h"

typedef struct Search {
    DiffSide *from, *to;
    int64_t *forward;  /* by diagonal: the furthest x reached from the start */
    int64_t *backward; /* the same from the end: the lowest x */
    uint32_t max_cost;
} Search;

typedef struct Box {
    int64_t x0, x1, y0, y1;
} Box;

typedef struct Point {
    int64_t x, y;
} Point;

/* The diagonals that one of the searches has reached. */
typedef struct Front {
    int64_t *furthest;
    int64_t low, high;
} Front;

static bool same(const Search *s, int64_t x, int64_t y)
{
    return s->from->lines[x] == s->to->lines[y];
}

/* One diagonal further on both sides, or one less where the box ends; beyond them stands a value
 * that never wins. */
static void widen(Front *front, const Box *box, int64_t never)
{
    if (front->low > box->x0 - box->y1) {
        front->furthest[--front->low - 1] = never;
    } else {
        front->low++;
    }
    if (front->high < box->x1 - box->y0) {
        front->furthest[++front->high + 1] = never;
    } else {
        front->high--;
    }
}

static bool is_reached(const Front *front, int64_t diagonal)
{
    return front->low <= diagonal && diagonal <= front->high;
}

/* One edit more from the start; true when it met the other search, there. */
static bool
step_forward(const Search *s, const Box *box, Front *front, const Front *other, Point *ret_meeting)
{
    for (int64_t d = front->high; d >= front->low; d -= 2) {
        int64_t below = front->furthest[d - 1];
        int64_t above = front->furthest[d + 1];
        int64_t x = below < above ? above : below + 1;
        while (x < box->x1 && x - d < box->y1 && same(s, x, x - d)) {
            x++;
        }
        front->furthest[d] = x;
        if (other && is_reached(other, d) && other->furthest[d] <= x) {
            *ret_meeting = (Point) { x, x - d };
            return true;
        }
    }
    return false;
}

static bool
step_backward(const Search *s, const Box *box, Front *front, const Front *other, Point *ret_meeting)
{
    for (int64_t d = front->high; d >= front->low; d -= 2) {
        int64_t below = front->furthest[d - 1];
        int64_t above = front->furthest[d + 1];
        int64_t x = below < above ? below : above - 1;
        while (x > box->x0 && x - d > box->y0 && same(s, x - 1, x - d - 1)) {
            x--;
        }
        front->furthest[d] = x;
        if (other && is_reached(other, d) && x <= other->furthest[d]) {
            *ret_meeting = (Point) { x, x - d };
            return true;
        }
    }
    return false;
}

/* The point of a front that is nearest to its goal, within the box. */
static Point best_point(const Box *box, const Front *front, bool is_forward)
{
    Point best = is_forward ? (Point) { box->x0, box->y0 } : (Point) { box->x1, box->y1 };
    for (int64_t d = front->low; d <= front->high; d += 2) {
        int64_t x = front->furthest[d];
        x = x > box->x1 ? box->x1 : x < box->x0 ? box->x0 : x;
        int64_t y = x - d;
        y = y > box->y1 ? box->y1 : y < box->y0 ? box->y0 : y;
        x = y + d;
        bool is_better = is_forward ? x + y > best.x + best.y : x + y < best.x + best.y;
        if (is_better) {
            best = (Point) { x, y };
        }
    }
    return best;
}

/* Too far apart: the search that came further says where to cut. */
static Point give_up(const Box *box, const Front *forward, const Front *backward)
{
    Point first = best_point(box, forward, true);
    Point last = best_point(box, backward, false);
    int64_t done_forward = first.x + first.y - box->x0 - box->y0;
    int64_t done_backward = box->x1 + box->y1 - last.x - last.y;
    return done_forward >= done_backward ? first : last;
}

/* A point on a shortest way through the box, neither of whose corners differ only by equal lines.
 */
static Point find_middle(const Search *s, const Box *box)
{
    int64_t start = box->x0 - box->y0;
    int64_t end = box->x1 - box->y1;
    Front forward = { s->forward, start, start };
    Front backward = { s->backward, end, end };
    bool meets_forward = ((start - end) & 1) != 0;
    forward.furthest[start] = box->x0;
    backward.furthest[end] = box->x1;
    Point meeting;
    for (uint32_t cost = 1; cost <= s->max_cost; cost++) {
        widen(&forward, box, -1);
        if (step_forward(s, box, &forward, meets_forward ? &backward : NULL, &meeting)) {
            return meeting;
        }
        widen(&backward, box, INT64_MAX);
        if (step_backward(s, box, &backward, meets_forward ? NULL : &forward, &meeting)) {
            return meeting;
        }
    }
    return give_up(box, &forward, &backward);
}

static void trim(const Search *s, Box *box)
{
    while (box->x0 < box->x1 && box->y0 < box->y1 && same(s, box->x0, box->y0)) {
        box->x0++;
        box->y0++;
    }
    while (box->x0 < box->x1 && box->y0 < box->y1 && same(s, box->x1 - 1, box->y1 - 1)) {
        box->x1--;
        box->y1--;
    }
}

static int64_t size_of(const Box *box)
{
    return box->x1 - box->x0 + box->y1 - box->y0;
}

/* The smaller half is solved by recursion, the larger one by going on: the depth is logarithmic. */
static void mark_box(const Search *s, Box box)
{
    for (;;) {
        trim(s, &box);
        if (box.x0 == box.x1 || box.y0 == box.y1) {
            break;
        }
        Point middle = find_middle(s, &box);
        Box first = { box.x0, middle.x, box.y0, middle.y };
        Box second = { middle.x, box.x1, middle.y, box.y1 };
        bool is_first_smaller = size_of(&first) < size_of(&second);
        mark_box(s, is_first_smaller ? first : second);
        box = is_first_smaller ? second : first;
    }
    memset(s->from->changed + box.x0, true, (size_t) (box.x1 - box.x0));
    memset(s->to->changed + box.y0, true, (size_t) (box.y1 - box.y0));
}

void diff_mark(DiffSide *from, DiffSide *to, uint32_t max_cost)
{
    size_t diagonals = (size_t) from->count + to->count + 3;
    auto_free int64_t *furthest = mem_calloc(2 * diagonals, sizeof(int64_t));
    int64_t zero = (int64_t) to->count + 1; /* where diagonal 0 stands */
    Search search = { .from = from,
                      .to = to,
                      .forward = furthest + zero,
                      .backward = furthest + diagonals + zero,
                      .max_cost = max_cost };
    mark_box(&search, (Box) { 0, from->count, 0, to->count });
}
