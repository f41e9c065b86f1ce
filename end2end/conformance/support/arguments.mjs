const USAGE = `usage: node stream.mjs [SITE [ORGANIZER TALENT PASSWORD [STRANGER]]] [--through-gateway] [--only TOPIC,…] [--but TOPIC,…]`;

/** A local site and three of the demo people. */
const DEFAULTS = [
  "http://127.0.0.1:3000",
  "contact@eventpro.ke",
  "sarah.photographer@example.com",
  "greenroom-demo",
  "dj.kamau@example.com",
];

/** Parses the command line. Exits with 2 and the usage if it is invalid. */
export function parseArguments(args, topics) {
  const positional = [];
  const options = { throughGateway: false, topics };
  const parseTopics = (list) =>
    list?.split(",").map((topic) => (topics.includes(topic) ? topic : exitWithUsage(`There is no topic ${topic}: ${topics.join(", ")}.`)));
  for (let index = 0; index < args.length; index++) {
    const arg = args[index];
    if (arg === "--through-gateway") options.throughGateway = true;
    else if (arg === "--only") options.topics = parseTopics(args[++index]) ?? exitWithUsage();
    else if (arg === "--but") options.topics = exclude(topics, parseTopics(args[++index]) ?? exitWithUsage());
    else if (arg.startsWith("--")) exitWithUsage();
    else positional.push(arg);
  }
  if (![0, 1, 4, 5].includes(positional.length) || !URL.canParse(positional[0] ?? DEFAULTS[0])) exitWithUsage();
  const [site, organizer, talent, password, stranger] = DEFAULTS.map((value, index) => positional[index] ?? value);
  return { ...options, site, organizer, talent, password, stranger };
}

const exclude = (all, excluded) => all.filter((topic) => !excluded.includes(topic));

function exitWithUsage(message = USAGE) {
  console.error(message);
  process.exit(2);
}
