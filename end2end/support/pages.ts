import type { Person } from "./fixtures.ts";

/** The ids that paths contain. */
export type PageIds = { conversation: string; booking: string; talent: string };

type Viewer = "visitor" | "sarah" | "eventpro" | "achieng";

/** A page, who opens it, and its path. */
export type SitePage = [name: string, who: Viewer, pathOf: (ids: PageIds) => string];

/** All pages, in their main states: for signed-out visitors, talents and organizers. */
export const PAGES: SitePage[] = [
  ["the start page", "visitor", () => "/"],
  ["sign-in", "visitor", () => "/signin"],
  ["registration", "visitor", () => "/register?role=talent"],
  ["check your mail", "visitor", () => "/verify?again=1"],
  ["confirming an address", "visitor", () => "/verify?token=any"],
  ["forgotten password", "visitor", () => "/forgot?sent=1"],
  ["a new password", "visitor", () => "/reset?token=any"],
  ["a new password without a link", "visitor", () => "/reset"],
  ["unsubscribing", "visitor", () => "/unsubscribe?token=any"],
  ["the start page after account deletion", "visitor", () => "/?done=left"],
  ["the settings of a talent", "sarah", () => "/settings?done=saved"],
  ["the settings of an organizer", "eventpro", () => "/settings"],
  ["an unknown page", "visitor", () => "/no/such/page"],
  ["the inbox", "eventpro", () => "/inbox"],
  ["an empty inbox", "achieng", () => "/inbox"],
  ["what needs you", "sarah", () => "/inbox?show=needs-you"],
  ["a search of the inbox", "sarah", () => "/inbox?q=nobody"],
  ["the bookings", "sarah", () => "/bookings"],
  ["no bookings", "achieng", () => "/bookings?month=2030-02"],
  ["a thread", "eventpro", ({ conversation }) => conversation],
  ["a conversation to print", "sarah", ({ conversation }) => `${conversation}/print`],
  ["an unknown thread", "sarah", () => "/conversations/1"],
  ["the notifications", "sarah", () => "/notifications"],
  ["no notifications", "achieng", () => "/notifications"],
  ["the directory", "eventpro", () => "/talents"],
  ["a profile, signed out", "visitor", () => "/t/sarah-wanjiru"],
  ["a profile", "eventpro", () => "/t/sarah-wanjiru"],
  ["one's own profile", "sarah", () => "/t/sarah-wanjiru"],
  ["an empty search", "eventpro", () => "/talents?query=nobody"],
  ["a new booking", "eventpro", ({ talent }) => `/bookings/new?talent=${talent}`],
  ["a booking", "sarah", ({ booking }) => booking],
  ["an unknown booking", "sarah", () => "/bookings/1"],
];

/** The pages that Lighthouse audits, by name. */
export const AUDITED = ["the start page", "sign-in", "the inbox", "a thread", "the directory", "the bookings", "a profile"];

/** Returns the pages with these names. */
export function pagesNamed(names: string[]): SitePage[] {
  const pages = PAGES.filter(([name]) => names.includes(name));
  if (pages.length !== names.length) throw new Error(`no such pages: ${names}`);
  return pages;
}

type Fixtures = { apis: Record<"eventpro", Person["api"]>; launch: { path: string; booking: string } };

/** Returns the ids of the demo data. */
export async function demoIds({ apis, launch }: Fixtures): Promise<PageIds> {
  const talent = (await apis.eventpro.findTalent("DJ Kamau")).id;
  return { conversation: launch.path, booking: launch.booking, talent };
}
