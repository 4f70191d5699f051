"""Django on three databases at once: a private SQLite in memory, and a database of its own on each server of the environment."""

import os
from urllib.parse import urlsplit

import pymysql

pymysql.install_as_MySQLdb()

NAME = "amphi_django"
# How the database for the answers is made: text is compared by code points, to its last space, as in amphi's tables.
CREATE = {
    "postgres": f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
    "mysql": f"CREATE DATABASE {NAME} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
}


def server(engine, variable, name):
    url = urlsplit(os.environ[variable])
    return {
        "ENGINE": f"django.db.backends.{engine}", "HOST": url.hostname, "PORT": url.port, "USER": url.username,
        "PASSWORD": url.password, "NAME": name or url.path.lstrip("/"),
    }


DATABASES = {
    # Empty: the router sends nothing here. But a sliced Prefetch asks the default database whether it has window functions.
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "sqlite": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "postgres": server("postgresql", "AMPHI_POSTGRES_URL", NAME),
    "mysql": server("mysql", "AMPHI_MYSQL_URL", NAME),
    # Where a database is created from.
    "postgres_server": server("postgresql", "AMPHI_POSTGRES_URL", None),
    "mysql_server": server("mysql", "AMPHI_MYSQL_URL", None),
}
DATABASE_ROUTERS = ["oracle.Current"]
INSTALLED_APPS = ["rental"]
USE_TZ = True
TIME_ZONE = "UTC"
