"""The in-place loader against ld.so: the same libraries, the same calls, the same output.

Every case runs elf/harness.c twice: once with the libraries in a real directory, where ld.so loads
them, and once with the libraries in the executable's image. What both print must be equal.
"""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
SOURCES = HERE / "elf" / "lib"

import sys  # noqa: E402

sys.path.insert(0, str(HERE / "elf"))
from image import append_image  # noqa: E402

CC = os.environ.get("CC", "gcc")
CXX = os.environ.get("CXX", "g++")
WARNINGS = ["-Wall", "-Wextra"]

# name: (source, compiler flags, needed libraries)
LIBRARIES = {
    "libtls_gd.so": ("tls.c", ["-ftls-model=global-dynamic"], []),
    "libtls_ld.so": ("tls.c", ["-ftls-model=local-dynamic", "-DSIZE=9000"], []),
    "libtls_ie.so": ("tls.c", ["-ftls-model=initial-exec"], []),
    "libtls_ie2.so": ("tls.c", ["-ftls-model=initial-exec", "-DSIZE=700"], []),
    "libtls_desc.so": ("tls.c", ["-mtls-dialect=gnu2"], []),
    "libtls_desc_large.so": ("tls.c", ["-mtls-dialect=gnu2", "-DSIZE=20000"], []),
    "libtls_user_gd.so": ("tls_user.c", [], ["libtls_gd.so"]),
    "libtls_user_ie.so": ("tls_user.c", ["-ftls-model=initial-exec"], ["libtls_ie.so"]),
    "libtls_user_desc.so": ("tls_user.c", ["-mtls-dialect=gnu2"], ["libtls_desc_large.so"]),
    "libtls_registers.so": ("tls_registers.c", ["-mtls-dialect=gnu2", "-O2"],
                            ["libtls_desc_large.so"]),
    "libthrower.so": ("thrower.cpp", [], []),
    "libcatcher.so": ("catcher.cpp", ["-O1"], ["libthrower.so"]),
    "libescape.so": ("escape.cpp", [], []),
    "libstress.so": ("stress.cpp", ["-O1"], []),
    "libleaves.so": ("leaves.cpp", [], []),
    "libunique1.so": ("unique.cpp", [], []),
    "libunique2.so": ("unique.cpp", [], []),
    "libifunc.so": ("ifunc.c", [], []),
    "libifunc_user.so": ("ifunc_user.c", [], ["libifunc.so"]),
    "libversions.so": ("versions.c", [f"-Wl,--version-script={SOURCES}/versions.map"], []),
    "libversions_user.so": ("versions_user.c", [], ["libversions.so"]),
    "liborder_c.so": ("order.c", ["-DNAME=c"], []),
    "liborder_b.so": ("order.c", ["-DNAME=b", "-DCALLS=c"], ["liborder_c.so"]),
    "liborder_a.so": ("order.c", ["-DNAME=a", "-DCALLS=b"], ["liborder_b.so", "liborder_c.so"]),
    "libmany.so": ("many.c", [], []),
    "libmany_relr.so": ("many.c", ["-Wl,-z,pack-relative-relocs"], []),
    "libmany_sysv.so": ("many.c", ["-Wl,--hash-style=sysv"], []),
    "libmany_symbolic.so": ("many.c", ["-Wl,-Bsymbolic"], []),
    "libmany_aligned.so": ("many.c", ["-Wl,-z,max-page-size=0x200000"], []),
    "libmany_packed.so": ("many.c", ["-Wl,-z,noseparate-code", "-Wl,-z,norelro"], []),
    "libmany_now.so": ("many.c", ["-Wl,-z,now", "-fcf-protection=full"], []),
    "libmany_compressed.so": ("many.c", [], []),
    "libscope_one.so": ("scope.c", ["-DDEFINES", '-DWHO="one"'], []),
    "libscope_two.so": ("scope.c", ["-DDEFINES", '-DWHO="two"'], []),
    "libscope_symbolic.so": ("scope.c", ["-DDEFINES", '-DWHO="symbolic"', "-Wl,-Bsymbolic"], []),
    "libscope_user_one.so": ("scope.c", ['-DWHO="user of one"'], ["libscope_one.so"]),
    "libscope_user_two.so": ("scope.c", ['-DWHO="user of two"'],
                             ["libscope_two.so", "libscope_one.so"]),
    "libscope_open.so": ("scope.c", ['-DWHO="open"'], []),
    "libdlopen_api.so": ("dlopen_api.c", [], []),
    "libopens_in_constructor.so": ("opens_in_constructor.c", [], []),
    "libneeds_absent.so": ("needs_absent.c", [], []),
    "libneeds_library.so": ("opens_in_constructor.c", [], ["libgone.so"]),
    "libtextrel.so": ("textrel.c", ["-Wl,-z,notext"], []),
}

# name: steps of the harness
CASES = {
    "tls-global-dynamic": ["libtls_gd.so", "libtls_gd.so", "t,libtls_gd.so", "e,libtls_gd.so",
                           "e,libtls_gd.so"],
    "tls-local-dynamic": ["libtls_ld.so", "t,libtls_ld.so", "e,libtls_ld.so", "libtls_ld.so"],
    "tls-initial-exec": ["libtls_ie.so", "t,libtls_ie.so", "e,libtls_ie.so", "libtls_ie.so",
                         "f,libtls_ie.so"],
    "tls-initial-exec-late": ["e,libtls_gd.so", "e,libtls_ie.so", "t,libtls_ie2.so",
                              "e,libtls_ie2.so"],
    "tls-descriptors": ["libtls_desc.so", "t,libtls_desc.so", "e,libtls_desc.so"],
    "tls-descriptors-large": ["libtls_desc_large.so", "t,libtls_desc_large.so",
                              "e,libtls_desc_large.so"],
    "tls-descriptors-registers": ["t,libtls_registers.so", "e,libtls_registers.so",
                                  "libtls_registers.so"],
    "tls-of-other-library": ["libtls_user_gd.so", "libtls_gd.so", "libtls_user_ie.so",
                             "libtls_ie.so", "t,libtls_user_gd.so", "libtls_user_desc.so",
                             "t,libtls_user_desc.so", "libtls_desc_large.so"],
    "exceptions": ["libcatcher.so", "libcatcher.so", "t,libcatcher.so", "e,libcatcher.so"],
    "exceptions-after-fork": ["f,libcatcher.so", "libcatcher.so", "f,libcatcher.so"],
    "exception-nobody-catches": ["libescape.so"],
    "threads-throw-while-loading": ["libstress.so:test", "libstress.so"],
    "thread-leaves": ["libleaves.so", "t,libleaves.so", "f,libleaves.so"],
    "unique-symbols": ["libunique1.so", "libunique2.so", "libunique1.so"],
    "ifunc": ["libifunc.so", "libifunc_user.so"],
    "ifunc-user-first": ["libifunc_user.so", "libifunc.so"],
    "versions": ["libversions_user.so"],
    "order": ["liborder_a.so"],
    "order-reverse": ["liborder_c.so:c", "liborder_a.so", "f,liborder_b.so"],
    "relocations": ["libmany.so"],
    "relocations-relr": ["libmany_relr.so"],
    "hash-sysv": ["libmany_sysv.so"],
    "symbolic": ["libmany_symbolic.so"],
    "aligned": ["libmany_aligned.so"],
    "packed-layout": ["libmany_packed.so"],
    "bind-now": ["libmany_now.so"],
    "compressed": ["libmany_compressed.so"],
    "scope-local": ["libscope_one.so", "libscope_two.so", "libscope_user_one.so",
                    "libscope_user_two.so"],
    "scope-users": ["libscope_user_two.so", "libscope_user_one.so", "libscope_one.so"],
    "scope-global": ["g,libscope_two.so", "libscope_one.so", "libscope_user_one.so",
                     "libscope_open.so"],
    "scope-global-later": ["libscope_two.so", "g,libscope_two.so", "libscope_open.so"],
    "scope-deepbind": ["d,libscope_one.so", "d,libscope_user_two.so"],
    "scope-symbolic": ["libscope_symbolic.so"],
    "undefined": ["x,libscope_open.so", "x,libneeds_absent.so", "x,libneeds_library.so",
                  "libmany.so", "x,libneeds_absent.so"],
    "dlopen-api": ["libdlopen_api.so"],
    "dlopen-api-global": ["g,libdlopen_api.so"],
    "dlopen-in-constructor": ["libopens_in_constructor.so"],
    "by-name": ["libmany.so", "n,libmany.so"],
    "close": ["c,libmany.so", "c,libmany.so"],
    "text-relocation": ["libtextrel.so"],
}


def run(*command, **options):
    return subprocess.run([str(each) for each in command], check=True, capture_output=True,
                          text=True, **options)


def compile_runtime(directory):
    """The loader and what it needs, as object files."""
    flags = ["-std=gnu11", "-D_GNU_SOURCE", "-O1", "-g", "-fno-pie", "-fvisibility=hidden"]
    sources = sorted([*ROOT.glob("runtime/rt_elf*.c"), *ROOT.glob("runtime/rt_vfs*.c"),
                      *ROOT.glob("runtime/rt_image*.c"), ROOT / "runtime/rt_dl.c"])
    objects = []
    for source in sources:
        objects.append(directory / (source.stem + ".o"))
        run(CC, *flags, "-c", source, "-o", objects[-1])
    return objects


def build_libraries(directory):
    for name, (source, flags, needed) in LIBRARIES.items():
        compiler = CXX if source.endswith(".cpp") else CC
        if "libgone.so" in needed:
            run(CC, "-shared", "-o", directory / "libgone.so", "-x", "c", "/dev/null",
                "-Wl,-soname,libgone.so")
        run(compiler, *WARNINGS, "-g", "-fPIC", "-shared", "-o", directory / name,
            SOURCES / source, *flags, f"-Wl,-soname,{name}", "-Wl,-rpath,$ORIGIN",
            f"-L{directory}", "-Wl,--no-as-needed", *(f"-l:{each}" for each in needed))
    (directory / "libgone.so").unlink()


def host_library(name):
    path = run(CXX, f"-print-file-name={name}").stdout.strip()
    return os.path.realpath(path)


@pytest.fixture(scope="session")
def harness(tmp_path_factory):
    """(executable with libraries in its image, bare executable, directory with the libraries)"""
    directory = tmp_path_factory.mktemp("elf")
    real = directory / "real"
    real.mkdir()
    build_libraries(real)
    bare = directory / "bare"
    run(CC, "-std=gnu11", "-D_GNU_SOURCE", "-g", "-no-pie", "-fno-pie", "-rdynamic", "-o", bare,
        HERE / "elf" / "harness.c", HERE / "elf" / "no_linked_modules.c",
        *compile_runtime(directory), "-lz", "-ldl", "-lpthread")
    packed = directory / "packed"
    shutil.copy(bare, packed)
    files = {f"t/{name}": str(real / name) for name in LIBRARIES}
    libraries = {name: f"t/{name}" for name in LIBRARIES}
    for name in ("libstdc++.so.6", "libgcc_s.so.1"):
        files[f"lib/.libs/{name}"] = host_library(name)
        libraries[name] = f"lib/.libs/{name}"
    append_image(packed, files, libraries, compressed={"t/libmany_compressed.so"})
    return packed, bare, real


def result_of(executable, directory, steps, **variables):
    environment = {**os.environ, "PYC2C_DEBUG_LOADER": "1", **variables}
    done = subprocess.run([executable, directory, *steps], capture_output=True, text=True,
                          timeout=60, env=environment, check=False)
    return done


@pytest.mark.parametrize("case", CASES)
def test_same_as_dynamic_linker(harness, case):
    packed, bare, real = harness
    expected = result_of(bare, real, CASES[case], LD_LIBRARY_PATH=str(real))
    actual = result_of(packed, f"{packed}/t", CASES[case])
    assert actual.stdout == expected.stdout, actual.stderr
    assert actual.returncode == expected.returncode, actual.stderr
    if case != "thread-leaves":
        assert "through ld.so" not in actual.stderr
    if not case.startswith("undefined"):
        assert "pyc2c loader:" in actual.stderr


def test_carried_libraries_stay_in_the_executable(harness):
    packed, _, _ = harness
    done = result_of(packed, f"{packed}/t", ["libcatcher.so"])
    loaded = re.findall(r"loader: (\S+) at", done.stderr)
    assert sorted(os.path.basename(path) for path in loaded) == [
        "libcatcher.so", "libgcc_s.so.1", "libstdc++.so.6", "libthrower.so"]


def test_undefined_symbol_is_named(harness):
    packed, _, _ = harness
    done = result_of(packed, f"{packed}/t", ["x,libneeds_absent.so", "x,libneeds_library.so"])
    assert "libneeds_absent.so: undefined symbol: absent_function" in done.stderr
    assert "libneeds_library.so: needs libgone.so, which is neither" in done.stderr


def test_fallback_when_static_storage_is_full(harness, tmp_path):
    """The second library's block does not fit into the reserve, but into ld.so's surplus."""
    _, bare, _ = harness
    packed = tmp_path / "packed"
    shutil.copy(bare, packed)
    sizes = {"libfirst.so": 3500, "libsecond.so": 800}
    for name, size in sizes.items():
        run(CC, "-fPIC", "-shared", "-ftls-model=initial-exec", f"-DSIZE={size}", "-o",
            tmp_path / name, SOURCES / "tls.c", f"-Wl,-soname,{name}")
    append_image(packed, {name: str(tmp_path / name) for name in sizes},
                 {name: name for name in sizes})
    steps = ["libfirst.so", "libsecond.so", "t,libsecond.so", "libfirst.so"]
    expected = result_of(bare, tmp_path, steps[1:3])
    done = result_of(packed, packed, steps)
    assert "libsecond.so through ld.so" in done.stderr
    assert done.stdout.splitlines()[1:3] == expected.stdout.splitlines()[:2]
    assert done.returncode == 0


@pytest.mark.parametrize("damage", ["truncated", "not-elf", "other-machine", "bad-segment"])
def test_damaged_library(harness, tmp_path, damage):
    _, bare, real = harness
    packed = tmp_path / "packed"
    shutil.copy(bare, packed)
    content = bytearray((real / "libmany.so").read_bytes())
    if damage == "truncated":
        content = content[: len(content) // 2]
    elif damage == "not-elf":
        content[:4] = b"text"
    elif damage == "other-machine":
        content[18:20] = (40).to_bytes(2, "little")
    else:
        content[64 + 32:64 + 40] = (1 << 60).to_bytes(8, "little")
    append_image(packed, {"libmany.so": bytes(content)})
    done = result_of(packed, packed, ["x,libmany.so"])
    assert done.returncode == 0
    assert re.search(r"libmany\.so: (not an ELF file|built for another processor|damaged)",
                     done.stderr)
