use model::{ConversationId, text::escape_html};
use uuid::Uuid;

/// What kind of letter it is.
#[derive(Clone, Copy)]
pub(crate) struct EmailKind {
    /// A stable word for the log and the queue.
    pub(crate) name: &'static str,
    /// Which budget of its recipient it counts on.
    pub(super) quota: Quota,
}

/// Which of a recipient's budgets an email counts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quota {
    Unlimited,
    /// That of all kinds together which anyone who knows the address can cause.
    Shared,
    /// That of its kind, as large: it can't use up the emails that reset a password.
    Own,
}

impl EmailKind {
    /// One that only its reader causes, or somebody who knows their password.
    pub(super) const fn own(name: &'static str) -> Self {
        Self { name, quota: Quota::Unlimited }
    }

    /// One that other people, or the reader's own devices, can cause often.
    pub(super) const fn frequent(name: &'static str) -> Self {
        Self { name, quota: Quota::Own }
    }

    /// One that whoever knows the address can cause.
    pub(super) const fn triggerable_by_strangers(name: &'static str) -> Self {
        Self { name, quota: Quota::Shared }
    }
}

/// A letter before it is addressed: paragraphs, at most one link to follow, and what stands below.
pub(crate) struct EmailContent {
    pub(crate) kind: EmailKind,
    pub(crate) subject: String,
    pub(crate) paragraphs: Vec<String>,
    /// What the link is called, and where it leads.
    pub(crate) link: Option<(&'static str, LinkTarget)>,
    /// What is said in small letters at the end.
    pub(crate) footer: String,
    pub(crate) unsubscribe: Option<LinkTarget>,
    /// What it tells of each conversation, between the paragraphs and the link.
    pub(crate) sections: Vec<Section>,
}

/// What a letter tells of one conversation.
pub(crate) struct Section {
    pub(crate) conversation: ConversationId,
    pub(crate) text: String,
    /// What the link to it is called, and where it leads.
    pub(crate) link: (String, LinkTarget),
}

/// Where a link of a letter leads.
#[derive(Clone)]
pub(crate) struct LinkTarget {
    pub(crate) url: String,
    /// What stands in it for the token that is made when the letter goes out.
    pub(crate) token: Option<Uuid>,
}

impl std::fmt::Display for LinkTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.url)
    }
}

impl EmailContent {
    /// What stands in its links for the token that is made when it goes out.
    pub(super) fn token_reference(&self) -> Option<Uuid> {
        let links = self.link.iter().map(|(_, target)| target).chain(&self.unsubscribe);
        links.into_iter().find_map(|target| target.token)
    }

    /// The conversation it is about, if that is one alone: mail programs put such letters into one thread.
    pub(super) fn conversation(&self) -> Option<ConversationId> {
        match self.sections.as_slice() {
            [only] => Some(only.conversation),
            _ => None,
        }
    }

    /// The subject as it may stand in a header: one line, whatever people are called.
    pub(super) fn header_safe_subject(&self) -> String {
        self.subject.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Plain text, one blank line between paragraphs.
    pub(super) fn text(&self) -> String {
        let mut parts = self.paragraphs.clone();
        parts.extend(self.sections.iter().map(|Section { text, link: (_, target), .. }| format!("{text}\n{target}")));
        parts.extend(self.link.as_ref().map(|(label, url)| format!("{label}:\n{url}")));
        parts.push(format!("-- \nGreenroom\n{}", self.footer));
        parts.extend(self.unsubscribe.as_ref().map(|url| format!("No more of these mails: {url}")));
        parts.join("\n\n") + "\n"
    }

    /// The same as a small HTML document. Mail programs know little CSS, and only where it is used.
    pub(super) fn html(&self) -> String {
        let paragraphs: String = self
            .paragraphs
            .iter()
            .map(|text| format!("<p style=\"white-space:pre-line\">{}</p>", escape_html(text)))
            .collect();
        let sections: String = self.sections.iter().map(|section| section.html()).collect();
        let link = self.link.as_ref().map(|(label, url)| {
            let url = escape_html(&url.url);
            format!(
                "<p><a href=\"{url}\" style=\"{BUTTON}\">{}</a></p><p style=\"{SMALL}\">{url}</p>",
                escape_html(label)
            )
        });
        let unsubscribe = self.unsubscribe.as_ref().map(|url| {
            format!(" <a href=\"{}\" style=\"color:inherit\">No more of these mails</a>", escape_html(&url.url))
        });
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\
             <body style=\"{BODY}\">{paragraphs}{sections}{link}<hr style=\"border:0;border-top:1px solid #DDE1DA\">\
             <p style=\"{SMALL}\">Greenroom. {footer}{unsubscribe}</p></body></html>",
            title = escape_html(&self.subject),
            link = link.unwrap_or_default(),
            footer = escape_html(&self.footer),
            unsubscribe = unsubscribe.unwrap_or_default(),
        )
    }
}

impl Section {
    fn html(&self) -> String {
        let (label, target) = &self.link;
        let (text, url, label) = (escape_html(&self.text), escape_html(&target.url), escape_html(label));
        format!("<p style=\"white-space:pre-line\">{text}</p><p><a href=\"{url}\" style=\"{LINK}\">{label}</a></p>")
    }
}

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
            kind: EmailKind::own("test"),
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
}
