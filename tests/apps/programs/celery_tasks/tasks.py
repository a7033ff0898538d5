"""A Celery application: tasks run eagerly, chained, retried, and by a worker with the in-memory broker."""
import sys
import threading

from celery import Celery, chain, chord, group
from celery.schedules import crontab
from celery.exceptions import MaxRetriesExceededError

app = Celery("tasks", broker="memory://", backend="cache+memory://")
app.conf.update(task_serializer="json", accept_content=["json"], timezone="UTC", enable_utc=True,
                worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
app.conf.beat_schedule = {"clean": {"task": "tasks.add", "schedule": crontab(minute="*/15"), "args": (1, 2)}}


@app.task
def add(x, y):
    return x + y


@app.task
def total(numbers):
    return sum(numbers)


@app.task(bind=True, max_retries=2, default_retry_delay=0)
def flaky(self, fail):
    if self.request.retries < fail:
        raise self.retry(exc=ValueError(f"attempt {self.request.retries}"))
    return f"after {self.request.retries}"


def eager():
    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = False
    print(add.delay(2, 3).get(), chain(add.s(1, 2), add.s(10))().get())
    print(group(add.s(i, i) for i in range(4))().get(), chord([add.s(i, 1) for i in range(3)], total.s())().get())
    print(flaky.delay(2).get(), flaky.delay(5).state)
    result = add.delay(1, "x")
    print(result.state, type(result.result).__name__, "add(1, 'x')" in str(result.traceback) or "x + y" in result.traceback)
    app.conf.task_always_eager = False


def worker():
    from celery.contrib.testing.worker import start_worker
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="CRITICAL"):
        print(add.delay(20, 22).get(timeout=20), total.apply_async(([1, 2, 3],)).get(timeout=20))
        print(flaky.delay(1).get(timeout=20))


def main():
    eager()
    print(sorted(name for name in app.tasks if name.startswith("tasks.") or name.startswith("__main__.")))
    worker()
    print(sorted(app.conf.beat_schedule), app.conf.beat_schedule["clean"]["schedule"])
    app.start(argv=["report"]) if "report" in sys.argv else None


if __name__ == "__main__":
    main()
