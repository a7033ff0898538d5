/* Inline cache sites: static, zero-initialised, one for each operation that has one.
 *
 * attr_get, attr_set, method_get (filled in rt_op_attr_fill.c)
 *     Key: version tag of the owner's type; CPython never uses one twice, 0 is none. Stale when the
 *     type, a base or the metaclass changes.
 * global_get (rt_op_name.c)
 *     Key: versions of the keys of the module's globals and, for a builtin, of the builtins. Stale
 *     when a name comes or goes among them. Then the entry that a global variable had is tried,
 *     which its key confirms.
 *
 * References in sites are borrowed: what a type's version stands for is kept alive by the type. */
#ifndef PYC2C_RUNTIME_RT_OP_SITE_H
#define PYC2C_RUNTIME_RT_OP_SITE_H

#include "rt_op_python.h"

/* Where an attribute of objects of one type is found. */
typedef enum RtWayKind {
    RT_WAY_NONE,
    RT_WAY_VALUE,     /* among the object's inline values, at `index` */
    RT_WAY_GUARDED,   /* the same, and `value` in the type is not a data descriptor so far */
    RT_WAY_SLOT,      /* a __slots__ member, `index` bytes into the object */
    RT_WAY_ENTRY,     /* in the object's dict, entry `index` */
    RT_WAY_DATA,      /* data descriptor of the type */
    RT_WAY_CLASS,     /* plain attribute of the type, unless the object has one */
    RT_WAY_METHOD,    /* function-like attribute of the type, unless the object has one */
    RT_WAY_BIND,      /* other descriptor of the type, unless the object has one */
    RT_WAY_TYPE,      /* the owner is a type: plain attribute of it */
    RT_WAY_TYPE_BIND, /* the owner is a type: descriptor in it */
    RT_WAY_SUPER,     /* of an object's type: function behind another class in the type's MRO */
} RtWayKind;

typedef struct RtWay {
    uint64_t key;    /* RT_WAY_KEY: version tag of the owner's type, and the kind */
    int32_t index;   /* see RtWayKind; CLASS, METHOD, BIND: index of the name in the type's shared
                        keys, or an RT_OWN_… */
    uint32_t keys;   /* RT_OWN_ABSENT: version of the type's shared keys; TYPE, TYPE_BIND: version
                        tag of the owner; SUPER: of the other class */
    PyObject *value; /* what the type has */
    uint32_t value_version; /* of the value's type, if that type may become a descriptor; else 0 */
} RtWay;

/* Attributes that an object may have itself and that would hide the type's. */
enum {
    RT_OWN_ABSENT = -1, /* the name is not among the shared keys of the type */
    RT_OWN_NONE = -2,   /* the type's objects have no attributes */
    RT_OWN_DICT = -3    /* they have a dict, which must be asked */
};

#define RT_WAY_KEY(kind, version) ((uint64_t)(kind) << 32 | (version))
#define RT_WAY_KIND(way) ((RtWayKind)((way)->key >> 32))

#ifndef RT_STRESS_ONE_WAY
enum { RT_WAYS = 4 };
#else /* make stress-one-way: sites are refilled all the time */
enum { RT_WAYS = 1 };
#endif

typedef struct RtAttrSite {
    RtWay ways[RT_WAYS];
    uint8_t next;   /* way to fill next */
    uint16_t fills; /* so far; sites that miss all the time are filled ever more rarely */
    uint16_t wait;  /* misses until the next fill */
} RtAttrSite;

typedef RtAttrSite RtMethodSite;

typedef struct RtGlobalSite {
    uint32_t keys;     /* version of the keys of the module's globals; 0: nothing known */
    uint32_t builtins; /* a builtin: version of the builtins' keys; 0: a global variable */
    uint32_t place;    /* of the value, in bytes from the start of these keys */
    uint32_t index;    /* entry of a global variable: a guess when the keys have changed */
} RtGlobalSite;

#endif
