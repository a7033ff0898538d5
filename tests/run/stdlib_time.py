# /// compare
# [[run]]
# name = "utc"
# [[run]]
# name = "zone"
# env = {TZ = "CET-1CEST,M3.5.0,M10.5.0/3"}
# ///
"""datetime, time, calendar, zoneinfo."""
import calendar
import datetime
import time
import zoneinfo

moment = datetime.datetime(2024, 2, 29, 13, 45, 6, 789, tzinfo=datetime.timezone.utc)
print(moment.isoformat(), moment.timestamp(), moment.strftime("%A %d %B %Y %j %U %H:%M:%S.%f %z %%"))
print(moment.astimezone(datetime.timezone(datetime.timedelta(hours=-5, minutes=-30), "X")), moment.date().isocalendar())
print(datetime.datetime.fromisoformat("2024-01-02T03:04:05+01:00"), datetime.datetime.strptime("5 Mar 99", "%d %b %y"))
print(datetime.date(2024, 12, 31) - datetime.date(2024, 1, 1), datetime.timedelta(days=-1, seconds=3), datetime.time(23, 59))
print(time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(86400 * 200)), time.gmtime(0)[:6], time.mktime((2024, 7, 1, 0, 0, 0, 0, 0, -1)), time.tzname)
print(calendar.month(2024, 2), calendar.isleap(1900), calendar.monthrange(2023, 2), calendar.day_name[0])
berlin = zoneinfo.ZoneInfo("Europe/Berlin")
summer = datetime.datetime(2024, 7, 1, 12, tzinfo=berlin)
print(summer, summer.utcoffset(), summer.tzname(), datetime.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=berlin).utcoffset())
try:
    zoneinfo.ZoneInfo("Nowhere/Land")
except zoneinfo.ZoneInfoNotFoundError as problem:
    print(problem)
for broken in (lambda: datetime.date(2023, 2, 29), lambda: datetime.datetime.strptime("x", "%Y"), lambda: datetime.datetime.now() < moment):
    try:
        broken()
    except (ValueError, TypeError) as problem:
        print(problem)
