"""asyncio subprocesses, of the shell and of sys.executable."""
import asyncio
import sys


async def main():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import sys; print(sys.stdin.read()[::-1]); sys.exit(4)",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )
    print(await process.communicate(b"abc"), process.returncode)
    process = await asyncio.create_subprocess_shell("sleep 10")
    process.terminate()
    print(await process.wait())
    results = await asyncio.gather(*(run(number) for number in range(3)))
    print(results)


async def run(number):
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", f"print({number} * 2)", stdout=-1)
    return (await process.communicate())[0]


asyncio.run(main())
