"""What the process of a case in Python prints: the same as case-process.ts does."""

import json
import resource
import sys
import time


class Clock:
    """Only what runs inside `with` counts; imports and checks of the result do not."""

    def __init__(self):
        self.ms = 0.0
        self.cpu_ms = 0.0
        self.peak_rss_mb = 0.0
        self.times = 1

    def scaled(self, times):
        self.times = times
        return self

    def __enter__(self):
        self.started = time.perf_counter()
        self.cpu_started = time.process_time()
        return self

    def __exit__(self, *_):
        self.ms += (time.perf_counter() - self.started) * 1000 * self.times
        self.cpu_ms += (time.process_time() - self.cpu_started) * 1000 * self.times
        self.times = 1
        self.peak_rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def orders():
    return json.loads(sys.argv[1])


def report(clock, found):
    print(json.dumps({"ms": clock.ms, "cpuMs": clock.cpu_ms, "peakRssMb": clock.peak_rss_mb, "found": found}))


MONEY = [
    "outstanding_balance",
    "outstanding_balance_usd",
    "writeoff_outstanding_balance",
    "writeoff_outstanding_balance_usd",
    "PAR_7_balance_usd",
    "PAR_30_balance_usd",
    "PAR_60_balance_usd",
    "PAR_90_balance_usd",
]


def cents_of(frame):
    """Whole cents, so that the sum is exact."""
    return str(sum(int((frame[name] * 100).round().astype("int64").sum()) for name in MONEY))
