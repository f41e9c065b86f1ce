/** The demo people, as every new site has them. */
export const PASSWORD = "greenroom-demo";

export type Member = { email: string; name: string };

export const CAST = {
  eventpro: { email: "contact@eventpro.ke", name: "EventPro Kenya" },
  safari: { email: "hello@safarisounds.example.com", name: "Safari Sounds" },
  sarah: { email: "sarah.photographer@example.com", name: "Sarah Wanjiru" },
  kamau: { email: "dj.kamau@example.com", name: "DJ Kamau" },
  achieng: { email: "mc.achieng@example.com", name: "MC Achieng" },
} satisfies Record<string, Member>;

export type Name = keyof typeof CAST;
