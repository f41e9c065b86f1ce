import Database from "libsql";
import type { Site } from "./site.ts";

type Value = string | number | Buffer | null;

/** A site, or its data alone. */
type HasDatabase = Pick<Site, "database">;

function withDatabase<T>(site: HasDatabase, work: (database: Database.Database) => T): T {
  const database = new Database(site.database, { timeout: 5_000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Converts an id to the 16 bytes that the database stores. */
export const uuidBytes = (id: string): Buffer => Buffer.from(id.replaceAll("-", ""), "hex");

/** Queries the site's database file directly, whether or not the site is running. */
export function query<Row = Record<string, any>>(site: Site, sql: string, ...values: Value[]): Row[] {
  return withDatabase(site, (database) => database.prepare(sql).all(values) as Row[]);
}

/** Changes the database directly, for states that a test would have to wait for. */
export function executeSql(site: HasDatabase, sql: string, ...values: Value[]): void {
  withDatabase(site, (database) => database.prepare(sql).run(values));
}

/** Executes statements in one transaction, so that the site can't write between them. */
export function executeTransaction(site: Site, ...statements: string[]): void {
  withDatabase(site, (database) => database.exec(["BEGIN IMMEDIATE", ...statements, "COMMIT"].join(";\n")));
}
