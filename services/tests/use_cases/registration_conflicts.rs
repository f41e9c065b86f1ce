//! An address that another person registers first: in every order of both people's actions, only the profile that the
//! reader of the link enters counts.

use crate::support::{Site, expect_api_error, link_token_in, sign_in};
use model::{ApiError, NewPassword, Profile, RegisterInput, Registration, Role};
use services::accounts::{Confirmation, LinkOpener};
use std::{net::Ipv4Addr, time::Duration};

on_both! {
    no_order_of_events_keeps_data_of_the_attacker,
    concurrent_identical_registrations_create_one_account,
    the_registering_browser_confirms_by_its_link_alone,
    a_program_completes_the_profile_after_a_conflict,
    another_name_with_the_same_password_is_a_conflict,
    older_pending_registrations_count_as_conflicts,
}

const OWNED: &str = "wambui@example.com";
const HOME: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// Entered by the owner when the page asks for the profile.
const INTRODUCED: &str = "said by the reader of the link";
const FIRST: &str = "the owner's first";
const ATTACKERS: &str = "the attacker's own";

/// An action on the address before its owner follows a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    AttackerRegisters,
    OwnerRegisters,
    AttackerResends,
    OwnerResends,
    /// By either person: the server can't tell which.
    SomebodyForgets,
}

const ACTS: [Act; 5] =
    [Act::AttackerRegisters, Act::OwnerRegisters, Act::AttackerResends, Act::OwnerResends, Act::SomebodyForgets];

fn registration(email: &str, password: &str, name: &str, role: &str) -> Registration {
    let input = RegisterInput {
        email: Some(email.to_owned()),
        password: Some(password.to_owned()),
        name: Some(name.to_owned()),
        role: Some(role.to_owned()),
        craft: Some("dj".to_owned()),
    };
    input.parse().expect("a registration")
}

fn owners(email: &str) -> Registration {
    registration(email, FIRST, "Wambui", "organizer")
}

fn attackers(email: &str) -> Registration {
    registration(email, ATTACKERS, "Not Wambui", "talent")
}

fn introduction() -> Profile {
    let password = NewPassword::parse(Some(INTRODUCED)).expect("a password");
    Profile { password, name: "Wambui herself".to_owned(), role: Role::Organizer, craft: None }
}

/// The two browsers, and the pending registration of each.
struct Story<'a> {
    site: &'a Site,
    email: String,
    owner: Option<String>,
    attacker: Option<String>,
    /// Tokens of all mailed links, the newest last.
    tokens: Vec<String>,
}

impl Story<'_> {
    async fn act(&mut self, act: Act) {
        let greenroom = &self.site.greenroom;
        let address = || self.email.parse().expect("an address");
        match act {
            Act::AttackerRegisters => {
                self.attacker =
                    Some(greenroom.register_account(attackers(&self.email), HOME.into()).await.expect("accepted"));
            }
            Act::OwnerRegisters => {
                self.owner =
                    Some(greenroom.register_account(owners(&self.email), HOME.into()).await.expect("accepted"));
            }
            Act::AttackerResends => {
                greenroom.resend_link(address(), self.attacker.clone(), HOME.into()).await.expect("accepted");
            }
            Act::OwnerResends => {
                greenroom.resend_link(address(), self.owner.clone(), HOME.into()).await.expect("accepted");
            }
            Act::SomebodyForgets => {
                greenroom
                    .forgot_password(self.email.parse().expect("an address"), HOME.into())
                    .await
                    .expect("accepted");
            }
        }
        // A token is created when its e-mail is listed.
        let newest = self.site.mails_to(&self.email).await.first().map(link_token_in);
        self.tokens.extend(newest.filter(|newest| self.tokens.last() != Some(newest)));
    }

    /// Follows the newest link in the owner's browser. Returns whether the page asked for the profile; `None` without a
    /// link.
    async fn follow(&self) -> Option<bool> {
        let (newest, before) = self.tokens.split_last()?;
        for old in before {
            assert_eq!(
                expect_api_error(self.site.greenroom.confirm_email(old).await).code(),
                "token_invalid",
                "an older link still works"
            );
        }
        let token = newest.clone();
        let by = || LinkOpener::Browser(self.owner.clone());
        let alone = Confirmation { token: token.clone(), profile: None, by: by(), from: None };
        match self.site.greenroom.confirm_email(alone).await {
            Ok(_) => Some(false),
            Err(error) => {
                assert_eq!(error.into_api_error(), Profile::required(), "the link must work");
                let whole = Confirmation { token, profile: Some(introduction()), by: by(), from: None };
                self.site.greenroom.confirm_email(whole).await.expect("confirmed");
                Some(true)
            }
        }
    }
}

async fn no_order_of_events_keeps_data_of_the_attacker(site: Site) {
    let orders = orders(3);
    assert_eq!(orders.len(), 5 + 25 + 125);
    for (number, order) in orders.into_iter().enumerate() {
        // Resets the hourly limit for one IP address.
        site.clock.advance(Duration::from_secs(2 * 60 * 60));
        let email = format!("wambui{number}@example.com");
        let mut story = Story { site: &site, email: email.clone(), owner: None, attacker: None, tokens: Vec::new() };
        for act in &order {
            story.act(*act).await;
        }
        // Actions before the first registration have no effect.
        let mut counts = order.iter().skip_while(|act| !matches!(act, Act::AttackerRegisters | Act::OwnerRegisters));
        let Some(asked) = story.follow().await else {
            assert_eq!(counts.next(), None, "registered, but no link was mailed: {order:?}");
            continue;
        };
        let owner_alone = counts.all(|act| matches!(act, Act::OwnerRegisters | Act::OwnerResends));
        assert_eq!(asked, !owner_alone, "{order:?}");
        let attackers = expect_api_error(sign_in(&site.greenroom, &email, ATTACKERS).await);
        assert_eq!(attackers, ApiError::InvalidCredentials, "{order:?}");
        let (password, name) = if asked { (INTRODUCED, "Wambui herself") } else { (FIRST, "Wambui") };
        let token = sign_in(&site.greenroom, &email, password).await.expect("the owner's password").token;
        let viewer = site.greenroom.authenticate(&token).await.expect("a viewer");
        let person = viewer.person();
        assert_eq!((person.name.as_str(), person.role, person.craft), (name, Role::Organizer, None), "{order:?}");
    }
}

/// Returns all sequences of up to `longest` acts.
fn orders(longest: usize) -> Vec<Vec<Act>> {
    let mut all: Vec<Vec<Act>> = ACTS.iter().map(|act| vec![*act]).collect();
    let mut last = all.clone();
    for _ in 1..longest {
        let extend = |order: &Vec<Act>| ACTS.map(|act| [order.as_slice(), &[act]].concat());
        last = last.iter().flat_map(extend).collect();
        all.extend(last.clone());
    }
    all
}

async fn concurrent_identical_registrations_create_one_account(site: Site) {
    let (one, other) = tokio::join!(
        site.greenroom.register_account(owners(OWNED), HOME.into()),
        site.greenroom.register_account(owners(OWNED), HOME.into())
    );
    one.expect("accepted");
    let browser = other.expect("accepted");
    let letters = site.mails_to(OWNED).await;
    assert_eq!(letters.len(), 1, "a double click sent two e-mails");
    assert_eq!(
        expect_api_error(sign_in(&site.greenroom, OWNED, FIRST).await),
        ApiError::EmailUnverified,
        "it isn't contested"
    );
    let by = LinkOpener::Browser(Some(browser));
    let followed = Confirmation { token: link_token_in(&letters[0]), profile: None, by, from: None };
    site.greenroom.confirm_email(followed).await.expect("either response of the double click");
    assert_eq!(sign_in(&site.greenroom, OWNED, FIRST).await.expect("a session").user.name, "Wambui");
}

async fn the_registering_browser_confirms_by_its_link_alone(site: Site) {
    let browser = site.greenroom.register_account(owners(OWNED), HOME.into()).await.expect("accepted");
    let token = site.link_token_for(OWNED).await;
    for other in [None, Some("0".repeat(64)), Some(token.clone())] {
        let by = LinkOpener::Browser(other);
        let followed = Confirmation { token: token.clone(), profile: None, by, from: None };
        assert_eq!(
            expect_api_error(site.greenroom.confirm_email(followed).await),
            Profile::required(),
            "another browser"
        );
    }
    let by = LinkOpener::Browser(Some(browser.clone()));
    let followed = Confirmation { token: browser.clone(), profile: None, by, from: None };
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(followed).await).code(),
        "token_invalid",
        "the secret isn't the link"
    );
    let by = LinkOpener::Browser(Some(browser));
    site.greenroom.confirm_email(Confirmation { token, profile: None, by, from: None }).await.expect("confirmed");
}

async fn a_program_completes_the_profile_after_a_conflict(site: Site) {
    site.greenroom.register_account(attackers(OWNED), HOME.into()).await.expect("accepted");
    site.greenroom.register_account(owners(OWNED), HOME.into()).await.expect("accepted");
    let token = site.link_token_for(OWNED).await;
    assert_eq!(expect_api_error(site.greenroom.confirm_email(&token).await), Profile::required());
    let common = Profile { password: NewPassword::parse(Some("password123")).expect("a password"), ..introduction() };
    let whole =
        |profile| Confirmation { token: token.clone(), profile: Some(profile), by: LinkOpener::Program, from: None };
    assert_eq!(expect_api_error(site.greenroom.confirm_email(whole(common)).await).code(), "password_too_common");
    site.greenroom.confirm_email(whole(introduction())).await.expect("confirmed");
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(whole(introduction())).await).code(),
        "token_invalid",
        "once"
    );
    assert!(sign_in(&site.greenroom, OWNED, INTRODUCED).await.is_ok());
}

async fn another_name_with_the_same_password_is_a_conflict(site: Site) {
    site.greenroom
        .register_account(registration(OWNED, FIRST, "Not Wambui", "talent"), HOME.into())
        .await
        .expect("accepted");
    site.greenroom.register_account(owners(OWNED), HOME.into()).await.expect("accepted");
    let refused = expect_api_error(site.greenroom.confirm_email(&site.link_token_for(OWNED).await).await);
    assert_eq!(refused, Profile::required(), "a person who knows a password that leaked must not choose the name");
}

async fn older_pending_registrations_count_as_conflicts(site: Site) {
    site.greenroom.register_account(attackers(OWNED), HOME.into()).await.expect("accepted");
    site.execute("DELETE FROM seaql_migrations WHERE version = 'm2026_11_28_contested_registrations'").await;
    services::migrate(site.url()).await.expect("migrated");
    let token = site.link_token_for(OWNED).await;
    assert_eq!(expect_api_error(site.greenroom.confirm_email(&token).await), Profile::required());
    let whole = Confirmation { token, profile: Some(introduction()), by: LinkOpener::Program, from: None };
    site.greenroom.confirm_email(whole).await.expect("confirmed");
    assert_eq!(expect_api_error(sign_in(&site.greenroom, OWNED, ATTACKERS).await), ApiError::InvalidCredentials);
}
