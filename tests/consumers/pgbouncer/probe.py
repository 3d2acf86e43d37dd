"""probe.py DRIVER SCENARIO HOST PORT DATABASE USER: one driver's try at one thing.

Prints one line of JSON: the driver's version, its libpq where it has one, and what went wrong, or
null. The password is in PGPASSWORD.

Scenarios: `connect` asks one question. `prepare` runs statements on several connections in turn,
so that transactions of one client are served by several servers, and more of them than the driver
keeps prepared. `search-path` asks for a search path when it connects, and looks whether it has it.
"""

import asyncio
import json
import os
import sys

driver, scenario, host, port, database, user = sys.argv[1:]
password = os.environ["PGPASSWORD"]
CONNECTIONS, STATEMENTS, ROUNDS = 4, 12, 3
WANTED = "pg_catalog, information_schema"
SHOW = "select current_setting('search_path')"


def sql(number, mark):
    return f"select {mark}::int + {number}"


class Psycopg:
    def __init__(self):
        import psycopg

        self.module, self.mark = psycopg, "%s"
        self.version = psycopg.__version__
        number = psycopg.pq.version()
        self.libpq = f"{number // 10000}.{number % 10000}"

    def connect(self, search_path=None):
        options = f"-c search_path={search_path.replace(' ', '')}" if search_path else None
        connection = self.module.connect(
            host=host, port=port, dbname=database, user=user, password=password,
            sslmode="disable", options=options, prepare_threshold=0,
        )
        connection.prepared_max = STATEMENTS // 2
        return connection

    def ask(self, connection, query, *values):
        with connection.transaction():
            return connection.execute(query, values).fetchone()[0]


class Psycopg2(Psycopg):
    def __init__(self):
        import psycopg2

        self.module, self.mark = psycopg2, "%s"
        self.version = psycopg2.__version__.split()[0]
        number = psycopg2.__libpq_version__
        self.libpq = f"{number // 10000}.{number % 10000}"

    def connect(self, search_path=None):
        options = f"-c search_path={search_path.replace(' ', '')}" if search_path else None
        return self.module.connect(
            host=host, port=port, dbname=database, user=user, password=password,
            sslmode="disable", options=options,
        )

    def ask(self, connection, query, *values):
        with connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone()[0]


class Asyncpg:
    libpq, mark = None, "$1"

    def __init__(self):
        import asyncpg

        self.module, self.version = asyncpg, asyncpg.__version__
        self.loop = asyncio.new_event_loop()

    def connect(self, search_path=None):
        settings = {"search_path": search_path} if search_path else {}
        return self.loop.run_until_complete(
            self.module.connect(
                host=host, port=int(port), database=database, user=user, password=password,
                ssl=False, server_settings=settings, statement_cache_size=STATEMENTS // 2,
            )
        )

    def ask(self, connection, query, *values):
        async def once():
            async with connection.transaction():
                return await connection.fetchval(query, *values)

        return self.loop.run_until_complete(once())


class Pg8000:
    libpq, mark = None, ":value"

    def __init__(self):
        import pg8000.native
        from importlib.metadata import version

        self.module, self.version = pg8000.native, version("pg8000")

    def connect(self, search_path=None):
        parameters = {"search_path": search_path} if search_path else None
        return self.module.Connection(
            user, host=host, port=int(port), database=database, password=password,
            startup_params=parameters,
        )

    def ask(self, connection, query, *values):
        connection.run("begin")
        statement = connection.prepare(query)
        answer = statement.run(**dict(zip(["value"], values)))[0][0]
        statement.close()
        connection.run("commit")
        return answer


class Pgjdbc:
    libpq, mark = None, "?"

    def __init__(self):
        import jpype

        jpype.startJVM("-Xmx128m", classpath=os.environ["DRIVERS_CLASSPATH"].split(":"))
        self.properties = jpype.JClass("java.util.Properties")
        self.driver = jpype.JClass("org.postgresql.Driver")()
        info = jpype.JClass("org.postgresql.util.DriverInfo")
        self.version = str(info.DRIVER_VERSION)

    def connect(self, search_path=None):
        properties = self.properties()
        settings = {
            "user": user, "password": password, "sslmode": "disable",
            "prepareThreshold": "1", "preparedStatementCacheQueries": str(STATEMENTS // 2),
        }
        if search_path:
            settings["currentSchema"] = search_path.replace(" ", "")
        for name, value in settings.items():
            properties.setProperty(name, value)
        connection = self.driver.connect(f"jdbc:postgresql://{host}:{port}/{database}", properties)
        connection.setAutoCommit(False)
        return connection

    def ask(self, connection, query, *values):
        statement = connection.prepareStatement(query)
        for index, value in enumerate(values, 1):
            statement.setInt(index, value)
        rows = statement.executeQuery()
        rows.next()
        answer = str(rows.getString(1))
        rows.close()
        statement.close()
        connection.commit()
        return int(answer) if values else answer


def try_it(probe):
    if scenario == "connect":
        probe.ask(probe.connect(), "select 1")
    elif scenario == "prepare":
        connections = [probe.connect() for _ in range(CONNECTIONS)]
        for round in range(ROUNDS):
            for number in range(STATEMENTS):
                for connection in connections:
                    answer = probe.ask(connection, sql(number, probe.mark), round)
                    assert answer == number + round, answer
    elif scenario == "search-path":
        found = probe.ask(probe.connect(WANTED), SHOW)
        assert found.replace(" ", "") == WANTED.replace(" ", ""), f"dropped: {found}"
    else:
        raise SystemExit(f"no scenario {scenario}")


probe = {
    "asyncpg": Asyncpg, "pg8000": Pg8000, "pgjdbc": Pgjdbc, "psycopg": Psycopg, "psycopg2": Psycopg2,
}[driver]()
try:
    try_it(probe)
    error = None
except Exception as failure:
    error = f"{type(failure).__name__}: {failure}"
print(json.dumps({"version": probe.version, "libpq": probe.libpq, "error": error}))
sys.stdout.flush()
# Connections that are open end with the process: a driver's own good-bye is not what is tried.
os._exit(0)
