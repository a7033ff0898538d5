/* make_image STUB OUT [-s key=value | -f path=text | -z path=text | -x path=file | -b path=size]…
 *
 * Appends a small image to a stub: enough to test the runtime without the compiler. Entries:
 *     -s key=value      a setting
 *     -f path=text      a file            -z path=text   a compressed file
 *     -x path=source    an executable, copied from a real file
 *     -b path=bytes     a file of so many bytes, byte i being i * 7 + i / 251
 * Everything is in one process and freed at its end. */
#include "../../../codegen/image_format.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MAX_ENTRIES = 4096 };

typedef struct Entry {
    char *path;
    uint32_t flags;
    uint8_t *data;
    size_t size;
    size_t stored; /* smaller than size: in a block of its own */
    ImageNode node;
} Entry;

static Entry entries[MAX_ENTRIES];
static size_t entry_count;
static char *settings[MAX_ENTRIES][2];
static size_t setting_count;
static uint8_t *image;
static size_t image_size;

static void *check(void *memory) {
    if (memory == NULL) {
        perror("make_image");
        exit(1);
    }
    return memory;
}

static uint64_t put(const void *data, size_t size, size_t alignment) {
    size_t at = (image_size + alignment - 1) / alignment * alignment;
    image = check(realloc(image, at + size + 1));
    memset(image + image_size, 0, at - image_size);
    memcpy(image + at, data, size);
    image_size = at + size;
    return at;
}

static uint8_t *read_file(const char *path, size_t *size) {
    FILE *file = check(fopen(path, "rb"));
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = check(malloc(*size + 1));
    if (fread(data, 1, *size, file) != *size) {
        perror(path);
        exit(1);
    }
    fclose(file);
    return data;
}

static Entry *find(const char *path) {
    for (size_t i = 0; i < entry_count; i++) {
        if (strcmp(entries[i].path, path) == 0) {
            return &entries[i];
        }
    }
    return NULL;
}

static Entry *add(const char *path, uint32_t flags) {
    const char *slash = strrchr(path, '/');
    if (slash != NULL) {
        char *parent = check(strndup(path, (size_t)(slash - path)));
        if (find(parent) == NULL) {
            add(parent, IMAGE_NODE_DIRECTORY);
        }
        free(parent);
    }
    Entry *entry = &entries[entry_count++];
    entry->path = check(strdup(path));
    entry->flags = flags;
    return entry;
}

static void add_content(char kind, char *text) {
    char *value = check(strchr(text, '='));
    *value++ = 0;
    if (kind == 's') {
        settings[setting_count][0] = text;
        settings[setting_count++][1] = value;
        return;
    }
    Entry *entry = add(text, kind == 'x' ? IMAGE_NODE_EXECUTABLE : 0);
    if (kind == 'x') {
        entry->data = read_file(value, &entry->size);
    } else if (kind == 'b') {
        entry->size = strtoull(value, NULL, 10);
        entry->data = check(malloc(entry->size + 1));
        for (size_t i = 0; i < entry->size; i++) {
            entry->data[i] = (uint8_t)(i * 7 + i / 251);
        }
    } else {
        entry->data = (uint8_t *)check(strdup(value));
        entry->size = strlen(value);
    }
    entry->stored = entry->size;
    if (kind == 'z') {
        uLongf packed = compressBound(entry->size);
        uint8_t *data = check(malloc(packed));
        compress(data, &packed, entry->data, entry->size);
        entry->data = data;
        entry->stored = packed;
    }
}

static int order(const void *one, const void *other) {
    const unsigned char *a = (const unsigned char *)((const Entry *)one)->path;
    const unsigned char *b = (const unsigned char *)((const Entry *)other)->path;
    while (*a == *b && *a != 0) {
        a++;
        b++;
    }
    int left = *a == 0 ? -2 : *a == '/' ? -1 : *a;
    int right = *b == 0 ? -2 : *b == '/' ? -1 : *b;
    return left - right;
}

static int setting_order(const void *one, const void *other) {
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void link_nodes(void) {
    for (size_t i = 0; i < entry_count; i++) {
        entries[i].node.first_child = entries[i].node.next_sibling = IMAGE_NONE;
    }
    for (size_t i = entry_count; i-- > 1;) {
        const char *slash = strrchr(entries[i].path, '/');
        char *parent =
            check(slash != NULL ? strndup(entries[i].path, (size_t)(slash - entries[i].path))
                                : strdup(""));
        Entry *above = find(parent);
        free(parent);
        entries[i].node.parent = (uint32_t)(above - entries);
        entries[i].node.next_sibling = above->node.first_child;
        above->node.first_child = (uint32_t)i;
    }
}

static uint64_t head_in(const uint8_t *stub) {
    const Elf64_Ehdr *elf = (const Elf64_Ehdr *)stub;
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(stub + elf->e_shoff);
    const char *names = (const char *)stub + sections[elf->e_shstrndx].sh_offset;
    for (int i = 0; i < elf->e_shnum; i++) {
        if (strcmp(names + sections[i].sh_name, IMAGE_HEAD_SECTION) == 0) {
            return sections[i].sh_offset;
        }
    }
    fputs("make_image: the stub has no section " IMAGE_HEAD_SECTION "\n", stderr);
    exit(1);
}

int main(int argc, char **argv) {
    size_t stub_size;
    uint8_t *stub = read_file(argv[1], &stub_size);
    ImageIndex index = {.magic = IMAGE_MAGIC, .format = IMAGE_FORMAT};
    add("", IMAGE_NODE_DIRECTORY);
    for (int i = 3; i + 1 < argc; i += 2) {
        add_content(argv[i][1], argv[i + 1]);
    }
    qsort(entries, entry_count, sizeof entries[0], order);
    qsort(settings, setting_count, sizeof settings[0], setting_order);
    link_nodes();
    put(&index, sizeof index, 8);

    char *strings = check(calloc(1, 1 << 20));
    size_t used = 1;
    ImageSetting table[MAX_ENTRIES];
    for (size_t i = 0; i < setting_count; i++) {
        for (int part = 0; part < 2; part++) {
            *(part == 0 ? &table[i].key : &table[i].value) = (uint32_t)used;
            strcpy(strings + used, settings[i][part]);
            used += strlen(settings[i][part]) + 1;
        }
    }
    ImageNode *nodes = check(calloc(entry_count, sizeof *nodes));
    ImageBlock *blocks = check(calloc(entry_count, sizeof *blocks));
    uint32_t block_count = 0;
    for (size_t i = 0; i < entry_count; i++) {
        Entry *entry = &entries[i];
        nodes[i] = entry->node;
        nodes[i].path = (uint32_t)used;
        nodes[i].flags = entry->flags;
        nodes[i].size = entry->size;
        nodes[i].block = IMAGE_NONE;
        uint64_t data = put(entry->data != NULL ? (void *)entry->data : "", entry->stored, 8);
        if (entry->stored == entry->size) {
            nodes[i].data = data;
        } else {
            nodes[i].block = block_count;
            blocks[block_count++] = (ImageBlock){.data = data,
                                                 .stored = (uint32_t)entry->stored,
                                                 .size = (uint32_t)entry->size,
                                                 .method = IMAGE_BLOCK_ZLIB};
        }
        strcpy(strings + used, entry->path);
        used += strlen(entry->path) + 1;
    }
    index.settings = (ImageTable){put(table, setting_count * sizeof table[0], 8),
                                  (uint32_t)setting_count, sizeof table[0]};
    index.nodes = (ImageTable){put(nodes, entry_count * sizeof *nodes, 8), (uint32_t)entry_count,
                               sizeof *nodes};
    index.modules = (ImageTable){0, 0, sizeof(ImageModule)};
    index.libraries = (ImageTable){0, 0, sizeof(ImageLibrary)};
    index.hints = (ImageTable){0, 0, sizeof(ImageHint)};
    index.names = (ImageTable){0, 0, sizeof(ImageName)};
    index.blocks =
        (ImageTable){put(blocks, block_count * sizeof *blocks, 8), block_count, sizeof *blocks};
    index.strings_offset = put(strings, used, 1);
    index.strings_size = used;
    memcpy(image, &index, sizeof index);

    ImageHead head = {.magic = IMAGE_MAGIC, .format = IMAGE_FORMAT};
    head.offset = (stub_size + IMAGE_PAGE - 1) / IMAGE_PAGE * IMAGE_PAGE;
    head.size = image_size;
    head.file_size = head.offset + image_size;
    *(uint32_t *)head.hash = (uint32_t)crc32(0, image, (uInt)image_size);
    *(uint32_t *)(head.hash + 4) = (uint32_t)adler32(1, image, (uInt)image_size);
    memcpy(stub + head_in(stub), &head, sizeof head);

    FILE *out = check(fopen(argv[2], "wb"));
    fwrite(stub, 1, stub_size, out);
    fseek(out, (long)head.offset, SEEK_SET);
    fwrite(image, 1, image_size, out);
    return fclose(out) == 0 ? 0 : 1;
}
