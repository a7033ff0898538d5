"""sys.executable below a shell and below programs that start others: an interpreter, and the environment that such a child sees."""
import json.tool
import os
import shlex
import subprocess
import sys

python = shlex.quote(sys.executable)
code = shlex.quote("import sys, os; print(sys.argv, __name__, sorted(k for k in os.environ if 'PYC2C' in k), flush=True)")


def show(what, **options):
    done = subprocess.run(what, capture_output=True, text=True, timeout=50, **options)
    print(done.returncode, repr(done.stdout), repr(done.stderr))


show(f"{python} -c {code} a 'b c'", shell=True)
show(f"{sys.executable} -c {code}; {python} -c 'import sys; sys.exit(3)'", shell=True)
show(f"{python} -c {code} | cat", shell=True)
show(f"echo {python} | wc -l; x=$({python} -c 'print(6 * 7)'); echo got $x", shell=True)
show(f"{python} -c '1 / 0' && echo not reached", shell=True)
show(["bash", "-c", f'{python} -c "print(1)"; true'])
show(["sh", "-c", 'exec "$0" "$@"', sys.executable, "-c", "print('as arguments')"])
show(["env", "GIVEN=1", sys.executable, "-c", "import os; print(os.environ['GIVEN'])"])
show(["timeout", "40", sys.executable, "-c", "print('in time')"])
show(f"{python} -m json.tool", shell=True, input='{"a": [1]}')
show(f"{python} - x <<'END'\nimport sys; print(sys.argv)\nEND", shell=True)
show(f"{python} -c {code}", shell=True, close_fds=False)
show(f"{python} -c {code}", shell=True, env={"PATH": os.environ["PATH"]})
with open("script.py", "w") as file:
    file.write("import sys; print(sys.argv, __file__)\n")
show(f"{python} script.py word", shell=True)
print(os.system(f"{python} -c {code} system"))
print(os.system(f"{python} -c 'import sys; sys.exit(5)'") >> 8)
with os.popen(f"{python} -c {code} popen") as stream:
    print(stream.read())
inner = f"{python} script.py inner && true"
show(f"/bin/sh -c {shlex.quote(inner)}", shell=True)
show(f"(cd / && (true; {python} -c {code} subshell); true)", shell=True)
show(["env", "timeout", "40", "sh", "-c", f"bash -c {shlex.quote(inner)}; true"])
nested = shlex.quote("import os, sys; os.system(sys.executable + ' -c \"print(1 + 1)\"')")
show(f"{python} -c {nested}", shell=True)
