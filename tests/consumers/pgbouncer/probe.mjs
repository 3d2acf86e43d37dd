// probe.mjs DRIVER SCENARIO HOST PORT DATABASE USER: as probe.py, for JavaScript's drivers.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [driver, scenario, host, port, database, user] = process.argv.slice(2);
const password = process.env.PGPASSWORD;
const require = createRequire(join(process.env.DRIVERS, "package.json"));
const [CONNECTIONS, STATEMENTS, ROUNDS] = [4, 12, 3];
const WANTED = "pg_catalog, information_schema";
const SHOW = "select current_setting('search_path') as answer";

const probes = {
  async "node-postgres"(searchPath) {
    const pg = require("pg");
    const options = searchPath && `-c search_path=${searchPath.replaceAll(" ", "")}`;
    const client = new pg.Client({ host, port, database, user, password, options });
    await client.connect();
    return async (text, values) => {
      await client.query("begin");
      const { rows } = await client.query({ name: text, text, values });
      await client.query("commit");
      return rows[0].answer;
    };
  },
  async "postgres.js"(searchPath) {
    const postgres = require("postgres");
    const connection = searchPath ? { search_path: searchPath } : {};
    const sql = postgres({ host, port, database, user, password, max: 1, connection, fetch_types: false });
    await sql`select 1`;
    return (text, values = []) =>
      sql.begin(async (it) => (await it.unsafe(text, values, { prepare: true }))[0].answer);
  },
};
const versions = { "node-postgres": "pg", "postgres.js": "postgres" };

async function tryIt() {
  if (scenario === "connect") {
    await (await probes[driver]())("select 1 as answer");
  } else if (scenario === "prepare") {
    const clients = [];
    for (let n = 0; n < CONNECTIONS; n++) clients.push(await probes[driver]());
    for (let round = 0; round < ROUNDS; round++)
      for (let number = 0; number < STATEMENTS; number++)
        for (const ask of clients) {
          const answer = await ask(`select $1::int + ${number} as answer`, [round]);
          if (Number(answer) !== number + round) throw new Error(`wrong answer ${answer}`);
        }
  } else if (scenario === "search-path") {
    const found = await (await probes[driver](WANTED))(SHOW);
    if (found.replaceAll(" ", "") !== WANTED.replaceAll(" ", "")) throw new Error(`dropped: ${found}`);
  } else {
    throw new Error(`no scenario ${scenario}`);
  }
}

let error = null;
try {
  await tryIt();
} catch (failure) {
  error = `${failure.name}: ${failure.message}`;
}
const about = join(process.env.DRIVERS, "node_modules", versions[driver], "package.json");
const { version } = JSON.parse(readFileSync(about, "utf8"));
console.log(JSON.stringify({ version, libpq: null, error }));
process.exit(0);
