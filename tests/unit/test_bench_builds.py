"""Reporting of benchmarks/builds.py, its edits, and its cache server."""
from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
import xml.dom.minidom
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from harness import build_plot, build_report  # noqa: E402
from harness.build_measure import Samples, cache_server  # noqa: E402
from harness.build_subjects import SUBJECTS  # noqa: E402

TITLES = {"pyc2c": "pyc2c", "pyinstaller": "PyInstaller --onefile", "nuitka": "Nuitka --onefile"}


@pytest.fixture
def results():
    own = Samples({"cold": [2.0, 2.2, 2.1], "edit": [1.0, 1.2, 1.1], "comment": [0.4], "no-op": [0.05],
                   "shared": [0.9]}, 300_000_000, 47_000_000)
    peer = Samples({"cold": [21.0], "edit": [11.0], "comment": [10.0], "no-op": [9.0]}, 500_000_000, 30_000_000)
    return {"plugin": {"pyc2c": own, "pyinstaller": peer, "nuitka": Samples(problem="no end | after 3600 s")}}


def test_table_has_median_spread_and_ratio(results):
    assert "- processor: one" in build_report.markdown(results, TITLES, {"processor": "one"})
    text = build_report.table(results["plugin"], TITLES)
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| ")}
    assert "| 2.10 s ± 2% | 1.10 s ± 5% | 0.40 s ± 0% | 0.05 s ± 0% | 0.90 s ± 0% |" in rows["pyc2c"]
    assert "| 21.00 s ± 0% (10.0×) | 11.00 s ± 0% (10.0×) |" in rows["PyInstaller --onefile"]
    assert rows["PyInstaller --onefile"].count("–") == 1, "it has no shared cache"
    assert "failed: no end / after 3600 s" in rows["Nuitka --onefile"]
    assert len({line.count("|") for name, line in rows.items() if name in TITLES.values()}) == 1


def test_targets_say_what_was_missed(results):
    lines = build_report.targets(results).splitlines()
    assert "| plugin: cold | 3 s | 2.10 s | reached |" in lines
    assert "| plugin: edit | 1 s | 1.10 s | missed |" in lines
    assert not any("package" in line for line in lines), "was not measured"


def test_json_has_every_sample(results):
    data = json.loads(json.dumps(build_report.figures(results, {"a": "b"})))
    assert data["results"]["plugin"]["pyc2c"]["seconds"]["cold"] == [2.0, 2.2, 2.1]
    assert data["results"]["plugin"]["nuitka"]["problem"]


def test_picture_is_well_formed(results):
    picture = xml.dom.minidom.parseString(build_plot.svg(results, TITLES))
    assert len(picture.getElementsByTagName("title")) == 9
    assert xml.dom.minidom.parseString(build_plot.svg({}, TITLES))


def test_edits_leave_a_program(tmp_path):
    plugin = SUBJECTS[0]
    program = plugin.prepare(tmp_path / "source")
    original = program.source.read_text()
    plugin.edit(program.source.parent, 7)
    plugin.comment(program.source.parent, 8)
    text = program.source.read_text()
    compile(text, "auth.py", "exec")
    assert text.startswith("# 8\n") and text.count("edited = 7") == 1
    assert text.replace("# 8\n", "").replace("        edited = 7\n", "") == original
    assert plugin.prepare(tmp_path / "source").source.read_text() == original


def test_cache_server_keeps_what_is_put():
    with cache_server() as url:
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{url}a/b")
        urllib.request.urlopen(urllib.request.Request(f"{url}a/b", b"bytes", method="PUT"))
        assert urllib.request.urlopen(f"{url}a/b").read() == b"bytes"
