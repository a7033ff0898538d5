"""logging: findCaller, formatters, exceptions, lastResort, configuration."""
import logging
import logging.config
import logging.handlers
import sys

logging.warning("root through lastResort")
logging.getLogger("quiet").info("not shown")
logging.config.dictConfig(
    {
        "version": 1,
        "formatters": {
            "full": {"format": "%(levelname)s %(name)s %(filename)s:%(lineno)d %(funcName)s %(module)s %(message)s"}
        },
        "handlers": {
            "out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "full"},
            "memory": {"class": "logging.handlers.MemoryHandler", "capacity": 10, "target": "out"},
        },
        "root": {"level": "DEBUG", "handlers": ["out"]},
        "loggers": {"late": {"handlers": ["memory"], "propagate": False}},
        "disable_existing_loggers": False,
    }
)


def work():
    logging.getLogger("app.part").debug("value %d", 3)
    logging.getLogger("late").info("delayed until shutdown")
    try:
        {}["x"]
    except KeyError:
        logging.exception("failed")
    logging.getLogger("app").warning("with stack", stack_info=True)
    logging.info("bad %d", "format")


work()
logging.captureWarnings(True)
import warnings

warnings.warn("through logging")
