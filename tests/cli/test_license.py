"""Programs that start only with a signed token ([license] type = "token")."""
from __future__ import annotations

import json
import os
import platform
import subprocess

import pytest

from support.applications import application_python

# Runs under the applications' Python, which has the package cryptography: public key, then a token
# for each JSON object; the second argument says whether the encoded text is what is signed.
SIGN = """
import base64, json, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
code = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
print(base64.b64encode(key.public_key().public_bytes_raw()).decode())
for fields, encoded in json.loads(sys.argv[1]):
    text = json.dumps(fields).encode()
    print((code(text) + b"." + code(key.sign(code(text) if encoded else text))).decode())
"""
GOOD = {"product": "Tea pot", "expires": "2099-12-31"}


def sign(*tokens) -> list[str]:
    python = application_python()
    done = subprocess.run(
        [python, "-c", SIGN, json.dumps(tokens)], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.split()


@pytest.fixture
def licensed(project):
    key, *_ = sign()
    project.write("pyc2c.toml", f'[app]\nname = "Tea pot"\n[license]\ntype = "token"\npublic_key = "{key}"\n')
    project("build", "hello.py", "-q")
    return project


def start(project, token: str | None):
    env = {"PATH": "/usr/bin:/bin", **({} if token is None else {"TEA_POT_LICENSE": token})}
    done = subprocess.run(
        [project.folder / "dist/hello"], capture_output=True, text=True, env=env, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_tokens(licensed):
    host = platform.node()
    _, plain, encoded, here, elsewhere, expired, other = sign(
        (GOOD, False), (GOOD, True), ({**GOOD, "host": host}, False), ({**GOOD, "host": "no-" + host}, False),
        ({**GOOD, "expires": "2020-02-29"}, False), ({**GOOD, "product": "Kettle"}, False))
    for token in (plain, encoded, here):
        assert start(licensed, token) == (0, "hello\n", "")
    forged = plain[:-6] + ("AAAAAA" if not plain.endswith("AAAAAA") else "BBBBBB")
    for token, reason in [
        (elsewhere, f'the token is for host "no-{host}", this is "{host}"'),
        (expired, "the token expired on 2020-02-29"),
        (other, 'the token is for "Kettle", not for "Tea pot"'),
        (forged, "the token's signature is wrong"),
        ("no token", "the token is malformed"),
        (None, "no token: set TEA_POT_LICENSE or provide "),
    ]:
        status, out, err = start(licensed, token)
        assert (status, out) == (77, "")
        assert reason in err and err.count("\n") == 1


def test_token_in_a_file(licensed):
    token = sign((GOOD, False))[1]
    (licensed.folder / "dist/hello.license").write_text(token + "\n")
    assert start(licensed, None) == (0, "hello\n", "")


def test_a_key_that_is_none(project):
    project.write("pyc2c.toml", '[license]\ntype = "token"\npublic_key = "c2hvcnQ="\n')
    text = project.refused("build", "hello.py", "-q")
    assert "an Ed25519 public key is 32 bytes" in text
    assert not os.path.exists(project.folder / "dist/hello")
