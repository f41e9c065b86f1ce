// A conversation in memory: Next.js needs no query for it, while Greenroom reads its own from the database.

const organizer = "Person 0";
const talent = "Person 1";

export const booking = {
  title: "Booking 0",
  eventDate: "2099-12-31",
  venue: "Nairobi",
  fee: "KES 10,000",
  status: "Accepted",
  organizer,
  talent,
};

export const people = new Map([["organizer", organizer]]);

export const messages = Array.from({ length: 50 }, (_, index) => {
  const seq = index + 1;
  return {
    seq,
    mine: seq % 2 === 1,
    sender: seq % 2 === 1 ? organizer : talent,
    body: `~${seq} The band plays from eight to eleven, and the doors open at seven.`,
    createdAt: new Date(Date.UTC(2026, 10, 22, 14, 0, seq)).toISOString(),
  };
});
