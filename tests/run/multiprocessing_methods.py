# /// compare
# run = [
#     { name = "fork", argv = ["fork"] },
#     { name = "spawn", argv = ["spawn"] },
#     { name = "forkserver", argv = ["forkserver"] },
# ]
# ///
"""multiprocessing with each start method: Process, Pool, Queue, Pipe, Manager, shared memory, executor."""
import concurrent.futures
import multiprocessing
import multiprocessing.shared_memory
import os
import sys

METHOD = sys.argv[1]
TOP = [1]


def work(queue, number):
    queue.put((number, multiprocessing.current_process().name, __name__ in ("__main__", "__mp_main__")))


def square(number):
    return number * number


def fail(number):
    raise ValueError(f"no {number}")


def echo(connection):
    while (value := connection.recv()) is not None:
        connection.send(value[::-1])


def write_shared(name):
    memory = multiprocessing.shared_memory.SharedMemory(name)
    memory.buf[:5] = b"hello"
    memory.close()


def count(value, lock):
    for _ in range(100):
        with lock:
            value.value += 1


class Task:
    def __call__(self, text):
        return text.upper(), TOP


def leave(code):
    sys.exit(code)


def main():
    context = multiprocessing.get_context(METHOD)
    queue = context.Queue()
    processes = [context.Process(target=work, args=(queue, number), name=f"worker-{number}") for number in range(2)]
    [process.start() for process in processes]
    print(sorted(queue.get(timeout=30) for _ in processes))
    [process.join() for process in processes]
    print([process.exitcode for process in processes])

    with context.Pool(2) as pool:
        print(pool.map(square, range(6)), pool.apply(Task(), ("text",)))
        try:
            pool.apply(fail, (3,))
        except ValueError as problem:
            print("pool:", problem, type(problem.__cause__).__name__)

    here, there = context.Pipe()
    process = context.Process(target=echo, args=(there,))
    process.start()
    here.send("abc")
    print(here.recv())
    here.send(None)
    process.join()

    memory = multiprocessing.shared_memory.SharedMemory(create=True, size=16)
    process = context.Process(target=write_shared, args=(memory.name,))
    process.start()
    process.join()
    print(bytes(memory.buf[:5]))
    memory.close()
    memory.unlink()

    with context.Manager() as manager:
        table, numbers = manager.dict(), manager.list([3, 1, 2])
        table["x"] = 1
        numbers.sort()
        print(dict(table), list(numbers), manager.Namespace(a=1).a)

    value, lock = context.Value("i", 0), context.Lock()
    processes = [context.Process(target=count, args=(value, lock)) for _ in range(2)]
    [process.start() for process in processes]
    [process.join() for process in processes]
    print(value.value)

    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        print(list(executor.map(square, range(5))), executor.submit(os.getpid).result() != os.getpid())
        print(type(executor.submit(fail, 1).exception()).__name__)

    process = context.Process(target=leave, args=(7,))
    process.start()
    process.join()
    print(process.exitcode, multiprocessing.active_children(), sys.argv[1:])


if __name__ == "__main__":
    main()
