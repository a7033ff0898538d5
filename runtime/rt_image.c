/* The image in this executable: found, mapped and checked before anything else runs.
 *
 * The stub holds an ImageHead that the image writer fills in; it tells where in the file the image
 * starts. To map it the file must be opened again: through /proc/self/exe, or, where /proc is not
 * mounted, through the path given to execve (AT_EXECFN). Either may name another file (the dynamic
 * loader when it was started by hand, a newer version of the program), so a candidate counts only
 * when its own ImageHead, which contains a hash of the image, is the one in memory.
 *
 * Offsets are checked here once, so that nobody else has to: a damaged executable ends with one
 * line and exit code 70 instead of a crash somewhere later. */
#include "rt_vfs.h"

#include <elf.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>

enum { EXIT_DAMAGED = 70 };

RtImage rt_image;

/* Patched in the file by the image writer, hence volatile. */
__attribute__((section(IMAGE_HEAD_SECTION), used)) const volatile ImageHead rt_image_head = {
    .magic = IMAGE_MAGIC,
    .format = IMAGE_FORMAT,
};

/* From the linker: where the file's first byte is mapped. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

static char exe_path[PATH_MAX];

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    char line[PATH_MAX + 256];
    const char *name = rt_image.exe != NULL ? rt_image.exe : program_invocation_short_name;
    int length = snprintf(line, sizeof line - 1, "%s: ", name);
    va_list arguments;
    va_start(arguments, format);
    length += vsnprintf(line + length, sizeof line - 1 - (size_t)length, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line - 2) {
        length = (int)sizeof line - 2;
    }
    line[length++] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line, (size_t)length);
    (void)ignored;
    _exit(EXIT_DAMAGED);
}

/* ---- finding the file ---- */

/* Where in the file the head lies: the linker knows only its address. */
static bool head_offset(uint64_t *offset) {
    const ElfW(Ehdr) *elf = (const ElfW(Ehdr) *)(const void *)__ehdr_start;
    const ElfW(Phdr) *segment = (const ElfW(Phdr) *)(const void *)(__ehdr_start + elf->e_phoff);
    uintptr_t bias = 0;
    for (int i = 0; i < elf->e_phnum; i++) {
        if (segment[i].p_type == PT_LOAD && segment[i].p_offset == 0) {
            bias = (uintptr_t)elf - segment[i].p_vaddr;
        }
    }
    for (int i = 0; i < elf->e_phnum; i++) {
        uintptr_t start = bias + segment[i].p_vaddr;
        uintptr_t head = (uintptr_t)&rt_image_head;
        if (segment[i].p_type == PT_LOAD && head >= start && head - start < segment[i].p_filesz) {
            *offset = segment[i].p_offset + (head - start);
            return true;
        }
    }
    return false;
}

static bool is_this_program(int fd) {
    ImageHead in_file;
    ImageHead in_memory;
    uint64_t offset;
    memcpy(&in_memory, (const void *)&rt_image_head, sizeof in_memory);
    return head_offset(&offset) &&
           pread(fd, &in_file, sizeof in_file, (off_t)offset) == (ssize_t)sizeof in_file &&
           memcmp(&in_file, &in_memory, sizeof in_file) == 0;
}

static int open_candidate(const char *path) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && !is_this_program(fd)) {
        close(fd);
        errno = ENOENT;
        return -1;
    }
    return fd;
}

static bool names_file(const char *path, const struct stat *file) {
    struct stat found;
    return syscall(SYS_newfstatat, AT_FDCWD, path, &found, 0) == 0 &&
           found.st_dev == file->st_dev && found.st_ino == file->st_ino;
}

/* The path of the executable: what /proc says, without the note that it was deleted; else the path
 * it was started by, made absolute against the directory we are still in. */
static void find_path(const struct stat *file) {
    ssize_t length =
        syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", exe_path, sizeof exe_path - 1);
    if (length > 0 && exe_path[0] == '/') {
        static const char deleted[] = " (deleted)";
        size_t tail = sizeof deleted - 1;
        exe_path[length] = 0;
        if (file == NULL || names_file(exe_path, file)) {
            return;
        }
        if ((size_t)length > tail && strcmp(exe_path + length - tail, deleted) == 0) {
            exe_path[length - (ssize_t)tail] = 0;
            return;
        }
    }
    const char *started = (const char *)getauxval(AT_EXECFN);
    if (started == NULL || realpath(started, exe_path) == NULL) {
        snprintf(exe_path, sizeof exe_path, "%s%s", started != NULL && started[0] == '/' ? "" : "/",
                 started != NULL ? started : program_invocation_name);
    }
}

static void set_path(const struct stat *file) {
    find_path(file);
    rt_image.exe = exe_path;
    rt_image.exe_length = strlen(exe_path);
    if (file != NULL) {
        rt_image.exe_dev = file->st_dev;
        rt_image.exe_ino = file->st_ino;
    }
}

static int open_executable(void) {
    int fd = open_candidate("/proc/self/exe");
    if (fd < 0) {
        int first_error = errno;
        const char *started = (const char *)getauxval(AT_EXECFN);
        fd = started != NULL ? open_candidate(started) : -1;
        if (fd < 0) {
            set_path(NULL);
            fail("cannot read the program's own file (%s); it must be readable, and reachable by "
                 "the path it was started with where /proc is not mounted",
                 strerror(first_error == EACCES ? EACCES : errno));
        }
    }
    return fd;
}

int rt_image_reopen(void) {
    const char *names[] = {"/proc/self/exe", rt_image.exe};
    for (int i = 0; i < 2 && rt_image.exe != NULL; i++) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, names[i], O_RDONLY | O_CLOEXEC);
        struct stat file;
        if (fd < 0) {
            continue;
        }
        if (syscall(SYS_fstat, fd, &file) == 0 && file.st_dev == rt_image.exe_dev &&
            file.st_ino == rt_image.exe_ino) {
            return fd;
        }
        syscall(SYS_close, fd);
    }
    errno = ENOENT;
    return -1;
}

/* ---- checking ---- */

static bool inside(uint64_t offset, uint64_t size) {
    return offset <= rt_image.size && size <= rt_image.size - offset;
}

static const void *table(const ImageTable *entries, size_t entry_size) {
    if (entries->entry_size != entry_size || entries->offset % 8 != 0 ||
        !inside(entries->offset, (uint64_t)entries->count * entry_size)) {
        return NULL;
    }
    return rt_image.base + entries->offset;
}

static bool check_tables(void) {
    const ImageIndex *index = rt_image.index;
    rt_image.settings = table(&index->settings, sizeof(ImageSetting));
    rt_image.modules = table(&index->modules, sizeof(ImageModule));
    rt_image.nodes = table(&index->nodes, sizeof(ImageNode));
    rt_image.libraries = table(&index->libraries, sizeof(ImageLibrary));
    rt_image.hints = table(&index->hints, sizeof(ImageHint));
    rt_image.names = table(&index->names, sizeof(ImageName));
    rt_image.blocks = table(&index->blocks, sizeof(ImageBlock));
    if (rt_image.settings == NULL || rt_image.modules == NULL || rt_image.nodes == NULL ||
        rt_image.libraries == NULL || rt_image.hints == NULL || rt_image.names == NULL ||
        rt_image.blocks == NULL || index->nodes.count == 0 || index->nodes.count > INT32_MAX) {
        return false;
    }
    if (index->strings_size == 0 || !inside(index->strings_offset, index->strings_size)) {
        return false;
    }
    rt_image.strings = (const char *)rt_image.base + index->strings_offset;
    return rt_image.strings[index->strings_size - 1] == 0;
}

static bool is_string(uint32_t offset) {
    return offset < rt_image.index->strings_size;
}

static bool is_content(uint32_t block, uint64_t data, uint64_t size) {
    if (block == IMAGE_NONE) {
        return inside(data, size);
    }
    return block < rt_image.index->blocks.count && data <= rt_image.blocks[block].size &&
           size <= rt_image.blocks[block].size - data;
}

/* Children and siblings follow their node in the table; that also rules out circular lists. */
static bool check_node(uint32_t number) {
    const ImageNode *node = &rt_image.nodes[number];
    uint32_t count = rt_image.index->nodes.count;
    return is_string(node->path) && (node->parent < number || (number == 0 && node->parent == 0)) &&
           (node->first_child == IMAGE_NONE ||
            (node->first_child > number && node->first_child < count)) &&
           (node->next_sibling == IMAGE_NONE ||
            (node->next_sibling > number && node->next_sibling < count)) &&
           is_content(node->block, node->data, node->size);
}

static bool check_module(const ImageModule *module) {
    uint32_t nodes = rt_image.index->nodes.count;
    return is_string(module->name) && is_string(module->path) &&
           (module->node == IMAGE_NONE || module->node < nodes) &&
           is_content(module->block, module->code, module->code_size);
}

static bool check_entries(void) {
    const ImageIndex *index = rt_image.index;
    bool good = (rt_image.nodes[0].flags & IMAGE_NODE_DIRECTORY) != 0;
    for (uint32_t i = 0; i < index->blocks.count; i++) {
        good &= inside(rt_image.blocks[i].data, rt_image.blocks[i].stored);
    }
    for (uint32_t i = 0; i < index->nodes.count; i++) {
        good &= check_node(i);
    }
    for (uint32_t i = 0; i < index->modules.count; i++) {
        good &= check_module(&rt_image.modules[i]);
    }
    for (uint32_t i = 0; i < index->settings.count; i++) {
        good &= is_string(rt_image.settings[i].key) && is_string(rt_image.settings[i].value);
    }
    for (uint32_t i = 0; i < index->libraries.count; i++) {
        const ImageLibrary *library = &rt_image.libraries[i];
        good &= is_string(library->soname) && is_string(library->distribution) &&
                library->node < index->nodes.count;
    }
    for (uint32_t i = 0; i < index->hints.count; i++) {
        good &= is_string(rt_image.hints[i].name) && is_string(rt_image.hints[i].advice);
    }
    for (uint32_t i = 0; i < index->names.count; i++) {
        const ImageName *name = &rt_image.names[i];
        good &= is_string(name->text) && name->length < index->strings_size - name->text;
    }
    return good;
}

/* ---- mapping ---- */

static void check_size(const ImageHead *head, uint64_t file_size) {
    if (file_size < head->file_size) {
        fail("the executable is truncated: %llu bytes instead of %llu; copy or build it again",
             (unsigned long long)file_size, (unsigned long long)head->file_size);
    }
    if (head->format != IMAGE_FORMAT || head->offset > file_size ||
        head->size > file_size - head->offset || head->size < sizeof(ImageIndex)) {
        fail("the executable is damaged (its header is wrong); copy or build it again");
    }
}

/* The kernel's pages may be larger than the image's alignment, so the mapping may begin earlier. */
static void map_image(int fd, const ImageHead *head) {
    uint64_t page = getauxval(AT_PAGESZ);
    uint64_t before = page != 0 ? head->offset % page : 0;
    void *mapping =
        mmap(NULL, head->size + before, PROT_READ, MAP_PRIVATE, fd, (off_t)(head->offset - before));
    if (mapping == MAP_FAILED) {
        fail("cannot map the program's own file: %s", strerror(errno));
    }
    rt_image.base = (const uint8_t *)mapping + before;
    rt_image.size = head->size;
    rt_image.file_offset = head->offset;
    rt_image.index = (const ImageIndex *)rt_image.base;
}

void rt_image_open(void) {
    if (rt_image.exe != NULL) {
        return;
    }
    ImageHead head;
    memcpy(&head, (const void *)&rt_image_head, sizeof head);
    if (head.offset == 0) {
        set_path(NULL);
        return;
    }
    int fd = open_executable();
    struct stat file;
    if (syscall(SYS_fstat, fd, &file) != 0) {
        fail("cannot read the program's own file: %s", strerror(errno));
    }
    set_path(&file);
    check_size(&head, (uint64_t)file.st_size);
    map_image(fd, &head);
    close(fd);
    if (memcmp(rt_image.index->magic, IMAGE_MAGIC, sizeof rt_image.index->magic) != 0 ||
        rt_image.index->format != IMAGE_FORMAT || !check_tables() || !check_entries()) {
        fail("the executable is damaged (its tables are inconsistent); copy or build it again");
    }
}

/* First of all constructors of the executable: the others may open files. (Not an attribute of
 * rt_image_open itself: gcc drops the priority of a function that was declared before.) */
static __attribute__((constructor(101))) void open_first(void) {
    rt_image_open();
}
