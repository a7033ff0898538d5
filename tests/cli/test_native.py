"""Native code: what is chosen, what it is made with, what is kept, what is said about it."""
from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import termios

import pytest

from support.targets import default_command

APP = """
import sys
import helper

def double(x):
    return x + x

def watch():
    def inside():
        return sys.settrace
    return inside()

class Shape:
    def area(self):
        return sum(n for n in (1, 2, 3))

print(double(21), watch() is sys.settrace, Shape().area(), helper.help_out([1, 2]))
"""
HELPER = """
def help_out(items):
    return [item * 2 for item in items]
"""

pytestmark = pytest.mark.usefixtures("native_code")


@pytest.fixture
def app(project):
    project.write("app.py", APP)
    project.write("helper.py", HELPER)
    project.environment = {"PYC2C_CACHE_DIR": str(project.folder / "cache")}
    return project


def run(project, path="dist/app"):
    return subprocess.run([project.folder / path], capture_output=True, text=True, timeout=60,
                          check=True).stdout


def build(project, *options, **more):
    """What the build says; the program must do what it always does."""
    environment = {**project.environment, **more}
    said = project("build", "app.py", *options, env=environment).stderr.decode()
    assert run(project) == "42 True 6 [2, 4]\n"
    return said


def functions(project, *options):
    """{name: reason, or None for native code}"""
    listed = json.loads(project("explain", "app.py", "--json", *options).stdout)["functions"]
    return {f"{f['module']}.{f['function']}": f["reason"] for f in listed}


# ---- what is chosen ----


def test_the_program_is_native_by_default(app):
    assert "  functions  5 of 7 native; `pyc2c explain` tells about the others\n" in build(app)


def test_none(app):
    assert "  functions  all bytecode: --native=none\n" in build(app, "--native=none")


def test_single_modules(app):
    assert "  functions  2 of 2 native\n" in build(app, "--native=helper")
    found = functions(app, "--native=helper,turtle")
    assert set(name.split(".")[0] for name in found) == {"helper"}  # the program has no turtle


def test_modules_of_the_standard_library(app):
    app.write("app.py", APP.replace("import helper", "import helper, textwrap, json"))
    found = functions(app, "--native=program,textwrap")
    assert {name.split(".")[0] for name in found} == {"__main__", "helper", "textwrap"}
    assert found["textwrap.fill"] is None


def test_all(app):
    found = functions(app, "--native=all")
    assert {"codecs.open", "enum.unique"} & set(found) or len(found) > 500


def test_unknown_module(app):
    assert "warning: --native: the program has no module 'nothing'\n" in build(
        app, "--native=program,nothing")


@pytest.mark.parametrize("option, why", [
    ("--debug", "--debug keeps everything as bytecode"),
    ("--full-compat", "--full-compat keeps everything as bytecode"),
])
def test_options_that_keep_bytecode(app, option, why):
    assert f"  functions  all bytecode: {why}\n" in build(app, option)


def test_contradiction(app):
    text = app.refused("build", "app.py", "--full-compat", "--native=all")
    assert "--full-compat and --native contradict each other" in text


@pytest.mark.parametrize("option", ["--optimize-speed", "--optimize-size", "--pie", "--static"])
def test_with_other_options(app, option):
    assert "5 of 7 native" in build(app, option)


def test_portable(app):
    app("build", "app.py", "--mode=portable", env=app.environment)
    assert run(app, "dist/app/app") == "42 True 6 [2, 4]\n"

def test_bodies_of_modules_that_loop(app):
    body = "for number in range(3):\n    last = number\n"
    assert "helper.<module>" not in functions(app)
    app.write("helper.py", HELPER + body)
    assert functions(app)["helper.<module>"] is None
    app.write("helper.py", HELPER + body + "last = last\n" * 1600)
    assert functions(app)["helper.<module>"] == "it is long, and runs only once"
    app.write("helper.py", HELPER + body + "import sys\nsys.settrace\n")
    assert "settrace" in functions(app)["helper.<module>"]


def test_bodies_of_classes(app):
    """Those that loop are native by default, all by --native=all-bodies, alone or beside names."""
    app.write("helper.py", HELPER + "class Loops:\n    for i in range(3):\n        pass\n\nclass Plain:\n    x = 1\n")
    found = functions(app)
    assert found["helper.Loops"] is None and "helper.Plain" not in found and "helper.<module>" not in found
    for names in ("all-bodies", "program,all-bodies"):
        found = functions(app, f"--native={names}")
        assert found["helper.Plain"] is None and found["helper.<module>"] is None and found["helper.Loops"] is None
    assert "helper.Plain" not in functions(app, "--native=__main__,all-bodies")


# ---- explain ----


def test_explain(app):
    text = app("explain", "app.py").stdout.decode()
    assert text == (
        "bytecode  __main__.watch  (app.py:8): a function in it names settrace, which may switch "
        "tracing on\n"
        "bytecode  __main__.watch.<locals>.inside  (app.py:9): it names settrace, which may switch "
        "tracing on\n"
        "5 of 7 functions are native; -v lists these as well\n"
    )


def test_explain_one_function(app):
    assert app("explain", "app.py:area").stdout.decode() == (
        "native    __main__.Shape.area  (app.py:14)\n")
    assert app("explain", "app.py:Shape.area.<locals>.<genexpr>").stdout.decode() == (
        "native    __main__.Shape.area.<locals>.<genexpr>  (app.py:15)\n")
    assert "no function 'nobody'" in app.refused("explain", "app.py:nobody", status=1)


def test_explain_verbose_lists_all(app):
    text = app("explain", "-v", "app.py").stdout.decode()
    assert "native    helper.help_out  (helper.py:2)\n" in text


def test_explain_without_native_code(app):
    assert app("explain", "app.py", "--native=none").stdout == (
        b"everything stays bytecode: --native=none\n")


# ---- report ----


def test_report(app):
    build(app, "--report=why")
    report = json.loads((app.folder / "why/report.json").read_text())["native"]
    assert (report["functions"], report["native"]) == (7, 5)
    assert [f["function"] for f in report["bytecode"]] == ["watch", "watch.<locals>.inside"]
    cost = json.loads((app.folder / "why/cost.json").read_text())
    assert cost["c_files"] == 2 and cost["seconds_in_c_compiler"] > 0
    assert cost["peak_memory_of_c_compiler_kb"] > 1000
    timeline = (app.folder / "why/timeline.html").read_text()
    assert "<h1>Timeline of app</h1>" in timeline
    assert timeline.count('class="row run"') == 2 and '"row step"><b>linking</b>' in timeline
    assert "5 of 7 functions are native code." in (app.folder / "why/modules.html").read_text()


# ---- options for work on pyc2c ----


def test_emit_c(app):
    build(app, "--emit-c=out")
    assert sorted(os.listdir(app.folder / "out")) == ["__main__-1.c", "helper-1.c"]
    text = (app.folder / "out/helper-1.c").read_text()
    assert '#line 3 "helper.py"' in text
    assert "/* return [item * 2 for item in items] */" in text


def test_generated_c_has_no_warnings(app, target):
    app.write("app.py", "import argparse, json, textwrap, dataclasses, contextlib, asyncio.locks\n")
    app("build", "app.py", "-q", "--emit-c=out", env=app.environment,
        *["--native=textwrap,json,dataclasses,contextlib,asyncio.locks"])
    files = sorted((app.folder / "out").glob("*.c"))
    assert len(files) >= 5
    for file in files:
        done = subprocess.run(
            ["gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-fno-strict-aliasing", "-fwrapv",
             f"-I{target.support_folder}/include", "-I/usr/include/python3.11", "-c", file, "-o", "/dev/null"],
            capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:3000]


def test_dump_ir(app):
    text = app("build", "app.py", "-q", "--dump-ir=lower,fn=double", "--dump-ir=own,fn=help_out",
               env=app.environment).stdout.decode()
    assert "; double before " in text and "; help_out after own\n" in text
    assert text.count("; ") >= 2 and "area" not in text
    everything = app("explain", "app.py", "--dump-ir=all,fn=double").stdout.decode()
    assert everything.count("; double after ") >= 4


def test_wrong_passes(app):
    assert "hint: did you mean 'own'?" in app.refused("build", "app.py", "--dump-ir=owm")
    assert "there is no pass 'nothing'" in app.refused("build", "app.py", "--stop-after=nothing")
    assert "is required" in app.refused("build", "app.py", "--disable-pass=own")
    assert "takes a number" in app.refused("build", "app.py", "--opt-limit=x")
    assert "takes nowhere, hot or everywhere" in app.refused("build", "app.py", "--inline=cold")
    assert "takes a pass and fn=NAME" in app.refused("build", "app.py", "--dump-ir=own,x")


def test_stop_after_makes_nothing(app):
    text = app("build", "app.py", "--stop-after=errors", "--dump-ir=all,fn=double").stdout.decode()
    assert "; double after errors\n" in text and "after own" not in text
    assert not (app.folder / "dist/app").exists()


def test_time_passes(app):
    text = app("build", "app.py", "-q", "--time-passes", env=app.environment).stdout.decode()
    assert text.startswith("pass            seconds\n") and "\nown  " in text and "\ncc  " in text


@pytest.mark.parametrize("where, hot, brief", [
    ("nowhere", False, True), ("hot", True, True), ("everywhere", True, False)])
def test_inline(app, where, hot, brief):
    build(app, f"--inline={where}", "--emit-c=c")
    text = "".join(file.read_text() for file in (app.folder / "c").glob("*.c"))
    assert ("#define RT_HOT 1\n" in text) == hot
    assert ("rt_brief_" in text) == brief


def test_opt_limit(app):
    assert "5 of 7 native" in build(app, "--opt-limit=0")


# ---- the compiler ----


@pytest.fixture
def counting_cc(app):
    """A compiler that writes down what it compiles."""
    tools = app.folder.parent / "tools"  # what is beside the program is an input of its build
    log = tools / "log"
    app.write("../tools/cc", f'#!/bin/sh\necho "$@" >> {log}\nexec gcc "$@"\n').chmod(0o755)

    def compiled():
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return sum(" -c unit-" in line for line in lines)

    app.environment["CC"] = str(tools / "cc")
    app.environment["PYC2C_CACHE_DIR"] = str(tools / "cache")
    return compiled


def test_units_are_kept(app, counting_cc):
    build(app)
    assert counting_cc() == 2
    assert "up to date" in build(app)
    assert counting_cc() == 0
    app.write("helper.py", "# a comment\n\n" + HELPER)  # line numbers are no part of native code
    build(app)
    assert counting_cc() == 0
    app.write("helper.py", HELPER.replace("* 2", "* 1 * 2"))
    build(app)
    assert counting_cc() == 1
    for option in ("--strip", "--env=A=1", "--python-flag=-B", "--add-data=helper.py:data", "--report=report"):
        build(app, option)
        assert counting_cc() == 0, option
    build(app, "--optimize-speed")
    assert counting_cc() == 2
    build(app, "--clean")
    assert counting_cc() == 2
    build(app, CC=app.environment["CC"] + " -fno-inline")
    assert counting_cc() == 2


def large_module(changed=()):
    """Functions enough for several C files; those in `changed` are four lines longer."""
    def function(number):
        lines = [f"    value += table[{line}] * {number}\n" for line in range(30)]
        lines += ["    value = -value\n"] * (4 if number in changed else 0)
        return f"def f{number}(value, table):\n{''.join(lines)}    return value\n"
    return "".join(function(number) for number in range(60))


def test_an_edit_dirties_its_own_unit_only(app, counting_cc):
    body = "for number in range(3):\n    last = number\n"
    app.write("helper.py", HELPER + large_module() + body)
    build(app)
    units = counting_cc()
    assert units >= 5  # of helper.py at least 4
    for number in (0, 17, 41, 59):  # longer and shorter again: the borders stay where they are
        app.write("helper.py", HELPER + large_module([number]) + body)
        build(app)
        assert counting_cc() == 1
    app.write("helper.py", HELPER + large_module() + body)
    build(app)
    assert counting_cc() == 0


def build_on_a_terminal(app, *options):
    """What a build writes to a terminal of 120 columns."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    process = subprocess.Popen([default_command(), "build", "app.py", *options], cwd=app.folder, stderr=its,
                               env={**os.environ, **app.environment, "TERM": "xterm"})
    os.close(its)
    text = b""
    try:
        while piece := os.read(ours, 65536):
            text += piece
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait(60) == 0, text
    return text.decode()


@pytest.fixture
def slow_cc(app):
    """A compiler that takes its time, for a module of several C files."""
    app.write("helper.py", HELPER + large_module())
    app.environment["CC"] = str(app.write("../tools/cc", '#!/bin/sh\nsleep 0.8\nexec gcc "$@"\n'))
    (app.folder / "../tools/cc").chmod(0o755)
    app.environment["PYC2C_CACHE_DIR"] = str(app.folder.parent / "tools/cache")


def test_progress_says_how_long_it_takes(app, slow_cc):
    text = build_on_a_terminal(app, "--jobs=1")
    lines = [line for line in text.replace("\r\x1b[K", "\n").splitlines() if line.startswith("building: ")]
    found = [re.search(r"compiling (\d+)/(\d+)  [\d.]+ s(?:, about (\d+) s left)?", line) for line in lines]
    found = [match for match in found if match]
    assert len(found) >= 4, text
    total = int(found[0][2])
    for match in found[3:]:  # two files have shown the pace by then
        done, left = int(match[1]), match[3]
        assert (left is not None) == (done < total), match[0]
        assert left is None or (total - done) * 0.8 <= int(left) + 1 <= (total - done) * 8 + 1, match[0]
    assert not any("left" in line for line in lines if "compiling" not in line)


def test_progress_in_a_log(app, slow_cc):
    text = build(app, "--jobs=1", "--show-progress")
    assert re.search(r"^\[ +[\d.]+ s\] compiling$", text, re.M)
    assert re.search(r"^\[ +[\d.]+ s\] compiling \d+/\d+, about \d+ s left$", text, re.M), text
    assert "\r" not in text


def test_other_checkout_other_home_same_objects(app, counting_cc, tmp_path):
    build(app)
    assert counting_cc() == 2
    first = (app.folder / "dist/app").read_bytes()
    copy = tmp_path / "another place/checked out"
    copy.mkdir(parents=True)
    for name in ("app.py", "helper.py"):
        shutil.copy(app.folder / name, copy / name)
    app("build", copy / "app.py", "-q", "-o", copy / "dist/app",
        env={**app.environment, "HOME": str(tmp_path / "home"), "USER": "somebody"})
    assert counting_cc() == 0
    assert (copy / "dist/app").read_bytes() == first


def test_damaged_unit_is_made_again(app, counting_cc):
    build(app)
    counting_cc()
    for file in (app.folder.parent / "tools/cache").glob("v1-*/native/*/*"):
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    os.remove(app.folder / "dist/app")
    build(app)
    assert counting_cc() == 2


def test_same_input_same_bytes(app):
    build(app)
    first = (app.folder / "dist/app").read_bytes()
    build(app, "--clean", "--jobs=1")
    assert (app.folder / "dist/app").read_bytes() == first
    build(app, "-o", "dist/app", "--jobs=2", PYC2C_CACHE_DIR=str(app.folder / "other"))
    assert (app.folder / "dist/app").read_bytes() == first


def test_without_compiler(app):
    said = build(app, CC="surely-absent")
    assert "warning: everything stays bytecode: the C compiler 'surely-absent' was not found\n" in said
    assert "hint: apt-get install gcc libc6-dev, or name a compiler in $CC\n" in said
    assert "  functions  all bytecode: the C compiler 'surely-absent' was not found\n" in said
    os.remove(app.folder / "dist/app")
    text = app.refused("build", "app.py", "--native=program", status=3,
                       env={**app.environment, "CC": "surely-absent"})
    assert "error: --native: the C compiler 'surely-absent' was not found\n" in text


def test_nothing_native_needs_no_compiler(app):
    app.write("app.py", "print('plain')\n")
    said = app("build", "app.py", env={**app.environment, "CC": "surely-absent"}).stderr.decode()
    assert "warning" not in said
    assert run(app) == "plain\n"


@pytest.mark.parametrize("says, means", [
    ("$word:1:1: error: broken", "internal error: the C compiler refused the code made of module helper"),
    ("no licence for today", "the C compiler failed for module helper"),
])
def test_compiler_that_fails(app, says, means):
    app.write("cc", '#!/bin/sh\nfor word; do case $word in unit-*.c) grep -q help_out $word && '
              f'{{ echo "{says}" >&2; exit 1; }};; esac; done\nexec gcc "$@"\n').chmod(0o755)
    said = build(app, CC=str(app.folder / "cc"))
    assert f"warning: {means}; 2 of its functions stay bytecode\n" in said
    assert says[-6:] + "\n" in said
    assert "3 of 7 native" in said


def test_compiler_that_always_fails(app):
    """What it says is shown once, however many files there are."""
    for number in range(4):
        app.write(f"part{number}.py", f"def half(n):\n    return n // 2 + {number}\n")
    app.write("app.py", "import part0, part1, part2, part3\nprint(part3.half(4))\n")
    app.write("cc", '#!/bin/sh\nfor word; do case $word in unit-*.c) echo "no licence" >&2; exit 1;; esac; done\nexec gcc "$@"\n').chmod(0o755)
    said = app("build", "app.py", env={**app.environment, "CC": str(app.folder / "cc")}).stderr.decode()
    assert said.count("no licence") == 1
    assert "warning: it failed in the same way for 3 further files; 3 more functions stay bytecode\n" in said


def test_compiler_that_is_killed(app):
    """Too much for it: the unit is halved until only the function at fault is left."""
    app.write("cc", '#!/bin/sh\nfor word; do case $word in unit-*.c) grep -q _double $word && '
              'kill -9 $$;; esac; done\nexec gcc "$@"\n').chmod(0o755)
    app.environment["CC"] = str(app.folder / "cc")
    said = build(app, "-v")
    assert "bytecode: __main__.double, because the C compiler needed too much memory\n" in said
    assert "4 of 7 native" in said


@pytest.mark.skipif(shutil.which("clang") is None, reason="there is no clang")
def test_clang(app):
    assert "5 of 7 native" in build(app, CC="clang")


# ---- at run time ----


def test_native_code_of_other_code_is_not_used(app, target):
    """An executable whose code object is not the one that was compiled: that one runs, as bytecode."""
    build(app)
    code = "def f(x):\n    return x + x\nprint(f.__code__.co_code.hex())"
    found = subprocess.run([target.python, "-c", code], capture_output=True, text=True, check=True)
    plus = bytes.fromhex(found.stdout)
    operator = plus.index(b"\x7a\x00")  # BINARY_OP, its first argument
    times = plus[: operator + 1] + b"\x05" + plus[operator + 2 :]
    path = app.folder / "dist/app"
    content = path.read_bytes()
    assert content.count(plus) == 1
    path.write_bytes(content.replace(plus, times))
    assert run(app) == "441 True 6 [2, 4]\n"
    said = subprocess.run([path], capture_output=True, text=True, env={"PYTHONVERBOSE": "1"}).stderr
    assert "# native code of double is not of this code object: bytecode runs\n" in said
