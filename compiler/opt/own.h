/* Shared by the files of the `own` pass. */
#ifndef PYC2C_OPT_OWN_H
#define PYC2C_OPT_OWN_H

#include "liveness.h"
#include "opt.h"

typedef enum OwnKind {
    OWN_NONE,     /* not a reference: a bool, a list of results, nothing */
    OWN_BORROWED, /* somebody else owns it for as long as it is used */
    OWN_OWNED     /* exactly one counted reference while it lives */
} OwnKind;

/* Reference operations for an edge, done once all blocks are. */
typedef struct OwnEdge {
    IrOp *op;
    uint32_t target;
    IrOpList take, drop; /* a value can be several times in `take` */
} OwnEdge;

/* Values with a number each, in no order; adding, removing and asking take constant time. */
typedef struct OwnSet {
    IrOpList items;
    uint32_t *place; /* by value id: index in items + 1 */
} OwnSet;

typedef struct Own {
    IrFunction *function;
    IrCfg cfg;
    Liveness liveness;
    uint8_t *kind;     /* OwnKind by value id */
    OwnSet live;       /* at the place where the scan is */
    uint32_t *consume; /* by value id: how often the operation takes the reference over, */
    uint32_t *borrow;  /* and how often it only looks; all 0 between operations */
    IrOpList touched;  /* values with one of these not 0 */
    VEC(OwnEdge) edges;
} Own;

void own_set_add(OwnSet *set, IrOp *value);
void own_set_remove(OwnSet *set, IrOp *value);
static inline bool own_set_has(const OwnSet *set, const IrOp *value) {
    return set->place[value->id] != 0;
}

static inline bool own_is_owned(const Own *own, const IrOp *value) {
    return own->kind[value->id] == OWN_OWNED;
}

/* own_borrow.c: which borrowed values need a reference of their own (the borrow law). */
void own_decide(Own *own);
/* own_edges.c: what an edge takes and drops; the lists become the edge's. */
void own_edge(Own *own, IrOp *op, uint32_t target, IrOpList *take, IrOpList *drop);
void own_apply_edges(Own *own);

/* nullable.c: sets IrOp.nullable of all values. */
void opt_mark_nullable(IrFunction *function);

#endif
