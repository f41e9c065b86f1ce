//! Money: amounts in minor units, the currencies of ISO 4217, and parsing of amounts as people write them.

use crate::api_error::FieldError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Largest amount, in minor units: below 2^53, so that every JSON parser reads it exactly.
pub const AMOUNT_LIMIT: i64 = 1_000_000_000_000_000;

/// ISO 4217 as of January 2026, by the number of decimals. Without gold, test codes and the like, which have no
/// decimals because people aren't paid in them. A test compares it with the data of the crate `iso_currency`.
const CURRENCIES: [(u32, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        DEFAULT_DECIMALS,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY \
         COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS \
         INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR \
         MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP \
         STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];
/// Decimals of most currencies, and of a code that an older version accepted and ISO 4217 doesn't have.
const DEFAULT_DECIMALS: u32 = 2;

/// Names of Kenyan shillings, before or after the number. A name stands before any shorter one that it begins with.
const SHILLINGS: [&str; 7] = ["kshs", "ksh", "kes", "shillings", "shs", "sh", "bob"];
/// Kenyan notations for "no cents", after the number.
const NO_CENTS: [&str; 2] = ["/=", "/-"];
/// Separators accepted between groups of three digits.
const SEPARATORS: [char; 4] = [',', ' ', '\'', '’'];

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Money {
    /// Amount in minor units, whose number per unit ISO 4217 defines: 150000 is KES 1,500, UGX 150,000 or KWD 150.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000i64)]
    pub amount: i64,
    /// Currency code of ISO 4217: three capital letters.
    #[schema(min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

impl Money {
    /// Parses Kenyan shillings as people type them: `45,000`, `45 000.50`, `Ksh 500`, `500/=`, `45k`.
    ///
    /// Refuses ambiguous input instead of guessing: separators must group by three (`1,50` is neither 1.50 nor 150),
    /// and decimals must follow a point.
    ///
    /// # Errors
    /// `Required` for empty input; `AmountInvalid` for input that can't be parsed, and for nothing at all, which is a
    /// slip rather than a fee; `OutOfRange` above [`AMOUNT_LIMIT`].
    pub fn parse_shillings(input: Option<&str>) -> Result<Self, FieldError> {
        let spaced = |c: char| if c.is_whitespace() { ' ' } else { c.to_ascii_lowercase() };
        let typed: String = input.unwrap_or_default().trim().chars().map(spaced).collect();
        if typed.is_empty() {
            return Err(FieldError::Required);
        }
        let amount = parse_amount(strip_currency(&typed), DEFAULT_DECIMALS)?;
        if amount == 0 {
            return Err(FieldError::AmountInvalid);
        }
        Self { amount, currency: "KES".into() }.validate()
    }

    /// Checks that the amount is from 0 to [`AMOUNT_LIMIT`] and that ISO 4217 has the currency.
    ///
    /// # Errors
    /// `CurrencyUnknown`, `OutOfRange`.
    pub fn validate(self) -> Result<Self, FieldError> {
        if currency_decimals(&self.currency).is_none() {
            Err(FieldError::CurrencyUnknown)
        } else if !(0..=AMOUNT_LIMIT).contains(&self.amount) {
            Err(FieldError::OutOfRange)
        } else {
            Ok(self)
        }
    }

    /// Formats the amount as `KES 45,000`, with decimals only if they aren't zero.
    pub fn format_amount(&self) -> String {
        let unit = 10_i64.pow(shown_decimals(&self.currency));
        let digits = (self.amount / unit).to_string();
        let grouped = digits
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|group| std::str::from_utf8(group).unwrap_or_default())
            .collect::<Vec<_>>()
            .join(",");
        match self.amount % unit {
            0 => format!("{} {grouped}", self.currency),
            rest => {
                // Adding the unit pads the decimals with zeros to their full width, which differs between currencies.
                let decimals = (unit + rest).to_string();
                format!("{} {grouped}.{}", self.currency, &decimals[1..])
            }
        }
    }
}

/// Returns the number of decimals of a currency; `None` if ISO 4217 doesn't have it.
fn currency_decimals(currency: &str) -> Option<u32> {
    let known = CURRENCIES.iter().find(|(_, codes)| codes.split(' ').any(|code| code == currency));
    known.map(|(decimals, _)| *decimals)
}

/// Returns the number of decimals to show. Searches only the currencies that don't have two, so that the list of the
/// others stays out of the browser's program.
fn shown_decimals(currency: &str) -> u32 {
    let [none, _, three, four] = CURRENCIES;
    let known = [none, three, four].into_iter().find(|(_, codes)| codes.split(' ').any(|code| code == currency));
    known.map_or(DEFAULT_DECIMALS, |(decimals, _)| decimals)
}

/// Removes the currency from `ksh. 500/=`, which leaves `500`.
fn strip_currency(typed: &str) -> &str {
    let before = SHILLINGS.iter().find_map(|name| typed.strip_prefix(name));
    let number = before.map_or(typed, |rest| strip_full_stop(rest).unwrap_or(rest)).trim_start();
    let after = SHILLINGS.iter().chain(&NO_CENTS).find_map(|name| number.strip_suffix(name));
    after.unwrap_or(number).trim_end()
}

/// Removes the full stop of an abbreviation, as in `.500`; `None` before one or two digits, which may be cents (`.50`).
fn strip_full_stop(rest: &str) -> Option<&str> {
    let number = rest.strip_prefix('.')?;
    let digits = number.chars().take_while(char::is_ascii_digit).count();
    (!(1..=2).contains(&digits)).then_some(number)
}

/// Parses `45,000.50`, `45k` or `1.5m` into minor units.
fn parse_amount(number: &str, decimals: u32) -> Result<i64, FieldError> {
    let (number, thousands) = match (number.strip_suffix('k'), number.strip_suffix('m')) {
        (Some(number), _) => (number.trim_end(), 3),
        (_, Some(number)) => (number.trim_end(), 6),
        _ => (number, 0),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(FieldError::AmountInvalid),
        None => (number, ""),
    };
    let grouped = whole.contains(SEPARATORS);
    let whole = if grouped && thousands == 0 {
        strip_separators(whole).ok_or(FieldError::AmountInvalid)?
    } else {
        whole.to_owned()
    };
    let places = (decimals + thousands) as usize;
    let is_number =
        !whole.is_empty() && [whole.as_str(), fraction].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !is_number || fraction.len() > places {
        return Err(FieldError::AmountInvalid);
    }
    format!("{whole}{fraction:0<places$}").parse().map_err(|_| FieldError::OutOfRange)
}

/// Returns the digits of `1,234,567`; `None` unless there is one kind of separator, with three digits after each.
fn strip_separators(number: &str) -> Option<String> {
    let separator = number.chars().find(|c| SEPARATORS.contains(c))?;
    let mut groups = number.split(separator);
    let first = groups.next()?;
    let begins = (1..=3).contains(&first.len()) && !first.starts_with('0');
    (begins && groups.all(|group| group.len() == 3)).then(|| number.replace(separator, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use iso_currency::{Currency, IntoEnumIterator};
    use proptest::prelude::*;

    fn shillings(typed: &str) -> Result<i64, FieldError> {
        Money::parse_shillings(Some(typed)).map(|money| money.amount)
    }

    #[test]
    fn shillings_parse_common_notations() {
        for (typed, amount) in [
            ("45,000", 4_500_000),
            ("45000", 4_500_000),
            ("45 000", 4_500_000),
            ("45\u{a0}000", 4_500_000),
            ("45\u{202f}000.50", 4_500_050),
            ("45'000", 4_500_000),
            ("1,234,567.89", 123_456_789),
            ("KES 45 000", 4_500_000),
            ("Ksh 500", 50_000),
            ("KSh500", 50_000),
            ("Ksh. 500", 50_000),
            ("Ksh.500", 50_000),
            ("kshs 500", 50_000),
            ("Sh 500", 50_000),
            ("500/=", 50_000),
            ("500/-", 50_000),
            ("Ksh 45,000/=", 4_500_000),
            ("500 bob", 50_000),
            ("45,000 KES", 4_500_000),
            ("45k", 4_500_000),
            ("45 K", 4_500_000),
            ("Ksh 45k", 4_500_000),
            ("1.5k", 150_000),
            ("1.25m", 125_000_000),
            ("120.5", 12_050),
            ("0.50", 50),
            ("  7 ", 700),
        ] {
            assert_eq!(shillings(typed), Ok(amount), "{typed}");
        }
    }

    #[test]
    fn ambiguous_amounts_are_refused() {
        for wrong in [
            "forty",
            "0",
            "KES 0.00",
            "-5",
            "1.234",
            ".5",
            "5.",
            "1.2.3",
            "1,50",
            "45 000,50",
            "45.000,50",
            "45.000",
            "45000,00",
            "1,5",
            "1,2345",
            "1,234,56",
            "1,23,456",
            "0,500",
            ",500",
            "500,",
            "1,234 567",
            "45,,000",
            "4 5",
            "USD 500",
            "$500",
            "500 USD",
            "1e3",
            "45,000k",
            "k",
            "Ksh",
            "Ksh .50",
            "1.2345k5",
            "1.234567k",
            "٤٥",
            "5/=5",
            "+5",
            "0x10",
            "KES.50",
            "Ksh.5",
            "KES.1k",
            "5 5k",
        ] {
            assert_eq!(shillings(wrong), Err(FieldError::AmountInvalid), "{wrong}");
        }
        assert_eq!(shillings(" "), Err(FieldError::Required));
        assert_eq!(shillings("99999999999999999999"), Err(FieldError::OutOfRange));
        assert_eq!(shillings("10,000,000,000,000"), Ok(AMOUNT_LIMIT));
        assert_eq!(shillings("10,000,000,000,000.01"), Err(FieldError::OutOfRange));
    }

    proptest! {
        #[test]
        fn formatted_amounts_round_trip(amount in 1..=AMOUNT_LIMIT) {
            let shown = Money { amount, currency: "KES".into() }.format_amount();
            prop_assert_eq!(shillings(&shown), Ok(amount), "{}", shown);
        }

        /// An amount that parses has the value of its digits, and three digits follow each separator.
        #[test]
        fn parsed_amounts_match_their_digits(typed in "(Ksh |KES)?[0-9,.' ]{1,14}[km]?(/=)?") {
            // Here the full stop belongs to the currency, and isn't a decimal point.
            prop_assume!(!typed.starts_with("KES."));
            if let Ok(amount) = shillings(&typed) {
                let number: String = typed.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
                let times = if typed.contains('m') { 1e6 } else if typed.contains('k') { 1e3 } else { 1.0 };
                let worth = number.parse::<f64>().map(|number| number * times * 100.0).unwrap_or(f64::NAN);
                prop_assert!((worth - amount as f64).abs() < 1.0, "{} as {}", typed, amount);
                let whole = typed.trim_start_matches(|c: char| !c.is_ascii_digit()).split(['.', '/', 'k', 'm']).next();
                let groups = whole.unwrap_or_default().trim_end().split([',', ' ', '\'']).skip(1);
                prop_assert!(groups.into_iter().all(|group| group.len() == 3), "{}", typed);
            }
        }

        #[test]
        fn parsing_any_text_does_not_panic(typed in "\\PC{0,40}") {
            let _ = shillings(&typed);
        }
    }

    #[test]
    fn amounts_use_the_currencys_decimals() {
        let words = |amount, currency: &str| Money { amount, currency: currency.into() }.format_amount();
        assert_eq!(words(4_500_000, "KES"), "KES 45,000");
        assert_eq!(words(123_456_789, "KES"), "KES 1,234,567.89");
        assert_eq!(words(5, "KES"), "KES 0.05");
        assert_eq!(words(150_000, "UGX"), "UGX 150,000");
        assert_eq!(words(150_000, "RWF"), "RWF 150,000");
        assert_eq!(words(1, "JPY"), "JPY 1");
        assert_eq!(words(150_000, "KWD"), "KWD 150");
        assert_eq!(words(1_500, "KWD"), "KWD 1.500");
        assert_eq!(words(5, "CLF"), "CLF 0.0005");
        assert_eq!(words(150, "QQQ"), "QQQ 1.50", "a code that an older version accepted");
    }

    #[test]
    fn unknown_currencies_are_refused() {
        let check = |amount, currency: &str| Money { amount, currency: currency.into() }.validate().map(|_| ());
        assert_eq!(check(AMOUNT_LIMIT, "KES"), Ok(()));
        assert_eq!(check(AMOUNT_LIMIT + 1, "KES"), Err(FieldError::OutOfRange));
        assert_eq!(check(-1, "KES"), Err(FieldError::OutOfRange));
        for unknown in ["", "kes", "KE", "KESX", "QQQ", "XXX", "XAU", "HRK", "KES ", "€", "A D"] {
            assert_eq!(check(1, unknown), Err(FieldError::CurrencyUnknown), "{unknown}");
        }
    }

    #[test]
    fn the_currencies_are_those_of_iso_4217() {
        for currency in Currency::iter() {
            let active = currency.is_superseded().is_none() || currency.code() == "VES";
            let expected = currency.exponent().map(u32::from).filter(|_| active);
            assert_eq!(currency_decimals(currency.code()), expected, "{currency:?}");
            assert_eq!(shown_decimals(currency.code()), expected.unwrap_or(DEFAULT_DECIMALS), "{currency:?}");
        }
        let ours = CURRENCIES.iter().flat_map(|(_, codes)| codes.split(' '));
        ours.for_each(|code| assert!(Currency::from_code(code).is_some(), "{code}"));
    }

    #[test]
    fn schema_limit_matches_amount_constant() {
        let schema = serde_json::to_value(<Money as utoipa::PartialSchema>::schema()).expect("json");
        assert_eq!(schema["properties"]["amount"]["maximum"], AMOUNT_LIMIT);
    }
}
