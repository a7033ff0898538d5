"""Talks TLS to a loopback server, `client.py PORT` with the test CA on stdin: stdlib, requests, httpx."""
import pathlib
import ssl
import sys
import urllib.request

import certifi
import httpx
import requests

base = f"https://127.0.0.1:{sys.argv[1]}"
authority = pathlib.Path("authority.pem")
authority.write_text(sys.stdin.read())

bundle = pathlib.Path(certifi.where())
print(bundle.name, bundle.stat().st_size, bundle.read_bytes()[:20], certifi.contents().count("BEGIN CERTIFICATE"))
context = ssl.create_default_context(cafile=certifi.where())
print(len(context.get_ca_certs()) > 50)
try:
    urllib.request.urlopen(base, context=context)
except urllib.error.URLError as problem:
    print("urllib with certifi:", problem.reason.reason)
context.load_verify_locations(authority)
with urllib.request.urlopen(base + "/urllib", context=context) as answer:
    print(answer.status, answer.read())

try:
    requests.get(base)
except requests.exceptions.SSLError as problem:
    print("requests with certifi:", "CERTIFICATE_VERIFY_FAILED" in str(problem))
with requests.Session() as session:
    session.verify = str(authority)
    answer = session.post(base + "/requests", json={"a": "ü"}, headers={"X-Test": "1"}, timeout=20)
    print(answer.status_code, answer.headers["Content-Type"], answer.json())
    print(session.get(base + "/redirect", timeout=20).url.rpartition("/")[2])

try:
    httpx.get(base)
except httpx.ConnectError as problem:
    print("httpx with certifi:", "CERTIFICATE_VERIFY_FAILED" in str(problem))
trusting = ssl.create_default_context(cafile=str(authority))
with httpx.Client(verify=trusting, timeout=20) as client:
    answer = client.post(base + "/httpx", content=b"body")
    print(answer.status_code, answer.json(), answer.http_version)


async def fetch():
    async with httpx.AsyncClient(verify=trusting, timeout=20) as client:
        return (await client.get(base + "/async")).json()


import asyncio

print(asyncio.run(fetch()))
