import zoneinfo


def now():
    return zoneinfo.ZoneInfo.__name__
