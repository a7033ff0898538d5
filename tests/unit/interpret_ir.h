/* Runs functions of the IR on symbolic values, at any stage.
 *
 * A value is a hash of how it came about, and what an operation answers (does it fail, is it true,
 * has the iterator more) depends on how many events were before it; so a function means its list of
 * events and its outcome, and passes must not change them. Operations that passes merge or take
 * apart count as the events of their parts. After `own` the references are counted as the C code
 * would count them: using an object that is gone, or keeping one, is an error. */
#ifndef PYC2C_TESTS_INTERPRET_IR_H
#define PYC2C_TESTS_INTERPRET_IR_H

#include "../../compiler/ir/cfg.h"
#include "random_ir.h"

enum { INTERPRET_EVENTS = 400, INTERPRET_STEPS = 20000 };

typedef struct RunObject {
    uint64_t hash;
    long count; /* of references; only `own` makes it meaningful */
    bool immortal, was_dropped;
} RunObject;

typedef struct RunValue {
    RunObject *object; /* NULL: a NULL reference */
    int number;        /* of a bool */
    bool failed;
} RunValue;

typedef struct Interpreter {
    IrFunction *function;
    Arena arena;
    uint64_t seed, trace; /* hash of all events */
    uint32_t events, steps;
    bool counting;
    RunValue *values; /* by id */
    RunObject *slots[RANDOM_SLOTS];
    RunObject *raised, *handled;
    VEC(RunObject *) objects;
    RunObject *saved[RANDOM_STACK]; /* a suspended generator's stack */
    uint32_t saved_count;
    const char *error;
    uint32_t error_op;
} Interpreter;

typedef enum Outcome { GOES_ON, RETURNED, RAISED, YIELDED, STOPPED } Outcome;

static RunObject *new_object(Interpreter *run, uint64_t hash) {
    RunObject *object = ARENA_NEW(&run->arena, RunObject);
    object->hash = hash;
    object->count = 1;
    vec_push(&run->objects, object);
    return object;
}

static void complain(Interpreter *run, const IrOp *op, const char *error) {
    if (run->error == NULL) {
        run->error = error;
        run->error_op = op != NULL ? op->id : 0;
    }
}

static void drop_object(Interpreter *run, const IrOp *op, RunObject *object) {
    if (run->counting && object != NULL && !object->immortal && --object->count < 0) {
        complain(run, op, "drops an object once too often");
    }
}

static void take_object(RunObject *object) {
    if (object != NULL) {
        object->count++;
    }
}

/* The object of an operand, which must be alive. */
static RunObject *object_of(Interpreter *run, const IrOp *op, const IrOp *value) {
    RunObject *object = run->values[value->id].object;
    if (run->counting && object != NULL && !object->immortal && object->count <= 0) {
        complain(run, op, "uses an object that is gone");
    }
    return object;
}

static uint64_t hash_of(const RunObject *object) {
    return object != NULL ? object->hash : 99;
}

/* ---- events ---- */

/* Something that others could see happen; returns what decides about its answer. */
static uint64_t event(Interpreter *run, uint64_t kind, uint64_t operands) {
    run->events++;
    run->trace = random_mix(run->trace, random_mix(kind, operands));
    return random_mix(random_mix(run->seed, run->events), run->trace);
}

static bool fails(Interpreter *run, uint64_t answer) {
    if (answer % 40 != 0) {
        return false;
    }
    run->raised = new_object(run, random_mix(answer, 5));
    return true;
}

static uint64_t hash_operands(Interpreter *run, const IrOp *op, uint32_t first) {
    uint64_t hash = op->opcode == IR_list_new || op->opcode == IR_tuple_new ? 1 : 0;
    for (uint32_t i = first; i < op->arg_count; i++) {
        hash = random_mix(hash, hash_of(object_of(run, op, op->args[i])));
    }
    return hash;
}

/* ---- operations ---- */

/* What merged operations did before. */
static IrOpcode event_kind(const IrOp *op) {
    switch ((int)op->opcode) {
    case IR_compare_truth: return IR_compare;
    case IR_slice_get: return IR_item_get;
    case IR_slice_put: return IR_slice_set;
    case IR_slot_binary:
    case IR_slot_binary_left:
    case IR_slot_binary_right:
    case IR_slot_binary_both:
    case IR_binary_left:
    case IR_binary_right:
    case IR_binary_both: return IR_binary;
    default: return op->opcode;
    }
}

static uint64_t hash_slice(Interpreter *run, const IrOp *op, uint32_t first) {
    uint64_t hash = random_mix(hash_of(object_of(run, op, op->args[first])),
                               hash_of(object_of(run, op, op->args[first + 1])));
    return random_mix(hash, 31);
}

static uint64_t truth_of(Interpreter *run, const RunObject *object) {
    if (object->hash < 2) {
        return object->hash;
    }
    uint64_t answer = event(run, IR_truth, object->hash);
    return fails(run, answer) ? 2 : answer >> 8 & 1;
}

static RunObject *fixed_object(Interpreter *run, uint64_t hash) {
    RunObject *object = new_object(run, hash);
    object->immortal = true;
    return object;
}

/* A plain operation: one event, a new object. */
static RunValue run_plain(Interpreter *run, const IrOp *op) {
    uint64_t operands;
    if (op->opcode == IR_slice_get) {
        operands = random_mix(0, hash_of(object_of(run, op, op->args[0])));
        operands = random_mix(operands, hash_slice(run, op, 1));
    } else {
        operands = hash_operands(run, op, 0);
    }
    int32_t imm = ir_is_slot_binary(op) ? op->imm[1] : op->imm[0];
    uint64_t answer = event(run, random_mix(event_kind(op), (uint64_t)imm), operands);
    RunValue value = {0};
    if (ir_may_raise(op) && fails(run, answer)) {
        value.failed = true;
        return value;
    }
    uint64_t hash = random_mix(answer, 3) | 2;
    if (ir_result(op) == IR_OBJ || ir_is_slot_binary(op)) {
        value.object = new_object(run, hash);
    } else if (ir_result(op) == IR_BOOL) {
        value.number = (int)(answer >> 9 & 1);
    }
    return value;
}

static void set_slot(Interpreter *run, const IrOp *op, int32_t slot, RunObject *object) {
    RunObject *old = run->slots[slot];
    event(run, IR_slot_set, random_mix((uint64_t)slot, hash_of(object)));
    run->slots[slot] = object;
    drop_object(run, op, old);
}

static void drop_taken(Interpreter *run, const IrOp *op) {
    for (uint32_t i = 0; i < op->arg_count; i++) {
        char letter = ir_arg_letter(op, i);
        if (letter == 's' || letter == 'm') {
            drop_object(run, op, run->values[op->args[i]->id].object);
        }
    }
}

static RunValue run_slot(Interpreter *run, const IrOp *op) {
    RunValue value = {0};
    RunObject **slot = &run->slots[op->imm[0]];
    switch ((int)op->opcode) {
    case IR_slot_set: set_slot(run, op, op->imm[0], object_of(run, op, op->args[0])); break;
    case IR_slot_binary:
    case IR_slot_binary_left:
    case IR_slot_binary_right:
    case IR_slot_binary_both:
        value = run_plain(run, op);
        drop_taken(run, op);
        if (!value.failed) {
            set_slot(run, op, op->imm[0], value.object);
        }
        break;
    case IR_slot_del:
        value.failed = *slot == NULL;
        drop_object(run, op, *slot);
        *slot = NULL;
        break;
    default:
        value.object = *slot;
        value.failed = *slot == NULL;
        if (value.failed && op->opcode == IR_slot_bound) {
            complain(run, op, "reads an unset variable");
        }
        break;
    }
    if (value.failed && !ir_is_slot_binary(op)) {
        event(run, IR_slot_get, (uint64_t)op->imm[0]);
        run->raised = new_object(run, 1000 + (uint64_t)op->imm[0]);
    }
    return value;
}

static RunValue run_exception(Interpreter *run, const IrOp *op) {
    RunValue value = {0};
    switch ((int)op->opcode) {
    case IR_exc_lasti: value.object = new_object(run, 77); break;
    case IR_exc_catch:
        value.object = run->raised;
        run->raised = NULL;
        break;
    case IR_exc_push:
        value.object = run->handled;
        run->handled = object_of(run, op, op->args[0]);
        take_object(run->handled);
        event(run, IR_exc_push, hash_of(run->handled));
        break;
    default:
        event(run, IR_exc_pop, hash_of(object_of(run, op, op->args[0])));
        drop_object(run, op, run->handled);
        run->handled = object_of(run, op, op->args[0]);
        break;
    }
    return value;
}

static RunValue run_test(Interpreter *run, const IrOp *op) {
    RunValue value = {0};
    RunObject *object = ir_arg_letter(op, 0) == 'b' ? NULL : object_of(run, op, op->args[0]);
    switch ((int)op->opcode) {
    case IR_true: value.number = 1; break;
    case IR_is: value.number = hash_of(object) == hash_of(object_of(run, op, op->args[1])); break;
    case IR_not: value.number = !run->values[op->args[0]->id].number; break;
    case IR_is_none: value.number = object != NULL && object->hash == 3; break;
    case IR_has_value: value.number = object != NULL; break;
    case IR_box_bool:
        value.object = fixed_object(run, (uint64_t)run->values[op->args[0]->id].number);
        break;
    default: { /* truth */
        uint64_t truth = truth_of(run, object);
        value.failed = truth == 2;
        value.number = (int)(truth & 1);
    }
    }
    return value;
}

static RunValue run_compare_truth(Interpreter *run, const IrOp *op) {
    uint64_t answer =
        event(run, random_mix(IR_compare, (uint64_t)op->imm[0]), hash_operands(run, op, 0));
    RunValue value = {0};
    if (fails(run, answer)) {
        value.failed = true;
        return value;
    }
    RunObject object = {.hash = random_mix(answer, 3) | 2};
    uint64_t truth = truth_of(run, &object);
    value.failed = truth == 2;
    value.number = (int)(truth & 1);
    return value;
}

static RunValue run_iter_next(Interpreter *run, const IrOp *op) {
    RunValue value = run_plain(run, op);
    if (!value.failed && value.object->hash % 3 == 0) {
        value.object->count = 0;
        value.object = NULL;
    }
    return value;
}

static RunValue run_part(Interpreter *run, const IrOp *op) {
    const IrOp *of = op->args[0];
    uint64_t hash = random_mix(hash_of(run->values[of->args[0]->id].object), run->events);
    RunValue value = {0};
    if (op->opcode == IR_item || hash % 2 == 0) {
        value.object = new_object(run, random_mix(hash, (uint64_t)op->imm[0]) | 2);
    }
    return value;
}

/* The value of the operation, before reference counting. */
static RunValue evaluate(Interpreter *run, const IrOp *op) {
    RunValue value = {0};
    switch ((int)op->opcode) {
    case IR_const: return (RunValue){.object = fixed_object(run, (uint64_t)op->imm[0])};
    case IR_null:
    case IR_loc:
    case IR_pop:
    case IR_poll:
    case IR_check: return value;
    case IR_slot_get:
    case IR_slot_bound:
    case IR_slot_set:
    case IR_slot_binary:
    case IR_slot_binary_left:
    case IR_slot_binary_right:
    case IR_slot_binary_both:
    case IR_slot_del: return run_slot(run, op);
    case IR_exc_lasti:
    case IR_exc_catch:
    case IR_exc_push:
    case IR_exc_pop: return run_exception(run, op);
    case IR_true:
    case IR_is:
    case IR_not:
    case IR_is_none:
    case IR_has_value:
    case IR_box_bool:
    case IR_truth: return run_test(run, op);
    case IR_compare_truth: return run_compare_truth(run, op);
    case IR_iter_next: return run_iter_next(run, op);
    case IR_item:
    case IR_second: return run_part(run, op);
    case IR_slice_new: return (RunValue){.object = new_object(run, hash_slice(run, op, 0))};
    case IR_incref: take_object(object_of(run, op, op->args[0])); return value;
    case IR_decref: drop_object(run, op, object_of(run, op, op->args[0])); return value;
    default: return run_plain(run, op);
    }
}

/* References that the operation takes over; exc_pop and slot_set keep theirs, slot_binary has
 * dropped them. */
static void consume(Interpreter *run, const IrOp *op) {
    bool keeps = op->opcode == IR_exc_pop || op->opcode == IR_slot_set || ir_is_slot_binary(op);
    bool counts = op->opcode != IR_second && op->opcode != IR_item && op->opcode != IR_check;
    if (counts && !keeps) {
        drop_taken(run, op);
    }
}

/* ---- control ---- */

static void move_to(Interpreter *run, const IrOp *op, const IrEdge *edge, const IrBlock **block) {
    RunObject *moved[RANDOM_STACK * 2];
    for (uint32_t i = 0; i < edge->block->param_count; i++) {
        moved[i] = object_of(run, op, edge->args[i]);
    }
    for (uint32_t i = 0; i < edge->block->param_count; i++) {
        run->values[edge->block->params[i]->id] = (RunValue){.object = moved[i]};
    }
    *block = edge->block;
}

/* An exception leaves from `op`; `by` is the check, raise or reraise that says where to. */
static Outcome throw_from(Interpreter *run, const IrOp *by, const IrBlock **block) {
    for (uint32_t i = 0; i < by->release_count; i++) {
        drop_object(run, by, object_of(run, by, by->release[i]));
    }
    if (run->function->stage == IR_STAGE_LOWERED) {
        const IrBlock *handler = ir_raise_target(run->function, by);
        if (handler == NULL) {
            return RAISED;
        }
        IrEdge edge = {(IrBlock *)handler, by->stack};
        move_to(run, by, &edge, block);
        return GOES_ON;
    }
    if (by->target_count == 0) {
        return RAISED;
    }
    move_to(run, by, &by->targets[0], block);
    return GOES_ON;
}

static Outcome suspend(Interpreter *run, const IrOp *op) {
    uint64_t operands = hash_operands(run, op, 0);
    run->saved_count = op->stack_count;
    for (uint32_t i = 0; i < op->stack_count; i++) {
        run->saved[i] = object_of(run, op, op->stack[i]);
        operands = random_mix(operands, hash_of(run->saved[i]));
    }
    event(run, IR_yield, operands);
    consume(run, op);
    return YIELDED;
}

static Outcome run_end(Interpreter *run, const IrOp *op, int32_t resumed, const IrBlock **block) {
    switch ((int)op->opcode) {
    case IR_return:
        event(run, IR_return, hash_operands(run, op, 0));
        consume(run, op);
        return RETURNED;
    case IR_raise:
        run->raised =
            new_object(run, random_mix(event(run, IR_raise, hash_operands(run, op, 0)), 5));
        return throw_from(run, op, block);
    case IR_reraise:
        run->raised = object_of(run, op, op->args[0]);
        event(run, IR_reraise, hash_of(run->raised));
        if (!run->counting) {
            take_object(run->raised);
        }
        return throw_from(run, op, block);
    case IR_resume:
        for (uint32_t i = 0; i < op->target_count; i++) {
            if (run->function->resumes.items[i].origin == resumed) {
                *block = op->targets[i].block;
                for (uint32_t j = 0; j < run->saved_count; j++) {
                    run->values[(*block)->params[j]->id] = (RunValue){.object = run->saved[j]};
                }
            }
        }
        return GOES_ON;
    case IR_unreachable: complain(run, op, "is reached"); return STOPPED;
    default: {
        bool second = op->opcode == IR_branch && !run->values[op->args[0]->id].number;
        move_to(run, op, &op->targets[second], block);
        return GOES_ON;
    }
    }
}

/* From a block on until the function is left; *offset is where a generator resumes, and where it
 * was suspended afterwards. */
static Outcome run_blocks(Interpreter *run, int32_t *offset) {
    const IrBlock *block = run->function->entry;
    const IrOp *op = block->first;
    while (run->error == NULL) {
        const IrBlock *next = NULL;
        Outcome outcome = GOES_ON;
        if (run->events >= INTERPRET_EVENTS || run->steps++ >= INTERPRET_STEPS) {
            return STOPPED;
        }
        if (ir_is_end(op)) {
            outcome = run_end(run, op, *offset, &next);
        } else if (op->opcode == IR_yield) {
            *offset = op->offset;
            return suspend(run, op);
        } else if (op->opcode == IR_check) {
            if (run->values[op->args[0]->id].failed) {
                outcome = throw_from(run, op, &next);
            }
        } else {
            RunValue value = evaluate(run, op);
            run->values[op->id] = value;
            consume(run, op);
            if (value.failed && run->function->stage == IR_STAGE_LOWERED) {
                outcome = throw_from(run, op, &next);
            }
        }
        if (outcome != GOES_ON) {
            return outcome;
        }
        op = next != NULL ? next->first : op->next;
    }
    return STOPPED;
}

/* ---- a whole function ---- */

static void start_run(Interpreter *run) {
    run->counting = run->function->stage == IR_STAGE_OWNED;
    run->values = xcalloc(run->function->next_value, sizeof(*run->values));
    run->handled = fixed_object(run, 3);
    for (int32_t i = 0; i < run->function->code->argcount; i++) {
        run->slots[i] = new_object(run, 500 + (uint64_t)i);
    }
}

/* The caller drops what it gets, the frame its variables. */
static void end_run(Interpreter *run, Outcome outcome) {
    if (outcome == RAISED) {
        drop_object(run, NULL, run->raised);
    }
    for (int i = 0; i < RANDOM_SLOTS; i++) {
        drop_object(run, NULL, run->slots[i]);
    }
    /* A generator that is left in a handler drops the exception it handles. */
    if (run->handled != NULL) {
        drop_object(run, NULL, run->handled);
    }
    for (size_t i = 0; i < run->objects.count && run->counting && outcome != STOPPED; i++) {
        if (!run->objects.items[i]->immortal && run->objects.items[i]->count > 0) {
            complain(run, NULL, "an object is never dropped");
        }
    }
}

typedef struct Meaning {
    uint64_t trace;
    Outcome outcome;
    const char *error; /* NULL, or what is wrong at the operation with the number */
    uint32_t op;
} Meaning;

static Meaning interpret(IrFunction *function, uint64_t seed) {
    Interpreter run = {.function = function, .seed = seed};
    Outcome outcome;
    int32_t offset = 0; /* of RETURN_GENERATOR */
    start_run(&run);
    do {
        outcome = run_blocks(&run, &offset);
    } while (outcome == YIELDED && run.error == NULL);
    end_run(&run, outcome);
    Meaning meaning = {run.trace, outcome, run.error, run.error_op};
    free(run.values);
    vec_free(&run.objects);
    arena_free(&run.arena);
    return meaning;
}

#endif
