//! The texts of all emails. A translation would be another module like this one.

use super::{EmailContent, EmailKind, LinkBuilder, LinkTarget, layout::Section};
use model::ConversationId;
use model::text;
use model::text::isolate;

/// Confirms the address of an account without a registration conflict.
pub(crate) const CONFIRM_KIND: EmailKind = EmailKind::triggerable_by_strangers("confirm");
/// Confirms the address after a registration conflict: the reader of the link enters their profile first.
pub(crate) const INTRODUCE_KIND: EmailKind = EmailKind::triggerable_by_strangers("introduce");
/// Carries the link to choose a new password.
pub(crate) const RESET_KIND: EmailKind = EmailKind::triggerable_by_strangers("reset");

const SECURITY_FOOTER: &str = "You get this email because it is about the safety of your account.";
const IGNORE_FOOTER: &str = "If this wasn't you, ignore this email: nothing happens.";

fn greeting(name: &str) -> String {
    format!("Hello {},", isolate(name))
}

/// Asks to confirm the address of a new account. Contains no name, because a person other than the reader may have
/// registered it.
pub(crate) fn confirm_address(kind: EmailKind, links: &LinkBuilder, token: &str) -> EmailContent {
    EmailContent {
        kind,
        subject: "Confirm your email address".into(),
        paragraphs: vec![
            "Welcome to Greenroom!".into(),
            "Confirm your email to sign in. The link works once, for two days.".into(),
        ],
        link: Some(("Confirm email", links.with_token("/verify", token))),
        footer: IGNORE_FOOTER.into(),
        unsubscribe: None,
        sections: Vec::new(),
    }
}

/// Tells the owner of an account that their address was registered again.
pub(crate) fn already_registered(name: &str, links: &LinkBuilder) -> EmailContent {
    EmailContent {
        kind: EmailKind::triggerable_by_strangers("already_here"),
        subject: "You already have an account".into(),
        paragraphs: vec![
            greeting(name),
            "someone, probably you, just tried to create an account with this email. You already have one: sign in, or \
             choose a new password if you forgot the old one."
                .into(),
        ],
        link: Some(("Choose a new password", links.to("/forgot"))),
        footer: IGNORE_FOOTER.into(),
        unsubscribe: None,
        sections: Vec::new(),
    }
}

/// Carries the link that a person who forgot their password requested.
pub(crate) fn choose_new_password(name: &str, links: &LinkBuilder, token: &str) -> EmailContent {
    EmailContent {
        kind: RESET_KIND,
        subject: "Choose a new password".into(),
        paragraphs: vec![
            greeting(name),
            "here is the link to choose a new password. It works once, for an hour.".into(),
        ],
        link: Some(("Choose a new password", links.with_token("/reset", token))),
        footer: IGNORE_FOOTER.into(),
        unsubscribe: None,
        sections: Vec::new(),
    }
}

/// Named so that [`attack_warning`] emails can be found in the queue.
pub(crate) const ATTACK_WARNING_KIND: EmailKind = EmailKind::caused_by_recipient("under_attack");

/// Warns the owner of an account for which wrong passwords are being tried.
pub(crate) fn attack_warning(name: &str, links: &LinkBuilder) -> EmailContent {
    EmailContent {
        kind: ATTACK_WARNING_KIND,
        subject: "Someone is trying to sign in to your account".into(),
        paragraphs: vec![
            greeting(name),
            "someone just tried many wrong passwords for your account. They didn't get in, and we slow them down. On a \
             device that you signed in with before, you can sign in as always."
                .into(),
            "If you also use this password elsewhere, or if it is easy to guess, choose another. If that was you, you \
             don't need to do anything."
                .into(),
        ],
        link: Some(("Choose a new password", links.to("/forgot"))),
        footer: SECURITY_FOOTER.into(),
        unsubscribe: None,
        sections: Vec::new(),
    }
}

/// Tells a person that their password was changed.
pub(crate) fn password_changed(name: &str, links: &LinkBuilder) -> EmailContent {
    EmailContent {
        kind: EmailKind::caused_by_recipient("password_changed"),
        subject: "Your password was changed".into(),
        paragraphs: vec![
            greeting(name),
            "your password was just changed, and your other devices and access tokens were signed out.".into(),
            "If this wasn't you, choose a new password at once.".into(),
        ],
        link: Some(("Choose a new password", links.to("/forgot"))),
        footer: SECURITY_FOOTER.into(),
        unsubscribe: None,
        sections: Vec::new(),
    }
}

/// Tells a person of a sign-in from a new device or network.
pub(crate) fn new_device(name: &str, user_agent: &str, links: &LinkBuilder) -> EmailContent {
    let browser = text::preview(user_agent, 120);
    let browser = if browser.is_empty() { "a program that doesn't say what it is".to_owned() } else { browser };
    EmailContent {
        kind: EmailKind::with_own_quota("new_device"),
        subject: "A new sign-in to your account".into(),
        paragraphs: vec![
            greeting(name),
            "your account was just signed in to from a device or a network that we haven't seen before.".into(),
            format!("It calls itself: {}", isolate(&browser)),
            "If this was you, you don't need to do anything. If not, choose a new password: that signs out every device."
                .into(),
        ],
        link: Some(("Choose a new password", links.to("/forgot"))),
        footer: SECURITY_FOOTER.into(),
        unsubscribe: None,
        sections: Vec::new(),
    }
}

/// Asks the recipient to confirm the address that an account is to be moved to.
pub(crate) fn confirm_new_address(links: &LinkBuilder, token: &str) -> EmailContent {
    EmailContent {
        kind: EmailKind::triggerable_by_strangers("new_address"),
        subject: "Confirm your new email address".into(),
        paragraphs: vec![
            "Hello,".into(),
            "confirm that this is your new email address. From then on you sign in with it. The link works once, for two \
             days."
                .into(),
        ],
        link: Some(("Confirm new email", links.with_token("/verify", token))),
        footer: IGNORE_FOOTER.into(),
        unsubscribe: None,
        sections: Vec::new(),
    }
}

/// Tells the current address of an account that a change to another one was requested.
pub(crate) fn address_change_requested(name: &str, links: &LinkBuilder) -> EmailContent {
    EmailContent {
        kind: EmailKind::caused_by_recipient("address_asked"),
        subject: "Your email address is about to change".into(),
        paragraphs: vec![
            greeting(name),
            "someone who knows your password asked to change the email address of your account.".into(),
            "If this wasn't you, choose a new password now. That stops the change.".into(),
        ],
        link: Some(("Choose a new password", links.to("/forgot"))),
        footer: SECURITY_FOOTER.into(),
        unsubscribe: None,
        sections: Vec::new(),
    }
}

/// Tells the previous address of an account that it was replaced.
pub(crate) fn address_changed(name: &str, links: &LinkBuilder) -> EmailContent {
    EmailContent {
        kind: EmailKind::caused_by_recipient("address_changed"),
        subject: "Your email address was changed".into(),
        paragraphs: vec![
            greeting(name),
            "your account now has another email address, and this one doesn't open it any more.".into(),
            "If this wasn't you, someone knows your password. Contact the people who run this site as soon as you can."
                .into(),
        ],
        link: Some(("Go to Greenroom", links.to("/"))),
        footer: SECURITY_FOOTER.into(),
        unsubscribe: None,
        sections: Vec::new(),
    }
}

/// Queued if there is no recipient, so that a request costs the same with and without one. Never sent.
pub(crate) fn placeholder() -> EmailContent {
    EmailContent {
        kind: EmailKind::triggerable_by_strangers("to_nobody"),
        subject: String::new(),
        paragraphs: Vec::new(),
        link: None,
        footer: String::new(),
        unsubscribe: None,
        sections: Vec::new(),
    }
}

/// The unread notifications of one conversation.
pub(crate) struct UnreadConversation {
    pub(crate) conversation: ConversationId,
    pub(crate) from: String,
    pub(crate) about: String,
    /// The oldest first.
    pub(crate) lines: Vec<DigestLine>,
    pub(crate) link: LinkTarget,
}

/// One unread notification in a digest.
pub(crate) enum DigestLine {
    /// The beginning of a message.
    Message(String),
    /// The text of a booking action.
    Action(&'static str),
}

impl DigestLine {
    /// Returns the line for a notification of this kind.
    pub(crate) fn from_notification(kind: &str, preview: &str) -> Self {
        match kind {
            "booking_accepted" => Self::Action("Accepted the booking."),
            "booking_declined" => Self::Action("Declined the booking."),
            "booking_cancelled" => Self::Action("Cancelled the booking."),
            _ => Self::Message(preview.to_owned()),
        }
    }

    pub(crate) fn is_message(&self) -> bool {
        matches!(self, Self::Message(_))
    }

    /// Returns the line. A message is in quotation marks, so that it can't pass for a booking action.
    fn text(&self) -> String {
        match self {
            Self::Message(text) => format!("“{}”", isolate(text)),
            Self::Action(text) => (*text).to_owned(),
        }
    }
}

/// The kind of [`unread_digest`] emails.
pub(crate) const UNREAD_KIND: EmailKind = EmailKind::with_own_quota("unread");

/// The number of unread notifications, of which an email shows the first ones. Booking actions aren't messages.
#[derive(Clone, Copy, Default)]
pub(crate) struct UnreadCounts {
    pub(crate) messages: u64,
    pub(crate) booking_actions: u64,
}

/// Lists unread messages and booking actions. A digest about one conversation always has the same subject, because mail
/// programs would otherwise start a new thread for each.
pub(crate) fn unread_digest(
    name: &str,
    conversations: &[UnreadConversation],
    counts: UnreadCounts,
    links: &LinkBuilder,
    unsubscribe: &str,
) -> EmailContent {
    let about = |unread: &UnreadConversation| format!("{}: {}", isolate(&unread.from), isolate(&unread.about));
    let (subject, link) = match conversations {
        [only] => (about(only), only.link.clone()),
        [first, others @ ..] => {
            let more = if others.len() == 1 {
                "1 other conversation".to_owned()
            } else {
                format!("{} other conversations", others.len())
            };
            (format!("{}, and {more}", about(first)), links.to("/inbox"))
        }
        [] => (String::new(), links.to("/inbox")),
    };
    let section = |unread: &UnreadConversation| {
        let lines = unread.lines.iter().map(|line| format!("\n  {}", line.text())).collect::<String>();
        Section {
            conversation: unread.conversation,
            text: format!("{}, {}:{lines}", isolate(&unread.from), isolate(&unread.about)),
            link: (format!("Open the conversation with {}", isolate(&unread.from)), unread.link.clone()),
        }
    };
    let mut paragraphs = vec![format!("{} you have {}.", greeting(name), counts.text())];
    let shown: usize = conversations.iter().map(|unread| unread.lines.len()).sum();
    let more = (counts.messages + counts.booking_actions).saturating_sub(shown as u64);
    if more > 0 {
        paragraphs.push(format!("Here are the first {shown}, and {more} more wait for you at Greenroom."));
    }
    EmailContent {
        kind: UNREAD_KIND,
        subject,
        paragraphs,
        sections: conversations.iter().map(section).collect(),
        link: Some(("Read and reply", link)),
        footer: "You can change when we email you in Settings.".into(),
        unsubscribe: Some(links.with_token("/unsubscribe", unsubscribe)),
    }
}

impl UnreadCounts {
    fn text(self) -> String {
        let messages = match self.messages {
            0 => return "news about a booking".to_owned(),
            1 => "1 unread message".to_owned(),
            count => format!("{count} unread messages"),
        };
        if self.booking_actions > 0 { format!("{messages}, and news about a booking") } else { messages }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A right-to-left name with an override and a character that would end an isolate.
    const NAME: &str = "\u{202e}שרה\u{2069}";

    #[test]
    fn names_are_direction_isolated_in_mails() {
        let links = LinkBuilder::new("https://greenroom.example");
        let unread_from = |from: &str| UnreadConversation {
            from: from.to_owned(),
            about: NAME.to_owned(),
            conversation: ConversationId(uuid::Uuid::nil()),
            lines: vec![DigestLine::Message(NAME.to_owned()), DigestLine::Message("Sawa".to_owned())],
            link: links.to("/conversations/1"),
        };
        let emails = [
            already_registered(NAME, &links),
            choose_new_password(NAME, &links, "token"),
            password_changed(NAME, &links),
            new_device(NAME, NAME, &links),
            attack_warning(NAME, &links),
            address_change_requested(NAME, &links),
            address_changed(NAME, &links),
            unread_digest(NAME, &[unread_from(NAME)], UnreadCounts::default(), &links, "token"),
            unread_digest(NAME, &[unread_from(NAME), unread_from(NAME)], UnreadCounts::default(), &links, "token"),
        ];
        for email_content in emails {
            let whole = format!("{}\n{}", email_content.subject, email_content.text());
            let inside = whole.replace("\u{2068}שרה\u{2069}", "");
            assert!(whole.len() > inside.len(), "{}: it contains a name", email_content.kind.name);
            assert!(!inside.contains(['ש', '\u{202e}', '\u{2069}']), "{}: {whole:?}", email_content.kind.name);
        }
    }
}
