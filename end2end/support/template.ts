import { Api } from "./api.ts";
import { CAST, PASSWORD, type Name } from "./cast.ts";
import { Site } from "./site.ts";

/** A seeded site in which the whole cast is signed in: what every test begins with a copy of. */
export type Template = { data: string; sessions: Record<Name, string>; remove(): Promise<void> };

export async function makeTemplate(): Promise<Template> {
  const site = await Site.start();
  const sessions = {} as Record<Name, string>;
  for (const [name, { email }] of Object.entries(CAST)) {
    sessions[name as Name] = await new Api(site.url).signIn(email, PASSWORD);
  }
  await site.stop();
  return { data: site.data, sessions, remove: () => site.remove() };
}
