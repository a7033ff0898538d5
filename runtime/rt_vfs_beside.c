/* Portable builds: files that lie beside the executable instead of in it.
 *
 * Such a build is a directory that can be looked into and changed: <dir>/app and <dir>/app.data/….
 * The tree of names is in the image as ever, so paths and listings are those of a single
 * executable; only the content of nodes with IMAGE_NODE_BESIDE is a real file, at its virtual path
 * below the directory that the setting "beside" names. Calls on such a node become calls on that
 * file. */
#include "rt_vfs.h"

bool vfs_beside_path(int32_t node, char real[PATH_MAX]) {
    const char *directory = rt_setting("beside");
    if (directory == NULL) {
        return false;
    }
    const char *const parts[] = {directory, "/", rt_string(rt_image.nodes[node].path)};
    /* The slash before the executable's name is kept: "/" is a directory too. */
    size_t length = (size_t)(strrchr(rt_image.exe, '/') - rt_image.exe) + 1;
    memcpy(real, rt_image.exe, length);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t size = strlen(parts[i]);
        if (length + size >= PATH_MAX) {
            return false;
        }
        memcpy(real + length, parts[i], size + 1);
        length += size;
    }
    return true;
}

long vfs_run_beside(VfsCall *call, int32_t node, VfsKernel *kernel) {
    char real[PATH_MAX];
    if (!vfs_beside_path(node, real)) {
        errno = ENOENT;
        return -1;
    }
    call->path = real;
    call->dirfd = AT_FDCWD;
    return kernel(call);
}
