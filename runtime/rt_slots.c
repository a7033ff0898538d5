/* rt_slots.c: a short way for filling the slots of new classes.
 *
 * Creating a class goes through some sixty-five slots (tp_repr, nb_add, …), and for each asks every
 * class of the method resolution order for the special names behind it: three hundred lookups for a
 * class, nearly always in vain, an eighth of the start of a program of middle size. Here a set of
 * bits tells for a class which special names its dict has. The union of the sets answers for all
 * slots at once:
 *
 *   - names that no class has: the slot stays empty;
 *   - names that only `object` has: what came out for the class before comes out for this one;
 *   - anything else: CPython's function is asked.
 *
 * scripts/lead_call.py leads the call in type_new here; where it could not, nothing here is called.
 *
 * Follows fixup_slot_dispatchers, update_one_slot, slotptr of CPython's typeobject.c. */
#include "rt_compat.h"

#if RT_HAS_KNOWN_HASH_LOOKUP && RT_DICT_VERSIONS_ARE_UNIQUE

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct wrapperbase Slot;

/* CPython's table of slots, ordered by offset, and its function, which fills the slot at `slot` of
 * a class from that and the following entries of the same offset. It returns the entry behind. */
extern __attribute__((weak)) Slot rt_slot_definitions[];
__attribute__((weak)) Slot *rt_slot_update_original(PyTypeObject *type, Slot *slot);
Slot *rt_slot_update(PyTypeObject *type, Slot *slot);

enum { MOST_NAMES = 128, MOST_GROUPS = 96, NAME_TABLE = 512, KNOWN_DICTS = 256, WORD_BITS = 64 };

/* Of the special names, by their numbers. */
typedef struct Names {
    uint64_t words[MOST_NAMES / WORD_BITS];
} Names;

/* The entries of one slot. */
typedef struct Group {
    Slot *end;
    Names names;
    void *inherited; /* what came out where only `object` has any of the names */
    bool is_learned;
} Group;

/* Which special names a dict has. `dict` is a number: that dict may be gone and another one, with
 * another version, in its place. */
typedef struct Known {
    uintptr_t dict;
    uint64_t version;
    Names names;
} Known;

/* All guarded by the GIL. */
static Group groups[MOST_GROUPS];
static size_t group_count; /* 0: not looked at yet */
static struct {
    Py_hash_t hash;
    uint8_t number; /* plus one; 0: free */
} name_table[NAME_TABLE];
static Known known_dicts[KNOWN_DICTS];

/* The class whose slots are being filled, one after the other. */
static struct {
    PyTypeObject *type; /* NULL: none */
    Slot *next;
    size_t group;
    Names of_object, of_others;
} pass;

static inline bool has_any(const Names *some, const Names *others) {
    return ((some->words[0] & others->words[0]) | (some->words[1] & others->words[1])) != 0;
}

static inline void add_all(Names *names, const Names *more) {
    names->words[0] |= more->words[0];
    names->words[1] |= more->words[1];
}

/* Of the special name with that hash; -1: there is none. Another text with the same hash only leads
 * to CPython's function. */
static inline int number_of(Py_hash_t hash) {
    for (size_t at = (size_t)hash % NAME_TABLE; name_table[at].number != 0;
         at = (at + 1) % NAME_TABLE) {
        if (name_table[at].hash == hash) {
            return name_table[at].number - 1;
        }
    }
    return -1;
}

/* The number of a name that may be new; -1: too many. */
static int enter_name(PyObject *name, int *count) {
    Py_hash_t hash = ((PyASCIIObject *)name)->hash;
    int number = number_of(hash);
    if (number >= 0 || *count == MOST_NAMES) {
        return number;
    }
    size_t at = (size_t)hash % NAME_TABLE;
    while (name_table[at].number != 0) {
        at = (at + 1) % NAME_TABLE;
    }
    name_table[at].hash = hash;
    name_table[at].number = (uint8_t)++ * count;
    return *count - 1;
}

/* Reads CPython's table. False when it is larger than any that was seen. */
static bool read_definitions(void) {
    int names = 0;
    size_t count = 0;
    for (Slot *slot = rt_slot_definitions; slot->name != NULL; count++) {
        if (count == MOST_GROUPS) {
            return false;
        }
        Group *group = &groups[count];
        int offset = slot->offset;
        for (; slot->name != NULL && slot->offset == offset; slot++) {
            PyObject *name = slot->name_strobj;
            int number =
                name != NULL && ((PyASCIIObject *)name)->hash != -1 ? enter_name(name, &names) : -1;
            if (number < 0) {
                return false;
            }
            group->names.words[number / WORD_BITS] |= (uint64_t)1 << (number % WORD_BITS);
        }
        group->end = slot;
    }
    group_count = count;
    return true;
}

/* False for a dict whose keys may be other things than str. */
static bool names_of(PyObject *object, Names *names) {
    if (object == NULL || !PyDict_CheckExact(object)) {
        return false;
    }
    const PyDictObject *dict = (PyDictObject *)object;
    Known *known = &known_dicts[(uintptr_t)dict / 16 % KNOWN_DICTS];
    if (known->dict != (uintptr_t)dict || known->version != dict->ma_version_tag) {
        const PyDictKeysObject *keys = dict->ma_keys;
        if (keys->dk_kind != DICT_KEYS_UNICODE) {
            return false;
        }
        *known = (Known){.dict = (uintptr_t)dict, .version = dict->ma_version_tag};
        const PyDictUnicodeEntry *entries = DK_UNICODE_ENTRIES(keys);
        for (Py_ssize_t i = 0; i < keys->dk_nentries; i++) {
            PyObject *key = entries[i].me_key;
            int number = key != NULL ? number_of(((PyASCIIObject *)key)->hash) : -1;
            if (number >= 0) {
                known->names.words[number / WORD_BITS] |= (uint64_t)1 << (number % WORD_BITS);
            }
        }
    }
    *names = known->names;
    return true;
}

static bool has_all_slots(const PyTypeObject *type) {
    return PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_HEAPTYPE) &&
           type->tp_as_async != NULL && type->tp_as_number != NULL && type->tp_as_mapping != NULL &&
           type->tp_as_sequence != NULL;
}

/* Collects the special names along the method resolution order. */
static void begin_pass(PyTypeObject *type) {
    pass.type = NULL;
    PyObject *order = type->tp_mro;
    if ((group_count == 0 && !read_definitions()) || !has_all_slots(type) || order == NULL ||
        !PyTuple_CheckExact(order)) {
        return;
    }
    memset(&pass.of_object, 0, sizeof(pass.of_object));
    memset(&pass.of_others, 0, sizeof(pass.of_others));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(order); i++) {
        PyObject *base = PyTuple_GET_ITEM(order, i);
        Names names;
        if (!PyType_Check(base) || !names_of(((PyTypeObject *)base)->tp_dict, &names)) {
            return;
        }
        add_all(base == (PyObject *)&PyBaseObject_Type ? &pass.of_object : &pass.of_others, &names);
    }
    pass.type = type;
    pass.next = rt_slot_definitions;
    pass.group = 0;
}

/* Where the slot lies: in the class itself or in one of its tables, by the place that it has in
 * PyHeapTypeObject, which holds these tables in this order. */
static void **slot_place(PyTypeObject *type, size_t offset) {
#define PART(table, member)                                                                        \
    if (offset >= offsetof(PyHeapTypeObject, member)) {                                            \
        return (void **)((char *)type->table + (offset - offsetof(PyHeapTypeObject, member)));     \
    }
    PART(tp_as_sequence, as_sequence)
    PART(tp_as_mapping, as_mapping)
    PART(tp_as_number, as_number)
    PART(tp_as_async, as_async)
#undef PART
    return (void **)((char *)type + offset);
}

/* `tp_new` is left as it is by object's own `__new__`, whatever it is. */
static bool differs_by_class(size_t offset) {
    return offset == offsetof(PyTypeObject, tp_new);
}

Slot *rt_slot_update(PyTypeObject *type, Slot *slot) {
    if (slot == rt_slot_definitions) {
        begin_pass(type);
    }
    if (pass.type != type || pass.next != slot) {
        return rt_slot_update_original(type, slot);
    }
    Group *group = &groups[pass.group++];
    size_t offset = (size_t)slot->offset;
    pass.next = group->end;
    if (group->end->name == NULL) {
        pass.type = NULL;
    }
    if (has_any(&group->names, &pass.of_others)) {
        return rt_slot_update_original(type, slot);
    }
    void **place = slot_place(type, offset);
    if (!has_any(&group->names, &pass.of_object)) {
        *place = offset == offsetof(PyTypeObject, tp_iternext)
                     ? (void *)_PyObject_NextNotImplemented
                     : NULL;
    } else if (group->is_learned) {
        *place = group->inherited;
    } else {
        rt_slot_update_original(type, slot);
        group->inherited = *place;
        group->is_learned = !differs_by_class(offset);
    }
    return group->end;
}

#endif
