"""What a failing child of multiprocessing prints, and an unguarded main under spawn."""
import multiprocessing


def fail(number):
    return {}[number]


if __name__ == "__main__":
    for method in ("fork", "spawn"):
        process = multiprocessing.get_context(method).Process(target=fail, args=(1,), name=f"by {method}")
        process.start()
        process.join()
        print(process.exitcode, flush=True)
