"""Moves entries between a directory and a shared cache: plain HTTP GET and PUT.

Reads one JSON object from standard input:

    action       "get" or "put"
    url          of the cache; names are added to its path, user:password becomes basic authentication
    directory    files with these names are written or read there
    names        what to move
    timeout      seconds for each connection, answer or piece of it
    connections  at most

Prints one JSON object: {"done": [names], "missing": how many the server does not have, "error": text or null}.
The first failure of a connection ends the work: a build does not wait for a server that is not there.
"""
import base64
import http.client
import json
import os
import ssl
import sys
import threading
import urllib.parse

LARGEST = 512 << 20


class Failure(Exception):
    pass


class Server:
    """One connection, opened when it is needed and again after the server has closed it."""

    def __init__(self, url, timeout):
        self.parts = urllib.parse.urlsplit(url)
        if self.parts.scheme not in ("http", "https") or not self.parts.hostname:
            raise Failure(f"'{url}' is no http:// or https:// address")
        self.timeout = timeout
        self.connection = None
        self.headers = {"User-Agent": "pyc2c", "Connection": "keep-alive"}
        if self.parts.username is not None:
            user = urllib.parse.unquote(self.parts.username)
            password = urllib.parse.unquote(self.parts.password or "")
            token = base64.b64encode(f"{user}:{password}".encode()).decode()
            self.headers["Authorization"] = f"Basic {token}"

    def connect(self):
        host, port = self.parts.hostname, self.parts.port
        if self.parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self.timeout,
                                               context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=self.timeout)

    def once(self, method, name, body):
        if self.connection is None:
            self.connection = self.connect()
        path = self.parts.path.rstrip("/") + "/" + name
        query = "?" + self.parts.query if self.parts.query else ""
        self.connection.request(method, path + query, body, self.headers)
        answer = self.connection.getresponse()
        if (answer.length or 0) > LARGEST:
            raise Failure(f"{method} was answered with {answer.length} bytes")
        data = answer.read()
        if answer.will_close:
            self.close()
        return answer.status, data

    def ask(self, method, name, body=None):
        """(status, content); tries twice, for a server may close a connection that was idle."""
        for attempt in range(2):
            fresh = self.connection is None
            try:
                return self.once(method, name, body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if fresh or attempt:
                    raise Failure(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__) from error

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Work:
    def __init__(self, order):
        self.order = order
        self.names = iter(order["names"])
        self.lock = threading.Lock()
        self.done, self.missing, self.error = [], 0, None

    def next(self):
        with self.lock:
            return None if self.error else next(self.names, None)

    def get(self, server, name):
        status, data = server.ask("GET", name)
        if status == 200:
            with open(os.path.join(self.order["directory"], name), "wb") as file:
                file.write(data)
            return True
        if status not in (200, 404, 410):
            raise Failure(f"GET was answered with {status}")
        return False

    def put(self, server, name):
        with open(os.path.join(self.order["directory"], name), "rb") as file:
            status, _ = server.ask("PUT", name, file.read())
        if not 200 <= status < 300:
            raise Failure(f"PUT was answered with {status}")
        return True

    def run(self):
        server = None
        try:
            server = Server(self.order["url"], self.order["timeout"])
            move = {"get": self.get, "put": self.put}[self.order["action"]]
            while (name := self.next()) is not None:
                moved = move(server, name)
                with self.lock:
                    if moved:
                        self.done.append(name)
                    else:
                        self.missing += 1
        except (Failure, OSError, ValueError) as error:
            with self.lock:
                self.error = self.error or str(error)
        finally:
            if server is not None:
                server.close()


def main():
    work = Work(json.load(sys.stdin))
    count = min(work.order["connections"], len(work.order["names"]))
    threads = [threading.Thread(target=work.run, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    json.dump({"done": work.done, "missing": work.missing, "error": work.error}, sys.stdout)


main()
