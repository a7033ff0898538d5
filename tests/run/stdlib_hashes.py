"""hashlib, hmac, secrets, ssl, uuid, random with seeds."""
import hashlib
import hmac
import random
import secrets
import ssl
import uuid

for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s", "shake_128"):
    digest = hashlib.new(name, b"text")
    print(name, digest.hexdigest(8) if name.startswith("shake") else digest.hexdigest()[:32])
print(sorted(hashlib.algorithms_guaranteed), hashlib.pbkdf2_hmac("sha256", b"p", b"s", 1000).hex()[:16], hashlib.scrypt(b"p", salt=b"s", n=16, r=1, p=1).hex()[:16])
print(hmac.new(b"key", b"text", "sha256").hexdigest()[:16], hmac.compare_digest("a", "a"), len(secrets.token_bytes(5)))
generator = random.Random(42)
print(generator.random(), generator.randint(1, 100), generator.sample(range(50), 5), generator.gauss(0, 1), generator.choices("abc", k=4))
print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"), uuid.UUID(int=5), uuid.uuid4().version)
print(ssl.OPENSSL_VERSION, ssl.HAS_TLSv1_3, ssl.HAS_SNI)
context = ssl.create_default_context()
print(context.verify_mode, context.check_hostname, context.minimum_version, len(context.get_ciphers()) > 3)
print(ssl.get_default_verify_paths()[2:], context.cert_store_stats()["crl"])
left, right = ssl.MemoryBIO(), ssl.MemoryBIO()
client = context.wrap_bio(left, right, server_hostname="example.org")
try:
    client.do_handshake()
except ssl.SSLWantReadError as problem:
    print(problem, len(right.read()) > 100)
try:
    context.load_verify_locations(cadata="nonsense")
except ssl.SSLError as problem:
    print(type(problem).__name__)
try:
    hashlib.new("nonsense")
except ValueError as problem:
    print(problem)
