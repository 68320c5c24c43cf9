-- Grain: month end, from the month of the first disbursement to that of the newest day. Input: int_calendar.
-- Months whatever the grain of the report is: what a customer is, and how old a loan is, is told in months.
SELECT reporting_date, period_start, as_of FROM int_calendar WHERE grain = 'month'
