"""The python of environments that the program makes, of itself: copies and links, by path and by PATH."""
import os
import subprocess
import sys
import venv

own = os.path.basename(os.path.realpath(sys.executable))
CODE = f"import sys, os; print(sys.argv, [os.path.relpath(p).replace({own!r}, 'own') for p in (sys.prefix, sys.executable)], " \
       "sys.prefix != sys.base_prefix)"


def show(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, **options)
    print(done.returncode, done.stdout, done.stderr.strip().splitlines()[-1:])


for folder, symlinks in ("copied", False), ("linked", True):
    venv.create(folder, symlinks=symlinks)
    packages = os.path.join(folder, "lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages")
    with open(os.path.join(packages, "added.py"), "w") as file:
        file.write("import sys\nprint(__name__, sys.argv, __file__.count('site-packages'))\n")
    for name in ("python", "python3", os.path.basename(os.path.realpath(sys.executable))):
        show(os.path.join(folder, "bin", name), "-c", CODE, "word")
    python = os.path.abspath(os.path.join(folder, "bin", "python"))
    show(python, "-m", "added", "-c")
    show(python, "-m", "absent")
    show(python, "-", "x", input="import sys; print(sys.argv); sys.exit(4)")
    show(python, input="print('from the standard input')")
    with open("noending", "w") as file:
        file.write("import added; raise ValueError(__file__)\n")
    show(python, "noending")
    # A shell that knows nothing of the program, and the interpreter's own children.
    path = {"PATH": os.path.dirname(python) + os.pathsep + os.environ["PATH"]}
    show("sh", "-c", f'python3 -c "{CODE}"', env=path)
    show(python, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CODE!r}])")
