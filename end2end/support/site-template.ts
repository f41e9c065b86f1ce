import { Api } from "./api.ts";
import { DEMO_PEOPLE, PASSWORD, type DemoName } from "./demo-people.ts";
import { Site, type Settings } from "./site.ts";

/** The data of a seeded site and a session of each demo person. Every test starts with a copy. */
export type Template = { data: string; sessions: Record<DemoName, string>; remove(): Promise<void> };

export async function createTemplate(settings?: Settings, seed?: string[]): Promise<Template> {
  const site = await Site.start(undefined, settings, seed);
  const sessions = {} as Record<DemoName, string>;
  for (const [name, { email }] of Object.entries(DEMO_PEOPLE)) {
    sessions[name as DemoName] = await new Api(site.url).signIn(email, PASSWORD);
  }
  await site.stop();
  return { data: site.data, sessions, remove: () => site.remove() };
}
