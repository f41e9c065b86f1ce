/** Invariants of the database, each with a query that returns the rows that violate it. */
export const INTEGRITY_CHECKS: [invariant: string, violations: string][] = [
  [
    "Every message belongs to a conversation, and is by one of its two",
    `SELECT hex(m.id) FROM message m WHERE NOT EXISTS (SELECT 1 FROM conversation c
       WHERE c.id = m.conversation_id AND m.sender_id IN (c.organizer_id, c.talent_id))`,
  ],
  [
    "Every conversation belongs to one booking, and to its two people",
    `SELECT hex(c.id) FROM conversation c WHERE 1 <> (SELECT count(*) FROM conversation o WHERE o.booking_id = c.booking_id)
       OR NOT EXISTS (SELECT 1 FROM booking b
         WHERE b.id = c.booking_id AND b.organizer_id = c.organizer_id AND b.talent_id = c.talent_id)`,
  ],
  [
    "Every booking belongs to an organiser and a talent",
    `SELECT hex(b.id) FROM booking b WHERE NOT EXISTS (SELECT 1 FROM person o JOIN person t
       WHERE o.id = b.organizer_id AND o.role = 'organizer' AND t.id = b.talent_id AND t.role = 'talent')`,
  ],
  [
    "Every notification is about something that is there",
    `SELECT hex(n.id) FROM notification n
       WHERE n.booking_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = n.booking_id)
       OR n.message_seq > 0 AND NOT EXISTS (SELECT 1 FROM message m
         WHERE m.conversation_id = n.conversation_id AND m.seq = n.message_seq)`,
  ],
  [
    "Messages are numbered from 1 without a gap",
    `SELECT hex(c.id) FROM conversation c LEFT JOIN message m ON m.conversation_id = c.id GROUP BY c.id
       HAVING count(m.id) <> c.last_seq OR min(m.seq) IS NOT 1 OR max(m.seq) IS NOT c.last_seq`,
  ],
  [
    "Each person's events are numbered from 1 without a gap",
    `SELECT hex(h.person_id) FROM person_head h LEFT JOIN event e ON e.person_id = h.person_id GROUP BY h.person_id
       HAVING count(e.seq) <> h.seq OR h.seq > 0 AND (min(e.seq) IS NOT 1 OR max(e.seq) IS NOT h.seq)`,
  ],
  ["No row points to another that isn't there", "SELECT * FROM pragma_foreign_key_check"],
  ["The file is whole", "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'"],
];
