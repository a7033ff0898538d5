/* The image: what an executable built by pyc2c carries besides its machine code.
 *
 * This header is the contract between the image writer (codegen/) and the runtime; both include it.
 *
 *     ELF stub        interpreter, runtime, native objects; holds an ImageHead in section .pyc2c
 *     padding         to a page boundary
 *     ImageIndex      at head.offset
 *     tables          settings, modules, nodes, libraries, hints, names, blocks (8-byte aligned)
 *     strings         NUL-terminated UTF-8, referenced by offset
 *     data            code objects, files, blocks; shared objects that are mapped from here are
 *                     page aligned
 *
 * A content (a file, a code object) is stored as it is, or is part of a block: contents that follow
 * one another were compressed together.
 *
 * All offsets are relative to the start of the image (head.offset in the file). Numbers are little
 * endian. Nothing is written at run time; the runtime maps the image read-only. */
#ifndef PYC2C_CODEGEN_IMAGE_FORMAT_H
#define PYC2C_CODEGEN_IMAGE_FORMAT_H

#include <stdint.h>

#define IMAGE_MAGIC "PYC2CIMG"
#define IMAGE_HEAD_SECTION ".pyc2c"
enum { IMAGE_FORMAT = 3, IMAGE_PAGE = 4096 };
#define IMAGE_NONE UINT32_MAX

/* In the stub, filled in by the image writer. */
typedef struct ImageHead {
    char magic[8];
    uint32_t format;
    uint32_t reserved;
    uint64_t offset;    /* of the image in the file; 0 in a bare stub */
    uint64_t size;      /* of the image */
    uint64_t file_size; /* of the whole executable: a shorter file was truncated */
    uint8_t hash[32];   /* of the image, see IMAGE_HASH_BLOCK; `pyc2c inspect --verify` checks it */
} ImageHead;

/* The image's hash is the BLAKE2b-256 of the concatenated BLAKE2b-256 hashes of its consecutive
 * blocks of this size (the last one may be shorter): it is made and checked in constant memory. */
enum { IMAGE_HASH_BLOCK = 1 << 20 };

typedef struct ImageTable {
    uint64_t offset;
    uint32_t count;
    uint32_t entry_size;
} ImageTable;

typedef struct ImageIndex {
    char magic[8];
    uint32_t format;
    uint32_t reserved;
    ImageTable settings;  /* ImageSetting, sorted by (key, position) */
    ImageTable modules;   /* ImageModule, sorted by name (bytes) */
    ImageTable nodes;     /* ImageNode, sorted by path with '/' below every other byte; [0] is "" */
    ImageTable libraries; /* ImageLibrary, sorted by soname */
    ImageTable hints;     /* ImageHint, sorted by name */
    ImageTable names;     /* ImageName: identifiers that packed code refers to by number */
    ImageTable blocks;    /* ImageBlock */
    uint64_t strings_offset;
    uint64_t strings_size;
} ImageIndex;

/* Settings: see docs/ARCHITECTURE.md for the keys. A key may repeat; order is kept. */
typedef struct ImageSetting {
    uint32_t key;
    uint32_t value;
} ImageSetting;

enum {                          /* ImageModule.kind */
       IMAGE_MODULE_SOURCE = 0, /* code object; node is the .py file (IMAGE_NONE without source) */
       IMAGE_MODULE_EXTENSION = 1, /* node is the .so */
       IMAGE_MODULE_STATIC = 2,    /* linked in, found in the inittab under its full name */
       IMAGE_MODULE_SUPPORT = 3    /* runtime's own Python part; not importable */
};
enum { IMAGE_MODULE_PACKAGE = 1 }; /* ImageModule.flags */

typedef struct ImageModule {
    uint32_t name; /* dotted */
    uint8_t kind;
    uint8_t flags;
    uint16_t reserved;
    uint32_t node; /* file this module comes from */
    uint32_t path; /* virtual path below the executable, "lib/pkg/mod.py": __file__, co_filename */
    uint64_t code; /* offset of the code object, packed as code_format.h says; see `block` */
    uint32_t code_size;
    uint32_t block; /* as in ImageNode */
} ImageModule;

enum { /* ImageNode.flags */
       IMAGE_NODE_DIRECTORY = 1,
       IMAGE_NODE_EXECUTABLE = 2,
       IMAGE_NODE_MAPPED = 4, /* shared object: page aligned, to be mapped from the executable,
                                 unless it is in a block */
       IMAGE_NODE_BESIDE =
           8 /* not in the image: <dir of exe>/<setting "beside">/<path> (portable) */
};

typedef struct ImageNode {
    uint32_t path; /* "" for the root, else "a/b" without leading or trailing slash */
    uint32_t flags;
    uint64_t data; /* offset in the image, or in the inflated block */
    uint64_t size;
    uint32_t block;        /* IMAGE_NONE: stored as it is */
    uint32_t parent;       /* node number; the root is its own parent */
    uint32_t first_child;  /* IMAGE_NONE when empty; children are linked in order of name */
    uint32_t next_sibling; /* IMAGE_NONE at the end */
} ImageNode;

typedef struct ImageLibrary {
    uint32_t soname; /* DT_NEEDED name it satisfies */
    uint32_t node;
    uint32_t distribution; /* text: "grpcio 1.85.0", "" when unknown */
    uint32_t reserved;
} ImageLibrary;

/* A module that the environment had at build time but this executable leaves out. */
typedef struct ImageHint {
    uint32_t name;   /* dotted name, or a top-level name that covers everything below it */
    uint32_t advice; /* e.g. "--hidden-import=foo", "it was left out by --exclude-module=foo" */
} ImageHint;

typedef struct ImageName {
    uint32_t text;   /* UTF-8 */
    uint32_t length; /* bytes */
} ImageName;

enum { /* ImageBlock.method */
       IMAGE_BLOCK_ZLIB = 0,
       IMAGE_BLOCK_LZMA = 1 /* a byte (pb * 5 + lp) * 9 + lc, then raw LZMA1 without end marker */
};

typedef struct ImageBlock {
    uint64_t data;   /* offset in the image */
    uint32_t stored; /* bytes there; 0: not used */
    uint32_t size;   /* inflated */
    uint32_t method;
    uint32_t reserved;
} ImageBlock;

#endif
