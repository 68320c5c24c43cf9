"""pandas.read_csv alone: types, no checks, nothing written."""

import pandas
from measured import Clock, cents_of, orders, report

given = orders()
clock = Clock()
with clock:
    frame = pandas.read_csv(given["path"])
report(clock, {"rows": len(frame), "centsSum": cents_of(frame)})
