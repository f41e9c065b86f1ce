import { Person } from "./person.mjs";
import { expectTrue } from "./expect.mjs";

/** The three people, what two of them talk about, and the streams they opened. */
export class Stage {
  #kept = new Set();

  static async set({ site, organizer, talent, stranger, password }) {
    const stage = new Stage();
    const enter = (email) => Person.signIn(site, email, password);
    stage.site = site;
    stage.password = password;
    [stage.organizer, stage.talent, stage.stranger] = await Promise.all([organizer, talent, stranger].map(enter));
    await stage.#findTalk();
    // Open from the first promise to the last: what is said between two people, the third never hears.
    stage.outside = stage.keep(await stage.stranger.listen());
    return stage;
  }

  async #findTalk() {
    const { organizer, talent, stranger } = this;
    const [own, others, third] = await Promise.all([organizer, talent, stranger].map((person) => person.conversations()));
    const ids = new Set(others.map(({ id }) => id));
    this.talk = own.find(({ id }) => ids.has(id))?.id;
    expectTrue(this.talk, `${organizer.name} and ${talent.name} share no conversation`);
    const strange = [organizer, talent].every(({ id }) => third.every(({ counterpart }) => counterpart.id !== id));
    expectTrue(strange, `${stranger.name} shares a conversation with one of them and is no stranger`);
    this.elsewhere = third[0]?.id;
    expectTrue(this.elsewhere, `${stranger.name} has no conversation of their own`);
  }

  get people() {
    return [this.organizer, this.talent, this.stranger];
  }

  get both() {
    return [this.organizer, this.talent];
  }

  other(person) {
    return person === this.organizer ? this.talent : this.organizer;
  }

  /** Every stream there was. */
  get streams() {
    return this.people.flatMap(({ streams }) => streams).filter(({ status }) => status === 200);
  }

  /** Leaves a stream open when the promise has been looked at. */
  keep(stream) {
    this.#kept.add(stream);
    return stream;
  }

  /** Closes what a promise left open. */
  tidy() {
    for (const stream of this.streams) if (!this.#kept.has(stream)) stream.close();
  }

  async strike() {
    for (const stream of this.streams) stream.close();
    await Promise.allSettled(this.people.map((person) => person.signOut()));
  }
}
