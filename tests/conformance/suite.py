"""CPython's test suite: where it comes from, which of its modules are compared, and the executable that holds them."""
from __future__ import annotations

import filecmp
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from support import suites

HERE = Path(__file__).resolve().parent
PACKAGE = "libpython3.11-testsuite"
TEST_EXTENSIONS = ("_testcapi", "_testinternalcapi", "_testbuffer", "_testclinic", "_testimportmultiple",
                   "_testmultiphase", "_xxsubinterpreters", "_xxtestfuzz", "xxlimited", "xxlimited_35")


@dataclass(frozen=True)
class Row:
    name: str          # below `test`: "test_grammar", "test_asyncio.test_tasks"
    interpreter: bool  # its tests start sys.executable with what only a full installation has
    left_out: str      # tests that are not run


def read_list(name: str) -> list[list[str]]:
    path = HERE / name
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [line.split() for line in lines if line.strip() and not line.startswith("#")]


def _add_package(stdlib: Path, fresh: Path) -> None:
    """What Debian keeps in a package of its own: most of `test`, and unittest's own tests, which only a copy of unittest can hold."""
    subprocess.run(["apt-get", "download", PACKAGE], cwd=fresh, check=True)
    archive = next(fresh.glob(f"{PACKAGE}_*.deb"))
    subprocess.run(["dpkg-deb", "-x", archive, fresh / "unpacked"], check=True)
    extra = next((fresh / "unpacked").glob("usr/lib/python3.*/test")).parent
    shutil.copytree(extra / "test", fresh / "test", dirs_exist_ok=True)
    shutil.copytree(stdlib / "unittest", fresh / "unittest", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(extra / "unittest", fresh / "unittest", dirs_exist_ok=True)
    shutil.rmtree(fresh / "unpacked")
    archive.unlink()


def provide(python: str, work: Path) -> Path:
    """A folder whose `test` package is complete."""
    suite = work / "suite"
    if (suite / "test" / "test_grammar.py").exists():
        return suite
    stdlib = Path(suites.stdlib_of(python))
    fresh = Path(tempfile.mkdtemp(dir=work))
    shutil.copytree(stdlib / "test", fresh / "test", ignore=shutil.ignore_patterns("__pycache__"))
    if not (fresh / "test" / "test_grammar.py").exists():
        _add_package(stdlib, fresh)
    fresh.chmod(0o755)
    shutil.rmtree(suite, ignore_errors=True)
    fresh.rename(suite)
    return suite


def provide_python(python: str, work: Path, suite: Path) -> str:
    """The interpreter with the suite in its standard library, as if all of Debian's packages were installed: children that run isolated
    look there. It is a copy of the interpreter in a tree of its own, by which it finds its library."""
    home = work / "python"
    copy = home / "bin" / Path(python).resolve().name
    if copy.exists():
        return str(copy)
    stdlib = Path(suites.stdlib_of(python))
    fresh = Path(tempfile.mkdtemp(dir=work))
    library = fresh / "lib" / stdlib.name
    shutil.copytree(stdlib, library, ignore=shutil.ignore_patterns("__pycache__", "config-*", "test"))
    for config in stdlib.glob("config-*"):
        (library / config.name).symlink_to(config)
    for package in ("test", "unittest"):
        if (suite / package).exists():
            shutil.copytree(suite / package, library / package, dirs_exist_ok=True)
    (fresh / "bin").mkdir()
    shutil.copy(Path(python).resolve(), fresh / "bin")
    fresh.chmod(0o755)
    shutil.rmtree(home, ignore_errors=True)
    fresh.rename(home)
    return str(copy)


def provide_driver(work: Path, suite: Path) -> Path:
    """The driver, for CPython, in a folder with `test` but not `unittest`: that one comes from where isolated children find it, too."""
    folder = work / "driver"
    folder.mkdir(exist_ok=True)
    if not (folder / "test").exists():
        (folder / "test").symlink_to(suite / "test")
    return Path(shutil.copy(HERE / "driver.py", folder))


def rows(suite: Path) -> list[Row]:
    """Those of modules.txt that this Python's suite has; a package whose tests are modules in it stands for these."""
    found = []
    for name, *words in read_list("modules.txt"):
        path = suite / "test" / name
        start = path / "__init__.py"
        if not path.is_dir() and not path.with_name(f"{path.name}.py").exists():
            continue
        names = [name]
        if start.exists() and "load_package_tests" in start.read_text(encoding="utf-8"):
            paths = sorted(path.relative_to(suite / "test") for path in start.parent.rglob("test_*.py"))
            names = [".".join(path.with_suffix("").parts) for path in paths]
        left_out = " ".join(word[1:] for word in words if word.startswith("-"))
        found += [Row(name, "interpreter" in words, left_out) for name in names]
    return found


def choose(all_rows: list[Row], wanted: list[str]) -> list[Row]:
    """Those named, where a package names what is in it. ValueError for a name that is not in the list."""
    if not wanted:
        return all_rows
    chosen = []
    for name in wanted:
        some = [row for row in all_rows if row.name == name or row.name.startswith(name + ".")]
        if not some:
            raise ValueError(f"'{name}' is not in modules.txt")
        chosen += some
    return chosen


def _test_extensions(python: str) -> list[str]:
    """Extension modules that exist for tests only."""
    code = "import importlib.util as u; print(*(n for n in %r if u.find_spec(n)))" % (TEST_EXTENSIONS,)
    return subprocess.check_output([python, "-c", code], text=True).split()


def _native_names(options, folder: Path, chosen: list[Row]) -> str:
    """--native: where it names `test`, that means what supports tests, and the modules that are chosen."""
    names = options.native.split(",")
    if "test" in names:
        names.remove("test")
        names += [f"test.{path.stem}" for path in sorted((folder / "test").glob("*"))
                  if not path.name.startswith(("test_", "bad", "_test_venv")) and _is_module(path)]
        names += [f"test.{row.name}" for row in chosen]
        names += [f"test.{row.name.split('.')[0]}" for row in chosen if "." in row.name]
    return ",".join(dict.fromkeys(names))


def _is_module(path: Path) -> bool:
    return path.suffix == ".py" and path.name != "__init__.py" or (path / "__init__.py").exists()


def build(options, folder: Path, chosen: list[Row], executable: Path, report: Path) -> dict:
    """Compiles; returns what the report says about native code. All of the suite goes in, for tests look at each other's modules."""
    if not (folder / "driver.py").exists() or not filecmp.cmp(HERE / "driver.py", folder / "driver.py", shallow=False):
        shutil.copy(HERE / "driver.py", folder / "driver.py")  # not under the eyes of another build that reads it
    command = [options.pyc2c, "build", folder / "driver.py", "-o", executable, "--noconfirm", "--no-trace"]
    command += [f"--python={options.python}", "--collect-data=test", "--collect-all=stdlib"]
    names = {row.name.split(".")[0] for row in rows(folder)}
    command += [f"--collect-submodules=test.{name}" for name in sorted(names) if (folder / "test" / name).is_dir()]
    command += [f"--hidden-import=test.{row.name}" for row in rows(folder)]
    command += [f"--hidden-import=test.{path.stem}" for path in sorted((folder / "test").glob("*.py"))
                if not path.name.startswith(("test_", "bad", "_test_venv"))]
    if (folder / "unittest").exists():
        command.append("--collect-submodules=unittest.test")
    command += [f"--hidden-import={name}" for name in _test_extensions(options.python)]
    command += [f"--native={_native_names(options, folder, chosen)}", f"--report={report}", f"--jobs={options.jobs}"]
    command += options.build_options.split()
    if options.cache:
        command.append(f"--module-cache-dir={options.cache}")
    with open(f"{report}.log", "w", encoding="utf-8") as log:
        if subprocess.run(command, cwd=options.work, stdout=log, stderr=subprocess.STDOUT).returncode != 0:
            raise SystemExit(f"the build failed:\n{Path(log.name).read_text(encoding='utf-8')[-2000:]}")
    return json.loads((report / "report.json").read_text(encoding="utf-8"))["native"]
