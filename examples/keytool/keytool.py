"""Makes and keeps signing keys, with PyNaCl and SQLite.

    keytool --db keys.db new alice           prints alice's public key
    keytool --db keys.db sign alice FILE     prints a signature of FILE
    keytool --db keys.db verify alice FILE SIGNATURE
    keytool --db keys.db list

Private keys are encrypted with a pass phrase: KEYTOOL_PASSPHRASE, or asked for.
"""
from __future__ import annotations

import argparse
import contextlib
import getpass
import os
import sqlite3
import sys
from pathlib import Path

from nacl import exceptions, pwhash, secret, signing, utils
from nacl.encoding import Base64Encoder

TABLE = """
CREATE TABLE IF NOT EXISTS keys (
    name TEXT PRIMARY KEY, public BLOB NOT NULL, salt BLOB NOT NULL, sealed BLOB NOT NULL
)
"""


def box(salt: bytes) -> secret.SecretBox:
    """The box that a pass phrase opens; the salt makes equal phrases different keys."""
    phrase = os.environ.get("KEYTOOL_PASSPHRASE") or getpass.getpass("Pass phrase: ")
    key = pwhash.argon2id.kdf(
        secret.SecretBox.KEY_SIZE,
        phrase.encode(),
        salt,
        opslimit=pwhash.argon2id.OPSLIMIT_MIN,
        memlimit=pwhash.argon2id.MEMLIMIT_MIN,
    )
    return secret.SecretBox(key)


def find(database: sqlite3.Connection, name: str) -> tuple[bytes, bytes, bytes]:
    row = database.execute(
        "SELECT public, salt, sealed FROM keys WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        raise SystemExit(f"keytool: there is no key named {name!r}")
    return row


def new(database: sqlite3.Connection, name: str) -> None:
    key = signing.SigningKey.generate()
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    try:
        with database:
            database.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?)",
                (name, bytes(key.verify_key), salt, bytes(box(salt).encrypt(bytes(key)))),
            )
    except sqlite3.IntegrityError:
        raise SystemExit(f"keytool: there is a key named {name!r} already") from None
    print(key.verify_key.encode(Base64Encoder).decode())


def sign(database: sqlite3.Connection, name: str, file: Path) -> None:
    _, salt, sealed = find(database, name)
    try:
        key = signing.SigningKey(box(salt).decrypt(sealed))
    except exceptions.CryptoError:
        raise SystemExit("keytool: wrong pass phrase") from None
    print(Base64Encoder.encode(key.sign(file.read_bytes()).signature).decode())


def verify(database: sqlite3.Connection, name: str, file: Path, signature: str) -> None:
    public, _, _ = find(database, name)
    try:
        given = Base64Encoder.decode(signature.encode())
        signing.VerifyKey(public).verify(file.read_bytes(), given)
    except (exceptions.BadSignatureError, exceptions.ValueError, ValueError):
        raise SystemExit("keytool: the signature is not right") from None
    print("the signature is right")


def show(database: sqlite3.Connection) -> None:
    for name, public in database.execute("SELECT name, public FROM keys ORDER BY name"):
        print(name, Base64Encoder.encode(public).decode())


def main() -> int:
    parser = argparse.ArgumentParser(prog="keytool", description="Makes and keeps signing keys.")
    parser.add_argument("--version", action="version", version="keytool 1.0.0")
    parser.add_argument("--db", default="keys.db", help="the SQLite file (default: %(default)s)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, function, places in (
        ("new", new, ()),
        ("sign", sign, ("file",)),
        ("verify", verify, ("file", "signature")),
    ):
        command = commands.add_parser(name)
        command.add_argument("name")
        for place in places:
            command.add_argument(place, type=Path if place == "file" else str)
        command.set_defaults(function=function)
    commands.add_parser("list").set_defaults(function=show)
    given = vars(parser.parse_args())
    function = given.pop("function")
    with contextlib.closing(sqlite3.connect(given.pop("db"))) as database:
        database.execute(TABLE)
        function(database, **given)
    return 0


if __name__ == "__main__":
    sys.exit(main())
