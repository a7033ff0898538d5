"""Derives key pairs, keeps them in SQLite, signs and encrypts: PyNaCl, CFFI and sqlite3 together."""
import argparse
import contextlib
import sqlite3

import nacl
import nacl.encoding
import nacl.exceptions
import nacl.hash
import nacl.public
import nacl.pwhash
import nacl.secret
import nacl.signing
import nacl.utils


def derive(name):
    seed = nacl.hash.blake2b(name.encode(), digest_size=32, encoder=nacl.encoding.RawEncoder)
    return nacl.public.PrivateKey(seed)


def run(names):
    with contextlib.closing(sqlite3.connect("keys.db")) as database:
        database.execute("create table key(name text primary key, private blob, public text)")
        for name in names:
            private = derive(name)
            public = private.public_key.encode(nacl.encoding.Base64Encoder).decode()
            database.execute("insert into key values (?, ?, ?)", (name, bytes(private), public))
        database.commit()
        for row in database.execute("select name, public, length(private) from key order by name"):
            print(*row)
    sender, receiver = derive(names[0]), derive(names[-1])
    sealed = nacl.public.Box(sender, receiver.public_key).encrypt(b"message", nonce=b"n" * 24)
    print(sealed.hex(), nacl.public.Box(receiver, sender.public_key).decrypt(sealed))
    signing = nacl.signing.SigningKey(b"s" * 32)
    print(signing.sign(b"text").signature.hex())
    try:
        signing.verify_key.verify(b"forged", b"x" * 64)
    except nacl.exceptions.BadSignatureError as problem:
        print(type(problem).__name__, problem)
    key = nacl.pwhash.argon2id.kdf(32, b"password", b"salt" * 4, opslimit=1, memlimit=8192)
    print(key.hex(), len(nacl.utils.random(24)), nacl.secret.SecretBox(key).decrypt(
        nacl.secret.SecretBox(key).encrypt(b"secret")))


parser = argparse.ArgumentParser(prog="keytool")
parser.add_argument("--version", action="version", version=f"keytool 1.0 (PyNaCl {nacl.__version__})")
commands = parser.add_subparsers(required=True)
command = commands.add_parser("derive")
command.add_argument("names", nargs="+")
run(parser.parse_args().names)
