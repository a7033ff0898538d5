/* Packed code: how code objects are stored in an image.
 *
 * Marshal repeats every name in every module and interns it again on every load; that is a fifth of
 * the start-up of a program with many imports. Here names are numbers in a table of the whole image
 * (ImageIndex.names, most used first), made into str objects once per process.
 *
 *     packed code = varint number of references, object
 *     object      = tag byte [| PACKED_MARK], then as the table says
 *
 * A marked object gets the next reference number, counted before its parts are read; PACKED_REF
 * repeats it. varint is unsigned LEB128. A code object does not hold its file name: the loader
 * supplies it. */
#ifndef PYC2C_CODEGEN_CODE_FORMAT_H
#define PYC2C_CODEGEN_CODE_FORMAT_H

enum { PACKED_MARK = 0x80, PACKED_DEPTH_MAX = 2000 };

typedef enum PackedTag {
    PACKED_NONE,
    PACKED_TRUE,
    PACKED_FALSE,
    PACKED_ELLIPSIS,
    PACKED_INT,       /* varint, zigzag: sign in the lowest bit */
    PACKED_LONG,      /* sign byte (0 or 1), varint n, n bytes, little endian */
    PACKED_FLOAT,     /* 8 bytes, IEEE, little endian */
    PACKED_COMPLEX,   /* 16 bytes */
    PACKED_BYTES,     /* varint n, n bytes */
    PACKED_ASCII,     /* varint n, n bytes */
    PACKED_TEXT,      /* varint n, n bytes of UTF-8, lone surrogates allowed */
    PACKED_NAME,      /* varint: number in the table of names; interned */
    PACKED_TUPLE,     /* varint n, n objects */
    PACKED_FROZENSET, /* varint n, n objects */
    PACKED_CODE,      /* varints: argcount, posonlyargcount, kwonlyargcount, stacksize, flags,
                         firstlineno; objects: code, consts, names, localsplusnames,
                         localspluskinds, name, qualname, linetable, exceptiontable */
    PACKED_REF        /* varint: reference number */
} PackedTag;

enum { PACKED_CODE_NUMBERS = 6, PACKED_CODE_PARTS = 9 };

#endif
