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

const EMAIL: &str = "wambui@example.com";
const HOME: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// Entered by the owner when the page asks for the profile.
const PROFILE_PASSWORD: &str = "said by the reader of the link";
const OWNER_PASSWORD: &str = "the owner's first";
const ATTACKER_PASSWORD: &str = "the attacker's own";

/// An action on the address before its owner follows a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    AttackerRegisters,
    OwnerRegisters,
    AttackerResends,
    OwnerResends,
    /// By either person: the server can't tell which.
    SomebodyForgets,
}

const ACTIONS: [Action; 5] = [
    Action::AttackerRegisters,
    Action::OwnerRegisters,
    Action::AttackerResends,
    Action::OwnerResends,
    Action::SomebodyForgets,
];

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

fn owner_registration(email: &str) -> Registration {
    registration(email, OWNER_PASSWORD, "Wambui", "organizer")
}

fn attacker_registration(email: &str) -> Registration {
    registration(email, ATTACKER_PASSWORD, "Not Wambui", "talent")
}

fn owner_profile() -> Profile {
    let password = NewPassword::parse(Some(PROFILE_PASSWORD)).expect("a password");
    Profile { password, name: "Wambui herself".to_owned(), role: Role::Organizer, craft: None }
}

/// The two browsers, and the pending registration of each.
struct Scenario<'a> {
    site: &'a Site,
    email: String,
    owner: Option<String>,
    attacker: Option<String>,
    /// Tokens of all mailed links, the newest last.
    tokens: Vec<String>,
}

impl Scenario<'_> {
    async fn perform(&mut self, action: Action) {
        let greenroom = &self.site.greenroom;
        let address = || self.email.parse().expect("an address");
        match action {
            Action::AttackerRegisters => {
                self.attacker = Some(
                    greenroom
                        .register_account(attacker_registration(&self.email), HOME.into())
                        .await
                        .expect("accepted"),
                );
            }
            Action::OwnerRegisters => {
                self.owner = Some(
                    greenroom.register_account(owner_registration(&self.email), HOME.into()).await.expect("accepted"),
                );
            }
            Action::AttackerResends => {
                greenroom.resend_link(address(), self.attacker.clone(), HOME.into()).await.expect("accepted");
            }
            Action::OwnerResends => {
                greenroom.resend_link(address(), self.owner.clone(), HOME.into()).await.expect("accepted");
            }
            Action::SomebodyForgets => {
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
        let without_profile = Confirmation { token: token.clone(), profile: None, by: by(), from: None };
        match self.site.greenroom.confirm_email(without_profile).await {
            Ok(_) => Some(false),
            Err(error) => {
                assert_eq!(error.into_api_error(), Profile::required(), "the link must work");
                let with_profile = Confirmation { token, profile: Some(owner_profile()), by: by(), from: None };
                self.site.greenroom.confirm_email(with_profile).await.expect("confirmed");
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
        let mut scenario =
            Scenario { site: &site, email: email.clone(), owner: None, attacker: None, tokens: Vec::new() };
        for action in &order {
            scenario.perform(*action).await;
        }
        // Actions before the first registration have no effect.
        let mut counts =
            order.iter().skip_while(|action| !matches!(action, Action::AttackerRegisters | Action::OwnerRegisters));
        let Some(asked_for_profile) = scenario.follow().await else {
            assert_eq!(counts.next(), None, "registered, but no link was mailed: {order:?}");
            continue;
        };
        let owner_alone = counts.all(|action| matches!(action, Action::OwnerRegisters | Action::OwnerResends));
        assert_eq!(asked_for_profile, !owner_alone, "{order:?}");
        let result = expect_api_error(sign_in(&site.greenroom, &email, ATTACKER_PASSWORD).await);
        assert_eq!(result, ApiError::InvalidCredentials, "{order:?}");
        let (password, name) =
            if asked_for_profile { (PROFILE_PASSWORD, "Wambui herself") } else { (OWNER_PASSWORD, "Wambui") };
        let token = sign_in(&site.greenroom, &email, password).await.expect("the owner's password").token;
        let viewer = site.greenroom.authenticate(&token).await.expect("a viewer");
        let person = viewer.person();
        assert_eq!((person.name.as_str(), person.role, person.craft), (name, Role::Organizer, None), "{order:?}");
    }
}

/// Returns all sequences of up to `longest` acts.
fn orders(longest: usize) -> Vec<Vec<Action>> {
    let mut all: Vec<Vec<Action>> = ACTIONS.iter().map(|action| vec![*action]).collect();
    let mut last = all.clone();
    for _ in 1..longest {
        let extend = |order: &Vec<Action>| ACTIONS.map(|action| [order.as_slice(), &[action]].concat());
        last = last.iter().flat_map(extend).collect();
        all.extend(last.clone());
    }
    all
}

async fn concurrent_identical_registrations_create_one_account(site: Site) {
    let (one, other) = tokio::join!(
        site.greenroom.register_account(owner_registration(EMAIL), HOME.into()),
        site.greenroom.register_account(owner_registration(EMAIL), HOME.into())
    );
    one.expect("accepted");
    let browser = other.expect("accepted");
    let mails = site.mails_to(EMAIL).await;
    assert_eq!(mails.len(), 1, "a double click sent two e-mails");
    assert_eq!(
        expect_api_error(sign_in(&site.greenroom, EMAIL, OWNER_PASSWORD).await),
        ApiError::EmailUnverified,
        "it isn't contested"
    );
    let by = LinkOpener::Browser(Some(browser));
    let confirmation = Confirmation { token: link_token_in(&mails[0]), profile: None, by, from: None };
    site.greenroom.confirm_email(confirmation).await.expect("either response of the double click");
    assert_eq!(sign_in(&site.greenroom, EMAIL, OWNER_PASSWORD).await.expect("a session").user.name, "Wambui");
}

async fn the_registering_browser_confirms_by_its_link_alone(site: Site) {
    let browser = site.greenroom.register_account(owner_registration(EMAIL), HOME.into()).await.expect("accepted");
    let token = site.link_token_for(EMAIL).await;
    for other in [None, Some("0".repeat(64)), Some(token.clone())] {
        let by = LinkOpener::Browser(other);
        let confirmation = Confirmation { token: token.clone(), profile: None, by, from: None };
        assert_eq!(
            expect_api_error(site.greenroom.confirm_email(confirmation).await),
            Profile::required(),
            "another browser"
        );
    }
    let by = LinkOpener::Browser(Some(browser.clone()));
    let confirmation = Confirmation { token: browser.clone(), profile: None, by, from: None };
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(confirmation).await).code(),
        "token_invalid",
        "the secret isn't the link"
    );
    let by = LinkOpener::Browser(Some(browser));
    site.greenroom.confirm_email(Confirmation { token, profile: None, by, from: None }).await.expect("confirmed");
}

async fn a_program_completes_the_profile_after_a_conflict(site: Site) {
    site.greenroom.register_account(attacker_registration(EMAIL), HOME.into()).await.expect("accepted");
    site.greenroom.register_account(owner_registration(EMAIL), HOME.into()).await.expect("accepted");
    let token = site.link_token_for(EMAIL).await;
    assert_eq!(expect_api_error(site.greenroom.confirm_email(&token).await), Profile::required());
    let common = Profile { password: NewPassword::parse(Some("password123")).expect("a password"), ..owner_profile() };
    let with_profile =
        |profile| Confirmation { token: token.clone(), profile: Some(profile), by: LinkOpener::Program, from: None };
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(with_profile(common)).await).code(),
        "password_too_common"
    );
    site.greenroom.confirm_email(with_profile(owner_profile())).await.expect("confirmed");
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(with_profile(owner_profile())).await).code(),
        "token_invalid",
        "once"
    );
    assert!(sign_in(&site.greenroom, EMAIL, PROFILE_PASSWORD).await.is_ok());
}

async fn another_name_with_the_same_password_is_a_conflict(site: Site) {
    site.greenroom
        .register_account(registration(EMAIL, OWNER_PASSWORD, "Not Wambui", "talent"), HOME.into())
        .await
        .expect("accepted");
    site.greenroom.register_account(owner_registration(EMAIL), HOME.into()).await.expect("accepted");
    let refused = expect_api_error(site.greenroom.confirm_email(&site.link_token_for(EMAIL).await).await);
    assert_eq!(refused, Profile::required(), "a person who knows a password that leaked must not choose the name");
}

async fn older_pending_registrations_count_as_conflicts(site: Site) {
    site.greenroom.register_account(attacker_registration(EMAIL), HOME.into()).await.expect("accepted");
    site.execute("DELETE FROM seaql_migrations WHERE version = 'm2026_11_28_contested_registrations'").await;
    services::migrate(site.url()).await.expect("migrated");
    let token = site.link_token_for(EMAIL).await;
    assert_eq!(expect_api_error(site.greenroom.confirm_email(&token).await), Profile::required());
    let with_profile = Confirmation { token, profile: Some(owner_profile()), by: LinkOpener::Program, from: None };
    site.greenroom.confirm_email(with_profile).await.expect("confirmed");
    assert_eq!(
        expect_api_error(sign_in(&site.greenroom, EMAIL, ATTACKER_PASSWORD).await),
        ApiError::InvalidCredentials
    );
}
