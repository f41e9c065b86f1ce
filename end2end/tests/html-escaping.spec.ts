import { expect, test, type Person } from "../support/fixtures.ts";

// Markup that would end a title, script, textarea or attribute around it.
const NAME = "A & B </title><b data-hostile>";
const TITLE = `</script></textarea><img src=x onerror="document.title='taken'" data-hostile>`;
const BODY = `${TITLE}\n<!-- <style> </style>'"&lt;${"\u2028"}`;

// On a live page, the title starts with the unread count.
const titlePattern = (title: string) => new RegExp(`^(\\(\\d+\\) )?${title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);

for (const javaScript of [true, false]) {
  test.describe(javaScript ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled: javaScript });

    test("text of one person is escaped on the other's pages", async ({ eventpro, sarah, apis, launch }) => {
      await apis.eventpro.changeName(NAME);
      const { id: talentId } = await apis.eventpro.findTalent("Sarah Wanjiru");
      await apis.sarah.changeName(NAME);
      const { booking, conversation } = await apis.eventpro.openBooking(talentId, TITLE, BODY, TITLE);
      await apis.sarah.sendMessage(conversation.id, BODY);

      const expectEscaped = async (person: Person, path: string, title: string) => {
        await person.open(path);
        await expect(person.page).toHaveTitle(titlePattern(title));
        await expect(person.page.locator("[data-hostile]")).toHaveCount(0);
      };
      for (const person of [eventpro, sarah]) {
        await expectEscaped(person, `/conversations/${conversation.id}`, `${NAME} · Greenroom`);
        await expect(person.thread.bubbles.last()).toContainText(TITLE);
        await expectEscaped(person, `/bookings/${booking.id}`, `${TITLE} · Greenroom`);
        await expectEscaped(person, "/inbox", "Inbox · Greenroom");
        await expectEscaped(person, "/notifications", "Notifications · Greenroom");
        await expectEscaped(person, "/settings", "Settings · Greenroom");
      }
      await expectEscaped(eventpro, `/talents?query=${encodeURIComponent(NAME)}`, "Find talent · Greenroom");

      // A name that changes while its thread is open is set through the DOM, not rendered by the server.
      await sarah.open(launch.path);
      await apis.eventpro.changeName("C & <D>");
      if (javaScript) await expect(sarah.page).toHaveTitle(titlePattern("C & <D> · Greenroom"));
    });
  });
}
