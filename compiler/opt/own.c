/* own: who holds a reference to what.
 *
 * Before: results and operands are as ops.def says, nothing is counted.
 * After:  every value that is a new reference (results OBJ, block parameters) or was given one
 *         (own_borrow.c) holds exactly one from its definition to its last use: the operation that
 *         takes references over (letters s and m, arguments of edges, the stack of a yield) gets
 *         it when it is the last user, otherwise a new one (`incref`); a value that nobody takes
 *         is dropped (`decref`) directly after the operation that uses it last, before the check
 *         of it, as the interpreter does. Where an exception leaves, `release` of the check says
 *         what is dropped: what stood on the operand stack above what the handler keeps, the top
 *         first. Unused results of operations with several are made explicit.
 *
 * Entries of `stack` count as uses, and so does `pop`: a temporary lives until the instruction that
 * pops it, so destructors run when they do in the interpreter. One backward scan over each block
 * with the set of live values; edges are done at the end (own_edges.c). */
#include "own.h"

#include <stdlib.h>
#include <string.h>

/* ---- sets ---- */

void own_set_add(OwnSet *set, IrOp *value) {
    if (set->place[value->id] == 0) {
        vec_push(&set->items, value);
        set->place[value->id] = (uint32_t)set->items.count;
    }
}

void own_set_remove(OwnSet *set, IrOp *value) {
    uint32_t place = set->place[value->id];
    if (place != 0) {
        IrOp *last = set->items.items[--set->items.count];
        set->items.items[place - 1] = last;
        set->place[last->id] = place;
        set->place[value->id] = 0;
    }
}

/* ---- what an operation does with its operands ---- */

static bool is_projection(const IrOp *op) {
    return op->opcode == IR_second || op->opcode == IR_item;
}

/* How often `value` is used, and whether its reference is taken over. */
static void count_use(Own *own, IrOp *value, bool consumed) {
    if (own->kind[value->id] == OWN_NONE) {
        return;
    }
    if (own->consume[value->id] + own->borrow[value->id] == 0) {
        vec_push(&own->touched, value);
    }
    (consumed ? own->consume : own->borrow)[value->id]++;
}

static void forget_counts(Own *own) {
    for (size_t i = 0; i < own->touched.count; i++) {
        uint32_t id = own->touched.items[i]->id;
        own->consume[id] = own->borrow[id] = 0;
    }
    own->touched.count = 0;
}

/* In which order CPython drops an instruction's operands; 0: from the first to the last. */
static const char *drop_order(IrOpcode opcode) {
    switch ((int)opcode) {
    case IR_item_set: /* container, key, value */ return "201";
    case IR_slice_set: /* container, start, stop, value: the slice goes last */ return "3012";
    case IR_attr_set:
    case IR_contains:
    case IR_exc_prepare_star: return "10";
    case IR_match_class: return "210";
    default: return NULL;
    }
}

/* The same for slices that are no stack entries (from 3.12 on): the instruction drops them first.
 */
static const char *drop_order_at(const FrontCode *code, const IrOp *op) {
    bool slice = op->opcode == IR_slice_get || op->opcode == IR_slice_set;
    const FrontInstr *instr = slice ? ir_instr_at(code, op->offset) : NULL;
    switch (instr != NULL ? (int)instr->opcode : FRONT_UNKNOWN) {
    case FRONT_BINARY_SLICE: /* container, start, stop */ return "120";
    case FRONT_STORE_SLICE: /* container, start, stop, value */ return "1230";
    default: return drop_order(op->opcode);
    }
}

/* Operand number i in the order in which operands are dropped. */
static uint32_t nth_dropped(const FrontCode *code, const IrOp *op, uint32_t i) {
    const char *order = drop_order_at(code, op);
    if (op->opcode == IR_str_join || op->opcode == IR_dict_new) {
        return op->arg_count - 1 - i;
    }
    return order != NULL ? (uint32_t)(order[i] - '0') : i;
}

static void count_operands(Own *own, IrOp *op) {
    if (is_projection(op)) {
        return;
    }
    for (uint32_t i = 0; i < op->arg_count; i++) {
        uint32_t number = nth_dropped(own->function->code, op, i);
        char letter = ir_arg_letter(op, number);
        if (letter != 'b') {
            count_use(own, op->args[number], letter == 's' || letter == 'm');
        }
    }
    for (uint32_t i = op->stack_count; i-- > 0;) {
        count_use(own, op->stack[i], op->opcode == IR_yield);
    }
}

static void insert_increfs(Own *own, IrOp *before, IrOp *value, uint32_t count) {
    for (uint32_t i = 0; i < count && value->opcode != IR_null; i++) {
        ir_insert_before(own->function, before, IR_incref, &value, 1);
    }
}

static IrOp *insert_decref(Own *own, IrOp *after, IrOp *value) {
    return ir_insert_after(own->function, after, IR_decref, &value, 1);
}

/* References before and after an operation that is neither a check nor an end. */
static void settle_operands(Own *own, IrOp *op) {
    IrOp *at = op;
    for (size_t i = 0; i < own->touched.count; i++) {
        IrOp *value = own->touched.items[i];
        uint32_t increfs = own->consume[value->id];
        if (own_is_owned(own, value)) {
            bool after = own_set_has(&own->live, value);
            if (!after && own->borrow[value->id] > 0) {
                at = insert_decref(own, at, value);
            } else if (!after) {
                increfs--; /* the operation gets the value's own reference */
            }
        }
        insert_increfs(own, op, value, increfs);
    }
    for (size_t i = 0; i < own->touched.count; i++) {
        own_set_add(&own->live, own->touched.items[i]);
    }
    forget_counts(own);
}

/* The operation's own result, as seen from behind it. */
static void settle_result(Own *own, IrOp *op) {
    if (own->kind[op->id] == OWN_OWNED) {
        bool borrowed = ir_result(op) == IR_BORROWED;
        bool checked = op->next->opcode == IR_check && op->next->args[0] == op;
        if (borrowed) {
            ir_insert_after(own->function, checked ? op->next : op, IR_incref, &op, 1);
        } else if (!own_set_has(&own->live, op)) {
            insert_decref(own, op, op);
        }
    }
    own_set_remove(&own->live, op);
}

/* ---- edges ---- */

/* Counts what an edge needs: arguments as taken over, what lives on in its target as looked at. */
static void count_edge(Own *own, const IrEdge *edge) {
    for (uint32_t i = 0; edge->args != NULL && i < edge->block->param_count; i++) {
        count_use(own, edge->args[i], true);
    }
    const IrOpList *values = &own->liveness.live_in[edge->block->index];
    for (size_t i = 0; i < values->count; i++) {
        if (own->borrow[values->items[i]->id] == 0) {
            count_use(own, values->items[i], false);
        }
    }
}

/* References that the counted edge needs beyond those the values have. */
static void edge_takes(const Own *own, IrOpList *take) {
    for (size_t i = 0; i < own->touched.count; i++) {
        IrOp *value = own->touched.items[i];
        uint32_t count = own->consume[value->id];
        if (own_is_owned(own, value) && own->borrow[value->id] == 0) {
            count--;
        }
        for (; count > 0 && value->opcode != IR_null; count--) {
            vec_push(take, value);
        }
    }
}

static int by_id_downwards(const void *left, const void *right) {
    const IrOp *a = *(IrOp *const *)left, *b = *(IrOp *const *)right;
    return a->id > b->id ? -1 : a->id < b->id;
}

/* Sorts values as the interpreter pops them: those that are not in the stack first, the latest one
 * first, then the stack from its top. */
static void sort_as_popped(Own *own, IrOpList *values, const IrOp *op) {
    if (values->count < 2) {
        return;
    }
    OwnSet set = {.place = own->borrow}; /* all 0 here, and again at the end */
    for (size_t i = 0; i < values->count; i++) {
        own_set_add(&set, values->items[i]);
    }
    IrOpList in_stack = {0};
    for (uint32_t i = op->stack_count; i-- > 0;) {
        if (own_set_has(&set, op->stack[i])) {
            own_set_remove(&set, op->stack[i]);
            vec_push(&in_stack, op->stack[i]);
        }
    }
    values->count = 0;
    while (set.items.count > 0) {
        IrOp *value = set.items.items[0];
        own_set_remove(&set, value);
        vec_push(values, value);
    }
    qsort(values->items, values->count, sizeof(IrOp *), by_id_downwards);
    for (size_t i = 0; i < in_stack.count; i++) {
        vec_push(values, in_stack.items[i]);
    }
    vec_free(&in_stack);
    vec_free(&set.items);
}

/* Owned values that live before the operation, but of which `edge`, counted now, needs nothing. */
static void collect_unneeded(const Own *own, IrOpList *values) {
    for (size_t i = 0; i < own->live.items.count; i++) {
        IrOp *value = own->live.items.items[i];
        if (own_is_owned(own, value) && own->consume[value->id] + own->borrow[value->id] == 0) {
            vec_push(values, value);
        }
    }
}

static void set_release(Own *own, IrOp *op, IrOpList *values) {
    sort_as_popped(own, values, op);
    op->release_count = (uint32_t)values->count;
    op->release = ARENA_ARRAY(own->function->arena, IrOp *, values->count);
    if (values->count > 0) {
        memcpy(op->release, values->items, sizeof(*values->items) * values->count);
    }
    vec_free(values);
}

/* The way to the handler, or out of the function, with everything live that the stack holds. */
static void settle_exception(Own *own, IrOp *op) {
    IrOpList take = {0}, drop = {0}, release = {0};
    if (op->target_count > 0) {
        count_edge(own, &op->targets[0]);
        edge_takes(own, &take);
    }
    collect_unneeded(own, &release);
    forget_counts(own);
    set_release(own, op, &release);
    if (take.count > 0) {
        own_edge(own, op, 0, &take, &drop);
    }
}

/* Adds to the live values; those that were not are noted in `added`. */
static void make_live(Own *own, IrOp *value, IrOpList *added) {
    if (own->kind[value->id] != OWN_NONE && !own_set_has(&own->live, value)) {
        own_set_add(&own->live, value);
        vec_push(added, value);
    }
}

/* What the handler and the stack need is live from here upwards. */
static void make_exception_live(Own *own, IrOp *op, IrOpList *added) {
    for (uint32_t i = 0; i < op->target_count; i++) {
        const IrEdge *edge = &op->targets[i];
        const IrOpList *values = &own->liveness.live_in[edge->block->index];
        for (uint32_t j = 0; edge->args != NULL && j < edge->block->param_count; j++) {
            make_live(own, edge->args[j], added);
        }
        for (size_t j = 0; j < values->count; j++) {
            make_live(own, values->items[j], added);
        }
    }
    for (uint32_t i = 0; i < op->stack_count; i++) {
        make_live(own, op->stack[i], added);
    }
}

/* A failed result is NULL: it has no part in what the exception drops. Without an exception, what
 * only the check kept alive is dropped after it. */
static void settle_check(Own *own, IrOp *check) {
    IrOp *checked = check->args[0];
    bool needed = own_set_has(&own->live, checked);
    own_set_remove(&own->live, checked);
    IrOpList added = {0};
    make_exception_live(own, check, &added);
    settle_exception(own, check);
    IrOp *at = check;
    if (own_is_owned(own, checked) && !needed && ir_result(checked) == IR_OBJ) {
        at = insert_decref(own, at, checked);
    }
    sort_as_popped(own, &added, check);
    for (size_t i = 0; i < added.count; i++) {
        if (own_is_owned(own, added.items[i])) {
            at = insert_decref(own, at, added.items[i]);
        }
    }
    vec_free(&added);
    if (own->kind[checked->id] != OWN_NONE) {
        own_set_add(&own->live, checked);
    }
}

/* ---- ends of blocks ---- */

/* An exhausted iterator's result is NULL where it branches to. */
static bool is_null_there(const IrOp *end, uint32_t target, const IrOp *value) {
    return end->opcode == IR_branch && target == 1 && end->args[0]->opcode == IR_has_value &&
           end->args[0]->args[0] == value;
}

static void settle_target(Own *own, IrOp *end, uint32_t target) {
    IrOpList take = {0}, drop = {0}, kept = {0};
    count_edge(own, &end->targets[target]);
    edge_takes(own, &take);
    collect_unneeded(own, &drop);
    forget_counts(own);
    sort_as_popped(own, &drop, end);
    for (size_t i = 0; i < drop.count; i++) {
        if (!is_null_there(end, target, drop.items[i])) {
            vec_push(&kept, drop.items[i]);
        }
    }
    vec_free(&drop);
    if (end->target_count == 1) {
        for (size_t i = 0; i < take.count; i++) {
            insert_increfs(own, end, take.items[i], 1);
        }
        for (size_t i = 0; i < kept.count; i++) {
            ir_insert_before(own->function, end, IR_decref, &kept.items[i], 1);
        }
        vec_free(&take);
        vec_free(&kept);
    } else if (take.count + kept.count > 0) {
        own_edge(own, end, target, &take, &kept);
    }
}

/* raise and reraise: operands that are not taken over are released on the way, before the stack. */
static void settle_raise(Own *own, IrOp *end) {
    IrOpList added = {0};
    make_exception_live(own, end, &added);
    for (uint32_t i = 0; i < end->arg_count; i++) {
        if (ir_arg_letter(end, i) == 'n') {
            make_live(own, end->args[i], &added);
        }
    }
    vec_free(&added);
    settle_exception(own, end);
    for (uint32_t i = 0; i < end->arg_count; i++) {
        if (ir_arg_letter(end, i) == 's') {
            count_use(own, end->args[i], true);
        }
    }
    settle_operands(own, end);
}

static void settle_end(Own *own, IrOp *end) {
    if (end->opcode == IR_raise || end->opcode == IR_reraise) {
        settle_raise(own, end);
        return;
    }
    if (end->target_count == 0) {
        end->stack_count = 0; /* nothing follows that could drop it */
    }
    IrOpList added = {0};
    make_exception_live(own, end, &added);
    vec_free(&added);
    for (uint32_t i = 0; i < end->target_count; i++) {
        settle_target(own, end, i);
    }
    count_operands(own, end);
    settle_operands(own, end);
}

/* ---- blocks ---- */

static void scan_block(Own *own, IrBlock *block) {
    while (own->live.items.count > 0) {
        own_set_remove(&own->live, own->live.items.items[0]);
    }
    IrOp *previous;
    for (IrOp *op = block->last; op != NULL; op = previous) {
        previous = op->previous;
        if (ir_is_end(op)) {
            settle_end(own, op);
        } else if (op->opcode == IR_check) {
            settle_check(own, op);
        } else {
            settle_result(own, op);
            count_operands(own, op);
            settle_operands(own, op);
        }
        if (op->opcode == IR_pop) { /* a decref stands behind it if its value ends here */
            ir_remove(op);
        }
    }
    for (uint32_t i = 0; i < block->param_count; i++) {
        if (!own_set_has(&own->live, block->params[i])) {
            ir_insert_before(own->function, block->first, IR_decref, &block->params[i], 1);
        }
    }
}

/* ---- operations with several results ---- */

static uint32_t item_count(const IrOp *op) {
    switch ((int)op->opcode) {
    case IR_unpack: return (uint32_t)op->imm[0];
    case IR_unpack_ex: return (uint32_t)op->imm[0] + 1 + (uint32_t)op->imm[1];
    default: return 0;
    }
}

/* Makes results explicit that nobody asked for, behind those that are there: they must be dropped.
 */
static void complete_results(IrFunction *function, IrOp *op) {
    IrSecond second = ir_rows[op->opcode].second;
    uint32_t items = item_count(op);
    bool has_second = second == IR_SECOND_NONE || second == IR_SECOND_BOOL;
    if (has_second && items == 0) {
        return;
    }
    bool *has_item = xcalloc(items, sizeof(*has_item));
    IrOp *last = op->next->opcode == IR_check && op->next->args[0] == op ? op->next : op;
    for (; is_projection(last->next) && last->next->args[0] == op; last = last->next) {
        if (last->next->opcode == IR_second) {
            has_second = true;
        } else {
            has_item[last->next->imm[0]] = true;
        }
    }
    if (!has_second) {
        last = ir_insert_after(function, last, IR_second, &op, 1);
    }
    for (uint32_t i = 0; i < items; i++) {
        if (!has_item[i]) {
            last = ir_insert_after(function, last, IR_item, &op, 1);
            last->imm[0] = (int32_t)i;
        }
    }
    free(has_item);
}

/* ---- the pass ---- */

static void set_kind(Own *own, const IrOp *op) {
    IrResult result = ir_result(op);
    own->kind[op->id] = result == IR_OBJ        ? OWN_OWNED
                        : result == IR_BORROWED ? OWN_BORROWED
                                                : OWN_NONE;
}

static Own own_new(IrFunction *function) {
    Own own = {.function = function, .cfg = ir_cfg_new(function)};
    own.liveness = liveness_new(function, &own.cfg);
    own.kind = xcalloc(function->next_value, sizeof(*own.kind));
    own.live.place = xcalloc(function->next_value, sizeof(*own.live.place));
    own.consume = xcalloc(function->next_value, sizeof(*own.consume));
    own.borrow = xcalloc(function->next_value, sizeof(*own.borrow));
    for (size_t i = 0; i < function->blocks.count; i++) {
        IrBlock *block = function->blocks.items[i];
        for (uint32_t j = 0; j < block->param_count; j++) {
            set_kind(&own, block->params[j]);
        }
        for (IrOp *op = block->first; op != NULL; op = op->next) {
            set_kind(&own, op);
        }
    }
    return own;
}

static void own_free(Own *own) {
    liveness_free(&own->liveness);
    ir_cfg_free(&own->cfg);
    vec_free(&own->live.items);
    vec_free(&own->touched);
    free(own->live.place);
    free(own->kind);
    free(own->consume);
    free(own->borrow);
}

/* Stacks have done their work; a yield moves its own into the frame. */
static void forget_stacks(IrFunction *function) {
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            if (op->opcode != IR_yield) {
                op->stack_count = 0;
                op->stack = NULL;
            }
        }
    }
}

void opt_own(IrFunction *function) {
    for (size_t i = 0; i < function->blocks.count; i++) {
        for (IrOp *op = function->blocks.items[i]->first; op != NULL; op = op->next) {
            complete_results(function, op);
        }
    }
    Own own = own_new(function);
    own_decide(&own);
    size_t count = function->blocks.count;
    for (size_t i = 0; i < count; i++) {
        scan_block(&own, function->blocks.items[i]);
    }
    own_apply_edges(&own);
    own_free(&own);
    forget_stacks(function);
    function->stage = IR_STAGE_OWNED;
    ir_order(function);
    opt_mark_nullable(function);
}
