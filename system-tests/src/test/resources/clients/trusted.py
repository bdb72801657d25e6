"""What the generations of clients that send no credentials (P3 to P5) do, from REST to SSH. Argument: address."""

import io
import socket
import sys
import urllib.parse

import paramiko
import requests

server = sys.argv[1]
host, port = urllib.parse.urlsplit(server).netloc.split(":")


def tunnel(path, agent):
    connection = socket.create_connection((host, int(port)), timeout=10)
    connection.sendall(f"CONNECT {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {agent}\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    assert b" 200 " in head.split(b"\r\n")[0], head
    return connection


def client(root, key, listed, suffix, agent):
    ssh_key = paramiko.RSAKey.generate(2048)
    wanted = {
        "ttl": 3600,
        "image": "sandbox:latest",
        "metadata": {},
        "sshPublicKey": f"ssh-rsa {ssh_key.get_base64()}",
    }
    made = requests.post(f"{server}/v1/{root}", json=wanted, timeout=30)
    assert made.status_code == 200, made.text
    url = f"{server}/v1/{root}/{made.json()[key]}"
    try:
        assert made.json()["status"] == "Running", made.text
        assert requests.get(url, timeout=30).json()["status"] == "Running"
        seen = requests.get(f"{server}/v1/{root}", timeout=30).json()[listed]
        assert [(one[key], one["status"]) for one in seen] == [(made.json()[key], "Running")], seen
        assert requests.post(url + "/pause", timeout=30).json()["status"] == "Paused"
        assert requests.post(url + "/resume", timeout=30).json()["status"] == "Running"
        ssh = paramiko.SSHClient()
        ssh.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        path = f"/v1/{root}/{made.json()[key]}{suffix}"
        ssh.connect("sandbox", username="sandbox", pkey=ssh_key, sock=tunnel(path, agent), timeout=10)
        stdin, out, err = ssh.exec_command("echo out; exit 3")
        assert (out.channel.recv_exit_status(), out.read()) == (3, b"out\n")
        files = ssh.open_sftp()
        files.putfo(io.BytesIO(b"content"), "file.txt")
        assert files.open("file.txt").read() == b"content"
        ssh.close()
    finally:
        assert requests.delete(url, timeout=30).status_code == 200


client("sessions", "sessionId", "sessions", "/tunnel", "pico-client/1.0 (python)")  # P3
client("sandboxes", "sandboxId", "sandboxs", "", "agentcube-sdk-python/1.0")  # P4 and P5
print("all of them work")
