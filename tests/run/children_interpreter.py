"""subprocess with sys.executable: -c, -m, -, scripts, flags, working directory, environment, exit codes."""
import os
import subprocess
import sys
import textwrap


def show(*words, **options):
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=50, **options)
    print([word if len(word) < 30 and word != sys.executable else "…" for word in words], done.returncode, repr(done.stdout), repr(done.stderr))


import json
import json.tool
import timeit

show("-c", "import sys; print(sys.argv, __name__)", "a", "b c")
show("-c", "import sys; sys.exit(7)")
show("-c", "1 / 0")
show("-c", "raise SystemExit('text')")
show("-I", "-c", "import sys; print(sys.flags.isolated, sys.flags.ignore_environment)")
show("-O", "-c", "print(__debug__)")
show("-u", "-W", "error", "-c", "import sys; print(sys.warnoptions)")
show("-X", "utf8", "-c", "import sys; print(sys.flags.utf8_mode)")
show("-S", "-E", "-s", "-B", "-c", "import sys; print(sys.flags.no_site, sys.dont_write_bytecode)")
show("-m", "json.tool", input='{"a": [1]}')
show("-m", "no_such_module_at_all")
show("-", "x", input="import sys; print('from stdin', sys.argv)")
with open("script.py", "w") as file:
    file.write(textwrap.dedent("""
        import os, sys, json
        print(__name__, os.path.basename(__file__), sys.argv, json.dumps([1]))
        import beside
        print(beside.VALUE)
        raise ValueError("script")
    """))
with open("beside.py", "w") as file:
    file.write("VALUE = 'found beside the script'\n")
show("script.py", "arg")
show("-m", "beside")
show("-c", "import os; print(os.environ.get('GIVEN'), sorted(k for k in os.environ if 'PYC2C' in k))", env={**os.environ, "GIVEN": "1"})
show("-c", "import sys, os; print(os.path.samefile(sys.executable, sys.argv[1]))", sys.executable)
