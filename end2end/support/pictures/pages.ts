import type { Page } from "@playwright/test";
import type { Api } from "../api.ts";
import { openBookingMenu } from "../booking.ts";
import { executeSql } from "../database.ts";
import { DEMO_PEOPLE } from "../demo-people.ts";
import type { Site } from "../site.ts";
import { ALL, MAIN, NARROW, type ViewName } from "./views.ts";

/** The data of the site: some demo people, a whole town, or the demo people with long words. */
export type Data = "demo" | "town" | "long words";

type Viewer = "visitor" | "sarah" | "eventpro" | "achieng";

/** A client of the viewer, to find ids with. */
type PathOf = (api: Api) => Promise<string>;

export type PicturedPage = {
  data: Data;
  who: Viewer;
  path: string | PathOf;
  views: ViewName[];
  /** Opens what the picture shows, in the page as it was loaded. */
  prepare?: (page: Page) => Promise<unknown>;
};

/** The newest conversation about a booking in this state. */
const conversationOn = (status: string): PathOf => async (api) => {
  const conversations = await api.listConversations();
  return `/conversations/${conversations.find(({ booking }) => booking.status === status).id}`;
};

const bookingOf = (conversation: PathOf): PathOf => async (api) => {
  const path = await conversation(api);
  const conversations = await api.listConversations();
  return `/bookings/${conversations.find(({ id }) => path.endsWith(id)).booking.id}`;
};

const newBooking: PathOf = async (api) => `/bookings/new?talent=${(await api.findTalent("DJ Kamau")).id}`;

const request = conversationOn("inquiry");
const agreed = conversationOn("accepted");

const openDecision = (page: Page) => page.getByRole("button", { name: /^Accept KES/ }).click();
const openDetails = (page: Page) => page.getByRole("button", { name: /^Booking details/ }).click();

const passStep = async (page: Page) => {
  await page.getByLabel("What you do").selectOption("Band");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Amina Live");
  await page.getByRole("button", { name: "Continue" }).click();
};

const refuse = async (page: Page) => {
  await page.getByRole("textbox", { name: "Email" }).fill("amina@example.com");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").first().waitFor();
};

/** The pages that are pictured, and in which views: all of those that people look at most, and some of others. */
export const PICTURED: Record<string, PicturedPage> = {
  "the start page": { data: "town", who: "visitor", path: "/", views: [...ALL, "360-no-javascript", "360-whole", "1440-large-text"] },
  "sign-in": { data: "demo", who: "visitor", path: "/signin", views: ["320", "360", "360-large-text", "740x390", "1440"] },
  "a refused sign-in": { data: "demo", who: "visitor", path: "/signin", views: ["360"], prepare: refuse },
  "joining": { data: "demo", who: "visitor", path: "/register", views: ["360", "1440"] },
  "joining, first step": { data: "demo", who: "visitor", path: "/register?role=talent", views: ["320", "360", "1440-dark", "360-no-javascript"] },
  "joining, last step": { data: "demo", who: "visitor", path: "/register?role=talent", views: ["360", "360-large-text"], prepare: passStep },
  "check your email": { data: "demo", who: "visitor", path: "/verify?again=1", views: ["360"] },
  "an unknown page": { data: "demo", who: "visitor", path: "/no/such/page", views: ["360", "1440-dark"] },
  "the inbox": { data: "town", who: "eventpro", path: "/inbox", views: [...ALL, "1440-forced-colours"] },
  "what needs you": { data: "town", who: "sarah", path: "/inbox?show=needs-you", views: ["360"] },
  "a new inbox": { data: "demo", who: "achieng", path: "/inbox", views: ["320", "360", "1440"] },
  "a request": { data: "town", who: "sarah", path: request, views: [...ALL, "360-no-javascript"] },
  "a request, to accept": { data: "town", who: "sarah", path: request, views: ["320", "360", "360-dark", "360-forced-colours", "360-large-text", "740x390"], prepare: openDecision },
  "a sent request": { data: "town", who: "eventpro", path: request, views: ["360"] },
  "an agreed booking": { data: "town", who: "eventpro", path: agreed, views: ["360"] },
  "the ticket in a sheet": { data: "town", who: "eventpro", path: agreed, views: ["320", "360", "740x390", "360-large-text"], prepare: openDetails },
  "the menu of a booking": { data: "town", who: "eventpro", path: agreed, views: ["360"], prepare: openBookingMenu },
  "a booking": { data: "town", who: "sarah", path: bookingOf(agreed), views: MAIN },
  "a conversation to print": { data: "demo", who: "sarah", path: async (api) => `${await request(api)}/print`, views: ["768"] },
  "the bookings": { data: "town", who: "sarah", path: "/bookings", views: ["320", "360", "360-dark", "360-forced-colours", "360-large-text", "360-no-javascript", "740x390", "768", "1440"] },
  "a month of bookings": { data: "town", who: "sarah", path: "/bookings?month=2027-02", views: ["360", "1440"] },
  "no bookings": { data: "demo", who: "achieng", path: "/bookings", views: ["360"] },
  "the notifications": { data: "town", who: "sarah", path: "/notifications", views: ["320", "360", "360-dark", "360-large-text", "740x390"] },
  "no notifications": { data: "demo", who: "achieng", path: "/notifications", views: ["360"] },
  "the directory": { data: "town", who: "eventpro", path: "/talents", views: [...MAIN, "768"] },
  "an empty search": { data: "demo", who: "eventpro", path: "/talents?query=nobody", views: ["360"] },
  "a profile": { data: "town", who: "eventpro", path: "/t/sarah-wanjiru", views: [...MAIN, "360-forced-colours"] },
  "a profile, signed out": { data: "town", who: "visitor", path: "/t/sarah-wanjiru", views: ["360"] },
  "one's own profile": { data: "town", who: "sarah", path: "/t/sarah-wanjiru", views: ["360"] },
  "a new booking": { data: "town", who: "eventpro", path: newBooking, views: ["320", "360", "360-large-text", "1440-dark"] },
  "the settings": { data: "demo", who: "sarah", path: "/settings", views: [...MAIN, "1440-forced-colours", "360-whole"] },
  "the settings of an organizer": { data: "demo", who: "eventpro", path: "/settings?done=saved", views: ["360"] },
  "long words in the inbox": { data: "long words", who: "eventpro", path: "/inbox", views: NARROW },
  "long words in a thread": { data: "long words", who: "sarah", path: request, views: [...NARROW, "740x390"] },
  "long words in a sheet": { data: "long words", who: "sarah", path: request, views: NARROW, prepare: openDecision },
  "long words on a ticket": { data: "long words", who: "sarah", path: bookingOf(request), views: NARROW },
  "long words in the bookings": { data: "long words", who: "sarah", path: "/bookings", views: NARROW },
  "long words in the directory": { data: "long words", who: "eventpro", path: "/talents", views: NARROW },
  "long words on a profile": { data: "long words", who: "eventpro", path: "/t/sarah-wanjiru", views: NARROW },
  "long words in the notifications": { data: "long words", who: "sarah", path: "/notifications", views: NARROW },
};

const LONG_TITLE = "Uzinduziwabidhaampyazakilimochakisasa na burudani";
const LONG_VENUE = "Ukumbiwamikutanowakimataifawakenyatta, Nairobi";
const LONG_TEXT = "Ninawashukurunyotekwaushirikianowenuwadhati, na tutaonana https://example.com/uzinduziwabidhaampyazakilimochakisasa/mpango";

/** Makes words longer than those that the forms were designed with. */
export function lengthenWords(site: Site): void {
  const rename = (name: string, email: string) => executeSql(site, "UPDATE person SET name = ?, bio = ? WHERE email = ?", name, LONG_TEXT, email);
  rename("Mkurugenzimtendajiwashirika Wakilikatikamkutano", DEMO_PEOPLE.sarah.email);
  rename("Kampuniyamaandaliziyasherehenaburudani Pwani", DEMO_PEOPLE.eventpro.email);
  executeSql(site, "UPDATE booking SET title = ?, venue = ?, fee_amount = 99999900", LONG_TITLE, LONG_VENUE);
  executeSql(site, "UPDATE message SET body = ? WHERE seq = (SELECT MAX(seq) FROM message m WHERE m.conversation_id = message.conversation_id)", LONG_TEXT);
}
