const USAGE = `usage: node stream.mjs [SITE [ORGANIZER TALENT PASSWORD [STRANGER]]] [--through-gateway] [--only TOPIC,…] [--but TOPIC,…]`;

/** The people every new site has. */
const DEFAULTS = [
  "http://127.0.0.1:3000",
  "contact@eventpro.ke",
  "sarah.photographer@example.com",
  "greenroom-demo",
  "dj.kamau@example.com",
];

/** What to look at, as it was asked for. */
export function parse(words, topics) {
  const given = [];
  const how = { throughGateway: false, topics };
  const named = (list) => list?.split(",").map((topic) => (topics.includes(topic) ? topic : fail(`There is no topic ${topic}: ${topics.join(", ")}.`)));
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === "--through-gateway") how.throughGateway = true;
    else if (word === "--only") how.topics = named(words[++index]) ?? fail(USAGE);
    else if (word === "--but") how.topics = without(topics, named(words[++index]) ?? fail(USAGE));
    else if (word.startsWith("--")) fail(USAGE);
    else given.push(word);
  }
  if (![0, 1, 4, 5].includes(given.length) || !URL.canParse(given[0] ?? DEFAULTS[0])) fail(USAGE);
  const [site, organizer, talent, password, stranger] = DEFAULTS.map((value, index) => given[index] ?? value);
  return { ...how, site, organizer, talent, password, stranger };
}

const without = (all, some) => all.filter((one) => !some.includes(one));

function fail(message) {
  console.error(message);
  process.exit(2);
}
