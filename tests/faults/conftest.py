"""Parts of the fault tests: a project on disk, and what must stay true of its output."""
from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from support.running import BASE_ENVIRONMENT, Outcome, run


class Project:
    """A folder with sources, and `pyc2c build` in it."""

    def __init__(self, folder: Path, target):
        self.folder = folder
        self.target = target
        self.output = folder / "dist" / "app"

    def write(self, files: dict[str, str | bytes]) -> Project:
        for path, content in files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def words(self, *arguments) -> list:
        """The command line of a build: of app.py unless arguments name another source."""
        named = any(not str(word).startswith("-") for word in arguments[:1])
        return [self.target.command, "build", *(() if named else ("app.py",)), *arguments, "--python", self.target.python]

    def environment(self, **env) -> dict[str, str]:
        values = {**BASE_ENVIRONMENT, "HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / ".cache")}
        return {**values, **env}

    def build(self, *arguments, env: dict[str, str] = {}, **options) -> Outcome:
        options.setdefault("timeout", 200)
        return run(self.words(*arguments), cwd=self.folder, env=self.environment(**env), **options)

    def start(self, *argv, **options) -> Outcome:
        return run([options.pop("path", self.output), *argv], cwd=self.folder, env=self.environment(), **options)

    def in_small_filesystem(self, place: str, size: str, *arguments, **env) -> Outcome:
        """Builds with a full disk at `place`; what lies there afterwards is listed on stdout."""
        folder = self.folder / place
        folder.mkdir(parents=True, exist_ok=True)
        script = (
            'mount -t tmpfs -o size="$1" tmpfs "$2" && shift && folder="$1" && shift && '
            '{ "$@"; status=$?; ls -A "$folder"; exit $status; }'
        )
        unshare = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--map-root-user", "--mount"]
        return run(
            [*unshare, "sh", "-c", script, "sh", size, folder, *self.words(*arguments)],
            cwd=self.folder, env=self.environment(PATH="/usr/sbin:/usr/bin:/sbin:/bin", **env), timeout=120,
        )

    def made(self) -> list[str]:
        """What lies where the output goes: finished executables, and anything half-written."""
        folder = self.output.parent
        return sorted(os.listdir(folder)) if folder.exists() else []

    def expect_refusal(self, outcome: Outcome, *words: str, status: int | tuple = 1) -> Outcome:
        """A clear error on stderr with these words, the right exit code, nothing written."""
        statuses = status if isinstance(status, tuple) else (status,)
        assert outcome.status in statuses, outcome.describe()
        text = outcome.stderr.decode()
        assert "error" in text, outcome.describe()
        for word in words:
            assert word in text, f"{word!r} is not in the message\n{outcome.describe()}"
        assert "Traceback" not in text and "internal error" not in text, outcome.describe()
        assert self.made() == [], f"left behind: {self.made()}"
        return outcome


@pytest.fixture
def project(tmp_path, target) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder, target)


@pytest.fixture
def nobody() -> dict:
    """Popen options that take root's rights away; nothing for other users, whom modes bind anyway."""
    return {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}


@pytest.fixture
def shared_project(public_target):
    """A project in a place that another user can reach and write."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="shared-") as name:
        os.chmod(name, 0o777)
        folder = Path(name) / "project"
        folder.mkdir()
        folder.chmod(stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)
        yield Project(folder, public_target)
