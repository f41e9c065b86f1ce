import Database from "libsql";
import type { Site } from "./site.ts";

type Value = string | number | null;

function within<T>(site: Site, work: (database: Database.Database) => T): T {
  const database = new Database(site.database, { timeout: 5_000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Asks the site's database itself, whether the site runs or not. Ids in it are bytes: `hex(id)`. */
export function ask<Row = Record<string, any>>(site: Site, sql: string, ...values: Value[]): Row[] {
  return within(site, (database) => database.prepare(sql).all(...values) as Row[]);
}

/** Changes it behind the site's back, where a story would have to wait otherwise. */
export function meddle(site: Site, sql: string, ...values: Value[]): void {
  within(site, (database) => database.prepare(sql).run(...values));
}
