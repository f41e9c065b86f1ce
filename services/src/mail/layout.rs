use maud::{DOCTYPE, Markup, html};
use model::ConversationId;
use uuid::Uuid;

/// A kind of email, with its limit.
#[derive(Clone, Copy)]
pub(crate) struct EmailKind {
    /// A stable identifier for the log and the queue.
    pub(crate) name: &'static str,
    /// The budget of the recipient that it is charged to.
    pub(super) quota: Quota,
}

/// The budget of a recipient that an email is charged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quota {
    Unlimited,
    /// One budget for all kinds that anyone who knows the address can cause.
    Shared,
    /// A budget of the same size for this kind alone, so that it can't block emails that reset a password.
    Own,
}

impl EmailKind {
    /// Returns a kind that only the recipient can cause, or a person who knows their password.
    pub(super) const fn caused_by_recipient(name: &'static str) -> Self {
        Self { name, quota: Quota::Unlimited }
    }

    /// Returns a kind that other people or the recipient's own devices can cause often.
    pub(super) const fn with_own_quota(name: &'static str) -> Self {
        Self { name, quota: Quota::Own }
    }

    /// Returns a kind that anyone who knows the address can cause.
    pub(super) const fn triggerable_by_strangers(name: &'static str) -> Self {
        Self { name, quota: Quota::Shared }
    }
}

/// The content of an email before it is addressed.
pub(crate) struct EmailContent {
    pub(crate) kind: EmailKind,
    pub(crate) subject: String,
    pub(crate) paragraphs: Vec<String>,
    /// Label and target of the main link.
    pub(crate) link: Option<(&'static str, LinkTarget)>,
    /// Small print at the end.
    pub(crate) footer: String,
    pub(crate) unsubscribe: Option<LinkTarget>,
    /// One section per conversation, between the paragraphs and the main link.
    pub(crate) sections: Vec<Section>,
}

/// The part of an email about one conversation.
pub(crate) struct Section {
    pub(crate) conversation: ConversationId,
    pub(crate) text: String,
    /// Label and target of the link to the conversation.
    pub(crate) link: (String, LinkTarget),
}

/// The target of a link in an email.
#[derive(Clone)]
pub(crate) struct LinkTarget {
    pub(crate) url: String,
    /// The reference in the URL that delivery replaces by the issued token.
    pub(crate) token: Option<Uuid>,
}

impl std::fmt::Display for LinkTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.url)
    }
}

impl EmailContent {
    /// Returns the reference in its links that delivery replaces by the issued token.
    pub(super) fn token_reference(&self) -> Option<Uuid> {
        let links = self.link.iter().map(|(_, target)| target).chain(&self.unsubscribe);
        links.into_iter().find_map(|target| target.token)
    }

    /// Returns the conversation it is about, if it is about exactly one: mail programs group these emails into a
    /// thread.
    pub(super) fn conversation(&self) -> Option<ConversationId> {
        match self.sections.as_slice() {
            [only] => Some(only.conversation),
            _ => None,
        }
    }

    /// Returns the subject in one line, without control characters from people's names, which would allow header
    /// injection.
    pub(super) fn header_safe_subject(&self) -> String {
        self.subject.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Renders plain text, with a blank line between paragraphs.
    pub(super) fn text(&self) -> String {
        let mut parts = self.paragraphs.clone();
        parts.extend(self.sections.iter().map(|Section { text, link: (_, target), .. }| format!("{text}\n{target}")));
        parts.extend(self.link.as_ref().map(|(label, url)| format!("{label}:\n{url}")));
        parts.push(format!("-- \nGreenroom\n{}", self.footer));
        parts.extend(self.unsubscribe.as_ref().map(|url| format!("Stop these emails: {url}")));
        parts.join("\n\n") + "\n"
    }

    /// Renders a small HTML document. Styles are inline, because many mail programs ignore style sheets.
    pub(super) fn html(&self) -> String {
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width";
                    title { (self.subject) }
                }
                body style=(BODY) {
                    @for text in &self.paragraphs { p style=(PARAGRAPH) { (text) } }
                    @for section in &self.sections { (section.html()) }
                    @if let Some((label, LinkTarget { url, .. })) = &self.link {
                        p { a href=(url) style=(BUTTON) { (label) } }
                        p style=(SMALL) { (url) }
                    }
                    hr style=(RULE);
                    p style=(SMALL) { "Greenroom. " (self.footer) (self.unsubscribe_link()) }
                }
            }
        };
        document.into_string()
    }

    fn unsubscribe_link(&self) -> Markup {
        html! {
            @if let Some(LinkTarget { url, .. }) = &self.unsubscribe {
                " " a href=(url) style="color:inherit" { "Stop these emails" }
            }
        }
    }
}

impl Section {
    fn html(&self) -> Markup {
        let (label, LinkTarget { url, .. }) = &self.link;
        html! {
            p style=(PARAGRAPH) { (self.text) }
            p { a href=(url) style=(LINK) { (label) } }
        }
    }
}

// Clips marks that are stacked on a letter of a message.
const PARAGRAPH: &str = "white-space:pre-line;overflow:hidden;overflow-wrap:anywhere";
const RULE: &str = "border:0;border-top:1px solid #DDE1DA";
const LINK: &str = "color:#0B6B4C;font-weight:600";
const BODY: &str = "font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:24px auto;padding:0 16px";
const BUTTON: &str = "display:inline-block;padding:12px 20px;border-radius:8px;background:#0B6B4C;color:#FFFFFF;\
                      text-decoration:none;font-weight:600";
const SMALL: &str = "font-size:14px;color:#59635D;overflow-wrap:anywhere";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_in_html_mails() {
        let email_content = EmailContent {
            kind: EmailKind::caused_by_recipient("test"),
            subject: "A <b> & more".into(),
            paragraphs: vec!["<script>alert(1)</script>".into()],
            link: Some(("Open", LinkTarget { url: "https://greenroom.example/verify?token=a1".into(), token: None })),
            footer: "Bye.".into(),
            unsubscribe: None,
            sections: Vec::new(),
        };
        let html = email_content.html();
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("A &lt;b&gt; &amp; more"));
        assert!(!html.contains("<script"));
        assert!(
            email_content
                .text()
                .contains("<script>alert(1)</script>\n\nOpen:\nhttps://greenroom.example/verify?token=a1\n")
        );
    }

    #[test]
    fn links_are_escaped_in_html_mails() {
        let target = LinkTarget { url: "https://greenroom.example/?a='\"<b>&c".into(), token: None };
        let email_content = EmailContent {
            kind: EmailKind::caused_by_recipient("test"),
            subject: String::new(),
            paragraphs: Vec::new(),
            link: Some(("Open", target.clone())),
            footer: String::new(),
            unsubscribe: Some(target.clone()),
            sections: vec![Section {
                conversation: ConversationId(Uuid::nil()),
                text: "</p><b>".into(),
                link: ("<b>".into(), target),
            }],
        };
        let html = email_content.html();
        let attribute = "href=\"https://greenroom.example/?a='&quot;&lt;b&gt;&amp;c\"";
        assert!(html.matches(attribute).count() == 3 && !html.contains("<b>"), "{html}");
    }
}
