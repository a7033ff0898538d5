"""What the programs here need besides the harness: their packages, certificates, generated code."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support.applications import AppComparer, application_python

@pytest.fixture(scope="session")
def apps_python() -> Path:
    return application_python()


@pytest.fixture(scope="session")
def certificates(session_folder) -> Path:
    """A folder with a test authority and a certificate of 127.0.0.1, made by openssl."""
    folder = session_folder / f"certificates-{os.getpid()}"
    folder.mkdir()

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    subject = ["-newkey", "rsa:2048", "-nodes", "-days", "2"]
    openssl("req", "-x509", *subject, "-subj", "/CN=pyc2c test authority", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *subject[:3], "-subj", "/CN=127.0.0.1", "-keyout", "key.pem", "-out", "request.pem")
    (folder / "extensions").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(
        *("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2"),
        *("-extfile", "extensions", "-out", "cert.pem"),
    )
    return folder


@pytest.fixture
def compare_app(builder, target, apps_python, request):
    return AppComparer(builder, target, apps_python, request.config.getoption("--oracle-only"))


@pytest.fixture(params=[True, False], ids=["proc", "no-proc"])
def proc(request) -> bool:
    """The empty root is tried with and without /proc."""
    return request.param
