"""Values of sys and platform that programs look at."""
import os
import platform
import sys
import sysconfig

print(sys.version_info[:], sys.version, sys.hexversion)
print(sys.implementation.name, sys.implementation.cache_tag, sys.byteorder, sys.maxsize, sys.platform)
print(os.path.isabs(sys.executable), os.access(sys.executable, os.X_OK), hasattr(sys, "frozen"))
print(sys.prefix == sys.base_prefix, sys.exec_prefix == sys.base_exec_prefix)
print(sys.getrecursionlimit(), sys.getswitchinterval(), sys.dont_write_bytecode, sys.abiflags)
print(sys.flags[:], sys.warnoptions, sys._xoptions)
print(sys.api_version, sys.copyright.splitlines()[0], sys.float_info.max, sys.thread_info.name)
print(sys.getdefaultencoding(), sys.int_info.bits_per_digit, sys.float_repr_style)
print(sys.stdlib_module_names >= {"os", "json"}, "json" in sys.builtin_module_names)
print(platform.python_version(), platform.python_implementation(), platform.system())
print(platform.python_compiler(), platform.python_build(), platform.libc_ver())
print(platform.machine(), platform.architecture()[0])
print(sysconfig.get_python_version(), sysconfig.get_platform())
print(sys.displayhook is sys.__displayhook__, sys.excepthook is sys.__excepthook__)
print(sys.gettrace(), sys.getprofile(), sys.is_finalizing(), sys.ps1 if hasattr(sys, "ps1") else None)
