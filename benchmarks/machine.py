"""The machine and the versions a benchmark ran on, without which its figures mean nothing."""

from __future__ import annotations

import datetime
import os
import platform
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from benchmarks.report import Table

PACKAGES = ("numpy", "numba", "llvmlite", "scipy")
CACHES = Path("/sys/devices/system/cpu/cpu0/cache")


def machine_table() -> Table:
    """Return what the run's figures hang on: processor, caches, memory, versions, BLAS kernel, date."""
    rows = [
        ("processor", _processor()),
        ("cores", str(os.cpu_count())),
        ("caches of a core", _caches() or "not told"),
        ("memory", _memory() or "not told"),
        ("system", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        ("Python", platform.python_version()),
        *((name, _version(name)) for name in PACKAGES),
        ("BLAS", _blas()),
        ("load of others at the start", f"{os.getloadavg()[0]:.1f}"),
        ("date", datetime.datetime.now(tz=datetime.UTC).date().isoformat()),
    ]
    return Table("Machine", "What the figures were measured on.", ("what", "found"), rows)


def _processor() -> str:
    lines = _lines(Path("/proc/cpuinfo"))
    found = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    name = found.get("model name") or platform.processor() or "not told"
    numbers = [found[key] for key in ("cpu family", "model") if key in found]
    features = [each for each in ("avx512f", "avx2") if each in found.get("flags", "").split()][:1]
    told = [f"family {numbers[0]}, model {numbers[1]}"] if len(numbers) == 2 else []
    return ", ".join([name, *told, *features])


def _caches() -> str:
    found = []
    for index in sorted(CACHES.glob("index*")):
        level, kind, size = (_first(index / name) for name in ("level", "type", "size"))
        if kind in ("Data", "Unified"):
            found.append(f"L{level} {size}")
    return ", ".join(found)


def _memory() -> str:
    for line in _lines(Path("/proc/meminfo")):
        if line.startswith("MemTotal:"):
            return f"{int(line.split()[1]) / 2**20:.0f} GiB"
    return ""


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _blas() -> str:
    import_module("numpy")
    if find_spec("threadpoolctl") is None:
        return "not told: threadpoolctl is not installed"
    pools = import_module("threadpoolctl").threadpool_info()
    told = [
        f"{pool['internal_api']} {pool['version']}, kernel {pool.get('architecture', 'not told')}, "
        f"{pool['num_threads']} thread"
        for pool in pools
        if pool["user_api"] == "blas" and "numpy" in pool["filepath"]
    ]
    return "; ".join(dict.fromkeys(told)) or "not told"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _first(path: Path) -> str:
    return next(iter(_lines(path)), "")
