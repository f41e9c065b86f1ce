import Database from "libsql";
import type { Site } from "./site.ts";

type Value = string | number | Buffer | null;

function within<T>(site: Site, work: (database: Database.Database) => T): T {
  const database = new Database(site.database, { timeout: 5_000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** An id as the database has it. */
export const bytes = (id: string): Buffer => Buffer.from(id.replaceAll("-", ""), "hex");

/** Asks the site's database itself, whether the site runs or not. */
export function ask<Row = Record<string, any>>(site: Site, sql: string, ...values: Value[]): Row[] {
  return within(site, (database) => database.prepare(sql).all(values) as Row[]);
}

/** Changes it behind the site's back, where a story would have to wait otherwise. */
export function meddle(site: Site, sql: string, ...values: Value[]): void {
  within(site, (database) => database.prepare(sql).run(values));
}

/** The same for changes between which the site must not write. */
export function meddleAtOnce(site: Site, ...statements: string[]): void {
  within(site, (database) => database.exec(["BEGIN IMMEDIATE", ...statements, "COMMIT"].join(";\n")));
}
