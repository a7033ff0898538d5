"""Real tools around the C compiler and the cache: ccache, distcc, nginx with WebDAV."""
from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time

import pytest

APP = "import helper\nprint(helper.f(3))\n"
HELPER = "def f(x):\n    return [x * n for n in range(3)]\n"


@pytest.fixture
def app(project, native_code):
    project.write("app.py", APP)
    project.write("helper.py", HELPER)
    return project


def need(*programs):
    for program in programs:
        if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            pytest.skip(f"{program} is not installed")


def build(app, *words, **environment):
    shutil.rmtree(app.folder / "dist", ignore_errors=True)
    said = app("build", "app.py", *words, env=environment).stderr.decode()
    assert subprocess.run([app.folder / "dist/app"], capture_output=True).stdout == b"[0, 3, 6]\n"
    assert "2 of 2 native" in said, said
    return said, (app.folder / "dist/app").read_bytes()


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for_port(port, process):
    for _ in range(200):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, "the server ended"
        time.sleep(0.05)
    raise AssertionError("the server does not answer")


def stop(process):
    process.terminate()
    process.wait(20)


def test_ccache(app):
    need("ccache")
    environment = {"CC": "ccache gcc", "CCACHE_DIR": str(app.folder.parent / "ccache")}
    count = lambda name: int(next(
        line.split()[1] for line in subprocess.run(
            ["ccache", "--print-stats"], env={**os.environ, **environment}, capture_output=True, text=True
        ).stdout.splitlines() if line.split()[0] == name))
    _, first = build(app, "--clean", "--module-cache-dir=one", **environment)
    assert count("cache_miss") >= 1 and count("direct_cache_hit") + count("preprocessed_cache_hit") == 0
    _, second = build(app, "--clean", "--module-cache-dir=two", **environment)
    assert count("direct_cache_hit") + count("preprocessed_cache_hit") >= 1
    _, plain = build(app, "--clean", "--module-cache-dir=three")
    assert first == second == plain


def test_distcc(app):
    need("distcc", "distccd")
    port = free_port()
    (app.folder.parent / "distcc").mkdir()
    daemon = subprocess.Popen(
        ["distccd", "--daemon", "--no-detach", "--allow", "127.0.0.1", "--listen", "127.0.0.1", "--port", str(port),
         "--jobs", "2", "--log-stderr", "--user", "nobody", "--enable-tcp-insecure"],
        stderr=subprocess.PIPE, text=True)
    try:
        wait_for_port(port, daemon)
        _, distributed = build(app, "--clean", "--module-cache-dir=one", CC="distcc gcc",
                               DISTCC_HOSTS=f"127.0.0.1:{port}", DISTCC_FALLBACK="0",
                               DISTCC_DIR=str(app.folder.parent / "distcc"))
    finally:
        stop(daemon)
    assert "COMPILE_OK" in daemon.stderr.read()
    _, plain = build(app, "--clean", "--module-cache-dir=two")
    assert distributed == plain


def test_nginx(app):
    need("nginx")
    port, folder = free_port(), app.folder.parent / "nginx"
    (folder / "store").mkdir(parents=True)
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(f"""
        {user} daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
        events {{ worker_connections 64; }}
        http {{
            access_log {folder}/access.log; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
            server {{
                listen 127.0.0.1:{port};
                location /pyc2c/ {{
                    root {folder}/store; dav_methods PUT; create_full_put_path on; client_max_body_size 200m;
                }}
            }}
        }}
    """)
    server = subprocess.Popen(["/usr/sbin/nginx", "-c", configuration, "-p", folder])
    url = f"--module-cache-url=http://127.0.0.1:{port}/pyc2c"
    try:
        wait_for_port(port, server)
        said, first = build(app, "--module-cache-dir=one", url)
        assert "  shared     0 fetched, 2 sent\n" in said
        said, second = build(app, "--module-cache-dir=two", url)
        assert "  shared     2 fetched, 0 sent\n" in said
    finally:
        stop(server)
    assert first == second
    assert len(list((folder / "store/pyc2c").iterdir())) == 2
