# /// compare
# [[run]]
# name = "os-exit"
# argv = ["os._exit(5)"]
# status = 5
# [[run]]
# name = "raise-class"
# argv = ["raise SystemExit"]
# [[run]]
# name = "raise-instance"
# argv = ["raise SystemExit('bye')"]
# status = 1
# [[run]]
# name = "from-another"
# argv = ["raise SystemExit(4) from ValueError('x')"]
# status = 4
# [[run]]
# name = "quit"
# argv = ["quit(6)"]
# status = 6
# [[run]]
# name = "exit"
# argv = ["exit()"]
# [[run]]
# name = "keyboard"
# argv = ["raise KeyboardInterrupt"]
# status = -2
# [[run]]
# name = "keyboard-subclass"
# argv = ["raise type('Stop', (KeyboardInterrupt,), {})('now')"]
# status = 1
# [[run]]
# name = "exception"
# argv = ["1 / 0"]
# status = 1
# [[run]]
# name = "base-exception"
# argv = ["raise BaseException('plain')"]
# status = 1
# [[run]]
# name = "generator-exit"
# argv = ["raise GeneratorExit"]
# status = 1
# [[run]]
# name = "abort"
# argv = ["os.abort()"]
# status = -6
# [[run]]
# name = "kill-self"
# argv = ["os.kill(os.getpid(), 15)"]
# status = -15
# ///
"""Ways to end a process."""
import atexit
import os
import sys

atexit.register(print, "atexit ran", flush=True)
print("leaving", flush=True)
exec(sys.argv[1])
