/** The password of all demo people. */
export const PASSWORD = "greenroom-demo";

export type DemoPerson = { email: string; name: string };

/** The people that the `seed` command creates. */
export const DEMO_PEOPLE = {
  eventpro: { email: "contact@eventpro.ke", name: "EventPro Kenya" },
  safari: { email: "hello@safarisounds.example.com", name: "Safari Sounds" },
  sarah: { email: "sarah.photographer@example.com", name: "Sarah Wanjiru" },
  kamau: { email: "dj.kamau@example.com", name: "DJ Kamau" },
  achieng: { email: "mc.achieng@example.com", name: "MC Achieng" },
} satisfies Record<string, DemoPerson>;

export type DemoName = keyof typeof DEMO_PEOPLE;
