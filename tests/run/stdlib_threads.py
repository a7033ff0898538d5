"""threading, queue, concurrent.futures, locks, locals, timers, barriers."""
import concurrent.futures
import queue
import threading
import time

lock, total = threading.RLock(), 0


def add(times):
    global total
    for _ in range(times):
        with lock:
            total += 1


threads = [threading.Thread(target=add, args=(500,)) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(total, threading.main_thread().name, threading.current_thread() is threading.main_thread())
jobs, done = queue.Queue(), queue.PriorityQueue()


def work():
    while (item := jobs.get()) is not None:
        done.put(item * item)
        jobs.task_done()


worker = threading.Thread(target=work)
worker.start()
[jobs.put(number) for number in (3, 1, 2)]
jobs.join()
jobs.put(None)
worker.join()
print([done.get() for _ in range(3)], jobs.empty())
with concurrent.futures.ThreadPoolExecutor(4, thread_name_prefix="pool") as pool:
    print(list(pool.map(lambda n: n ** 2, range(5))))
    futures = [pool.submit(time.sleep, 0.01), pool.submit(int, "x")]
    finished, waiting = concurrent.futures.wait(futures)
    print(sorted(type(future.exception()).__name__ for future in finished), waiting)
local = threading.local()
local.value = 1
seen = []
thread = threading.Thread(target=lambda: seen.append(hasattr(local, "value")))
thread.start()
thread.join()
print(seen)
event, barrier = threading.Event(), threading.Barrier(2)
timer = threading.Timer(0.01, event.set)
timer.start()
print(event.wait(5), timer.finished.is_set() or True)
thread = threading.Thread(target=barrier.wait)
thread.start()
print(barrier.wait(5) in (0, 1))
thread.join()
condition = threading.Condition()
with condition:
    print(condition.wait(0.01), threading.Semaphore(0).acquire(timeout=0.01), lock.acquire(False))
print(threading.active_count(), threading.get_native_id() > 0, repr(threading.current_thread()).startswith("<_MainThread"))
