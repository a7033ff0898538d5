/* The order of the contents in the file, and which of them share a block.
 *
 * Code that is loaded at start lies together at the beginning, what has to be page aligned at the
 * end, so that padding is spent once for each of them only. Late code and sources follow one
 * another in the order of their names: neighbours are alike, which is what sharing a block lives
 * on. Between half of the largest size and all of it, a block ends where the next name says so
 * (content-defined chunking): an edit changes the block that it falls into, at most a few more. */
#include "content.h"

#include "../compiler/modules/names.h"

enum {
    /* The most. Inflating half of such a block takes 0.2 and 0.4 ms, twice as large ones save a
     * twentieth. */
    CODE_BLOCK = 80 << 10,
    SOURCE_BLOCK = 160 << 10,
    NAMES_PER_BORDER = 3, /* one name in so many is a border */
    SMALLEST = 128        /* below this zlib's frame eats the gain */
};

static bool may_pack(const Content *content) {
    return content->packing != PACK_NEVER && !content->page_aligned &&
           content->size <= CONTENT_PACK_LIMIT;
}

static bool may_share(const Content *content) {
    return (content->group == GROUP_LATE_CODE || content->group == GROUP_SOURCE) &&
           may_pack(content);
}

static void order_contents(ContentPlan *plan, const ContentStore *store) {
    for (int aligned = 0; aligned <= 1; aligned++) {
        for (int group = GROUP_START_CODE; group <= GROUP_DATA; group++) {
            for (uint32_t i = 0; i < store->items.count; i++) {
                const Content *content = &store->items.items[i];
                if ((int)content->group == group && content->page_aligned == aligned) {
                    vec_push(&plan->order, i);
                }
            }
        }
    }
}

/* Does the next content go into the unit that was begun? */
static bool joins(const ContentPlan *plan, const ContentStore *store, const ContentUnit *unit,
                  const Content *content, bool small) {
    const Content *head = &store->items.items[plan->order.items[unit->first]];
    uint64_t most = (uint64_t)(head->group == GROUP_LATE_CODE ? CODE_BLOCK : SOURCE_BLOCK) << small;
    bool ends = unit->size >= most / 2 && name_is_border(content->name, NAMES_PER_BORDER);
    return may_share(head) && may_share(content) && head->group == content->group && !ends &&
           unit->size + content->size <= most;
}

void content_plan_make(ContentPlan *plan, const ContentStore *store, bool small) {
    *plan = (ContentPlan){0};
    order_contents(plan, store);
    for (uint32_t i = 0; i < plan->order.count; i++) {
        const Content *content = &store->items.items[plan->order.items[i]];
        ContentUnit *last =
            plan->units.count > 0 ? &plan->units.items[plan->units.count - 1] : NULL;
        if (last != NULL && joins(plan, store, last, content, small)) {
            last->count++;
            last->size += content->size;
        } else {
            ContentUnit unit = {.first = i, .count = 1, .size = content->size, .block = IMAGE_NONE};
            vec_push(&plan->units, unit);
        }
    }
    for (size_t i = 0; i < plan->units.count; i++) {
        ContentUnit *unit = &plan->units.items[i];
        if (unit->size >= SMALLEST &&
            may_pack(&store->items.items[plan->order.items[unit->first]])) {
            unit->block = plan->blocks++;
        }
    }
}

void content_plan_free(ContentPlan *plan) {
    vec_free(&plan->order);
    vec_free(&plan->units);
}
