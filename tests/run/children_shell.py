"""Children that are not Python: pipes, shells, signals, groups, timeouts."""
import os
import signal
import subprocess

print(subprocess.check_output(["echo", "grün"]), subprocess.getoutput("echo $((1 + 2))"))
print(subprocess.run("exit 3", shell=True).returncode, subprocess.run(["sh", "-c", "kill -9 $$"]).returncode)
process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(process.communicate("through cat"), process.returncode)
try:
    subprocess.run(["sleep", "10"], timeout=0.05)
except subprocess.TimeoutExpired as problem:
    print(problem.cmd, problem.output)
try:
    subprocess.run(["false"], check=True)
except subprocess.CalledProcessError as problem:
    print(problem)
try:
    subprocess.run(["no-such-command-here"])
except FileNotFoundError as problem:
    print(problem)
process = subprocess.Popen(["sleep", "10"], start_new_session=True)
os.killpg(process.pid, signal.SIGTERM)
print(process.wait(), os.system("exit 5") >> 8, os.popen("echo popen").read())
reader, writer = os.pipe()
process = subprocess.Popen(["sh", "-c", f"echo to pipe >&{writer}"], pass_fds=[writer])
os.close(writer)
print(os.read(reader, 100), process.wait())
child = os.fork()
if child == 0:
    os._exit(9)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
