"""What kubebox's users do with Python's cryptography, one line of JSON in, one out; bytes in base64."""
import base64
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SHA = hashes.SHA256()
PSS = padding.PSS(mgf=padding.MGF1(SHA), salt_length=padding.PSS.MAX_LENGTH)
OAEP = padding.OAEP(mgf=padding.MGF1(SHA), algorithm=SHA, label=None)


def digest(packet):
    sha = hashes.Hash(SHA)
    sha.update(packet)
    return sha.finalize()


def generate(_):
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {"privateKey": private.decode(), "publicKey": public.decode()}


def private_key(call):
    return serialization.load_pem_private_key(call["key"].encode(), password=None)


def public_key(call):
    return serialization.load_pem_public_key(call["key"].encode())


def packet(call):
    return base64.b64decode(call["packet"])


def answer(data):
    return {"packet": base64.b64encode(data).decode()}


def sign(call):
    return answer(private_key(call).sign(digest(packet(call)), PSS, SHA))


def verify(call):
    try:
        public_key(call).verify(base64.b64decode(call["signature"]), digest(packet(call)), PSS, SHA)
        return {"verified": True}
    except InvalidSignature:
        return {"verified": False}


def encrypt(call):
    return answer(public_key(call).encrypt(packet(call), OAEP))


def decrypt(call):
    return answer(private_key(call).decrypt(packet(call), OAEP))


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(globals()[asked["do"]](asked)), flush=True)
