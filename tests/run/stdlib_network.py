"""socket, selectors, socketserver, http.server and client, urllib, email on the loopback."""
import email.message
import email.policy
import http.client
import http.server
import ipaddress
import select
import selectors
import socket
import socketserver
import threading
import urllib.error
import urllib.parse
import urllib.request


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path != "/missing" else 404)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(self.path.encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, *words):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    with urllib.request.urlopen(base + "/page?q=1") as answer:
        print(answer.status, answer.headers.get_content_type(), answer.read())
    try:
        urllib.request.urlopen(base + "/missing")
    except urllib.error.HTTPError as problem:
        print(problem.code, problem.reason)
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
    connection.request("POST", "/", b"abc")
    print(connection.getresponse().read())
    connection.close()
    server.shutdown()
left, right = socket.socketpair()
left.sendall(b"ping")
selector = selectors.DefaultSelector()
selector.register(right, selectors.EVENT_READ, "data")
print([key.data for key, _ in selector.select(1)], right.recv(10), select.select([right], [], [], 0)[0])
try:
    socket.create_connection(("127.0.0.1", 1), timeout=1)
except ConnectionRefusedError as problem:
    print(problem)
print(socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4], socket.inet_ntoa(b"\x7f\0\0\1"))
print(urllib.parse.urlparse("https://u:p@h:8/p;x?q=1#f"), urllib.parse.quote("a b/é"), urllib.parse.parse_qs("a=1&a=2"))
print(ipaddress.ip_network("10.0.0.0/30").num_addresses, list(ipaddress.ip_network("10.0.0.0/30").hosts()))
message = email.message.EmailMessage(policy=email.policy.SMTP)
message["Subject"], message["To"] = "Grüße", "a@example.org"
message.set_content("text é\n")
message.add_attachment(b"\0\1", maintype="application", subtype="octet-stream", filename="x.bin")
print(bytes(message).count(b"\r\n") > 10, message["Subject"], [part.get_content_type() for part in message.walk()])
server = socketserver.TCPServer(("127.0.0.1", 0), socketserver.StreamRequestHandler, bind_and_activate=False)
print(server.server_address)
server.server_close()
