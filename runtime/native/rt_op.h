/* The operations of compiler/ir/ops.def that are no machinery of frames, calls or generators.
 *
 * Each row's helper is rt_<id>; its signature follows from the row (see there). Every message and
 * side effect is that of Python/ceval.c of 3.11, whose instruction is named where it is not plain
 * from the id. Helpers borrow their operands unless the row says otherwise, and return new
 * references.
 *
 * Where a helper has a short common case, that case is inlined where it is worth it: generated code
 * sets RT_HOT to 1 before operations that are hot (codegen/emit_hot.c), to 0 before others. */
#ifndef PYC2C_RUNTIME_RT_OP_H
#define PYC2C_RUNTIME_RT_OP_H

#define RT_INLINE static inline __attribute__((always_inline, unused))
#ifndef RT_HOT
#define RT_HOT 1
#endif

#include "rt_op_attr.h"
#include "rt_op_build.h"
#include "rt_op_compare.h"
#include "rt_op_exception.h"
#include "rt_op_import.h"
#include "rt_op_item.h"
#include "rt_op_iter.h"
#include "rt_op_lazy.h"
#include "rt_op_match.h"
#include "rt_op_name.h"
#include "rt_op_number.h"
#include "rt_op_site.h"

#endif
