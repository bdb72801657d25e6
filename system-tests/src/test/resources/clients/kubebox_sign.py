"""Signs a request as kubebox signs packets: python3 kubebox_sign.py KEY METHOD HOST TARGET. Prints the header's value."""

import base64
import hashlib
import secrets
import sys
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

with open(sys.argv[1], "rb") as file:
    key = serialization.load_pem_private_key(file.read(), password=None)
spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
now = str(int(time.time() * 1000))
nonce = secrets.token_urlsafe(16)
digest = hashlib.sha256(b"").hexdigest()
packet = "\n".join([*sys.argv[2:5], now, nonce, digest]).encode()
pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.MAX_LENGTH)
signature = base64.b64encode(key.sign(hashlib.sha256(packet).digest(), pss, hashes.SHA256())).decode()
print(f"Kubebox key={hashlib.sha256(spki).hexdigest()}, time={now}, nonce={nonce}, digest={digest}, signature={signature}")
