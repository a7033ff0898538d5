"""Enters an empty root and becomes the program under test: run by support.emptyroot, by itself a program.

    python -I enter_root.py ORDER       ORDER names a JSON file: {"root": …, "files": {…}, "proc": true,
                                        "cwd": …, "env": {…}, "argv": […]}

The root is a read-only tmpfs of a private mount namespace. It holds the files that `files` names
(destination → source), /dev/null, /dev/urandom, /dev/shm, a noexec /tmp, and /proc if wanted: nothing
else. Before the program starts, that is checked from the inside: a file too many, or anything that
looks like Python, ends with status 99. The program then replaces this process, so its number is the
one that the test sees. Root becomes uid 65534; any other user becomes it in a user namespace.
"""
import ctypes
import json
import os
import shutil
import sys

NEWNS, NEWUSER = 0x00020000, 0x10000000
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
NOBODY = 65534

libc = ctypes.CDLL(None, use_errno=True)


def checked(what, result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source, target, kind, flags, data=None):
    words = [text.encode() if text is not None else None for text in (source, target, kind)]
    checked(f"mount {target}", libc.mount(*words, flags, data.encode() if data else None))


def new_namespace():
    user, group = os.getuid(), os.getgid()
    if user == 0:
        checked("unshare", libc.unshare(NEWNS))
    else:
        checked("unshare", libc.unshare(NEWNS | NEWUSER))
        for path, text in (
            ("/proc/self/setgroups", "deny"),
            ("/proc/self/uid_map", f"{NOBODY} {user} 1"),
            ("/proc/self/gid_map", f"{NOBODY} {group} 1"),
        ):
            with open(path, "w") as file:
                file.write(text)
    mount(None, "/", None, REC | PRIVATE)


def bind(source, target, flags=0):
    open(target, "w").close()
    mount(source, target, None, BIND)
    if flags:
        mount(None, target, None, BIND | REMOUNT | flags)


def build_root(root, files, with_proc, programs_in_memory=True):
    mount("tmpfs", root, "tmpfs", NOSUID, "mode=755")
    for target, source in files.items():
        path = root + target
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.isdir(source):
            os.makedirs(path)
            mount(source, path, None, BIND)
        elif target.startswith("/lib"):
            shutil.copy(source, path)  # small; the copy also proves that no symbolic link leads out
        else:
            bind(source, path, RDONLY | NOSUID | NODEV)
    os.makedirs(root + "/dev/shm")
    for device in ("/dev/null", "/dev/urandom"):
        bind(device, root + device)
    mount("tmpfs", root + "/dev/shm", "tmpfs", NOSUID | NODEV | (0 if programs_in_memory else NOEXEC), "mode=1777")
    os.mkdir(root + "/tmp")
    mount("tmpfs", root + "/tmp", "tmpfs", NOSUID | NODEV | NOEXEC, "mode=1777")
    if with_proc:
        os.mkdir(root + "/proc")
        if os.getuid() == 0:
            mount("proc", root + "/proc", "proc", NOSUID | NODEV | NOEXEC)
        else:
            mount("/proc", root + "/proc", None, BIND | REC)
    mount(None, root, None, REMOUNT | RDONLY | NOSUID)


def check_root(files):
    """Everything visible is expected, and none of it is a Python."""
    directories = [target + "/" for target, source in files.items() if os.path.isdir(target)]
    expected = set(files) | {"/dev/null", "/dev/urandom"}
    for folder, folders, names in os.walk("/"):
        if folder == "/":
            folders[:] = [name for name in folders if name != "proc"]
        for name in names:
            path = os.path.join(folder, name)
            known = path in expected or path.startswith(tuple(directories))
            # The program itself may be called app.py.
            pythonic = folder != "/app" and ("python" in name.lower() or name.endswith((".py", ".pyc")))
            if not known or pythonic:
                print(f"enter_root: {path} does not belong into an empty root", file=sys.stderr)
                os._exit(99)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)
    new_namespace()
    build_root(given["root"], given["files"], given["proc"], given.get("programs_in_memory", True))
    os.chroot(given["root"])
    os.chdir(given["cwd"])
    check_root(given["files"])
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    os.execve(given["argv"][0], given["argv"], given["env"])


main()
