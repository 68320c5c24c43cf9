"""The chain in vectorised pandas with the checks of the contract: cells, rules, masked names, repeated keys, KPIs.

Rejected rows are written as JSON lines. The good rows are not written as Parquet unless pyarrow is there, which flatters
the chain.
"""

import hashlib
import hmac
import importlib.util
import json
import os

import numpy
import pandas
from measured import MONEY, Clock, cents_of, orders, report

DATES = ["reporting_date", "dpd_date"]
KEY = b"a key for measurements"
FIRST_DAY, LAST_DAY = pandas.Timestamp("2000-01-01"), pandas.Timestamp("2100-12-31")


def checked(raw):
    """Typed columns, and for each violation a mask of the rows that have it."""
    good = pandas.DataFrame(index=raw.index)
    cell_faults, rule_faults = [], []
    good["loan_id_raw"] = raw["loan_id_raw"].str.strip()
    cell_faults.append(good["loan_id_raw"] == "")
    for name in DATES:
        text = raw[name]
        days = pandas.to_datetime(
            text.where(text.str.fullmatch(r"\d{4}-\d{2}-\d{2}")), format="%Y-%m-%d", errors="coerce"
        )
        is_bad = days.isna() | (days < FIRST_DAY) | (days > LAST_DAY)
        cell_faults.append(is_bad & (text != "") if name == "dpd_date" else is_bad)
        good[name] = days
    for name in ["dpd"]:
        is_number = raw[name].str.fullmatch(r"-?\d+")
        good[name] = pandas.to_numeric(raw[name].where(is_number), errors="coerce")
        cell_faults.append(~is_number | (good[name] < 0) | (good[name] > 3650))
    for name in [*MONEY, "xchg_rate_to_usd"]:
        is_number = raw[name].str.fullmatch(r"-?\d+(\.\d{1,2})?" if name in MONEY else r"-?\d+(\.\d{1,6})?")
        good[name] = pandas.to_numeric(raw[name].where(is_number), errors="coerce")
        low = good[name] < 0 if name in MONEY else good[name] < 0.000001
        cell_faults.append(~is_number | low)
    good["is_writeoff"] = raw["is_writeoff"].str.lower().map({"true": True, "false": False, "1": True, "0": False})
    cell_faults.append(good["is_writeoff"].isna())
    cell_faults.append(raw["loan_ccy"] != "USD")
    has_bad_cell = numpy.logical_or.reduce(cell_faults)

    steps = ["outstanding_balance_usd", *MONEY[4:]]
    nesting = numpy.logical_or.reduce([good[b] > good[a] for a, b in zip(steps, steps[1:])])
    rule_faults.append(nesting)
    rule_faults.append((good["is_writeoff"] == True) & (good["outstanding_balance_usd"] != 0))  # noqa: E712
    rule_faults.append((good["dpd"] > 0) != good["dpd_date"].notna())
    # As in the contract: rules are looked at where every cell is sound.
    rule_faults = [fault & ~has_bad_cell for fault in rule_faults]
    return good, cell_faults, rule_faults


given = orders()
clock = Clock()
with clock:
    raw = pandas.read_csv(given["path"], dtype=str, keep_default_na=False)
    good, cell_faults, rule_faults = checked(raw)
    faults = [*cell_faults, *rule_faults]
    is_bad = numpy.logical_or.reduce(faults)
    violations = int(sum(int(fault.sum()) for fault in faults))
    with open(os.path.join(given["dir"], "rejected.jsonl"), "w") as quarantine:
        for record, row in raw[is_bad].iterrows():
            quarantine.write(json.dumps({"record": record + 1, **row.to_dict()}) + "\n")
    names = raw["cliente"].unique()
    tokens = {name: hmac.new(KEY, name.encode(), hashlib.sha256).hexdigest()[:32] for name in names}
    good["cliente"] = raw["cliente"].map(tokens)
    good = good[~is_bad]
    repeated = int(good.duplicated(["loan_id_raw", "reporting_date"]).sum())
    if importlib.util.find_spec("pyarrow") is not None:
        good.to_parquet(os.path.join(given["dir"], "good.parquet"), compression="zstd")

    amounts = ["outstanding_balance_usd", "writeoff_outstanding_balance_usd", *MONEY[4:]]
    cents = (good[amounts] * 100).round().astype("int64")
    by_date = cents.groupby(good["reporting_date"]).sum()
    ratios = by_date[MONEY[4:]].div(by_date["outstanding_balance_usd"], axis=0)
    active = good[good["outstanding_balance_usd"] > 0].groupby("reporting_date")["loan_id_raw"].nunique()
    written_off = good[good["is_writeoff"] == True].groupby("reporting_date")["loan_id_raw"].nunique()  # noqa: E712
newest = by_date.iloc[-1]
report(
    clock,
    {
        "rows": len(raw),
        "badRows": int(is_bad.sum()),
        "violations": violations,
        "centsSum": cents_of(good),
        "newest": {
            "outstanding": str(int(newest["outstanding_balance_usd"])),
            "par30": str(int(newest["PAR_30_balance_usd"])),
            "writtenOff": str(int(newest["writeoff_outstanding_balance_usd"])),
        },
    },
)
