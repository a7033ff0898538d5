"""The module cache: what it holds, what it believes, what it tells, how machines share it."""
from __future__ import annotations

import http.server
import os
import re
import shutil
import subprocess
import threading
import time

import pytest

WORDS = ["--module-cache-dir=cache"]


def entries(project, kind="*"):
    return sorted((project.folder / "cache").glob(f"v1-*/{kind}/*/*"))


def flip(path, position=-1):
    content = bytearray(path.read_bytes())
    content[position] ^= 0xFF
    path.write_bytes(content)


# ---- the directory ----


def test_stats_and_clear(project):
    project.write("own.py", "X = 1\n")
    project.write("hello.py", "import own\n")
    project("build", "hello.py", "-q", *WORDS)
    text = project("cache", "stats", *WORDS).stdout.decode()
    assert re.search(r"^entries    [1-9]", text, re.M)
    assert re.search(r"^  src +\d+ +[\d.]+ (bytes|kB)  modules as bytecode$", text, re.M)
    assert project("cache", "clear", *WORDS).stdout.startswith(b"removed ")
    assert re.search(r"^entries    0$", project("cache", *WORDS).stdout.decode(), re.M)


def test_private_and_optional(project):
    project("build", "hello.py", "-q", *WORDS)
    assert (project.folder / "cache").stat().st_mode & 0o077 == 0
    (project.folder / "file").write_text("")
    project("build", "hello.py", "-q", "--clean", "--module-cache-dir=file/below")


def test_refusals(project):
    assert "did you mean 'clear'?" in project.refused("cache", "claer")
    assert "wrong number of arguments" in project.refused("cache", "stats", "x")
    assert "wrong number of arguments" in project.refused("cache", "explain")
    assert "takes a size such as 500M" in project.refused("cache", "prune", "--module-cache-size=much")
    assert "takes a size such as 500M" in project.refused("cache", "stats", env={"PYC2C_CACHE_SIZE": "much"})
    assert "takes a size such as 500M" in project.refused("build", "hello.py", env={"PYC2C_CACHE_SIZE": "much"})
    assert not (project.folder / "dist").exists()
    assert "no build with native code of module 'x'" in project.refused("cache", "explain", "x", *WORDS, status=1)


# ---- what an edit leaves as it was ----


def test_compressed_blocks_are_kept(project):
    """Sources and late code are compressed in blocks: an edit renews those that it falls into."""
    for name in ("aa", "mm", "zz"):
        project.write(f"{name}.py", f"def {name}():\n    return 1\n")
    text = "import aa, mm, zz, json, decimal\nprint(aa.aa() + mm.mm() + zz.zz())\n"
    project.write("hello.py", text)
    project("build", "hello.py", "-q", *WORDS)
    before = set(entries(project, "block"))
    assert len(before) > 10
    for edited in (text + "print('more')\n", "# a comment\n" * 3000 + text):
        project.write("hello.py", edited)
        project("build", "hello.py", "-q", *WORDS)
        after = set(entries(project, "block"))
        assert len(after - before) <= 3, "blocks far from the edit changed"
        before = after
    assert "compressed parts" in project("cache", "stats", *WORDS).stdout.decode()


@pytest.mark.parametrize("option", ["--optimize-size", "--native=none", "--jobs=3"])
def test_rebuilt_is_as_if_built_from_nothing(project, option):
    project.write("own.py", "def f(x):\n    return x + 1\n")
    for text in ("print(own.f(1))", "print(own.f(2), 'edited')", "# comment\nprint(own.f(2), 'edited')"):
        project.write("hello.py", f"import own, json\n{text}\n")
        project("build", "hello.py", "-q", option, *WORDS)
    project("build", "hello.py", "-q", option, "--jobs=1", "-o", "cold/hello", "--module-cache-dir=cold/cache")
    assert (project.folder / "cold/hello").read_bytes() == (project.folder / "dist/hello").read_bytes()


# ---- damage ----


@pytest.mark.parametrize("position", [0, 20, 70, -1])
def test_damaged_entries_are_not_believed(project, position):
    words = ["build", "hello.py", *WORDS]
    project(*words)
    expected = (project.folder / "dist/hello").read_bytes()
    for path in entries(project):
        flip(path, position)
    text = project(*words).stderr.decode()
    assert re.search(r"warning: \d+ entries of the module cache were damaged and removed; made again", text)
    assert (project.folder / "dist/hello").read_bytes() == expected
    assert "damaged" not in project(*words).stderr.decode()


def test_truncated_entries_are_not_believed(project):
    words = ["build", "hello.py", *WORDS]
    project(*words)
    expected = (project.folder / "dist/hello").read_bytes()
    for index, path in enumerate(entries(project)):
        os.truncate(path, path.stat().st_size * (index % 3) // 3)
    assert "damaged and removed" in project(*words).stderr.decode()
    assert (project.folder / "dist/hello").read_bytes() == expected


def test_an_entry_under_another_name_is_not_believed(project):
    project.write("other.py", "print('other')\n")
    project("build", "hello.py", "-q", *WORDS)
    before = set(entries(project, "src"))
    project("build", "other.py", "-q", *WORDS)
    (mine,), (others,) = before, set(entries(project, "src")) - before
    shutil.copy(mine, others)
    os.remove(project.folder / "dist/other")
    project("build", "other.py", "-q", *WORDS)
    assert subprocess.run([project.folder / "dist/other"], capture_output=True).stdout == b"other\n"


def test_verify(project):
    project("build", "hello.py", "-q", *WORDS)
    count = len(entries(project))
    assert project("cache", "verify", *WORDS).stdout.startswith(b"%d entries are sound, " % count)
    flip(entries(project)[0])
    entries(project)[1].write_bytes(b"")
    text = project("cache", "verify", *WORDS).stdout.decode()
    assert text.startswith(f"{count - 2} entries are sound, ")
    assert "2 damaged ones were removed: the next build makes them again\n" in text
    assert len(entries(project)) == count - 2


# ---- size ----


def age(paths, seconds):
    for path in paths:
        os.utime(path, (time.time() - seconds,) * 2)


def test_prune_takes_what_was_unused_longest(project):
    project("build", "hello.py", "-q", *WORDS)
    age(entries(project), 7200)
    os.remove(project.folder / "dist/hello")
    old = entries(project)[0].parent / "left-over.ab12cd"
    old.write_bytes(b"unfinished")
    age([old], 7200)
    project.write("later.py", "print('later')\n")
    project("build", "later.py", "-q", *WORDS)
    recent = [path for path in entries(project) if path.stat().st_mtime > time.time() - 3600]
    limit = sum(path.stat().st_size for path in recent)
    project("cache", "prune", f"--module-cache-size={limit}", *WORDS)
    assert entries(project) == recent and recent


def test_a_build_keeps_the_cache_below_its_limit(project):
    size = lambda: sum(path.stat().st_size for path in entries(project))
    for number in range(3):
        project.write(f"p{number}.py", f"TEXT = {'x' * 40_000!r}\nprint({number})\n")
        project("build", f"p{number}.py", "-q", "--module-cache-size=100K", *WORDS)
        age([project.folder / "cache/looked-at"], 3600)
    assert size() < 102_400
    project("build", "hello.py", "-q", "--module-cache-size=0", *WORDS)


def test_used_entries_are_marked(project):
    project("build", "hello.py", "-q", *WORDS)
    age(entries(project), 100_000)
    os.remove(project.folder / "dist/hello")
    project("build", "hello.py", "-q", *WORDS)
    used = [path for path in entries(project, "src") if path.stat().st_mtime > time.time() - 600]
    assert used == entries(project, "src")


def test_clock_that_went_backwards(project):
    project("build", "hello.py", "-q", *WORDS)
    age([*entries(project), project.folder / "cache/looked-at"], -1_000_000)
    project.write("hello.py", "print('changed')\n")
    project("build", "hello.py", "-q", *WORDS)
    assert subprocess.run([project.folder / "dist/hello"], capture_output=True).stdout == b"changed\n"
    project("cache", "prune", *WORDS)


# ---- explain ----


@pytest.fixture
def native_project(project, native_code):
    project.write("app.py", "import helper\nprint(helper.f(3), helper.g(4))\n")
    project.write("helper.py", "def f(x):\n    return x * 2\ndef g(x):\n    return x + 1\n")
    return project


def test_explain(native_project):
    project = native_project
    explain = lambda: project("cache", "explain", "helper", *WORDS).stdout.decode()
    project("build", "app.py", "-q", *WORDS)
    assert explain() == ("helper, last built for app: 0 of 1 C file from the cache\n"
                         "  no earlier build of it by this pyc2c is in this cache\n")
    project.write("helper.py", "def f(x):\n    return x * 3\ndef g(x):\n    return x + 1\ndef h(x):\n    return x\n")
    said = project("build", "app.py", *WORDS).stderr.decode()
    assert "  C code     1 file: 0 from the cache, 1 compiled (helper: function f changed)\n" in said
    assert explain() == ("helper, last built for app: 0 of 1 C file from the cache\n"
                         "  function f changed\n  function h is new\n")
    project("build", "app.py", "-q", "--optimize-speed", *WORDS)
    text = explain()
    assert "  flags changed: " in text and "before: " in text and "  function " not in text
    for path in entries(project, "native"):
        os.remove(path)
    os.remove(project.folder / "dist/app")
    project("build", "app.py", "-q", "--optimize-speed", *WORDS)
    assert explain().endswith("  the cache no longer had what the build before made\n")
    os.remove(project.folder / "dist/app")
    project("build", "app.py", "-q", "--optimize-speed", *WORDS)
    assert explain() == "helper, last built for app: 1 of 1 C file from the cache\n"


# ---- shared ----


class Store(http.server.BaseHTTPRequestHandler):
    """Keeps what is PUT; `trouble` changes what it does."""

    protocol_version = "HTTP/1.1"
    timeout = 20

    def answer(self, status, content=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def handle_one(self):
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server.requests.append((self.command, self.headers.get("Authorization")))
        if server.trouble == "error":
            self.answer(500)
        elif server.trouble == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"part")
            self.close_connection = True
        elif server.trouble == "silence":
            time.sleep(30)
        elif self.command == "PUT":
            server.content[self.path] = body
            self.answer(201)
        else:
            found = server.content.get(self.path)
            self.answer(404 if found is None else 200, found or b"")

    do_GET = do_PUT = handle_one

    def log_message(self, *words):
        pass


@pytest.fixture
def store():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
    server.daemon_threads = True
    server.content, server.requests, server.trouble = {}, [], None
    server.url = f"http://127.0.0.1:{server.server_port}/some/where"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def build_at(project, url, cache, **environment):
    """What a build on a machine without a cache of its own says."""
    shutil.rmtree(project.folder / "dist", ignore_errors=True)
    text = project("build", "app.py", f"--module-cache-dir={cache}", f"--module-cache-url={url}",
                   env=environment).stderr.decode()
    output = subprocess.run([project.folder / "dist/app"], capture_output=True, check=True).stdout
    assert output == b"6 5\n"
    return text


def test_shared_cache(native_project, store):
    assert "  shared     0 fetched, 2 sent\n" in build_at(native_project, store.url, "one")
    assert sorted(method for method, _ in store.requests).count("PUT") == 2
    first = (native_project.folder / "dist/app").read_bytes()
    assert "  shared     2 fetched, 0 sent\n" in build_at(native_project, store.url, "two")
    assert (native_project.folder / "dist/app").read_bytes() == first
    store.requests.clear()
    assert "  shared     0 fetched, 0 sent\n" in build_at(native_project, store.url, "two")
    assert store.requests == []


def test_shared_cache_by_environment_and_password(native_project, store):
    url = store.url.replace("http://", "http://me:pass%20word@")
    native_project("build", "app.py", "-q", *WORDS, env={"PYC2C_CACHE_URL": url})
    assert {user for _, user in store.requests} == {"Basic bWU6cGFzcyB3b3Jk"}


@pytest.mark.parametrize("trouble", ["error", "cut"])
def test_server_in_trouble(native_project, store, trouble):
    store.trouble = trouble
    text = build_at(native_project, store.url, "cache")
    assert "warning: the shared cache was left alone: " in text
    assert len(store.requests) <= 8


def test_silent_server(native_project, store):
    store.trouble = "silence"
    start = time.monotonic()
    assert "the shared cache was left alone: TimeoutError: timed out" in build_at(native_project, store.url, "cache")
    assert time.monotonic() - start < 60


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "ftp://127.0.0.1/x", "nonsense"])
def test_no_server(native_project, url):
    assert "the shared cache was left alone: " in build_at(native_project, url, "cache")


def test_wrong_content_is_not_used(native_project, store):
    build_at(native_project, store.url, "one")
    for name, content in store.content.items():
        store.content[name] = content[:-1] + bytes([content[-1] ^ 1])
    text = build_at(native_project, store.url, "two")
    assert "2 entries of the shared cache had wrong content and were not used" in text
    assert "  shared     0 fetched, 2 sent\n" in text
    assert "  shared     2 fetched, 0 sent\n" in build_at(native_project, store.url, "three")


def test_signed_entries(native_project, store):
    secret = {"PYC2C_CACHE_KEY": "a secret " * 20}
    assert "0 fetched, 2 sent" in build_at(native_project, store.url, "one", **secret)
    assert "2 fetched, 0 sent" in build_at(native_project, store.url, "two", **secret)
    assert "0 fetched, 2 sent" in build_at(native_project, store.url, "three")  # unsigned ones of its own
    assert "0 fetched, 2 sent" in build_at(native_project, store.url, "four", PYC2C_CACHE_KEY="another")


def test_forged_entries_are_rejected(native_project, store):
    """Whoever can write to the server, but does not know the secret, puts sound entries there."""
    secret = {"PYC2C_CACHE_KEY": "the secret"}
    build_at(native_project, store.url, "one", **secret)
    names = set(store.content)
    build_at(native_project, store.url, "two", PYC2C_CACHE_KEY="of the forger")
    store.content = {name: content[:-32] + bytes(32) for name, content in store.content.items()}
    assert names == set(store.content)
    text = build_at(native_project, store.url, "three", **secret)
    assert "2 entries of the shared cache had wrong content and were not used" in text
