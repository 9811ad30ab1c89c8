"""What the peers' scripts share: timing, memory, and how they hand over their figures."""

import json
import os
import statistics
import sys


def fail(place, message):
    """Ends the script as the Swift commands do: one line."""
    sys.exit(f"error: {place}: {message}")


def require_file(path):
    if not os.path.exists(path):
        fail(path, "expected a file, found none")
    return path


def peak_gb():
    """The most memory this process has held at a time, in GB."""
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e9
    fail("/proc/self/status", "expected VmHWM, found none")


def require_memory(gigabytes):
    for line in open("/proc/meminfo"):
        if line.startswith("MemAvailable:"):
            available = int(line.split()[1]) * 1024 / 1e9
            if available < gigabytes:
                fail("memory", f"expected {gigabytes} GB available, found {available:.1f}")


class Figures:
    """Named figures, printed as they come and written as JSON at the end."""

    def __init__(self):
        self.values = {}

    def add(self, name, values, unit):
        values = sorted(values)
        self.values[name] = {"value": statistics.median(values), "unit": unit}
        print(f"{name:<58}{statistics.median(values):.4g} {unit}  ({values[0]:.4g} – {values[-1]:.4g})", flush=True)

    def write(self, path):
        if path:
            with open(path, "w") as file:
                json.dump(self.values, file, indent=1)
