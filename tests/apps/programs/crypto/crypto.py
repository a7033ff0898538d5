"""cryptography: symmetric, asymmetric, certificates, key files, errors."""
import datetime

import cryptography
from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

key = bytes(range(32))
for cipher in (AESGCM(key), ChaCha20Poly1305(key)):
    sealed = cipher.encrypt(b"n" * 12, b"plain", b"header")
    print(type(cipher).__name__, sealed.hex(), cipher.decrypt(b"n" * 12, sealed, b"header"))
    try:
        cipher.decrypt(b"n" * 12, sealed, b"other")
    except InvalidTag as problem:
        print(type(problem).__name__)
print(HKDF(hashes.SHA256(), 16, None, b"info").derive(b"secret").hex())
signer = ed25519.Ed25519PrivateKey.from_private_bytes(key)
signature = signer.sign(b"text")
print(signature.hex()[:32], signer.public_key().public_bytes_raw().hex())
try:
    signer.public_key().verify(signature, b"forged")
except InvalidSignature as problem:
    print(type(problem).__name__)
fernet = Fernet(Fernet.generate_key())
print(fernet.decrypt(fernet.encrypt(b"token")))
try:
    fernet.decrypt(b"nonsense")
except InvalidToken as problem:
    print(type(problem).__name__)
private = rsa.generate_private_key(65537, 2048)
signed = private.sign(b"x", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
print(len(signed), private.key_size)
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "prüfung.example")])
start = datetime.datetime(2024, 1, 1)
certificate = (
    x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(signer.public_key())
    .serial_number(7).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=30))
    .add_extension(x509.BasicConstraints(True, None), True).sign(signer, None)
)
pem = certificate.public_bytes(serialization.Encoding.PEM)
print(pem.decode(), x509.load_pem_x509_certificate(pem).subject.rfc4514_string())
curve = ec.derive_private_key(5, ec.SECP256R1())
print(curve.public_key().public_numbers().x, cryptography.__version__)
print(curve.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode())
