"""gevent: patched sockets and threads, a server with its clients, pools, queues, timeouts, greenlets killed in compiled code."""
from gevent import monkey

monkey.patch_all()

import queue
import socket
import threading
import time
import urllib.request

import gevent
import gevent.event
import gevent.pool
import gevent.queue
from gevent.pywsgi import WSGIServer
from gevent.server import StreamServer

note = []


def echo(connection, address):
    with connection, connection.makefile("rwb") as stream:
        for line in stream:
            stream.write(line.upper())
            stream.flush()


def talk(port, name, rounds):
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rwb") as stream:
        answers = []
        for i in range(rounds):
            stream.write(b"%s %d\n" % (name.encode(), i))
            stream.flush()
            answers.append(stream.readline().decode().strip())
        return answers


def check_stream():
    server = StreamServer(("127.0.0.1", 0), echo)
    server.start()
    jobs = [gevent.spawn(talk, server.server_port, f"client{i}", 20) for i in range(30)]
    gevent.joinall(jobs, timeout=30, raise_error=True)
    print(jobs[3].value[-1], len({len(job.value) for job in jobs}), all(job.successful() for job in jobs))
    server.stop()


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    for i in range(3):
        gevent.sleep(0)
        yield f"{environ['PATH_INFO']} {i}\n".encode()


def check_wsgi():
    server = WSGIServer(("127.0.0.1", 0), application, log=None)
    server.start()
    address = f"http://127.0.0.1:{server.server_port}"

    def fetch(number):
        with urllib.request.urlopen(f"{address}/{number}", timeout=20) as answer:
            return answer.read().decode().split("\n")[-2]

    print(gevent.pool.Pool(5).map(fetch, range(10)))
    server.stop()


def fib(n):
    gevent.sleep(0)
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def waits(depth, event):
    if depth:
        try:
            return waits(depth - 1, event)
        finally:
            note.append(depth)
    event.wait()
    return "woken"


def check_greenlets():
    print([job.get() for job in [gevent.spawn(fib, n) for n in range(8)]])
    event = gevent.event.Event()
    job = gevent.spawn(waits, 5, event)
    gevent.sleep(0)
    job.kill()
    print(repr(job.value), note)
    note.clear()
    job = gevent.spawn(waits, 3, event)
    gevent.sleep(0)
    event.set()
    print(job.get(), note)
    try:
        with gevent.Timeout(0.01):
            waits(2, gevent.event.Event())
    except gevent.Timeout as problem:
        print(problem, note)
    gevent.get_hub().exception_stream = None  # what it writes has the time in it
    failing = gevent.spawn(lambda: {}["missing"])
    failing.join()
    print(repr(failing.exception))
    print(list(gevent.pool.Pool(3).imap_unordered(lambda n: n * n, range(1))))


def check_queues():
    tasks, results = gevent.queue.Queue(maxsize=2), gevent.queue.Queue()

    def work():
        for task in iter(tasks.get, None):
            results.put((task, fib(task)))

    workers = [gevent.spawn(work) for _ in range(3)]
    for n in range(9):
        tasks.put(n)
    for _ in workers:
        tasks.put(None)
    gevent.joinall(workers, timeout=20)
    print(sorted(results.get() for _ in range(9)))


def check_threads():
    """Threads and queues of the standard library, which are greenlets now."""
    box, local = queue.Queue(), threading.local()

    def run(number):
        local.number = number
        time.sleep(0.001)
        with lock:
            box.put(local.number)

    lock = threading.Lock()
    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sorted(box.get() for _ in threads), gevent.get_hub().threadpool.apply(sum, ([1, 2],)))


check_stream()
check_wsgi()
check_greenlets()
check_queues()
check_threads()
