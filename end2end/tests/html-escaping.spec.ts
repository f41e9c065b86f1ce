import { expect, test, type Person } from "../support/fixtures.ts";

// Would end the title, a script, a text area or an attribute around it.
const NAME = "A & B </title><b data-hostile>";
const TITLE = `</script></textarea><img src=x onerror="document.title='taken'" data-hostile>`;
const BODY = `${TITLE}\n<!-- <style> </style>'"&lt;${"\u2028"}`;

// How many messages are unread stands before a title, once the page is live.
const titled = (title: string) => new RegExp(`^(\\(\\d+\\) )?${title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);

for (const javaScript of [true, false]) {
  test.describe(javaScript ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled: javaScript });

    test("text of one person is never markup on the other's page", async ({ eventpro, sarah, apis, launch }) => {
      await apis.eventpro.changeName(NAME);
      const { id: talentId } = await apis.eventpro.findTalent("Sarah Wanjiru");
      await apis.sarah.changeName(NAME);
      const { booking, conversation } = await apis.eventpro.openBooking(talentId, TITLE, BODY, TITLE);
      await apis.sarah.sendMessage(conversation.id, BODY);

      const staysText = async (person: Person, path: string, title: string) => {
        await person.open(path);
        await expect(person.page).toHaveTitle(titled(title));
        await expect(person.page.locator("[data-hostile]")).toHaveCount(0);
      };
      for (const person of [eventpro, sarah]) {
        await staysText(person, `/conversations/${conversation.id}`, `${NAME} · Greenroom`);
        await expect(person.thread.bubbles.last()).toContainText(TITLE);
        await staysText(person, `/bookings/${booking.id}`, `${TITLE} · Greenroom`);
        await staysText(person, "/inbox", "Inbox · Greenroom");
        await staysText(person, "/notifications", "Notifications · Greenroom");
        await staysText(person, "/settings", "Settings · Greenroom");
      }
      await staysText(eventpro, `/talents?query=${encodeURIComponent(NAME)}`, "Find talent · Greenroom");

      // A name that changes while its thread is open reaches the title through the DOM.
      await sarah.open(launch.path);
      await apis.eventpro.changeName("C & <D>");
      if (javaScript) await expect(sarah.page).toHaveTitle(titled("C & <D> · Greenroom"));
    });
  });
}
