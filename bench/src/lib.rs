//! Measures Greenroom as it is built for people: the release program on a database of its own, over HTTP.
//!
//! Programs here print ratios between what ran in the same run, in turns, because machines are noisy. They must
//! never be tests: a slow day fails nobody.

pub mod dice;
pub mod line;
pub mod ports;
pub mod site;
pub mod times;
