"""pkgutil and runpy over the program's own packages."""
import pkgutil
import runpy

import plugins

print([(each.name, each.ispkg) for each in pkgutil.iter_modules(plugins.__path__)])
print([each.name for each in pkgutil.walk_packages(plugins.__path__, "plugins.")])
for each in pkgutil.iter_modules(plugins.__path__, "plugins."):
    module = __import__(each.name, fromlist=["x"])
    print(each.name, getattr(module, "NAME", None), each.module_finder is not None)
print(pkgutil.resolve_name("plugins.alpha:NAME"), pkgutil.resolve_name("plugins.group.inner").NAME)
print(pkgutil.find_loader("plugins.beta").get_filename("plugins.beta"))
print(pkgutil.get_loader("plugins").is_package("plugins"))
values = runpy.run_module("plugins.script", {"given": 4}, run_name="ran", alter_sys=True)
print(values["result"], values["__name__"])
values = runpy.run_path(plugins.alpha.__file__, run_name="other")
print(values["NAME"])
values = runpy.run_module("plugins.group", run_name="__main__")
print(values["__package__"])
print("runpy" in [each.name for each in pkgutil.iter_modules()], any(each.name == "plugins" for each in pkgutil.iter_modules()))
