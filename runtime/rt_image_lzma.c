/* Reading LZMA: raw LZMA1 behind a byte that names the context sizes, without an end marker.
 *
 * Written after the format's specification, for blocks that fit into memory: what was written so
 * far is the dictionary, and a stream may be read up to any byte. Every distance and the end of the
 * input are checked, so damaged data yields wrong bytes or false, never an access outside. */
#include "rt_vfs.h"

#include <sys/mman.h>

enum {
    PROBABILITY_BITS = 11,
    PROBABILITY_HALF = 1 << (PROBABILITY_BITS - 1),
    ADAPTATION = 5, /* a bit moves its probability by a 32nd */
    RANGE_MIN = 1 << 24,
    STATES = 12,
    FIRST_STATE_AFTER_MATCH = 7,
    POSITION_STATES = 16,
    LENGTH_STATES = 4, /* of matches of 2, 3, 4 and more bytes: context of the distance's slot */
    LENGTH_MIN = 2,
    SLOT_BITS = 6,
    FIRST_FAR_SLOT = 14, /* from here on the middle bits of a distance have no context */
    NEAR_DISTANCES = 115,
    ALIGN_BITS = 4,
    LITERAL_CONTEXT_MAX = 4,
    LITERAL_CODER = 0x300
};

typedef uint16_t Probability;

typedef struct LengthModel {
    Probability choice[2];
    Probability low[POSITION_STATES][1 << 3];
    Probability middle[POSITION_STATES][1 << 3];
    Probability high[1 << 8];
} LengthModel;

typedef struct Model {
    Probability is_match[STATES][POSITION_STATES];
    Probability is_repeat[STATES];
    Probability is_not_last[STATES];              /* not the distance used last */
    Probability is_not_second[STATES];            /* nor the one before */
    Probability is_fourth[STATES];                /* but the oldest of four */
    Probability is_long[STATES][POSITION_STATES]; /* the distance used last: more than a byte */
    Probability slots[LENGTH_STATES][1 << SLOT_BITS];
    Probability near[NEAR_DISTANCES];
    Probability align[1 << ALIGN_BITS];
    LengthModel match_length, repeat_length;
    Probability literals[LITERAL_CODER << LITERAL_CONTEXT_MAX];
} Model;

typedef struct Decoder {
    const uint8_t *at, *end;
    uint32_t range, code;
    bool damaged;
    uint32_t literal_bits;  /* lc */
    uint32_t literal_mask;  /* of the position: lp bits */
    uint32_t position_mask; /* pb bits */
    uint32_t state;
    uint32_t distances[4]; /* minus one; used last first */
    uint8_t *out;
    size_t position, size;
    Model *model;
} Decoder;

/* ---- the range decoder ---- */

static inline void normalise(Decoder *decoder) {
    if (decoder->range < RANGE_MIN) {
        decoder->range <<= 8;
        decoder->code <<= 8;
        if (decoder->at < decoder->end) {
            decoder->code |= *decoder->at++;
        } else {
            decoder->damaged = true;
        }
    }
}

static inline uint32_t read_bit(Decoder *decoder, Probability *probability) {
    normalise(decoder);
    uint32_t bound = (decoder->range >> PROBABILITY_BITS) * *probability;
    if (decoder->code < bound) {
        decoder->range = bound;
        *probability += ((1 << PROBABILITY_BITS) - *probability) >> ADAPTATION;
        return 0;
    }
    decoder->range -= bound;
    decoder->code -= bound;
    *probability -= *probability >> ADAPTATION;
    return 1;
}

/* Bits without context, highest first. */
static uint32_t read_direct(Decoder *decoder, uint32_t count) {
    uint32_t value = 0;
    while (count-- > 0) {
        normalise(decoder);
        decoder->range >>= 1;
        uint32_t bit = decoder->code >= decoder->range;
        decoder->code -= bit ? decoder->range : 0;
        value = value << 1 | bit;
    }
    return value;
}

static uint32_t read_tree(Decoder *decoder, Probability *tree, uint32_t bits) {
    uint32_t node = 1;
    for (uint32_t i = 0; i < bits; i++) {
        node = node << 1 | read_bit(decoder, &tree[node]);
    }
    return node - (1u << bits);
}

/* Lowest bit first. `tree` is numbered from 1. */
static uint32_t read_reverse_tree(Decoder *decoder, Probability *tree, uint32_t bits) {
    uint32_t node = 1;
    uint32_t value = 0;
    for (uint32_t i = 0; i < bits; i++) {
        uint32_t bit = read_bit(decoder, &tree[node]);
        node = node << 1 | bit;
        value |= bit << i;
    }
    return value;
}

/* ---- parts of the stream ---- */

static void read_literal(Decoder *decoder) {
    size_t position = decoder->position;
    uint32_t before = position > 0 ? decoder->out[position - 1] : 0;
    uint32_t context = (((uint32_t)position & decoder->literal_mask) << decoder->literal_bits) +
                       (before >> (8 - decoder->literal_bits));
    Probability *tree = decoder->model->literals + (size_t)LITERAL_CODER * context;
    uint32_t node = 1;
    if (decoder->state >= FIRST_STATE_AFTER_MATCH) {
        /* The byte that the last match would have gone on with is known not to follow. */
        uint32_t other = decoder->out[position - decoder->distances[0] - 1];
        while (node < 0x100) {
            uint32_t expected = other >> 7 & 1;
            other <<= 1;
            uint32_t bit = read_bit(decoder, &tree[((1 + expected) << 8) + node]);
            node = node << 1 | bit;
            if (bit != expected) {
                break;
            }
        }
    }
    while (node < 0x100) {
        node = node << 1 | read_bit(decoder, &tree[node]);
    }
    decoder->out[decoder->position++] = (uint8_t)node;
    uint32_t state = decoder->state;
    decoder->state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
}

static uint32_t read_length(Decoder *decoder, LengthModel *model, uint32_t position_state) {
    if (!read_bit(decoder, &model->choice[0])) {
        return LENGTH_MIN + read_tree(decoder, model->low[position_state], 3);
    }
    if (!read_bit(decoder, &model->choice[1])) {
        return LENGTH_MIN + 8 + read_tree(decoder, model->middle[position_state], 3);
    }
    return LENGTH_MIN + 16 + read_tree(decoder, model->high, 8);
}

static uint32_t read_distance(Decoder *decoder, uint32_t length) {
    uint32_t length_state =
        length - LENGTH_MIN < LENGTH_STATES ? length - LENGTH_MIN : LENGTH_STATES - 1;
    uint32_t slot = read_tree(decoder, decoder->model->slots[length_state], SLOT_BITS);
    if (slot < 4) {
        return slot;
    }
    uint32_t bits = (slot >> 1) - 1;
    uint32_t distance = (2 | (slot & 1)) << bits;
    if (slot < FIRST_FAR_SLOT) {
        return distance + read_reverse_tree(decoder, decoder->model->near + distance - slot, bits);
    }
    distance += read_direct(decoder, bits - ALIGN_BITS) << ALIGN_BITS;
    return distance + read_reverse_tree(decoder, decoder->model->align, ALIGN_BITS);
}

/* One of the three distances used before the last one moves to the front. */
static void take_older(Decoder *decoder) {
    uint32_t *distances = decoder->distances;
    uint32_t which = 1;
    if (read_bit(decoder, &decoder->model->is_not_second[decoder->state])) {
        which = 2 + read_bit(decoder, &decoder->model->is_fourth[decoder->state]);
    }
    uint32_t distance = distances[which];
    memmove(distances + 1, distances, which * sizeof *distances);
    distances[0] = distance;
}

static void copy_match(Decoder *decoder, uint32_t length) {
    size_t distance = (size_t)decoder->distances[0] + 1;
    if (distance > decoder->position) {
        decoder->damaged = true;
        return;
    }
    size_t left = decoder->size - decoder->position;
    size_t count = length < left ? length : left; /* the block may go on behind what is wanted */
    for (; count > 0; count--) {
        decoder->out[decoder->position] = decoder->out[decoder->position - distance];
        decoder->position++;
    }
}

static void read_repeat(Decoder *decoder, uint32_t position_state) {
    Model *model = decoder->model;
    uint32_t state = decoder->state;
    bool after_literal = state < FIRST_STATE_AFTER_MATCH;
    if (!read_bit(decoder, &model->is_not_last[state])) {
        if (!read_bit(decoder, &model->is_long[state][position_state])) {
            decoder->state = after_literal ? 9 : 11;
            copy_match(decoder, 1);
            return;
        }
    } else {
        take_older(decoder);
    }
    uint32_t length = read_length(decoder, &model->repeat_length, position_state);
    decoder->state = after_literal ? 8 : 11;
    copy_match(decoder, length);
}

static void read_match(Decoder *decoder, uint32_t position_state) {
    uint32_t *distances = decoder->distances;
    memmove(distances + 1, distances, 3 * sizeof *distances);
    uint32_t length = read_length(decoder, &decoder->model->match_length, position_state);
    decoder->state = decoder->state < FIRST_STATE_AFTER_MATCH ? 7 : 10;
    distances[0] = read_distance(decoder, length);
    copy_match(decoder, length);
}

static void read_all(Decoder *decoder) {
    Model *model = decoder->model;
    while (decoder->position < decoder->size && !decoder->damaged) {
        uint32_t position_state = (uint32_t)decoder->position & decoder->position_mask;
        if (!read_bit(decoder, &model->is_match[decoder->state][position_state])) {
            read_literal(decoder);
        } else if (read_bit(decoder, &model->is_repeat[decoder->state])) {
            read_repeat(decoder, position_state);
        } else {
            read_match(decoder, position_state);
        }
    }
}

/* ---- the whole ---- */

static bool start(Decoder *decoder, const uint8_t *from, size_t stored) {
    if (stored < 6 || from[0] >= 9 * 5 * 5 || from[1] != 0) {
        return false;
    }
    uint32_t lc = from[0] % 9;
    uint32_t lp = from[0] / 9 % 5;
    uint32_t pb = from[0] / 45;
    decoder->literal_bits = lc;
    decoder->literal_mask = (1u << lp) - 1;
    decoder->position_mask = (1u << pb) - 1;
    decoder->range = UINT32_MAX;
    decoder->code = (uint32_t)from[2] << 24 | (uint32_t)from[3] << 16 | (uint32_t)from[4] << 8 |
                    (uint32_t)from[5];
    decoder->at = from + 6;
    decoder->end = from + stored;
    return lc + lp <= LITERAL_CONTEXT_MAX;
}

bool rt_lzma_inflate(uint8_t *to, size_t size, const uint8_t *from, size_t stored) {
    Decoder decoder = {.out = to, .size = size};
    if (!start(&decoder, from, stored)) {
        return false;
    }
    Model *model =
        mmap(NULL, sizeof *model, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (model == MAP_FAILED) {
        return false;
    }
    Probability *probabilities = (Probability *)model;
    for (size_t i = 0; i < sizeof *model / sizeof *probabilities; i++) {
        probabilities[i] = PROBABILITY_HALF;
    }
    decoder.model = model;
    read_all(&decoder);
    munmap(model, sizeof *model);
    return !decoder.damaged && decoder.position == size;
}
