//! Names and texts, among them those that are longer than a layout expects.

use super::rng::TownRng;
use model::Craft;

/// People in addition to the demo people, in the order in which smaller towns take them.
pub(super) const PEOPLE: [(&str, Option<Craft>); 35] = [
    ("Wambui Events", None),
    ("Otieno Odhiambo", Some(Craft::Photographer)),
    ("Mwanamkasirikivu Nyambura-Kang'ethe wa Makutano", Some(Craft::Band)),
    ("Coast Weddings", None),
    ("DJ Zuri", Some(Craft::Dj)),
    ("Kampuni ya Maandalizi ya Sherehe na Burudani za Pwani, Mombasa", None),
    ("MC Baraka", Some(Craft::Mc)),
    ("Nyota Band", Some(Craft::Band)),
    ("Amani Photography", Some(Craft::Photographer)),
    ("Rift Valley Festivals", None),
    ("Chebet Kiprono", Some(Craft::Photographer)),
    ("DJ Kinachotuunganishakimataifa", Some(Craft::Dj)),
    ("Kisumu Corporate", None),
    ("Bendi ya Muziki wa Dansi Maisha Marefu", Some(Craft::Band)),
    ("Njeri Mwangi", Some(Craft::Mc)),
    ("Hassan Abdalla", Some(Craft::Photographer)),
    ("Jua Kali Productions", None),
    ("DJ Otis", Some(Craft::Dj)),
    ("Zawadi & Daughters", None),
    ("Akinyi Atieno", Some(Craft::Mc)),
    ("The Savanna Strings", Some(Craft::Band)),
    ("Laikipia Lodges", None),
    ("Kevin Mutua", Some(Craft::Photographer)),
    ("DJ Pendo", Some(Craft::Dj)),
    ("Ukumbi Conference Centre", None),
    ("Fatuma Omar", Some(Craft::Mc)),
    ("Lamu Taarab Ensemble", Some(Craft::Band)),
    ("Naivasha Retreats", None),
    ("Wanjiku Kamande", Some(Craft::Photographer)),
    ("MC Tumaini", Some(Craft::Mc)),
    ("Eldoret Sports Awards", None),
    ("DJ Mbali", Some(Craft::Dj)),
    ("Mugithi Nights", Some(Craft::Band)),
    ("Peter Ndirangu", Some(Craft::Photographer)),
    ("Élodie Ngũgĩ", Some(Craft::Mc)),
];

pub(super) const BIOS: [&str; 6] = [
    "Weddings, launches and everything after dark. Nairobi and wherever the road goes.",
    "Ten years on stage. Swahili, English, Kikuyu.",
    "Natumbuiza katika harusi, sherehe za makampuni na hafla za kifamilia kote nchini.",
    "Own sound for up to 300 guests. Generator on request.\nBased in Kisumu, often on the coast.",
    "",
    "Portraits in daylight, dancing in the dark. Pictures within a week, a dozen the same night.",
];

pub(super) const HOSTS: [&str; 14] = [
    "Kiambu",
    "Achieng and Tom's",
    "Karen",
    "Diani",
    "Safaricom",
    "Mwangaza",
    "Naivasha",
    "Equity",
    "Amina's",
    "Lake Victoria",
    "Njoroge family",
    "Alliance alumni",
    "Serengeti Breweries",
    "Mount Kenya",
];

pub(super) const OCCASIONS: [&str; 12] = [
    "garden wedding",
    "product launch",
    "sundowner",
    "graduation party",
    "end-of-year dinner",
    "ruracio",
    "birthday",
    "team day",
    "charity run",
    "awards night",
    "engagement",
    "jazz brunch",
];

pub(super) const LONG_TITLES: [&str; 4] = [
    "Sherehe ya miaka ishirini na mitano ya ndoa ya Bwana na Bibi Mwanyalo pamoja na jamaa na marafiki wote",
    "Kinachotuunganishakimataifa",
    "Annual general meeting, awards, dinner and dance of the Nairobi Association of Independent Event Organisers",
    "Uzinduzi wa kituo kipya cha utamaduni na maonyesho",
];

pub(super) const VENUES: [&str; 12] = [
    "Paradise Gardens",
    "KICC, Nairobi",
    "Fort Jesus, Mombasa",
    "Ol Pejeta, Nanyuki",
    "Impala Club",
    "Uhuru Gardens",
    "Diani Beach",
    "Naivasha Sopa",
    "Kisumu Yacht Club",
    "Village Market, rooftop",
    "Karura Forest, gate C",
    "Ukumbi wa Mikutano wa Kimataifa wa Jumba la Maendeleo ya Wanawake, ghorofa ya kumi na mbili, Nairobi",
];

pub(super) const OPENINGS: [&str; 7] = [
    "Hello! Are you free that day? We'd love to have you.",
    "Habari! We saw your pictures and would like to book you for the whole afternoon.",
    "Hi, a friend recommended you. About 150 guests, outdoors. Is the fee all right with travel?",
    "Karibu! Tungependa uje kwenye sherehe yetu. Je, una nafasi siku hiyo?",
    "We had you last year and everybody still talks about it. Same again?",
    "Good morning. Four hours, from five in the evening. Sound and lights are there.",
    "Is this date still open? It's a surprise, so please don't call the family.",
];

const SHORT: [&str; 24] = [
    "Sawa",
    "Asante!",
    "Ok",
    "Yes",
    "No problem",
    "👍",
    "Will do",
    "See you then",
    "Perfect",
    "Karibu",
    "Poa sana",
    "Which gate?",
    "At five",
    "On my way",
    "Thanks!",
    "Let me check",
    "Hapana shida",
    "Great 🎉",
    "Good morning",
    "How many guests?",
    "Tutaonana",
    "Any parking?",
    "Noted",
    "Lala salama",
];

const MEDIUM: [&str; 16] = [
    "Doors open at 17:00, speeches at 18:00, and we wind down by 22:00.",
    "Is there power near the stage, or shall I bring the generator?",
    "I'd start with something slow while people eat, and get louder from nine.",
    "The couple comes in to Malaika, please. They'd like it live if possible.",
    "Could you send the list of names by Thursday? Pronunciation too.",
    "We moved it to the big hall, because the forecast says rain.",
    "I can be there an hour earlier for the sound check.",
    "Nitafika saa kumi kamili, pamoja na vyombo vyangu vyote.",
    "The deposit is on its way. M-Pesa says it went through.",
    "There's a room for you that night, breakfast included.",
    "Two sockets on the terrace, and a long cable in the shed.",
    "Please wear something dark, the stage is all white.",
    "My number is 0712 345 678, in case the gate doesn't let you in.",
    "Here is the plan of the place: https://example.com/plans/garden-2026",
    "Can you bring a second microphone for the grandmother?",
    "Tafadhali usisahau orodha ya nyimbo tulizokubaliana wiki iliyopita.",
];

const LONG: [&str; 4] = [
    "Here is the plan for the day:\n\n14:00 set-up\n15:30 sound check\n16:00 guests arrive, quiet music\n17:30 speeches\n\
     19:00 dinner\n21:00 dancing until the neighbours complain\n\nTell me if anything of that doesn't fit.",
    "I've thought about what you said, and I think you're right that a shorter first set works better when people are \
     still arriving. So let's say forty minutes, then the speeches, then dinner with something in the background, and \
     after that as long as they dance. If it rains we move to the tent; it holds a hundred and twenty and has its own \
     lights. I'll bring covers for the speakers either way.",
    "Kwa niaba ya familia nzima ningependa kukushukuru kwa kazi nzuri uliyoifanya. Wageni wote wamefurahi sana, na bibi \
     amecheza hadi usiku wa manane! Tutakupendekeza kwa kila mtu anayetuuliza.",
    "Kinachotuunganishakimataifanasherehezaharusinamaadhimishoyakitamaduniyapwaninabara, as my uncle would say. \
     https://example.com/a/very/long/address/that/no/line/can/hold/without/breaking/somewhere?with=a&query=too",
];

/// Returns a message: short ones are the most frequent.
pub(super) fn message(rng: &mut TownRng) -> String {
    let list: &[&str] = match rng.below(100) {
        0..60 => &SHORT,
        60..95 => &MEDIUM,
        _ => &LONG,
    };
    rng.pick(list).to_owned()
}
