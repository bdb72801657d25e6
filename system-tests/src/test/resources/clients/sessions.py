"""What the Python clients of the sessions API send and expect, by the library that they use. Arguments: address, token."""

import datetime
import hashlib
import sys
import tempfile

import requests

server, token = sys.argv[1:]


def session(**headers):
    made = requests.Session()
    made.headers.update(headers)
    return made


def timestamp(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def seed(base, root, key):  # P1 and P2: JSON headers on every call, any 2xx is good
    client = session(
        **{"Authorization": "Bearer " + token, "Content-Type": "application/json", "Accept": "application/json"}
    )
    made = client.post(f"{base}/{root}", json={"ttl": 600, "metadata": {"n": [1, None]}}, timeout=30).json()
    assert made["status"] == "running" and made["metadata"] == {"n": [1, None]}, made
    assert timestamp(made["createdAt"]) < timestamp(made["expiresAt"]), made
    url = f"{base}/{root}/{made[key]}"
    assert client.get(url).json()[key] == made[key]
    listed = client.get(f"{base}/{root}", params={"limit": 1, "offset": 0}).json()
    assert listed["limit"] == 1 and listed[root][0][key] == made[key], listed
    code = {"language": "python", "code": "print(40 + 2)", "timeout": 60}
    ran = client.post(url + "/code", json=code, timeout=30).json()
    assert (ran["status"], ran["exitCode"], ran["stdout"]) == ("completed", 0, "42\n"), ran
    slow = client.post(url + "/code", json={"language": "bash", "code": "sleep 3; echo $SHELL"}, timeout=2).json()
    assert slow["stdout"] == "/bin/bash\n", slow
    for verb, status in (("pause", "paused"), ("resume", "running")):
        assert client.post(f"{url}/{verb}").json()["status"] == status
    assert client.delete(url).status_code in (200, 204)
    gone = client.get(url)
    assert gone.status_code == 404 and {"error", "message"} <= gone.json().keys(), gone.text
    assert client.get(f"{base}/{root}/non-existent-id").status_code == 404


def oldest(base):  # P0b: another header, 201, a form under the name of JSON, Python's booleans
    client = session(**{"X-API-Key": token, "Content-Type": "application/json"})
    made = client.post(base + "/sessions", json={"ttl": 600, "metadata": None}, timeout=30)
    assert made.status_code == 201 and made.json()["sandboxPath"], made.text
    url = f"{base}/sessions/{made.json()['sessionId']}"
    ran = client.post(
        url + "/commands", json={"command": "echo $A >&2; exit 3", "timeout": 60, "env": {"A": "b"}, "async": False}
    ).json()
    assert (ran["stdout"], ran["stderr"], ran["exitCode"]) == ("", "b\n", 3), ran
    assert client.post(url + "/code/python", json={"code": "print(1)", "timeout": 60}).json()["stdout"] == "1\n"
    content = bytes(range(256)) * 5000
    with tempfile.NamedTemporaryFile() as local:
        local.write(content)
        local.flush()
        for overwrite, expected in ((False, 201), (False, 409), (True, 201)):
            with open(local.name, "rb") as file:
                up = client.post(
                    url + "/files", params={"path": "a.bin", "overwrite": overwrite}, files={"file": ("a.bin", file)}
                )
            assert up.status_code == expected, (overwrite, up.text)
    assert up.json()["checksum"] == hashlib.md5(content).hexdigest()
    assert client.get(url + "/files/a.bin").content == content
    assert [file["name"] for file in client.get(url + "/files", params={"path": "."}).json()["files"]] == ["a.bin"]
    assert client.delete(url + "/files/a.bin").status_code == 204
    assert client.get(url + "/files/a.bin").status_code == 404
    assert client.patch(url, json={"ttl": 1200}).status_code == 200
    assert client.delete(url).status_code in (200, 204)


def late(base):  # P6 and P7: exactly 200; a name of an image that no registry has
    client = session(Authorization="Bearer " + token)
    wanted = {"ttl": 3600, "image": "sandbox:latest", "metadata": {}}
    made = client.post(base + "/v1/sandboxes", json=wanted, timeout=30)
    assert made.status_code == 200, made.text
    url = f"{base}/v1/sandboxes/{made.json()['sandboxId']}"
    assert client.get(url).json()["status"] == "running"
    assert client.delete(url, timeout=30).status_code == 200 and client.delete(url).status_code == 404


def stranger(base):  # P3 to P5 send no credentials at all
    refused = requests.post(base + "/v1/sessions", json={"ttl": 3600, "image": "sandbox:latest", "metadata": {}})
    assert refused.status_code == 401 and "token" in refused.text.lower(), refused.text


seed(server + "/v1", "sessions", "sessionId")
seed(server, "sessions", "sessionId")
seed(server, "sandboxes", "sandboxId")
oldest(server)
late(server)
stranger(server)
print("all of them work")
