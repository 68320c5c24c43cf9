"""The chain row by row, as it was before: read_csv, to_dict, a pydantic model for each row, model_dump, a frame again.

Written for pydantic 1 and 2 alike. The time of the rows is scaled; nothing but the sums is computed afterwards.
"""

import hashlib
import hmac
import re
import warnings
from datetime import date
from decimal import Decimal
from typing import Optional

import pandas
from measured import MONEY, Clock, cents_of, orders, report

warnings.simplefilter("ignore")
from pydantic import BaseModel, ValidationError, root_validator, validator  # noqa: E402

KEY = b"a key for measurements"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
STEPS = ["outstanding_balance_usd", *MONEY[4:]]


class ParBalance(BaseModel):
    loan_id_raw: str
    reporting_date: date
    dpd: int
    dpd_date: Optional[date] = None
    is_writeoff: bool
    writeoff_type: Optional[str] = None
    loan_ccy: str
    outstanding_balance: Decimal
    outstanding_balance_usd: Decimal
    writeoff_outstanding_balance: Decimal
    writeoff_outstanding_balance_usd: Decimal
    xchg_rate_to_usd: Decimal
    PAR_7_balance_usd: Decimal
    PAR_30_balance_usd: Decimal
    PAR_60_balance_usd: Decimal
    PAR_90_balance_usd: Decimal
    cliente: Optional[str] = None

    @validator("reporting_date", "dpd_date", pre=True)
    def is_day(cls, value):
        if value == "":
            return None
        if not DAY.fullmatch(value):
            raise ValueError("no day")
        return value

    @validator(*MONEY)
    def is_not_negative(cls, value):
        if value < 0:
            raise ValueError("below zero")
        return value

    @validator("dpd")
    def is_in_range(cls, value):
        if not 0 <= value <= 3650:
            raise ValueError("out of range")
        return value

    @validator("loan_ccy")
    def is_known(cls, value):
        if value != "USD":
            raise ValueError("unknown currency")
        return value

    @root_validator(skip_on_failure=True)
    def keeps_rules(cls, row):
        broken = []
        amounts = [row[name] for name in STEPS]
        if any(b > a for a, b in zip(amounts, amounts[1:])):
            broken.append("par-nesting")
        if row["is_writeoff"] and row["outstanding_balance_usd"] != 0:
            broken.append("writeoff-with-balance")
        if (row["dpd"] > 0) != (row["dpd_date"] is not None):
            broken.append("dpd-date-mismatch")
        if broken:
            raise ValueError("; ".join(broken))
        return row


given = orders()
clock = Clock()
accepted, bad_rows, violations = [], 0, 0
tokens = {}
with clock.scaled(given["times"]):
    frame = pandas.read_csv(given["path"], dtype=str, keep_default_na=False)
    for row in frame.to_dict("records"):
        try:
            model = ParBalance(**row)
        except ValidationError as error:
            bad_rows += 1
            for issue in error.errors():
                violations += issue["msg"].count(";") + 1
            continue
        kept = model.model_dump() if hasattr(model, "model_dump") else model.dict()
        name = kept["cliente"]
        if name not in tokens:
            tokens[name] = hmac.new(KEY, name.encode(), hashlib.sha256).hexdigest()[:32]
        kept["cliente"] = tokens[name]
        accepted.append(kept)
    good = pandas.DataFrame(accepted)
    repeated = int(good.duplicated(["loan_id_raw", "reporting_date"]).sum())
for name in MONEY:
    good[name] = good[name].astype(float)
report(
    clock,
    {"rows": len(frame), "badRows": bad_rows, "violations": violations, "centsSum": cents_of(good)},
)
