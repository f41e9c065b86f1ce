import { Person } from "./person.mjs";
import { expectTrue } from "./expect.mjs";

/** Three signed-in people, the conversation of two of them, and the streams they opened. */
export class Scenario {
  #keptOpen = new Set();

  static async create({ site, organizer, talent, stranger, password }) {
    const scenario = new Scenario();
    const signIn = (email) => Person.signIn(site, email, password);
    scenario.site = site;
    scenario.password = password;
    [scenario.organizer, scenario.talent, scenario.stranger] = await Promise.all([organizer, talent, stranger].map(signIn));
    await scenario.#findConversations();
    // Open during all checks, so that isolation covers all their traffic.
    scenario.strangerStream = scenario.keepOpen(await scenario.stranger.subscribe());
    return scenario;
  }

  async #findConversations() {
    const { organizer, talent, stranger } = this;
    const lists = await Promise.all([organizer, talent, stranger].map((person) => person.listConversations()));
    const [ofOrganizer, ofTalent, ofStranger] = lists;
    const ids = new Set(ofTalent.map(({ id }) => id));
    this.conversationId = ofOrganizer.find(({ id }) => ids.has(id))?.id;
    expectTrue(this.conversationId, `${organizer.name} and ${talent.name} share no conversation`);
    const isStranger = [organizer, talent].every(({ id }) => ofStranger.every(({ counterpart }) => counterpart.id !== id));
    expectTrue(isStranger, `${stranger.name} shares a conversation with one of them and is no stranger`);
    this.strangerConversationId = ofStranger[0]?.id;
    expectTrue(this.strangerConversationId, `${stranger.name} has no conversation of their own`);
  }

  get people() {
    return [this.organizer, this.talent, this.stranger];
  }

  /** The two people of the conversation. */
  get participants() {
    return [this.organizer, this.talent];
  }

  counterpartOf(person) {
    return person === this.organizer ? this.talent : this.organizer;
  }

  /** All streams that were opened so far, without those the server rejected. */
  get streams() {
    return this.people.flatMap(({ streams }) => streams).filter(({ status }) => status === 200);
  }

  /** Keeps a stream open after the check that opened it. */
  keepOpen(stream) {
    this.#keptOpen.add(stream);
    return stream;
  }

  /** Closes the streams of the last check. */
  closeStreams() {
    for (const stream of this.streams) if (!this.#keptOpen.has(stream)) stream.close();
  }

  async tearDown() {
    for (const stream of this.streams) stream.close();
    await Promise.allSettled(this.people.map((person) => person.signOut()));
  }
}
